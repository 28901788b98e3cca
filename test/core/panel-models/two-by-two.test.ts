import { describe, expect, it } from 'vitest';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import {
  fitTwoByTwo,
  fitTwoByTwoMeans,
  influenceOf,
  type TwoByTwoEstimator,
  type TwoByTwoSample,
} from '../../../src/core/panel-models/two-by-two.ts';
import { noise } from './naive-panel.ts';

const estimators: readonly TwoByTwoEstimator[] = ['doubly-robust', 'regression', 'inverse-probability'];

/** Treatment and change depend on one covariate; `bend` adds a square to either, which the models leave out. */
function draw(seed: number, m: number, bend: { readonly score: number; readonly outcome: number }): TwoByTwoSample {
  const next = noise(seed);
  const values = new Float64Array(m * 2);
  const treated = new Float64Array(m);
  const change = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    const x = 1.5 * next();
    values[2 * i] = 1;
    values[2 * i + 1] = x;
    const index = 0.8 * x + bend.score * (x * x - 0.75) - 0.3;
    treated[i] = (next() + 1) / 2 < 1 / (1 + Math.exp(-index)) ? 1 : 0;
    change[i] = 1 + 2 * x + bend.outcome * x * x + next() + treated[i]!;
  }
  return { x: { rows: m, cols: 2, values }, names: ['(Intercept)', 'x'], treated, change };
}
const influences = (sample: TwoByTwoSample, estimator: TwoByTwoEstimator) => {
  const fit = fitTwoByTwo(sample, estimator, kernels);
  return Array.from(sample.change, (change, i) =>
    influenceOf(fit, sample.treated[i] === 1, change, sample.x.values, i * sample.x.cols),
  );
};
const without = (sample: TwoByTwoSample, left: number): TwoByTwoSample => {
  const keep = Array.from(sample.change, (_, i) => i).filter((i) => i !== left);
  const k = sample.x.cols;
  return {
    ...sample,
    x: {
      rows: keep.length,
      cols: k,
      values: Float64Array.from(keep.flatMap((i) => [...sample.x.values.subarray(i * k, i * k + k)])),
    },
    treated: Float64Array.from(keep, (i) => sample.treated[i]!),
    change: Float64Array.from(keep, (i) => sample.change[i]!),
  };
};

describe('one comparison of two groups in two periods', () => {
  it('has influences that sum to zero and tell what leaving out a unit does', () => {
    const sample = draw(4, 240, { score: 0.3, outcome: 0.7 });
    for (const estimator of estimators) {
      const { estimate } = fitTwoByTwo(sample, estimator, kernels);
      const influence = influences(sample, estimator);
      expect(Math.abs(influence.reduce((a, b) => a + b, 0))).toBeLessThan(1e-8);
      let squares = 0;
      let gaps = 0;
      for (let i = 0; i < 240; i++) {
        const jackknife = 239 * (estimate - fitTwoByTwo(without(sample, i), estimator, kernels).estimate);
        squares += influence[i]! ** 2;
        gaps += (influence[i]! - jackknife) ** 2;
      }
      // The two agree but for terms of order 1/n of the influence.
      expect(Math.sqrt(gaps / squares)).toBeLessThan(0.05);
    }
  });

  it('is the difference of mean changes when nothing but the intercept is adjusted for', () => {
    const base = draw(7, 100, { score: 0, outcome: 0 });
    const sample = {
      ...base,
      x: { rows: 100, cols: 1, values: new Float64Array(100).fill(1) },
      names: ['(Intercept)'],
    };
    const means = fitTwoByTwoMeans(sample.treated, sample.change);
    for (const estimator of estimators) {
      const fit = fitTwoByTwo(sample, estimator, kernels);
      expect(fit.estimate).toBeCloseTo(means.estimate, 12);
      for (let i = 0; i < 100; i++) {
        const of = (f: typeof fit) => influenceOf(f, sample.treated[i] === 1, sample.change[i]!, sample.x.values, i);
        expect(of(fit)).toBeCloseTo(of(means), 10);
      }
    }
  });

  it('is right with either model right, when doubly robust; the others need theirs', () => {
    const mean = (estimator: TwoByTwoEstimator, bend: { score: number; outcome: number }) => {
      let sum = 0;
      for (let seed = 0; seed < 60; seed++) sum += fitTwoByTwo(draw(seed + 50, 400, bend), estimator, kernels).estimate;
      return sum / 60;
    };
    const wrongOutcome = { score: 0, outcome: 2 };
    const wrongScore = { score: 1.5, outcome: 0 };
    // Monte Carlo standard error of each mean: below 0.03.
    expect(Math.abs(mean('doubly-robust', wrongOutcome) - 1)).toBeLessThan(0.1);
    expect(Math.abs(mean('doubly-robust', wrongScore) - 1)).toBeLessThan(0.1);
    expect(Math.abs(mean('inverse-probability', wrongOutcome) - 1)).toBeLessThan(0.1);
    expect(Math.abs(mean('regression', wrongScore) - 1)).toBeLessThan(0.1);
    expect(Math.abs(mean('inverse-probability', wrongScore) - 1)).toBeGreaterThan(0.15);
    expect(Math.abs(mean('regression', wrongOutcome) - 1)).toBeGreaterThan(0.15);
  });

  it('does not depend on the scale of a covariate', () => {
    const sample = draw(11, 150, { score: 0.2, outcome: 0.2 });
    const scaled = {
      ...sample,
      x: { ...sample.x, values: sample.x.values.map((v, at) => (at % 2 === 1 ? 1e5 * v + 3e6 : v)) },
    };
    for (const estimator of estimators) {
      expect(fitTwoByTwo(scaled, estimator, kernels).estimate).toBeCloseTo(
        fitTwoByTwo(sample, estimator, kernels).estimate,
        7,
      );
    }
  });

  it('refuses too few controls, collinear covariates and perfectly predicted treatment with their codes', () => {
    const sample = draw(13, 60, { score: 0, outcome: 0 });
    const code = (s: TwoByTwoSample, estimator: TwoByTwoEstimator) => {
      try {
        fitTwoByTwo(s, estimator, kernels);
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'no error';
    };
    const x3 = new Float64Array(180);
    for (let i = 0; i < 60; i++) x3.set([1, sample.x.values[2 * i + 1]!, 2 * sample.x.values[2 * i + 1]!], 3 * i);
    const collinear = { ...sample, x: { rows: 60, cols: 3, values: x3 }, names: ['(Intercept)', 'x', 'twice'] };
    const separated = {
      ...sample,
      treated: Float64Array.from(sample.change, (_, i) => (sample.x.values[2 * i + 1]! > 0 ? 1 : 0)),
    };
    const nobody = { ...sample, treated: Float64Array.from(sample.treated, (_, i) => (i < 58 ? 1 : 0)) };
    for (const estimator of estimators) {
      expect(code(collinear, estimator)).toBe('collinear');
      expect(code(separated, estimator)).toBe(estimator === 'regression' ? 'no error' : 'separation');
      expect(code(nobody, estimator)).toBe('empty-group');
    }
  });
});
