import { describe, expect, it } from 'vitest';
import { formatNumber, formatPercent, formatWave } from '../../src/messages/format.ts';
import { negotiateLanguage } from '../../src/messages/language.ts';
import { parsePattern, placeholders } from '../../src/messages/message-pattern.ts';
import { type MessageTree, messages, translate } from '../../src/messages/translate.ts';
import { sourceTexts } from '../support/source-texts.ts';

function texts(tree: MessageTree, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(prefix + key, value);
    else for (const [inner, text] of texts(value, `${prefix}${key}.`)) found.set(inner, text);
  }
  return found;
}

describe('the texts', () => {
  const en = texts(messages.en);
  const nl = texts(messages.nl);

  it('exist in both languages, code for code', () => {
    expect([...nl.keys()].sort()).toEqual([...en.keys()].sort());
  });

  it('have the same placeholders in both languages', () => {
    const of = (all: Map<string, string>) =>
      Object.fromEntries([...all].map(([code, text]) => [code, placeholders(text)]));
    expect(of(nl)).toEqual(of(en));
  });

  it('are all said somewhere; those of refusals have a test of their own', () => {
    const { literals, templates } = sourceTexts();
    const unused = [...en.keys()].filter(
      (code) =>
        !code.startsWith('refusal.') && !literals.has(code) && !templates.some((template) => template.test(code)),
    );
    expect(unused).toEqual([]);
  });

  it('are never empty and carry no mark-up', () => {
    const bad = [...en, ...nl].filter(([, text]) => text.trim() === '' || /<[a-z/]/i.test(text));
    expect(bad).toEqual([]);
  });
});

describe('translate', () => {
  it('names the code when there is no text for it', () => {
    expect(() => translate('nl', 'page.no-such-text')).toThrow('There is no text for the code "page.no-such-text"');
    expect(() => translate('nl', 'constructor.name')).toThrow('There is no text');
  });
});

describe('a pattern', () => {
  it('is read into text, values and choices', () => {
    expect(parsePattern('{n, plural, one {# home} other {# homes}} in {place}')).toEqual([
      {
        type: 'choice',
        name: 'n',
        kind: 'plural',
        cases: new Map([
          ['one', [{ type: 'count' }, { type: 'text', text: ' home' }]],
          ['other', [{ type: 'count' }, { type: 'text', text: ' homes' }]],
        ]),
      },
      { type: 'text', text: ' in ' },
      { type: 'value', name: 'place', style: null, decimals: null },
    ]);
  });

  it('is refused when a brace is open, a style is unknown or "other" is absent', () => {
    expect(() => parsePattern('{n')).toThrow('expected ","');
    expect(() => parsePattern('n}')).toThrow('no closing brace');
    expect(() => parsePattern('{n, colour}')).toThrow('expected one of number');
    expect(() => parsePattern('{n, plural, one {x}}')).toThrow('"other"');
  });
});

describe('numbers and dates', () => {
  it('follow the language', () => {
    expect(formatNumber('en', 1234567)).toBe('1,234,567');
    expect(formatNumber('nl', 1234567)).toBe('1.234.567');
    expect(formatNumber('en', -0.0456)).toBe('\u22120.0456');
    expect(formatNumber('nl', 1.5, 2)).toBe('1,50');
    expect(formatPercent('nl', 0.4567, 1)).toBe('45,7%');
    expect(formatWave('nl', '2024-03')).toBe('maart 2024');
    expect(formatWave('en', '2024-Q2')).toBe('quarter 2 of 2024');
    expect(formatWave('en', 'before')).toBe('before');
  });

  it('write zero without a sign, also when a small negative number rounds to it', () => {
    expect(formatNumber('en', -0)).toBe('0');
    expect(formatNumber('en', -0.001, 1)).toBe('0.0');
  });
});

describe('a count of one', () => {
  it('is said in the singular', () => {
    const facts = { rows: 1, units: 1, waves: 1 };
    expect(translate('en', 'cli.ingest.facts', facts)).toBe('1 row, 1 unit, 1 wave');
    expect(translate('nl', 'cli.ingest.facts', facts)).toBe('1 rij, 1 eenheid, 1 meting');
    const question = { outcome: 'SURV', cases: 18, conditions: 1 };
    expect(translate('en', 'cli.qca.cases-and-conditions', question)).toBe('SURV: 18 cases, 1 condition');
    expect(translate('nl', 'cli.qca.cases-and-conditions', question)).toBe('SURV: 18 gevallen, 1 voorwaarde');
  });
});

describe('the language of an answer', () => {
  it('is the preferred one that we have, Dutch without a preference', () => {
    expect(negotiateLanguage(undefined)).toBe('nl');
    expect(negotiateLanguage('de-DE,en;q=0.7,nl;q=0.3')).toBe('en');
    expect(negotiateLanguage('en;q=0.2, nl-BE;q=0.9')).toBe('nl');
    expect(negotiateLanguage('en;q=0')).toBe('nl');
    expect(negotiateLanguage('*', 'en')).toBe('en');
  });
});
