import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readCbsNeighbourhood } from '../../src/formats/read-cbs-neighbourhood.ts';
import { referenceFolder } from '../support/reference.ts';

/** As StatLine exports: byte order mark, semicolons, padded codes and numbers, groups and units in the names of columns. */
const statline = `\uFEFF"Perioden";"Wijken en buurten";"Regiocode (gemeente, wijk, buurt) (code)";"Bevolking/Aantal inwoners (aantal)";"Bevolking/Leeftijd/65 jaar of ouder (aantal)";"Bevolking/Particuliere huishoudens/Gemiddelde huishoudensgrootte (aantal)";"Wonen/Woningen naar type/Percentage eengezinswoning (%)";"Wonen/Woningen naar eigendom/Koopwoningen (%)";"Energie/Gemiddeld aardgasverbruik totaal (m3)";"Inkomen/Gemiddeld besteedbaar inkomen (x 1 000 euro)";"Inkomen/Gem. gestandaardiseerd inkomen van huish. (x 1 000 euro)";"Wonen/Bouwjaar voor 2000 (%)";"Stedelijkheid/Omgevingsadressendichtheid (per km2)"
"2022";"Oude Wijk";"BU90010100";"    2000";"     500";"     2.1";"      60";"      48";"    1400";"    31,5";"    29.0";"      70";"    1700"
"2023";"Oude Wijk";"BU90010100";"    2000";"     400";"     2.2";"      60";"      48";"       .";"    27,5";"    29.0";"      70";"    1700"
"2023";"Nieuwe Wijk";"BU90010201";"       .";"     400";"     2.2";"      60";"      48";"    1000";"    27.5";"    29.0";"      70";"    1700"
`;

describe('a neighbourhood table of CBS', () => {
  test('as StatLine writes it: the last period, decimals of both kinds, counts as shares, a dot as not known', () => {
    expect(readCbsNeighbourhood(statline, 'BU90010100').context).toEqual({
      mean_income: 27.5,
      owner_occupied_pct: 48,
      household_size: 2.2,
      // 400 of 2000
      aged_65_plus_pct: 20,
      single_family_pct: 60,
      address_density: 1700,
    });
    // Without the number of inhabitants a count of the old is no share.
    expect(readCbsNeighbourhood(statline, 'BU90010201').context).not.toHaveProperty('aged_65_plus_pct');
  });

  test('as its open data and its yearly files name the columns', () => {
    const expected = { owner_occupied_pct: 48, gas_before: 1400, address_density: 1700, aged_65_plus_pct: 25 };
    const open =
      'WijkenEnBuurten,AantalInwoners_5,k_65JaarOfOuder_12,Koopwoningen_40,GemiddeldAardgasverbruikTotaal_55,Omgevingsadressendichtheid_117\nBU90010100,2000,500,48,1400,1700';
    expect(readCbsNeighbourhood(open, 'BU90010100').context).toEqual(expected);
    const yearly = 'gwb_code;a_inw;a_65_oo;p_koopw;g_gas;ste_oad\nBU90010100;2000;500;48;1400;1700';
    expect(readCbsNeighbourhood(yearly, 'BU90010100').context).toEqual(expected);
  });

  test('in other units is converted, and what cannot be is refused', () => {
    const euros = 'Codering_3;Gemiddeld besteedbaar inkomen (euro);65 jaar of ouder (%)\nBU90010100;27500;21';
    const { context } = readCbsNeighbourhood(euros, 'BU90010100');
    expect(context).toEqual({ mean_income: 27.5, aged_65_plus_pct: 21 });
    const gas = 'Codering_3;Gemiddeld aardgasverbruik totaal (GJ)\nBU90010100;44';
    expect(() => readCbsNeighbourhood(gas, 'BU90010100')).toThrow(/in "gj"; expected m3/);
  });

  test.each<[string, string, string, string, RegExp]>([
    ['a code that is not in it', statline, 'BU00000000', 'invalid-request', /"BU00000000" is not in the CBS table/],
    ['a table without codes', 'naam,p_koopw\na,1', 'BU1', 'invalid-file', /no column of codes/],
    ['a cell that is no number', 'gwb_code,p_koopw\nBU1,veel', 'BU1', 'invalid-file', /"p_koopw".*holds "veel"/],
    ['a file that is no table', 'gwb_code,p_koopw\n"BU1', 'BU1', 'invalid-file', /cannot be read/],
  ])('%s is refused', (_, csv, code, error, message) => {
    expect(() => readCbsNeighbourhood(csv, code)).toThrow(
      expect.objectContaining({ code: error, message: expect.stringMatching(message) }),
    );
  });

  test.skipIf(referenceFolder === null)(
    'a published one with padded codes is read, and says nothing of our parameters',
    () => {
      const csv = readFileSync(`${referenceFolder}/recsys/cbs-ses-woa/ses_woa_2019.csv`, 'utf8');
      for (const code of ['BU03630000', 'WK036300', 'GM0363']) {
        expect(readCbsNeighbourhood(csv, code).context).toEqual({});
      }
    },
  );
});
