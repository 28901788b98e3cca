import { describe, expect, it } from 'vitest';
import { stratifiedEffect } from '../../../src/core/effects/stratified-effect.ts';
import { eValue, eValueOfInterval } from '../../../src/core/sensitivity/e-value.ts';
import { mcNemarBounds, signedRankBounds } from '../../../src/core/sensitivity/rosenbaum-bounds.ts';
import { averageRanks } from '../../../src/core/stats/average-ranks.ts';
import { normalUpperTail } from '../../../src/core/stats/normal.ts';

describe('the E-value', () => {
  it('is 7.26 for a risk ratio of 3.9 and 3.0 for its limit 1.8 (VanderWeele and Ding 2017)', () => {
    expect(eValue(3.9)).toBeCloseTo(7.263, 3);
    expect(eValueOfInterval({ riskRatio: 3.9, lower: 1.8, upper: 8.7 })).toBeCloseTo(3, 10);
  });
  it('is the same for a ratio and its inverse, and 1 for no effect', () => {
    expect(eValue(0.5)).toBeCloseTo(eValue(2), 12);
    expect(eValue(1)).toBe(1);
  });
  it('of an interval that holds 1 is 1, and without an interval there is none', () => {
    expect(eValueOfInterval({ riskRatio: 1.2, lower: 0.9, upper: 1.6 })).toBe(1);
    expect(eValueOfInterval({ riskRatio: 1.2, lower: null, upper: null })).toBeNull();
  });
  it('refuses a ratio of 0', () => {
    expect(() => eValue(0)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
});

describe('Rosenbaum bounds', () => {
  it('are those of Hammond for 122 discordant pairs, 110 of them positive (Rosenbaum 2002, chapter 4)', () => {
    const bounds = mcNemarBounds(110, 12, [1, 5, 6, 7]);
    const expected = [2.73e-21, 0.02317, 0.09693, 0.2303];
    bounds.forEach(({ pUpper }, i) => {
      expect(Math.abs(pUpper / expected[i]! - 1)).toBeLessThan(2e-3); // published to three or four digits
    });
  });

  it('are the signed rank test without hidden bias, and spread as gamma grows', () => {
    const differences = Float64Array.of(1, -2, 3, 4, 0, 5, -1, 6);
    const { nonZeroPairs, signedRankSum, bounds } = signedRankBounds(differences, [1, 2, 3]);
    // |d| without the zero: 1, 2, 3, 4, 5, 1, 6 -> ranks 1.5, 3, 4, 5, 6, 1.5, 7
    expect([nonZeroPairs, signedRankSum]).toEqual([7, 1.5 + 4 + 5 + 6 + 7]);
    expect(bounds[0]!.pUpper).toBeCloseTo(bounds[0]!.pLower, 14);
    // T = 23.5 against 28 / 2, variance 139.5 / 4
    expect(bounds[0]!.pUpper).toBeCloseTo(normalUpperTail(9.5 / Math.sqrt(139.5 / 4)), 13);
    expect(bounds[2]!.pUpper).toBeGreaterThan(bounds[1]!.pUpper);
    expect(bounds[2]!.pLower).toBeLessThan(bounds[1]!.pLower);
  });

  it('give equal values the average of their ranks', () => {
    expect([...averageRanks(Float64Array.of(3, 1, 3, 2))]).toEqual([3.5, 1, 3.5, 2]);
  });

  it('refuse a gamma below 1 and pairs without any difference', () => {
    expect(() => mcNemarBounds(1, 1, [0.5])).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    expect(() => signedRankBounds(new Float64Array(3), [1])).toThrow(expect.objectContaining({ code: 'empty-group' }));
  });
});

describe('the effect by strata', () => {
  const outcome = Float64Array.of(5, 7, 1, 3, 20, 22, 24, 10, 12);
  const treated = Uint8Array.of(1, 1, 0, 0, 1, 1, 1, 0, 0);
  const stratum = Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1, 1);

  it('averages differences with the shares of the treated, or of all', () => {
    const { differences, att, ate } = stratifiedEffect(outcome, treated, stratum);
    expect(differences).toEqual([4, 11]);
    expect(att.estimate).toBeCloseTo((2 * 4 + 3 * 11) / 5, 12);
    expect(ate.estimate).toBeCloseTo((4 * 4 + 5 * 11) / 9, 12);
    // variances 2, 2 and 4, 2: (2/5)^2 (2/2 + 2/2) + (3/5)^2 (4/3 + 2/2)
    expect(att.standardError).toBeCloseTo(Math.sqrt(0.16 * 2 + 0.36 * (4 / 3 + 1)), 12);
  });

  it('refuses a stratum with one unit of a group', () => {
    expect(() => stratifiedEffect(outcome, treated, Int32Array.of(0, 1, 0, 0, 1, 1, 1, 1, 1))).toThrow(
      expect.objectContaining({ code: 'empty-group', details: expect.objectContaining({ stratum: 1 }) }),
    );
  });
});
