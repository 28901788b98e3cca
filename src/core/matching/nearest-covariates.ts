import { CoreError } from '../errors.ts';
import type { Matrix } from '../linalg/matrix.ts';
import { inversePermutation } from '../stats/argsort.ts';
import { pairRule } from './eligibility.ts';
import { type GreedySearch, matchInRounds } from './greedy-rounds.ts';
import type { MatchSets } from './match-sets.ts';
import { checkProblem, focalRows, type MatchingProblem } from './matching-problem.ts';
import { type CellTree, createTree, queryAt, squaredDistance } from './pair-search.ts';
import { rowsOfUnits } from './rows-of-units.ts';
import { choosingOrder, layOutScoreLine } from './score-line.ts';

/**
 * Greedy nearest-neighbour matching on a distance between covariates. As `matchNearestScalar`, but candidates are compared by
 * the Euclidean distance between `points`; the score serves only the order and the score caliper.
 *
 * @param points n x d coordinates (see `whiten`), finite; read only
 * @param problem scores of 0 where there is no score: then the order must be `data`, `closest` or given
 * @returns partners of each focal unit. Ties: the partner first in the tie order
 * @throws as `matchNearestScalar`
 * Cost: a k-d tree for each exact-matching cell; about O(n log n) in few dimensions, O(n1 n0 d) at worst.
 * Source: Rubin 1980, doi:10.2307/2529981.
 */
export function matchNearestCovariates(points: Matrix, problem: MatchingProblem): MatchSets {
  checkProblem(problem);
  if (points.rows !== problem.isFocal.length) {
    throw new CoreError('dimension-mismatch', `There are ${points.rows} points for ${problem.isFocal.length} units.`);
  }
  const line = layOutScoreLine(problem);
  const place = problem.tieOrder === null ? null : inversePermutation(problem.tieOrder);
  const search = createSearch(points, problem, place);
  const order = choosingOrder(problem, line).map((a) => line.focalAlongLine[a]!);
  return matchInRounds(problem, line.focal, null, order, search);
}

function createSearch(points: Matrix, problem: MatchingProblem, place: Uint32Array | null): GreedySearch {
  const { isFocal, eligible, stratum, score, scoreCaliper, maximumReuse } = problem;
  const n = isFocal.length;
  const focal = focalRows(isFocal);
  const rankOf = (row: number): number => (place === null ? row : place[row]!);
  const cells = new Map<number, CellTree>();
  const cellOf = (row: number): number => (stratum === null ? 0 : stratum[row]!);
  const members = new Map<number, number[]>();
  for (let i = 0; i < n; i++) {
    if (isFocal[i] === 1 || (eligible !== null && eligible[i] === 0) || cellOf(i) < 0) continue;
    const list = members.get(cellOf(i));
    if (list) list.push(i);
    else members.set(cellOf(i), [i]);
  }
  const gate = scoreCaliper === null ? null : score;
  for (const [cell, list] of members) cells.set(cell, createTree(points, gate, list, place));
  const allowed = pairRule(problem);
  const together = rowsOfUnits(problem.unit ?? null, n);
  const uses = new Uint32Array(together.units);
  const own = new Map<number, number[]>();
  const hasRule = allowed !== null || maximumReuse > 1;
  // Partners are numbered by their row, so that a position means the same in every cell.
  const positionOf = new Int32Array(n).fill(-1);
  for (const { rows } of cells.values()) for (let p = 0; p < rows.length; p++) positionOf[rows[p]!] = p;

  return {
    nearest(k) {
      const row = focal[k]!;
      const cell = cells.get(cellOf(row));
      if (cell === undefined) return -1;
      const { tree, rows } = cell;
      const mine = own.get(k);
      const accept = !hasRule
        ? null
        : (p: number): boolean => {
            const partner = rows[p]!;
            if (allowed !== null && !allowed(row, partner)) return false;
            return !(mine?.includes(partner) ?? false);
          };
      const found = tree.nearest(queryAt(points, row, score[row]!, scoreCaliper), accept);
      return found < 0 ? -1 : rows[found]!;
    },
    distance: (k, partner) => squaredDistance(points, focal[k]!, partner),
    isFree: (partner) => cells.get(cellOf(partner))!.tree.isFree(positionOf[partner]!),
    tieRank: (k, partner) => rankOf(focal[k]!) * n + rankOf(partner),
    take(k, partner) {
      const user = together.unitOf(partner);
      uses[user] = uses[user]! + 1;
      if (maximumReuse > 1) {
        const mine = own.get(k);
        if (mine) mine.push(partner);
        else own.set(k, [partner]);
      }
      if (uses[user] === maximumReuse) {
        together.forEachRow(user, (row) => {
          if (positionOf[row]! >= 0) cells.get(cellOf(row))!.tree.take(positionOf[row]!);
        });
      }
      return partner;
    },
  };
}
