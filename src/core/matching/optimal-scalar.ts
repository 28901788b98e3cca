import { CoreError } from '../errors.ts';
import { pairInsideCaliper } from './caliper-line.ts';
import { type MatchSets, PairList } from './match-sets.ts';
import { checkProblem, type MatchingProblem } from './matching-problem.ts';
import { PriorityQueue } from './priority-queue.ts';
import { layOutScoreLine, type ScoreLine } from './score-line.ts';

/**
 * Optimal matching without replacement on a scalar: as many pairs as possible, up to `ratio` for each eligible focal unit and
 * one for each partner, and among these choices the smallest sum of |score difference|.
 *
 * On a line the best pairing keeps the order, so it is enough to find which units are used. Without a caliper the smaller side
 * is used up, and one sweep from left to right finds the others with regret: a unit takes the cheapest partner so far, and a
 * later partner may take it over (or a later unit push it back) when that lowers the total. Inside a caliper:
 * `pairInsideCaliper`. Exact cells are solved one by one.
 *
 * @param problem `order` does not apply; without covariate calipers, anti-exact codes, reuse and varying ratios
 * @throws as `matchNearestScalar`; invalid-argument for constraints that do not apply; limit-exceeded inside a wide caliper
 * Cost: O(n log n) without a caliper, else O(n + pairs inside it). Source: minimum-cost flow on a line by regret greedy
 * (successive shortest augmentation, Ahuja, Magnanti and Orlin 1993, section 9.7); that optimal pairs on a line do not cross:
 * Rosenbaum 1989, doi:10.1080/01621459.1989.10478868.
 */
export function matchOptimalScalar(problem: MatchingProblem): MatchSets {
  checkProblem(problem);
  const { ratio, antiExact, covariateCalipers, maximumReuse } = problem;
  if (typeof ratio !== 'number' || antiExact.length > 0 || covariateCalipers.length > 0 || maximumReuse !== 1) {
    throw new CoreError(
      'invalid-argument',
      'Optimal matching on a line takes one ratio for all, no reuse, no covariate calipers and no anti-exact variables. Use `matchOptimalPairs` for these.',
    );
  }
  const line = layOutScoreLine(problem);
  const pairs = new PairList();
  const { cellStart, cellEnd } = line;
  for (let first = 0; first < cellStart.length; ) {
    let last = first;
    while (last < cellStart.length && cellStart[last] === cellStart[first] && cellEnd[last] === cellEnd[first]) last++;
    matchCell(problem.scoreCaliper, line, first, last, ratio, pairs);
    first = last;
  }
  return pairs.toMatchSets(line.focal);
}

/** Focal positions first … last - 1 are those of one cell. */
function matchCell(
  caliper: number | null,
  { focalAlongLine, focalScore, partnerRow, partnerScore, cellStart, cellEnd }: ScoreLine,
  first: number,
  last: number,
  ratio: number,
  pairs: PairList,
): void {
  const start = cellStart[first]!;
  const partner = partnerScore.subarray(start, cellEnd[first]!);
  // A unit that wants several partners stands there as often.
  const unitOf = (copy: number): number => first + Math.floor(copy / ratio);
  const copies = Float64Array.from({ length: (last - first) * ratio }, (_, copy) => focalScore[unitOf(copy)]!);
  const pair = (copy: number, at: number): void => pairs.add(focalAlongLine[unitOf(copy)]!, partnerRow[start + at]!);
  if (caliper !== null) pairInsideCaliper(copies, partner, caliper, pair);
  else if (copies.length <= partner.length) pairInOrder(copies, partner, pair);
  else pairInOrder(partner, copies, (at, copy) => pair(copy, at));
}

/** Pairs every unit of the smaller side with one of the larger, in order. */
function pairInOrder(small: Float64Array, large: Float64Array, pair: (smallAt: number, largeAt: number) => void): void {
  const used = usedPartners(small, large);
  let at = 0;
  for (let s = 0; s < small.length; s++) {
    while (used[at] === 0) at++;
    pair(s, at++);
  }
}

/**
 * 1 for each of `large` that the optimum uses for `small`, both ascending.
 *
 * Costs are pairs (times infinity, number): a unit that nobody has taken yet costs infinity, which stays exact this way.
 * `offers`: what a further unit at x pays is x + value, and it makes one more partner used. `claims`: what a further partner
 * at y saves is -(y + value), and it makes one partner unused.
 */
function usedPartners(small: Float64Array, large: Float64Array): Uint8Array {
  const used = new Uint8Array(large.length);
  const offers = new PriorityQueue();
  const claims = new PriorityQueue();
  const nobody = 0xffffffff;
  let s = 0;
  for (let p = 0; p <= large.length; p++) {
    // Who stands at the same place as a partner comes after it: the sum is the same.
    for (; s < small.length && (p === large.length || small[s]! < large[p]!); s++) {
      const x = small[s]!;
      const isOffered = offers.pop();
      const infinite = isOffered ? offers.key : 1;
      const value = isOffered ? offers.second : 0;
      const partner = isOffered ? offers.value : nobody;
      if (partner !== nobody) used[partner] = 1;
      claims.push(-infinite, -x - (x + value), partner);
    }
    if (p === large.length) break;
    const y = large[p]!;
    if (claims.pop()) {
      const { key, second, value: partner } = claims;
      if (key < 0 || (key === 0 && y + second < 0)) {
        if (partner !== nobody) used[partner] = 0;
        used[p] = 1;
        offers.push(-key, -y - (y + second), partner);
        continue;
      }
      claims.push(key, second, partner);
    }
    offers.push(0, -y, p);
  }
  return used;
}
