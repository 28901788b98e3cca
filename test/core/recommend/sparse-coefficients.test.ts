import { describe, expect, test } from 'vitest';
import { matrix } from '../../../src/core/linalg/matrix.ts';
import { typescriptKernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { fitSparseCoefficients } from '../../../src/core/recommend/sparse-coefficients.ts';

const sampler = { burn: 200, kept: 80, thin: 8 };

/** y = F b + e with standard normal F: 40 coefficients of one sparse family, of which the first four are not 0. */
function simulate(seed: number, noise: number) {
  const random = createRandom(seed, 'sparse coefficients test');
  const n = 200;
  const p = 40;
  const truth = Float64Array.from({ length: p }, (_, k) => (k < 4 ? (k % 2 ? -1 : 1) : 0));
  const features = matrix(
    n,
    p,
    Float64Array.from({ length: n * p }, () => random.normal()),
  );
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    y[i] = noise * random.normal();
    for (let k = 0; k < p; k++) y[i] = y[i]! + features.values[i * p + k]! * truth[k]!;
  }
  const gram = matrix(p, p);
  const cross = new Float64Array(p);
  typescriptKernels.gram(features, null, gram, { z: y, out: cross });
  const sumOfSquares = y.reduce((sum, value) => sum + value * value, 0);
  const input = {
    gram,
    cross,
    sumOfSquares,
    rows: n,
    noise: 'estimated' as const,
    family: new Uint8Array(p),
    families: 1,
    sparse: [0],
    flat: [],
    without: [],
    priorScale: 0.1,
  };
  return { input, truth, n, p };
}

describe('fitSparseCoefficients', () => {
  test('it keeps the coefficients that are there and drops those that are not', () => {
    const { input, truth } = simulate(1, 1);
    const fit = fitSparseCoefficients(input, sampler, createRandom(1), typescriptKernels);
    truth.forEach((value, k) => {
      if (value !== 0) expect(fit.inclusion[k]).toBeGreaterThan(0.99);
      else expect(fit.inclusion[k]).toBeLessThan(0.6);
      // four standard errors of least squares, 1 / sqrt(200)
      expect(Math.abs(fit.mean[k]! - value)).toBeLessThan(4 / Math.sqrt(200));
    });
    expect(Math.abs(fit.noiseVariance - 1)).toBeLessThan(4 * Math.sqrt(2 / 200));
  });

  test('its squared error is a small part of that of least squares, over 10 data sets', () => {
    let ours = 0;
    for (let seed = 10; seed < 20; seed++) {
      const { input, truth } = simulate(seed, 1);
      const { mean } = fitSparseCoefficients(input, sampler, createRandom(seed), typescriptKernels);
      ours += mean.reduce((sum, value, k) => sum + (value - truth[k]!) ** 2, 0) / 10;
    }
    // least squares: p / (n - p - 1) = 40 / 159
    expect(ours).toBeLessThan(0.4 * (40 / 159));
  });

  test('posterior standard deviations match the errors they stand for', () => {
    let squares = 0;
    let count = 0;
    for (let seed = 30; seed < 45; seed++) {
      const { input, truth, p } = simulate(seed, 1);
      const { mean, covariance } = fitSparseCoefficients(input, sampler, createRandom(seed), typescriptKernels);
      for (let k = 0; k < 4; k++) {
        squares += (mean[k]! - truth[k]!) ** 2 / covariance.values[k * p + k]!;
        count++;
      }
    }
    // a chi-squared mean of 60: standard deviation sqrt(2 / 60)
    expect(Math.abs(squares / count - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
  });

  test('the mean is the operator times the cross products', () => {
    const { input, p } = simulate(2, 1);
    const fit = fitSparseCoefficients(input, sampler, createRandom(3), typescriptKernels);
    const again = new Float64Array(p);
    typescriptKernels.gemv(fit.operator, input.cross, again);
    fit.mean.forEach((value, k) => {
      expect(Math.abs(value - again[k]!)).toBeLessThan(1e-11);
    });
  });

  test('the same seed gives the same bits', () => {
    const { input } = simulate(4, 1);
    const a = fitSparseCoefficients(input, sampler, createRandom(9), typescriptKernels);
    const b = fitSparseCoefficients(input, sampler, createRandom(9), typescriptKernels);
    expect(a).toEqual(b);
  });
});
