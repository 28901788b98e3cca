import { fitWeightedRegression, type RegressionFit } from '../effects/weighted-regression.ts';
import { CoreError } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { type DesignColumn, interceptName, packMatrix } from '../propensity/design-matrix.ts';
import { inOrder, type PanelStructure, panelStructure } from './panel-structure.ts';
import { requireFinite } from './require-finite.ts';
import { type Effects, unitMeans, withinTransformation } from './within-transformation.ts';

export type PanelModel = 'pooled' | 'fixed-effects' | 'first-differences' | 'between' | 'random-effects';

export interface PanelRegressionInput {
  /** n unit codes and n period codes, whole numbers >= 0 */
  readonly unit: ArrayLike<number>;
  readonly period: ArrayLike<number>;
  /** n outcomes, finite */
  readonly outcome: Float64Array;
  /** columns of the model without intercept */
  readonly columns: readonly DesignColumn[];
  readonly model: PanelModel;
  /** which effects `fixed-effects` takes out; the other models do not read it */
  readonly effects: Effects;
}

export interface PanelFit {
  readonly model: PanelModel;
  /** least squares on the transformed columns, with all that its sandwich variances need */
  readonly regression: RegressionFit;
  readonly panel: PanelStructure;
  /** unit and period (of `panel`) of each row of the regression; period null for `between` */
  readonly unit: Uint32Array;
  readonly period: Uint32Array | null;
  readonly observations: number;
  /** observations - coefficients - absorbed effects */
  readonly residualDegreesOfFreedom: number;
  readonly residualSumOfSquares: number;
  readonly rSquared: number;
  readonly adjustedRSquared: number;
  /** effect of each unit of `panel`; fixed effects only */
  readonly unitEffects: Float64Array | null;
  /** random effects only */
  readonly varianceComponents: VarianceComponents | null;
  /** columns that do not vary within units; looked for by fixed and random effects */
  readonly constantWithinUnits: readonly string[];
}

export interface VarianceComponents {
  readonly idiosyncratic: number;
  readonly unit: number;
  /** true where the estimate of the unit variance was negative and 0 is used: then this is the pooled model */
  readonly truncated: boolean;
  /** units values 1 - sqrt(s2e / (s2e + T_i s2u)) */
  readonly theta: Float64Array;
}

/** Share of a column's length that must be left when the effects are out. */
const leastVariation = 1e-11;

/**
 * Linear regression on a panel.
 *
 * `pooled`: all rows alike. `fixed-effects`: deviations from unit means, or from unit and period effects; exact also for an
 * unbalanced panel. `first-differences`: each row minus the unit's row before it, with intercept. `between`: unit means.
 * `random-effects`: y - theta mean(y), theta by Swamy and Arora, for unbalanced panels as Baltagi and Chang.
 *
 * R squared is that of the transformed model, so shares explained *within* units for fixed effects; residual degrees of
 * freedom count the absorbed effects.
 *
 * @returns the fit; rows in the order unit, period, whatever the order given
 * @throws invalid-argument (a unit twice in a period), dimension-mismatch, collinear (details.columns) where a column does
 *   not vary beside the effects or depends on the others, no-variation for an outcome that does not vary,
 *   too-few-groups for one period or one unit where the model compares them, empty-group with too few rows
 * Cost: O(n k^2), no dummy columns. Source: Wooldridge 2010, Econometric Analysis of Cross Section and Panel Data,
 * chapter 10; Swamy and Arora 1972, doi:10.2307/1909405; Baltagi and Chang 1994, doi:10.1016/0304-4076(94)90030-2.
 * Deviation from R's plm: a column that does not vary beside the effects is refused by name, not left out.
 *
 * @example
 * // within units x moves by 1 and 2, the outcome by 2 and 5: (1 * 2 + 2 * 5) / (1 + 4)
 * const fit = fitPanelRegression(
 *   {
 *     unit: [0, 0, 1, 1],
 *     period: [0, 1, 0, 1],
 *     outcome: Float64Array.of(1, 3, 10, 15),
 *     columns: [{ name: 'x', values: Float64Array.of(0, 1, 0, 2) }],
 *     model: 'fixed-effects',
 *     effects: 'unit',
 *   },
 *   typescriptKernels,
 * );
 * fit.regression.coefficients; // → [2.4]
 */
export function fitPanelRegression(input: PanelRegressionInput, kernels: MatrixKernels): PanelFit {
  check(input);
  const panel = panelStructure(input.unit, input.period);
  const outcome = inOrder(panel, input.outcome);
  const columns = input.columns.map((c) => ({ name: c.name, values: inOrder(panel, c.values) }));
  switch (input.model) {
    case 'pooled':
      return fitPooled(panel, outcome, columns, kernels);
    case 'fixed-effects':
      return fitWithin(panel, outcome, columns, input.effects, kernels);
    case 'first-differences':
      return fitDifferences(panel, outcome, columns, kernels);
    case 'between':
      return fitBetween(panel, outcome, columns, kernels);
    case 'random-effects':
      return fitRandomEffects(panel, outcome, columns, kernels);
  }
}

function check({ unit, outcome, columns }: PanelRegressionInput): void {
  for (const { name, values } of columns) {
    if (values.length !== unit.length) {
      throw new CoreError('dimension-mismatch', `"${name}" has ${values.length} values for ${unit.length} rows.`, {
        column: name,
      });
    }
    requireFinite(name, values);
  }
  if (outcome.length !== unit.length) {
    throw new CoreError('dimension-mismatch', `There are ${outcome.length} outcomes for ${unit.length} rows.`);
  }
  requireFinite('the outcome', outcome);
}

function fitPooled(
  panel: PanelStructure,
  outcome: Float64Array,
  columns: readonly DesignColumn[],
  kernels: MatrixKernels,
): PanelFit {
  return finish({ model: 'pooled', panel, unit: panel.unit, period: panel.period }, outcome, columns, kernels, {
    intercept: true,
  });
}

function fitWithin(
  panel: PanelStructure,
  outcome: Float64Array,
  columns: readonly DesignColumn[],
  effects: Effects,
  kernels: MatrixKernels,
): PanelFit {
  requireSeveral('period', panel.periods);
  if (effects === 'two-way') requireSeveral('unit', panel.units);
  const within = withinTransformation(panel, effects, kernels);
  const y = within.transform(outcome.slice());
  const { varying, constant } = takeOut(columns, within.transform);
  if (constant.length > 0) {
    throw new CoreError(
      'collinear',
      `${constant.join(', ')} ${constant.length === 1 ? 'does' : 'do'} not vary beside the ${effects === 'unit' ? 'unit effects' : 'unit and period effects'}, so ${constant.length === 1 ? 'its coefficient is' : 'their coefficients are'} not identified. Leave ${constant.length === 1 ? 'it' : 'them'} out, or use random effects or a product with a term that varies.`,
      { columns: constant },
    );
  }
  if (!(norm(y) > leastVariation * norm(outcome))) {
    throw noVariation(effects === 'unit' ? 'within units' : 'beside unit and period effects');
  }
  const fit = finish({ model: 'fixed-effects', panel, unit: panel.unit, period: panel.period }, y, varying, kernels, {
    intercept: false,
    absorbed: within.absorbed,
  });
  const rest = outcome.slice();
  columns.forEach((column, j) => {
    const b = fit.regression.coefficients[j]!;
    for (let k = 0; k < rest.length; k++) rest[k] = rest[k]! - b * column.values[k]!;
  });
  return { ...fit, unitEffects: within.effects(rest).unit };
}

function fitDifferences(
  panel: PanelStructure,
  outcome: Float64Array,
  columns: readonly DesignColumn[],
  kernels: MatrixKernels,
): PanelFit {
  requireSeveral('period', panel.periods);
  const rows: number[] = [];
  for (let k = 1; k < panel.rows; k++) if (panel.unit[k] === panel.unit[k - 1]) rows.push(k);
  const difference = (values: Float64Array) => Float64Array.from(rows, (k) => values[k]! - values[k - 1]!);
  const { varying, constant } = takeOut(columns, difference);
  if (constant.length > 0) {
    throw new CoreError(
      'collinear',
      `${constant.join(', ')} ${constant.length === 1 ? 'does' : 'do'} not change between periods, so differences say nothing about ${constant.length === 1 ? 'it' : 'them'}. Leave ${constant.length === 1 ? 'it' : 'them'} out, or use random effects.`,
      { columns: constant },
    );
  }
  const unit = Uint32Array.from(rows, (k) => panel.unit[k]!);
  const period = Uint32Array.from(rows, (k) => panel.period[k]!);
  return finish({ model: 'first-differences', panel, unit, period }, difference(outcome), varying, kernels, {
    intercept: true,
  });
}

function fitBetween(
  panel: PanelStructure,
  outcome: Float64Array,
  columns: readonly DesignColumn[],
  kernels: MatrixKernels,
): PanelFit {
  requireSeveral('unit', panel.units);
  const means = columns.map((c) => ({ name: c.name, values: unitMeans(panel, c.values) }));
  const unit = Uint32Array.from({ length: panel.units }, (_, u) => u);
  return finish({ model: 'between', panel, unit, period: null }, unitMeans(panel, outcome), means, kernels, {
    intercept: true,
  });
}

function fitRandomEffects(
  panel: PanelStructure,
  outcome: Float64Array,
  columns: readonly DesignColumn[],
  kernels: MatrixKernels,
): PanelFit {
  requireSeveral('period', panel.periods);
  requireSeveral('unit', panel.units);
  const components = swamyArora(panel, outcome, columns, kernels);
  const quasi = (values: Float64Array): Float64Array => {
    const means = unitMeans(panel, values);
    return values.map((value, k) => value - components.theta[panel.unit[k]!]! * means[panel.unit[k]!]!);
  };
  const intercept = { name: interceptName, values: quasi(new Float64Array(panel.rows).fill(1)) };
  const fit = finish(
    { model: 'random-effects', panel, unit: panel.unit, period: panel.period },
    quasi(outcome),
    [intercept, ...columns.map((c) => ({ name: c.name, values: quasi(c.values) }))],
    kernels,
    { intercept: false },
  );
  const { constant, ...varianceComponents } = components;
  return { ...fit, varianceComponents, constantWithinUnits: constant };
}

/**
 * Variance components: s2e from the within fit of the columns that vary; s2u = (sum T_i r_i^2 - (N - k) s2e) / (n - trace),
 * r the residuals of the regression of unit means weighted by T_i, trace = tr((sum T_i m m')^-1 sum T_i^2 m m'), m the unit
 * means with intercept. In a balanced panel this is r'r / (N - k) - s2e / T.
 */
function swamyArora(
  panel: PanelStructure,
  outcome: Float64Array,
  columns: readonly DesignColumn[],
  kernels: MatrixKernels,
): VarianceComponents & { readonly constant: readonly string[] } {
  const within = withinTransformation(panel, 'unit', kernels);
  const { varying, constant } = takeOut(columns, within.transform);
  const y = within.transform(outcome.slice());
  if (!(norm(y) > leastVariation * norm(outcome))) throw noVariation('within units');
  const freedom = panel.rows - panel.units - varying.length;
  if (freedom <= 0) {
    throw new CoreError(
      'empty-group',
      `${panel.rows} rows of ${panel.units} units leave no degree of freedom for ${varying.length} columns. Use fewer columns or more periods.`,
      { rows: panel.rows, units: panel.units, columns: varying.length },
    );
  }
  const idiosyncratic = withinResidualSumOfSquares(y, varying, kernels) / freedom;
  const sizes = Float64Array.from({ length: panel.units }, (_, u) => panel.start[u + 1]! - panel.start[u]!);
  const means = columns.map((c) => ({ name: c.name, values: unitMeans(panel, c.values) }));
  const meanOutcome = unitMeans(panel, outcome);
  const all = packMatrix(panel.units, means, true).matrix;
  // Period dummies, for one, have the same mean in every unit of a balanced panel: they play no part between units.
  const { usedColumns } = kernels.leastSquares(all, meanOutcome, sizes, 1e-9);
  const { matrix, names } = packMatrix(
    panel.units,
    means.filter((_, j) => usedColumns.includes(j + 1)),
    true,
  );
  const between = fitWeightedRegression(matrix, names, meanOutcome, sizes, kernels);
  const square = { rows: matrix.cols, cols: matrix.cols, values: new Float64Array(matrix.cols ** 2) };
  kernels.gram(
    matrix,
    sizes.map((t) => t * t),
    square,
  );
  let trace = 0;
  for (let i = 0; i < square.values.length; i++) trace += square.values[i]! * between.bread.values[i]!;
  let weighted = 0;
  between.residuals.forEach((r, u) => {
    weighted += sizes[u]! * r * r;
  });
  const raw = (weighted - (panel.units - matrix.cols) * idiosyncratic) / (panel.rows - trace);
  const unit = Math.max(0, raw);
  const theta = sizes.map((t) => 1 - Math.sqrt(idiosyncratic / (idiosyncratic + t * unit)));
  return { idiosyncratic, unit, truncated: raw < 0, theta, constant };
}

function withinResidualSumOfSquares(y: Float64Array, columns: readonly DesignColumn[], kernels: MatrixKernels): number {
  if (columns.length === 0) return kernels.dot(y, y);
  const { matrix } = packMatrix(y.length, columns, false);
  return kernels.leastSquares(matrix, y, null, 1e-9).residualSumOfSquares;
}

/** Columns after a transformation, parted by whether anything is left of them. */
function takeOut(
  columns: readonly DesignColumn[],
  transform: (values: Float64Array) => Float64Array,
): { readonly varying: readonly DesignColumn[]; readonly constant: readonly string[] } {
  const varying: DesignColumn[] = [];
  const constant: string[] = [];
  for (const column of columns) {
    const values = transform(column.values.slice());
    if (norm(values) > leastVariation * norm(column.values)) varying.push({ name: column.name, values });
    else constant.push(column.name);
  }
  return { varying, constant };
}

function norm(values: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  if (largest === 0) return 0;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! / largest) ** 2;
  return largest * Math.sqrt(sum);
}

function finish(
  frame: Pick<PanelFit, 'model' | 'panel' | 'unit' | 'period'>,
  outcome: Float64Array,
  columns: readonly DesignColumn[],
  kernels: MatrixKernels,
  { intercept, absorbed = 0 }: { readonly intercept: boolean; readonly absorbed?: number },
): PanelFit {
  const { matrix, names } = packMatrix(outcome.length, columns, intercept);
  const freedom = outcome.length - names.length - absorbed;
  if (freedom <= 0 || names.length === 0) {
    throw new CoreError(
      'empty-group',
      names.length === 0
        ? 'The model has no columns. Name at least one term.'
        : `${outcome.length} rows leave no degree of freedom for ${names.length} columns${absorbed > 0 ? ` and ${absorbed} effects` : ''}. Use fewer columns, or more units or periods.`,
      { rows: outcome.length, columns: names.length, effects: absorbed },
    );
  }
  const total = centredSquares(outcome);
  if (!(total > 0) || Math.sqrt(total) <= leastVariation * norm(outcome)) throw noVariation('over the rows used');
  const weights = new Float64Array(outcome.length).fill(1);
  const regression = fitWeightedRegression(matrix, names, outcome, weights, kernels);
  const residualSumOfSquares = kernels.dot(regression.residuals, regression.residuals);
  const rSquared = 1 - residualSumOfSquares / total;
  return {
    ...frame,
    regression,
    observations: outcome.length,
    residualDegreesOfFreedom: freedom,
    residualSumOfSquares,
    rSquared,
    adjustedRSquared: 1 - ((1 - rSquared) * (outcome.length - 1)) / freedom,
    unitEffects: null,
    varianceComponents: null,
    constantWithinUnits: [],
  };
}

function centredSquares(values: Float64Array): number {
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += (values[i]! - mean) / (i + 1);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - mean) ** 2;
  return sum;
}

function requireSeveral(what: 'unit' | 'period', count: number): void {
  if (count > 1) return;
  throw new CoreError(
    'too-few-groups',
    `The panel has one ${what}; this model compares ${what}s and needs at least two. ${what === 'period' ? 'Add a wave, or use the pooled model.' : 'Add units, or use the pooled model.'}`,
    { [`${what}s`]: count },
  );
}

function noVariation(where: string): CoreError {
  return new CoreError(
    'no-variation',
    `The outcome does not vary ${where}, so there is nothing to explain. Check the column and the missing values.`,
    { column: 'outcome' },
  );
}
