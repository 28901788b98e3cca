import type { Estimand } from './estimand.ts';
import { forEachPair, type MatchSets } from './match-sets.ts';

/**
 * Weights after pair matching: a matched focal unit 1, a partner the sum over its focal units of 1 / (number of that
 * unit's partners), then the matched partners' weights scaled to sum to their number; everybody else 0.
 *
 * With sampling weights a focal unit has its own, and its partners, who stand for it, share that weight in proportion to theirs;
 * both groups are scaled to the sum of their sampling weights: so many units they stand for.
 *
 * @param n number of units; @param sampling n positive sampling weights, or null for 1
 * Source: Stuart 2010, doi:10.1214/09-STS313, section 3.1; sampling weights: Lenis, Nguyen, Dong and Stuart 2019,
 * doi:10.1093/biostatistics/kxx063 (partners inherit the weight of the treated unit).
 */
export function pairWeights(
  sets: MatchSets,
  n: number,
  sampling: Float64Array | null = null,
): Float64Array<ArrayBuffer> {
  const weights = new Float64Array(n);
  const isFocal = new Uint8Array(n);
  const isPartner = new Uint8Array(n);
  const total = new Float64Array(sets.focal.length);
  forEachPair(sets, (_, partnerRow, k) => {
    total[k] = total[k]! + (sampling === null ? 1 : sampling[partnerRow]!);
  });
  forEachPair(sets, (focalRow, partnerRow, k) => {
    const own = sampling === null ? 1 : sampling[focalRow]!;
    const share = (sampling === null ? 1 : sampling[partnerRow]!) / total[k]!;
    weights[focalRow] = own;
    isFocal[focalRow] = 1;
    isPartner[partnerRow] = 1;
    weights[partnerRow] = weights[partnerRow]! + own * share;
  });
  scaleToSize(weights, isFocal, sampling);
  scaleToSize(weights, isPartner, sampling);
  return weights;
}

/**
 * Weights after stratification. Within a stratum of n1 treated and n0 controls: ATT treated 1, controls n1/n0; ATC
 * reversed; ATE (n1 + n0)/n1 and (n1 + n0)/n0. Then each group's positive weights are scaled to sum to their number.
 * Strata without both groups get 0. With sampling weights n1 and n0 are their sums, and so is the number of a group, and each unit
 * has its own beside: a unit with weight 2 counts as two units.
 *
 * @param stratum n stratum numbers, -1 = none; @param treated n values, 0 or 1
 * @param sampling n positive sampling weights, or null for 1
 */
export function stratumWeights(
  stratum: Int32Array,
  treated: Uint8Array,
  estimand: Estimand,
  sampling: Float64Array | null = null,
): Float64Array<ArrayBuffer> {
  const n = stratum.length;
  const counts = sampling === null ? stratumCounts(stratum, treated) : stratumSums(stratum, treated, sampling);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    if (stratum[i]! < 0) continue;
    const n1 = counts.treated[stratum[i]!]!;
    const n0 = counts.control[stratum[i]!]!;
    if (n1 === 0 || n0 === 0) continue;
    const own = sampling === null ? 1 : sampling[i]!;
    if (estimand === 'ATT') weights[i] = own * (treated[i] === 1 ? 1 : n1 / n0);
    else if (estimand === 'ATC') weights[i] = own * (treated[i] === 1 ? n0 / n1 : 1);
    else weights[i] = (own * (n1 + n0)) / (treated[i] === 1 ? n1 : n0);
  }
  scaleGroups(weights, treated, sampling);
  return weights;
}

/** Treated and controls in each stratum. */
export function stratumCounts(
  stratum: Int32Array,
  treated: Uint8Array,
): { treated: Uint32Array; control: Uint32Array } {
  let strata = 0;
  for (let i = 0; i < stratum.length; i++) strata = Math.max(strata, stratum[i]! + 1);
  const counts = { treated: new Uint32Array(strata), control: new Uint32Array(strata) };
  for (let i = 0; i < stratum.length; i++) {
    const s = stratum[i]!;
    if (s < 0) continue;
    const group = treated[i] === 1 ? counts.treated : counts.control;
    group[s] = group[s]! + 1;
  }
  return counts;
}

/** Sampling weights of the treated and of the controls in each stratum. */
function stratumSums(stratum: Int32Array, treated: Uint8Array, sampling: Float64Array) {
  const { treated: n1 } = stratumCounts(stratum, treated);
  const sums = { treated: new Float64Array(n1.length), control: new Float64Array(n1.length) };
  for (let i = 0; i < stratum.length; i++) {
    if (stratum[i]! < 0) continue;
    const group = treated[i] === 1 ? sums.treated : sums.control;
    group[stratum[i]!] = group[stratum[i]!]! + sampling[i]!;
  }
  return sums;
}

/**
 * Scales the positive weights of each group, in place, so that they sum to the number of its units with weight, or to what these
 * stand for.
 *
 * @param treated n values, 0 or 1; @param sampling n positive sampling weights, or null for 1
 */
export function scaleGroups(weights: Float64Array, treated: Uint8Array, sampling: Float64Array | null): void {
  for (const group of [1, 0]) {
    const flagged = Uint8Array.from(weights, (weight, i) => (weight > 0 && treated[i] === group ? 1 : 0));
    scaleToSize(weights, flagged, sampling);
  }
}

/** Scales the weights of the flagged units so that they sum to the number of those units, or to their sampling weights. */
function scaleToSize(weights: Float64Array, flagged: Uint8Array, sampling: Float64Array | null): void {
  let sum = 0;
  let size = 0;
  for (let i = 0; i < weights.length; i++) {
    if (flagged[i] === 1) {
      sum += weights[i]!;
      size += sampling === null ? 1 : sampling[i]!;
    }
  }
  if (size === 0) return;
  const factor = size / sum;
  for (let i = 0; i < weights.length; i++) if (flagged[i] === 1) weights[i] = weights[i]! * factor;
}

/** (sum w)^2 / sum w^2 over the flagged group: the number of equally weighted units with the same precision; 0 if none. */
export function effectiveSampleSize(weights: Float64Array, group: Uint8Array, member: 0 | 1): number {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < weights.length; i++) {
    if (group[i] !== member) continue;
    sum += weights[i]!;
    squares += weights[i]! * weights[i]!;
  }
  return squares === 0 ? 0 : (sum * sum) / squares;
}
