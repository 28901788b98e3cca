import { identity, inversePermutation } from '../stats/argsort.ts';
import { ArcList } from './arc-list.ts';
import { type Arcs, assign } from './assignment.ts';
import { type MatchSets, PairList } from './match-sets.ts';
import { focalRows, type MatchingProblem } from './matching-problem.ts';
import type { PairSearch } from './pair-search.ts';

/**
 * Optimal pairs under any constraint: as many pairs as possible, and among these choices the one with the smallest total
 * cost. No partner serves two; a focal unit gets up to `ratio` partners.
 *
 * Only near pairs are looked at: each unit starts with its nearest partners, and gets more only while the prices of the
 * solution say that a farther one could pay. The last solution is optimal for all pairs, and no n1 x n0 matrix is formed.
 *
 * @param problem checked; `ratio` one number, without reuse
 * @throws limit-exceeded where more than 30 million pairs would have to be kept
 * Cost: that of the assignment on near pairs, a few times. Source: Jonker and Volgenant 1987, doi:10.1007/BF02278710;
 * Rosenbaum 1989, doi:10.1080/01621459.1989.10478868.
 */
export function matchOptimalPairs(
  problem: Pick<MatchingProblem, 'isFocal' | 'ratio' | 'tieOrder'>,
  search: PairSearch,
): MatchSets {
  const { isFocal, tieOrder } = problem;
  const ratio = problem.ratio as number;
  const place = tieOrder === null ? null : inversePermutation(tieOrder);
  const rankOf = (row: number): number => (place === null ? row : place[row]!);
  const order = tieOrder ?? identity(isFocal.length);
  const focal = Uint32Array.from(order).filter((row) => isFocal[row] === 1);
  const count = new Uint32Array(focal.length).fill(4 * ratio);
  const radius = Float64Array.from(focal, (row, k) => search.reach(row, count[k]!));
  for (;;) {
    const { arcs, highest } = collectArcs(focal, radius, ratio, isFocal.length, search, rankOf);
    // Whole numbers: sums of them are exact, so that neither large prices nor long paths round small differences away.
    const step = gridStep(highest, arcs.rows);
    for (let at = 0; at < arcs.cost.length; at++) arcs.cost[at] = Math.round(arcs.cost[at]! / step);
    // Above every saving: a path changes each row once, by at most the span of the costs.
    const skip = 2 * (Math.round(highest / step) + 1) * (arcs.rows + 1);
    const { columnOf, price } = assign(arcs, skip);
    let isSure = true;
    for (let k = 0; k < focal.length; k++) {
      let highestPrice = 0;
      for (let r = 0; r < ratio; r++) highestPrice = Math.max(highestPrice, price[k * ratio + r]!);
      // A cost just beyond the radius may be rounded down to it.
      if (!(highestPrice * step > radius[k]! - step)) continue;
      isSure = false;
      count[k] = count[k]! * 4;
      const next = search.reach(focal[k]!, count[k]!);
      radius[k] = highestPrice < skip / 2 ? Math.max(next, (highestPrice + 1) * step) : next;
    }
    if (isSure) return toSets(isFocal, focal, columnOf, ratio, order);
  }
}

/** The finest grid on which prices stay below 2^52, where whole numbers are exact. */
const gridStep = (highest: number, rows: number): number =>
  highest > 0 ? highest / 2 ** (50 - Math.ceil(Math.log2(2 * (rows + 1)))) : 1;

/** Arcs of `ratio` copies of each focal unit; columns are numbered by tie order. */
function collectArcs(
  focal: Uint32Array,
  radius: Float64Array,
  ratio: number,
  n: number,
  search: PairSearch,
  rankOf: (row: number) => number,
): { arcs: Arcs; highest: number } {
  const list = new ArcList(focal.length * ratio);
  let highest = 0;
  for (let k = 0; k < focal.length; k++) {
    const found: { column: number; cost: number }[] = [];
    search.within(focal[k]!, radius[k]!, (other, cost) => {
      found.push({ column: rankOf(other), cost });
      if (cost > highest) highest = cost;
    });
    found.sort((a, b) => a.column - b.column);
    for (let r = 0; r < ratio; r++) {
      for (const { column, cost } of found) list.add(column, cost);
      list.endRow();
    }
  }
  return { arcs: list.toArcs(n), highest };
}

function toSets(
  isFocal: Uint8Array,
  focal: Uint32Array,
  columnOf: Int32Array,
  ratio: number,
  order: Uint32Array,
): MatchSets {
  const rows = focalRows(isFocal);
  const index = new Int32Array(isFocal.length);
  for (let k = 0; k < rows.length; k++) index[rows[k]!] = k;
  const pairs = new PairList();
  for (let k = 0; k < focal.length; k++) {
    // Which copy took which partner means nothing.
    const taken = columnOf.slice(k * ratio, (k + 1) * ratio).sort();
    for (const column of taken) if (column >= 0) pairs.add(index[focal[k]!]!, order[column]!);
  }
  return pairs.toMatchSets(rows);
}
