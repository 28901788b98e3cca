import { describe, expect, it } from 'vitest';
import { stratifiedEffect } from '../../../src/core/effects/stratified-effect.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import {
  eValue,
  eValueOfInterval,
  riskRatioOfCommonHazard,
  riskRatioOfCommonOdds,
  riskRatioOfStandardizedDifference,
} from '../../../src/core/sensitivity/e-value.ts';
import { hodgesLehmannBounds } from '../../../src/core/sensitivity/hodges-lehmann.ts';
import {
  intraclassCorrelation,
  minimumDetectableEffect,
} from '../../../src/core/sensitivity/minimum-detectable-effect.ts';
import { asStrongAs, biasOf, robustnessValue } from '../../../src/core/sensitivity/robustness-value.ts';
import {
  mcNemarBounds,
  signedRankBounds,
  signTestBounds,
  survivedGamma,
} from '../../../src/core/sensitivity/rosenbaum-bounds.ts';
import { averageRanks } from '../../../src/core/stats/average-ranks.ts';
import { holmAdjusted } from '../../../src/core/stats/holm.ts';
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
  it('takes other measures as approximate risk ratios (VanderWeele and Ding 2017, table 2)', () => {
    expect(riskRatioOfCommonOdds(4)).toBe(2);
    expect(riskRatioOfCommonHazard(1)).toBe(1);
    expect(riskRatioOfCommonHazard(0.5)).toBeCloseTo((1 - 0.5 ** Math.SQRT1_2) / (1 - 0.5 ** Math.SQRT2), 14);
    // d = 0.5 with a standard error of 0.25: exp(0.455), exp(0.455 -/+ 0.445)
    const { riskRatio, lower, upper } = riskRatioOfStandardizedDifference(0.5, 0.25);
    expect(riskRatio).toBeCloseTo(1.5761733, 6);
    expect(lower).toBeCloseTo(1.0100502, 6);
    expect(upper).toBeCloseTo(2.4596031, 6);
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

  it('are tails of the binomial with shares of gamma / (1 + gamma) and 1 / (1 + gamma)', () => {
    const [bound] = mcNemarBounds(3, 1, [3]);
    expect(bound!.pUpper).toBeCloseTo(0.75 ** 4 + 4 * 0.75 ** 3 * 0.25, 14);
    expect(bound!.pLower).toBeCloseTo(0.25 ** 4 + 4 * 0.25 ** 3 * 0.75, 14);
    expect(signTestBounds(Float64Array.of(2, 9, 0, -3, 1), [3])).toEqual([bound]);
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

describe('the sign test and the gamma that a finding survives', () => {
  const hammond = Float64Array.from({ length: 150 }, (_, i) => (i < 110 ? 1 : i < 122 ? -2 : 0));
  it('count positive against negative pairs and leave out those that are equal', () => {
    expect(signTestBounds(hammond, [1, 6])).toEqual(mcNemarBounds(110, 12, [1, 6]));
    expect(() => signTestBounds(new Float64Array(3), [1])).toThrow(expect.objectContaining({ code: 'empty-group' }));
  });
  it('lies between 5 and 6 for Hammond (Rosenbaum 2002: 0.0232 at 5, 0.0969 at 6), and is none where nothing was found', () => {
    const gamma = survivedGamma((g) => signTestBounds(hammond, [g])[0]!.pUpper, 0.05)!;
    expect(gamma).toBeGreaterThan(5);
    expect(gamma).toBeLessThan(6);
    expect(signTestBounds(hammond, [gamma])[0]!.pUpper).toBeCloseTo(0.05, 8);
    expect(survivedGamma(() => 0.2, 0.05)).toBeNull();
    expect(survivedGamma(() => 0, 0.05)).toBe(1000);
  });
});

describe('the estimate of Hodges and Lehmann', () => {
  const walshQuantile = (d: readonly number[], target: number): number => {
    // by definition, over every average: the middle of the shifts whose rank sum is the target
    const averages = d.flatMap((a, i) => d.slice(i).map((b) => (a + b) / 2)).sort((a, b) => b - a);
    const sum = (shift: number) => averages.reduce((s, w) => s + (w > shift ? 1 : w === shift ? 0.5 : 0), 0);
    const more = averages.filter((w) => sum(w - 1e-7) > target + 1e-9);
    const less = averages.filter((w) => sum(w + 1e-7) < target - 1e-9);
    return (
      (Math.min(...more.filter((w) => sum(w + 1e-7) <= target + 1e-9)) +
        Math.max(...less.filter((w) => sum(w - 1e-7) >= target - 1e-9))) /
      2
    );
  };
  it('is the median of the Walsh averages without hidden bias, and quantiles of them with it', () => {
    const random = createRandom(9, 'walsh');
    for (const n of [1, 2, 5, 12, 31]) {
      const d = Array.from({ length: n }, () => Math.round(random.normal() * 50) / 10);
      const all = (n * (n + 1)) / 2;
      for (const { gamma, lower, upper } of hodgesLehmannBounds(Float64Array.from(d), [1, 2, 4])) {
        expect(lower).toBeCloseTo(walshQuantile(d, (gamma / (1 + gamma)) * all), 8);
        expect(upper).toBeCloseTo(walshQuantile(d, all / (1 + gamma)), 8);
      }
    }
  });
  it('moves and stretches with the differences, and refuses none', () => {
    const d = Float64Array.of(3, -1, 4, 1, -5, 9, 2, 6);
    const [plain] = hodgesLehmannBounds(d, [2]);
    const [moved] = hodgesLehmannBounds(
      d.map((v) => 3 * v + 10),
      [2],
    );
    expect(moved!.lower).toBeCloseTo(3 * plain!.lower + 10, 8);
    expect(moved!.upper).toBeCloseTo(3 * plain!.upper + 10, 8);
    expect(() => hodgesLehmannBounds(new Float64Array(0), [1])).toThrow(
      expect.objectContaining({ code: 'empty-group' }),
    );
    expect(() => hodgesLehmannBounds(d, [0.5])).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
});

describe('the robustness value', () => {
  it('is that of Darfur: 13.9 %, and 7.6 % for the interval (Cinelli and Hazlett 2020, table 1)', () => {
    const { value, interval } = robustnessValue(4.184, 783, 0.05);
    expect(Math.round(value * 1000)).toBe(139);
    expect(Math.round(interval * 1000)).toBe(76);
  });
  it('is the strength, equal for both, whose bias is the estimate', () => {
    const { value } = robustnessValue(-3, 50, 0.05);
    expect(biasOf({ withTreatment: value, withOutcome: value }, 1, 50)).toBeCloseTo(3, 12);
    expect(robustnessValue(1, 50, 0.05).interval).toBe(0);
  });
  it('has the benchmark of Darfur: once as strong as being a woman, the estimate is 0.097 - 0.022 = 0.075', () => {
    // table 1: partial R^2 of female 0.9 % with the treatment's residual and 10.9 % with the outcome's; bounds 0.92 % and 12.5 %
    const bound = asStrongAs({ withTreatment: 0.00908, withOutcome: 0.109 }, 1)!;
    expect(bound.withTreatment).toBeCloseTo(0.0092, 4);
    expect(bound.withOutcome).toBeCloseTo(0.125, 3);
    expect(0.0973 - biasOf(bound, 0.0233, 783)).toBeCloseTo(0.0752, 3);
    expect(asStrongAs({ withTreatment: 0.6, withOutcome: 0.1 }, 1)).toBeNull();
  });
  it('refuses a t that is no number', () => {
    expect(() => robustnessValue(Number.NaN, 10, 0.05)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
});

describe('the minimum detectable effect', () => {
  const plan = { standardDeviation: 1, intraclassCorrelation: 0, alpha: 0.05, power: 0.8 };
  it('of 64 units a side is half a standard deviation (Cohen 1988, table 2.3.5)', () => {
    const group = { units: 64, clusterSizes: null };
    // 64 a side are the fewest that find d = 0.5 with power 0.80
    expect(minimumDetectableEffect(group, group, plan).effect).toBeCloseTo(0.5, 2);
  });
  it('grows by the root of the design effect 1 + (m - 1) icc where whole clusters are treated', () => {
    const units = { units: 20 * 30, clusterSizes: null };
    const clusters = { units: 20 * 30, clusterSizes: Array<number>(20).fill(30) };
    const icc = 0.1;
    const plain = minimumDetectableEffect(units, units, plan).standardError;
    const grown = minimumDetectableEffect(clusters, clusters, { ...plan, intraclassCorrelation: icc });
    expect(grown.standardError / plain).toBeCloseTo(Math.sqrt(1 + 29 * icc), 12);
    expect(grown.degreesOfFreedom).toBe(38);
  });
  it('refuses one cluster, one unit, and probabilities that are none', () => {
    const one = { units: 30, clusterSizes: [30] };
    const two = { units: 30, clusterSizes: [10, 20] };
    expect(() => minimumDetectableEffect(one, two, plan)).toThrow(expect.objectContaining({ code: 'too-few-groups' }));
    const single = { units: 1, clusterSizes: null };
    expect(() => minimumDetectableEffect(single, single, plan)).toThrow(
      expect.objectContaining({ code: 'empty-group' }),
    );
    const bad = { ...plan, power: 1 };
    expect(() => minimumDetectableEffect(two, two, bad)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
  it('takes an intra-class correlation by analysis of variance', () => {
    // two clusters of two: MSB 16, MSW 1; (16 - 1) / (16 + 1)
    const values = Float64Array.of(0, Math.SQRT2, 4, 4 + Math.SQRT2);
    expect(intraclassCorrelation(values, Int32Array.of(0, 0, 1, 1))).toBeCloseTo(15 / 17, 12);
    // three and two: MSB 30, MSW 4/3, n0 = (5 - 13/5) / 1 = 2.4 (Donner 1986, eq. 2.1)
    const unequal = intraclassCorrelation(Float64Array.of(1, 2, 3, 6, 8), Int32Array.of(0, 0, 0, 1, 1));
    expect(unequal).toBeCloseTo((30 - 4 / 3) / (30 + 1.4 * (4 / 3)), 12);
    expect(intraclassCorrelation(Float64Array.of(0, 9, 9, 0), Int32Array.of(0, 0, 1, 1))).toBe(0);
    expect(() => intraclassCorrelation(Float64Array.of(1, 1, 1), Int32Array.of(0, 0, 1))).toThrow(
      expect.objectContaining({ code: 'no-variation' }),
    );
  });
});

describe('Holm’s adjustment', () => {
  it('is that of its paper’s rule, in the order given, and at most 1', () => {
    expect(holmAdjusted([0.01, 0.02, 0.03, 0.005]).map((p) => Math.round(p * 1e6) / 1e6)).toEqual([
      0.03, 0.04, 0.04, 0.02,
    ]);
    expect(holmAdjusted([0.9, 0.8])).toEqual([1, 1]);
    expect(holmAdjusted([])).toEqual([]);
  });
});
