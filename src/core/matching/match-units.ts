import { CoreError } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { BinomialFit } from '../propensity/binomial-regression.ts';
import { type Frame, numbers } from '../propensity/design-matrix.ts';
import { samplingWeights } from '../propensity/sampling-weights.ts';
import { coarsen } from './coarsen.ts';
import type { TieRule } from './draw-lots.ts';
import type { Estimand } from './estimand.ts';
import { exactCells } from './exact-cells.ts';
import { codesOf, valueCodes } from './frame-codes.ts';
import type { MatchSets } from './match-sets.ts';
import { pairWeights, stratumCounts, stratumWeights } from './match-weights.ts';
import type { FullDesign, MatchingDesign } from './matching-design.ts';
import {
  type PairProblem,
  type PairsDesign,
  pairCollectives,
  pairNearest,
  pairOptimally,
  type Scores,
  scoreByModel,
  scoreUnits,
  setFully,
  toPairProblem,
} from './pair-units.ts';
import { subclassify } from './subclassify.ts';

export interface MatchedSample {
  /** n weights; 0 = not in the matched sample */
  readonly weights: Float64Array;
  /** n scores, or null for methods without one */
  readonly score: Float64Array | null;
  /** fitted probabilities, whatever the scale of the score */
  readonly probability: Float64Array | null;
  readonly propensity: BinomialFit | null;
  /** 0 for units discarded outside common support */
  readonly eligible: Uint8Array;
  /** raw widths by what they are on */
  readonly caliperWidths: Readonly<Record<string, number>>;
  readonly pairs: MatchSets | null;
  /** n sampling weights with a mean of 1, which are in the weights; null where all units count the same */
  readonly sampling: Float64Array | null;
  /** n stratum numbers with both groups, -1 = none; for methods that make strata */
  readonly strata: Int32Array | null;
  readonly cutPoints: Float64Array | null;
}

/**
 * Carries out a matching design on n units. Sampling weights count in the propensity model and in the weights of the sample;
 * distances, calipers and cut points are those of the units.
 *
 * @param frame    the variables that the design names, without missing values
 * @param treated  n values, 0 or 1, both occurring
 * @param ties     rows in the order (canonical unit order) in which lots are drawn that decide ties, or null where rows stand in
 *   that order; `row-order` as MatchIt
 * @param scored   scores of an earlier call with the same units and the same model: they are not computed again
 * @throws empty-group, unknown-variable, missing-values, invalid-argument, separation, not-converged, no-overlap (no pair
 *   or stratum was found)
 * Cost: that of the propensity fit and the method.
 *
 * @example
 * // two treated and one control in old homes, one treated and two controls in new ones
 * const codes = Int32Array.of(1, 1, 1, 0, 0, 0);
 * const home = { type: 'coded', levels: ['new', 'old'], codes, status: new Uint8Array(6) } as const;
 * const treated = Uint8Array.of(1, 1, 0, 1, 0, 0);
 * const frame = { rows: 6, columns: { home } };
 * const design = { method: 'exact', estimand: 'ATT', exact: ['home'] } as const;
 * matchUnits(frame, treated, design, null, typescriptKernels).weights; // → [1, 1, 2, 1, 0.5, 0.5]
 */
export function matchUnits(
  frame: Frame,
  treated: Uint8Array,
  design: MatchingDesign,
  ties: TieRule,
  kernels: MatrixKernels,
  scored: Scores | null = null,
): MatchedSample {
  checkGroups(treated);
  const sampling = samplingWeights(frame, design.samplingWeights ?? null);
  switch (design.method) {
    case 'nearest':
    case 'optimal':
    case 'full':
    case 'two-level':
      return matchPairs(frame, treated, design, sampling, ties, kernels, scored);
    case 'subclassification': {
      const { distance, subclasses, estimand } = design;
      const { score, probability, propensity, eligible } =
        scored ?? scoreByModel(frame, treated, distance, design, kernels);
      const { subclass, cutPoints } = subclassify(score!, treated, eligible, subclasses, estimand);
      return {
        ...byStrata(subclass, treated, estimand, sampling),
        ...{ score, probability, propensity, eligible, cutPoints },
      };
    }
    case 'exact':
      return byStrata(
        exactCells(frame.rows, codesOf(frame, design.exact)),
        treated,
        design.estimand,
        sampling,
        design.exact,
      );
    case 'coarsened-exact': {
      const codes = design.coarsening.map(({ variable, cut }) =>
        cut === null ? valueCodes(frame, variable) : coarsen(numbers(frame, variable), cut),
      );
      const variables = design.coarsening.map(({ variable }) => variable);
      return byStrata(exactCells(frame.rows, codes), treated, design.estimand, sampling, variables);
    }
  }
}

function matchPairs(
  frame: Frame,
  treated: Uint8Array,
  design: PairsDesign,
  sampling: Float64Array | null,
  ties: TieRule,
  kernels: MatrixKernels,
  scored: Scores | null,
): MatchedSample {
  const scores = scored ?? scoreUnits(frame, treated, design, kernels);
  const setup = toPairProblem(frame, treated, design, scores, ties, kernels);
  const { caliperWidths } = setup;
  const { score, probability, propensity, eligible } = scores;
  const found = { score, probability, propensity, eligible, caliperWidths };
  if (design.method === 'full') {
    const sets = setFully(setup);
    if (!sets.some((set) => set >= 0)) throw noPair(design, treated, caliperWidths);
    return { ...byStrata(sets, treated, design.estimand, sampling), ...found };
  }
  const pairs = pairsOf(setup, frame, design);
  if (pairs.partners.length === 0) throw noPair(design, treated, caliperWidths);
  return {
    ...found,
    weights: pairWeights(pairs, frame.rows, sampling),
    sampling,
    pairs,
    strata: null,
    cutPoints: null,
  };
}

function pairsOf(setup: PairProblem, frame: Frame, design: Exclude<PairsDesign, FullDesign>): MatchSets {
  switch (design.method) {
    case 'nearest':
      return pairNearest(setup);
    case 'optimal':
      return pairOptimally(setup);
    case 'two-level': {
      const codes = valueCodes(frame, design.collective);
      refuseMixed(frame, design.collective, codes, setup.problem.isFocal);
      return pairCollectives(setup, codes).pairs;
    }
  }
}

/** As `matchTwoLevels`, with the variable and the first collectives by name. */
function refuseMixed(frame: Frame, variable: string, codes: Int32Array, isFocal: Uint8Array): void {
  const first = new Map<number, number>();
  const mixed = new Map<number, string>();
  const column = frame.columns[variable]!;
  codes.forEach((code, row) => {
    if (code < 0) return;
    const known = first.get(code);
    if (known === undefined) first.set(code, row);
    else if (isFocal[known] !== isFocal[row] && !mixed.has(code)) {
      mixed.set(code, column.type === 'coded' ? column.levels[column.codes[row]!]! : String(column.values[row]));
    }
  });
  if (mixed.size === 0) return;
  const names = [...mixed.values()].slice(0, 5);
  throw new CoreError(
    'invalid-argument',
    `The treatment varies inside ${mixed.size} of ${first.size} collectives of "${variable}"; two-level matching needs whole collectives that were treated or not. Use optimal matching with a preference for the same collective (\`prefer\`), or match exactly on it. First collectives: ${names.join(', ')}.`,
    { variable, count: mixed.size, collectives: first.size, first: names },
  );
}

function noPair(
  { exact, estimand, calipers }: PairsDesign,
  treated: Uint8Array,
  widths: Readonly<Record<string, number>>,
): CoreError {
  const focal = estimand === 'ATC' ? 0 : 1;
  const count = treated.filter((t) => t === focal).length;
  const on = unique(calipers.map((caliper) => caliper.on));
  return new CoreError(
    'no-overlap',
    `None of the ${count} ${focal === 1 ? 'treated' : 'control'} units found a partner inside the calipers (${on.join(', ') || 'none'}), exact cells (${exact.join(', ') || 'none'}) and common support. Widen a caliper or relax exact matching.`,
    { calipers: widths, exact, count, columns: on.filter((name) => name !== 'distance') },
  );
}

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)];

function byStrata(
  cells: Int32Array,
  treated: Uint8Array,
  estimand: Estimand,
  sampling: Float64Array | null,
  variables: readonly string[] = [],
): MatchedSample {
  const counts = stratumCounts(cells, treated);
  const strata = cells.map((cell) => (cell >= 0 && counts.treated[cell]! > 0 && counts.control[cell]! > 0 ? cell : -1));
  if (!strata.some((cell) => cell >= 0)) {
    throw new CoreError(
      'no-overlap',
      'No stratum holds both treated and control units. Use fewer variables or wider bins.',
      { variables, strata: counts.treated.length, count: cells.filter((cell) => cell >= 0).length },
    );
  }
  return {
    weights: stratumWeights(strata, treated, estimand, sampling),
    sampling,
    score: null,
    probability: null,
    propensity: null,
    eligible: new Uint8Array(treated.length).fill(1),
    caliperWidths: {},
    pairs: null,
    strata,
    cutPoints: null,
  };
}

function checkGroups(treated: Uint8Array): void {
  const ones = treated.reduce((sum, t) => sum + t, 0);
  if (ones > 0 && ones < treated.length) return;
  throw new CoreError(
    'empty-group',
    `Every one of the ${treated.length} units is ${ones === 0 ? 'untreated' : 'treated'}; both groups must occur.`,
    { units: treated.length, treated: ones },
  );
}
