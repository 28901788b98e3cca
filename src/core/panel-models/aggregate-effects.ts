import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { studentTQuantile } from '../stats/student-t.ts';
import type { GroupTimeCell } from './group-time-effects.ts';
import { type PanelTest, waldTest } from './panel-tests.ts';
import { simultaneousCriticalValue } from './simultaneous-band.ts';

export interface Average {
  readonly estimate: number;
  /** null where it rests on a comparison without one, or is 0 by construction */
  readonly standardError: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

export interface EventTimeAverage extends Average {
  readonly eventTime: number;
  /** limits that hold for all event times together */
  readonly simultaneousLower: number | null;
  readonly simultaneousUpper: number | null;
}

export interface GroupTimeAggregates {
  /** all treated comparisons, by cohort size; null where no comparison after treatment has an estimate */
  readonly simple: Average | null;
  readonly dynamic: { readonly overall: Average | null; readonly byEventTime: readonly EventTimeAverage[] };
  readonly group: {
    readonly overall: Average | null;
    readonly byCohort: readonly (Average & { readonly cohort: number })[];
  };
  readonly calendar: {
    readonly overall: Average | null;
    readonly byTime: readonly (Average & { readonly time: number })[];
  };
  /** are all effects before treatment zero? null without such comparisons, or where they determine one another */
  readonly preTest: PanelTest | null;
}

interface AggregateInput {
  readonly cells: readonly GroupTimeCell[];
  readonly cohortSizes: readonly number[];
  readonly units: number;
  /** of the estimated cells in order, then of the cohort shares */
  readonly covariance: Matrix;
  readonly degreesOfFreedom: number;
  readonly anticipation: number;
  readonly confidence: number;
  readonly seed: number;
}

/** A function of estimates and shares: its value, its gradient over the rows of the covariance, and whether an SE exists. */
interface Functional {
  readonly value: number;
  readonly gradient: Float64Array;
  readonly hasError: boolean;
}

/**
 * Averages of group-time effects with delta-method standard errors that include the sampling of the cohort sizes.
 *
 * simple: comparisons with t >= g weighted by cohort size; byEventTime, byTime likewise within t - g or t; byCohort: plain
 * mean over t >= g. overall of dynamic (t - g >= 0) and calendar: plain means; of group: by cohort size.
 * Source: Callaway and Sant'Anna 2021, section 3 and corollary 2; simultaneous bands: Montiel Olea and Plagborg-Moller
 * 2019, doi:10.1002/jae.2656.
 */
export function aggregateEffects(input: AggregateInput, kernels: MatrixKernels): GroupTimeAggregates {
  const { covariance, degreesOfFreedom, confidence } = input;
  const cells = indexCells(input);
  const after = cells.filter((c) => c.cell.time >= c.cell.cohort);
  const size = covariance.cols;
  const width = studentTQuantile((1 + confidence) / 2, degreesOfFreedom);
  const average = (f: Functional): Average => {
    const standardError = f.hasError ? errorOf(f, covariance, kernels) : null;
    const half = standardError === null ? null : width * standardError;
    return {
      estimate: f.value,
      standardError,
      lower: half === null ? null : f.value - half,
      upper: half === null ? null : f.value + half,
    };
  };
  const weighted = (chosen: readonly IndexedCell[]) => weightedMean(chosen, input, size);
  const averageOrNull = (parts: readonly Functional[]) => (parts.length === 0 ? null : average(plainMean(parts, size)));

  const eventTimes = groupBy(cells, (c) => c.cell.time - c.cell.cohort).map(([eventTime, chosen]) => ({
    eventTime,
    f: weighted(chosen),
  }));
  const calendar = groupBy(after, (c) => c.cell.time).map(([time, chosen]) => ({ time, f: weighted(chosen) }));
  const byCohort = groupBy(after, (c) => c.cell.cohort).map(([cohort, chosen]) => ({
    cohort,
    place: chosen[0]!.cohort,
    f: plainMean(
      chosen.map((c) => single(c, size)),
      size,
    ),
  }));
  const band = eventTimes.map(({ eventTime, f }) => ({ eventTime, f, shown: average(f) }));
  const inBand = band.filter(({ shown }) => shown.standardError !== null);
  const critical = simultaneousCriticalValue(
    correlation(
      inBand.map(({ f }) => f),
      covariance,
      kernels,
    ),
    degreesOfFreedom,
    confidence,
    input.seed,
    kernels,
  );
  return {
    simple: after.length === 0 ? null : average(weighted(after)),
    dynamic: {
      overall: averageOrNull(eventTimes.filter((e) => e.eventTime >= 0).map((e) => e.f)),
      byEventTime: band.map(({ eventTime, shown }) => {
        const half = shown.standardError === null ? null : critical * shown.standardError;
        return {
          eventTime,
          ...shown,
          simultaneousLower: half === null ? null : shown.estimate - half,
          simultaneousUpper: half === null ? null : shown.estimate + half,
        };
      }),
    },
    group: {
      overall: byCohort.length === 0 ? null : average(meanByCohortSize(byCohort, input, size)),
      byCohort: byCohort.map(({ cohort, f }) => ({ cohort, ...average(f) })),
    },
    calendar: {
      overall: averageOrNull(calendar.map((c) => c.f)),
      byTime: calendar.map(({ time, f }) => ({ time, ...average(f) })),
    },
    preTest: preTest(cells, input, kernels),
  };
}

interface IndexedCell {
  readonly cell: GroupTimeCell;
  /** place in the covariance, -1 for a base period */
  readonly place: number;
  /** number of the cohort */
  readonly cohort: number;
}

/** Cells with an estimate (base periods count as 0). */
function indexCells({ cells }: AggregateInput): readonly IndexedCell[] {
  const cohorts = [...new Set(cells.map((cell) => cell.cohort))];
  let next = 0;
  const indexed: IndexedCell[] = [];
  for (const cell of cells) {
    const cohort = cohorts.indexOf(cell.cohort);
    if (cell.note === 'reference') indexed.push({ cell, place: -1, cohort });
    else if (cell.estimate !== null) indexed.push({ cell, place: next++, cohort });
  }
  return indexed;
}

function single({ cell, place }: IndexedCell, size: number): Functional {
  const gradient = new Float64Array(size);
  if (place >= 0) gradient[place] = 1;
  return { value: cell.estimate!, gradient, hasError: place < 0 || cell.standardError !== null };
}

/** sum p_g theta / sum p_g, with the derivatives by theta and by the shares p_g. */
function weightedMean(chosen: readonly IndexedCell[], input: AggregateInput, size: number): Functional {
  const shares = chosen.map((c) => input.cohortSizes[c.cohort]! / input.units);
  const total = shares.reduce((a, b) => a + b, 0);
  const value = chosen.reduce((sum, c, i) => sum + shares[i]! * c.cell.estimate!, 0) / total;
  const gradient = new Float64Array(size);
  const firstShare = size - input.cohortSizes.length;
  chosen.forEach((c, i) => {
    if (c.place >= 0) gradient[c.place] = gradient[c.place]! + shares[i]! / total;
    const at = firstShare + c.cohort;
    gradient[at] = gradient[at]! + (c.cell.estimate! - value) / total;
  });
  return { value, gradient, hasError: chosen.every((c) => c.place < 0 || c.cell.standardError !== null) };
}

function meanByCohortSize(
  parts: readonly { readonly place: number; readonly f: Functional }[],
  input: AggregateInput,
  size: number,
): Functional {
  const shares = parts.map((p) => input.cohortSizes[p.place]! / input.units);
  const total = shares.reduce((a, b) => a + b, 0);
  const value = parts.reduce((sum, p, i) => sum + shares[i]! * p.f.value, 0) / total;
  const gradient = new Float64Array(size);
  parts.forEach((p, i) => {
    for (let j = 0; j < size; j++) gradient[j] = gradient[j]! + (shares[i]! / total) * p.f.gradient[j]!;
    const at = size - input.cohortSizes.length + p.place;
    gradient[at] = gradient[at]! + (p.f.value - value) / total;
  });
  return { value, gradient, hasError: parts.every((p) => p.f.hasError) };
}

function plainMean(parts: readonly Functional[], size: number): Functional {
  const gradient = new Float64Array(size);
  for (const part of parts)
    for (let j = 0; j < size; j++) gradient[j] = gradient[j]! + part.gradient[j]! / parts.length;
  return {
    value: parts.reduce((sum, part) => sum + part.value, 0) / parts.length,
    gradient,
    hasError: parts.every((part) => part.hasError),
  };
}

function covarianceOf(a: Functional, b: Functional, covariance: Matrix, kernels: MatrixKernels): number {
  const half = new Float64Array(covariance.rows);
  kernels.gemv(covariance, b.gradient, half);
  return kernels.dot(a.gradient, half);
}

function errorOf(f: Functional, covariance: Matrix, kernels: MatrixKernels): number | null {
  const variance = covarianceOf(f, f, covariance, kernels);
  return variance > 0 ? Math.sqrt(variance) : null;
}

function correlation(parts: readonly Functional[], covariance: Matrix, kernels: MatrixKernels): Matrix {
  const m = parts.length;
  const values = new Float64Array(m * m);
  const errors = parts.map((f) => errorOf(f, covariance, kernels)!);
  for (let i = 0; i < m; i++) {
    values[i * m + i] = 1;
    for (let j = 0; j < i; j++) {
      const r = covarianceOf(parts[i]!, parts[j]!, covariance, kernels) / (errors[i]! * errors[j]!);
      values[i * m + j] = r;
      values[j * m + i] = r;
    }
  }
  return { rows: m, cols: m, values };
}

function preTest(
  cells: readonly IndexedCell[],
  { covariance, anticipation }: AggregateInput,
  kernels: MatrixKernels,
): PanelTest | null {
  const before = cells.filter(
    ({ cell, place }) => place >= 0 && cell.standardError !== null && cell.time < cell.cohort - anticipation,
  );
  const m = before.length;
  const v = { rows: m, cols: m, values: new Float64Array(m * m) };
  before.forEach((a, i) => {
    before.forEach((b, j) => {
      v.values[i * m + j] = covariance.values[a.place * covariance.cols + b.place]!;
    });
  });
  return waldTest(
    Float64Array.from(before, ({ cell }) => cell.estimate!),
    v,
    kernels,
  );
}

/** Groups in ascending order of the key. */
function groupBy(cells: readonly IndexedCell[], key: (cell: IndexedCell) => number): [number, IndexedCell[]][] {
  const groups = new Map<number, IndexedCell[]>();
  for (const cell of cells) {
    const k = key(cell);
    const group = groups.get(k);
    if (group) group.push(cell);
    else groups.set(k, [cell]);
  }
  return [...groups].sort((a, b) => a[0] - b[0]);
}
