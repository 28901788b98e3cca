import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { isRandom } from '../matching/pair-units.ts';
import type { Frame } from '../propensity/design-matrix.ts';
import { createRandom } from '../random/random-stream.ts';
import { drawSample, type StudyDesign, type StudySample } from './draw-sample.ts';

/** The estimate under other orders of units with equal scores; a sample of orders, not a bound. */
export interface TieSample {
  readonly draws: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** What decides who is taken where units are tied. */
export interface TieQuestion {
  readonly frame: Frame;
  readonly treated: Uint8Array;
  readonly design: StudyDesign;
  readonly seed: number;
}

/** Orders that are tried before a design whose ties are not known beforehand counts as having none. */
export const firstLook = 8;
/** Among more scores than these some distances come as near to each other as equal ones by chance alone. */
const mostTried = 5000;

/**
 * Whether another order of the units could have given another sample: other lots, see `drawLots`. Where pairs are made on a
 * score, equal scores are ties. Equal distances are where one of the first orders changes a weight (a tie escapes eight orders
 * with a chance of 1 in 256); among more than 5000 different scores they are not looked for.
 */
export function hasTies(question: TieQuestion, sample: StudySample, kernels: MatrixKernels): boolean {
  const { design } = question;
  if (!('distance' in design) && design.method !== 'cardinality') return false;
  if (design.method === 'subclassification') return false;
  const isByChance = design.method === 'nearest' && isRandom(design.order);
  if (isByChance) return true;
  if (isOnScore(design)) {
    if (new Set(sample.score!).size < sample.score!.length) return true;
    if (sample.score!.length > mostTried) return false;
  }
  for (let draw = 0; draw < firstLook; draw++) {
    const { weights } = drawAgain(question, sample, draw, kernels);
    if (weights.some((weight, i) => weight !== sample.weights[i])) return true;
  }
  return false;
}

/**
 * A figure of the sample under random orders of tied units: what could have been the answer under another equally good rule;
 * with a random order of choice each draw is another such order.
 * As many orders as `tieOrders` says; null without ties.
 */
export function tieSample(
  question: TieQuestion,
  sample: StudySample,
  figureOf: (sample: StudySample) => number,
  kernels: MatrixKernels,
): TieSample | null {
  if (!hasTies(question, sample, kernels)) return null;
  const draws = tieOrders(question.design, question.frame.rows);
  const own = figureOf(sample);
  let minimum = own;
  let maximum = own;
  for (let draw = 0; draw < draws; draw++) {
    const figure = figureOf(drawAgain(question, sample, draw, kernels));
    minimum = Math.min(minimum, figure);
    maximum = Math.max(maximum, figure);
  }
  return { draws, minimum, maximum };
}

/** Orders of tied units that are tried: 200, fewer (at least 20) in large data, by what a match costs. */
export function tieOrders(design: StudyDesign, units: number): number {
  const most = isOnScore(design)
    ? (design.method === 'nearest' ? 4e6 : 4e5) / units
    : design.method === 'optimal' || design.method === 'two-level'
      ? 1.5e8 / units ** 2
      : 4e5 / units;
  return Math.max(20, Math.min(200, Math.floor(most)));
}

const isOnScore = (design: StudyDesign): boolean =>
  'distance' in design &&
  design.distance.type === 'propensity-score' &&
  (!('within' in design) || design.within === null);

function drawAgain(
  { frame, treated, design, seed }: TieQuestion,
  sample: StudySample,
  draw: number,
  kernels: MatrixKernels,
): StudySample {
  const order = createRandom(seed, 'tie-order').stream(draw).permutation(frame.rows);
  return drawSample(frame, treated, design, order, kernels, null, sample);
}
