import { type MatchSets, PairList } from './match-sets.ts';
import type { MatchingProblem } from './matching-problem.ts';
import { PriorityQueue } from './priority-queue.ts';

/** Finds and takes partners, whatever the distance; `position` numbers partners, `unit` focal units, as the search likes. */
export interface GreedySearch {
  /** the best free and allowed partner position of a focal unit, or -1 */
  nearest(unit: number): number;
  distance(unit: number, position: number): number;
  isFree(position: number): boolean;
  /** rank among equally close pairs: the later unit of the pair first on the line, then the earlier unit nearest to it */
  tieRank(unit: number, position: number): number;
  /** uses the partner once; returns its row */
  take(unit: number, position: number): number;
}

/**
 * Greedy choice in rounds: nobody takes a second partner before everybody had a first; who finds none in a round gets none
 * later.
 *
 * @param focal   rows of the focal units; @param indexOf their index by the search's number, null where it is the same
 * @param order   numbers of the focal units in the order in which they choose
 */
export function matchInRounds(
  { order: kind, ratio }: Pick<MatchingProblem, 'order' | 'ratio'>,
  focal: Uint32Array,
  indexOf: Uint32Array | null,
  order: Uint32Array,
  search: GreedySearch,
): MatchSets {
  const pairs = new PairList(order.length, indexOf);
  let active = order;
  for (let round = 1; active.length > 0; round++) {
    if (typeof ratio === 'number') {
      if (ratio < round) break;
    } else active = active.filter((unit) => ratio[indexOf === null ? unit : indexOf[unit]!]! >= round);
    active = kind === 'closest' ? closestRound(active, search, pairs) : orderedRound(active, search, pairs);
  }
  return pairs.toMatchSets(focal);
}

/** Each unit in order takes its nearest; returns those that found one. */
function orderedRound(active: Uint32Array, search: GreedySearch, pairs: PairList): Uint32Array<ArrayBuffer> {
  const found = new Uint32Array(active.length);
  let count = 0;
  for (let i = 0; i < active.length; i++) {
    const unit = active[i]!;
    const position = search.nearest(unit);
    if (position < 0) continue;
    pairs.add(unit, search.take(unit, position));
    found[count++] = unit;
  }
  return found.subarray(0, count);
}

/** Units wait in a queue by their present smallest difference; one whose partner has gone meanwhile looks again. */
function closestRound(active: Uint32Array, search: GreedySearch, pairs: PairList): Uint32Array<ArrayBuffer> {
  const queue = new PriorityQueue();
  const best = new Map<number, number>();
  const enqueue = (k: number): void => {
    const position = search.nearest(k);
    if (position < 0) return;
    best.set(k, position);
    queue.push(search.distance(k, position), search.tieRank(k, position), k);
  };
  for (let i = 0; i < active.length; i++) enqueue(active[i]!);
  const found: number[] = [];
  while (queue.pop()) {
    const k = queue.value;
    const position = best.get(k)!;
    if (search.isFree(position)) {
      pairs.add(k, search.take(k, position));
      found.push(k);
    } else enqueue(k);
  }
  return Uint32Array.from(found);
}
