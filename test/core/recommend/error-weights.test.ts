import { describe, expect, it } from 'vitest';
import { errorWeights } from '../../../src/core/recommend/error-weights.ts';
import type { ExperimentTable } from '../../../src/core/recommend/experiment-table.ts';

const weightsOf = (variance: readonly number[] | null, rows = variance?.length ?? 0): number[] => [
  ...errorWeights({
    variance: variance === null ? null : Float64Array.from(variance),
    effect: new Float64Array(rows),
  } as ExperimentTable),
];

describe('what the error of a row counts for', () => {
  it('is 1 / (variance + median variance), in the order of the rows', () => {
    // The median of 6, 1, 2, 3, 14 is 3.
    expect(weightsOf([6, 1, 2, 3, 14])).toEqual([1 / 9, 1 / 4, 1 / 5, 1 / 6, 1 / 17]);
  });

  it('takes the lower of the two middle variances where their number is even', () => {
    expect(weightsOf([8, 2, 4, 1])).toEqual([1 / 10, 1 / 4, 1 / 6, 1 / 3]);
  });

  it('is less than twice that of the median row, however precise a row is', () => {
    const [precise, median] = weightsOf([1e-12, 5, 7]);
    expect(precise! / median!).toBeLessThan(2);
    expect(precise! / median!).toBeCloseTo(2, 9);
  });

  it('is 1 for every row where variances are not known', () => {
    expect(weightsOf(null, 3)).toEqual([1, 1, 1]);
  });
});
