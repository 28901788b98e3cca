import type { Matrix } from '../linalg/matrix.ts';
import { createRandom } from '../random/random-stream.ts';
import { sampleStandardDeviation } from '../stats/moments.ts';
import type { MatchingProblem } from './matching-problem.ts';

/**
 * How ties are decided: by lots in the order of the rows given, null = the order in which they stand; or `row-order`: without
 * lots, by the order of rows and the last digit of a distance, as MatchIt does.
 */
export type TieRule = Uint32Array | 'row-order' | null;

/**
 * By how much lots move a score, or the square of a distance, at most, in standard deviations: far above rounding. Totals of many pairs
 * are rounded more coarsely than single distances. Differences below the lots count as ties: of scores below 1e-9 one by one and 1.5e-8
 * together; of distances between covariates below the root, 3e-5, where both are nearly 0.
 */
export const grains = { oneByOne: 2 ** -30, together: 2 ** -26 } as const;

/** One lot in (0, 1) for each row: the same numbers for the same places of the tie order. Cost: one draw a row. */
export function drawLots(n: number, tieOrder: Uint32Array | null): Float64Array<ArrayBuffer> {
  const random = createRandom(0, 'lots');
  const lots = new Float64Array(n);
  for (let place = 0; place < n; place++) lots[tieOrder === null ? place : tieOrder[place]!] = random.uniform();
  return lots;
}

/**
 * The problem with scores moved by less than `grain` standard deviations. Then no two distances or totals are equal but for
 * rounding, and no choice hangs on the last digit. Calipers are wider by twice that, so that who stands on the edge is inside.
 */
export function castOnLine<P extends Pick<MatchingProblem, 'score' | 'scoreCaliper' | 'covariateCalipers'>>(
  problem: P,
  lots: Float64Array,
  grain: number,
): P {
  const step = grain * sampleStandardDeviation(problem.score);
  return {
    ...problem,
    score: problem.score.map((score, i) => score + step * lots[i]!),
    scoreCaliper: problem.scoreCaliper === null ? null : problem.scoreCaliper + 2 * step,
    covariateCalipers: problem.covariateCalipers.map((caliper) => ({
      ...caliper,
      width: caliper.width + 2 * grain * sampleStandardDeviation(caliper.values),
    })),
  };
}

/**
 * The points with the lots as one more coordinate, short beside the others (standard deviations of about 1). Like the distance
 * it does not care how the others are turned, so the choice between equally near points is the same in any units.
 */
export function castInSpace({ rows, cols, values }: Matrix, lots: Float64Array, grain: number): Matrix {
  const length = Math.sqrt(grain);
  const cast = new Float64Array(rows * (cols + 1));
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) cast[i * (cols + 1) + j] = values[i * cols + j]!;
    cast[i * (cols + 1) + cols] = length * lots[i]!;
  }
  return { rows, cols: cols + 1, values: cast };
}
