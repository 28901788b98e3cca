import { outcomeSupport } from '../disclosure/outcome-support.ts';
import { standardErrors } from '../effects/robust-covariance.ts';
import { CoreError, type Warning } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { type DesignColumn, designColumns, type Frame, interceptName } from '../propensity/design-matrix.ts';
import { type ModelTerm, variablesOf } from '../propensity/model-terms.ts';
import { studentTQuantile, studentTUpperTail } from '../stats/student-t.ts';
import type { BasePeriod, ControlGroup } from './cohorts.ts';
import { estimateGroupTimeEffects, type GroupTimeEffects } from './group-time-effects.ts';
import { type PanelCovariance, type PanelCovarianceType, panelCovariance } from './panel-covariance.ts';
import { fitPanelRegression, type PanelFit, type PanelModel } from './panel-regression.ts';
import { constantWithinUnits, inOrder, type PanelStructure, panelStructure } from './panel-structure.ts';
import { type PanelTests, panelTests } from './panel-tests.ts';
import type { TwoByTwoEstimator } from './two-by-two.ts';
import type { Effects } from './within-transformation.ts';

export interface PanelModelInput {
  readonly frame: Frame;
  /** unit and period code of each row; periods count from 0 */
  readonly unit: Uint32Array;
  readonly period: Uint32Array;
  readonly periods: number;
  readonly outcome: ModelTerm;
  /** terms of a regression, covariates of a difference in differences */
  readonly terms: readonly ModelTerm[];
  readonly model: PanelModel | 'difference-in-differences';
  readonly effects: Effects;
  readonly standardErrors: PanelCovarianceType;
  /** cluster of each row, the same within a unit, or null: the units */
  readonly cluster: Int32Array | null;
  /** period of first treatment of each row's unit, -1 = never; difference in differences only */
  readonly firstTreated: Int32Array | null;
  readonly controlGroup: ControlGroup;
  readonly estimator: TwoByTwoEstimator;
  readonly basePeriod: BasePeriod;
  readonly anticipation: number;
  readonly confidence: number;
  readonly seed: number;
}

export interface Coefficient {
  readonly name: string;
  readonly estimate: number;
  readonly standardError: number;
  readonly statistic: number;
  readonly pValue: number;
  readonly lower: number;
  readonly upper: number;
  /**
   * units that a coefficient rests on: those in which the column changes (fixed effects, first differences), else the fewest
   * that can be told apart in it, such as those with a value other than 0; never more than those of a factor's reference
   * level; null for an intercept without such a level
   */
  readonly support: number | null;
}

export interface RegressionOutput {
  readonly coefficients: readonly Coefficient[];
  readonly observations: number;
  /** units that can be told apart in the outcome, or in its changes where units are compared with themselves; see `outcomeSupport` */
  readonly outcomeSupport: number | null;
  readonly residualDegreesOfFreedom: number;
  readonly rSquared: number;
  readonly adjustedRSquared: number;
  readonly standardErrors: {
    readonly type: PanelCovarianceType;
    readonly clusters: readonly number[] | null;
    readonly degreesOfFreedom: number;
  };
  readonly varianceComponents: { readonly idiosyncratic: number; readonly unit: number } | null;
  /** null for models that compare units or periods away, or where the tests do not exist */
  readonly tests: PanelTests | null;
}

export interface PanelModelOutput {
  readonly panel: {
    readonly units: number;
    readonly periods: number;
    readonly rows: number;
    readonly balanced: boolean;
  };
  readonly regression: RegressionOutput | null;
  readonly differences: GroupTimeEffects | null;
  readonly warnings: readonly Warning[];
}

/** Fewer clusters than this make a cluster-robust interval rough. */
const manyClusters = 30;

/**
 * One panel model from columns to coefficients with intervals, tests and cautions.
 *
 * Clustered and time-dependent variances carry the factor CR1 and white ones HC1; intervals use t with the degrees of freedom
 * of `panelCovariance`. @throws as `fitPanelRegression`, `panelCovariance`, `estimateGroupTimeEffects`, `designColumns`
 */
export function runPanelModel(
  input: PanelModelInput,
  kernels: MatrixKernels,
  progress: (fraction: number, stage: string) => void,
): PanelModelOutput {
  const panel = panelStructure(input.unit, input.period);
  const { units, periods, rows, balanced } = panel;
  const outcome = designColumns(input.frame, [input.outcome])[0]!.values;
  const columns = designColumns(input.frame, input.terms);
  const warnings: Warning[] = [];
  if (!balanced) warnings.push({ code: 'unbalanced-panel', parameters: {} });
  progress(0.4, 'effect');
  const isDifference = input.model === 'difference-in-differences';
  return {
    panel: { units, periods, rows, balanced },
    regression: isDifference ? null : regress(input, panel, outcome, columns, warnings, kernels),
    differences: isDifference ? difference(input, outcome, columns, warnings, kernels) : null,
    warnings,
  };
}

function regress(
  input: PanelModelInput,
  panel: PanelStructure,
  outcome: Float64Array,
  columns: readonly DesignColumn[],
  warnings: Warning[],
  kernels: MatrixKernels,
): RegressionOutput {
  const { unit, period, effects, confidence } = input;
  const model = input.model as PanelModel;
  const base = { unit, period, outcome, columns };
  const fit = fitPanelRegression({ ...base, model, effects }, kernels);
  const clusterOfUnit = input.cluster === null ? null : constantWithinUnits(panel, input.cluster, 'The cluster');
  const type = input.standardErrors;
  const smallSample = type === 'classical' ? 'none' : type === 'white' ? 'HC1' : 'CR1';
  const covariance = panelCovariance(fit, type, smallSample, kernels, clusterOfUnit);
  const tests =
    model === 'pooled' || model === 'random-effects' || model === 'fixed-effects' ? tryTests(base, kernels) : null;
  addCautions(input, fit, covariance, tests, panel, columns, warnings);
  const varianceComponents = fit.varianceComponents && {
    idiosyncratic: fit.varianceComponents.idiosyncratic,
    unit: fit.varianceComponents.unit,
  };
  return {
    coefficients: coefficientTable(fit, covariance, confidence, panel, columns, baselineSupport(input, panel)),
    observations: fit.observations,
    outcomeSupport: supportOfOutcome(model, panel, outcome, columns),
    residualDegreesOfFreedom: fit.residualDegreesOfFreedom,
    rSquared: fit.rSquared,
    adjustedRSquared: fit.adjustedRSquared,
    standardErrors: { type, clusters: covariance.clusters, degreesOfFreedom: covariance.degreesOfFreedom },
    varianceComponents,
    tests,
  };
}

function supportOfOutcome(
  model: PanelModel,
  panel: PanelStructure,
  outcome: Float64Array,
  columns: readonly DesignColumn[],
): number | null {
  const y = inOrder(panel, outcome);
  const byColumns = columns.map((column) => inOrder(panel, column.values));
  const all = Uint32Array.from(y.keys());
  const later = all.filter((k) => k > panel.start[panel.unit[k]!]!);
  const support = (rows: Uint32Array, value: (k: number) => number) =>
    outcomeSupport(
      Float64Array.from(rows, value),
      byColumns.map((x) => Float64Array.from(rows, (k) => x[k]!)),
      Array.from(rows, (k) => panel.unit[k]!),
    );
  const levels = () => support(all, (k) => y[k]!);
  const changes = () => support(later, (k) => y[k]! - y[panel.start[panel.unit[k]!]!]!);
  const isWithin = model === 'fixed-effects' || model === 'first-differences';
  const isBetween = model === 'pooled' || model === 'between';
  const supports = [isWithin ? null : levels(), isBetween ? null : changes()].filter((units) => units !== null);
  return supports.length === 0 ? null : Math.min(...supports);
}

/** The tests need more of the data than the model itself (several periods, variation within units): absent is no refusal. */
function tryTests(base: Parameters<typeof panelTests>[0], kernels: MatrixKernels): PanelTests | null {
  try {
    return panelTests(base, kernels);
  } catch (error) {
    if (error instanceof CoreError) return null;
    throw error;
  }
}

function coefficientTable(
  fit: PanelFit,
  { matrix, degreesOfFreedom }: PanelCovariance,
  confidence: number,
  panel: PanelStructure,
  columns: readonly DesignColumn[],
  baseline: ReturnType<typeof baselineSupport>,
): readonly Coefficient[] {
  const { names, coefficients } = fit.regression;
  const errors = standardErrors(matrix);
  const width = studentTQuantile((1 + confidence) / 2, degreesOfFreedom);
  const within = fit.model === 'fixed-effects' || fit.model === 'first-differences';
  return names.map((name, j) => {
    const estimate = coefficients[j]!;
    const standardError = errors[j]!;
    if (!(standardError > 0)) {
      throw new CoreError(
        'no-variation',
        `The standard error of "${name}" is 0: the model fits the outcome exactly. Check whether a term is the outcome itself.`,
        { column: name },
      );
    }
    const statistic = estimate / standardError;
    const column = columns.find((c) => c.name === name);
    return {
      name,
      estimate,
      standardError,
      statistic,
      pValue: 2 * studentTUpperTail(Math.abs(statistic), degreesOfFreedom),
      lower: estimate - width * standardError,
      upper: estimate + width * standardError,
      support:
        name === interceptName || column === undefined
          ? baseline.intercept < panel.units
            ? baseline.intercept
            : null
          : Math.min(baseline.byColumn.get(name)!, supportOf(panel, column.values, within)),
    };
  });
}

/**
 * Units in which the column changes (`within`), else the fewest that can be told apart in it: units with a value other than
 * zero; units beside a value that most units hold throughout; for a column of 0 and 1 also the units with a 0. Ways without a unit do not count.
 */
function supportOf(panel: PanelStructure, values: Float64Array, within: boolean): number {
  const always = new Map<number, number>();
  const seen = new Map<number, number>();
  let changing = 0;
  for (let u = 0; u < panel.units; u++) {
    const own = new Set<number>();
    for (let k = panel.start[u]!; k < panel.start[u + 1]!; k++) own.add(values[panel.order[k]!]!);
    if (own.size > 1) changing++;
    else for (const value of own) always.set(value, (always.get(value) ?? 0) + 1);
    for (const value of own) seen.set(value, (seen.get(value) ?? 0) + 1);
  }
  if (within) return changing;
  const ways = [panel.units - (always.get(0) ?? 0)];
  let commonest = 0;
  for (const count of always.values()) commonest = Math.max(commonest, count);
  if (commonest * 2 > panel.units) ways.push(panel.units - commonest);
  if (seen.size === 2) ways.push(...seen.values());
  return Math.min(panel.units, ...ways.filter((n) => n > 0));
}

/**
 * The fewest units that the coefficients of each term are measured from: those of a factor's reference level, of which the
 * intercept is the mean, and those where a product is always 0, of which its parts then tell the slope; all units where there
 * is neither. The intercept takes the fewest of all.
 */
function baselineSupport({ frame, terms }: PanelModelInput, panel: PanelStructure) {
  const unitsWhere = (holds: (values: readonly number[]) => boolean, { values }: DesignColumn): number => {
    let units = 0;
    for (let u = 0; u < panel.units; u++) {
      const own: number[] = [];
      for (let k = panel.start[u]!; k < panel.start[u + 1]!; k++) own.push(values[panel.order[k]!]!);
      if (holds(own)) units++;
    }
    return units;
  };
  const fewest = new Map(variablesOf(terms).map((variable) => [variable, panel.units]));
  const lower = (variable: string, units: number) => {
    if (units > 0) fewest.set(variable, Math.min(fewest.get(variable)!, units));
  };
  for (const variable of fewest.keys()) {
    if (frame.columns[variable]!.type !== 'coded') continue;
    const reference = designColumns(frame, [{ variable }], 'all')[0]!;
    lower(
      variable,
      unitsWhere((own) => own.includes(1), reference),
    );
  }
  for (const term of terms.filter((t) => 'product' in t)) {
    for (const column of designColumns(frame, [term])) {
      const zeros = unitsWhere((own) => own.every((value) => value === 0), column);
      for (const variable of variablesOf([term])) lower(variable, zeros);
    }
  }
  const of = (term: ModelTerm) => Math.min(...variablesOf([term]).map((variable) => fewest.get(variable)!));
  const byColumn = new Map(terms.flatMap((term) => designColumns(frame, [term]).map(({ name }) => [name, of(term)])));
  return { byColumn, intercept: Math.min(panel.units, ...fewest.values()) };
}

function addCautions(
  input: PanelModelInput,
  fit: PanelFit,
  { clusters }: PanelCovariance,
  tests: PanelTests | null,
  panel: PanelStructure,
  columns: readonly DesignColumn[],
  warnings: Warning[],
): void {
  const fewest = clusters === null ? Number.POSITIVE_INFINITY : Math.min(...clusters);
  if (fewest < manyClusters) warnings.push({ code: 'panel-few-clusters', parameters: { clusters: fewest } });
  if (clusters === null && fit.model !== 'between' && panel.periods > 1) {
    warnings.push({ code: 'errors-assumed-independent', parameters: {} });
  }
  if (fit.varianceComponents?.truncated) warnings.push({ code: 'no-unit-variance', parameters: {} });
  const doubtful = fit.model === 'random-effects' && tests?.mundlak && tests.mundlak.pValue < 0.05;
  if (doubtful) warnings.push({ code: 'random-effects-doubtful', parameters: {} });
  if (fit.model === 'pooled' && tests !== null && tests.fixedEffects.pValue < 0.05) {
    warnings.push({ code: 'unit-effects-left-out', parameters: {} });
  }
  if (fit.model !== 'fixed-effects' || input.effects !== 'two-way') return;
  const staggered = columns.filter((column) => isStaggered(panel, column.values)).map((column) => column.name);
  if (staggered.length > 0) warnings.push({ code: 'staggered-treatment', parameters: { columns: staggered } });
}

/** A column of 0 and 1 that starts at different periods in different units and then stays: two-way effects mislead. */
function isStaggered(panel: PanelStructure, values: Float64Array): boolean {
  const starts = new Set<number>();
  for (let u = 0; u < panel.units; u++) {
    let before = 0;
    for (let k = panel.start[u]!; k < panel.start[u + 1]!; k++) {
      const value = values[panel.order[k]!]!;
      if ((value !== 0 && value !== 1) || value < before) return false;
      if (value > before && k > panel.start[u]!) starts.add(panel.period[k]!);
      before = value;
    }
  }
  return starts.size > 1;
}

function difference(
  input: PanelModelInput,
  outcome: Float64Array,
  covariates: readonly DesignColumn[],
  warnings: Warning[],
  kernels: MatrixKernels,
): GroupTimeEffects {
  const effects = estimateGroupTimeEffects(
    {
      ...input,
      times: Float64Array.from({ length: input.periods }, (_, t) => t),
      outcome,
      covariates,
      firstTreated: input.firstTreated!,
      neverTreated: -1,
    },
    kernels,
  );
  const { cells } = effects;
  if (cells.some((c) => c.estimate === null)) {
    const reasons = [...new Set(cells.flatMap((c) => (c.estimate === null ? [c.note!] : [])))];
    warnings.push({ code: 'comparisons-left-out', parameters: { reasons } });
  }
  if (cells.some((c) => c.note === 'one-treated')) warnings.push({ code: 'one-treated', parameters: {} });
  if (effects.leftOut > 0) warnings.push({ code: 'treated-from-start', parameters: {} });
  if (effects.weakOverlap > 0) {
    warnings.push({ code: 'comparisons-with-weak-overlap', parameters: { count: effects.weakOverlap } });
  }
  if (effects.preTest !== null && effects.preTest.pValue < 0.05) warnings.push({ code: 'pre-trends', parameters: {} });
  const isFew = effects.clusters < manyClusters || effects.treatedClusters < manyClusters / 2;
  if (input.cluster !== null && isFew) {
    warnings.push({ code: 'panel-few-clusters', parameters: { clusters: effects.clusters } });
  }
  return effects;
}
