import { CoreError } from '../errors.ts';
import { averageRanks } from '../stats/average-ranks.ts';
import { binomialUpperTail } from '../stats/binomial.ts';
import { normalUpperTail } from '../stats/normal.ts';

/** Largest and smallest one-sided p-value that a hidden bias of odds up to `gamma` could give. */
export interface RosenbaumBound {
  readonly gamma: number;
  readonly pUpper: number;
  readonly pLower: number;
}

export interface SignedRankBounds {
  readonly nonZeroPairs: number;
  /** sum of the ranks of |difference| with difference > 0, average ranks for ties */
  readonly signedRankSum: number;
  readonly bounds: readonly RosenbaumBound[];
}

/**
 * Bounds on the p-value of Wilcoxon's signed rank test (treated above control) under hidden bias: within a pair the odds
 * of treatment may differ by a factor up to gamma. Normal approximation without continuity correction.
 *
 * @param differences treated minus control for each pair, finite; zeros are left out
 * @param gammas each >= 1
 * @throws empty-group where every difference is 0; invalid-argument for a gamma below 1
 * Cost: one sort. Source: Rosenbaum 2002, Observational Studies, section 4.3.3.
 */
export function signedRankBounds(differences: Float64Array, gammas: readonly number[]): SignedRankBounds {
  const { nonZeroPairs, signedRankSum, pUpper, pLower } = signedRankTails(differences);
  return {
    nonZeroPairs,
    signedRankSum,
    bounds: gammas.map((gamma) => ({ gamma, pUpper: pUpper(gamma), pLower: pLower(gamma) })),
  };
}

/** The same bounds as functions of gamma, for many gammas after one sort. @throws as `signedRankBounds` */
export function signedRankTails(differences: Float64Array) {
  const d = differences.filter((value) => value !== 0);
  if (d.length === 0)
    throw new CoreError('empty-group', 'Every pair has the same outcome, so there is nothing to rank.');
  const ranks = averageRanks(d.map(Math.abs));
  let signedRankSum = 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < d.length; i++) {
    if (d[i]! > 0) signedRankSum += ranks[i]!;
    sum += ranks[i]!;
    squares += ranks[i]! * ranks[i]!;
  }
  const tail = (share: number): number =>
    normalUpperTail((signedRankSum - share * sum) / Math.sqrt(share * (1 - share) * squares));
  return {
    nonZeroPairs: d.length,
    signedRankSum,
    pUpper: (gamma: number) => tail(shareOf(gamma)),
    pLower: (gamma: number) => tail(1 - shareOf(gamma)),
  };
}

/**
 * Bounds on McNemar's exact p-value: P(Binomial(a + b, p) >= a) with p = gamma/(1 + gamma) and 1/(1 + gamma).
 *
 * @param treatedOnly pairs in which only the treated unit has the outcome (a); @param controlOnly only the control (b)
 * @throws invalid-argument for a gamma below 1
 * Source: Rosenbaum 2002, section 4.3.2.
 */
export function mcNemarBounds(
  treatedOnly: number,
  controlOnly: number,
  gammas: readonly number[],
): readonly RosenbaumBound[] {
  const pairs = treatedOnly + controlOnly;
  return gammas.map((gamma) => {
    const share = shareOf(gamma);
    return {
      gamma,
      pUpper: binomialUpperTail(treatedOnly, pairs, share),
      pLower: binomialUpperTail(treatedOnly, pairs, 1 - share),
    };
  });
}

/**
 * Bounds on the sign test of pairs: positive differences against negative ones, zeros left out.
 *
 * @param differences treated minus control for each pair, finite
 * @throws empty-group where every difference is 0; invalid-argument for a gamma below 1
 * Source: Rosenbaum 2002, section 4.3.2.
 */
export function signTestBounds(differences: Float64Array, gammas: readonly number[]): readonly RosenbaumBound[] {
  const { pUpper, pLower } = signTestTails(differences);
  return gammas.map((gamma) => ({ gamma, pUpper: pUpper(gamma), pLower: pLower(gamma) }));
}

/** The same bounds as functions of gamma, and the pairs that differ in each way. @throws as `signTestBounds` */
export function signTestTails(differences: Float64Array) {
  let positive = 0;
  let negative = 0;
  for (const d of differences) {
    if (d > 0) positive++;
    if (d < 0) negative++;
  }
  if (positive + negative === 0) {
    throw new CoreError('empty-group', 'Every pair has the same outcome, so there is no sign to count.');
  }
  const at = (gamma: number): RosenbaumBound => mcNemarBounds(positive, negative, [gamma])[0]!;
  return {
    positive,
    negative,
    pUpper: (gamma: number) => at(gamma).pUpper,
    pLower: (gamma: number) => at(gamma).pLower,
  };
}

/**
 * The hidden bias that a finding survives: the largest gamma at which the upper bound on the p-value stays at the level.
 *
 * @param pUpper   the upper bound at a gamma, growing with it
 * @returns null where even without hidden bias p is above the level; at most 1000
 */
export function survivedGamma(pUpper: (gamma: number) => number, level: number): number | null {
  if (pUpper(1) > level) return null;
  let low = 1;
  let high = 1000;
  if (pUpper(high) <= level) return high;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (pUpper(middle) <= level) low = middle;
    else high = middle;
  }
  return low;
}

function shareOf(gamma: number): number {
  if (gamma >= 1 && Number.isFinite(gamma)) return gamma / (1 + gamma);
  throw new CoreError('invalid-argument', `Gamma is an odds ratio of 1 or more, not ${gamma}.`, { received: gamma });
}
