import type { Matrix } from '../linalg/matrix.ts';

const leafSize = 8;

/** What a query may skip: partners for which this is false are passed over. */
export type Accept = (position: number) => boolean;

/**
 * k-d tree over points that can be removed, for exact nearest neighbours in up to about 20 dimensions. Every node knows the
 * box and the number of free points below it, so that taken regions cost nothing.
 *
 * Equal distances: the point with the smaller `rank`. Distances are sums of squares in column order, so they do not
 * depend on the shape of the tree. Cost: O(m log m) to build, O(log m) per query where the dimension is low.
 * Source: Friedman, Bentley and Finkel 1977, doi:10.1145/355744.355745.
 */
export class NearestTree {
  readonly #points: Matrix;
  readonly #rank: Uint32Array;
  /** positions in leaf order */
  readonly #order: Uint32Array;
  readonly #start: number[] = [];
  readonly #end: number[] = [];
  readonly #right: number[] = [];
  readonly #low: number[][] = [];
  readonly #high: number[][] = [];
  readonly #free: number[] = [];
  readonly #taken: Uint8Array;
  readonly #leafOf: Int32Array;
  readonly #parent: number[] = [];
  distance = 0;

  /** @param points m x d, the partners; @param rank m different numbers that decide ties */
  constructor(points: Matrix, rank: Uint32Array) {
    this.#points = points;
    this.#rank = rank;
    this.#order = Uint32Array.from({ length: points.rows }, (_, i) => i);
    this.#taken = new Uint8Array(points.rows);
    this.#leafOf = new Int32Array(points.rows);
    if (points.rows > 0) this.#build(0, points.rows, -1);
  }

  /** Takes a point out of the tree. */
  take(position: number): void {
    this.#taken[position] = 1;
    for (let node = this.#leafOf[position]!; node >= 0; node = this.#parent[node]!)
      this.#free[node] = this.#free[node]! - 1;
  }

  isFree(position: number): boolean {
    return this.#taken[position] === 0;
  }

  /** The nearest free and accepted point to a row of `from`, or -1; its squared distance is left in `distance`. */
  nearest(from: Matrix, row: number, accept: Accept | null): number {
    const query = from.values.subarray(row * from.cols, (row + 1) * from.cols);
    this.#best = -1;
    this.distance = Number.POSITIVE_INFINITY;
    if (this.#order.length > 0) this.#search(0, query, accept, this.#boxDistance(0, query));
    return this.#best;
  }

  #best = -1;

  #search(node: number, query: Float64Array, accept: Accept | null, bound: number): void {
    if (this.#free[node] === 0 || bound > this.distance) return;
    const right = this.#right[node]!;
    if (right < 0) {
      for (let at = this.#start[node]!; at < this.#end[node]!; at++) this.#visit(this.#order[at]!, query, accept);
      return;
    }
    const toLeft = this.#boxDistance(node + 1, query);
    const toRight = this.#boxDistance(right, query);
    if (toLeft <= toRight) {
      this.#search(node + 1, query, accept, toLeft);
      this.#search(right, query, accept, toRight);
    } else {
      this.#search(right, query, accept, toRight);
      this.#search(node + 1, query, accept, toLeft);
    }
  }

  #visit(position: number, query: Float64Array, accept: Accept | null): void {
    if (this.#taken[position] === 1) return;
    const { cols, values } = this.#points;
    const at = position * cols;
    let sum = 0;
    for (let j = 0; j < cols; j++) {
      const d = query[j]! - values[at + j]!;
      sum += d * d;
      if (sum > this.distance) return;
    }
    const isBetter = sum < this.distance || (this.#best >= 0 && this.#rank[position]! < this.#rank[this.#best]!);
    if (isBetter && (accept === null || accept(position))) {
      this.distance = sum;
      this.#best = position;
    }
  }

  /** Squared distance from a point to the box of a node, never above that to a point inside (same order of sums). */
  #boxDistance(node: number, query: Float64Array): number {
    const low = this.#low[node]!;
    const high = this.#high[node]!;
    let sum = 0;
    for (let j = 0; j < low.length; j++) {
      const d = query[j]! < low[j]! ? low[j]! - query[j]! : query[j]! > high[j]! ? query[j]! - high[j]! : 0;
      sum += d * d;
    }
    return sum;
  }

  /** The left child of a node is the next one; returns the node. */
  #build(start: number, end: number, parent: number): number {
    const node = this.#start.length;
    this.#start.push(start);
    this.#end.push(end);
    this.#free.push(end - start);
    this.#parent.push(parent);
    this.#right.push(-1);
    const widest = this.#measure(start, end);
    if (end - start <= leafSize || widest < 0) {
      for (let at = start; at < end; at++) this.#leafOf[this.#order[at]!] = node;
      return node;
    }
    const { cols, values } = this.#points;
    const middle = (start + end) >> 1;
    const part = this.#order.subarray(start, end);
    part.sort((a, b) => values[a * cols + widest]! - values[b * cols + widest]! || this.#rank[a]! - this.#rank[b]!);
    this.#build(start, middle, node);
    this.#right[node] = this.#build(middle, end, node);
    return node;
  }

  /** Records the box of the points and returns its widest dimension, -1 where all points are equal. */
  #measure(start: number, end: number): number {
    const { cols, values } = this.#points;
    const low = new Array<number>(cols).fill(Number.POSITIVE_INFINITY);
    const high = new Array<number>(cols).fill(Number.NEGATIVE_INFINITY);
    for (let at = start; at < end; at++) {
      const row = this.#order[at]! * cols;
      for (let j = 0; j < cols; j++) {
        const v = values[row + j]!;
        if (v < low[j]!) low[j] = v;
        if (v > high[j]!) high[j] = v;
      }
    }
    this.#low.push(low);
    this.#high.push(high);
    let widest = -1;
    let width = 0;
    for (let j = 0; j < cols; j++) {
      if (high[j]! - low[j]! > width) {
        width = high[j]! - low[j]!;
        widest = j;
      }
    }
    return widest;
  }
}
