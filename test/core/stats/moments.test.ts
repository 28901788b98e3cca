import { describe, expect, it } from 'vitest';
import { mean, sampleStandardDeviation, sampleVariance, weightedMean } from '../../../src/core/stats/moments.ts';
import { quantileType7 } from '../../../src/core/stats/quantile.ts';

const values = Float64Array.of(1, 2, 3, 4, 5, 6);

describe('moments', () => {
  it('have divisor n for the mean and n - 1 for the variance', () => {
    expect(mean(values)).toBe(3.5);
    expect(sampleVariance(values)).toBe(3.5);
    expect(sampleStandardDeviation(values)).toBe(Math.sqrt(3.5));
  });

  it('keep their digits under an offset of a thousand million', () => {
    const shifted = values.map((value) => value + 1e9);
    expect(mean(shifted)).toBe(1e9 + 3.5);
    expect(sampleVariance(shifted)).toBe(3.5);
  });

  it('weight a value as often as its weight says', () => {
    expect(weightedMean(values, Float64Array.of(0, 0, 2, 0, 0, 1))).toBe(4);
  });

  it('refuse what has no mean: no values, no weight, values that are not finite', () => {
    expect(() => mean(new Float64Array(0))).toThrow(expect.objectContaining({ code: 'empty-group' }));
    expect(() => sampleVariance(Float64Array.of(1))).toThrow(expect.objectContaining({ code: 'empty-group' }));
    expect(() => weightedMean(values, new Float64Array(6))).toThrow(expect.objectContaining({ code: 'empty-group' }));
    expect(() => mean(Float64Array.of(1, Number.NaN))).toThrow(expect.objectContaining({ code: 'non-finite' }));
  });
});

describe('quantiles of type 7', () => {
  it('interpolate between order statistics as R does by default', () => {
    // R: quantile(1:6, c(0, .1, .25, .5, 1))
    expect([0, 0.1, 0.25, 0.5, 1].map((p) => quantileType7(values, p))).toEqual([1, 1.5, 2.25, 3.5, 6]);
  });
  it('refuse an empty sample and a probability above 1', () => {
    expect(() => quantileType7(new Float64Array(0), 0.5)).toThrow(expect.objectContaining({ code: 'empty-group' }));
    expect(() => quantileType7(values, 1.1)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
});
