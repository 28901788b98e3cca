import type { Matrix } from '../linalg/matrix.ts';
import { inversePermutation } from '../stats/argsort.ts';
import { pairRule } from './eligibility.ts';
import { matchInRounds } from './greedy-rounds.ts';
import type { MatchSets } from './match-sets.ts';
import { checkProblem, focalRows, type MatchingProblem } from './matching-problem.ts';
import { checkDistances } from './pair-search.ts';
import { rowsOfUnits } from './rows-of-units.ts';
import { choosingOrder, layOutScoreLine } from './score-line.ts';

/**
 * Greedy nearest-neighbour matching on distances that the caller gives. As `matchNearestCovariates`.
 *
 * @param distances a row for each focal unit and a column for each other unit, both in row order; 0 or more, Infinity
 *   forbids a pair; read only
 * @param problem scores of 0 where there is no score: then the order must be `data`, `closest` or given
 * @returns partners of each focal unit. Ties: the partner first in the tie order
 * @throws as `matchNearestScalar`; dimension-mismatch, invalid-argument for distances
 * Cost: O(n1 n0), by the size of the matrix.
 */
export function matchNearestMatrix(distances: Matrix, problem: MatchingProblem): MatchSets {
  checkProblem(problem);
  const { isFocal, eligible, stratum, score, scoreCaliper, maximumReuse, tieOrder } = problem;
  const focal = focalRows(isFocal);
  const partners = focalRows(isFocal.map((f) => 1 - f));
  checkDistances(distances, focal.length, partners.length);
  const place = tieOrder === null ? null : inversePermutation(tieOrder);
  const rankOf = (row: number): number => (place === null ? row : place[row]!);
  const allowed = pairRule(problem);
  const together = rowsOfUnits(problem.unit ?? null, isFocal.length);
  const uses = new Uint32Array(together.units);
  const usesOf = (p: number): number => uses[together.unitOf(partners[p]!)]!;
  const own = new Map<number, number[]>();
  const isOut = (row: number): boolean =>
    (eligible !== null && eligible[row] === 0) || (stratum !== null && stratum[row]! < 0);
  const mayPair = (k: number, p: number): boolean => {
    const [row, other] = [focal[k]!, partners[p]!];
    return (
      usesOf(p) < maximumReuse &&
      !isOut(other) &&
      (stratum === null || stratum[row] === stratum[other]) &&
      (scoreCaliper === null || Math.abs(score[row]! - score[other]!) <= scoreCaliper) &&
      (allowed === null || allowed(row, other)) &&
      !(own.get(k)?.includes(p) ?? false)
    );
  };
  const line = layOutScoreLine(problem);
  const order = choosingOrder(problem, line).map((a) => line.focalAlongLine[a]!);
  return matchInRounds(problem, focal, null, order, {
    nearest(k) {
      let best = -1;
      let least = Number.POSITIVE_INFINITY;
      for (let p = 0; p < partners.length; p++) {
        const distance = distances.values[k * distances.cols + p]!;
        if (distance > least || distance === Number.POSITIVE_INFINITY || !mayPair(k, p)) continue;
        if (distance < least || rankOf(partners[p]!) < rankOf(partners[best]!)) {
          best = p;
          least = distance;
        }
      }
      return best;
    },
    distance: (k, p) => distances.values[k * distances.cols + p]!,
    isFree: (p) => usesOf(p) < maximumReuse,
    tieRank: (k, p) => rankOf(focal[k]!) * isFocal.length + rankOf(partners[p]!),
    take(k, p) {
      const user = together.unitOf(partners[p]!);
      uses[user] = uses[user]! + 1;
      if (maximumReuse > 1) own.set(k, [...(own.get(k) ?? []), p]);
      return partners[p]!;
    },
  });
}
