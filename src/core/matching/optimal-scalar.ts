import { CoreError } from '../errors.ts';
import { type MatchSets, PairList } from './match-sets.ts';
import { checkProblem, type MatchingProblem } from './matching-problem.ts';
import { PriorityQueue } from './priority-queue.ts';
import { layOutScoreLine, type ScoreLine } from './score-line.ts';

/**
 * Optimal matching without replacement on a scalar: every eligible focal unit gets `ratio` partners, no partner serves two,
 * and the sum of |score difference| over all pairs is the smallest possible.
 *
 * On a line the best pairing keeps the order, so it is enough to find which partners are used. One sweep from left to right
 * with regret: a unit takes the cheapest partner so far, and a later partner may take it over (or a later unit push it back)
 * when that lowers the total. Exact cells are solved one by one.
 *
 * @param problem `order`, `maximumReuse`, calipers and anti-exact codes do not apply and must be absent
 * @throws as `matchNearestScalar`; no-overlap where a cell has fewer partners than its focal units need; invalid-argument for
 *   constraints that do not apply
 * Cost: O(n log n). Source: minimum-cost flow on a line by regret greedy (successive shortest augmentation, Ahuja, Magnanti
 * and Orlin 1993, section 9.7); that optimal pairs on a line do not cross: Rosenbaum 1989, doi:10.1080/01621459.1989.10478868.
 */
export function matchOptimalScalar(problem: MatchingProblem): MatchSets {
  checkProblem(problem);
  const { ratio, scoreCaliper, antiExact, covariateCalipers } = problem;
  if (typeof ratio !== 'number' || scoreCaliper !== null || antiExact.length > 0 || covariateCalipers.length > 0) {
    throw new CoreError(
      'invalid-argument',
      'Optimal matching takes one ratio for all, and no calipers or anti-exact variables. Use nearest matching for these.',
    );
  }
  const line = layOutScoreLine(problem);
  const pairs = new PairList();
  for (let first = 0; first < line.focalAlongLine.length; ) {
    const k = line.focalAlongLine[first]!;
    let last = first;
    while (
      last < line.focalAlongLine.length &&
      line.cellStart[line.focalAlongLine[last]!] === line.cellStart[k] &&
      line.cellEnd[line.focalAlongLine[last]!] === line.cellEnd[k]
    )
      last++;
    matchCell(problem.score, line, line.focalAlongLine.subarray(first, last), ratio, pairs);
    first = last;
  }
  return pairs.toMatchSets(line.focal);
}

function matchCell(score: Float64Array, line: ScoreLine, focal: Uint32Array, ratio: number, pairs: PairList): void {
  const start = line.cellStart[focal[0]!]!;
  const end = line.cellEnd[focal[0]!]!;
  if (end - start < ratio * focal.length) {
    throw new CoreError(
      'no-overlap',
      `${focal.length} units need ${ratio * focal.length} partners, their cell has ${end - start}. Lower the ratio, relax exact matching, or use nearest matching.`,
      { focal: focal.length, ratio, partners: end - start },
    );
  }
  const used = usedPartners(score, line, focal, ratio, start, end);
  let at = 0;
  for (let f = 0; f < focal.length; f++) {
    for (let r = 0; r < ratio; r++) {
      while (used[at] === 0) at++;
      pairs.add(focal[f]!, line.partnerRow[start + at]!);
      at++;
    }
  }
}

/**
 * 1 for each partner of the cell that the optimum uses.
 *
 * Costs are pairs (times infinity, number): a unit that nobody has taken yet costs infinity, which stays exact this way.
 * `offers`: what a further unit at x pays is x + value, and it makes one more partner used. `claims`: what a further partner
 * at y saves is -(y + value), and it makes one partner unused.
 */
function usedPartners(
  score: Float64Array,
  line: ScoreLine,
  focal: Uint32Array,
  ratio: number,
  start: number,
  end: number,
): Uint8Array {
  const used = new Uint8Array(end - start);
  const offers = new PriorityQueue();
  const claims = new PriorityQueue();
  const nobody = 0xffffffff;
  let f = 0;
  for (let p = start; p <= end; p++) {
    for (; f < focal.length && line.insertion[focal[f]!]! <= p; f++) {
      const x = score[line.focal[focal[f]!]!]!;
      for (let r = 0; r < ratio; r++) {
        const isOffered = offers.pop();
        const infinite = isOffered ? offers.key : 1;
        const value = isOffered ? offers.second : 0;
        const partner = isOffered ? offers.value : nobody;
        if (partner !== nobody) used[partner] = 1;
        claims.push(-infinite, -x - (x + value), partner);
      }
    }
    if (p === end) break;
    const y = line.partnerScore[p]!;
    const own = p - start;
    if (claims.pop()) {
      const { key, second, value: partner } = claims;
      if (key < 0 || (key === 0 && y + second < 0)) {
        if (partner !== nobody) used[partner] = 0;
        used[own] = 1;
        offers.push(-key, -y - (y + second), partner);
        continue;
      }
      claims.push(key, second, partner);
    }
    offers.push(0, -y, own);
  }
  return used;
}
