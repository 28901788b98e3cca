import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import type { DesignColumn } from '../../../src/core/propensity/design-matrix.ts';
import { packMatrix } from '../../../src/core/propensity/design-matrix.ts';

/** A small panel with gaps, as the property tests draw it. */
export interface SmallPanel {
  readonly unit: number[];
  readonly period: number[];
  readonly outcome: Float64Array;
  readonly columns: DesignColumn[];
}

/** Values in (-1, 1) that look random, the same for the same seed. */
export function noise(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** `keep` decides which of units x periods have a row; two columns, effects of unit and period, slopes 2 and -1. */
export function smallPanel(
  units: number,
  periods: number,
  seed: number,
  keep: (u: number, t: number) => boolean,
): SmallPanel {
  const next = noise(seed);
  const unit: number[] = [];
  const period: number[] = [];
  const rows: number[][] = [];
  const ofUnit = Array.from({ length: units }, () => 3 * next());
  const ofPeriod = Array.from({ length: periods }, () => 2 * next());
  for (let u = 0; u < units; u++) {
    for (let t = 0; t < periods; t++) {
      const a = next() + ofUnit[u]!;
      const b = next() + 0.3 * t;
      const e = next();
      if (!keep(u, t)) continue;
      unit.push(u);
      period.push(t);
      rows.push([2 * a - b + ofUnit[u]! + ofPeriod[t]! + e, a, b]);
    }
  }
  const column = (j: number) => Float64Array.from(rows, (row) => row[j]!);
  return {
    unit,
    period,
    outcome: column(0),
    columns: [
      { name: 'a', values: column(1) },
      { name: 'b', values: column(2) },
    ],
  };
}

/** Least squares with a 0/1 column for every unit and, if asked, every period: slow and plainly right. */
export function withDummies(panel: SmallPanel, twoWay: boolean) {
  const dummies = (codes: readonly number[], name: string): DesignColumn[] =>
    [...new Set(codes)].map((code) => ({
      name: `${name}${code}`,
      values: Float64Array.from(codes, (c) => (c === code ? 1 : 0)),
    }));
  const all = [...dummies(panel.unit, 'u'), ...(twoWay ? dummies(panel.period, 't') : []), ...panel.columns];
  const { matrix } = packMatrix(panel.unit.length, all, false);
  const fit = kernels.leastSquares(matrix, panel.outcome, null, 1e-9);
  return {
    coefficients: fit.coefficients.slice(-panel.columns.length),
    residualSumOfSquares: fit.residualSumOfSquares,
    freedom: panel.unit.length - fit.rank,
  };
}

export function permuted(panel: SmallPanel, order: readonly number[]): SmallPanel {
  return {
    unit: order.map((i) => panel.unit[i]!),
    period: order.map((i) => panel.period[i]!),
    outcome: Float64Array.from(order, (i) => panel.outcome[i]!),
    columns: panel.columns.map((c) => ({ name: c.name, values: Float64Array.from(order, (i) => c.values[i]!) })),
  };
}
