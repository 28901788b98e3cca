import { forEachPair, type MatchSets } from '../matching/match-sets.ts';
import type { Frame } from '../propensity/design-matrix.ts';
import { valuesAt } from '../stats/values-at.ts';
import {
  areFewStrata,
  chooseInference,
  type Inference,
  type InferenceDesign,
  type StandardErrorRequest,
} from './choose-inference.ts';
import { isWeighting, type StudyDesign, type StudySample } from './draw-sample.ts';
import { rowsWithWeight } from './rows-with-weight.ts';
import { nearPartners, partnersAmong } from './shared-partners.ts';
import { clustersAtMoments, joinSets, type StudyMoments } from './study-moments.ts';
import { treatmentBetweenClusters } from './treatment-between-clusters.ts';

/** What the standard error depends on beside the sample; rows = all units of the study. */
export interface InferenceQuestion {
  readonly frame: Frame;
  readonly treated: Uint8Array;
  readonly design: StudyDesign;
  readonly cluster: Int32Array | null;
  readonly isClusterAskedFor: boolean;
  readonly standardError: StandardErrorRequest;
  readonly seed: number;
}

/** The standard error that fits the sample; nothing of it depends on an outcome. */
export function planInference(
  { frame, treated, design, cluster: given, isClusterAskedFor, standardError, seed }: InferenceQuestion,
  sample: StudySample,
  moments: StudyMoments | null,
): Inference {
  const rows = rowsWithWeight(sample.weights);
  const own = sample.strata ?? (sample.pairs === null ? null : setNumbers(sample.pairs, treated.length));
  const sets = own === null || moments === null ? own : joinSets(own, moments.unit);
  const { cluster, isByWave } = clustersAtMoments(given, isClusterAskedFor, treated, moments);
  const inference = chooseInference({
    treated: valuesAt(treated, rows),
    cluster: cluster === null ? null : valuesAt(cluster, rows),
    isAskedFor: isClusterAskedFor || isByWave,
    betweenClusters: cluster === null ? 0 : treatmentBetweenClusters(treated, cluster),
    matchedSet: sets === null ? null : valuesAt(sets, rows),
    sample: moments === null ? kindOfSample(design, sample) : 'risk-sets',
    partners: sets === null && sample.pairs !== null ? partnersAmong(sample.pairs, rows, treated.length) : null,
    near: nearPartners(frame, treated, design, sample, rows),
    equations: sample.equations,
    asked: standardError,
    seed,
  });
  const isOwnChoice = isByWave && !isClusterAskedFor && inference.reason === 'cluster-asked-for';
  return isOwnChoice ? { ...inference, reason: 'treatment-by-cluster' } : inference;
}

function kindOfSample(design: StudyDesign, { pairs, strata, sampling }: StudySample): InferenceDesign['sample'] {
  // The variance within strata supposes that the units of one count alike.
  const isUneven = sampling !== null && strata !== null && areFewStrata(strata);
  if (isWeighting(design) || isUneven) return 'weights';
  return pairs !== null ? 'pairs' : strata !== null ? 'strata' : 'selection';
}

/**
 * The naive comparison gets the clusters too, where there are any, so that it is not made to look precise; units that are
 * compared at several waves are clusters of themselves.
 */
export function naiveInference(
  { treated, cluster: given, isClusterAskedFor, seed }: InferenceQuestion,
  moments: StudyMoments | null,
): Inference {
  const { cluster, isByWave } = clustersAtMoments(given, isClusterAskedFor, treated, moments);
  return chooseInference({
    treated,
    cluster: cluster ?? moments?.unit ?? null,
    isAskedFor: isClusterAskedFor || isByWave || moments !== null,
    betweenClusters: cluster === null ? 0 : treatmentBetweenClusters(treated, cluster),
    matchedSet: null,
    sample: 'units',
    partners: null,
    near: null,
    equations: null,
    asked: 'by-design',
    seed,
  });
}

/** Set of each unit, or null where a partner serves several focal units. */
function setNumbers(pairs: MatchSets, n: number): Int32Array | null {
  const sets = new Int32Array(n).fill(-1);
  let isShared = false;
  forEachPair(pairs, (focal, partner, k) => {
    sets[focal] = k;
    if (sets[partner]! >= 0 && sets[partner] !== k) isShared = true;
    sets[partner] = k;
  });
  return isShared ? null : sets;
}
