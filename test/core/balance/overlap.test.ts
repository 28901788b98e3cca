import { describe, expect, it } from 'vitest';
import { groupHistogram } from '../../../src/core/balance/group-histogram.ts';
import { equipoise, overlapOf } from '../../../src/core/balance/overlap.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { normalCdf } from '../../../src/core/stats/normal.ts';

describe('a histogram of both groups', () => {
  it('has round edges that are multiples of the width, and counts everybody once', () => {
    const values = Float64Array.of(0.13, 0.52, 0.98, 1.61, 2.07);
    const bins = groupHistogram(values, Uint8Array.of(1, 0, 1, 0, 0), null, 4);
    expect(bins).toEqual([
      { from: 0, to: 0.5, treated: 1, control: 0 },
      { from: 0.5, to: 1, treated: 1, control: 1 },
      { from: 1, to: 1.5, treated: 0, control: 0 },
      { from: 1.5, to: 2, treated: 0, control: 1 },
      { from: 2, to: 2.5, treated: 0, control: 1 },
    ]);
  });

  it('counts the rows it is given, below zero too, and has one bin where all values are equal', () => {
    const values = Float64Array.of(-3, -1, 5, 5);
    const treated = Uint8Array.of(1, 0, 1, 0);
    expect(groupHistogram(values, treated, Uint32Array.of(0, 1), 2)).toEqual([
      { from: -3, to: -2, treated: 1, control: 0 },
      { from: -2, to: -1, treated: 0, control: 0 },
      { from: -1, to: 0, treated: 0, control: 1 },
    ]);
    expect(groupHistogram(values, treated, Uint32Array.of(2, 3), 20)).toEqual([
      { from: 5, to: 6, treated: 1, control: 1 },
    ]);
  });
});

describe('the overlap of scores', () => {
  it('is the share in common, and the share of the focal group outside the range of the other', () => {
    const score = Float64Array.of(0.5, 1.5, 2.5, 3.5, 1.2, 1.8, 2.2, 2.4);
    const treated = Uint8Array.of(1, 1, 1, 1, 0, 0, 0, 0);
    const overlap = overlapOf(score, treated, 1, 3);
    expect(overlap.treated).toEqual({ minimum: 0.5, maximum: 3.5 });
    expect(overlap.control).toEqual({ minimum: 1.2, maximum: 2.4 });
    expect(overlap.focalOutside).toBe(3 / 4);
    expect(overlapOf(score, treated, 0, 3).focalOutside).toBe(0);
    expect(overlap.coefficient).toBe(1 / 4 + 1 / 4);
  });

  it('comes near the overlap of two normal distributions, twice the tail beyond half their distance', () => {
    const random = createRandom(8, 'overlap');
    const n = 40_000;
    const treated = Uint8Array.from({ length: n }, (_, i) => i % 2);
    const score = Float64Array.from(treated, (t) => random.normal() + t);
    // bins of 0.5 make it a little larger; Monte Carlo error 0.003
    expect(Math.abs(overlapOf(score, treated, 1, 20).coefficient - 2 * normalCdf(-0.5))).toBeLessThan(0.015);
  });
});

describe('equipoise', () => {
  it('does not depend on how common the treatment is: log odds minus those of the share', () => {
    const preference = Float64Array.of(0.29, 0.31, 0.5, 0.69, 0.71);
    for (const treated of [Uint8Array.of(1, 0, 0, 0, 0), Uint8Array.of(1, 1, 1, 1, 0)]) {
      const share = treated.reduce((a, b) => a + b, 0) / 5;
      const odds = share / (1 - share);
      const probability = preference.map((p) => ((p / (1 - p)) * odds) / (1 + (p / (1 - p)) * odds));
      expect(equipoise(probability, treated)).toBe(3 / 5);
    }
  });
});
