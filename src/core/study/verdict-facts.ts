import { denominatorOf, denominatorVariance } from '../balance/balance-table.ts';
import type { DesignedStudy } from '../effects/design-study.ts';
import type { StudyEstimate } from '../effects/estimate-study.ts';
import { type FurtherEffect, judged } from '../effects/further-effects.ts';
import { loseUnits } from '../effects/lose-units.ts';
import { rowsWithWeight } from '../effects/rows-with-weight.ts';
import { compareBalance, type StudyBalanceRow } from '../effects/study-balance.ts';
import type { StudyEstimateInput } from '../effects/study-input.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { effectiveSampleSize } from '../matching/match-weights.ts';
import { designColumns } from '../propensity/design-matrix.ts';
import { type Exposure, exposureOfControls } from './exposure-of-controls.ts';
import { type SampleFacts, sampleFactsOf } from './sample-facts.ts';
import { standardErrorInflation } from './standard-error-inflation.ts';

/** What had been read of a treatment in the follow-up when the outcome of a sealed study was read for the first time. */
export interface ReadBefore {
  /** outcomes that were read, or sealed to be read, and that the protocol does not name */
  readonly otherOutcomes: readonly string[];
  /** outcomes of the protocol that were read before it was sealed */
  readonly readBeforeSeal: number;
}

/** What the outputs of design and estimate do not say about a study. Null = not known. */
export interface StudyCircumstances {
  /** 1 for each unit of the study that was measured in a wave of the follow-up in which treated units were */
  readonly isConcurrent: Uint8Array;
  /** share of the follow-up's months of the year that are not among those of the baseline, see `otherMonths` */
  readonly otherMonths: number | null;
  /** the level of the outcome at the baseline, a value for each unit of the study, whether a covariate or not */
  readonly baselineOutcome: { readonly values: Float64Array; readonly isKnown: Uint8Array } | null;
  /** whether the outcome is a level or its change since the baseline */
  readonly outcomeIs: 'level' | 'change';
  /** what was read of the treatment before; null without a sealed protocol */
  readonly readBefore: ReadBefore | null;
}

/** The numbers that a verdict is made of: plain, serialisable, without values of units. */
export interface VerdictFacts extends SampleFacts {
  readonly confidence: number;
  readonly comparison: {
    /** controls of the sample that were measured in the waves of the treated */
    readonly concurrentControls: number;
    readonly otherMonths: number | null;
  };
  /** the outcome at the baseline in the sample, in standard deviations */
  readonly baselineOutcome: { readonly difference: number; readonly error: number } | null;
  /** the same comparison one period earlier: of the level there, or of the change from there to the baseline */
  readonly placebos: readonly {
    readonly kind: 'pre-period' | 'placebo-date';
    readonly period: string | null;
    readonly estimate: number;
    readonly standardError: number;
    readonly pValue: number;
  }[];
  readonly effect: {
    readonly estimate: number;
    readonly standardError: number;
    readonly degreesOfFreedom: number;
    readonly lower: number;
    readonly upper: number;
    readonly pValue: number;
    /** Holm's, together with the further outcomes */
    readonly adjustedPValue: number;
    /** standard deviation of the outcome within the groups, before matching */
    readonly spread: number;
  };
  readonly sensitivity: {
    /** share of the effect that is left beside a hidden cause as strong as the strongest covariate; below 0 it changes sign */
    readonly remaining: number | null;
    /** the name of that covariate */
    readonly benchmark: string | null;
    /** of the limit of the interval that is nearer to no effect */
    readonly eValue: number | null;
  };
  /** how much too small a standard error is that ignores the clusters; null where there are none */
  readonly assignment: { readonly inflation: number } | null;
  readonly exposure: Exposure | null;
  readonly protocol: ReadBefore | null;
}

type Left = ReturnType<typeof loseUnits>;

/**
 * The facts of a study that its verdict rests on, out of what went into it, what came out, and its circumstances. They are of
 * the sample that is left at follow-up; who was matched and who was left out is of the design.
 *
 * @param input    as of `estimateStudy`
 * @param designed what `designStudy` made of it; @param estimate what `estimateStudy` made of that
 * Cost: that of one balance table where units were lost, of one adjusted regression where clusters are known, else a few passes.
 */
export function factsOf(
  input: StudyEstimateInput,
  designed: DesignedStudy,
  estimate: StudyEstimate,
  circumstances: StudyCircumstances,
  kernels: MatrixKernels,
): VerdictFacts {
  const { overlap, equipoise } = designed.output;
  const { groups, further, inference, lost } = estimate;
  const left = loseUnits(input, designed.sample);
  const { treated, outcome, cluster } = left.study;
  const { unmatched: _, ...effects } = estimate.effects;
  const effect = judged(effects)!;
  const balance = balanceLeft(input, designed, estimate, left);
  const units = sampleUnits(input, left);
  const { robustness, eValue } = further.sensitivity;
  const benchmark = robustness?.benchmark ?? null;
  const { lower, upper, pValue, standardError, degreesOfFreedom } = effect;
  return {
    confidence: input.confidence,
    comparison: {
      concurrentControls: concurrentControls(input, left, circumstances.isConcurrent),
      otherMonths: circumstances.otherMonths,
    },
    ...sampleFactsOf({
      ...{ estimand: input.design.estimand, groups: designed.output.groups, overlap, equipoise },
      ...{ balance, left: groups, lost, clusters: inference.clusters },
    }),
    baselineOutcome: baselineDifference(input, left, circumstances.baselineOutcome),
    placebos: placebosOf(further.effects, circumstances.outcomeIs),
    effect: {
      ...{ estimate: effect.estimate, standardError, degreesOfFreedom, lower, upper, pValue },
      adjustedPValue: further.ownAdjustedPValue,
      spread: spreadWithin(outcome, treated),
    },
    sensitivity: {
      remaining:
        benchmark === null || benchmark.remaining === null || effect.estimate === 0
          ? null
          : benchmark.remaining / effect.estimate,
      benchmark: benchmark === null ? null : (balance.find((row) => row.term === benchmark.term)?.variable ?? null),
      eValue: eValue?.ofInterval ?? null,
    },
    assignment:
      units.cluster === null
        ? null
        : { inflation: inference.clusters !== null ? 1 : standardErrorInflation(units.sample, units.cluster) },
    exposure:
      units.cluster === null
        ? null
        : exposureOfControls({ ...units, cluster: units.cluster }, treated, cluster!, kernels),
    protocol: circumstances.readBefore,
  };
}

/** Controls in the estimate that were measured beside treated units. */
function concurrentControls(
  { treated, isOutcomeKnown }: StudyEstimateInput,
  { sample: { weights } }: Left,
  isConcurrent: Uint8Array,
): number {
  let count = 0;
  let place = 0;
  for (let i = 0; i < treated.length; i++) {
    if (isOutcomeKnown !== undefined && isOutcomeKnown[i] === 0) continue;
    if (treated[i] === 0 && weights[place]! > 0 && isConcurrent[i] === 1) count++;
    place++;
  }
  return count;
}

/** The balance of those who are left; that of the design where nobody was lost. */
function balanceLeft(
  input: StudyEstimateInput,
  { output }: DesignedStudy,
  { lost }: StudyEstimate,
  { study, sample }: Left,
): readonly StudyBalanceRow[] {
  const isComplete = [lost.treated, lost.control].every(({ unknown }) => unknown === 0);
  if (isComplete) return output.balance;
  return compareBalance({ ...input, frame: study.frame, treated: study.treated }, sample).balance;
}

/** The units with weight, in order of their rows. */
function sampleUnits({ covariates }: StudyEstimateInput, { study, sample: { weights } }: Left) {
  const rows = rowsWithWeight(weights);
  const take = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]!);
  const { frame, treated, outcome, cluster } = study;
  return {
    sample: {
      treated: Uint8Array.from(rows, (row) => treated[row]!),
      outcome: take(outcome),
      weights: take(weights),
    },
    columns: designColumns(frame, covariates).map(({ name, values }) => ({ name, values: take(values) })),
    cluster: cluster === null ? null : Int32Array.from(rows, (row) => cluster[row]!),
  };
}

/** In standard deviations of those who are left, before matching. */
function baselineDifference(
  { isOutcomeKnown, design: { estimand } }: StudyEstimateInput,
  { study: { treated }, sample: { weights } }: Left,
  baseline: StudyCircumstances['baselineOutcome'],
): VerdictFacts['baselineOutcome'] {
  if (baseline === null) return null;
  const all = Uint32Array.from(baseline.values.keys());
  const places = isOutcomeKnown === undefined ? all : all.filter((row) => isOutcomeKnown[row] === 1);
  const values = Float64Array.from(places, (row) => baseline.values[row]!);
  const known = Uint32Array.from(places.keys()).filter((row) => baseline.isKnown[places[row]!] === 1);
  const among = known.filter((row) => weights[row]! > 0);
  const rowsOf = (group: 0 | 1) => known.filter((row) => treated[row] === group);
  const side = [0, 1].map((group) => {
    let sum = 0;
    let total = 0;
    for (const row of among) {
      if (treated[row] !== group) continue;
      sum += weights[row]! * values[row]!;
      total += weights[row]!;
    }
    return { mean: sum / total, total };
  });
  const rows = [rowsOf(0), rowsOf(1)] as const;
  if (rows.some((r) => r.length < 2) || side.some(({ total }) => !(total > 0))) return null;
  const scale = Math.sqrt(denominatorVariance(values, rows, false, denominatorOf(estimand)));
  if (!(scale > 0)) return null;
  const sampleWeights = Float64Array.from(among, (row) => weights[row]!);
  const sampleTreated = Uint8Array.from(among, (row) => treated[row]!);
  const effective = (group: 0 | 1) => effectiveSampleSize(sampleWeights, sampleTreated, group);
  return {
    difference: (side[1]!.mean - side[0]!.mean) / scale,
    error: Math.sqrt(1 / effective(1) + 1 / effective(0)),
  };
}

/** The mirror of the effect: levels before the baseline where levels are compared, changes up to it where changes are. */
function placebosOf(
  effects: readonly FurtherEffect[],
  outcomeIs: StudyCircumstances['outcomeIs'],
): VerdictFacts['placebos'] {
  const mirror = outcomeIs === 'level' ? 'pre-period' : 'placebo-date';
  return effects.flatMap((further) => {
    const effect = judged(further);
    if (further.kind !== mirror || effect === null || !(effect.standardError > 0)) return [];
    const { estimate, standardError, pValue } = effect;
    return [{ kind: mirror, period: further.period, estimate, standardError, pValue }];
  });
}

/** Root of the mean of both groups' variances, of everybody. */
function spreadWithin(outcome: Float64Array, treated: Uint8Array): number {
  const rowsOf = (group: 0 | 1) => Uint32Array.from(outcome.keys()).filter((row) => treated[row] === group);
  return Math.sqrt(denominatorVariance(outcome, [rowsOf(0), rowsOf(1)], false, 'pooled'));
}
