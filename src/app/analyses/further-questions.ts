import type { FurtherQuestions } from '../../core/effects/answer-further.ts';
import type { FurtherOutcome } from '../../core/effects/further-effects.ts';
import { asCoded } from '../../core/panel/as-coded.ts';
import { type Column, type PanelColumns, valueStatus } from '../../core/panel/columns.ts';
import { valuesInPeriod, wavesOfPeriod } from '../../core/panel/unit-periods.ts';
import { AppError } from '../errors.ts';

/** What a study asks beside its effect; everything here has a default of nothing. */
export interface FurtherSettings {
  /** more outcomes at the follow-up, taken as the study's own (level or change) */
  readonly otherOutcomes: readonly string[];
  /** periods after the follow-up in which the outcome is compared again */
  readonly laterFollowUps: readonly string[];
  /** a period before the baseline, for negative controls: the outcome then, and its change from then to the baseline */
  readonly preperiod: string | null;
  /** a covariate with levels: the effect within each, and whether they differ */
  readonly effectsBy: string | null;
  /** also the augmented (doubly robust) estimate; 0 folds = models fitted on everybody */
  readonly augmented: { readonly folds: number } | null;
}

export const noFurtherSettings: FurtherSettings = {
  otherOutcomes: [],
  laterFollowUps: [],
  preperiod: null,
  effectsBy: null,
  augmented: null,
};

interface Periods {
  readonly baseline: readonly number[];
  readonly followUp: readonly number[];
  readonly isCrossSection: boolean;
}

type FurtherRequest = FurtherSettings & {
  readonly outcome: string;
  readonly outcomeIs: 'level' | 'change';
  readonly minimumShare: number;
};

/** A further outcome of every unit of the panel, and for whom it is known. */
interface PanelOutcome extends FurtherOutcome {
  readonly isKnown: Uint8Array;
}

export interface PanelQuestions {
  readonly outcomes: readonly PanelOutcome[];
  /** the outcome before the treatment; null in a cross-section */
  readonly before: { readonly values: Float64Array; readonly isKnown: Uint8Array } | null;
  /** the questions of the units that are left, in their order */
  ofUnits(units: readonly number[]): FurtherQuestions;
}

/** Variables that the further questions read. */
export const furtherVariables = ({ otherOutcomes, effectsBy }: FurtherSettings): readonly string[] =>
  effectsBy === null ? otherOutcomes : [...otherOutcomes, effectsBy];

/**
 * The further questions of a study, answered from the panel.
 *
 * @throws invalid-request where periods are out of order or a cross-section is asked for other periods; invalid-argument for a
 *   measurement as levels
 */
export function furtherQuestions(panel: PanelColumns, request: FurtherRequest, periods: Periods): PanelQuestions {
  const { outcome, outcomeIs, minimumShare } = request;
  const { baseline, followUp } = periods;
  const take = (variable: string, waves: readonly number[]) => numbersOf(panel, variable, waves, minimumShare);
  const isChange = outcomeIs === 'change';
  const at = (variable: string, waves: readonly number[]) =>
    isChange ? minus(take(variable, waves), take(variable, baseline)) : take(variable, waves);
  const later = laterWaves(panel.waves, request, periods);
  const earlier = earlierWaves(panel, request, periods);
  const outcomes: PanelOutcome[] = [
    ...request.otherOutcomes.map((variable) => ({
      ...{ kind: 'outcome' as const, variable, period: null },
      ...at(variable, followUp),
    })),
    ...later.map((waves, l) => ({
      ...{ kind: 'follow-up' as const, variable: outcome, period: request.laterFollowUps[l]! },
      ...at(outcome, waves),
    })),
  ];
  if (earlier !== null) {
    const named = { variable: outcome, period: request.preperiod };
    const then = take(outcome, earlier);
    outcomes.push({ kind: 'pre-period', ...named, ...then });
    outcomes.push({ kind: 'placebo-date', ...named, ...minus(take(outcome, baseline), then) });
  }
  const before = beforeTreatment(outcomes, isChange, periods.isCrossSection ? null : take(outcome, baseline));
  const by = request.effectsBy === null ? null : levelsOf(panel, request.effectsBy, baseline);
  return {
    outcomes,
    before,
    ofUnits: (units) => {
      const pick = (values: Float64Array) => Float64Array.from(units, (u) => values[u]!);
      return {
        outcomes: outcomes.map(({ isKnown: _, values, ...named }) => ({ ...named, values: pick(values) })),
        by: by && { ...by, level: Int32Array.from(units, (u) => by.level[u]!) },
        augmented: request.augmented,
        before: before && {
          values: pick(before.values),
          isKnown: Uint8Array.from(units, (u) => before.isKnown[u]!),
        },
      };
    },
  };
}

type Known = Pick<PanelOutcome, 'values' | 'isKnown'>;

/** What stands for the outcome before the treatment: its level at the baseline, or for changes the change up to it. */
function beforeTreatment(outcomes: readonly PanelOutcome[], isChange: boolean, level: Known | null): Known | null {
  if (!isChange) return level;
  const { values, isKnown } = outcomes.find(({ kind }) => kind === 'placebo-date') ?? {};
  return values && isKnown ? { values, isKnown } : null;
}

function numbersOf(panel: PanelColumns, variable: string, waves: readonly number[], minimumShare: number): Known {
  const column = valuesInPeriod(panel, panel.columns[variable]!, waves, minimumShare);
  if (column.type !== 'number') {
    throw new AppError('invalid-request', `The outcome "${variable}" is coded; expected a number.`, { variable });
  }
  return {
    values: column.values,
    isKnown: Uint8Array.from(column.status, (status) => (status === valueStatus.observed ? 1 : 0)),
  };
}

const minus = (a: Known, b: Known): Known => ({
  values: a.values.map((value, u) => value - b.values[u]!),
  isKnown: a.isKnown.map((known, u) => known & b.isKnown[u]!),
});

function levelsOf(panel: PanelColumns, variable: string, waves: readonly number[]) {
  const column: Column = valuesInPeriod(panel, asCoded(panel.columns[variable]!, variable), waves, 0);
  const { codes, levels, status } = asCoded(column, variable);
  return {
    variable,
    names: levels,
    level: codes.map((code, u) => (status[u] === valueStatus.observed ? code : -1)),
  };
}

/** Waves of the later follow-ups. @throws invalid-request where they are out of order */
export function laterWaves(
  waves: readonly string[],
  { laterFollowUps }: FurtherSettings,
  { followUp, isCrossSection }: Periods,
): readonly (readonly number[])[] {
  if (laterFollowUps.length === 0) return [];
  if (isCrossSection) throw noWaves('laterFollowUps');
  const found = laterFollowUps.map((period) => wavesOfPeriod(waves, period));
  found.forEach((later, l) => {
    const previous = l === 0 ? followUp : found[l - 1]!;
    if (later[0]! <= previous.at(-1)!) {
      throw new AppError(
        'invalid-request',
        `"${laterFollowUps[l]}" must begin after the follow-up before it ends. Give later follow-ups in order of time.`,
        { laterFollowUps },
      );
    }
  });
  return found;
}

function earlierWaves(
  panel: PanelColumns,
  { preperiod }: FurtherSettings,
  { baseline, isCrossSection }: Periods,
): readonly number[] | null {
  if (preperiod === null) return null;
  if (isCrossSection) throw noWaves('preperiod');
  const waves = wavesOfPeriod(panel.waves, preperiod);
  if (waves.at(-1)! < baseline[0]!) return waves;
  throw new AppError(
    'invalid-request',
    `The period "${preperiod}" must end before the baseline begins, so that nothing of the treatment can be in it.`,
    { preperiod },
  );
}

const noWaves = (field: string) =>
  new AppError('invalid-request', `A panel of one wave has no other periods; leave out \`${field}\`.`, { field });
