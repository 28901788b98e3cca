import { unionMembership } from './calibrated-data.ts';
import { ratio, sufficiencyFit } from './fit.ts';

export interface RobustnessFit {
  /** coverage of the core over coverage of the initial solution */
  readonly coverage: number | null;
  /** consistency of the initial solution over consistency of the core */
  readonly consistency: number | null;
  /** overlap of the initial solution with the smallest test set, 1 = the same set */
  readonly smallestTestSet: number | null;
  /** overlap with the largest test set */
  readonly largestTestSet: number | null;
}

/**
 * How well an initial solution agrees with test solutions obtained under other, equally plausible, choices.
 * Smallest and largest test set are the case-wise minimum and maximum over ALL tests; core = min(initial, smallest).
 *
 * @param initial n memberships; @param tests one or more arrays of n; @param outcome n; all in units of `one`
 * Source: Oana, Schneider 2024, doi:10.1177/00491241211036158. Differs from SetMethods 4.1, whose loop takes the first and last test only.
 */
export function robustnessFit(
  initial: Float64Array,
  tests: readonly Float64Array[],
  outcome: Float64Array,
  one: number,
): RobustnessFit {
  const largest = unionMembership(tests, initial.length);
  const smallest = largest.map((_, i) => tests.reduce((least, test) => Math.min(least, test[i]!), one));
  const core = initial.map((x, i) => Math.min(x, smallest[i]!));
  const fits = { initial: sufficiencyFit(initial, outcome, one), core: sufficiencyFit(core, outcome, one) };
  return {
    coverage: divide(fits.core.rawCoverage, fits.initial.rawCoverage),
    consistency: divide(fits.initial.consistency, fits.core.consistency),
    smallestTestSet: overlap(initial, smallest),
    largestTestSet: overlap(initial, largest),
  };
}

const divide = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : ratio(a, b));

function overlap(a: Float64Array, b: Float64Array): number | null {
  let shared = 0;
  let either = 0;
  for (let i = 0; i < a.length; i++) {
    shared += Math.min(a[i]!, b[i]!);
    either += Math.max(a[i]!, b[i]!);
  }
  return ratio(shared, either);
}
