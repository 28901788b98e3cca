import { type WithheldReason, withholdSmallGroups } from '../../core/disclosure/withhold-small-groups.ts';
import type { Warning } from '../../core/errors.ts';
import type { Average, EventTimeAverage } from '../../core/panel-models/aggregate-effects.ts';
import type { CellNote, GroupTimeEffects } from '../../core/panel-models/group-time-effects.ts';
import type { PanelTest } from '../../core/panel-models/panel-tests.ts';
import type { Coefficient, PanelModelOutput, RegressionOutput } from '../../core/panel-models/run-panel-model.ts';
import { minimumGroup } from '../minimum-group.ts';
import { withoutLevel } from '../without-level.ts';

/** An estimate as it is shown: `withheld` says why its numbers are null. */
type Shown<T> = { readonly [K in keyof T]: T[K] | null } & { readonly withheld: WithheldReason };

export type ShownCoefficient = { readonly name: string } & Shown<Omit<Coefficient, 'name'>>;
export type ShownAverage = Shown<Average>;
export type ShownEventTime = { readonly eventTime: number } & Shown<Omit<EventTimeAverage, 'eventTime'>>;

export interface ShownCell {
  /** labels of the periods */
  readonly cohort: string;
  readonly time: string;
  readonly base: string;
  /** periods since the first treated one, negative before */
  readonly eventTime: number;
  readonly treatedUnits: number | null;
  readonly controlUnits: number | null;
  readonly support: number | null;
  readonly estimate: number | null;
  readonly standardError: number | null;
  /** why there is no estimate, or no standard error */
  readonly note: CellNote | null;
  readonly withheld: WithheldReason;
}

export interface ShownDifferences {
  readonly units: number | null;
  readonly neverTreated: number | null;
  readonly clusters: number;
  readonly treatedClusters: number | null;
  readonly degreesOfFreedom: number;
  readonly cohorts: readonly {
    readonly cohort: string;
    readonly units: number | null;
    readonly withheld: WithheldReason;
  }[];
  readonly cells: readonly ShownCell[];
  readonly simple: ShownAverage | null;
  readonly dynamic: { readonly overall: ShownAverage | null; readonly byEventTime: readonly ShownEventTime[] };
  readonly group: {
    readonly overall: ShownAverage | null;
    readonly byCohort: readonly ({ readonly cohort: string } & ShownAverage)[];
  };
  readonly calendar: {
    readonly overall: ShownAverage | null;
    readonly byTime: readonly ({ readonly time: string } & ShownAverage)[];
  };
  readonly preTest: PanelTest | null;
}

export interface PanelModelBody {
  readonly model: string;
  readonly outcome: {
    readonly name: string;
    readonly title: string | null;
    readonly unit: string | null;
    readonly direction: string;
  };
  readonly treatment: { readonly name: string; readonly title: string | null } | null;
  /** true where the units are people's: small groups are then withheld from everybody but the operator */
  readonly protected: boolean;
  /** why there are no estimates, or null where they are shown */
  readonly withheld: 'small-group' | null;
  readonly panel: { readonly [K in keyof PanelModelOutput['panel']]: PanelModelOutput['panel'][K] | null };
  readonly regression:
    | (Omit<RegressionOutput, 'coefficients'> & { readonly coefficients: readonly ShownCoefficient[] })
    | null;
  readonly differences: ShownDifferences | null;
}

export function shownRegression(regression: RegressionOutput): NonNullable<PanelModelBody['regression']> {
  return { ...regression, coefficients: regression.coefficients.map((c) => ({ ...c, withheld: null })) };
}

/** Group-time effects with the labels of the periods. */
export function shownDifferences(effects: GroupTimeEffects, waves: readonly string[]): ShownDifferences {
  const label = (period: number) => waves[period]!;
  const shown = <A extends Average>(average: A): A & { readonly withheld: null } => ({ ...average, withheld: null });
  const orNull = (average: Average | null) => (average === null ? null : shown(average));
  const { dynamic, group, calendar } = effects;
  return {
    units: effects.units,
    neverTreated: effects.neverTreated,
    clusters: effects.clusters,
    treatedClusters: effects.treatedClusters,
    degreesOfFreedom: effects.degreesOfFreedom,
    cohorts: effects.cohorts.map(({ cohort, units }) => ({ cohort: label(cohort), units, withheld: null })),
    cells: effects.cells.map((cell) => ({
      ...cell,
      cohort: label(cell.cohort),
      time: label(cell.time),
      base: label(cell.base),
      eventTime: cell.time - cell.cohort,
      withheld: null,
    })),
    simple: orNull(effects.simple),
    dynamic: { overall: orNull(dynamic.overall), byEventTime: dynamic.byEventTime.map(shown) },
    group: {
      overall: orNull(group.overall),
      byCohort: group.byCohort.map((g) => ({ ...shown(g), cohort: label(g.cohort) })),
    },
    calendar: {
      overall: orNull(calendar.overall),
      byTime: calendar.byTime.map((c) => ({ ...shown(c), time: label(c.time) })),
    },
    preTest: effects.preTest,
  };
}

const few = (n: number | null): boolean => n !== null && n > 0 && n < minimumGroup;

/** What anybody but the operator sees of a model on people: nothing that rests on fewer than the minimum group. */
export function gatePanelModel(body: PanelModelBody): PanelModelBody {
  const units = body.panel.units ?? 0;
  const participating = body.differences?.units ?? units;
  if (units < minimumGroup || participating < minimumGroup) {
    const panel = { units: null, periods: body.panel.periods, rows: null, balanced: body.panel.balanced };
    return { ...body, withheld: 'small-group', panel, regression: null, differences: null };
  }
  if (few(body.regression?.outcomeSupport ?? null)) return { ...body, withheld: 'small-group', regression: null };
  // A few who take no part (treated from the start) are no number either.
  const isHidingUnits = few(units - participating);
  return {
    ...body,
    panel: isHidingUnits ? { ...body.panel, units: null, rows: null } : body.panel,
    regression: body.regression && {
      ...body.regression,
      outcomeSupport: null,
      coefficients: body.regression.coefficients.map(gateCoefficient),
    },
    differences: body.differences && gateDifferences(body.differences, body.panel.balanced === true),
  };
}

function gateCoefficient(coefficient: ShownCoefficient): ShownCoefficient {
  if (coefficient.support === null || coefficient.support >= minimumGroup) return { ...coefficient, support: null };
  return {
    name: withoutLevel(coefficient.name),
    estimate: null,
    standardError: null,
    statistic: null,
    pValue: null,
    lower: null,
    upper: null,
    support: null,
    withheld: 'small-group',
  };
}

/**
 * Cohorts of fewer than the minimum are withheld, and another one where the averages would give a single one away. A
 * comparison goes with its cohort, or where it rests on fewer units itself, or on fewer whose outcome tells them apart. An average is shown where what it hides holds
 * nothing, or at least two cohorts and the minimum of units. In a panel with gaps the units of a comparison are not shown: the
 * cohort has a few more.
 */
function gateDifferences(differences: ShownDifferences, isBalanced: boolean): ShownDifferences {
  const sizesOfCohorts = differences.cohorts.map((c) => c.units!);
  const untreated = differences.units! - sizesOfCohorts.reduce((a, b) => a + b, 0);
  const verdict = withholdSmallGroups([...sizesOfCohorts, untreated], minimumGroup);
  const reasonOf = new Map(differences.cohorts.map((c, i) => [c.cohort, verdict.groups[i]!]));
  const cells = differences.cells.map((cell): ShownCell => {
    const own = few(cell.treatedUnits) || few(cell.controlUnits) || few(cell.support) ? 'small-group' : null;
    return gateCell(cell, own ?? reasonOf.get(cell.cohort)!, isBalanced);
  });
  const isHiding = cells.some((cell) => cell.withheld !== null);
  const sizes = new Map(differences.cohorts.map((c) => [c.cohort, c.units!]));
  const reason = (part: (cell: ShownCell) => boolean): WithheldReason => {
    const behind = new Map<string, number>();
    cells.forEach((cell, c) => {
      if (!part(cell) || cell.withheld === null) return;
      const { cohort } = cell;
      const units = Math.min(sizes.get(cohort)!, differences.cells[c]!.support ?? Number.POSITIVE_INFINITY);
      behind.set(cohort, Math.min(units, behind.get(cohort) ?? units));
    });
    if (behind.size === 0) return null;
    const together = [...behind.values()].reduce((sum, units) => sum + units, 0);
    return behind.size >= 2 && together >= minimumGroup ? null : 'protects-other';
  };
  const after = (cell: ShownCell) => cell.eventTime >= 0;
  const whole = reason(after);
  const hideOverall = (average: ShownAverage | null) => (average && whole !== null ? hidden(average, whole) : average);
  const { dynamic, group, calendar } = differences;
  return {
    ...differences,
    neverTreated: few(differences.neverTreated) || verdict.groups.at(-1) !== null ? null : differences.neverTreated,
    treatedClusters: few(differences.treatedClusters) && isHiding ? null : differences.treatedClusters,
    cohorts: differences.cohorts.map((c) => {
      const withheld = reasonOf.get(c.cohort)!;
      return withheld === null ? c : { cohort: c.cohort, units: null, withheld };
    }),
    cells,
    // One statistic of all comparisons before the treatment.
    preTest: reason((cell) => !after(cell)) === null ? differences.preTest : null,
    simple: hideOverall(differences.simple),
    dynamic: {
      overall: hideOverall(dynamic.overall),
      byEventTime: dynamic.byEventTime.map((e) => {
        const withheld = reason((cell) => cell.eventTime === e.eventTime);
        return withheld === null ? e : hidden(e, withheld);
      }),
    },
    group: {
      overall: hideOverall(group.overall),
      byCohort: group.byCohort.map((g) => {
        const own = cells.some((cell) => cell.cohort === g.cohort && after(cell) && cell.withheld !== null);
        return own ? hidden(g, reasonOf.get(g.cohort) ?? 'small-group') : g;
      }),
    },
    calendar: {
      overall: hideOverall(calendar.overall),
      byTime: calendar.byTime.map((c) => {
        const withheld = reason((cell) => cell.time === c.time && after(cell));
        return withheld === null ? c : hidden(c, withheld);
      }),
    },
  };
}

function gateCell(cell: ShownCell, withheld: WithheldReason, isBalanced: boolean): ShownCell {
  const shown = isBalanced ? cell : { ...cell, treatedUnits: null, controlUnits: null };
  if (withheld === null) return { ...shown, support: null };
  const hiddenUnits = { treatedUnits: null, controlUnits: null, support: null };
  return { ...cell, ...hiddenUnits, estimate: null, standardError: null, note: null, withheld };
}

/** Cautions that tell of a single unit, or how small a panel is. */
export function gatePanelModelWarnings(warnings: readonly Warning[], body: PanelModelBody): readonly Warning[] {
  const released = gatePanelModel(body);
  const isNoted = released.differences?.cells.some((cell) => cell.note === 'one-treated') === true;
  const tells: readonly string[] = [
    ...(isNoted ? [] : ['one-treated']),
    ...(released.withheld === null ? [] : ['panel-few-clusters']),
  ];
  return warnings.filter(({ code }) => !tells.includes(code));
}

/** The same row without its numbers. */
function hidden<A extends ShownAverage>(average: A, withheld: WithheldReason): A {
  const band = 'simultaneousLower' in average ? { simultaneousLower: null, simultaneousUpper: null } : {};
  return { ...average, estimate: null, standardError: null, lower: null, upper: null, ...band, withheld };
}
