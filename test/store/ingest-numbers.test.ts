import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NumberColumn } from '../../src/core/panel/columns.ts';
import { openTestStore, type TestStore } from '../support/open-test-store.ts';

let t: TestStore;
let next = 0;
beforeAll(async () => {
  t = await openTestStore();
});
afterAll(() => t[Symbol.asyncDispose]());

/** More rows than the sample that decides how a file is read. */
const plain = Array.from({ length: 1200 }, (_, i) => `H${i};${i / 8};A`);

async function gasOf(rows: readonly string[], decimal: '.' | ','): Promise<NumberColumn> {
  const panel = `n${++next}`;
  const report = await t.ingest(`household;gas;label\n${rows.join('\n')}\n`, { panel, delimiter: ';', decimal });
  expect(report.errors.first).toEqual([]);
  const columns = await t.store.panels.columns(panel, null, ['gas'], 'collective');
  return columns.columns.gas as NumberColumn;
}

/** What a number is, see docs/methods/ingestion.md; here by the language's own reader. */
function expectedValue(text: string, decimal: '.' | ','): number | null {
  const trimmed = text.replace(/^ +| +$/g, '');
  const ungrouped = /^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$/.test(trimmed) ? trimmed.replaceAll('.', '') : trimmed;
  if (decimal === ',' && ungrouped.includes('.')) return null;
  const plainText = decimal === ',' ? ungrouped.replace(',', '.') : trimmed;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plainText)) return null;
  const value = Number(plainText);
  return Number.isFinite(value) ? value : null;
}

const texts =
  `0 -0 +1 00012 .5 5. -.5 1e5 1E+5 1e-5 4.9e-324 2.2250738585072011e-308 1.7976931348623157e308 9007199254740993
123456789012345678901234567890 0.1 1e22 1e23 3.14159265358979323846264338327950288 1,5 -1,25 ,5
nan NaN inf -Infinity 1e400 1_000 1__0 _1 1.234.567 0x10 0b1 --1 +- 1e 1e+ e5 1d 1f 1% €1 true TRUE`.split(/\s+/);

it.each(
  (['.', ','] as const).flatMap((decimal) => ['"7"', ' 3', '3 ', ...texts].map((text) => [text, decimal] as const)),
)('reads %j with "%s" far down a column of numbers as number or error', async (text, decimal) => {
  const expected = expectedValue(text.replaceAll('"', ''), decimal);
  const rows = plain.map((row) => row.replace('.', decimal));
  rows.push(`odd;${text};B`);
  const panel = `n${++next}`;
  const report = await t.ingest(`household;gas;label\n${rows.join('\n')}\n`, { panel, delimiter: ';', decimal });
  if (expected === null) {
    expect(report.errors.first).toMatchObject([{ rule: 'not-a-number', line: 1202, column: 'gas', value: text }]);
    return;
  }
  const { values } = (await t.store.panels.columns(panel, null, ['gas'], 'collective')).columns.gas as NumberColumn;
  // "odd" comes after all of H0, H1, ...
  expect(values.at(-1)).toBe(expected);
});

it('gives the same values whether a column is read as numbers or, for a symbol in the sample, as texts', async () => {
  let state = 7;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const rows = Array.from({ length: 3000 }, (_, i) => {
    const text = (random() * 10 ** Math.floor(random() * 12 - 4)).toString();
    return `H${String(i).padStart(5, '0')};${random() < 0.1 ? '' : text};A`;
  });
  const asNumbers = await gasOf([...rows, 'Z;1;A'], '.');
  const asTexts = await gasOf(['A;.;A', ...rows], '.');
  expect(asTexts.status[0]).toBe(2);
  expect(asTexts.values.slice(1)).toEqual(asNumbers.values.slice(0, -1));
  expect(asTexts.status.slice(1)).toEqual(asNumbers.status.slice(0, -1));
  expect(asNumbers.status.filter((s) => s === 1).length).toBeGreaterThan(100);
});

it('keeps a symbol far down as what it stands for', async () => {
  const gas = await gasOf([...plain, 'odd;.;A', 'odder;n.v.t.;A'], '.');
  expect([...gas.status.slice(-2)]).toEqual([2, 3]);
});

it('describes numbers whose squares or sum are too large, and says nothing where the answer is', async () => {
  const { variables } = await t.ingest('household,a,b\nA,1e200,1.7e308\nB,3e200,1.7e308\n', { panel: `n${++next}` });
  expect(variables[0]!.mean).toBeCloseTo(2e200, -186);
  expect(variables[0]!.standardDeviation! / (Math.SQRT2 * 1e200)).toBeCloseTo(1, 12);
  expect([variables[1]!.maximum, variables[1]!.sum, variables[1]!.mean]).toEqual([1.7e308, null, null]);
});
