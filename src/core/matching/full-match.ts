import { identity, inversePermutation } from '../stats/argsort.ts';
import { ArcList } from './arc-list.ts';
import { assign } from './assignment.ts';
import type { MatchingProblem } from './matching-problem.ts';
import type { PairSearch } from './pair-search.ts';
import { type Pairing, toStars } from './stars.ts';

/**
 * Optimal full matching: every unit that has an allowed partner is in one set, every set has one treated unit or one
 * control, and the sum of costs between the centre of each set and the others is the smallest possible.
 *
 * Such sets are a minimum-cost edge cover. With m(u) the cost of the nearest partner of u, its cost is the sum of all m minus
 * the largest total gain m(u) + m(v) - cost(u, v) of a matching: pairs without gain need not be looked at, and whoever is
 * left out joins its nearest partner.
 *
 * @param problem checked; order, ratio and reuse do not apply
 * @returns n set numbers, -1 for units without an allowed partner
 * @throws limit-exceeded where more than 30 million pairs bring a gain
 * Cost: one search and an assignment on the pairs with gain, which are few where both groups overlap.
 * Source: Rosenbaum 1991, doi:10.1111/j.2517-6161.1991.tb01848.x; Hansen and Klopfer 2006, doi:10.1198/106186006X137047; the
 * reduction of edge cover to matching: Schrijver 2003, Combinatorial Optimization, section 19.3.
 */
export function matchFull(
  { isFocal, tieOrder }: Pick<MatchingProblem, 'isFocal' | 'tieOrder'>,
  search: PairSearch,
): Int32Array<ArrayBuffer> {
  const n = isFocal.length;
  const order = tieOrder ?? identity(n);
  const place = tieOrder === null ? null : inversePermutation(tieOrder);
  const rankOf = (row: number): number => (place === null ? row : place[row]!);
  const nearest = Float64Array.from({ length: n }, (_, row) => search.reach(row, 1));
  // Who has no partner reaches nobody.
  const touching = search.touching(
    nearest.map((cost) => (cost < Number.POSITIVE_INFINITY ? cost : Number.NEGATIVE_INFINITY)),
  );
  const rows = Uint32Array.from(order).filter((row) => isFocal[row] === 1 && nearest[row]! < Number.POSITIVE_INFINITY);
  const list = new ArcList(rows.length);
  for (const row of rows) {
    const own = nearest[row]!;
    const found: { column: number; cost: number }[] = [];
    touching(row, (other, cost) => {
      const gain = own + nearest[other]! - cost;
      if (gain > 0) found.push({ column: rankOf(other), cost: -gain });
    });
    found.sort((a, b) => a.column - b.column);
    for (const { column, cost } of found) list.add(column, cost);
    list.endRow();
  }
  const { columnOf } = assign(list.toArcs(n), 0);
  const pairings: Pairing[] = [];
  const isMatched = new Uint8Array(n);
  columnOf.forEach((column, r) => {
    if (column < 0) return;
    const [row, other] = [rows[r]!, order[column]!];
    pairings.push({ a: row, b: other });
    isMatched[row] = 1;
    isMatched[other] = 1;
  });
  for (const row of order) {
    if (isMatched[row] === 1 || nearest[row] === Number.POSITIVE_INFINITY) continue;
    let other = -1;
    search.within(row, nearest[row]!, (candidate) => {
      if (other < 0 || rankOf(candidate) < rankOf(other)) other = candidate;
    });
    pairings.push({ a: row, b: other });
  }
  return toStars(n, pairings, order);
}
