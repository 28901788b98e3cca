import { describe, expect, it } from 'vitest';
import {
  classicalCovariance,
  clusterCovariance,
  heteroskedasticCovariance,
  standardErrors,
} from '../../../src/core/effects/robust-covariance.ts';
import { fitWeightedRegression } from '../../../src/core/effects/weighted-regression.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { packMatrix } from '../../../src/core/propensity/design-matrix.ts';

/** Two groups: treated 3, 5, 10, controls 1, 2, 2, 3; the coefficient of `t` is the difference of means, 6 - 2. */
const t = [1, 1, 1, 0, 0, 0, 0];
const y = [3, 5, 10, 1, 2, 2, 3];

function regress(weights = t.map(() => 1), outcome = y) {
  const { matrix, names } = packMatrix(t.length, [{ name: 't', values: Float64Array.from(t) }], true);
  return fitWeightedRegression(matrix, names, Float64Array.from(outcome), Float64Array.from(weights), kernels);
}

describe('weighted regression on a treatment', () => {
  it('gives the difference of weighted means', () => {
    expect(regress().coefficients[1]).toBeCloseTo(4, 13);
    expect(regress([1, 1, 2, 1, 1, 1, 1]).coefficients[1]).toBeCloseTo(7 - 2, 13);
  });

  // Sums of squared deviations: treated 26, controls 2.
  it('has the classical standard error of the pooled t test', () => {
    expect(standardErrors(classicalCovariance(regress()))[1]).toBeCloseTo(Math.sqrt((28 / 5) * (1 / 3 + 1 / 4)), 13);
  });

  it('has HC2 equal to the standard error of Welch and HC0, HC1, HC3 in their closed forms', () => {
    const error = (type: 'HC0' | 'HC1' | 'HC2' | 'HC3') =>
      standardErrors(heteroskedasticCovariance(regress(), type, kernels))[1];
    expect(error('HC0')).toBeCloseTo(Math.sqrt(26 / 9 + 2 / 16), 13);
    expect(error('HC1')).toBeCloseTo(Math.sqrt((26 / 9 + 2 / 16) * (7 / 5)), 13);
    expect(error('HC2')).toBeCloseTo(Math.sqrt(26 / 2 / 3 + 2 / 3 / 4), 13);
    expect(error('HC3')).toBeCloseTo(Math.sqrt(26 / 4 + 2 / 9), 13);
  });

  it('has the cluster-robust standard error of cluster sums', () => {
    // residuals: -3, -1, 4 | -1, 0, 0, 1; clusters {0, 3, 4}, {1, 5}, {2, 6}
    const cluster = Int32Array.of(0, 1, 2, 0, 0, 1, 2);
    const [a, b, c] = [-3 / 3 - -1 / 4, -1 / 3 - 0, 4 / 3 - 1 / 4];
    const meat = a! ** 2 + b! ** 2 + c! ** 2;
    const error = (correction: 'none' | 'groups' | 'CR1') =>
      standardErrors(clusterCovariance(regress(), cluster, correction, kernels))[1];
    expect(error('none')).toBeCloseTo(Math.sqrt(meat), 13);
    expect(error('groups')).toBeCloseTo(Math.sqrt((meat * 3) / 2), 13);
    expect(error('CR1')).toBeCloseTo(Math.sqrt(((meat * 3) / 2) * (6 / 5)), 13);
  });

  it('equals HC0 where every unit is its own cluster', () => {
    const own = Int32Array.from(t, (_, i) => i);
    expect(standardErrors(clusterCovariance(regress(), own, 'none', kernels))[1]).toBeCloseTo(
      standardErrors(heteroskedasticCovariance(regress(), 'HC0', kernels))[1]!,
      13,
    );
  });

  it('shifts and scales with the outcome', () => {
    const moved = regress(
      undefined,
      y.map((v) => 4 * v + 64),
    );
    expect(moved.coefficients[1]).toBeCloseTo(4 * 4, 12);
    expect(standardErrors(heteroskedasticCovariance(moved, 'HC3', kernels))[1]).toBeCloseTo(
      4 * Math.sqrt(26 / 4 + 2 / 9),
      12,
    );
  });

  it('refuses collinear columns by name, too few units, weights of 0 and one cluster', () => {
    const { matrix, names } = packMatrix(
      t.length,
      [
        { name: 't', values: Float64Array.from(t) },
        { name: 'again', values: Float64Array.from(t, (v) => 2 * v) },
      ],
      true,
    );
    const ones = new Float64Array(7).fill(1);
    expect(() => fitWeightedRegression(matrix, names, Float64Array.from(y), ones, kernels)).toThrow(
      expect.objectContaining({ code: 'collinear', details: { columns: ['again'] } }),
    );
    expect(() => regress([0, 1, 1, 1, 1, 1, 1])).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    expect(() => clusterCovariance(regress(), new Int32Array(7), 'CR1', kernels)).toThrow(
      expect.objectContaining({ code: 'too-few-groups' }),
    );
    const saturated = { rows: 2, cols: 2, values: Float64Array.of(1, 0, 1, 1) };
    expect(() =>
      fitWeightedRegression(saturated, ['a', 'b'], Float64Array.of(1, 2), Float64Array.of(1, 1), kernels),
    ).toThrow(expect.objectContaining({ code: 'empty-group' }));
    const small = { rows: 2, cols: 3, values: matrix.values.slice(0, 6) };
    expect(() => fitWeightedRegression(small, names, Float64Array.of(1, 2), Float64Array.of(1, 1), kernels)).toThrow(
      expect.objectContaining({ code: 'empty-group' }),
    );
  });
});
