import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BalanceSample, balanceTable } from '../../../src/core/balance/balance-table.ts';
import { meanPairDifferenceWithinStrata } from '../../../src/core/balance/pair-difference.ts';
import { PairList } from '../../../src/core/matching/match-sets.ts';

const unmatched = (treated: number[], estimand: BalanceSample['estimand'] = 'ATT'): BalanceSample => ({
  treated: Uint8Array.from(treated),
  estimand,
  weights: null,
  pairs: null,
  strata: null,
});
const column = (values: number[]) => [{ name: 'x', values: Float64Array.from(values) }];

describe('the balance table', () => {
  // treated 1, 2, 3 (mean 2, variance 1), controls 2, 4, 6 (mean 4, variance 4)
  const treated = [1, 1, 1, 0, 0, 0];
  const x = [1, 2, 3, 2, 4, 6];

  it('divides by the standard deviation of the treated, the controls or both, as the estimand says', () => {
    const smd = (estimand: BalanceSample['estimand']) =>
      balanceTable(column(x), unmatched(treated, estimand))[0]!.standardizedMeanDifference;
    expect(smd('ATT')).toBe(-2);
    expect(smd('ATC')).toBe(-1);
    expect(smd('ATE')).toBeCloseTo(-2 / Math.sqrt(2.5), 14);
  });

  it('takes that standard deviation from the sample before matching, whatever the weights', () => {
    const weights = Float64Array.of(1, 1, 0, 1, 1, 0);
    expect(balanceTable(column(x), { ...unmatched(treated), weights })[0]!.standardizedMeanDifference).toBeCloseTo(
      -1.5,
      14,
    );
  });

  it('has the variance ratio of weighted variances with reliability weights', () => {
    expect(balanceTable(column(x), unmatched(treated))[0]!.varianceRatio).toBeCloseTo(0.25, 14);
    const weights = Float64Array.of(1, 1, 1, 2, 1, 1);
    // controls: weights 1/2, 1/4, 1/4, mean 3.5, sum w (x - m)^2 = 2.75, 1 - sum w^2 = 0.625
    expect(balanceTable(column(x), { ...unmatched(treated), weights })[0]!.varianceRatio).toBeCloseTo(
      1 / (2.75 / 0.625),
      13,
    );
  });

  it('has the largest and the mean difference of distribution functions over the different values', () => {
    const row = balanceTable(column(x), unmatched(treated))[0]!;
    // differences after 1, 2, 3, 4, 6: 1/3, 1/3, 2/3, 1/3, 0
    expect(row.ecdfMax).toBeCloseTo(2 / 3, 14);
    expect(row.ecdfMean).toBeCloseTo((1 / 3 + 1 / 3 + 2 / 3 + 1 / 3) / 5, 14);
  });

  it('has the overlap of both distributions: shares in common of few values, of bins where there are many', () => {
    const overlap = (values: number[], groups: number[], weights: number[] | null = null): number =>
      balanceTable(column(values), { ...unmatched(groups), weights: weights && Float64Array.from(weights) })[0]!
        .overlapCoefficient;
    // treated 1, 2, 3; controls 2, 4, 6: a third in common
    expect(overlap(x, treated)).toBeCloseTo(1 / 3, 14);
    expect(overlap(x, treated, [0, 1, 1, 1, 1, 0])).toBeCloseTo(1 / 2, 14);
    expect(overlap([1, 2, 3, 3, 2, 1], treated)).toBeCloseTo(1, 14);
    expect(overlap([1, 2, 3, 4, 5, 6], treated)).toBe(0);
    expect(overlap([1, 1, 0, 0, 0, 1], treated)).toBeCloseTo(2 / 3, 14);
    // 0 … 29 and 15 … 44 are bins of 2.2: the common half is 15 of 30, but for what falls into a bin of an edge
    const many = [...Array(30).keys(), ...Array.from({ length: 30 }, (_, i) => 15 + i)];
    expect(Math.abs(overlap(many, [...Array(30).fill(1), ...Array(30).fill(0)]) - 0.5)).toBeLessThan(2 / 30);
  });

  it('treats a 0/1 variable by its shares', () => {
    const row = balanceTable(column([1, 1, 0, 0, 0, 1]), unmatched(treated))[0]!;
    expect(row.isBinary).toBe(true);
    expect(row.standardizedMeanDifference).toBeCloseTo(1 / 3 / Math.sqrt(2 / 9), 13);
    expect(row.varianceRatio).toBeNull();
    expect(row.ecdfMax).toBeCloseTo(1 / 3, 14);
    expect(row.ecdfMean).toBeCloseTo(1 / 3, 14);
  });

  it('has no standardised difference where the denominator does not vary', () => {
    expect(balanceTable(column([5, 5, 5, 2, 4, 6]), unmatched(treated))[0]!.standardizedMeanDifference).toBeNull();
  });

  it('keeps its digits under an offset of a thousand million', () => {
    const [plain] = balanceTable(column(x), unmatched(treated));
    const [shifted] = balanceTable(column(x.map((v) => v + 1e9)), unmatched(treated));
    expect(shifted!.standardizedMeanDifference).toBeCloseTo(plain!.standardizedMeanDifference!, 6);
    expect(shifted!.varianceRatio).toBeCloseTo(plain!.varianceRatio!, 6);
  });

  it('has means without the rounding of a long sum', () => {
    const n = 100_000;
    const many = Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? 0.1 : 1e6 + 0.1));
    const [row] = balanceTable(column(many), unmatched(many.map((_, i) => (i % 2 === 0 ? 1 : 0))));
    expect(row!.meanTreated).toBe(0.1);
    expect(row!.meanControl).toBe(1e6 + 0.1);
  });

  it('measures the distance within pairs in the same units', () => {
    const list = new PairList();
    list.add(0, 3);
    list.add(2, 4);
    const pairs = list.toMatchSets(Uint32Array.of(0, 1, 2));
    expect(balanceTable(column(x), { ...unmatched(treated), pairs })[0]!.standardizedPairDistance).toBeCloseTo(1, 14);
  });

  it('measures all treated-control pairs of a stratum as the double loop does', () => {
    const unit = fc.record({
      x: fc.integer({ min: -5, max: 5 }),
      t: fc.integer({ min: 0, max: 1 }),
      s: fc.integer({ min: -1, max: 2 }),
    });
    fc.assert(
      fc.property(fc.array(unit, { minLength: 1, maxLength: 25 }), (units) => {
        const distances = units.flatMap((a) =>
          units.filter((b) => a.t === 1 && b.t === 0 && a.s === b.s && a.s >= 0).map((b) => Math.abs(a.x - b.x)),
        );
        const received = meanPairDifferenceWithinStrata(
          Float64Array.from(units, (u) => u.x),
          Uint8Array.from(units, (u) => u.t),
          Int32Array.from(units, (u) => u.s),
        );
        if (distances.length === 0) expect(received).toBeNull();
        else expect(received).toBeCloseTo(distances.reduce((a, b) => a + b, 0) / distances.length, 12);
      }),
    );
  });

  it('refuses a group without weight', () => {
    expect(() =>
      balanceTable(column(x), { ...unmatched(treated), weights: Float64Array.of(0, 0, 0, 1, 1, 1) }),
    ).toThrow(expect.objectContaining({ code: 'empty-group', details: { group: 'treated' } }));
  });
});
