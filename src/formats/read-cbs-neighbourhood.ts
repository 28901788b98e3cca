import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { AppError } from '../app/errors.ts';
import type { GivenPlace } from '../app/experiments.ts';

/** A parameter in tables of CBS: by which names, in which units, and the factor of each unit. */
interface CbsParameter {
  readonly context: string;
  /** what is left of a column's name without its groups, unit, digits and capitals */
  readonly names: readonly string[];
  /** by the unit in the name of the column; '' where it names none */
  readonly factors: Readonly<Record<string, number>>;
  /** names of a count that makes a share, times 100 */
  readonly shareOf?: readonly string[];
}

const inhabitants = ['aantal inwoners', 'aantalinwoners', 'a_inw'];

/**
 * Columns as StatLine writes them (`Wonen/Koopwoningen (%)`), as its open data do (`Koopwoningen_40`), and as the yearly files do
 * (`p_koopw`). What CBS publishes in another definition is left out, not approximated: standardised income and year of building before 2000.
 */
const parameters: readonly CbsParameter[] = [
  {
    context: 'mean_income',
    names: [
      'gemiddeld besteedbaar inkomen',
      'gemiddeldbesteedbaarinkomen',
      'gemiddeld besteedbaar inkomen per huishouden',
    ],
    factors: { 'x 1 000 euro': 1, '1 000 euro': 1, euro: 0.001, '': 1 },
  },
  { context: 'owner_occupied_pct', names: ['koopwoningen', 'p_koopw'], factors: { '%': 1, '': 1 } },
  {
    context: 'household_size',
    names: ['gemiddelde huishoudensgrootte', 'gemiddeldehuishoudensgrootte', 'g_hhgro'],
    factors: { aantal: 1, personen: 1, '': 1 },
  },
  {
    context: 'aged_65_plus_pct',
    names: ['65 jaar of ouder', 'k_65jaarofouder', 'a_65_oo'],
    factors: { '%': 1, aantal: 1, '': 1 },
    shareOf: inhabitants,
  },
  {
    context: 'single_family_pct',
    names: ['percentage eengezinswoning', 'percentageeengezinswoning', 'p_1gezw'],
    factors: { '%': 1, '': 1 },
  },
  {
    context: 'gas_before',
    names: ['gemiddeld aardgasverbruik totaal', 'gemiddeldaardgasverbruiktotaal', 'gemiddeld aardgasverbruik', 'g_gas'],
    factors: { m3: 1, 'm³': 1, '': 1 },
  },
  {
    context: 'address_density',
    names: ['omgevingsadressendichtheid', 'ste_oad'],
    factors: { 'per km2': 1, 'per km²': 1, 'aantal per km2': 1, '': 1 },
  },
];

const codeNames = ['codering', 'regiocode', 'wijkenenbuurten', 'gwb_code', 'code'];
/** CBS writes these for what is not known, may not be shown, or cannot be. */
const absent: ReadonlySet<string> = new Set(['', '.', '-', 'x', 'NA']);

/**
 * The parameters of one place in a neighbourhood table of CBS (kerncijfers wijken en buurten), in the units of the registry. Of
 * several periods the last is read. A cell without a number is a parameter that is not known.
 *
 * @param code such as BU03630000, WK036300 or GM0363
 * @throws invalid-file where there is no column of codes, or a column has a unit that cannot be converted; invalid-request for a code
 * that is not in the table
 */
export function readCbsNeighbourhood(csv: string, code: string): GivenPlace {
  const [header, ...rows] = recordsOf(csv);
  const columns = (header ?? []).map(columnOf);
  const codes = columns.findIndex(({ name }) => codeNames.includes(name));
  if (codes < 0) {
    throw new AppError(
      'invalid-file',
      `The CBS table has no column of codes (Codering, Regiocode or gwb_code); received ${(header ?? []).join(', ')}.`,
      { columns: header ?? [] },
    );
  }
  const periods = columns.findIndex(({ name }) => name === 'perioden');
  const own = rows
    .filter((row) => row[codes]?.trim() === code)
    .sort((a, b) => (periods < 0 ? 0 : a[periods]!.localeCompare(b[periods]!)))
    .at(-1);
  if (own === undefined) {
    const some = rows.slice(0, 3).map((row) => row[codes]?.trim());
    throw new AppError(
      'invalid-request',
      `The code "${code}" is not in the CBS table, which holds ${some.join(', ')} and others. Give a code as the table writes it.`,
      { code },
    );
  }
  const context: Record<string, number> = {};
  for (const parameter of parameters) {
    const value = readParameter(parameter, columns, own);
    if (value !== null) context[parameter.context] = value;
  }
  return { digest: createHash('sha256').update(csv).digest('hex'), context };
}

function recordsOf(csv: string): readonly (readonly string[])[] {
  const [first = ''] = csv.split('\n', 1);
  const delimiter = first.split(';').length > first.split(',').length ? ';' : ',';
  try {
    return parse(csv, { bom: true, delimiter, skip_empty_lines: true }) as string[][];
  } catch (cause) {
    throw new AppError('invalid-file', `The CBS table cannot be read: ${(cause as Error).message}.`, {}, { cause });
  }
}

interface CbsColumn {
  readonly written: string;
  readonly name: string;
  readonly unit: string;
}

/** `Bevolking/Leeftijd/65 jaar of ouder (aantal)` is `65 jaar of ouder` in `aantal`; `Koopwoningen_40` is `koopwoningen`. */
function columnOf(written: string): CbsColumn {
  const [, label, unit] = /^(.*?)(?:\s*\(([^()]*)\))?$/s.exec(written.trim())!;
  const isCode = label!.toLowerCase().startsWith('regiocode');
  const name = isCode ? 'regiocode' : label!.split('/').at(-1)!.trim().toLowerCase();
  return { written, name: name.replace(/_\d+$/, ''), unit: isCode ? '' : (unit ?? '').trim().toLowerCase() };
}

function readParameter(parameter: CbsParameter, columns: readonly CbsColumn[], row: readonly string[]): number | null {
  const at = columns.findIndex(({ name }) => parameter.names.includes(name));
  if (at < 0) return null;
  const { written, unit } = columns[at]!;
  const factor = parameter.factors[unit];
  if (factor === undefined) {
    const known = Object.keys(parameter.factors).filter((one) => one !== '');
    throw new AppError(
      'invalid-file',
      `The column "${written}" of the CBS table is in "${unit}"; expected ${known.join(', ')}. Convert it, or leave the column out.`,
      { column: written, unit },
    );
  }
  const value = numberOf(row[at]!, written);
  if (value === null) return null;
  if (parameter.shareOf === undefined || unit === '%') return factor * value;
  const whole = columns.findIndex(({ name }) => parameter.shareOf!.includes(name));
  const total = whole < 0 ? null : numberOf(row[whole]!, columns[whole]!.written);
  return total === null || total === 0 ? null : (100 * value) / total;
}

function numberOf(cell: string, column: string): number | null {
  const text = cell.trim();
  if (absent.has(text)) return null;
  const value = Number(text.replace(',', '.'));
  if (Number.isFinite(value)) return value;
  throw new AppError('invalid-file', `The column "${column}" of the CBS table holds "${text}"; expected a number.`, {
    column,
    value: text,
  });
}
