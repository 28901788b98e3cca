import { outcomeSupport } from '../disclosure/outcome-support.ts';
import { CoreError, type CoreErrorCode } from '../errors.ts';
import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { type DesignColumn, interceptName } from '../propensity/design-matrix.ts';
import { aggregateEffects, type GroupTimeAggregates } from './aggregate-effects.ts';
import {
  type BasePeriod,
  type Cohorts,
  type ControlGroup,
  findCohorts,
  type PlannedCell,
  planCells,
} from './cohorts.ts';
import { constantWithinUnits, denseCodes, inOrder, type PanelStructure, panelStructure } from './panel-structure.ts';
import { requireFinite } from './require-finite.ts';
import { fitTwoByTwo, fitTwoByTwoMeans, influenceOf, type TwoByTwoEstimator, type TwoByTwoFit } from './two-by-two.ts';

export interface DifferenceInDifferencesInput {
  /** n unit codes and n period codes, whole numbers >= 0 */
  readonly unit: ArrayLike<number>;
  readonly period: ArrayLike<number>;
  /** time of each period code, ascending: event times are differences of these */
  readonly times: ArrayLike<number>;
  /** n outcomes, finite */
  readonly outcome: Float64Array;
  /** columns without intercept; a comparison uses those of its earlier period */
  readonly covariates: readonly DesignColumn[];
  /** n times of first treatment, the same within a unit */
  readonly firstTreated: ArrayLike<number>;
  /** the value of `firstTreated` that means never */
  readonly neverTreated: number;
  readonly controlGroup: ControlGroup;
  readonly estimator: TwoByTwoEstimator;
  readonly basePeriod: BasePeriod;
  /** time before treatment in which units may already react, >= 0 */
  readonly anticipation: number;
  /** n cluster codes, the same within a unit; null: units are independent */
  readonly cluster: ArrayLike<number> | null;
  readonly confidence: number;
  /** for the simulated critical value of simultaneous bands */
  readonly seed: number;
}

/**
 * Why a comparison has no estimate, or no standard error: `reference` is the base period itself; `one-treated` has a single
 * treated unit or cluster, from which no variance can be learnt; the others are codes of refusals.
 */
export type CellNote =
  | 'reference'
  | 'one-treated'
  | Extract<CoreErrorCode, 'empty-group' | 'collinear' | 'separation' | 'not-converged'>;

export interface GroupTimeCell {
  readonly cohort: number;
  readonly time: number;
  readonly base: number;
  readonly treatedUnits: number;
  readonly controlUnits: number;
  /** units that can be told apart in the change that is compared, see `outcomeSupport`; null where there is none */
  readonly support: number | null;
  readonly estimate: number | null;
  readonly standardError: number | null;
  readonly note: CellNote | null;
}

export interface GroupTimeEffects extends GroupTimeAggregates {
  readonly cells: readonly GroupTimeCell[];
  readonly cohorts: Cohorts['cohorts'];
  /** units that take part */
  readonly units: number;
  readonly neverTreated: number;
  /** units treated in or before the first period that could be a base */
  readonly leftOut: number;
  /** clusters, or units where none are given */
  readonly clusters: number;
  readonly treatedClusters: number;
  readonly degreesOfFreedom: number;
  /** comparisons in which a control has a propensity score above 0.99 */
  readonly weakOverlap: number;
}

const refusals: ReadonlySet<string> = new Set(['empty-group', 'collinear', 'separation', 'not-converged']);
const blockSize = 512;

/**
 * Effects of a treatment that starts at different times: the average effect on each cohort in each period, from a
 * comparison of its change with the change of units not (yet) treated, and their averages.
 *
 * Every comparison uses the units observed in both of its periods. Standard errors come from the influence functions:
 * sqrt(mean(IF^2) / n) with units independent, or from their sums by cluster with the factor G / (G - 1). A comparison with
 * one treated unit (or cluster) has an estimate and no standard error, and neither have the averages that use it.
 *
 * @throws invalid-argument (a unit twice in a period; cohort or cluster that changes within a unit; anticipation < 0),
 *   empty-group (nobody treated after a period without treatment; no comparison possible, for instance no never-treated
 *   units), too-few-groups (one period, one cluster), non-finite, dimension-mismatch
 * Cost: O(cells (n k^2 + n cells)); memory O(n k), no unit x comparison matrix. Source: Callaway and Sant'Anna 2021,
 * doi:10.1016/j.jeconom.2020.12.001, theorem 1 and section 4; Sant'Anna and Zhao 2020, doi:10.1016/j.jeconom.2020.06.003.
 * Deviation from R's did: clusters enter by their sums of influence; a failing comparison is reported, not fatal;
 * with anticipation the pre-test takes periods before g - anticipation.
 */
export function estimateGroupTimeEffects(
  input: DifferenceInDifferencesInput,
  kernels: MatrixKernels,
): GroupTimeEffects {
  check(input);
  const panel = panelStructure(input.unit, input.period);
  if (panel.periods < 2) {
    throw new CoreError(
      'too-few-groups',
      'The panel has one period; a difference in differences needs one before and one after treatment. Add a wave.',
      { periods: 1 },
    );
  }
  const times = Float64Array.from(panel.periodCodes, (code) => input.times[code]!);
  const cohorts = findCohorts(panel, times, input.firstTreated, input.neverTreated, input.anticipation);
  const sample = prepare(panel, times, cohorts, input);
  const planned = planCells(cohorts.cohorts, times, input.anticipation, input.basePeriod);
  const fitted = planned.map((cell) => fitCell(cell, sample, input.estimator, kernels));
  const estimated = fitted.filter((cell) => cell.fit !== null);
  if (estimated.length === 0) throw nothingComparable(input, cohorts, fitted);

  const clusters = clustersOf(input.cluster, panel, cohorts);
  const covariance = covarianceOfCells(estimated, sample, clusters, kernels);
  const size = covariance.cols;
  let column = 0;
  const cells = fitted.map((cell): GroupTimeCell => {
    const { plan, treatedUnits, controlUnits, support, refused } = cell;
    const labels = {
      cohort: cohorts.cohorts[plan.cohort]!.cohort,
      time: times[plan.period]!,
      base: times[plan.base]!,
      treatedUnits,
      controlUnits,
      support,
    };
    if (refused === 'reference') return { ...labels, estimate: 0, standardError: null, note: refused };
    if (cell.fit === null) return { ...labels, estimate: null, standardError: null, note: refused };
    const variance = covariance.values[column * size + column]!;
    column++;
    const alone = treatedClustersOf(plan, sample, clusters) < 2;
    return {
      ...labels,
      estimate: cell.fit.estimate,
      standardError: alone ? null : Math.sqrt(variance),
      note: alone ? 'one-treated' : null,
    };
  });
  const degreesOfFreedom = clusters.count - 1;
  return {
    cells,
    cohorts: cohorts.cohorts,
    units: cohorts.units,
    neverTreated: cohorts.neverTreated,
    leftOut: cohorts.leftOut,
    clusters: clusters.count,
    treatedClusters: clusters.treated,
    degreesOfFreedom,
    weakOverlap: estimated.filter((cell) => cell.fit!.largestControlScore > 0.99).length,
    ...aggregateEffects(
      {
        cells,
        cohortSizes: cohorts.cohorts.map((c) => c.units),
        units: cohorts.units,
        covariance,
        degreesOfFreedom,
        anticipation: input.anticipation,
        confidence: input.confidence,
        seed: input.seed,
      },
      kernels,
    ),
  };
}

interface Sample {
  readonly panel: PanelStructure;
  readonly times: Float64Array;
  readonly cohorts: Cohorts;
  readonly controlGroup: ControlGroup;
  readonly anticipation: number;
  /** ordered row of unit u in period t at u * periods + t, -1 = none */
  readonly rowOf: Int32Array;
  readonly outcome: Float64Array;
  /** rows x k covariates of the ordered rows, intercept first */
  readonly x: Matrix;
  readonly names: readonly string[];
}

interface FittedCell {
  readonly plan: PlannedCell;
  readonly treatedUnits: number;
  readonly controlUnits: number;
  readonly support: number | null;
  readonly fit: TwoByTwoFit | null;
  readonly refused: CellNote | null;
}

function prepare(
  panel: PanelStructure,
  times: Float64Array,
  cohorts: Cohorts,
  input: DifferenceInDifferencesInput,
): Sample {
  const rowOf = new Int32Array(panel.units * panel.periods).fill(-1);
  for (let k = 0; k < panel.rows; k++) rowOf[panel.unit[k]! * panel.periods + panel.period[k]!] = k;
  const cols = input.covariates.length + 1;
  const values = new Float64Array(panel.rows * cols);
  for (let k = 0; k < panel.rows; k++) values[k * cols] = 1;
  input.covariates.forEach((column, j) => {
    for (let k = 0; k < panel.rows; k++) values[k * cols + j + 1] = column.values[panel.order[k]!]!;
  });
  return {
    panel,
    times,
    cohorts,
    controlGroup: input.controlGroup,
    anticipation: input.anticipation,
    rowOf,
    outcome: inOrder(panel, input.outcome),
    x: { rows: panel.rows, cols, values },
    names: [interceptName, ...input.covariates.map((c) => c.name)],
  };
}

/** A function that tells the part of a unit in a comparison: 1 treated, 0 control, -1 none. */
function partIn({ panel, times, cohorts, controlGroup, anticipation, rowOf }: Sample, cell: PlannedCell) {
  const { firstTreated, included, cohortOfUnit } = cohorts;
  const later = times[Math.max(cell.period, cell.base)]!;
  const end = controlGroup === 'never-treated' ? times[times.length - 1]! : later;
  return (unit: number): number => {
    if (included[unit] === 0) return -1;
    const at = unit * panel.periods;
    if (rowOf[at + cell.period]! < 0 || rowOf[at + cell.base]! < 0) return -1;
    if (cohortOfUnit[unit] === cell.cohort) return 1;
    return firstTreated[unit]! > end + anticipation ? 0 : -1;
  };
}

function fitCell(plan: PlannedCell, sample: Sample, estimator: TwoByTwoEstimator, kernels: MatrixKernels): FittedCell {
  const { panel, rowOf, outcome, x, names } = sample;
  const part = partIn(sample, plan);
  const chosen = new Uint32Array(panel.units);
  const parts = new Float64Array(panel.units);
  let m = 0;
  let treatedUnits = 0;
  for (let u = 0; u < panel.units; u++) {
    const p = part(u);
    if (p < 0) continue;
    chosen[m] = u;
    parts[m++] = p;
    treatedUnits += p;
  }
  const units = { plan, treatedUnits, controlUnits: m - treatedUnits };
  if (plan.period === plan.base) return { ...units, support: null, fit: null, refused: 'reference' };
  const treated = parts.subarray(0, m);
  const change = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    const at = chosen[i]! * panel.periods;
    change[i] = outcome[rowOf[at + plan.period]!]! - outcome[rowOf[at + plan.base]!]!;
  }
  const counts = { ...units, support: outcomeSupport(change, [treated], chosen) };
  try {
    if (x.cols === 1) return { ...counts, fit: fitTwoByTwoMeans(treated, change), refused: null };
    const earlier = Math.min(plan.period, plan.base);
    const values = new Float64Array(m * x.cols);
    for (let i = 0; i < m; i++) {
      const from = rowOf[chosen[i]! * panel.periods + earlier]! * x.cols;
      for (let j = 0; j < x.cols; j++) values[i * x.cols + j] = x.values[from + j]!;
    }
    const matrix = { rows: m, cols: x.cols, values };
    return { ...counts, fit: fitTwoByTwo({ x: matrix, names, treated, change }, estimator, kernels), refused: null };
  } catch (error) {
    if (error instanceof CoreError && refusals.has(error.code)) {
      return { ...counts, fit: null, refused: error.code as CellNote };
    }
    throw error;
  }
}

interface ClusterOfUnits {
  /** cluster of each unit, null where every unit is its own */
  readonly codes: Uint32Array | null;
  readonly count: number;
  /** clusters that hold treated units */
  readonly treated: number;
}

function clustersOf(cluster: ArrayLike<number> | null, panel: PanelStructure, cohorts: Cohorts): ClusterOfUnits {
  const isTreated = (u: number) => cohorts.cohortOfUnit[u]! >= 0;
  if (cluster === null) {
    let treated = 0;
    for (let u = 0; u < panel.units; u++) if (isTreated(u)) treated++;
    return { codes: null, count: cohorts.units, treated };
  }
  const perUnit = constantWithinUnits(panel, cluster, 'The cluster');
  const { codes } = denseCodes(perUnit);
  const seen = new Set<number>();
  const treated = new Set<number>();
  for (let u = 0; u < panel.units; u++) {
    if (cohorts.included[u] === 0) continue;
    seen.add(codes[u]!);
    if (isTreated(u)) treated.add(codes[u]!);
  }
  if (seen.size < 2) {
    throw new CoreError(
      'too-few-groups',
      `The units lie in ${seen.size} cluster; a cluster-robust standard error needs at least two. Leave out the cluster, or name a finer one.`,
      { groups: seen.size },
    );
  }
  return { codes, count: seen.size, treated: treated.size };
}

function treatedClustersOf(plan: PlannedCell, sample: Sample, { codes }: ClusterOfUnits): number {
  const part = partIn(sample, plan);
  let first = -1;
  for (let u = 0; u < sample.panel.units; u++) {
    if (part(u) !== 1) continue;
    const cluster = codes === null ? u : codes[u]!;
    if (first >= 0 && cluster !== first) return 2;
    first = cluster;
  }
  return first < 0 ? 0 : 1;
}

/**
 * Covariance of the estimates, followed by the shares of the cohorts: Psi'Psi / n^2 with Psi the n x (cells + cohorts)
 * influences, made in blocks of units that are used at once. The influence on the share p of a cohort is 1 - p or -p.
 */
function covarianceOfCells(
  cells: readonly FittedCell[],
  sample: Sample,
  clusters: ClusterOfUnits,
  kernels: MatrixKernels,
): Matrix {
  const { panel, cohorts, rowOf, outcome, x } = sample;
  const n = cohorts.units;
  const size = cells.length + cohorts.cohorts.length;
  const shares = cohorts.cohorts.map((c) => c.units / n);
  const parts = cells.map((cell) => partIn(sample, cell.plan));
  const covariance = { rows: size, cols: size, values: new Float64Array(size * size) };
  const byCluster =
    clusters.codes === null
      ? null
      : new Float64Array((clusters.codes.reduce((most, c) => Math.max(most, c), 0) + 1) * size);
  const block = kernels.allocate(blockSize * size);
  try {
    for (let from = 0; from < panel.units; from += blockSize) {
      const rows = Math.min(blockSize, panel.units - from);
      block.fill(0);
      for (let c = 0; c < cells.length; c++) {
        const { plan, fit, treatedUnits, controlUnits } = cells[c]!;
        const part = parts[c]!;
        const scale = n / (treatedUnits + controlUnits);
        const earlier = Math.min(plan.period, plan.base);
        for (let i = 0; i < rows; i++) {
          const p = part(from + i);
          if (p < 0) continue;
          const at = (from + i) * panel.periods;
          const change = outcome[rowOf[at + plan.period]!]! - outcome[rowOf[at + plan.base]!]!;
          block[i * size + c] = scale * influenceOf(fit!, p === 1, change, x.values, rowOf[at + earlier]! * x.cols);
        }
      }
      for (let i = 0; i < rows; i++) {
        if (cohorts.included[from + i] === 0) continue;
        for (let g = 0; g < shares.length; g++) {
          block[i * size + cells.length + g] = (cohorts.cohortOfUnit[from + i] === g ? 1 : 0) - shares[g]!;
        }
      }
      if (byCluster === null) {
        const used = block.subarray(0, rows * size);
        kernels.syrk({ rows, cols: size, values: used }, covariance, {
          transpose: true,
          accumulate: true,
          alpha: 1 / n / n,
        });
        continue;
      }
      for (let i = 0; i < rows; i++) {
        const at = clusters.codes![from + i]! * size;
        for (let c = 0; c < size; c++) byCluster[at + c] = byCluster[at + c]! + block[i * size + c]!;
      }
    }
  } finally {
    kernels.release(block);
  }
  if (byCluster !== null) {
    const factor = clusters.count / (clusters.count - 1);
    const sums = { rows: byCluster.length / size, cols: size, values: byCluster };
    kernels.syrk(sums, covariance, { transpose: true, alpha: factor / n / n });
  }
  return covariance;
}

function nothingComparable(
  { controlGroup }: DifferenceInDifferencesInput,
  cohorts: Cohorts,
  fitted: readonly FittedCell[],
): CoreError {
  const controls = Math.max(...fitted.map((cell) => cell.controlUnits));
  const reasons = [...new Set(fitted.flatMap((cell) => (cell.refused === null ? [] : [cell.refused])))];
  const remedy =
    controls === 0 && controlGroup === 'never-treated'
      ? 'Nobody stays untreated: compare with units that are not yet treated.'
      : 'Leave out covariates, add untreated units or add earlier waves.';
  return new CoreError(
    'empty-group',
    `No cohort can be compared in any period (${cohorts.neverTreated} never-treated units; reasons: ${reasons.join(', ')}). ${remedy}`,
    { neverTreated: cohorts.neverTreated, reasons },
  );
}

function check(input: DifferenceInDifferencesInput): void {
  const { unit, outcome, covariates, firstTreated, anticipation, confidence } = input;
  if (outcome.length !== unit.length || firstTreated.length !== unit.length) {
    throw new CoreError(
      'dimension-mismatch',
      `There are ${unit.length} unit codes, ${outcome.length} outcomes and ${firstTreated.length} times of first treatment.`,
    );
  }
  for (const { name, values } of [{ name: 'the outcome', values: outcome }, ...covariates]) {
    if (values.length !== unit.length) {
      throw new CoreError('dimension-mismatch', `"${name}" has ${values.length} values for ${unit.length} rows.`);
    }
    requireFinite(name, values);
  }
  if (!(anticipation >= 0 && Number.isFinite(anticipation))) {
    throw new CoreError('invalid-argument', `The anticipation is ${anticipation}; expected 0 or more.`);
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new CoreError('invalid-argument', `The confidence is ${confidence}; expected a number between 0 and 1.`);
  }
}
