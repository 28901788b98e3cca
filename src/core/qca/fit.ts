import { unionMembership } from './calibrated-data.ts';

/** Fit of "x is sufficient for y"; null where a formula is 0/0. */
export interface SufficiencyFit {
  readonly consistency: number | null;
  /** proportional reduction in inconsistency */
  readonly pri: number | null;
  readonly rawCoverage: number | null;
}

/** Fit of "x is necessary for y"; null where a formula is 0/0. */
export interface NecessityFit {
  readonly consistency: number | null;
  readonly coverage: number | null;
  /** relevance of necessity: near 0 for a set that nearly every case belongs to */
  readonly relevance: number | null;
}

export const ratio = (numerator: number, denominator: number): number | null =>
  denominator === 0 ? null : numerator / denominator;

/**
 * Consistency, PRI and raw coverage of a sufficient set.
 *
 * consistency = sum min(x,y) / sum x; coverage = sum min(x,y) / sum y;
 * PRI = (sum min(x,y) - sum min(x,y,1-y)) / (sum x - sum min(x,y,1-y)).
 *
 * @param x   n memberships of the set, 0 to `one`
 * @param y   n memberships of the outcome, 0 to `one`
 * @param one what full membership is stored as
 * Cost: one pass. Source: Ragin 2006, doi:10.1093/pan/mpj019; Schneider, Wagemann 2012, doi:10.1017/CBO9781139004244.
 */
export function sufficiencyFit(x: Float64Array, y: Float64Array, one: number): SufficiencyFit {
  let sumX = 0;
  let sumY = 0;
  let both = 0;
  let ambiguous = 0;
  for (let i = 0; i < x.length; i++) {
    const xi = x[i]!;
    const yi = y[i]!;
    const shared = Math.min(xi, yi);
    sumX += xi;
    sumY += yi;
    both += shared;
    ambiguous += Math.min(shared, one - yi);
  }
  return {
    consistency: ratio(both, sumX),
    pri: ratio(both - ambiguous, sumX - ambiguous),
    rawCoverage: ratio(both, sumY),
  };
}

/**
 * Consistency, coverage and relevance of a necessary set.
 *
 * consistency = sum min(x,y) / sum y; coverage = sum min(x,y) / sum x; relevance = sum (1-x) / sum (1 - min(x,y)).
 * Arguments and cost as `sufficiencyFit`. Source: Schneider, Wagemann 2012, doi:10.1017/CBO9781139004244.
 */
export function necessityFit(x: Float64Array, y: Float64Array, one: number): NecessityFit {
  let sumX = 0;
  let sumY = 0;
  let both = 0;
  for (let i = 0; i < x.length; i++) {
    sumX += x[i]!;
    sumY += y[i]!;
    both += Math.min(x[i]!, y[i]!);
  }
  const cases = one * x.length;
  return { consistency: ratio(both, sumY), coverage: ratio(both, sumX), relevance: ratio(cases - sumX, cases - both) };
}

/**
 * Haesebrouck's consistency: sum min(x,y) / sum (min(x,y) + sqrt(max(x-y,0) x)).
 * Source: Haesebrouck 2015, doi:10.1177/1094428115584005.
 */
export function haesebrouckConsistency(x: Float64Array, y: Float64Array): number | null {
  let both = 0;
  let total = 0;
  for (let i = 0; i < x.length; i++) {
    const shared = Math.min(x[i]!, y[i]!);
    both += shared;
    total += shared + Math.sqrt(Math.max(x[i]! - y[i]!, 0) * x[i]!);
  }
  return ratio(both, total);
}

/**
 * Unique coverage of each of several sets: the share of the outcome that only this one covers.
 * [sum min(x,y) - sum min(min(x,y), max over the others of min(x_o,y))] / sum y; null for a single set.
 *
 * @param sets t arrays of n memberships
 * Cost: O(t n) by running maxima from both ends.
 */
export function uniqueCoverages(sets: readonly Float64Array[], y: Float64Array): (number | null)[] {
  if (sets.length < 2) return sets.map(() => null);
  const n = y.length;
  const after: Float64Array[] = Array.from({ length: sets.length }, () => new Float64Array(n));
  for (let t = sets.length - 2; t >= 0; t--) after[t] = unionMembership([after[t + 1]!, sets[t + 1]!], n);
  let before = new Float64Array(n);
  let sumY = 0;
  for (let i = 0; i < n; i++) sumY += y[i]!;
  return sets.map((x, t) => {
    let own = 0;
    for (let i = 0; i < n; i++) {
      const shared = Math.min(x[i]!, y[i]!);
      own += shared - Math.min(shared, Math.max(before[i]!, after[t]![i]!));
    }
    before = unionMembership([before, x], n) as Float64Array<ArrayBuffer>;
    return ratio(own, sumY);
  });
}
