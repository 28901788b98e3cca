import { CoreError } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { PanelStructure } from './panel-structure.ts';

export type Effects = 'unit' | 'two-way';

/** Takes fixed effects out of columns: what is left is the residual of a regression on the dummies. */
export interface WithinTransformation {
  /** number of coefficients of the dummies that were taken out */
  readonly absorbed: number;
  /** Takes the effects out of a column in the order of the panel, in place, and returns it. */
  transform(column: Float64Array): Float64Array;
  /** Effects of a column: by period with the first of each connected set 0, and by unit beside them. */
  effects(column: Float64Array): { readonly unit: Float64Array; readonly period: Float64Array };
}

/** Largest number of periods of an unbalanced panel: a square matrix of periods has to fit. */
const mostPeriods = 3000;

/**
 * The within transformation of unit effects, or of unit and period effects together, exact for unbalanced panels too.
 *
 * Unit effects: deviations from the mean of the unit. Two-way: with M the deviations from unit means and D the period
 * dummies, the period effects solve D'M D g = D'M y (a periods x periods system; in a balanced panel simply the means of
 * M y by period), and the residual is M (y - D g). Where units and periods fall apart into sets that share none, the first
 * period of each set is its reference.
 *
 * @throws limit-exceeded for an unbalanced two-way panel of more than 3000 periods
 * Cost: O(n) per column; two-way unbalanced once O(sum T_i^2 + T^3). Source: Wansbeek and Kapteyn 1989,
 * doi:10.1016/0304-4076(89)90096-X; Baltagi 2021, Econometric Analysis of Panel Data, section 9.4.
 */
export function withinTransformation(
  panel: PanelStructure,
  effects: Effects,
  kernels: MatrixKernels,
): WithinTransformation {
  if (effects === 'unit') {
    return {
      absorbed: panel.units,
      transform: (column) => takeOutUnitMeans(panel, column),
      effects: (column) => ({ unit: unitMeans(panel, column), period: new Float64Array(panel.periods) }),
    };
  }
  const { reference, sets } = connectedSets(panel);
  const solve = panel.balanced ? balancedPeriods(panel) : unbalancedPeriods(panel, reference, kernels);
  const sums = new Float64Array(panel.periods);
  const step = (column: Float64Array): Float64Array => {
    takeOutUnitMeans(panel, column);
    sums.fill(0);
    for (let k = 0; k < panel.rows; k++) sums[panel.period[k]!] = sums[panel.period[k]!]! + column[k]!;
    const period = solve(sums);
    for (let k = 0; k < panel.rows; k++) column[k] = column[k]! - period[panel.period[k]!]!;
    takeOutUnitMeans(panel, column);
    return period;
  };
  return {
    absorbed: panel.units + panel.periods - sets,
    transform(column) {
      step(column);
      step(column); // takes out the rounding of the first solution
      return column;
    },
    effects(column) {
      const rest = column.slice();
      const period = step(rest);
      const correction = step(rest);
      for (let t = 0; t < panel.periods; t++) period[t] = period[t]! + correction[t]!;
      const adjusted = column.map((value, k) => value - period[panel.period[k]!]!);
      return { unit: unitMeans(panel, adjusted), period };
    },
  };
}

/** Means by unit; the second pass takes out the rounding of the first. */
export function unitMeans(panel: PanelStructure, column: Float64Array): Float64Array {
  const means = new Float64Array(panel.units);
  for (let u = 0; u < panel.units; u++) {
    const from = panel.start[u]!;
    const to = panel.start[u + 1]!;
    let sum = 0;
    for (let k = from; k < to; k++) sum += column[k]!;
    const mean = sum / (to - from);
    let rest = 0;
    for (let k = from; k < to; k++) rest += column[k]! - mean;
    means[u] = mean + rest / (to - from);
  }
  return means;
}

function takeOutUnitMeans(panel: PanelStructure, column: Float64Array): Float64Array {
  const means = unitMeans(panel, column);
  for (let k = 0; k < panel.rows; k++) column[k] = column[k]! - means[panel.unit[k]!]!;
  return column;
}

/** Sets of periods that are linked by units: reference[t] is the first period of the set of t. */
function connectedSets(panel: PanelStructure): { readonly reference: Uint32Array; readonly sets: number } {
  const parent = Uint32Array.from({ length: panel.periods }, (_, t) => t);
  const root = (t: number): number => {
    let at = t;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  };
  for (let k = 1; k < panel.rows; k++) {
    if (panel.unit[k] !== panel.unit[k - 1]) continue;
    const a = root(panel.period[k - 1]!);
    const b = root(panel.period[k]!);
    if (a !== b) parent[Math.max(a, b)] = Math.min(a, b);
  }
  const reference = Uint32Array.from(parent, (_, t) => root(t));
  return { reference, sets: reference.reduce((count, r, t) => count + (r === t ? 1 : 0), 0) };
}

type PeriodSolver = (sums: Float64Array) => Float64Array;

function balancedPeriods({ units }: PanelStructure): PeriodSolver {
  return (sums) => sums.map((sum) => (sum - sums[0]!) / units);
}

function unbalancedPeriods(panel: PanelStructure, reference: Uint32Array, kernels: MatrixKernels): PeriodSolver {
  if (panel.periods > mostPeriods) {
    throw new CoreError(
      'limit-exceeded',
      `Two-way effects of an unbalanced panel are limited to ${mostPeriods} periods; there are ${panel.periods}. Merge periods (months to years), or keep units that are observed in every period.`,
      { periods: panel.periods },
    );
  }
  const free: number[] = [];
  const place = new Int32Array(panel.periods).fill(-1);
  for (let t = 0; t < panel.periods; t++) if (reference[t] !== t) place[t] = free.push(t) - 1;
  const m = free.length;
  const values = new Float64Array(m * m);
  for (let u = 0; u < panel.units; u++) {
    const from = panel.start[u]!;
    const to = panel.start[u + 1]!;
    const share = 1 / (to - from);
    for (let k = from; k < to; k++) {
      const row = place[panel.period[k]!]!;
      if (row < 0) continue;
      values[row * m + row] = values[row * m + row]! + 1;
      for (let l = from; l <= k; l++) {
        const col = place[panel.period[l]!]!;
        if (col >= 0) values[row * m + col] = values[row * m + col]! - share;
      }
    }
  }
  const factor = { rows: m, cols: m, values };
  if (m > 0) kernels.choleskyFactor(factor, factor);
  return (sums) => {
    const right = { rows: m, cols: 1, values: Float64Array.from(free, (t) => sums[t]!) };
    if (m > 0) kernels.choleskySolve(factor, right, right);
    return Float64Array.from(place, (at) => (at < 0 ? 0 : right.values[at]!));
  };
}
