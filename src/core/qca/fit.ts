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
  const deviations = x.map((xi, i) => Math.sqrt(Math.max(xi - y[i]!, 0) * xi));
  for (let i = 0; i < x.length; i++) both += Math.min(x[i]!, y[i]!);
  // Roots are no whole numbers: in ascending order their sum does not depend on the order of the cases.
  const total = deviations.sort().reduce((sum, deviation) => sum + deviation, both);
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

/** Fit of "x is sufficient for y" that counts cases without x or without y as well; null where a formula is 0/0. */
export interface ContrapositiveFit {
  /** how far cases without the outcome lack the set: sum (1 - max(x,y)) / sum (1-y) */
  readonly contrapositiveConsistency: number | null;
  /** how far cases without the set lack the outcome: sum (1 - max(x,y)) / sum (1-x) */
  readonly contrapositiveCoverage: number | null;
  /** consistency as if half of the cases had the outcome */
  readonly prevalenceAdjustedConsistency: number | null;
  /** coverage as if half of the cases had the set */
  readonly antecedentAdjustedCoverage: number | null;
  /** contrapositive consistency as if half of the cases had the set */
  readonly antecedentAdjustedContrapositiveConsistency: number | null;
  /** contrapositive coverage as if half of the cases had the outcome */
  readonly prevalenceAdjustedContrapositiveCoverage: number | null;
}

/**
 * The contrapositive family of fit for a sufficient set. With X' = 1 - x, Y' = 1 - y and S(...) a sum over cases:
 * prevalence-adjusted consistency = S min(x,y) / (S min(x,y) + w (S min(x,Y') - S min(x,y,X',Y'))), w = S y / (N - S y);
 * prevalence-adjusted contrapositive coverage = S min(X',Y') / (S min(X',Y') + w' (S min(X',y) - S min(x,y,X',Y'))), w' = S Y' / S y;
 * the antecedent-adjusted two are the same with x and y swapped.
 *
 * @param x n memberships of the set, 0 to `one`; @param y n memberships of the outcome; @param one what full membership is
 * Cost: one pass. Source: De Souter 2024, doi:10.1515/jci-2023-0014; as in the R package cna 4.0.
 */
export function contrapositiveFit(x: Float64Array, y: Float64Array, one: number): ContrapositiveFit {
  let sumX = 0;
  let sumY = 0;
  let both = 0;
  let neither = 0;
  let onlyX = 0;
  let onlyY = 0;
  let unclear = 0;
  for (let i = 0; i < x.length; i++) {
    const xi = x[i]!;
    const yi = y[i]!;
    sumX += xi;
    sumY += yi;
    both += Math.min(xi, yi);
    neither += one - Math.max(xi, yi);
    onlyX += Math.min(xi, one - yi);
    onlyY += Math.min(one - xi, yi);
    unclear += Math.min(xi, yi, one - xi, one - yi);
  }
  const all = one * x.length;
  const adjusted = (agreeing: number, against: number, weight: number | null) =>
    weight === null ? null : ratio(agreeing, agreeing + weight * (against - unclear));
  return {
    contrapositiveConsistency: ratio(neither, all - sumY),
    contrapositiveCoverage: ratio(neither, all - sumX),
    prevalenceAdjustedConsistency: adjusted(both, onlyX, ratio(sumY, all - sumY)),
    antecedentAdjustedCoverage: adjusted(both, onlyY, ratio(sumX, all - sumX)),
    antecedentAdjustedContrapositiveConsistency: adjusted(neither, onlyX, ratio(all - sumX, sumX)),
    prevalenceAdjustedContrapositiveCoverage: adjusted(neither, onlyY, ratio(all - sumY, sumY)),
  };
}
