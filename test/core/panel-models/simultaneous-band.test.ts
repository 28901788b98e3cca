import { describe, expect, it } from 'vitest';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { simultaneousCriticalValue } from '../../../src/core/panel-models/simultaneous-band.ts';
import { normalQuantile } from '../../../src/core/stats/normal-quantile.ts';
import { studentTQuantile } from '../../../src/core/stats/student-t.ts';

/** m estimates with one correlation between any two. */
const alike = (m: number, r: number) => ({
  rows: m,
  cols: m,
  values: Float64Array.from({ length: m * m }, (_, at) => (at % (m + 1) === 0 ? 1 : r)),
});
const critical = (m: number, r: number, freedom: number) =>
  simultaneousCriticalValue(alike(m, r), freedom, 0.95, 7, kernels);
const many = 1e7;

describe('the band that holds for all estimates together', () => {
  it('is Sidak’s for independent estimates: Phi^-1((1 + 0.95^(1/m)) / 2)', () => {
    // The simulated quantile has a Monte Carlo error near 0.01.
    for (const m of [2, 5, 10]) {
      expect(Math.abs(critical(m, 0, many) - normalQuantile((1 + 0.95 ** (1 / m)) / 2))).toBeLessThan(0.04);
    }
  });

  it('is the pointwise one for estimates that are one and the same, and for one alone', () => {
    expect(Math.abs(critical(4, 1, many) - 1.959964)).toBeLessThan(0.04);
    expect(critical(1, 0, 9)).toBe(studentTQuantile(0.975, 9));
  });

  it('lies between the two for estimates that hang together: Dunnett’s 2.44 for four at one half', () => {
    // Hochberg and Tamhane 1987, table 5 (two-sided, infinite degrees of freedom, rho = 0.5): 2.44 for k = 4
    expect(Math.abs(critical(4, 0.5, many) - 2.44)).toBeLessThan(0.05);
  });

  it('is wider with few degrees of freedom, as the t is, and never wider than Bonferroni’s', () => {
    const wide = critical(3, 0, 8) / critical(3, 0, many);
    expect(wide).toBeCloseTo(studentTQuantile(0.975, 8) / normalQuantile(0.975), 3);
    for (const freedom of [1, 3, 30]) {
      expect(critical(12, 0, freedom)).toBeLessThanOrEqual(studentTQuantile(1 - 0.025 / 12, freedom));
    }
  });
});
