import { denominatorVariance } from '../balance/balance-table.ts';
import { judged } from '../effects/further-effects.ts';
import type { MatchingStudyInput, MatchingStudyOutput } from '../effects/run-matching-study.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { effectiveSampleSize } from '../matching/match-weights.ts';
import { designColumns } from '../propensity/design-matrix.ts';
import { type Exposure, exposureOfControls } from './exposure-of-controls.ts';
import { standardErrorInflation } from './standard-error-inflation.ts';

/** Units that a study began with and those whose outcome is known at the end. */
export interface FollowedUp {
  readonly begun: number;
  readonly observed: number;
}

/** What the outputs of design and estimate do not say about a study. Null = not known. */
export interface StudyCircumstances {
  /** whether the outcomes of the comparison group were measured in the waves of the treated */
  readonly isConcurrent: boolean;
  /** share of the follow-up's months of the year that are not among those of the baseline, see `otherMonths` */
  readonly otherMonths: number | null;
  /** units that were compared, by group, and those of them that were observed at follow-up */
  readonly attrition: { readonly treated: FollowedUp; readonly control: FollowedUp } | null;
  /** the level of the outcome at the baseline, n values, whether a covariate or not */
  readonly baselineOutcome: { readonly values: Float64Array; readonly isKnown: Uint8Array } | null;
  /** whether the outcome is a level or its change since the baseline */
  readonly outcomeIs: 'level' | 'change';
  /** main outcomes of the answer that the sealed protocol does not name as such; null without a seal */
  readonly unplannedOutcomes: number | null;
}

/** The numbers that a verdict is made of: plain, serialisable, without values of units. */
export interface VerdictFacts {
  readonly confidence: number;
  readonly comparison: {
    /** controls of the sample that were measured in the waves of the treated */
    readonly concurrentControls: number;
    readonly otherMonths: number | null;
  };
  readonly overlap: {
    /** share of the focal group that is not in the sample */
    readonly leftOut: number;
    /** share of the focal group with a score outside the range of the other */
    readonly outside: number | null;
    readonly coefficient: number | null;
    readonly equipoise: number | null;
  };
  /** of the sample; `error` = standard error of the difference, in the same standard deviations */
  readonly balance: readonly {
    readonly variable: string;
    readonly difference: number | null;
    readonly error: number;
    readonly varianceRatio: number | null;
    readonly logRatioError: number;
  }[];
  readonly sample: {
    /** of the smaller group */
    readonly effectiveUnits: number;
    /** effective by matched units, of the group where it is smaller */
    readonly effectiveShare: number;
  };
  /** where inference goes by clusters, those of the smaller group */
  readonly clusters: { readonly fewest: number } | null;
  readonly attrition: StudyCircumstances['attrition'];
  /** the outcome at the baseline in the sample, in standard deviations */
  readonly baselineOutcome: { readonly difference: number; readonly error: number } | null;
  /** effects on what was before: the level in the earlier period (of level outcomes), and the change from there to the baseline */
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
  readonly protocol: { readonly unplannedOutcomes: number } | null;
}

type Input = Pick<MatchingStudyInput, 'frame' | 'treated' | 'outcome' | 'covariates' | 'cluster' | 'confidence'> & {
  readonly design: Pick<MatchingStudyInput['design'], 'estimand'>;
};
type Output = Pick<
  MatchingStudyOutput,
  'groups' | 'overlap' | 'equipoise' | 'balance' | 'effects' | 'inference' | 'further'
> & { readonly sample: Pick<MatchingStudyOutput['sample'], 'weights'> };

/**
 * The facts of a study that its verdict rests on, out of what went into it, what came out, and its circumstances.
 *
 * @param input  as of `runMatchingStudy`
 * @param output as of `runMatchingStudy`: the design's groups, overlap and balance, the estimate's effects and further answers
 * Cost: that of one adjusted regression where clusters are known, else a few passes over the data.
 */
export function factsOf(
  input: Input,
  output: Output,
  circumstances: StudyCircumstances,
  kernels: MatrixKernels,
): VerdictFacts {
  const { treated, outcome, cluster, design } = input;
  const { groups, overlap, further, inference } = output;
  const { weights } = output.sample;
  const focal = design.estimand === 'ATC' ? groups.control : groups.treated;
  const effect = judged(output.effects)!;
  const rows = Uint32Array.from(weights.keys()).filter((row) => weights[row]! > 0);
  const units = sampleUnits(input, rows, weights);
  const isByCluster = inference.clusters !== null && cluster !== null;
  const { robustness, eValue } = further.sensitivity;
  const benchmark = robustness?.benchmark ?? null;
  const { estimate, standardError, degreesOfFreedom, lower, upper, pValue } = effect;
  return {
    confidence: input.confidence,
    comparison: {
      concurrentControls: circumstances.isConcurrent ? groups.control.matched : 0,
      otherMonths: circumstances.otherMonths,
    },
    overlap: {
      leftOut: 1 - focal.matched / focal.all,
      outside: overlap?.focalOutside ?? null,
      coefficient: overlap?.coefficient ?? null,
      equipoise: output.equipoise,
    },
    balance: balanceFacts(output),
    sample: {
      effectiveUnits: Math.min(groups.treated.effective, groups.control.effective),
      effectiveShare: Math.min(
        groups.treated.effective / groups.treated.matched,
        groups.control.effective / groups.control.matched,
      ),
    },
    clusters:
      inference.clusters === null ? null : { fewest: Math.min(inference.clusters.treated, inference.clusters.control) },
    attrition: circumstances.attrition,
    baselineOutcome: baselineDifference(input, output, circumstances.baselineOutcome),
    placebos: placebosOf(further.effects, circumstances.outcomeIs),
    effect: {
      ...{ estimate, standardError, degreesOfFreedom, lower, upper, pValue },
      adjustedPValue: further.ownAdjustedPValue,
      spread: spreadWithin(outcome, treated),
    },
    sensitivity: {
      remaining:
        benchmark === null || benchmark.remaining === null || estimate === 0 ? null : benchmark.remaining / estimate,
      benchmark:
        benchmark === null ? null : (output.balance.find((row) => row.term === benchmark.term)?.variable ?? null),
      eValue: eValue?.ofInterval ?? null,
    },
    assignment:
      cluster === null ? null : { inflation: isByCluster ? 1 : standardErrorInflation(units.sample, units.cluster!) },
    exposure:
      cluster === null ? null : exposureOfControls({ ...units, cluster: units.cluster! }, treated, cluster, kernels),
    protocol: circumstances.unplannedOutcomes === null ? null : { unplannedOutcomes: circumstances.unplannedOutcomes },
  };
}

/** The units with weight, in order of their rows. */
function sampleUnits(
  { frame, treated, outcome, covariates, cluster }: Input,
  rows: Uint32Array,
  weights: Float64Array,
) {
  const take = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]!);
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

/** Standard errors of differences and of log variance ratios of normal variables, from the effective sizes. */
function balanceFacts({ balance, groups: { treated, control } }: Output): VerdictFacts['balance'] {
  const error = Math.sqrt(1 / treated.effective + 1 / control.effective);
  const degrees = (effective: number): number => Math.max(1, effective - 1);
  const logRatioError = Math.sqrt(2 / degrees(treated.effective) + 2 / degrees(control.effective));
  return balance.map(({ variable, after }) => ({
    variable,
    difference: after.standardizedMeanDifference,
    error,
    varianceRatio: after.varianceRatio,
    logRatioError,
  }));
}

function baselineDifference(
  { treated, design: { estimand } }: Input,
  { sample: { weights } }: Output,
  baseline: StudyCircumstances['baselineOutcome'],
): VerdictFacts['baselineOutcome'] {
  if (baseline === null) return null;
  const { values, isKnown } = baseline;
  const known = Uint32Array.from(values.keys()).filter((row) => isKnown[row] === 1);
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
  const denominator = estimand === 'ATT' ? 'treated' : estimand === 'ATC' ? 'control' : 'pooled';
  const scale = Math.sqrt(denominatorVariance(values, rows, false, denominator));
  if (!(scale > 0)) return null;
  const sampleWeights = Float64Array.from(among, (row) => weights[row]!);
  const sampleTreated = Uint8Array.from(among, (row) => treated[row]!);
  const effective = (group: 0 | 1) => effectiveSampleSize(sampleWeights, sampleTreated, group);
  return {
    difference: (side[1]!.mean - side[0]!.mean) / scale,
    error: Math.sqrt(1 / effective(1) + 1 / effective(0)),
  };
}

/** Levels may differ before the treatment where changes are compared. */
function placebosOf(
  effects: Output['further']['effects'],
  outcomeIs: StudyCircumstances['outcomeIs'],
): VerdictFacts['placebos'] {
  return effects.flatMap((further) => {
    const { kind, period } = further;
    if (kind !== 'placebo-date' && !(kind === 'pre-period' && outcomeIs === 'level')) return [];
    const effect = judged(further);
    if (effect === null || !(effect.standardError > 0)) return [];
    const { estimate, standardError, pValue } = effect;
    return [{ kind, period, estimate, standardError, pValue }];
  });
}

/** Root of the mean of both groups' variances, of everybody. */
function spreadWithin(outcome: Float64Array, treated: Uint8Array): number {
  const rowsOf = (group: 0 | 1) => Uint32Array.from(outcome.keys()).filter((row) => treated[row] === group);
  return Math.sqrt(denominatorVariance(outcome, [rowsOf(0), rowsOf(1)], false, 'pooled'));
}
