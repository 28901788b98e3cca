import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TSchema, Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { checkInput } from '../../src/contract/check-input.ts';
import { violations } from '../../src/contract/validate.ts';
import { type MessageTree, messages } from '../../src/messages/translate.ts';
import { recogniseRefusal, translateRefusal } from '../../src/messages/translate-refusal.ts';
import { errorSamples } from '../support/error-samples.ts';

const root = new URL('../..', import.meta.url).pathname;

/** What only who runs the service meets, and the statistics behind a panel, which others learn of by code alone. */
const isForTheOperatorAlone = ({ place, code }: { readonly place: string; readonly code: string }): boolean =>
  code === 'not-implemented' ||
  (place.startsWith('src/core/') && !place.startsWith('src/core/recommend/')) ||
  place.startsWith('src/core/recommend/experiment-table.ts') ||
  place.startsWith('src/kernels/') ||
  place.startsWith('src/conformance/');

describe('refusals in Dutch', () => {
  it('exist for every sentence that others than the operator may meet', () => {
    const samples = errorSamples();
    expect(samples.length).toBeGreaterThan(200);
    const missing = samples
      .filter((sample) => !isForTheOperatorAlone(sample))
      .filter(({ code, message }) => translateRefusal('nl', code, message) === null);
    expect(missing).toEqual([]);
  });

  it('stand beside English sentences that the program still says', () => {
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.startsWith('messages'))
      .map((path) => readFileSync(join(root, 'src', path), 'utf8'))
      .join('\n');
    const recognised = new Set(errorSamples().map(({ code, message }) => recogniseRefusal(code, message)?.text));
    const { violation, ...refusals } = messages.en.refusal as Readonly<
      Record<string, Readonly<Record<string, string>>>
    >;
    const stale = Object.entries(refusals)
      .flatMap(([code, texts]) =>
        Object.entries(texts).map(([name, text]) => [`refusal.${code}.${name}`, text] as const),
      )
      .filter(([code]) => !recognised.has(code))
      // Sentences that are no argument of an error: each of their parts stands somewhere.
      .filter(([, text]) => !text.split(/\{\w+\}/).every((part) => sources.includes(part.trim())))
      .map(([code]) => code);
    expect(Object.keys(violation!).length).toBeGreaterThan(10);
    expect(stale).toEqual([]);
  });

  it('say of each field what the contract may find wrong with it', () => {
    const found = [
      [Type.Object({ kpi: Type.String() }), {}],
      [Type.Object({ kpi: Type.Optional(Type.Number()) }, { additionalProperties: false }), { kpy: 1 }],
      [Type.Object({ kpi: Type.Optional(Type.Number()) }, { additionalProperties: false }), { something: 1 }],
      [Type.Number(), 'x'],
      [Type.Unsafe({ type: ['string', 'null'] }), 1],
      [Type.Enum(['a', 'b']), 'c'],
      [Type.String({ pattern: '^a$' }), 'b'],
      [Type.Number({ minimum: 1 }), 0],
      [Type.Number({ maximum: 1 }), 2],
      [Type.Number({ exclusiveMinimum: 1 }), 1],
      [Type.Number({ exclusiveMaximum: 1 }), 1],
      [Type.String({ maxLength: 1 }), 'ab'],
      [Type.String({ minLength: 1 }), ''],
      [Type.Array(Type.Number(), { maxItems: 1 }), [1, 2]],
      [Type.Array(Type.Number(), { minItems: 1 }), []],
      [Type.Array(Type.Number(), { uniqueItems: true }), [1, 1]],
    ].flatMap(([schema, value]) => violations(schema as TSchema, value).map(({ message }) => message));
    const texts = found.map((message) => recogniseRefusal('violation', message)?.text ?? message);
    const all = Object.keys((messages.en.refusal as MessageTree).violation!).map((name) => `refusal.violation.${name}`);
    expect([...new Set(texts)].toSorted()).toEqual(all.toSorted());
  });

  it.each([
    [
      'panel-not-found',
      'There is no panel "nowhere". List the panels to see their names.',
      'Er is geen panel "nowhere". Vraag de lijst van panels op om hun namen te zien.',
    ],
    [
      'invalid-request',
      'Panel "a" has no collective "b"; it has c, d.',
      'Panel "a" heeft geen collectief "b"; het heeft c, d.',
    ],
    [
      'not-authorised',
      'The role "visitor" may not erase a panel; expected the local operator. Ask whoever runs this service.',
      'De rol "visitor" mag dit niet (erase a panel); verwacht is de beheerder op deze computer. Vraag het aan wie deze dienst beheert.',
    ],
    [
      'invalid-request',
      'a_pct is 0.5; expected a number in %: experiments were done from 2 to 90, where 50 would lie. A share and a percentage were mistaken for each other; give the number in %, or leave it out.',
      'a_pct is 0.5; verwacht werd een getal in %: experimenten waren er van 2 tot 90, en daar zou 50 wel binnen liggen. Een aandeel en een percentage zijn verwisseld; geef het getal in %, of laat het weg.',
    ],
  ])('say what the English says: %s', (code, message, dutch) => {
    expect(translateRefusal('nl', code, message)).toBe(dutch);
    expect(translateRefusal('en', code, message)).toBe(message);
  });

  it('of a wrong input name each field', () => {
    const wrong = checkInput('insights', { panel: 'street', confidense: 1, by: 3, confidence: 7 });
    const what = wrong.map(({ pointer, message }) => `${pointer}: ${message}`).join('; ');
    const text = translateRefusal('nl', 'invalid-request', `The input is not what insights takes: ${what}.`)!;
    expect(text).toMatch(/^De input is niet wat insights verwacht: /);
    expect(text).toContain('/kpi: verplicht veld "kpi" ontbreekt');
    expect(text).toContain('/confidense: onbekend veld "confidense". Bekende velden: panel');
    expect(text).not.toMatch(/must|unknown|required|Known/);
  });

  it('are absent for a sentence that nobody translated, and for a part of one', () => {
    expect(translateRefusal('nl', 'invalid-request', 'Something else.')).toBeNull();
    expect(translateRefusal('nl', 'panel-not-found', 'There is no panel "x".')).toBeNull();
    expect(translateRefusal('nl', 'no-such-code', 'There is no panel "x".')).toBeNull();
  });

  it('take long and hostile names in one pass', () => {
    const name = '" has no collective "; it has '.repeat(40_000);
    const start = performance.now();
    translateRefusal('nl', 'invalid-request', `Panel "${name}" has no collective "${name}"; it has ${name}`);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
