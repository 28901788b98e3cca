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

/** Cases by how they stand to an initial solution and to the test solutions; indices, in order. */
export interface RobustnessCases {
  /** in the initial solution and in every test solution; with and without the outcome */
  readonly robustTypical: readonly number[];
  readonly robustDeviant: readonly number[];
  /** in the initial solution, but not in every test solution */
  readonly shakyTypical: readonly number[];
  readonly shakyDeviant: readonly number[];
  /** not in the initial solution, but in some test solution */
  readonly possibleTypical: readonly number[];
  readonly possibleDeviant: readonly number[];
  /** robust cases among robust, shaky and possible ones, with and without the outcome; null where there are none */
  readonly typicalRatio: number | null;
  readonly deviantRatio: number | null;
  /** 1: neither shaky nor possible cases; 2: possible ones only; 3: shaky ones only; 4: both */
  readonly rank: 1 | 2 | 3 | 4;
}

/**
 * Which cases an initial solution and the test solutions agree on. A case belongs to a set above 0.5; one at exactly 0.5 in
 * the outcome counts nowhere. Arguments and source as `robustnessFit`.
 */
export function robustnessCases(
  initial: Float64Array,
  tests: readonly Float64Array[],
  outcome: Float64Array,
  one: number,
): RobustnessCases {
  const isIn = (x: Float64Array, i: number) => x[i]! * 2 > one;
  const select = (hasOutcome: boolean, inInitial: boolean, inTests: (i: number) => boolean) =>
    Array.from(initial.keys()).filter(
      (i) =>
        (hasOutcome ? outcome[i]! * 2 > one : outcome[i]! * 2 < one) && isIn(initial, i) === inInitial && inTests(i),
    );
  const inEvery = (i: number) => tests.every((test) => isIn(test, i));
  const inSome = (i: number) => tests.some((test) => isIn(test, i));
  const groups = {
    robustTypical: select(true, true, inEvery),
    robustDeviant: select(false, true, inEvery),
    shakyTypical: select(true, true, (i) => !inEvery(i)),
    shakyDeviant: select(false, true, (i) => !inEvery(i)),
    possibleTypical: select(true, false, inSome),
    possibleDeviant: select(false, false, inSome),
  };
  const share = (robust: readonly number[], shaky: readonly number[], possible: readonly number[]) =>
    ratio(robust.length, robust.length + shaky.length + possible.length);
  const hasShaky = groups.shakyTypical.length + groups.shakyDeviant.length > 0;
  const hasPossible = groups.possibleTypical.length + groups.possibleDeviant.length > 0;
  return {
    ...groups,
    typicalRatio: share(groups.robustTypical, groups.shakyTypical, groups.possibleTypical),
    deviantRatio: share(groups.robustDeviant, groups.shakyDeviant, groups.possibleDeviant),
    rank: hasShaky ? (hasPossible ? 4 : 3) : hasPossible ? 2 : 1,
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
