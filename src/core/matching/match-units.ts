import { CoreError } from '../errors.ts';
import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { BinomialFit } from '../propensity/binomial-regression.ts';
import { designColumns, type Frame, factorCodes, numbers } from '../propensity/design-matrix.ts';
import type { Link } from '../propensity/links.ts';
import type { ModelTerm } from '../propensity/model-terms.ts';
import { propensityScores } from '../propensity/propensity-score.ts';
import { type CaliperSetting, caliperWidth } from './caliper-width.ts';
import { type Coarsening, coarsen } from './coarsen.ts';
import { commonSupport, type Discard } from './common-support.ts';
import { type Estimand, focalGroup } from './estimand.ts';
import { codesOfValues, exactCells } from './exact-cells.ts';
import type { MatchSets } from './match-sets.ts';
import { pairWeights, stratumCounts, stratumWeights } from './match-weights.ts';
import { type FocalOrder, focalRows, type MatchingProblem } from './matching-problem.ts';
import { matchNearestCovariates } from './nearest-covariates.ts';
import { matchNearestScalar } from './nearest-scalar.ts';
import { matchOptimalScalar } from './optimal-scalar.ts';
import { subclassify } from './subclassify.ts';
import { variableRatios } from './variable-ratio.ts';
import { type CovariateDistance, whiten } from './whiten.ts';

/** A propensity score from a model: the fitted probability, or its linear predictor. */
export interface PropensityDistance {
  readonly type: 'propensity-score';
  readonly link: Link;
  readonly scale: 'probability' | 'linear';
  readonly terms: readonly ModelTerm[];
}

/** A distance between covariates; it has no score, so no order by score, no caliper on it and no discarding. */
export interface CovariatesDistance {
  readonly type: CovariateDistance;
  readonly terms: readonly ModelTerm[];
}

export interface NamedCaliper extends CaliperSetting {
  /** `distance` or the name of a numeric variable */
  readonly on: string;
}

/** Nearest-neighbour matching. Nothing has a default here: whoever calls decides. */
export interface NearestDesign {
  readonly method: 'nearest';
  readonly estimand: 'ATT' | 'ATC';
  readonly distance: PropensityDistance | CovariatesDistance;
  /** beside a propensity score: candidates are compared by their Mahalanobis distance on these terms */
  readonly within: readonly ModelTerm[] | null;
  readonly order: FocalOrder;
  readonly ratio: number;
  /** null: every focal unit gets `ratio` partners */
  readonly variableRatio: { readonly minimum: number; readonly maximum: number } | null;
  readonly maximumReuse: number;
  readonly calipers: readonly NamedCaliper[];
  readonly exact: readonly string[];
  readonly antiExact: readonly string[];
  readonly discard: Discard;
  /** fit the model again without the discarded units, which keep their first score */
  readonly reestimate: boolean;
}

/** Smallest total score difference, every focal unit matched; see `matchOptimalScalar`. */
export interface OptimalDesign {
  readonly method: 'optimal';
  readonly estimand: 'ATT' | 'ATC';
  readonly distance: PropensityDistance;
  readonly ratio: number;
  readonly exact: readonly string[];
  readonly discard: Discard;
  readonly reestimate: boolean;
}

export interface SubclassDesign {
  readonly method: 'subclassification';
  readonly estimand: Estimand;
  readonly distance: PropensityDistance;
  readonly subclasses: number;
  readonly discard: Discard;
  readonly reestimate: boolean;
}

export interface ExactDesign {
  readonly method: 'exact';
  readonly estimand: Estimand;
  readonly exact: readonly string[];
}

export interface CoarsenedDesign {
  readonly method: 'coarsened-exact';
  readonly estimand: Estimand;
  /** variables with null are matched on exact values */
  readonly coarsening: readonly { readonly variable: string; readonly cut: Coarsening | null }[];
}

export type MatchingDesign = NearestDesign | OptimalDesign | SubclassDesign | ExactDesign | CoarsenedDesign;

export interface MatchedSample {
  /** n weights; 0 = not in the matched sample */
  readonly weights: Float64Array;
  /** n scores, or null for methods without one */
  readonly score: Float64Array | null;
  readonly propensity: BinomialFit | null;
  /** 0 for units discarded outside common support */
  readonly eligible: Uint8Array;
  /** raw widths by what they are on */
  readonly caliperWidths: Readonly<Record<string, number>>;
  readonly pairs: MatchSets | null;
  /** n stratum numbers with both groups, -1 = none; for methods that make strata */
  readonly strata: Int32Array | null;
  readonly cutPoints: Float64Array | null;
}

/** Scores of an earlier call. */
export type Scored = Pick<MatchedSample, 'score' | 'propensity' | 'eligible'>;

/**
 * Carries out a matching design on n units.
 *
 * @param frame    the variables that the design names, without missing values
 * @param treated  n values, 0 or 1, both occurring
 * @param tieOrder rows in the order that decides ties (canonical unit order), or null where rows stand in that order
 * @param scored   the sample of an earlier call with the same units and design: nearest matching then keeps its scores
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
  tieOrder: Uint32Array | null,
  kernels: MatrixKernels,
  scored: Scored | null = null,
): MatchedSample {
  checkGroups(treated);
  switch (design.method) {
    case 'nearest':
      return matchNearest(frame, treated, design, tieOrder, kernels, scored);
    case 'optimal':
      return matchOptimal(frame, treated, design, tieOrder, kernels);
    case 'subclassification': {
      const { score, propensity, eligible } = propensityScore(
        frame,
        treated,
        design.distance,
        design.discard,
        design.reestimate,
        kernels,
      );
      const { subclass, cutPoints } = subclassify(score, treated, eligible, design.subclasses, design.estimand);
      return { ...byStrata(subclass, treated, design.estimand), score, propensity, eligible, cutPoints };
    }
    case 'exact':
      return byStrata(exactCells(frame.rows, codesOf(frame, design.exact)), treated, design.estimand);
    case 'coarsened-exact': {
      const codes = design.coarsening.map(({ variable, cut }) =>
        cut === null ? valueCodes(frame, variable) : coarsen(numbers(frame, variable), cut),
      );
      return byStrata(exactCells(frame.rows, codes), treated, design.estimand);
    }
  }
}

function matchNearest(
  frame: Frame,
  treated: Uint8Array,
  design: NearestDesign,
  tieOrder: Uint32Array | null,
  kernels: MatrixKernels,
  scored: Scored | null,
): MatchedSample {
  const { estimand, calipers, exact, antiExact, distance } = design;
  const { score, propensity, eligible } = scored ?? scoreUnits(frame, treated, design, kernels);
  const isFocal = focalGroup(treated, estimand);
  const valuesOf = (on: string): Float64Array => (on === 'distance' ? score! : numbers(frame, on));
  const widths = calipers.map((caliper) => caliperWidth(valuesOf(caliper.on), eligible, caliper));
  const scoreWidths = widths.filter((_, i) => calipers[i]!.on === 'distance');
  const { ratio, variableRatio } = design;
  const line = score ?? new Float64Array(frame.rows);
  const problem: MatchingProblem = {
    isFocal,
    score: line,
    eligible,
    stratum: exact.length === 0 ? null : exactCells(frame.rows, codesOf(frame, exact)),
    antiExact: codesOf(frame, antiExact),
    scoreCaliper: scoreWidths.length === 0 ? null : Math.min(...scoreWidths),
    covariateCalipers: calipers.flatMap(({ on }, i) =>
      on === 'distance' ? [] : [{ name: on, values: valuesOf(on), width: widths[i]! }],
    ),
    order: design.order,
    ratio:
      variableRatio === null ? ratio : variableRatios(line, isFocal, focalRows(isFocal), { ratio, ...variableRatio }),
    maximumReuse: design.maximumReuse,
    tieOrder,
  };
  const between =
    distance.type === 'propensity-score'
      ? design.within && { type: 'mahalanobis' as const, terms: design.within }
      : distance;
  const pairs =
    between === null
      ? matchNearestScalar(problem)
      : matchNearestCovariates(pointsOf(frame, treated, between, kernels), problem);
  if (pairs.partners.length === 0) {
    throw new CoreError(
      'no-overlap',
      'No unit found a partner inside the calipers, exact cells and common support. Widen a caliper or relax exact matching.',
      { calipers: Object.fromEntries(calipers.map(({ on }, i) => [on, widths[i]!])), exact },
    );
  }
  return {
    weights: pairWeights(pairs, frame.rows),
    score,
    propensity,
    eligible,
    caliperWidths: Object.fromEntries(calipers.map(({ on }, i) => [on, widths[i]!])),
    pairs,
    strata: null,
    cutPoints: null,
  };
}

function matchOptimal(
  frame: Frame,
  treated: Uint8Array,
  design: OptimalDesign,
  tieOrder: Uint32Array | null,
  kernels: MatrixKernels,
): MatchedSample {
  const { exact, ratio, estimand } = design;
  const { score, propensity, eligible } = propensityScore(
    frame,
    treated,
    design.distance,
    design.discard,
    design.reestimate,
    kernels,
  );
  const pairs = matchOptimalScalar({
    isFocal: focalGroup(treated, estimand),
    score,
    eligible,
    stratum: exact.length === 0 ? null : exactCells(frame.rows, codesOf(frame, exact)),
    antiExact: [],
    scoreCaliper: null,
    covariateCalipers: [],
    order: 'data',
    ratio,
    maximumReuse: 1,
    tieOrder,
  });
  const weights = pairWeights(pairs, frame.rows);
  return { weights, score, propensity, eligible, caliperWidths: {}, pairs, strata: null, cutPoints: null };
}

function pointsOf(
  frame: Frame,
  treated: Uint8Array,
  { type, terms }: CovariatesDistance,
  kernels: MatrixKernels,
): Matrix {
  const columns = designColumns(frame, terms, type === 'robust-mahalanobis' ? 'all' : 'reference');
  return whiten(columns, treated, type, kernels);
}

/** The propensity score of a nearest design, or none where it measures covariates alone. */
function scoreUnits(frame: Frame, treated: Uint8Array, design: NearestDesign, kernels: MatrixKernels): Scored {
  const { distance, discard, order, calipers } = design;
  if (distance.type === 'propensity-score') {
    return propensityScore(frame, treated, distance, discard, design.reestimate, kernels);
  }
  const needsScore =
    discard !== 'none' || order === 'largest' || order === 'smallest' || calipers.some((c) => c.on === 'distance');
  if (needsScore || design.variableRatio !== null) {
    throw new CoreError(
      'invalid-argument',
      `The distance ${distance.type} has no score; an order by score, a caliper on the distance, a variable ratio and discarding need a propensity score. Use the order data or closest, calipers on covariates, or a propensity score with Mahalanobis distance inside it.`,
      { distance: distance.type },
    );
  }
  return { score: null, propensity: null, eligible: new Uint8Array(frame.rows).fill(1) };
}

function propensityScore(
  frame: Frame,
  treated: Uint8Array,
  { terms, link, scale }: PropensityDistance,
  discard: Discard,
  reestimate: boolean,
  kernels: MatrixKernels,
): { score: Float64Array; propensity: BinomialFit; eligible: Uint8Array } {
  const scoreOf = (fit: Pick<BinomialFit, 'fitted' | 'linearPredictor'>): Float64Array =>
    scale === 'linear' ? fit.linearPredictor : fit.fitted;
  const { probability, linearPredictor, model, eligible } = propensityScores(
    designColumns(frame, terms),
    treated,
    link,
    (first) => commonSupport(scoreOf(first), treated, discard),
    reestimate,
    kernels,
  );
  return { score: scale === 'linear' ? linearPredictor : probability, propensity: model, eligible };
}

function byStrata(cells: Int32Array, treated: Uint8Array, estimand: Estimand): MatchedSample {
  const counts = stratumCounts(cells, treated);
  const strata = cells.map((cell) => (cell >= 0 && counts.treated[cell]! > 0 && counts.control[cell]! > 0 ? cell : -1));
  if (!strata.some((cell) => cell >= 0)) {
    throw new CoreError(
      'no-overlap',
      'No stratum holds both treated and control units. Use fewer variables or wider bins.',
    );
  }
  return {
    weights: stratumWeights(strata, treated, estimand),
    score: null,
    propensity: null,
    eligible: new Uint8Array(treated.length).fill(1),
    caliperWidths: {},
    pairs: null,
    strata,
    cutPoints: null,
  };
}

const codesOf = (frame: Frame, variables: readonly string[]): readonly Int32Array[] =>
  variables.map((variable) => valueCodes(frame, variable));

/** Codes of equal values, of numbers and coded variables alike. */
function valueCodes(frame: Frame, variable: string): Int32Array {
  const column = frame.columns[variable];
  return column?.type === 'number' ? codesOfValues(numbers(frame, variable)) : factorCodes(frame, variable).codes;
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
