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
import { joinSets, type StudyMoments } from './study-moments.ts';
import { clustersByMost, treatmentBetweenClusters, withOwn } from './treatment-by-cluster.ts';

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
  return chooseInference({
    treated: valuesAt(treated, rows),
    ...assignment(treated, given, moments, rows),
    isAskedFor: isClusterAskedFor,
    matchedSet: sets === null ? null : valuesAt(sets, rows),
    sample: moments === null ? kindOfSample(design, sample) : 'risk-sets',
    partners: sets === null && sample.pairs !== null ? partnersAmong(sample.pairs, rows, treated.length) : null,
    near: nearPartners(frame, treated, design, sample, rows),
    equations: sample.equations,
    asked: standardError,
    seed,
  });
}

/** The clusters of a sample, and how the treatment lies over them among everybody. */
function assignment(
  treated: Uint8Array,
  given: Int32Array | null,
  moments: StudyMoments | null,
  rows: Uint32Array,
): Pick<InferenceDesign, 'cluster' | 'betweenClusters' | 'clustersByMost'> {
  if (given === null) return { cluster: null, betweenClusters: 0, clustersByMost: { treated: 0, control: 0 } };
  return {
    // A unit that is there at several waves is one cluster where it has no other.
    cluster: valuesAt(moments === null ? given : withOwn(given, moments.unit), rows),
    betweenClusters: treatmentBetweenClusters(treated, given, moments),
    clustersByMost: clustersByMost(treated, given, moments, rows),
  };
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
  const everybody = Uint32Array.from(treated.keys());
  const choose = (changes: Partial<InferenceDesign>): Inference =>
    chooseInference({
      treated,
      ...assignment(treated, given, moments, everybody),
      isAskedFor: isClusterAskedFor,
      matchedSet: null,
      sample: 'units',
      partners: null,
      near: null,
      equations: null,
      asked: 'by-design',
      seed,
      ...changes,
    });
  const chosen = choose({});
  if (moments === null || chosen.clusters !== null) return chosen;
  return choose({ cluster: moments.unit, betweenClusters: 0, isAskedFor: true });
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
