import type { Warning } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { setDifferences } from '../matching/match-sets.ts';
import { type DesignColumn, designColumns } from '../propensity/design-matrix.ts';
import { answerFurther, type FurtherAnswers } from './answer-further.ts';
import type { Inference } from './choose-inference.ts';
import { clusterMeansOf } from './cluster-means.ts';
import type { DesignedStudy, StudyDesignOutput } from './design-study.ts';
import type { StudySample } from './draw-sample.ts';
import type { EffectEstimate } from './estimate-effect.ts';
import { type LostUnits, loseUnits } from './lose-units.ts';
import { type PermutedDifference, permuteGroups, permuteSigns } from './permutation-test.ts';
import { naiveInference, planInference } from './plan-inference.ts';
import { pointEstimate } from './point-estimate.ts';
import { rowsWithWeight } from './rows-with-weight.ts';
import { effectAmong, ifLargeEnough, supportAmong } from './sample-effects.ts';
import { countGroup } from './study-balance.ts';
import type { StudyEstimateInput } from './study-input.ts';
import { momentsOf } from './study-moments.ts';
import { type TieSample, tieSample } from './study-ties.ts';

/** Permutation test of no effect on anybody, and what changed places in it. */
export interface StudyPermutation extends PermutedDifference {
  readonly blocks: 'clusters' | 'matched-sets';
}

export interface StudyEstimate {
  /** units whose outcome is known, and of these the matched that are left */
  readonly groups: StudyDesignOutput['groups'];
  readonly lost: { readonly treated: LostUnits; readonly control: LostUnits };
  readonly effects: {
    /** the groups as they are: what a naive comparison would say */
    readonly unmatched: EffectEstimate;
    readonly matched: EffectEstimate;
    /** null where the matched sample is too small for the covariates */
    readonly adjusted: EffectEstimate | null;
  };
  /** units that can be told apart in the outcome, of everybody and of the matched, see `outcomeSupport` */
  readonly outcomeSupport: { readonly before: number | null; readonly after: number | null };
  /** how the effect was judged: as planned, unless units were lost */
  readonly inference: Pick<Inference, 'method' | 'reason' | 'clusters'>;
  readonly permutation: StudyPermutation | null;
  readonly ties: TieSample | null;
  readonly further: FurtherAnswers;
  readonly warnings: readonly Warning[];
}

/**
 * The effect in a sample that was fixed before the outcome was read, with what makes it more or less credible.
 *
 * Units whose outcome is not known leave the sample, see `loseUnits`; nobody else comes in.
 *
 * @throws empty-group where nobody is left to compare; everything that `chooseInference` and `estimateEffect` throw
 * Cost: two regressions, those of the further questions, and up to 200 rematches where scores are tied.
 */
export function estimateStudy(
  input: StudyEstimateInput,
  designed: DesignedStudy,
  kernels: MatrixKernels,
  progress: (fraction: number, stage: string) => void = () => {},
): StudyEstimate {
  progress(0.7, 'effect');
  const left = loseUnits(input, designed.sample);
  const { frame, treated, outcome, further, cluster } = left.study;
  const { sample } = left;
  const study = { ...input, ...left.study };
  const moments = momentsOf(frame, input.design);
  const inference = planInference(study, sample, moments);
  const everybody = sample.sampling ?? new Float64Array(frame.rows).fill(1);
  const used = rowsWithWeight(sample.weights);
  const terms = input.covariates.map((term) => designColumns(frame, [term]));
  const adjustment = terms.flat();
  const estimate = (rows: Uint32Array, weights: Float64Array, by: Inference, adjustFor: readonly DesignColumn[]) =>
    effectAmong(study, rows, weights, adjustFor, by, input.confidence, kernels);
  const matched = estimate(used, sample.weights, inference, []);
  const adjusted = ifLargeEnough(() => estimate(used, sample.weights, inference, adjustment));
  const unmatched = estimate(rowsWithWeight(everybody), everybody, naiveInference(study, moments), []);
  const permutation = permute(study, sample, inference, kernels, (fraction) =>
    progress(0.7 + 0.15 * fraction, 'permutations'),
  );
  const { answers, warnings } = answerFurther(
    {
      treated,
      outcome,
      weights: sample.weights,
      sampling: sample.sampling,
      eligible: sample.eligible,
      terms,
      estimand: input.design.estimand,
      // Pairs at several waves share units, pairs of unequal weight are no draws of one kind: no test of independent pairs.
      pairs: moments === null && sample.sampling === null ? sample.pairs : null,
      cluster,
      inference,
      effects: { matched, adjusted },
      confidence: input.confidence,
      seed: input.seed,
    },
    further,
    kernels,
  );
  progress(0.85, 'ties');
  const planned = ({ weights }: StudySample): number =>
    pointEstimate({ treated, outcome, weights }, inference.method, cluster);
  const found = tieSample(
    input,
    designed.sample,
    // Whoever has an outcome has it in every draw, so that the rows of the study stay the same.
    (drawn) => planned(drawn === designed.sample ? sample : loseUnits(input, drawn).sample),
    kernels,
  );
  const ties = found && aroundEstimate(found, planned(sample), matched.estimate);
  const unit = moments?.unit ?? null;
  const { method, reason, clusters } = inference;
  const effects = { unmatched, matched, adjusted };
  const groups = { treated: countGroup(treated, 1, sample, unit), control: countGroup(treated, 0, sample, unit) };
  return {
    groups,
    lost: left.lost,
    effects,
    outcomeSupport: {
      before: supportAmong(study, Uint32Array.from(treated.keys())),
      after: supportAmong(study, used),
    },
    inference: { method, reason, clusters },
    permutation,
    ties,
    further: answers,
    warnings: [...cautions(effects, ties, groups, inference), ...warnings],
  };
}

/** Blocks change places as they were assigned: whole clusters, or units within matched sets; other designs have no such test. */
function permute(
  { treated, outcome, permutations, seed }: StudyEstimateInput,
  sample: StudySample,
  { method, reason, cluster, clusters, partners }: Inference,
  kernels: MatrixKernels,
  report: (fraction: number) => void,
): StudyPermutation | null {
  const isOfWholeClusters = method === 'cluster-means' || reason === 'treatment-by-cluster';
  const draws = permutations ?? (method === 'cluster-means' ? 2000 : 0);
  if (draws === 0) return null;
  const proceed = (fraction: number): boolean => {
    report(fraction);
    return true;
  };
  if (isOfWholeClusters) {
    const rows = rowsWithWeight(sample.weights);
    const among = {
      treated: Uint8Array.from(rows, (row) => treated[row]!),
      outcome: Float64Array.from(rows, (row) => outcome[row]!),
      weights: Float64Array.from(rows, (row) => sample.weights[row]!),
    };
    const means = clusterMeansOf(among, [], cluster!, kernels);
    return { ...permuteGroups(means.means, means.treated, { draws, seed }, proceed), blocks: 'clusters' };
  }
  if (sample.pairs === null || partners !== null || clusters !== null) return null;
  // Signs of differences change places only where every set counts the same.
  if (sample.sampling !== null) return null;
  const differences = setDifferences(sample.pairs, outcome, treated);
  return { ...permuteSigns(differences, { draws, seed }, proceed), blocks: 'matched-sets' };
}

/** The estimate and its short form differ by rounding at most; what the draws move is put around the estimate itself. */
const aroundEstimate = ({ draws, minimum, maximum }: TieSample, short: number, estimate: number): TieSample => ({
  draws,
  minimum: estimate + (minimum - short),
  maximum: estimate + (maximum - short),
});

/** What a reader should know of the estimate; texts under `warning` in messages. */
function cautions(
  effects: StudyEstimate['effects'],
  ties: TieSample | null,
  groups: StudyEstimate['groups'],
  inference: Inference,
): readonly Warning[] {
  const warnings: Warning[] = [];
  const warn = (code: string, parameters: Warning['parameters']): void => void warnings.push({ code, parameters });
  if (effects.adjusted === null && inference.clusters !== null) {
    warn('no-adjusted-effect-of-clusters', { clusters: new Set(inference.cluster!).size });
  } else if (effects.adjusted === null) {
    warn('no-adjusted-effect', { units: groups.treated.matched + groups.control.matched });
  }
  if (effects.adjusted !== null && effects.adjusted.leftOut.length > 0)
    warn('adjustment-left-out', { columns: effects.adjusted.leftOut });
  if (ties !== null && ties.maximum - ties.minimum > 0.1 * effects.matched.standardError) {
    warn('ties-matter', { minimum: ties.minimum, maximum: ties.maximum, draws: ties.draws });
  }
  return warnings;
}
