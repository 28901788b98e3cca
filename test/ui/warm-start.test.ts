import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { gainInWords, gainRange, shownGain } from '../../src/ui/pages/gain.ts';
import { readWarmStart } from '../../src/ui/pages/read-warm-start.ts';
import { warmStartPage } from '../../src/ui/pages/warm-start-page.ts';
import { textsIn } from '../../src/ui/texts.ts';
import { warmStartAnswer, warmStartForm, warmStartMistake, warmStartQuestion } from '../support/page-fixtures.ts';

const context = (language: 'en' | 'nl') => ({
  texts: textsIn(language),
  path: '/warm-start',
  query: new URLSearchParams(),
  origin: 'http://127.0.0.1:3000',
  asset: (name: string) => `/assets/x/${name}`,
});
const text = (node: { textContent: string | null } | null) => node?.textContent?.replaceAll(/\s+/g, ' ').trim() ?? null;
const draw = (state: Parameters<typeof warmStartAnswer>[0], language: 'en' | 'nl' = 'en') =>
  parseHTML(String(warmStartPage(context(language), warmStartForm, warmStartQuestion, warmStartAnswer(state), null)))
    .document;

describe('the form of a warm start', () => {
  it('reads numbers with comma or point, and leaves out what is empty or unknown', () => {
    const { input, problems } = readWarmStart(
      warmStartForm,
      new URLSearchParams('mean_income=27,5&household_size=2.1&unknown=household_size&gas_before=&budget=250&ask=1'),
    );
    expect(input).toEqual({ context: { mean_income: 27.5 }, goals: { 'gas-saving': 3, comfort: 1 }, budget: 250 });
    expect(problems).toEqual({});
  });

  it('puts the heaviest goal first and drops goals that do not count', () => {
    const goals = (query: string) =>
      Object.entries(readWarmStart(warmStartForm, new URLSearchParams(query)).input.goals);
    expect(goals('goal-gas-saving=1&goal-comfort=3')).toEqual([
      ['comfort', 3],
      ['gas-saving', 1],
    ]);
    expect(goals('goal-gas-saving=0&goal-comfort=1')).toEqual([['comfort', 1]]);
  });

  it('gives no answer to a number that it cannot read, and says so at the field', () => {
    expect(warmStartMistake.problems).toEqual({ gas_before: 'veel' });
    const { document } = parseHTML(String(warmStartPage(context('nl'), warmStartForm, warmStartMistake, null, null)));
    const field = document.querySelector('#field-gas_before')!;
    expect(field.getAttribute('value')).toBe('veel');
    expect(text(document.querySelector(`#${field.getAttribute('aria-describedby')!.split(' ').at(-1)}`))).toBe(
      '“veel” is geen getal. Schrijf het als 72 of 7,5.',
    );
    expect(document.querySelector('.verdict')).toBeNull();
  });
});

describe('the answer of a warm start', () => {
  it('begins with the verdict', () => {
    const main = draw('advice').querySelector('main')!;
    expect(text(main.querySelector('section'))).toMatch(/^The answer We can advise you\./);
  });

  it('says that earlier forecasts failed, and not that the place is different, where that is why it is careful', () => {
    const lowered = (language: 'en' | 'nl') => {
      const answer = warmStartAnswer('borrow');
      const demoted = { ...answer, body: { ...answer.body, demotedFrom: 'advice' as const } };
      const page = warmStartPage(context(language), warmStartForm, warmStartQuestion, demoted, null);
      return text(parseHTML(String(page)).document.querySelector('.verdict p'));
    };
    expect(lowered('en')).toMatch(/^Our earlier forecasts did not come true\./);
    expect(lowered('nl')).toMatch(/^Onze eerdere voorspellingen kwamen niet uit\./);
    expect(text(draw('borrow').querySelector('.verdict p'))).toMatch(/^Your neighbourhood differs/);
  });

  it('states a pilot with its size in households and places, in the words of the goal', () => {
    const measure = (language: 'en' | 'nl') =>
      text(draw('borrow', language).querySelector('[aria-labelledby=measure-heading]'));
    expect(measure('en')).toMatch(
      /16% less gas .*about 36 households in this neighbourhood; .*40 households in each of about 2 neighbourhoods/,
    );
    expect(measure('nl')).toMatch(
      /ongeveer 36 huishoudens in deze buurt; .*40 huishoudens in elk van ongeveer 2 buurten/,
    );
  });

  it('ranks nothing when it abstains, but shows what to measure first', () => {
    const document = draw('abstain');
    expect(document.querySelector('.mixes')).toBeNull();
    expect(document.querySelector('#gains')).toBeNull();
    expect([...document.querySelectorAll('[aria-labelledby=measure-heading] li')].map(text)).toEqual([
      'Gas use before the start',
      'Owner-occupied homes',
    ]);
  });

  it('says that places are shared when mixes cannot be told apart', () => {
    expect(text(draw('cautious').querySelector('#gains-summary'))).toMatch(/^2 mixes share first place\./);
    expect(text(draw('advice').querySelector('#gains-summary'))).toMatch(
      /^Best bet: Buying insulation together and heat-loss walk\. Expected: 16% less gas \(10% to 22%\)/,
    );
  });

  it('shows a case where it did not work', () => {
    expect(text(draw('advice').querySelector('#similar-heading ~ table'))).toContain('here it did not work');
  });

  it('says in its table what it draws', () => {
    const document = draw('advice');
    const rows = [...document.querySelectorAll('#gains tbody tr')].map((row) =>
      [...row.querySelectorAll('td span:last-child')].map(text),
    );
    expect(rows.map((row) => row[1])).toEqual(['16%', '16%', '8%']);
    const drawn = text(document.querySelector('#gains svg.chart--wide'));
    for (const row of rows) expect(drawn).toContain(`${row[1]} (${row[2]})`);
  });
});

describe('a gain', () => {
  it('of gas is read as a share: a log ratio of ln 2 is half', () => {
    expect(shownGain('gas-saving', Math.log(2))).toBeCloseTo(0.5, 12);
    expect(gainInWords(textsIn('nl'), 'gas-saving', Math.log(2))).toBe('50% minder gas');
    expect(gainRange(textsIn('en'), 'gas-saving', -Math.log(1.1), Math.log(2))).toBe('−10% to 50%');
  });

  it('of comfort stays in points', () => {
    expect(gainInWords(textsIn('nl'), 'comfort', 0.456)).toBe('+0,46 punten');
  });
});
