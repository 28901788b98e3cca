import { judged } from '../core/effects/further-effects.ts';
import type { MatchingStudyBody } from './analyses/matching-study-body.ts';
import type { AnyResult, ResultOf } from './analyses.ts';
import { AppError } from './errors.ts';

/** What an estimate takes for granted; its text is `assumption.<code>` in messages. */
export type Assumption =
  | 'assigned-by-lot'
  | 'no-unmeasured-confounding'
  | 'parallel-trends'
  | 'no-anticipation'
  | 'no-interference'
  | 'nothing-else-changed'
  | 'cautions-do-not-matter';

/** How well an experiment is documented by a comparison of its own; null where nothing says. */
export interface ExperimentEvidence {
  /** part of the variance that stands for what a design without comparison may be off by; 0 where there is a comparison */
  readonly biasVariance: number;
  /** share of the scores of both groups that overlaps, 0 to 1 */
  readonly overlap: number | null;
  /** largest absolute standardized mean difference of a covariate after matching or weighting */
  readonly largestDifference: number | null;
  /** how strong an unseen cause must be to explain the effect away (E-value) */
  readonly eValue: number | null;
  readonly assumptions: readonly Assumption[];
}

/** What a stored study says of an experiment. */
export interface StudiedEffect {
  /** in the unit of its outcome, as estimated */
  readonly effect: number;
  readonly variance: number;
  /** units of the smaller group that was compared */
  readonly households: number;
  readonly evidence: ExperimentEvidence;
  /** the outcome is better when it is lower */
  readonly lowerIsBetter: boolean;
  /** the verdict on the study is a caution: it counts for a grade weaker */
  readonly isCautioned: boolean;
}

/**
 * The effect of a stored study with what documents it: matched or weighted comparisons, sealed studies, and differences in differences.
 *
 * @param result as it may leave to everybody: what is withheld there can be no evidence that everybody reads
 * @throws invalid-request for a result without a comparison, whose effect or groups are withheld, or whose verdict is "do not use"
 */
export function evidenceOf(result: AnyResult): StudiedEffect {
  if (result.kind === 'matching-study') return ofMatching(result, result.body, result.settings.outcomeIs);
  if (result.kind === 'study') return ofSealed(result);
  if (result.kind === 'panel-model' && result.body.differences !== null) return ofDifferences(result);
  throw new AppError(
    'invalid-request',
    `Result "${result.id}" of the kind "${result.kind}" compares no groups; expected a matching study, a sealed study or a difference in differences.`,
    { result: result.id, kind: result.kind },
  );
}

function ofMatching({ id }: AnyResult, body: MatchingStudyBody, outcomeIs: 'level' | 'change'): StudiedEffect {
  const effect = judged(body.effects);
  const { treated, control } = body.groups;
  if (effect === null || treated.matched === null || control.matched === null) throw withheld(id);
  const differences = body.balance.flatMap(({ after: { standardizedMeanDifference: d } }) =>
    d === null ? [] : [Math.abs(d)],
  );
  return {
    effect: effect.estimate,
    variance: effect.standardError ** 2,
    households: Math.min(treated.matched, control.matched),
    evidence: {
      biasVariance: 0,
      overlap: body.overlap?.coefficient ?? null,
      largestDifference: differences.length === 0 ? null : Math.max(...differences),
      eValue: body.further.sensitivity.eValue?.eValue ?? null,
      assumptions: [
        'no-unmeasured-confounding',
        'no-interference',
        ...(outcomeIs === 'change' ? (['parallel-trends'] as const) : []),
      ],
    },
    lowerIsBetter: isLowerBetter(body.outcome.direction),
    isCautioned: false,
  };
}

/** An effect that is shown against its verdict is for its reader to judge, and no evidence. */
function ofSealed(result: ResultOf<'study'>): StudiedEffect {
  const { gate, verdict, remaining, study } = result.body;
  if (gate !== 'passed') {
    throw new AppError(
      'invalid-request',
      `The verdict on study "${result.id}" is "do not use", so it can be no evidence. Document a study that may be used.`,
      { result: result.id },
    );
  }
  const { treated, control } = remaining;
  if (treated.matched === null || control.matched === null) throw withheld(result.id);
  const found = ofMatching(result, study, result.settings.protocol.outcome.is);
  const isCautioned = verdict.verdict === 'caution';
  const { assumptions } = found.evidence;
  return {
    ...found,
    households: Math.min(treated.matched, control.matched),
    evidence: {
      ...found.evidence,
      assumptions: isCautioned ? [...assumptions, 'cautions-do-not-matter'] : assumptions,
    },
    isCautioned,
  };
}

function ofDifferences({ id, body }: ResultOf<'panel-model'>): StudiedEffect {
  const { simple, units, neverTreated } = body.differences!;
  if (simple?.estimate == null || simple.standardError == null || units === null || neverTreated === null) {
    throw withheld(id);
  }
  return {
    effect: simple.estimate,
    variance: simple.standardError ** 2,
    households: neverTreated > 0 ? Math.min(units - neverTreated, neverTreated) : units,
    evidence: {
      biasVariance: 0,
      overlap: null,
      largestDifference: null,
      eValue: null,
      assumptions: ['parallel-trends', 'no-anticipation', 'no-interference'],
    },
    lowerIsBetter: isLowerBetter(body.outcome.direction),
    isCautioned: false,
  };
}

const isLowerBetter = (direction: string): boolean => direction === 'less-is-better';

const withheld = (result: string): AppError =>
  new AppError(
    'invalid-request',
    `The effect of result "${result}" is withheld from others than the operator, so it can be no evidence. Ask for a study of larger groups.`,
    { result },
  );

/** Standard deviations that a comparison of before and after may be off by: docs/methods/learning-loop.md. */
const biasOfBeforeAfter = 0.15;

/** What is known of an effect that was typed in with its grade. @param standardDeviation of the KPI over households; null: not known */
export function evidenceOfGrade(grade: string, standardDeviation: number | null): ExperimentEvidence {
  const assumptions: Readonly<Record<string, readonly Assumption[]>> = {
    randomised: ['assigned-by-lot', 'no-interference'],
    matched: ['no-unmeasured-confounding', 'no-interference'],
    'before-after': ['nothing-else-changed', 'no-interference'],
  };
  const bias = grade === 'before-after' ? biasOfBeforeAfter * (standardDeviation ?? 0) : 0;
  return {
    biasVariance: bias ** 2,
    overlap: null,
    largestDifference: null,
    eValue: null,
    assumptions: assumptions[grade] ?? ['no-interference'],
  };
}
