import { CoreError } from '../errors.ts';
import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { BinomialFit } from '../propensity/binomial-regression.ts';
import { designColumns, type Frame, factorCodes, numbers, refuseTooLarge } from '../propensity/design-matrix.ts';
import { propensityScores } from '../propensity/propensity-score.ts';
import { samplingWeights } from '../propensity/sampling-weights.ts';
import { createRandom } from '../random/random-stream.ts';
import { argsort, identity } from '../stats/argsort.ts';
import { sampleStandardDeviation } from '../stats/moments.ts';
import { caliperWidth } from './caliper-width.ts';
import { commonSupport, type Discard } from './common-support.ts';
import { castInSpace, castOnLine, drawLots, grains, type TieRule } from './draw-lots.ts';
import { focalGroup } from './estimand.ts';
import { exactCells } from './exact-cells.ts';
import { codesOf, valueCodes } from './frame-codes.ts';
import { matchFullOnLine } from './full-line.ts';
import { matchFull } from './full-match.ts';
import { forEachPair, type MatchSets } from './match-sets.ts';
import type {
  FullDesign,
  NearestDesign,
  OptimalDesign,
  PropensityDistance,
  RandomOrder,
  RiskSet,
  SampledUnits,
  TwoLevelDesign,
} from './matching-design.ts';
import { checkProblem, focalRows, type MatchingProblem } from './matching-problem.ts';
import { matchNearestCovariates } from './nearest-covariates.ts';
import { matchNearestMatrix } from './nearest-matrix.ts';
import { matchNearestScalar } from './nearest-scalar.ts';
import { matchOptimalPairs } from './optimal-pairs.ts';
import { matchOptimalScalar } from './optimal-scalar.ts';
import {
  type PairLots,
  type PairSearch,
  type Preference,
  searchInMatrix,
  searchOnPoints,
  searchOnScore,
} from './pair-search.ts';
import { matchTwoLevels, problemAmong, type TwoLevelMatch } from './two-level.ts';
import { variableRatios } from './variable-ratio.ts';
import { whiten } from './whiten.ts';

export type PairsDesign = NearestDesign | OptimalDesign | FullDesign | TwoLevelDesign;

/** A score for every unit, where the design has one, and who is left out by it. */
export interface Scores {
  readonly score: Float64Array | null;
  /** fitted probabilities, whatever the scale of the score */
  readonly probability: Float64Array | null;
  readonly propensity: BinomialFit | null;
  readonly eligible: Uint8Array;
}

/** What pairs of a design are compared by: a score, points, or distances of the caller. */
export type Measure =
  | { readonly by: 'score' }
  | { readonly by: 'points'; readonly points: Matrix }
  | { readonly by: 'matrix'; readonly distances: Matrix };

export interface PairProblem {
  readonly problem: MatchingProblem;
  readonly measure: Measure;
  readonly preference: Preference | null;
  /** of units that are matched together, not one by one; null for distances of the caller, whose scale is not known */
  readonly lots: PairLots | null;
  /** raw widths by what they are on */
  readonly caliperWidths: Readonly<Record<string, number>>;
}

/** The propensity score of a design, or none where it measures otherwise. @throws invalid-argument where it needs one */
export function scoreUnits(frame: Frame, treated: Uint8Array, design: PairsDesign, kernels: MatrixKernels): Scores {
  const { distance, discard, calipers, within } = design;
  if (distance.type === 'propensity-score') {
    return scoreByModel(frame, treated, distance, design, kernels);
  }
  const needsScore =
    discard !== 'none' ||
    within !== null ||
    calipers.some((c) => c.on === 'distance') ||
    (design.method === 'nearest' &&
      (design.order === 'largest' || design.order === 'smallest' || design.variableRatio !== null));
  if (needsScore) {
    throw new CoreError(
      'invalid-argument',
      `The distance ${distance.type} has no score; an order by score, a caliper on the distance, a variable ratio and discarding need a propensity score. Use the order data, random or closest, calipers on covariates, or a propensity score with Mahalanobis distance inside it.`,
      { distance: distance.type },
    );
  }
  return { score: null, probability: null, propensity: null, eligible: new Uint8Array(frame.rows).fill(1) };
}

/** The propensity score of a model, on the scale asked for. */
export function scoreByModel(
  frame: Frame,
  treated: Uint8Array,
  { terms, link, scale, penalty = null }: PropensityDistance,
  {
    discard,
    reestimate,
    samplingWeights: weights = null,
  }: SampledUnits & { readonly discard: Discard; readonly reestimate: boolean },
  kernels: MatrixKernels,
): Scores & { readonly score: Float64Array } {
  const scoreOf = (fit: Pick<BinomialFit, 'fitted' | 'linearPredictor'>): Float64Array =>
    scale === 'linear' ? fit.linearPredictor : fit.fitted;
  const { probability, linearPredictor, model, eligible } = propensityScores(
    designColumns(frame, terms),
    treated,
    { link, penalty },
    { keep: (first) => commonSupport(scoreOf(first), treated, discard), why: 'discard' },
    reestimate,
    samplingWeights(frame, weights),
    kernels,
  );
  return { score: scale === 'linear' ? linearPredictor : probability, probability, propensity: model, eligible };
}

/** From a design in words to arrays. */
export function toPairProblem(
  frame: Frame,
  treated: Uint8Array,
  design: PairsDesign,
  { score, eligible }: Scores,
  ties: TieRule,
  kernels: MatrixKernels,
): PairProblem {
  const tieOrder = ties === 'row-order' ? null : ties;
  const lots = ties === 'row-order' ? null : drawLots(frame.rows, ties);
  const isOneByOne = design.method === 'nearest';
  const grain = isOneByOne ? grains.oneByOne : grains.together;
  const { estimand, calipers, exact, antiExact } = design;
  const isFocal = focalGroup(treated, estimand === 'ATC' ? 'ATC' : 'ATT');
  const riskSet = riskSetOf(design);
  const valuesOf = (on: string): Float64Array => (on === 'distance' ? score! : numbers(frame, on));
  for (const { on } of calipers) refuseTooLarge({ name: on, values: valuesOf(on) });
  const spread = riskSet === null ? valuesOf : (on: string) => centred(valuesOf(on), frame, riskSet, eligible);
  const widths = calipers.map((caliper) => caliperWidth(spread(caliper.on), eligible, caliper));
  const scoreWidths = widths.filter((_, i) => calipers[i]!.on === 'distance');
  const line = score ?? new Float64Array(frame.rows);
  const stated: Omit<MatchingProblem, 'order' | 'ratio' | 'maximumReuse'> = {
    isFocal,
    score: line,
    eligible,
    stratum: cellsOf(frame, exact, riskSet),
    antiExact: codesOf(frame, antiExact),
    scoreCaliper: scoreWidths.length === 0 ? null : Math.min(...scoreWidths),
    covariateCalipers: calipers.flatMap(({ on }, i) =>
      on === 'distance' ? [] : [{ name: on, values: valuesOf(on), width: widths[i]! }],
    ),
    tieOrder,
  };
  const cast = lots === null ? stated : castOnLine(stated, lots, grain);
  // Who gets more partners is decided by the same scores as who gets which.
  const problem = { ...cast, ...choiceOf(design, cast.score, isFocal, tieOrder) };
  const measure = measureOf(frame, treated, design, kernels);
  return {
    problem:
      riskSet === null
        ? problem
        : { ...problem, ...waveByWave(frame, design as NearestDesign, problem.score, isFocal, tieOrder) },
    measure:
      lots === null || measure.by !== 'points' || !isOneByOne
        ? measure
        : { by: 'points', points: castInSpace(measure.points, lots, grain) },
    preference: 'prefer' in design ? preferenceOf(frame, design.prefer) : null,
    lots:
      lots === null || isOneByOne || measure.by === 'matrix'
        ? null
        : { lots, grain: measure.by === 'score' ? grain * sampleStandardDeviation(line) : grain },
    caliperWidths: Object.fromEntries(calipers.map(({ on }, i) => [on, widths[i]!])),
  };
}

const riskSetOf = (design: PairsDesign): RiskSet | null =>
  design.method === 'nearest' ? (design.riskSet ?? null) : null;

function cellsOf(frame: Frame, exact: readonly string[], riskSet: RiskSet | null): Int32Array | null {
  const variables = riskSet === null ? exact : [...exact, riskSet.wave];
  return variables.length === 0 ? null : exactCells(frame.rows, codesOf(frame, variables));
}

/** Earlier waves choose first, within a wave the design's order; rows of a unit are one. */
function waveByWave(
  frame: Frame,
  { riskSet, order }: NearestDesign,
  score: Float64Array,
  isFocal: Uint8Array,
  tieOrder: Uint32Array | null,
): Pick<MatchingProblem, 'order' | 'unit'> {
  if (order === 'closest' || order instanceof Uint32Array) {
    throw new CoreError(
      'invalid-argument',
      'In risk sets earlier waves choose first; the order must be largest, smallest, data or random.',
    );
  }
  const wave = Float64Array.from(factorCodes(frame, riskSet!.wave).codes);
  const inTieOrder = tieOrder ?? identity(frame.rows);
  const byScore = isRandom(order)
    ? randomRows(order, frame.rows, tieOrder)
    : order === 'data'
      ? inTieOrder
      : argsort(order === 'largest' ? score.map((s) => -s) : score, inTieOrder);
  return {
    order: argsort(wave, byScore).filter((row) => isFocal[row] === 1),
    unit: valueCodes(frame, riskSet!.unit),
  };
}

/** Pairs are made within waves: a difference between waves is no spread. */
function centred(values: Float64Array, frame: Frame, { wave }: RiskSet, eligible: Uint8Array): Float64Array {
  const { levels, codes } = factorCodes(frame, wave);
  const sum = new Float64Array(levels.length);
  const count = new Float64Array(levels.length);
  codes.forEach((w, row) => {
    if (eligible[row] === 0) return;
    sum[w] = sum[w]! + values[row]!;
    count[w] = count[w]! + 1;
  });
  return values.map((value, row) =>
    count[codes[row]!]! > 0 ? value - sum[codes[row]!]! / count[codes[row]!]! : value,
  );
}

function choiceOf(
  design: PairsDesign,
  line: Float64Array,
  isFocal: Uint8Array,
  tieOrder: Uint32Array | null,
): Pick<MatchingProblem, 'order' | 'ratio' | 'maximumReuse'> {
  if (design.method === 'full' || design.method === 'two-level') return { order: 'data', ratio: 1, maximumReuse: 1 };
  const { ratio } = design;
  if (design.method === 'optimal') return { order: 'data', ratio, maximumReuse: 1 };
  const { maximumReuse, variableRatio } = design;
  const order = isRandom(design.order)
    ? randomRows(design.order, isFocal.length, tieOrder).filter((row) => isFocal[row] === 1)
    : design.order;
  if (variableRatio === null) return { order, ratio, maximumReuse };
  const ratios = variableRatios(line, isFocal, focalRows(isFocal), { ratio, ...variableRatio });
  return { order, ratio: ratios, maximumReuse };
}

export const isRandom = (order: NearestDesign['order']): order is RandomOrder =>
  typeof order === 'object' && 'seed' in order;

/** Places of the tie order, shuffled: the same units in the same order whatever row they stand in. */
function randomRows({ seed }: RandomOrder, n: number, tieOrder: Uint32Array | null): Uint32Array {
  const places = createRandom(seed, 'focal-order').permutation(n);
  return tieOrder === null ? places : places.map((place) => tieOrder[place]!);
}

/** Beside larger penalties the distances would be lost in rounding. */
const highestPenalty = 10_000;

function preferenceOf(frame: Frame, prefer: OptimalDesign['prefer']): Preference | null {
  if (prefer === null) return null;
  const { variable, penalty } = prefer;
  if (!(penalty >= 0 && penalty <= highestPenalty)) {
    throw new CoreError(
      'invalid-argument',
      `The penalty of a preference must be from 0 to ${highestPenalty}, not ${penalty}. Match exactly on ${variable} where nobody else will do.`,
      { variable, received: penalty },
    );
  }
  return { codes: valueCodes(frame, variable), penalty };
}

/** What pairs of a design are compared by. */
export function measureOf(
  frame: Frame,
  treated: Uint8Array,
  { distance, within }: PairsDesign,
  kernels: MatrixKernels,
): Measure {
  if (distance.type === 'given') return { by: 'matrix', distances: distance.distances };
  if (distance.type === 'propensity-score' && within === null) return { by: 'score' };
  const { type, terms } =
    distance.type === 'propensity-score' ? { type: 'mahalanobis' as const, terms: within! } : distance;
  const columns = designColumns(frame, terms, type === 'robust-mahalanobis' ? 'all' : 'reference');
  return { by: 'points', points: whiten(columns, treated, type, kernels) };
}

/** Greedy pairs. */
export function pairNearest({ problem, measure }: PairProblem): MatchSets {
  switch (measure.by) {
    case 'score':
      return matchNearestScalar(problem);
    case 'points':
      return matchNearestCovariates(measure.points, problem);
    case 'matrix':
      return matchNearestMatrix(measure.distances, problem);
  }
}

/** Optimal pairs, by the algorithm along the line where the constraints allow it. */
export function pairOptimally(setup: PairProblem): MatchSets {
  checkProblem(setup.problem);
  return isOnLine(setup) ? matchOptimalScalar(setup.problem) : matchOptimalPairs(setup.problem, searchFor(setup));
}

/** Collectives and their units together. @throws invalid-argument where the treatment varies inside collectives */
export function pairCollectives(setup: PairProblem, collective: Int32Array): TwoLevelMatch {
  checkProblem(setup.problem);
  return matchTwoLevels(setup.problem, collective, (rows) => {
    const inside = setupAmong(setup, rows);
    const local = pairOptimally(inside);
    const search = searchFor(inside);
    let cost = 0;
    forEachPair(local, (focal, partner) => {
      cost += search.cost(focal, partner);
    });
    const pairs = {
      focal: local.focal.map((row) => rows[row]!),
      offsets: local.offsets,
      partners: local.partners.map((row) => rows[row]!),
    };
    return { pairs, cost };
  });
}

/** Some rows of a setup. @throws invalid-argument for distances of the caller, which have no rows of units */
function setupAmong(
  { problem, measure, preference, lots, caliperWidths }: PairProblem,
  rows: Uint32Array,
): PairProblem {
  if (measure.by === 'matrix') {
    throw new CoreError('invalid-argument', 'Two-level matching takes a score or a distance between covariates.');
  }
  return {
    problem: problemAmong(problem, rows),
    measure: measure.by === 'points' ? { by: 'points', points: takeMatrixRows(measure.points, rows) } : measure,
    lots: lots && { ...lots, lots: Float64Array.from(rows, (row) => lots.lots[row]!) },
    preference: preference && { ...preference, codes: Int32Array.from(rows, (row) => preference.codes[row]!) },
    caliperWidths,
  };
}

function takeMatrixRows({ cols, values }: Matrix, rows: Uint32Array): Matrix {
  const taken = new Float64Array(rows.length * cols);
  rows.forEach((row, i) => {
    taken.set(values.subarray(row * cols, (row + 1) * cols), i * cols);
  });
  return { rows: rows.length, cols, values: taken };
}

/** Sets of an optimal full matching; -1 for units without an allowed partner. */
export function setFully(setup: PairProblem): Int32Array<ArrayBuffer> {
  checkProblem(setup.problem);
  return isOnLine(setup) && setup.problem.scoreCaliper === null
    ? matchFullOnLine(setup.problem)
    : matchFull(setup.problem, searchFor(setup));
}

function isOnLine({ problem, measure, preference }: PairProblem): boolean {
  const { antiExact, covariateCalipers } = problem;
  return measure.by === 'score' && antiExact.length === 0 && covariateCalipers.length === 0 && preference === null;
}

function searchFor({ problem, measure, preference, lots }: PairProblem): PairSearch {
  switch (measure.by) {
    case 'score':
      return searchOnScore(problem, preference, lots);
    case 'points':
      return searchOnPoints(measure.points, problem, preference, lots);
    case 'matrix':
      return searchInMatrix(measure.distances, problem, preference, lots);
  }
}
