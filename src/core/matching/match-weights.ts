import type { Estimand } from './estimand.ts';
import { forEachPair, type MatchSets } from './match-sets.ts';

/**
 * Weights after pair matching: a matched focal unit 1, a partner the sum over its focal units of 1 / (number of that
 * unit's partners), then the matched partners' weights scaled to sum to their number; everybody else 0.
 *
 * @param n number of units
 * Source: Stuart 2010, doi:10.1214/09-STS313, section 3.1.
 */
export function pairWeights(sets: MatchSets, n: number): Float64Array<ArrayBuffer> {
  const weights = new Float64Array(n);
  const isPartner = new Uint8Array(n);
  forEachPair(sets, (focalRow, partnerRow, k) => {
    weights[focalRow] = 1;
    isPartner[partnerRow] = 1;
    weights[partnerRow] = weights[partnerRow]! + 1 / (sets.offsets[k + 1]! - sets.offsets[k]!);
  });
  scaleToCount(weights, isPartner);
  return weights;
}

/**
 * Weights after stratification. Within a stratum of n1 treated and n0 controls: ATT treated 1, controls n1/n0; ATC
 * reversed; ATE (n1 + n0)/n1 and (n1 + n0)/n0. Then each group's positive weights are scaled to sum to their number.
 * Strata without both groups get 0.
 *
 * @param stratum n stratum numbers, -1 = none; @param treated n values, 0 or 1
 */
export function stratumWeights(
  stratum: Int32Array,
  treated: Uint8Array,
  estimand: Estimand,
): Float64Array<ArrayBuffer> {
  const n = stratum.length;
  const counts = stratumCounts(stratum, treated);
  const weights = new Float64Array(n);
  const scaled = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    if (stratum[i]! < 0) continue;
    const n1 = counts.treated[stratum[i]!]!;
    const n0 = counts.control[stratum[i]!]!;
    if (n1 === 0 || n0 === 0) continue;
    if (estimand === 'ATT') weights[i] = treated[i] === 1 ? 1 : n1 / n0;
    else if (estimand === 'ATC') weights[i] = treated[i] === 1 ? n0 / n1 : 1;
    else weights[i] = (n1 + n0) / (treated[i] === 1 ? n1 : n0);
    scaled[i] = 1;
  }
  scaleToCount(
    weights,
    scaled.map((s, i) => (s === 1 && treated[i] === 1 ? 1 : 0)),
  );
  scaleToCount(
    weights,
    scaled.map((s, i) => (s === 1 && treated[i] === 0 ? 1 : 0)),
  );
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

/** Scales the weights of the flagged units so that they sum to the number of those units. */
function scaleToCount(weights: Float64Array, flagged: Uint8Array): void {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < weights.length; i++) {
    if (flagged[i] === 1) {
      sum += weights[i]!;
      count++;
    }
  }
  if (count === 0) return;
  const factor = count / sum;
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
