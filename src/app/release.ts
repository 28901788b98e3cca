import { withholdInTables } from '../core/disclosure/withhold-in-tables.ts';
import { coreErrorCodes } from '../core/errors.ts';
import { isAboutPeople } from './about-people.ts';
import type { Actor } from './actor.ts';
import { type Analysis, type AnyResult, analyses } from './analyses.ts';
import { AppError } from './errors.ts';
import { type ExperimentList, isLargeEnough } from './experiments.ts';
import { gateAnswer } from './gate-answer.ts';
import type { JobError } from './jobs.ts';
import type { PlanList } from './learning-loop.ts';
import { minimumGroup } from './minimum-group.ts';
import type {
  PanelDescription,
  PanelList,
  PanelSummary,
  PanelTotals,
  VariableDescription,
  WaveTotals,
} from './panels.ts';
import type { LearningRecords } from './planned-experiments.ts';
import type { ModelPromises } from './promises.ts';
import { withoutLevel } from './without-level.ts';

declare const passed: unique symbol;
/** Something that went through the gate. Adapters take only this, and only this file makes it. */
export type Released<T> = T & { readonly [passed]: true };

/**
 * The release gate: every answer is built here. A stored result stays whole; what leaves is what this actor may see.
 *
 * @throws not-authorised for a workspace result and anybody but the operator
 */
export function release<R extends AnyResult>(result: R, actor: Actor): Released<R> {
  if (!maySee(result, actor)) {
    throw new AppError(
      'not-authorised',
      `Result "${result.id}" holds rows about units and is readable by the operator of the hub only; you are "${actor.role}". Ask for an analysis that gives aggregates.`,
      { result: result.id, role: actor.role },
    );
  }
  const rule = analyses[result.kind] as unknown as Analysis<unknown, unknown, object>;
  return Object.freeze({ ...result, ...gateAnswer<object>(result, rule, actor) }) as unknown as Released<R>;
}

/** A workspace result holds rows about units: for the operator of the hub only. */
export const maySee = (result: AnyResult, actor: Actor): boolean =>
  result.class === 'release' || actor.role === 'operator';

/** What a refusal may name to everybody: variables, never their values, levels, units or counts. */
const namesOnly: readonly string[] = [
  'panel',
  'variable',
  'variables',
  'column',
  'columns',
  'job',
  'model',
  'revision',
];

/**
 * The error of an analysis of a panel. The core's refusals tell what they met: values, units, levels, counts. That is for the
 * operator; everybody else gets the code and the names of variables. Refusals of the application speak of the request alone.
 */
export function releaseError(error: JobError, settings: unknown, actor: Actor): JobError {
  const isOfPanel = typeof (settings as { panel?: unknown }).panel === 'string';
  if (actor.role === 'operator' || !isOfPanel) return error;
  const details = Object.fromEntries(
    Object.entries(error.details)
      .filter(([key]) => namesOnly.includes(key))
      .map(([key, value]) => [key, Array.isArray(value) ? [...new Set(value.map(variableOf))] : variableOf(value)]),
  );
  const isOfCore = (coreErrorCodes as readonly string[]).includes(error.code);
  if (!isOfCore || error.code === 'unknown-variable' || error.code === 'cancelled') return { ...error, details };
  const named = Object.values(details).flat().join(', ');
  const message = `The data of this panel do not allow that (${error.code})${named ? `: ${named}` : ''}. What exactly stands in the way is for the operator of the panel to see; /problems/${error.code} says what can be done.`;
  return { code: error.code, message, details };
}

const variableOf = (name: unknown): unknown => (typeof name === 'string' ? withoutLevel(name) : name);

/** The list of panels: how many people a small panel of people holds is nobody's business but the operator's. */
export function releaseSummaries(panels: readonly PanelSummary[], actor: Actor): Released<PanelList> {
  return { panels: panels.map((panel) => gateSummary(panel, actor)) } as unknown as Released<PanelList>;
}

/**
 * A description of a panel of people, for others than the operator: the smallest and the largest value are somebody's; every other
 * figure of a variable needs the minimum group of units (not of rows), and that many or none that differ from 0, from the value
 * most hold, or from either of two; a count is withheld where it is small. A panel of fewer units shows the names of its variables only.
 */
export function releaseDescription(panel: PanelDescription, actor: Actor): Released<PanelDescription> {
  if (actor.role === 'operator' || !isAboutPeople(panel.unitKind)) return panel as Released<PanelDescription>;
  const isSmall = panel.units === null || panel.units < minimumGroup;
  const description = panel.description.map((variable) => gateVariable(variable, panel, isSmall));
  const revisions = isSmall ? panel.revisions.map((revision) => ({ ...revision, digest: null })) : panel.revisions;
  return { ...panel, ...gateSummary(panel, actor), description, revisions } as unknown as Released<PanelDescription>;
}

const few = (n: number | null): boolean => n !== null && n > 0 && n < minimumGroup;

function gateVariable(variable: VariableDescription, panel: PanelDescription, isSmall: boolean): VariableDescription {
  const { counts, unitsObserved, unitsApart } = variable;
  const without = (panel.units ?? 0) - (unitsObserved ?? 0);
  const hidesFigures =
    isSmall ||
    (unitsObserved ?? 0) < minimumGroup ||
    // A revision of before they were counted has none: then nobody knows.
    (unitsApart?.some(few) ?? true);
  // Observed and absent make the rows together: a small one hides both.
  const hidesCounts = isSmall || few(unitsObserved) || few(without) || Object.values(counts).some(few);
  return {
    ...variable,
    counts: hidesCounts ? { observed: null, absent: null, suppressed: null, notApplicable: null } : counts,
    unitsObserved: hidesCounts ? null : unitsObserved,
    unitsApart: hidesFigures || hidesCounts ? null : unitsApart,
    distinct: hidesFigures || hidesCounts ? null : variable.distinct,
    minimum: null,
    maximum: null,
    mean: hidesFigures ? null : variable.mean,
    standardDeviation: hidesFigures ? null : variable.standardDeviation,
    sum: hidesFigures || hidesCounts ? null : variable.sum,
  };
}

/**
 * Totals by wave of a panel of people: a wave with fewer than the minimum group of values is withheld, and one in which so few
 * tell themselves apart (the sum of a 0/1 variable is a count); and a second one where the sum over all waves, which the
 * description shows, would give the first away.
 */
export function releaseTotals(totals: PanelTotals, actor: Actor): Released<PanelTotals> {
  if (actor.role === 'operator' || !isAboutPeople(totals.unitKind)) return totals as Released<PanelTotals>;
  const verdicts = (totals.waves[0]?.totals ?? []).map(({ apart }, v) => {
    const ofWaves = totals.waves.map((wave) => wave.totals[v]!);
    const ways = apart.map((_, way) => ofWaves.map((total) => total.apart[way]!));
    return withholdInTables([ofWaves.map((total) => total.observed!), ...ways], minimumGroup).groups;
  });
  const waves = totals.waves.map(
    (wave, w): WaveTotals => ({
      wave: wave.wave,
      totals: wave.totals.map((total, v) => {
        const withheld = verdicts[v]![w]!;
        const shown = withheld === null ? total : { variable: total.variable, observed: null, sum: null };
        return { ...shown, apart: [], withheld };
      }),
    }),
  );
  const showsAny = waves.some((wave) => wave.totals.some(({ withheld }) => withheld === null));
  return { ...totals, digest: showsAny ? totals.digest : null, waves } as unknown as Released<PanelTotals>;
}

function gateSummary(panel: PanelSummary, actor: Actor): PanelSummary {
  if (
    actor.role === 'operator' ||
    !isAboutPeople(panel.unitKind) ||
    panel.units === null ||
    panel.units >= minimumGroup
  ) {
    return panel;
  }
  return { ...panel, rows: null, units: null, digest: null };
}

/**
 * What of documented experiments an actor may see, the same wherever they are shown: one of the minimum group or more is public evidence, place
 * included; of a smaller one nobody but the operator learns anything, nor that it exists (docs/decisions/0045).
 */
const visible = <T extends { readonly households: number }>(rows: readonly T[], actor: Actor): readonly T[] =>
  actor.role === 'operator' ? rows : rows.filter(isLargeEnough);

/** Experiments that were asked for, the first `limit` of those this actor may see; `total` counts these alone. */
export function releaseExperiments(
  found: Omit<ExperimentList, 'total'>,
  limit: number,
  actor: Actor,
): Released<ExperimentList> {
  const experiments = visible(found.experiments, actor);
  const list = { ...found, total: experiments.length, experiments: experiments.slice(0, limit) };
  return list as unknown as Released<ExperimentList>;
}

/**
 * The same of what came of planned experiments; the plans themselves are of places, with nothing measured of a household. What was
 * tried without a recommendation is listed because it has an outcome: without one that may be seen, it is not.
 */
export function releasePlans(list: PlanList, actor: Actor): Released<PlanList> {
  const experiments = list.experiments
    .map((plan) => ({ ...plan, outcomes: visible(plan.outcomes, actor) }))
    .filter(({ recommendation, outcomes }) => recommendation !== null || outcomes.length > 0);
  const isOperator = actor.role === 'operator';
  // A withdrawal is kept when the size is gone: only that of a plan, which everybody saw, is shown.
  const withdrawals = list.withdrawals.filter(({ model }) => isOperator || model !== null);
  return { experiments, withdrawals } as unknown as Released<PlanList>;
}

/** What became of promises, over the outcomes that this actor may see: one that may not be seen is not yet reported. */
export function releasePromises(
  judge: (records: LearningRecords) => ModelPromises,
  records: LearningRecords,
  actor: Actor,
): Released<ModelPromises> {
  return judge({ ...records, outcomes: visible(records.outcomes, actor) }) as unknown as Released<ModelPromises>;
}

/** For answers that hold no number about people: job states, catalogues, cards. Say at the call why that is so. */
export function releaseUnrestricted<T extends object>(answer: T): Released<T> {
  return answer as Released<T>;
}
