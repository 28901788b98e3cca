import { describe, expect, it } from 'vitest';
import { augmentedEffect } from '../../../src/core/effects/augmented-effect.ts';
import { augmentedIpw } from '../../../src/core/effects/augmented-ipw.ts';
import type { Inference } from '../../../src/core/effects/choose-inference.ts';
import { type EffectEstimate, estimateEffect, withInterval } from '../../../src/core/effects/estimate-effect.ts';
import { levelSensitivity } from '../../../src/core/effects/level-sensitivity.ts';
import {
  augmentedSensitivity,
  detectableOf,
  type SensitivityInput,
  studySensitivity,
} from '../../../src/core/effects/study-sensitivity.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { fitBinomialRegression } from '../../../src/core/propensity/binomial-regression.ts';
import { packMatrix } from '../../../src/core/propensity/design-matrix.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { robustnessValue } from '../../../src/core/sensitivity/robustness-value.ts';

const plain: Inference = {
  method: 'HC3',
  reason: 'independent-units',
  cluster: null,
  clusters: null,
  equations: null,
  partners: null,
  near: null,
  seed: 1,
};

const effectOf = (estimate: number, half: number): EffectEstimate => ({
  ...withInterval({ estimate, standardError: 1, degreesOfFreedom: 30, adjustedFor: [], leftOut: [] }, 0.95),
  lower: estimate - half,
  upper: estimate + half,
});
const ofUnits = (treated: Uint8Array, outcome: Float64Array, effect: EffectEstimate): SensitivityInput => ({
  sample: { treated, outcome, weights: new Float64Array(treated.length).fill(1) },
  columns: [],
  effect,
  ratios: null,
  confidence: 0.95,
  terms: [],
  everybody: { treated, outcome },
  pairs: null,
});
/** Pairs of a treated unit and a control, by their differences. */
function ofPairs(differences: readonly number[], effect: EffectEstimate): SensitivityInput {
  const n = differences.length;
  const treated = Uint8Array.from({ length: 2 * n }, (_, i) => (i < n ? 1 : 0));
  const outcome = Float64Array.from({ length: 2 * n }, (_, i) => (i < n ? 100 + differences[i]! : 100));
  const row = (k: number) => Uint32Array.from({ length: n }, (_, i) => k + i);
  const offsets = Uint32Array.from({ length: n + 1 }, (_, k) => k);
  return { ...ofUnits(treated, outcome, effect), pairs: { focal: row(0), offsets, partners: row(n) } };
}

describe('the E-value of a study', () => {
  // standard deviation 1 around the mean of either group, for 4 as for 400 units
  for (const times of [1, 100]) {
    it(`is that of VanderWeele and Ding for the standardised difference and its interval (${4 * times} units)`, () => {
      const treated = Uint8Array.from({ length: 4 * times }, (_, i) => (i % 4 < 2 ? 1 : 0));
      const outcome = Float64Array.from({ length: 4 * times }, (_, i) => [1, 3, 0, 2][i % 4]!);
      const { eValue } = studySensitivity(ofUnits(treated, outcome, effectOf(1, 0.49)), kernels);
      // RR = exp(0.91 d); limit exp(0.91 d - 1.78 s) with s = 0.49 / 1.96; E = RR + sqrt(RR (RR - 1))
      const e = (ratio: number) => ratio + Math.sqrt(ratio * (ratio - 1));
      expect(eValue!.riskRatio).toBeCloseTo(Math.exp(0.91), 12);
      expect(eValue!.eValue).toBeCloseTo(e(Math.exp(0.91)), 12);
      expect(eValue!.ofInterval).toBeCloseTo(e(Math.exp(0.91 - 1.78 * 0.25)), 12);
    });
  }
});

describe('the sensitivity of the augmented estimate', () => {
  it('has a robustness value that is the root of share / sqrt(1 - share) = size / scale, for the estimate and its limit', () => {
    const treated = Uint8Array.of(1, 1, 0, 0);
    const sample = { treated, outcome: Float64Array.of(1, 3, 0, 2), weights: new Float64Array(4).fill(1) };
    const { eValue, robustness, rosenbaum } = augmentedSensitivity(sample, { ...effectOf(-1, 0.25), biasScale: 2 });
    const f = (share: number) => share / Math.sqrt(1 - share);
    expect(f(robustness!.value)).toBeCloseTo(0.5, 12);
    expect(f(robustness!.interval)).toBeCloseTo(0.375, 12);
    expect(rosenbaum).toBeNull();
    expect(eValue!.riskRatio).toBeCloseTo(Math.exp(-0.91), 12);
    expect(augmentedSensitivity(sample, { ...effectOf(1, 2), biasScale: 2 }).robustness!.interval).toBe(0);
  });

  it('takes S^2 = mean(residual^2) mean(alpha^2), by hand for three units', () => {
    const three = (values: number[]) => Float64Array.from(values);
    // e 1/2, 1/4, 3/5 and residuals 1 (treated), -2 and 3 (controls)
    const { ate, att } = augmentedIpw(
      three([5, 1, 4]),
      Uint8Array.of(1, 0, 0),
      three([1 / 2, 1 / 4, 3 / 5]),
      three([4, 9, 9]),
      three([7, 3, 1]),
    );
    const residual = (1 + 4 + 9) / 3;
    expect(ate.biasScale).toBeCloseTo(Math.sqrt((residual * (4 + 16 / 9 + 25 / 4)) / 3), 12);
    // odds 1/3 and 3/2 over the share 1/3
    expect(att.biasScale).toBeCloseTo(Math.sqrt((residual * 9 * (1 + 1 / 9 + 9 / 4)) / 3), 12);
  });

  it('stands for a hidden cause: leaving a covariate out biases by no more than what the covariate explains', () => {
    // Linear outcome and a hidden u beside x: the bias is biasScale sqrt(a b / (1 - b)) at most, a and b its shares of what is left.
    const random = createRandom(5, 'hidden-cause');
    const n = 20_000;
    const u = Float64Array.from({ length: n }, () => random.normal());
    const treated = Uint8Array.from(u, (v) => (random.bernoulli(1 / (1 + Math.exp(-0.5 * v))) ? 1 : 0));
    const outcome = Float64Array.from(u, (v, i) => 2 * treated[i]! + v + random.normal());
    const zero = u.map((_, i) => (i % 2 === 0 ? 1 : 0));
    const base = { treated, outcome, folds: 0, cluster: null, confidence: 0.95, seed: 1, estimand: 'ATE' as const };
    const short = augmentedEffect({ ...base, columns: [{ name: 'noise', values: zero }] }, kernels);
    const long = augmentedEffect({ ...base, columns: [{ name: 'u', values: u }] }, kernels);
    const alphaSquares = (columns: { name: string; values: Float64Array }[]) => {
      const { matrix, names } = packMatrix(n, columns, true);
      const { fitted } = fitBinomialRegression(matrix, names, Float64Array.from(treated), null, 'logit', kernels);
      return fitted.reduce((sum, e, i) => sum + 1 / (treated[i] === 1 ? e : 1 - e) ** 2, 0) / n;
    };
    const b = 1 - alphaSquares([]) / alphaSquares([{ name: 'u', values: u }]);
    // residual variance 1 of 1 + Var(u | t)
    const means = [0, 1].map((t) => {
      const own = u.filter((_, i) => treated[i] === t);
      return own.reduce((sum, v) => sum + v, 0) / own.length;
    });
    const left = u.reduce((sum, v, i) => sum + (v - means[treated[i]!]!) ** 2, 0) / n;
    const bound = short.biasScale * Math.sqrt(((left / (1 + left)) * b) / (1 - b));
    const bias = Math.abs(short.estimate - long.estimate);
    expect(bias).toBeGreaterThan(0.5 * bound);
    expect(bias).toBeLessThan(1.02 * bound);
  });
});

describe('the sensitivity within a level', () => {
  it('is that of a study of the level alone, with its own spread', () => {
    const random = createRandom(8, 'levels');
    const level = Int32Array.from({ length: 400 }, (_, i) => i % 2);
    const treated = Uint8Array.from(level, (_, i) => (i % 4 < 2 ? 1 : 0));
    const outcome = Float64Array.from(level, (l, i) => 10 * l + treated[i]! + (1 + 3 * l) * random.normal());
    const sample = { treated, outcome, weights: new Float64Array(400).fill(1) };
    for (const l of [0, 1]) {
      const rows = [...level.keys()].filter((i) => level[i] === l);
      const own = {
        treated: Uint8Array.from(rows, (i) => treated[i]!),
        outcome: Float64Array.from(rows, (i) => outcome[i]!),
        weights: new Float64Array(rows.length).fill(1),
      };
      const effect = estimateEffect(own, [], plain, 0.95, kernels);
      const { eValue, robustness } = levelSensitivity(sample, [], level, l, effect, plain, 0.95, kernels);
      const mean = (t: number) => {
        const y = own.outcome.filter((_, i) => own.treated[i] === t);
        return y.reduce((sum, v) => sum + v, 0) / y.length;
      };
      const squares = own.outcome.reduce((sum, y, i) => sum + (y - mean(own.treated[i]!)) ** 2, 0);
      const d = (mean(1) - mean(0)) / Math.sqrt(squares / 200);
      expect(eValue!.riskRatio).toBeCloseTo(Math.exp(0.91 * d), 10);
      // Student's t of two samples of 100
      const t = (mean(1) - mean(0)) / Math.sqrt((squares / 198) * (2 / 100));
      expect(robustness!.value).toBeCloseTo(robustnessValue(t, 198, 0.05).value, 10);
    }
  });
});

describe('the Rosenbaum bounds of a study', () => {
  it('of ten pairs that all differ in one way are powers, and end where a tail is half of what the confidence leaves', () => {
    for (const way of [1, -1]) {
      const differences = Array.from({ length: 10 }, (_, i) => way * (i + 1));
      const { sign } = studySensitivity(ofPairs(differences, effectOf(way * 5.5, 2)), kernels).rosenbaum!;
      // P(all ten) = (gamma / (1 + gamma))^10; 0.025 at share q = 0.025^(1/10), gamma = q / (1 - q)
      for (const { gamma, pUpper } of sign!.bounds) expect(pUpper).toBeCloseTo((gamma / (1 + gamma)) ** 10, 12);
      const q = 0.025 ** 0.1;
      expect(sign!.survivedGamma).toBeCloseTo(q / (1 - q), 6);
    }
  });

  it('of pairs that speak against the estimate survive nothing', () => {
    const differences = Array.from({ length: 10 }, (_, i) => -(i + 1));
    const { sign } = studySensitivity(ofPairs(differences, effectOf(1, 2)), kernels).rosenbaum!;
    expect(sign!.survivedGamma).toBeNull();
  });
});

describe('what a design can find', () => {
  it('rests on the standard deviation of a sample, with n - 1', () => {
    const treated = Uint8Array.of(1, 1, 0, 0);
    const weights = new Float64Array(4).fill(1);
    const found = detectableOf(
      { values: Float64Array.of(1, 2, 3, 4), cluster: null },
      { treated, weights },
      null,
      0.95,
    );
    expect(found!.standardDeviation).toBeCloseTo(Math.sqrt(5 / 3), 14);
    // two a side, t with 2 degrees of freedom: (4.302653 + 1.060660) sqrt(5/3 (1/2 + 1/2)); R qt(0.975, 2), qt(0.8, 2)
    expect(found!.effect).toBeCloseTo((4.30265272991 + 1.06066017178) * Math.sqrt(5 / 3), 6);
  });
});
