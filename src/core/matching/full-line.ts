import type { MatchingProblem } from './matching-problem.ts';
import { PriorityQueue } from './priority-queue.ts';
import { layOutScoreLine } from './score-line.ts';
import { type Pairing, toStars } from './stars.ts';

/**
 * Optimal full matching on a score, exact and near linear, as `matchFull` with |score difference| and without calipers.
 *
 * On a line a cover is known by the number of pairings of each unit (at least one), for its cost is the sum over the gaps
 * between neighbours of gap x |pairings that cross it|. Let h be that number, positive while treated units wait for a
 * control, and f(h) the least cost up to here. Then a gap adds gap |h|; a treated unit turns f into the minimum over all
 * smaller h, a control into that over all larger h. f is convex, so it is enough to keep its kinks left and right of the
 * minimum in two heaps ("slope trick"), and one of them is emptied at every unit.
 *
 * @param problem checked; without calipers and anti-exact codes
 * @returns n set numbers, -1 for units that are not eligible or whose cell has one group only
 * Cost: O(n log n). Source: many-to-many matching on a line, Colannino et al. 2007, doi:10.1007/s00373-007-0714-3; full
 * matching: Rosenbaum 1991, doi:10.1111/j.2517-6161.1991.tb01848.x.
 */
export function matchFullOnLine(problem: MatchingProblem): Int32Array<ArrayBuffer> {
  const { score, isFocal, stratum, tieOrder } = problem;
  const { rows } = layOutScoreLine(problem);
  const pairings: Pairing[] = [];
  const cellAt = (at: number): number => (stratum === null ? 0 : stratum[rows[at]!]!);
  for (let first = 0; first < rows.length; ) {
    let last = first;
    while (last < rows.length && cellAt(last) === cellAt(first)) last++;
    coverCell(rows.subarray(first, last), score, isFocal, pairings);
    first = last;
  }
  const order = tieOrder ?? Uint32Array.from(isFocal, (_, row) => row);
  return toStars(isFocal.length, pairings, order);
}

function coverCell(units: Uint32Array, score: Float64Array, isFocal: Uint8Array, pairings: Pairing[]): void {
  const focal = units.reduce((sum, row) => sum + isFocal[row]!, 0);
  if (focal === 0 || focal === units.length) return;
  const crossing = crossings(units, score, isFocal);
  // First come, first served: any pairing of those who wait has the same cost.
  const waiting = new Uint32Array(units.length);
  const stubs = new Uint32Array(units.length);
  let head = 0;
  let tail = 0;
  for (let k = 0; k < units.length; k++) {
    let degree = Math.abs(crossing[k + 1]! - crossing[k]!);
    const unit = units[k]!;
    while (degree > 0 && head < tail && isFocal[waiting[head]!] !== isFocal[unit]) {
      const served = Math.min(degree, stubs[head]!);
      pairings.push({ a: waiting[head]!, b: unit });
      degree -= served;
      stubs[head] = stubs[head]! - served;
      if (stubs[head] === 0) head++;
    }
    if (degree > 0) {
      waiting[tail] = unit;
      stubs[tail++] = degree;
    }
  }
}

/** Optimal h before the first unit, between units and after the last: m + 1 whole numbers, 0 at both ends. */
function crossings(units: Uint32Array, score: Float64Array, isFocal: Uint8Array): Float64Array {
  const m = units.length;
  // The interval of minimisers before each unit, after the gap to it was added.
  const low = new Float64Array(m);
  const high = new Float64Array(m);
  const kinks = new Kinks();
  for (let k = 0; k < m; k++) {
    if (k > 0) kinks.addAbsolute(score[units[k]!]! - score[units[k - 1]!]!);
    low[k] = kinks.low;
    high[k] = kinks.high;
    if (isFocal[units[k]!] === 1) kinks.riseByOne();
    else kinks.fallByOne();
  }
  const crossing = new Float64Array(m + 1);
  for (let k = m - 1; k >= 0; k--) {
    const after = crossing[k + 1]!;
    crossing[k] = isFocal[units[k]!] === 1 ? Math.min(after - 1, high[k]!) : Math.max(after + 1, low[k]!);
  }
  return crossing;
}

/** A convex function on whole numbers by the places and sizes of its kinks; at first 0 at 0 and infinite elsewhere. */
class Kinks {
  /** left of the minimum, by descending place (keys are negated); right of it, by ascending place */
  readonly #left = new PriorityQueue();
  readonly #right = new PriorityQueue();
  #leftShift = 0;
  #rightShift = 0;

  constructor() {
    this.#pushLeft(0, Number.POSITIVE_INFINITY);
    this.#pushRight(0, Number.POSITIVE_INFINITY);
  }

  /** the interval of minimisers */
  get low(): number {
    return this.#left.size === 0 ? Number.NEGATIVE_INFINITY : -this.#left.firstKey + this.#leftShift;
  }

  get high(): number {
    return this.#right.size === 0 ? Number.POSITIVE_INFINITY : this.#right.firstKey + this.#rightShift;
  }

  /** f(h) + size |h| */
  addAbsolute(size: number): void {
    if (size === 0) return;
    this.#pushLeft(0, size);
    this.#move(size, 'right');
    this.#pushRight(0, size);
    this.#move(size, 'left');
  }

  /** the minimum over all h' <= h - 1 */
  riseByOne(): void {
    this.#right.clear();
    this.#leftShift++;
  }

  /** the minimum over all h' >= h + 1 */
  fallByOne(): void {
    this.#left.clear();
    this.#rightShift--;
  }

  #pushLeft(place: number, size: number): void {
    this.#left.push(-(place - this.#leftShift), size, 0);
  }

  #pushRight(place: number, size: number): void {
    this.#right.push(place - this.#rightShift, size, 0);
  }

  /** Moves kinks of this size in all from the top of one side to the other. */
  #move(size: number, to: 'left' | 'right'): void {
    const [from, sign] = to === 'right' ? [this.#left, -1] : [this.#right, 1];
    let rest = size;
    while (rest > 0 && from.pop()) {
      const part = Math.min(rest, from.second);
      const place = sign * from.key + (to === 'right' ? this.#leftShift : this.#rightShift);
      if (part < from.second) from.push(from.key, from.second - part, 0);
      if (to === 'right') this.#pushRight(place, part);
      else this.#pushLeft(place, part);
      rest -= part;
    }
  }
}
