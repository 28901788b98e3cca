import { type MatchSets, PairList } from './match-sets.ts';
import { type MatchingProblem, ratiosOf } from './matching-problem.ts';
import { PriorityQueue } from './priority-queue.ts';

/** Finds and takes partners, whatever the distance; `position` numbers partners, `k` focal units. */
export interface GreedySearch {
  /** the best free and allowed partner position of focal unit k, or -1 */
  nearest(k: number): number;
  distance(k: number, position: number): number;
  isFree(position: number): boolean;
  /** rank among equally close pairs: the later unit of the pair first on the line, then the earlier unit nearest to it */
  tieRank(k: number, position: number): number;
  /** uses the partner once; returns its row */
  take(k: number, position: number): number;
}

/**
 * Greedy choice in rounds: nobody takes a second partner before everybody had a first; who finds none in a round gets none
 * later.
 *
 * @param focal rows of the focal units; @param order their indices in the order in which they choose
 */
export function matchInRounds(
  problem: Pick<MatchingProblem, 'order' | 'ratio'>,
  focal: Uint32Array,
  order: Uint32Array,
  search: GreedySearch,
): MatchSets {
  const pairs = new PairList();
  const ratioOf = ratiosOf(problem, focal.length);
  let active = order;
  for (let round = 1; active.length > 0; round++) {
    active = active.filter((k) => ratioOf[k]! >= round);
    active = problem.order === 'closest' ? closestRound(active, search, pairs) : orderedRound(active, search, pairs);
  }
  return pairs.toMatchSets(focal);
}

/** Each unit in order takes its nearest; returns those that found one. */
function orderedRound(active: Uint32Array, search: GreedySearch, pairs: PairList): Uint32Array<ArrayBuffer> {
  const found = new Uint32Array(active.length);
  let count = 0;
  for (let i = 0; i < active.length; i++) {
    const k = active[i]!;
    const position = search.nearest(k);
    if (position < 0) continue;
    pairs.add(k, search.take(k, position));
    found[count++] = k;
  }
  return found.slice(0, count);
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
