import type { Warning } from '../errors.ts';
import { ifPossible } from '../if-possible.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { MatchSets } from '../matching/match-sets.ts';
import { scaleGroups } from '../matching/match-weights.ts';
import type { DesignColumn } from '../propensity/design-matrix.ts';
import { augmentedEffect } from './augmented-effect.ts';
import type { Inference } from './choose-inference.ts';
import { type EffectsByLevel, effectsByLevel } from './effects-by-level.ts';
import { type EffectEstimate, type EffectSample, estimateEffect } from './estimate-effect.ts';
import {
  type FurtherEffect,
  type FurtherOutcome,
  furtherEffects,
  judged,
  supportOfOutcome,
} from './further-effects.ts';
import { levelSensitivity } from './level-sensitivity.ts';
import { type RiskRatios, riskRatios } from './risk-ratios.ts';
import { rowsWithWeight } from './rows-with-weight.ts';
import {
  augmentedSensitivity,
  type Detectable,
  detectableOf,
  type StudySensitivity,
  studySensitivity,
} from './study-sensitivity.ts';

/** What is asked of a study beside its effect. Arrays hold one value per unit of the study, matched or not. */
export interface FurtherQuestions {
  readonly outcomes: readonly FurtherOutcome[];
  /** effects within the levels of a covariate */
  readonly by: { readonly variable: string; readonly level: Int32Array; readonly names: readonly string[] } | null;
  /** also the augmented estimate, on all units that were not left out; 0 folds = no cross-fitting */
  readonly augmented: { readonly folds: number } | null;
  /** for the smallest effect the design can find */
  readonly before: OutcomeBefore | null;
}

/** The outcome's variable before the treatment, where known. */
export interface OutcomeBefore {
  readonly values: Float64Array;
  readonly isKnown: Uint8Array;
}

export const noFurtherQuestions: FurtherQuestions = { outcomes: [], by: null, augmented: null, before: null };

export interface FurtherAnswers {
  readonly effects: readonly FurtherEffect[];
  /** p-value of the study's own effect, adjusted together with further outcomes */
  readonly ownAdjustedPValue: number;
  readonly byLevel:
    | (Pick<EffectsByLevel, 'interaction'> & {
        readonly variable: string;
        readonly names: readonly string[];
        /** sensitivity: null without an effect */
        readonly levels: readonly (EffectsByLevel['levels'][number] & {
          readonly sensitivity: StudySensitivity | null;
        })[];
      })
    | null;
  readonly augmented: EffectEstimate | null;
  /** null without the augmented estimate */
  readonly augmentedSensitivity: StudySensitivity | null;
  readonly ratios: RiskRatios | null;
  readonly sensitivity: StudySensitivity;
  readonly detectable: Detectable | null;
  /** the fewest units behind the means of the study's outcome, in the sample and among everybody */
  readonly support: { readonly before: FurtherEffect['support']; readonly after: FurtherEffect['support'] };
  /** the same of the values before the treatment, of both groups together; null without them */
  readonly supportBefore: FurtherEffect['support'] | null;
}

/** The study so far, rows = all its units. */
export interface StudyFacts {
  readonly treated: Uint8Array;
  readonly outcome: Float64Array;
  readonly weights: Float64Array;
  /** sampling weights, which are in the weights; null where all units count the same */
  readonly sampling: Float64Array | null;
  readonly eligible: Uint8Array;
  /** columns of the covariates, by term */
  readonly terms: readonly (readonly DesignColumn[])[];
  readonly estimand: string;
  readonly pairs: MatchSets | null;
  readonly cluster: Int32Array | null;
  readonly inference: Inference;
  readonly effects: { readonly matched: EffectEstimate; readonly adjusted: EffectEstimate | null };
  readonly confidence: number;
  readonly seed: number;
}

/**
 * Everything a study says beside its effect: further outcomes, effects by level, the augmented estimate, ratios of risks, and how
 * sensitive all that is. What cannot be had for these data is null, with a caution where it was asked for.
 */
export function answerFurther(
  facts: StudyFacts,
  questions: FurtherQuestions,
  kernels: MatrixKernels,
): { readonly answers: FurtherAnswers; readonly warnings: readonly Warning[] } {
  const { treated, outcome, weights, inference, confidence } = facts;
  const rows = rowsWithWeight(weights);
  const take = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]!);
  const sampleOf = (values: Float64Array): EffectSample => ({
    treated: Uint8Array.from(rows, (row) => treated[row]!),
    outcome: take(values),
    weights: take(weights),
  });
  // Methods scale their weights in their own ways, which move no mean: what is hidden has one measure whatever the method.
  const onOneScale = weights.slice();
  scaleGroups(onOneScale, treated, facts.sampling);
  const weightsOnOneScale = take(onOneScale);
  const columns = facts.terms.flat().map(({ name, values }) => ({ name, values: take(values) }));
  const warnings: Warning[] = [];
  // Pairs of units whose whole clusters were treated are no independent pairs.
  const isOneToOne =
    facts.pairs !== null && inference.partners === null && inference.clusters === null && haveOnePartner(facts.pairs);
  const sensitivityOf = (values: Float64Array, effect: EffectEstimate): StudySensitivity =>
    studySensitivity(
      {
        sample: { ...sampleOf(values), weights: weightsOnOneScale },
        columns,
        effect,
        ratios: riskRatios(sampleOf(values), inference, confidence, kernels),
        confidence,
        terms: facts.terms,
        everybody: { treated, outcome: values },
        pairs: isOneToOne ? facts.pairs : null,
      },
      kernels,
    );
  const { effects, ownAdjustedPValue } = furtherEffects(
    questions.outcomes,
    judged(facts.effects)!,
    treated,
    weights,
    (values) => {
      const attempt = (adjustFor: readonly DesignColumn[]) =>
        ifPossible(() => estimateEffect(sampleOf(values), adjustFor, inference, confidence, kernels));
      return { matched: attempt([]), adjusted: attempt(columns) };
    },
    sensitivityOf,
  );
  for (const { kind, variable, period, ...found } of effects) {
    const effect = judged(found);
    const parameters = { variable, period: period ?? '' };
    if (effect === null && period === null) warnings.push({ code: 'no-further-effect', parameters: { variable } });
    else if (effect === null) warnings.push({ code: 'no-further-effect-at', parameters });
    else if ((kind === 'pre-period' || kind === 'placebo-date') && effect.pValue < 1 - confidence) {
      warnings.push({ code: 'negative-control-fails', parameters: { ...parameters, pValue: effect.pValue } });
    }
  }
  const sample = sampleOf(outcome);
  const { by } = questions;
  const byLevel = by && answerByLevel(by, rows, sample, weightsOnOneScale, columns, inference, confidence, kernels);
  if (byLevel !== null && byLevel.interaction === null) {
    warnings.push({ code: 'no-interaction-test', parameters: { variable: byLevel.variable } });
  }
  const augmented = questions.augmented && augment(facts, questions.augmented.folds, warnings, kernels);
  const ratios = riskRatios(sample, inference, confidence, kernels);
  return {
    answers: {
      effects,
      ownAdjustedPValue,
      byLevel,
      ...(augmented ?? { augmented: null, augmentedSensitivity: null }),
      ratios,
      sensitivity: sensitivityOf(outcome, judged(facts.effects)!),
      detectable: questions.before && detectableBefore(facts, questions.before),
      support: {
        before: supportOfOutcome(outcome, treated, new Float64Array(treated.length).fill(1)),
        after: supportOfOutcome(outcome, treated, weights),
      },
      supportBefore: questions.before && supportOfBefore(facts, questions.before),
    },
    warnings,
  };
}

function augment(
  { treated, outcome, eligible, terms, estimand, inference, cluster, confidence, seed }: StudyFacts,
  folds: number,
  warnings: Warning[],
  kernels: MatrixKernels,
): Pick<FurtherAnswers, 'augmented' | 'augmentedSensitivity'> | null {
  if (inference.method === 'cluster-means' || inference.method === 'wild-cluster-bootstrap') {
    warnings.push({ code: 'no-augmented-effect', parameters: { ...inference.clusters! } });
    return null;
  }
  const rows = Uint32Array.from(eligible.keys()).filter((row) => eligible[row] === 1);
  const isClustered = inference.clusters !== null && cluster !== null;
  const everybody = {
    treated: Uint8Array.from(rows, (row) => treated[row]!),
    outcome: Float64Array.from(rows, (row) => outcome[row]!),
  };
  const estimate = augmentedEffect(
    {
      ...everybody,
      columns: terms
        .flat()
        .map(({ name, values }) => ({ name, values: Float64Array.from(rows, (row) => values[row]!) })),
      estimand: estimand as 'ATT' | 'ATC' | 'ATE',
      folds,
      cluster: isClustered ? denseCodes(rows, cluster) : null,
      confidence,
      seed,
    },
    kernels,
  );
  const { biasScale: _, ...augmented } = estimate;
  const weights = new Float64Array(rows.length).fill(1);
  return { augmented, augmentedSensitivity: augmentedSensitivity({ ...everybody, weights }, estimate) };
}

function answerByLevel(
  by: NonNullable<FurtherQuestions['by']>,
  rows: Uint32Array,
  sample: EffectSample,
  weightsOnOneScale: Float64Array,
  columns: readonly DesignColumn[],
  inference: Inference,
  confidence: number,
  kernels: MatrixKernels,
): NonNullable<FurtherAnswers['byLevel']> {
  const onOneScale = { ...sample, weights: weightsOnOneScale };
  const level = Int32Array.from(rows, (row) => by.level[row]!);
  const found = effectsByLevel(sample, columns, level, by.names.length, inference, confidence, kernels);
  return {
    variable: by.variable,
    names: by.names,
    interaction: found.interaction,
    levels: found.levels.map((of, l) => ({
      ...of,
      sensitivity:
        of.effect && levelSensitivity(onOneScale, columns, level, l, of.effect, inference, confidence, kernels),
    })),
  };
}

type Planned = Pick<StudyFacts, 'treated' | 'weights' | 'cluster' | 'inference' | 'confidence'>;

/** The smallest effect the sample can find, by values from before the treatment. */
export function detectableBefore(
  { treated, weights, cluster, inference, confidence }: Planned,
  before: OutcomeBefore,
): Detectable | null {
  const rows = rowsWithWeight(weights);
  const known = rows.filter((row) => before.isKnown[row] === 1);
  const isOfClusters =
    cluster !== null &&
    (inference.method === 'cluster-means' ||
      inference.reason === 'treatment-by-cluster' ||
      inference.reason === 'treatment-mostly-by-cluster');
  return detectableOf(
    {
      values: Float64Array.from(known, (row) => before.values[row]!),
      cluster: isOfClusters ? denseCodes(known, cluster) : null,
    },
    {
      treated: Uint8Array.from(rows, (row) => treated[row]!),
      weights: Float64Array.from(rows, (row) => weights[row]!),
    },
    isOfClusters ? denseCodes(rows, cluster) : null,
    confidence,
  );
}

/** The fewest units behind the means of the values before the treatment. */
export const supportOfBefore = (
  { treated, weights }: Pick<StudyFacts, 'treated' | 'weights'>,
  { values, isKnown }: OutcomeBefore,
): FurtherEffect['support'] =>
  supportOfOutcome(
    values,
    treated,
    weights.map((w, i) => (isKnown[i] === 1 ? w : 0)),
  );

/** Numbers 0 … G - 1; a unit without a cluster (-1) becomes one of its own. */
function denseCodes(rows: Uint32Array, codes: Int32Array): Int32Array {
  const place = new Map<number, number>();
  let next = 0;
  return Int32Array.from(rows, (row) => {
    const code = codes[row]!;
    if (code < 0) return next++;
    if (!place.has(code)) place.set(code, next++);
    return place.get(code)!;
  });
}

const haveOnePartner = ({ offsets }: MatchSets): boolean =>
  offsets.every((offset, k) => k === 0 || offset - offsets[k - 1]! <= 1);
