import type { Matrix } from '../linalg/matrix.ts';

const leafSize = 8;

/** What a query may skip: points for which this is false are passed over. */
export type Accept = (position: number) => boolean;

/** Where a search starts: a point, and on the gate, where there is one, a place and how far from it points may stand. */
export interface Query {
  readonly point: Float64Array;
  readonly gate: number;
  readonly width: number;
}

/**
 * k-d tree over points that can be removed, for exact nearest neighbours in up to about 20 dimensions. Every node knows the
 * box and the number of free points below it, so that taken regions cost nothing. A further coordinate, the gate, does not
 * count in the distance but limits it (a caliper on a score): regions beyond it cost nothing either.
 *
 * Equal distances: the point with the smaller `rank`. Distances are sums of squares in column order, so they do not
 * depend on the shape of the tree. Cost: O(m log m) to build, O(log m) per query where the dimension is low.
 * Source: Friedman, Bentley and Finkel 1977, doi:10.1145/355744.355745.
 */
export class NearestTree {
  readonly #cols: number;
  readonly #rank: Uint32Array;
  /** positions in leaf order; coordinates, gates and marks of the points in that order */
  readonly #order: Uint32Array;
  readonly #values: Float64Array;
  readonly #gate: Float64Array | null;
  readonly #taken: Uint8Array;
  readonly #slotOf: Uint32Array;
  readonly #leafOf: Int32Array;
  #nodes = 0;
  readonly #start: Int32Array;
  readonly #end: Int32Array;
  /** the left child of a node is the next one; -1 = a leaf */
  readonly #right: Int32Array;
  readonly #parent: Int32Array;
  readonly #free: Int32Array;
  readonly #low: Float64Array;
  readonly #high: Float64Array;
  readonly #gateLow: Float64Array;
  readonly #gateHigh: Float64Array;
  distance = 0;
  #best = -1;
  #point = new Float64Array(0);
  #gateFrom = 0;
  #gateTo = 0;
  #accept: Accept | null = null;

  /**
   * @param points m x d, the partners; @param rank m different numbers that decide ties
   * @param gate m places on the gate, or null
   */
  constructor(points: Matrix, rank: Uint32Array, gate: Float64Array | null = null) {
    const m = points.rows;
    this.#cols = points.cols;
    this.#rank = rank;
    this.#order = Uint32Array.from({ length: m }, (_, i) => i);
    this.#values = points.values.slice();
    this.#gate = gate === null ? null : gate.slice();
    this.#taken = new Uint8Array(m);
    this.#slotOf = new Uint32Array(m);
    this.#leafOf = new Int32Array(m);
    // Every leaf but one that holds equal points has more than half a leaf of them.
    const most = Math.max(1, 2 * Math.ceil((2 * m) / leafSize));
    const numbers = () => new Int32Array(most);
    [this.#start, this.#end, this.#right, this.#parent, this.#free] = Array.from({ length: 5 }, numbers) as [
      Int32Array,
      Int32Array,
      Int32Array,
      Int32Array,
      Int32Array,
    ];
    this.#low = new Float64Array(most * this.#cols);
    this.#high = new Float64Array(most * this.#cols);
    this.#gateLow = new Float64Array(gate === null ? 0 : most);
    this.#gateHigh = new Float64Array(gate === null ? 0 : most);
    if (m > 0) this.#build(points.values, gate, 0, m, -1);
    this.#layOut(points.values, gate);
  }

  /** Takes a point out of the tree. */
  take(position: number): void {
    const slot = this.#slotOf[position]!;
    this.#taken[slot] = 1;
    for (let node = this.#leafOf[slot]!; node >= 0; node = this.#parent[node]!) this.#free[node]!--;
  }

  isFree(position: number): boolean {
    return this.#taken[this.#slotOf[position]!] === 0;
  }

  /** The nearest free and accepted point, or -1; its squared distance is left in `distance`. */
  nearest(query: Query, accept: Accept | null): number {
    this.#best = -1;
    this.distance = Number.POSITIVE_INFINITY;
    this.#accept = accept;
    this.#enter(query);
    if (this.#order.length > 0) this.#search(0, this.#boxDistance(0));
    return this.#best;
  }

  /**
   * Visits every free point whose squared distance is at most the bound, in the order of the tree; `visit` returns the bound
   * from then on.
   */
  visitWithin(query: Query, bound: number, visit: (position: number, squared: number) => number): void {
    this.#enter(query);
    let limit = bound;
    const search = (node: number, box: number): void => {
      if (!(box <= limit) || this.#free[node] === 0) return;
      const right = this.#right[node]!;
      if (right < 0) {
        for (let slot = this.#start[node]!; slot < this.#end[node]!; slot++) {
          if (this.#taken[slot] === 1 || !this.#passes(slot)) continue;
          const squared = this.#squaredDistance(slot, limit);
          if (squared <= limit) limit = visit(this.#order[slot]!, squared);
        }
        return;
      }
      const toLeft = this.#boxDistance(node + 1);
      const toRight = this.#boxDistance(right);
      if (toLeft <= toRight) {
        search(node + 1, toLeft);
        search(right, toRight);
      } else {
        search(right, toRight);
        search(node + 1, toLeft);
      }
    };
    if (this.#order.length > 0) search(0, this.#boxDistance(0));
  }

  /** The largest of m values below each node, by node. */
  largestBelow(values: Float64Array): Float64Array {
    const largest = new Float64Array(this.#nodes).fill(Number.NEGATIVE_INFINITY);
    for (let slot = 0; slot < this.#order.length; slot++) {
      const leaf = this.#leafOf[slot]!;
      largest[leaf] = Math.max(largest[leaf]!, values[this.#order[slot]!]!);
    }
    for (let node = this.#nodes - 1; node > 0; node--) {
      const parent = this.#parent[node]!;
      largest[parent] = Math.max(largest[parent]!, largest[node]!);
    }
    return largest;
  }

  /**
   * Visits every free point whose distance (not squared) is at most `reach` plus its own reach.
   *
   * @param reaches of the points; @param largest as `largestBelow` of them
   */
  visitReaching(
    query: Query,
    reach: number,
    reaches: Float64Array,
    largest: Float64Array,
    visit: (position: number, distance: number) => void,
  ): void {
    this.#enter(query);
    const search = (node: number): void => {
      if (this.#free[node] === 0 || Math.sqrt(this.#boxDistance(node)) > reach + largest[node]!) return;
      const right = this.#right[node]!;
      if (right < 0) {
        for (let slot = this.#start[node]!; slot < this.#end[node]!; slot++) {
          if (this.#taken[slot] === 1 || !this.#passes(slot)) continue;
          const position = this.#order[slot]!;
          const distance = Math.sqrt(this.#squaredDistance(slot, Number.POSITIVE_INFINITY));
          if (distance <= reach + reaches[position]!) visit(position, distance);
        }
        return;
      }
      search(node + 1);
      search(right);
    };
    if (this.#order.length > 0) search(0);
  }

  #enter({ point, gate, width }: Query): void {
    this.#point = point as Float64Array<ArrayBuffer>;
    this.#gateFrom = gate;
    this.#gateTo = width;
  }

  #passes(slot: number): boolean {
    return this.#gate === null || Math.abs(this.#gate[slot]! - this.#gateFrom) <= this.#gateTo;
  }

  #search(node: number, bound: number): void {
    if (this.#free[node] === 0 || bound > this.distance || bound === Number.POSITIVE_INFINITY) return;
    const right = this.#right[node]!;
    if (right < 0) {
      for (let slot = this.#start[node]!; slot < this.#end[node]!; slot++) this.#visit(slot);
      return;
    }
    const toLeft = this.#boxDistance(node + 1);
    const toRight = this.#boxDistance(right);
    if (toLeft <= toRight) {
      this.#search(node + 1, toLeft);
      this.#search(right, toRight);
    } else {
      this.#search(right, toRight);
      this.#search(node + 1, toLeft);
    }
  }

  #visit(slot: number): void {
    if (this.#taken[slot] === 1 || !this.#passes(slot)) return;
    const squared = this.#squaredDistance(slot, this.distance);
    if (squared > this.distance) return;
    const position = this.#order[slot]!;
    const isBetter = squared < this.distance || (this.#best >= 0 && this.#rank[position]! < this.#rank[this.#best]!);
    if (isBetter && (this.#accept === null || this.#accept(position))) {
      this.distance = squared;
      this.#best = position;
    }
  }

  /** In column order; stops above the limit, with a sum that is above it too. */
  #squaredDistance(slot: number, limit: number): number {
    const cols = this.#cols;
    const values = this.#values;
    const point = this.#point;
    const at = slot * cols;
    let sum = 0;
    for (let j = 0; j < cols; j++) {
      const d = point[j]! - values[at + j]!;
      sum += d * d;
      if (sum > limit) return sum;
    }
    return sum;
  }

  /** Squared distance to the box of a node, never above that to a point inside (same order of sums); Infinity beyond the gate. */
  #boxDistance(node: number): number {
    if (
      this.#gate !== null &&
      (this.#gateLow[node]! - this.#gateFrom > this.#gateTo || this.#gateFrom - this.#gateHigh[node]! > this.#gateTo)
    ) {
      return Number.POSITIVE_INFINITY;
    }
    const cols = this.#cols;
    const low = this.#low;
    const high = this.#high;
    const point = this.#point;
    const at = node * cols;
    let sum = 0;
    for (let j = 0; j < cols; j++) {
      const x = point[j]!;
      const d = x < low[at + j]! ? low[at + j]! - x : x > high[at + j]! ? x - high[at + j]! : 0;
      sum += d * d;
    }
    return sum;
  }

  /** Returns the node of the points order[start] … order[end - 1]. */
  #build(values: Float64Array, gate: Float64Array | null, start: number, end: number, parent: number): number {
    const node = this.#nodes++;
    this.#start[node] = start;
    this.#end[node] = end;
    this.#free[node] = end - start;
    this.#parent[node] = parent;
    this.#right[node] = -1;
    const widest = this.#measure(values, gate, node);
    if (end - start <= leafSize || widest < 0) {
      for (let slot = start; slot < end; slot++) this.#leafOf[slot] = node;
      return node;
    }
    const middle = (start + end) >> 1;
    selectMiddle(this.#order, values, this.#cols, widest, start, end - 1, middle);
    this.#build(values, gate, start, middle, node);
    this.#right[node] = this.#build(values, gate, middle, end, node);
    return node;
  }

  /** Records box and gate of a node and returns the widest dimension, -1 where all points are equal. */
  #measure(values: Float64Array, gate: Float64Array | null, node: number): number {
    const cols = this.#cols;
    const at = node * cols;
    const low = this.#low.fill(Number.POSITIVE_INFINITY, at, at + cols);
    const high = this.#high.fill(Number.NEGATIVE_INFINITY, at, at + cols);
    let gateLow = Number.POSITIVE_INFINITY;
    let gateHigh = Number.NEGATIVE_INFINITY;
    for (let slot = this.#start[node]!; slot < this.#end[node]!; slot++) {
      const position = this.#order[slot]!;
      for (let j = 0; j < cols; j++) {
        const v = values[position * cols + j]!;
        if (v < low[at + j]!) low[at + j] = v;
        if (v > high[at + j]!) high[at + j] = v;
      }
      if (gate !== null) {
        gateLow = Math.min(gateLow, gate[position]!);
        gateHigh = Math.max(gateHigh, gate[position]!);
      }
    }
    if (gate !== null) {
      this.#gateLow[node] = gateLow;
      this.#gateHigh[node] = gateHigh;
    }
    let widest = -1;
    let width = 0;
    for (let j = 0; j < cols; j++) {
      if (high[at + j]! - low[at + j]! > width) {
        width = high[at + j]! - low[at + j]!;
        widest = j;
      }
    }
    return widest;
  }

  /** Coordinates and gates in leaf order: a leaf is one piece of memory. */
  #layOut(values: Float64Array, gate: Float64Array | null): void {
    const cols = this.#cols;
    for (let slot = 0; slot < this.#order.length; slot++) {
      const position = this.#order[slot]!;
      this.#slotOf[position] = slot;
      for (let j = 0; j < cols; j++) this.#values[slot * cols + j] = values[position * cols + j]!;
      if (gate !== null) this.#gate![slot] = gate[position]!;
    }
  }
}

/** Reorders order[from] … order[to] so that no value before `middle` is above one from there on. Hoare's selection. */
function selectMiddle(
  order: Uint32Array,
  values: Float64Array,
  cols: number,
  column: number,
  from: number,
  to: number,
  middle: number,
): void {
  let low = from;
  let high = to;
  const valueAt = (at: number): number => values[order[at]! * cols + column]!;
  while (low < high) {
    const pivot = valueAt((low + high) >> 1);
    let i = low;
    let j = high;
    while (i <= j) {
      while (valueAt(i) < pivot) i++;
      while (valueAt(j) > pivot) j--;
      if (i <= j) {
        const kept = order[i]!;
        order[i++] = order[j]!;
        order[j--] = kept;
      }
    }
    if (middle <= j) high = j;
    else if (middle >= i) low = i;
    else return;
  }
}
