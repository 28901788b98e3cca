import { matchClosestPairs } from './closest-pairs.ts';
import { pairRule } from './eligibility.ts';
import { FreeNeighbours } from './free-neighbours.ts';
import { type GreedySearch, matchInRounds } from './greedy-rounds.ts';
import type { MatchSets } from './match-sets.ts';
import { checkProblem, type MatchingProblem } from './matching-problem.ts';
import { type RowsOfUnits, rowsOfUnits } from './rows-of-units.ts';
import { choosingOrder, layOutScoreLine, type ScoreLine } from './score-line.ts';

/**
 * Greedy nearest-neighbour matching on a scalar score (propensity score or linear predictor).
 *
 * Focal units choose one after the other in the given order; each takes the free partner with the smallest
 * |score difference| (in double arithmetic) that its cell, the calipers and the anti-exact codes allow. Partners beyond
 * the first are taken in rounds: nobody takes a second before everybody had a first; who finds none in a round gets none
 * later. Ties: all units are lined up by (score, tie order); at equal difference the partner before the focal unit
 * wins over one after it, then the nearest on that line. With `closest`, the free pair with the smallest difference is
 * taken again and again; of equally close pairs the one whose later unit comes first on the line.
 *
 * @param problem read only; see `MatchingProblem` for shapes and ranges
 * @returns partners of each focal unit; a focal unit without one has an empty set
 * @throws dimension-mismatch, empty-group, non-finite, invalid-argument
 * Cost: O(n log n) in every case without anti-exact codes and covariate calipers; with them O(n) per focal unit at worst.
 * Source: Rubin 1973 (greedy pair matching), doi:10.2307/2529684; rounds and the tie rule agree with MatchIt 4.7.2 when
 * the tie order is the row order. Deviation: by default callers pass canonical unit order, so that the answer does
 * not depend on the order of rows.
 */
export function matchNearestScalar(problem: MatchingProblem): MatchSets {
  checkProblem(problem);
  const line = layOutScoreLine(problem);
  const allowed = pairRule(problem);
  if (problem.order === 'closest' && problem.maximumReuse === 1 && allowed === null) {
    return matchClosestPairs(problem, line);
  }
  const search = createSearch(problem, line);
  return matchInRounds(problem, line.focal, line.focalAlongLine, choosingOrder(problem, line), search);
}

/** Focal units are numbered by their position on the line. */
function createSearch(problem: MatchingProblem, line: ScoreLine): GreedySearch {
  const { partnerScore, partnerRow, insertion, cellStart, cellEnd, focal, focalScore, focalAlongLine } = line;
  const { maximumReuse } = problem;
  const allowed = pairRule(problem);
  const caliper = problem.scoreCaliper ?? Number.POSITIVE_INFINITY;
  const free = new FreeNeighbours(partnerRow.length);
  const together = (problem.unit ?? null) === null ? null : unitsOnLine(problem, partnerRow);
  const uses = maximumReuse > 1 || together !== null ? new Uint32Array(together?.units ?? partnerRow.length) : null;
  // With reuse a focal unit may meet a partner it has already; it may not take it twice.
  const own: Map<number, number[]> | null = maximumReuse > 1 ? new Map() : null;
  const placeOnLine = problem.order === 'closest' ? placesOnLine(line, problem.isFocal) : null;
  const rowOf = (a: number): number => focal[focalAlongLine[a]!]!;

  const refuses = (a: number, position: number): boolean =>
    (allowed !== null && !allowed(rowOf(a), partnerRow[position]!)) || (own?.get(a)?.includes(position) ?? false);
  const mayRefuse = allowed !== null || own !== null;

  const nearest = (a: number): number => {
    const x = focalScore[a]!;
    const start = cellStart[a]!;
    const end = cellEnd[a]!;
    let left = free.atOrBefore(insertion[a]! - 1);
    let right = free.atOrAfter(insertion[a]!);
    for (;;) {
      const toLeft = left >= start ? x - partnerScore[left]! : Number.POSITIVE_INFINITY;
      const toRight = right < end ? partnerScore[right]! - x : Number.POSITIVE_INFINITY;
      const goLeft = toLeft <= toRight;
      const distance = goLeft ? toLeft : toRight;
      if (distance > caliper || distance === Number.POSITIVE_INFINITY) return -1;
      const position = goLeft ? left : right;
      if (!mayRefuse || !refuses(a, position)) return position;
      if (goLeft) left = free.atOrBefore(left - 1);
      else right = free.atOrAfter(right + 1);
    }
  };

  return {
    nearest,
    distance: (a, position) => Math.abs(focalScore[a]! - partnerScore[position]!),
    isFree: (position) => free.atOrAfter(position) === position,
    tieRank(a, position) {
      const own = placeOnLine![rowOf(a)]!;
      const other = placeOnLine![partnerRow[position]!]!;
      return Math.max(own, other) * line.rows.length + (line.rows.length - Math.min(own, other));
    },
    take(a, position) {
      if (uses === null) free.take(position);
      else {
        const user = together === null ? position : together.unitOf(position);
        uses[user] = uses[user]! + 1;
        if (own !== null) remember(own, a, position);
        if (uses[user] === maximumReuse) {
          if (together === null) free.take(position);
          else together.forEachRow(user, (other) => free.take(other));
        }
      }
      return partnerRow[position]!;
    },
  };
}

function remember(own: Map<number, number[]>, a: number, position: number): void {
  const mine = own.get(a);
  if (mine) mine.push(position);
  else own.set(a, [position]);
}

/** Partner positions of one unit. */
const unitsOnLine = ({ unit }: MatchingProblem, partnerRow: Uint32Array): RowsOfUnits =>
  rowsOfUnits(
    Int32Array.from(partnerRow, (row) => unit![row]!),
    partnerRow.length,
  );

function placesOnLine(line: ScoreLine, isFocal: Uint8Array): Int32Array {
  const places = new Int32Array(isFocal.length).fill(-1);
  for (let at = 0; at < line.rows.length; at++) places[line.rows[at]!] = at;
  return places;
}
