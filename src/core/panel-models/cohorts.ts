import { CoreError } from '../errors.ts';
import { constantWithinUnits, type PanelStructure } from './panel-structure.ts';

export type ControlGroup = 'never-treated' | 'not-yet-treated';
export type BasePeriod = 'varying' | 'universal';

/** When each unit of a panel was first treated, and what can be compared. */
export interface Cohorts {
  /** first treatment of each unit in the time of the periods, Infinity = never */
  readonly firstTreated: Float64Array;
  /** 1 for units that take part: the others were treated before the panel could see them untreated */
  readonly included: Uint8Array;
  readonly units: number;
  readonly leftOut: number;
  readonly neverTreated: number;
  /** cohorts with an untreated period and a treated one, ascending, with their size */
  readonly cohorts: readonly { readonly cohort: number; readonly units: number }[];
  /** number of the cohort of each unit, -1 for units in none */
  readonly cohortOfUnit: Int32Array;
}

/** One comparison: a cohort's change from the base period to a period, both as place in the periods. */
export interface PlannedCell {
  /** number of the cohort */
  readonly cohort: number;
  readonly period: number;
  readonly base: number;
}

/**
 * Cohorts of a staggered treatment.
 *
 * @param times        time of each period of `panel`, ascending
 * @param firstTreated n times of first treatment, one per row, the same within a unit
 * @param neverTreated the value of `firstTreated` that means never
 * @param anticipation time before treatment in which units may already react, >= 0
 * @throws invalid-argument where the first treatment changes within a unit; empty-group without a cohort that has an
 *   untreated period before (and is treated within the panel)
 */
export function findCohorts(
  panel: PanelStructure,
  times: ArrayLike<number>,
  firstTreated: ArrayLike<number>,
  neverTreated: number,
  anticipation: number,
): Cohorts {
  const raw = constantWithinUnits(panel, firstTreated, 'The first treated period');
  const first = raw.map((g) => (g === neverTreated ? Number.POSITIVE_INFINITY : g));
  const start = times[0]!;
  const end = times[times.length - 1]!;
  const included = Uint8Array.from(first, (g) => (start < g - anticipation ? 1 : 0));
  const sizes = new Map<number, number>();
  let units = 0;
  let never = 0;
  for (let u = 0; u < first.length; u++) {
    if (included[u] === 0) continue;
    units++;
    const g = first[u]!;
    if (g === Number.POSITIVE_INFINITY) never++;
    else if (g <= end) sizes.set(g, (sizes.get(g) ?? 0) + 1);
  }
  if (sizes.size === 0) {
    throw new CoreError(
      'empty-group',
      `No unit is first treated within the panel after a period without treatment (periods ${start} to ${end}, ${first.length - units} units treated from the start, ${units} not treated). Add earlier waves, or check the treatment.`,
      { treatedFromTheStart: first.length - units, notTreated: units },
    );
  }
  const cohorts = [...sizes].map(([cohort, size]) => ({ cohort, units: size })).sort((a, b) => a.cohort - b.cohort);
  const place = new Map(cohorts.map(({ cohort }, c) => [cohort, c]));
  return {
    firstTreated: first,
    included,
    units,
    leftOut: first.length - units,
    neverTreated: never,
    cohorts,
    cohortOfUnit: Int32Array.from(first, (g, u) => (included[u] === 1 ? (place.get(g) ?? -1) : -1)),
  };
}

/**
 * The comparisons of every cohort g: base = the last period before g - anticipation; with `varying`, a period before
 * g - anticipation is compared with the one just before it; with `universal`, every period is compared with the base.
 */
export function planCells(
  cohorts: readonly { readonly cohort: number }[],
  times: ArrayLike<number>,
  anticipation: number,
  basePeriod: BasePeriod,
): readonly PlannedCell[] {
  const cells: PlannedCell[] = [];
  cohorts.forEach(({ cohort: g }, cohort) => {
    let last = 0;
    while (last + 1 < times.length && times[last + 1]! < g - anticipation) last++;
    for (let period = basePeriod === 'universal' ? 0 : 1; period < times.length; period++) {
      const isBefore = times[period]! < g - anticipation;
      cells.push({ cohort, period, base: basePeriod === 'varying' && isBefore ? period - 1 : last });
    }
  });
  return cells;
}
