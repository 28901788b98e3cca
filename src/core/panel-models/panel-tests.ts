import { clusterCovariance } from '../effects/robust-covariance.ts';
import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { DesignColumn } from '../propensity/design-matrix.ts';
import { chiSquaredUpperTail } from '../stats/chi-squared.ts';
import { fUpperTail } from '../stats/f-distribution.ts';
import { panelCovariance } from './panel-covariance.ts';
import { fitPanelRegression, type PanelRegressionInput } from './panel-regression.ts';
import { inOrder, type PanelStructure } from './panel-structure.ts';
import { unitMeans } from './within-transformation.ts';

export interface PanelTest {
  readonly statistic: number;
  /** one number for chi-squared, numerator and denominator for F */
  readonly degreesOfFreedom: readonly number[];
  readonly pValue: number;
}

export interface PanelTests {
  /** random against fixed effects; null where the difference of the variances is not positive definite */
  readonly hausman: PanelTest | null;
  /** pooled against unit effects */
  readonly fixedEffects: PanelTest;
  /** pooled against random effects (Lagrange multiplier, two-sided) */
  readonly breuschPagan: PanelTest;
  /**
   * random against fixed effects, valid under heteroskedasticity and dependence within units: the unit means of the columns
   * added to the pooled regression; null with no more units than columns
   */
  readonly mundlak: PanelTest | null;
}

/**
 * Tests that tell which panel regression the data allow.
 *
 * @param input as for `fitPanelRegression`; `model` and `effects` are not read
 * @throws as the pooled, fixed-effects and random-effects models
 * Cost: three regressions. Source: Hausman 1978, doi:10.2307/1913827; Breusch and Pagan 1980, doi:10.2307/2297111, for
 * unbalanced panels Baltagi and Li 1990, doi:10.1080/07474939008800180; Mundlak 1978, doi:10.2307/1913646, as in Wooldridge
 * 2010, section 10.7.3. Terms that are constant within units take no part in the comparisons with fixed effects.
 */
export function panelTests(input: Omit<PanelRegressionInput, 'model' | 'effects'>, kernels: MatrixKernels): PanelTests {
  const base = { ...input, effects: 'unit' as const };
  const random = fitPanelRegression({ ...base, model: 'random-effects' }, kernels);
  const varying = input.columns.filter((c) => !random.constantWithinUnits.includes(c.name));
  const within = fitPanelRegression({ ...base, columns: varying, model: 'fixed-effects' }, kernels);
  const pooled = fitPanelRegression({ ...base, model: 'pooled' }, kernels);
  const panel = pooled.panel;

  const restricted = pooled.residualSumOfSquares;
  const extra = pooled.residualDegreesOfFreedom - within.residualDegreesOfFreedom;
  const statistic =
    ((restricted - within.residualSumOfSquares) * within.residualDegreesOfFreedom) /
    (extra * within.residualSumOfSquares);
  const freedom = [extra, within.residualDegreesOfFreedom] as const;
  return {
    hausman: hausman(within, random, kernels),
    fixedEffects: {
      statistic,
      degreesOfFreedom: freedom,
      pValue: fUpperTail(statistic, freedom[0], freedom[1]),
    },
    breuschPagan: breuschPagan(panel, pooled.regression.residuals),
    mundlak: mundlak(panel, input, varying, kernels),
  };
}

type Fit = ReturnType<typeof fitPanelRegression>;

function hausman(within: Fit, random: Fit, kernels: MatrixKernels): PanelTest | null {
  const names = within.regression.names;
  const k = names.length;
  const place = names.map((name) => random.regression.names.indexOf(name));
  const vWithin = panelCovariance(within, 'classical', 'none', kernels).matrix;
  const vRandom = panelCovariance(random, 'classical', 'none', kernels).matrix;
  const difference = { rows: k, cols: k, values: new Float64Array(k * k) };
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      difference.values[i * k + j] = vWithin.values[i * k + j]! - vRandom.values[place[i]! * vRandom.cols + place[j]!]!;
    }
  }
  const gap = Float64Array.from(
    names,
    (_, j) => within.regression.coefficients[j]! - random.regression.coefficients[place[j]!]!,
  );
  return waldTest(gap, difference, kernels);
}

/** d' V^-1 d against chi-squared; null where V is not positive definite. */
export function waldTest(d: Float64Array, v: Matrix, kernels: MatrixKernels): PanelTest | null {
  const k = d.length;
  // Scaled to a unit diagonal, so that the test of definiteness does not depend on the units of the columns.
  const scale = Float64Array.from(d, (_, j) => Math.sqrt(v.values[j * k + j]!));
  if (k === 0 || scale.some((s) => !(s > 0))) return null;
  const scaled = {
    rows: k,
    cols: k,
    values: v.values.map((value, at) => value / scale[at % k]! / scale[Math.floor(at / k)]!),
  };
  try {
    kernels.choleskyFactor(scaled, scaled);
  } catch {
    return null;
  }
  const right = { rows: k, cols: 1, values: d.map((value, j) => value / scale[j]!) };
  const solved = { rows: k, cols: 1, values: new Float64Array(k) };
  kernels.choleskySolve(scaled, right, solved);
  const statistic = kernels.dot(right.values, solved.values);
  return { statistic, degreesOfFreedom: [k], pValue: chiSquaredUpperTail(statistic, k) };
}

/** n^2 / 2 (1 - sum_i (sum_t e)^2 / sum e^2)^2 / (sum T_i^2 - n); in a balanced panel N T / (2 (T - 1)) ( … )^2. */
function breuschPagan(panel: PanelStructure, residuals: Float64Array): PanelTest {
  let squares = 0;
  let byUnit = 0;
  let sizes = 0;
  for (let u = 0; u < panel.units; u++) {
    let sum = 0;
    for (let k = panel.start[u]!; k < panel.start[u + 1]!; k++) {
      sum += residuals[k]!;
      squares += residuals[k]! * residuals[k]!;
    }
    byUnit += sum * sum;
    sizes += (panel.start[u + 1]! - panel.start[u]!) ** 2;
  }
  const n = panel.rows;
  const statistic = ((n * n) / 2) * ((byUnit / squares - 1) ** 2 / (sizes - n));
  return { statistic, degreesOfFreedom: [1], pValue: chiSquaredUpperTail(statistic, 1) };
}

function mundlak(
  panel: PanelStructure,
  input: Omit<PanelRegressionInput, 'model' | 'effects'>,
  varying: readonly DesignColumn[],
  kernels: MatrixKernels,
): PanelTest | null {
  const means = varying.map(({ name, values }) => {
    const byUnit = unitMeans(panel, inOrder(panel, values));
    const rows = new Float64Array(panel.rows);
    for (let k = 0; k < panel.rows; k++) rows[panel.order[k]!] = byUnit[panel.unit[k]!]!;
    return { name: `mean(${name})`, values: rows };
  });
  const used = means.filter(({ values }) => differs(values));
  if (used.length === 0 || panel.units <= 1 + input.columns.length + used.length) return null;
  const fit = fitPanelRegression(
    { ...input, columns: [...input.columns, ...used], model: 'pooled', effects: 'unit' },
    kernels,
  );
  const k = fit.regression.x.cols;
  const from = k - used.length;
  const whole = clusterCovariance(fit.regression, Int32Array.from(fit.unit), 'CR1', kernels);
  const part = { rows: used.length, cols: used.length, values: new Float64Array(used.length ** 2) };
  for (let i = 0; i < used.length; i++) {
    for (let j = 0; j < used.length; j++) {
      part.values[i * used.length + j] = whole.values[(from + i) * k + from + j]!;
    }
  }
  return waldTest(fit.regression.coefficients.slice(from), part, kernels);
}

/** Whether values differ by more than rounding. */
function differs(values: Float64Array): boolean {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  return values.some((value) => Math.abs(value - values[0]!) > 1e-11 * largest);
}
