import { type MatchSets, PairList } from './match-sets.ts';
import { type MatchingProblem, ratiosOf } from './matching-problem.ts';
import { PriorityQueue } from './priority-queue.ts';
import type { ScoreLine } from './score-line.ts';

/**
 * Matching without replacement, smallest difference first, on a scalar. On a line the closest free pair of a focal
 * unit and a partner always stands side by side among the free units (anything between them would be closer), so it
 * is enough to keep a linked list of free units and a queue of its neighbouring pairs.
 *
 * Assumes a checked problem without anti-exact codes and covariate calipers. Cost: O(n log n).
 */
export function matchClosestPairs(problem: MatchingProblem, line: ScoreLine): MatchSets {
  const { score, isFocal, stratum } = problem;
  const caliper = problem.scoreCaliper ?? Number.POSITIVE_INFINITY;
  const { rows, focal } = line;
  const length = rows.length;
  const indexOfRow = new Int32Array(isFocal.length).fill(-1);
  for (let k = 0; k < focal.length; k++) indexOfRow[focal[k]!] = k;
  const ratioOf = ratiosOf(problem, focal.length);
  const pairs = new PairList();
  const taken = new Uint8Array(length);
  const waits = new Uint8Array(focal.length).fill(1);
  for (let round = 1; ; round++) {
    const previous = new Int32Array(length).fill(-1);
    const next = new Int32Array(length).fill(-1);
    const queue = new PriorityQueue();
    const offer = (left: number, right: number): void => {
      const a = rows[left]!;
      const b = rows[right]!;
      if (isFocal[a] === isFocal[b]) return;
      if (stratum !== null && stratum[a] !== stratum[b]) return;
      const distance = Math.abs(score[b]! - score[a]!);
      if (distance <= caliper) queue.push(distance, right, left);
    };
    let last = -1;
    let waiting = 0;
    for (let at = 0; at < length; at++) {
      const k = indexOfRow[rows[at]!]!;
      if (taken[at] === 1) continue;
      if (k >= 0) {
        if (waits[k] !== 1 || ratioOf[k]! < round) continue;
        waiting++;
      }
      previous[at] = last;
      if (last >= 0) {
        next[last] = at;
        offer(last, at);
      }
      last = at;
    }
    if (waiting === 0) break;
    waits.fill(0);
    const gone = new Uint8Array(length);
    while (queue.pop()) {
      const left = queue.value;
      const right = queue.second;
      if (gone[left] === 1 || next[left] !== right) continue; // the neighbours changed since
      const [focalAt, partnerAt] = isFocal[rows[left]!] === 1 ? [left, right] : [right, left];
      const k = indexOfRow[rows[focalAt]!]!;
      pairs.add(k, rows[partnerAt]!);
      waits[k] = 1;
      taken[partnerAt] = 1;
      gone[left] = 1;
      gone[right] = 1;
      const before = previous[left]!;
      const after = next[right]!;
      if (before >= 0) next[before] = after;
      if (after >= 0) previous[after] = before;
      if (before >= 0 && after >= 0) offer(before, after);
    }
  }
  return pairs.toMatchSets(focal);
}
