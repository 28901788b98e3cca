import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describableSets, type SplitRow } from '../../../src/core/disclosure/describable-sets.ts';

const row = (n: number, withOutcome: number, more: Partial<SplitRow> = {}): SplitRow => ({
  n,
  withOutcome,
  partial: 0,
  isShown: true,
  ...more,
});
const set = (...flags: number[]) => Uint8Array.from(flags);

describe('sets of rows', () => {
  it('are described where all or none of many have the outcome', () => {
    const rows = [row(40, 40), row(30, 0), row(30, 15)];
    expect(describableSets(rows, [set(1, 0, 0), set(0, 1, 0), set(0, 0, 1), set(1, 1, 0)], 10)).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it('are not where few deviate, or few have the outcome, in the set or in the rest', () => {
    expect(describableSets([row(40, 37), row(60, 20)], [set(1, 0)], 10)).toEqual(['small-group']);
    expect(describableSets([row(40, 20), row(60, 4)], [set(1, 0), set(0, 1)], 10)).toEqual([
      'protects-other',
      'small-group',
    ]);
  });

  it('are not where a set before them would leave a few by subtraction', () => {
    const rows = [row(40, 20), row(30, 17), row(50, 25)];
    const [both, first] = [set(1, 1, 0), set(1, 0, 0)];
    // 30 households with 17: 13 without. Of 33 with 30, three without.
    expect(describableSets(rows, [both, first], 10)).toEqual([null, null]);
    expect(describableSets([row(40, 20), row(33, 30), row(50, 25)], [both, first], 10)).toEqual([
      null,
      'protects-other',
    ]);
  });

  it('are not where they hold few of the rows that are not shown, or few partial members', () => {
    const hidden = { isShown: false };
    const rows = [row(40, 20), row(6, 6, hidden), row(40, 20), row(7, 7, hidden)];
    expect(describableSets(rows, [set(1, 1, 0, 0), set(1, 1, 0, 1)], 10)).toEqual(['small-group', null]);
    const partial = [row(40, 20, { partial: 1 }), row(40, 20, { partial: 30 })];
    expect(describableSets(partial, [set(1, 0)], 10)).toEqual(['small-group']);
    expect(describableSets(partial, [set(1, 1)], 10)).toEqual([null]);
  });

  it('are none of a table in which few have the outcome at all', () => {
    expect(describableSets([row(40, 3), row(40, 0)], [set(1, 0), set(0, 0)], 10)).toEqual([
      'small-group',
      'small-group',
    ]);
  });

  it('leave no union, intersection or difference of those described with a few', () => {
    const table = fc
      .integer({ min: 1, max: 5 })
      .chain((rows) =>
        fc.tuple(
          fc.array(fc.tuple(fc.nat(25), fc.nat(25)), { minLength: rows, maxLength: rows }),
          fc.array(fc.array(fc.nat(1), { minLength: rows, maxLength: rows }), { maxLength: 4 }),
        ),
      );
    fc.assert(
      fc.property(table, ([counts, flags]) => {
        const rows = counts.map(([a, b]) => row(a + b, a));
        const sets = flags.map((f) => Uint8Array.from(f));
        const verdicts = describableSets(rows, sets, 10);
        const shown = sets.filter((_, s) => verdicts[s] === null);
        if (shown.length === 0) return;
        // Every set that can be written with those shown holds rows by their pattern of membership.
        const pattern = (r: number) => shown.map((s) => s[r]).join('');
        const patterns = [...new Set([...rows.keys()].map(pattern))];
        for (let choice = 0; choice < 2 ** patterns.length; choice++) {
          const inside = rows.filter((_, r) => (choice >> patterns.indexOf(pattern(r))) & 1);
          for (const count of [
            inside.reduce((sum, one) => sum + one.withOutcome, 0),
            inside.reduce((sum, one) => sum + one.n - one.withOutcome, 0),
          ]) {
            expect(count > 0 && count < 10).toBe(false);
          }
        }
      }),
    );
  });
});
