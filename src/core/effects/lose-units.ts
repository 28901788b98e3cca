import { CoreError } from '../errors.ts';
import type { MatchSets } from '../matching/match-sets.ts';
import { pairWeights, stratumCounts, stratumWeights } from '../matching/match-weights.ts';
import { takeRows } from '../panel/unit-periods.ts';
import type { StudySample } from './draw-sample.ts';
import type { StudyEstimateInput } from './study-input.ts';

/** Units of a group that were in the designed sample and are not in the estimate. */
export interface LostUnits {
  /** in the designed sample */
  readonly matched: number;
  /** of these, whose outcome is not known */
  readonly unknown: number;
  /** of these, whose outcome is known but who have nobody left to be compared with */
  readonly alone: number;
}

type Study = Pick<StudyEstimateInput, 'frame' | 'treated' | 'outcome' | 'cluster' | 'further'>;

export interface StudyLeft {
  /** the units whose outcome is known, in their order */
  readonly study: Study;
  /** the sample among them */
  readonly sample: StudySample;
  readonly lost: { readonly treated: LostUnits; readonly control: LostUnits };
}

/**
 * The study without the units whose outcome is not known. A set of pairs that loses its focal unit, or all its partners, leaves;
 * a stratum that loses one of its groups leaves; then weights are made anew from what is left, as the method makes them. Units
 * of a weighting or a selection keep the weight they had, which is then taken as known.
 *
 * @throws empty-group where fewer than two of a group are left in the sample
 */
export function loseUnits(input: StudyEstimateInput, sample: StudySample): StudyLeft {
  const { treated, isOutcomeKnown: isKnown } = input;
  if (isKnown === undefined || isKnown.every((known) => known === 1)) {
    const { frame, outcome, cluster, further } = input;
    const none = (group: 0 | 1): LostUnits => ({
      matched: matchedIn(sample.weights, treated, group),
      unknown: 0,
      alone: 0,
    });
    return {
      study: { frame, treated, outcome, cluster, further },
      sample,
      lost: { treated: none(1), control: none(0) },
    };
  }
  const weakened = withoutUnknown(sample, input, isKnown);
  const lostOf = (group: 0 | 1): LostUnits => {
    let unknown = 0;
    let alone = 0;
    for (let i = 0; i < treated.length; i++) {
      if (treated[i] !== group || sample.weights[i] === 0) continue;
      if (isKnown[i] === 0) unknown++;
      else if (weakened.weights[i] === 0) alone++;
    }
    return { matched: matchedIn(sample.weights, treated, group), unknown, alone };
  };
  const lost = { treated: lostOf(1), control: lostOf(0) };
  refuseNobody(weakened.weights, treated);
  const rows = Uint32Array.from(treated.keys()).filter((row) => isKnown[row] === 1);
  return { study: studyOf(input, rows), sample: sampleOf(weakened, rows, treated.length), lost };
}

function matchedIn(weights: Float64Array, treated: Uint8Array, group: 0 | 1): number {
  let count = 0;
  for (let i = 0; i < weights.length; i++) if (weights[i]! > 0 && treated[i] === group) count++;
  return count;
}

function refuseNobody(weights: Float64Array, treated: Uint8Array): void {
  const left = { treated: matchedIn(weights, treated, 1), control: matchedIn(weights, treated, 0) };
  if (left.treated >= 2 && left.control >= 2) return;
  throw new CoreError(
    'empty-group',
    `Of the designed sample ${left.treated} treated and ${left.control} control units are left whose outcome is known and who have somebody to be compared with; at least two of each are needed. Choose an outcome or a follow-up that more units have.`,
    left,
  );
}

type Weakened = Pick<StudySample, 'weights' | 'pairs' | 'strata'> & { readonly sample: StudySample };

function withoutUnknown(
  sample: StudySample,
  { treated, design: { estimand } }: Pick<StudyEstimateInput, 'treated' | 'design'>,
  isKnown: Uint8Array,
): Weakened {
  const { pairs, strata, weights, sampling } = sample;
  if (pairs !== null) {
    const left = pairsLeft(pairs, isKnown);
    return { sample, pairs: left, strata, weights: pairWeights(left, treated.length, sampling) };
  }
  if (strata !== null) {
    const known = strata.map((stratum, i) => (isKnown[i] === 1 ? stratum : -1));
    const counts = stratumCounts(known, treated);
    const left = known.map((s) => (s >= 0 && counts.treated[s]! > 0 && counts.control[s]! > 0 ? s : -1));
    return { sample, pairs, strata: left, weights: stratumWeights(left, treated, estimand, sampling) };
  }
  return { sample, pairs, strata, weights: weights.map((weight, i) => (isKnown[i] === 1 ? weight : 0)) };
}

/** Pairs of which both are known. */
function pairsLeft({ focal, offsets, partners }: MatchSets, isKnown: Uint8Array): MatchSets {
  const left: number[] = [];
  const starts = [0];
  focal.forEach((row, k) => {
    if (isKnown[row] === 1) {
      for (let j = offsets[k]!; j < offsets[k + 1]!; j++) if (isKnown[partners[j]!] === 1) left.push(partners[j]!);
    }
    starts.push(left.length);
  });
  return { focal, offsets: Uint32Array.from(starts), partners: Uint32Array.from(left) };
}

function studyOf({ frame, treated, outcome, cluster, further }: StudyEstimateInput, rows: Uint32Array): Study {
  const take = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]!);
  const codes = (values: Int32Array) => Int32Array.from(rows, (row) => values[row]!);
  const flags = (values: Uint8Array) => Uint8Array.from(rows, (row) => values[row]!);
  return {
    frame: {
      rows: rows.length,
      columns: Object.fromEntries(Object.entries(frame.columns).map(([name, c]) => [name, takeRows(c, rows)])),
    },
    treated: flags(treated),
    outcome: take(outcome),
    cluster: cluster && codes(cluster),
    further: {
      ...further,
      outcomes: further.outcomes.map((o) => ({ ...o, values: take(o.values) })),
      by: further.by && { ...further.by, level: codes(further.by.level) },
      before: further.before && { values: take(further.before.values), isKnown: flags(further.before.isKnown) },
    },
  };
}

/** The sample with rows among those that are left; its score is that of the design, its weights have no equations any more. */
function sampleOf({ sample, weights, pairs, strata }: Weakened, rows: Uint32Array, n: number): StudySample {
  const take = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]!);
  return {
    ...sample,
    weights: take(weights),
    sampling: sample.sampling && take(sample.sampling),
    score: sample.score && take(sample.score),
    probability: sample.probability && take(sample.probability),
    eligible: Uint8Array.from(rows, (row) => sample.eligible[row]!),
    strata: strata && Int32Array.from(rows, (row) => strata[row]!),
    pairs: pairs && pairsAmong(pairs, rows, n),
    equations: null,
    selection: null,
  };
}

function pairsAmong({ focal, offsets, partners }: MatchSets, rows: Uint32Array, n: number): MatchSets {
  const place = new Int32Array(n).fill(-1);
  rows.forEach((row, i) => {
    place[row] = i;
  });
  const kept = focal.map((_, k) => k).filter((k) => place[focal[k]!]! >= 0);
  return {
    focal: kept.map((k) => place[focal[k]!]!),
    // A focal unit that is gone has no partners, so its two offsets are the same.
    offsets: Uint32Array.from([0, ...Array.from(kept, (k) => offsets[k + 1]!)]),
    partners: partners.map((row) => place[row]!),
  };
}
