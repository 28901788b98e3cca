import { describe, expect, test } from 'vitest';
import { matrix } from '../../../src/core/linalg/matrix.ts';
import { typescriptKernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { fitVarianceComponents, type VarianceComponents } from '../../../src/core/recommend/variance-components.ts';

/** Solves A x = b by Gauss-Jordan with pivoting, and gives log |A|: slow and obviously right. */
function solveDense(a: readonly (readonly number[])[], b: readonly number[]): { x: number[]; logDeterminant: number } {
  const n = b.length;
  const rows = a.map((row, i) => [...row, b[i]!]);
  let logDeterminant = 0;
  for (let c = 0; c < n; c++) {
    let best = c;
    for (let r = c; r < n; r++) if (Math.abs(rows[r]![c]!) > Math.abs(rows[best]![c]!)) best = r;
    [rows[c], rows[best]] = [rows[best]!, rows[c]!];
    const pivot = rows[c]![c]!;
    logDeterminant += Math.log(Math.abs(pivot));
    for (let k = c; k <= n; k++) rows[c]![k] = rows[c]![k]! / pivot;
    for (let r = 0; r < n; r++) {
      if (r === c) continue;
      const factor = rows[r]![c]!;
      for (let k = c; k <= n; k++) rows[r]![k] = rows[r]![k]! - factor * rows[c]![k]!;
    }
  }
  return { x: rows.map((row) => row[n]!), logDeterminant };
}

const random = createRandom(5, 'variance components test');
const n = 24;
const p = 5;
const family = Uint8Array.from([0, 0, 0, 1, 1]);
const features = matrix(
  n,
  p,
  Float64Array.from({ length: n * p }, () => random.normal()),
);
const site = Uint32Array.from({ length: n }, (_, i) => Math.floor(i / 3));
const samplingVariance = Float64Array.from({ length: n }, () => 0.1 + random.uniform());
const y = Float64Array.from({ length: n }, () => random.normal() + 1);
const input = { features, y, samplingVariance, family, families: 2, flat: [], site, sites: 8 };

/** The covariance of y as one n x n matrix, and what follows from it by the textbook formulas. */
function direct(components: VarianceComponents) {
  const f = (i: number, k: number) => features.values[i * p + k]!;
  const covariance = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => {
      let sum = site[i] === site[j] ? components.site : 0;
      if (i === j) sum += samplingVariance[i]! + components.row;
      for (let k = 0; k < p; k++) sum += components.family[family[k]!]! * f(i, k) * f(j, k);
      return sum;
    }),
  );
  const { x: weighted, logDeterminant } = solveDense(covariance, [...y]);
  const mean = Array.from({ length: p }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += components.family[family[k]!]! * f(i, k) * weighted[i]!;
    return sum;
  });
  const quadratic = weighted.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return { mean, logLikelihood: -0.5 * (logDeterminant + quadratic) };
}

describe('fitVarianceComponents', () => {
  const fixed: VarianceComponents = { family: Float64Array.from([0.4, 0.2]), site: 0.3, row: 0.15 };

  test('with given variances it equals the Gaussian process with one n x n covariance', () => {
    const fit = fitVarianceComponents(input, fixed, { maximumIterations: 0, tolerance: 0 }, typescriptKernels);
    const expected = direct(fixed);
    fit.mean.forEach((value, k) => {
      expect(value).toBeCloseTo(expected.mean[k]!, 12);
    });
    expect(fit.logMarginalLikelihood).toBeCloseTo(expected.logLikelihood, 10);
  });

  test('the variances it finds cannot be improved by 2 % in any direction', () => {
    const fit = fitVarianceComponents(input, fixed, { maximumIterations: 500, tolerance: 1e-12 }, typescriptKernels);
    const found = direct(fit.components).logLikelihood;
    expect(fit.logMarginalLikelihood).toBeCloseTo(found, 8);
    for (const factor of [0.98, 1.02]) {
      const { family: f, site: s, row: r } = fit.components;
      for (const other of [
        { family: Float64Array.from([f[0]! * factor, f[1]!]), site: s, row: r },
        { family: Float64Array.from([f[0]!, f[1]! * factor]), site: s, row: r },
        { family: f, site: s * factor, row: r },
        { family: f, site: s, row: r * factor },
      ]) {
        expect(direct(other).logLikelihood).toBeLessThanOrEqual(found + 1e-7);
      }
    }
  });

  test('rows without sampling variances give what the general way gives', () => {
    const plain = { ...input, samplingVariance: null };
    const start = { family: Float64Array.from([0.4, 0.2]), site: 0, row: 0.5 };
    const options = { maximumIterations: 300, tolerance: 1e-12 };
    const short = fitVarianceComponents(plain, start, options, typescriptKernels);
    const none = new Float64Array(n);
    const long = fitVarianceComponents({ ...plain, samplingVariance: none }, start, options, typescriptKernels);
    expect(short.components.row).toBeCloseTo(long.components.row, 6);
    short.mean.forEach((value, k) => {
      expect(value).toBeCloseTo(long.mean[k]!, 6);
    });
  });
});
