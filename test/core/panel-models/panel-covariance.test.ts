import { describe, expect, it } from 'vitest';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { panelCovariance } from '../../../src/core/panel-models/panel-covariance.ts';
import { fitPanelRegression, type PanelFit } from '../../../src/core/panel-models/panel-regression.ts';
import { constantWithinUnits, panelStructure } from '../../../src/core/panel-models/panel-structure.ts';
import { noise, smallPanel } from './naive-panel.ts';

const panel = smallPanel(9, 20, 31, (u, t) => (u * 7 + t * 3) % 11 !== 0);
const fit = fitPanelRegression({ ...panel, model: 'fixed-effects', effects: 'unit' }, kernels);

/** B (sum over all pairs of rows of weight(i, j) s_i s_j') B, the definition itself. */
function byPairs({ regression, unit, period }: PanelFit, weight: (i: number, j: number) => number): number[] {
  const { x, residuals, bread } = regression;
  const k = x.cols;
  const meat = new Float64Array(k * k);
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < x.rows; j++) {
      const w = weight(i, j);
      if (w === 0) continue;
      for (let a = 0; a < k; a++) {
        for (let b = 0; b < k; b++) {
          meat[a * k + b]! += w * x.values[i * k + a]! * residuals[i]! * x.values[j * k + b]! * residuals[j]!;
        }
      }
    }
  }
  expect(unit.length).toBe(period!.length);
  const times = (p: ArrayLike<number>, q: ArrayLike<number>) =>
    Array.from({ length: k * k }, (_, at) => {
      let sum = 0;
      for (let c = 0; c < k; c++) sum += p[Math.floor(at / k) * k + c]! * q[c * k + (at % k)]!;
      return sum;
    });
  return times(times(bread.values, meat), bread.values);
}
const expectClose = (actual: ArrayLike<number>, expected: readonly number[]) =>
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value)).toBeLessThanOrEqual(1e-10 * Math.abs(value) + 1e-16);
  });

describe('covariances of panel coefficients', () => {
  const { unit } = fit;
  const period = fit.period!;

  it('sum over the pairs of rows that may hang together', () => {
    const pairs = {
      white: (i: number, j: number) => (i === j ? 1 : 0),
      'cluster-unit': (i: number, j: number) => (unit[i] === unit[j] ? 1 : 0),
      'cluster-time': (i: number, j: number) => (period[i] === period[j] ? 1 : 0),
      'two-way-cluster': (i: number, j: number) => (unit[i] === unit[j] || period[i] === period[j] ? 1 : 0),
      // 20 periods: L = floor(20^(1/4)) = 2
      'driscoll-kraay': (i: number, j: number) => Math.max(0, 1 - Math.abs(period[i]! - period[j]!) / 3),
    } as const;
    for (const type of ['white', 'cluster-unit', 'cluster-time', 'two-way-cluster', 'driscoll-kraay'] as const) {
      expectClose(panelCovariance(fit, type, 'none', kernels).matrix.values, byPairs(fit, pairs[type]));
    }
  });

  it('take n / (n - k) or G / (G - 1) (n - 1) / (n - k) on request', () => {
    const n = panel.unit.length;
    const ratio = (type: 'white' | 'cluster-unit' | 'cluster-time', small: 'HC1' | 'CR1') =>
      panelCovariance(fit, type, small, kernels).matrix.values[0]! /
      panelCovariance(fit, type, 'none', kernels).matrix.values[0]!;
    expect(ratio('white', 'HC1')).toBeCloseTo(n / (n - 2), 12);
    expect(ratio('cluster-unit', 'CR1')).toBeCloseTo(((9 / 8) * (n - 1)) / (n - 2), 12);
    expect(ratio('cluster-time', 'CR1')).toBeCloseTo(((20 / 19) * (n - 1)) / (n - 2), 12);
  });

  it('cluster by what holds the units, alone and crossed with periods', () => {
    const cluster = Array.from({ length: 9 }, (_, u) => u % 3);
    const of = (i: number) => cluster[unit[i]!]!;
    expectClose(
      panelCovariance(fit, 'cluster-unit', 'none', kernels, cluster).matrix.values,
      byPairs(fit, (i, j) => (of(i) === of(j) ? 1 : 0)),
    );
    expectClose(
      panelCovariance(fit, 'two-way-cluster', 'none', kernels, cluster).matrix.values,
      byPairs(fit, (i, j) => (of(i) === of(j) || period[i] === period[j] ? 1 : 0)),
    );
    expect(panelCovariance(fit, 'two-way-cluster', 'CR1', kernels, cluster)).toMatchObject({
      degreesOfFreedom: 2,
      clusters: [3, 20],
    });
  });

  it('refuse what rests on fewer than two clusters, and periods where the model has none', () => {
    const oneCluster = new Uint32Array(9);
    expect(() => panelCovariance(fit, 'cluster-unit', 'none', kernels, oneCluster)).toThrowError(
      expect.objectContaining({ code: 'too-few-groups' }),
    );
    const once = smallPanel(9, 1, 4, () => true);
    const oneWave = fitPanelRegression({ ...once, model: 'pooled', effects: 'unit' }, kernels);
    expect(() => panelCovariance(oneWave, 'driscoll-kraay', 'none', kernels)).toThrowError(
      expect.objectContaining({ code: 'too-few-groups', details: { groups: 1 } }),
    );
    const between = fitPanelRegression({ ...panel, model: 'between', effects: 'unit' }, kernels);
    expect(() => panelCovariance(between, 'driscoll-kraay', 'none', kernels)).toThrowError(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });

  it('refuse a cluster that changes within a unit, and name the rows', () => {
    const structure = panelStructure([0, 0, 1], [0, 1, 0]);
    expect(() => constantWithinUnits(structure, [4, 5, 4], 'street')).toThrowError(
      expect.objectContaining({ code: 'invalid-argument', details: { variable: 'street', unit: 0, rows: [0, 1] } }),
    );
  });

  it('cover the slope in about 95 of 100 panels with dependence within units, where classical errors do not', () => {
    let clustered = 0;
    let classical = 0;
    for (let seed = 0; seed < 300; seed++) {
      const next = noise(seed + 1000);
      const units = 40;
      const periods = 6;
      const outcome = new Float64Array(units * periods);
      const x = new Float64Array(units * periods);
      for (let u = 0; u < units; u++) {
        let drift = 0;
        let level = 0;
        for (let t = 0; t < periods; t++) {
          level += next(); // both wander, so that errors and column hang together over time
          drift += next();
          x[u * periods + t] = level;
          outcome[u * periods + t] = level + 2 * next() + 2 * drift;
        }
      }
      const row = (f: (r: number) => number) => Array.from({ length: units * periods }, (_, r) => f(r));
      const result = fitPanelRegression(
        {
          unit: row((r) => Math.floor(r / periods)),
          period: row((r) => r % periods),
          outcome,
          columns: [{ name: 'x', values: x }],
          model: 'fixed-effects',
          effects: 'two-way',
        },
        kernels,
      );
      const gap = Math.abs(result.regression.coefficients[0]! - 1);
      // t(0.975; 39) = 2.0227, t(0.975; 194) = 1.9723
      if (gap < 2.0227 * Math.sqrt(panelCovariance(result, 'cluster-unit', 'CR1', kernels).matrix.values[0]!))
        clustered++;
      if (gap < 1.9723 * Math.sqrt(panelCovariance(result, 'classical', 'none', kernels).matrix.values[0]!))
        classical++;
    }
    // Binomial(300, 0.95) lies in [272, 296] with probability 0.997.
    expect(clustered).toBeGreaterThanOrEqual(272);
    expect(clustered).toBeLessThanOrEqual(296);
    expect(classical).toBeLessThan(265);
  });
});
