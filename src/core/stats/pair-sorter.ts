import { argsort } from './argsort.ts';

/** Pairs of one bucket that are sorted by insertion; a fuller one is cut again. */
const fullBucket = 32;
/** Buckets of one pass at most: their counts stay in the cache of a core. */
const mostBuckets = 1 << 18;
/** Values that are still crowded after so many cuts spread over many powers of ten: they are sorted by their bits. */
const mostCuts = 5;

/**
 * Sorts numbers together with one companion each, for the same n again and again: buckets of equal width, in which a few are
 * sorted by insertion. Where values are crowded a bucket is cut into buckets of its own; equal values are left as they are.
 *
 * Cost: two passes, one of them writing to far places, and no comparison sort of the whole; linear for values without extreme
 * clusters. Memory: four numbers for each pair.
 */
export class PairSorter {
  readonly #n: number;
  readonly #from: Float64Array;
  readonly #to: Float64Array;
  readonly #bucket: Uint32Array;

  constructor(n: number) {
    this.#n = n;
    this.#from = new Float64Array(2 * n);
    this.#to = new Float64Array(2 * n);
    this.#bucket = new Uint32Array(n);
  }

  /**
   * @param values, companions n finite numbers each; read only
   * @returns value, companion, value, companion, … by ascending value, equal values in their order; valid until the next call
   */
  sort(values: Float64Array, companions: Float64Array): Float64Array {
    const pairs = this.#from;
    for (let i = 0; i < this.#n; i++) {
      pairs[2 * i] = values[i]!;
      pairs[2 * i + 1] = companions[i]!;
    }
    this.#sortRange(0, this.#n, 0);
    return this.#from;
  }

  /** Sorts places start … end - 1 of `#from`, by way of `#to`. */
  #sortRange(start: number, end: number, cuts: number): void {
    const size = end - start;
    if (size <= fullBucket) {
      insertionSort(this.#from, start, end);
      return;
    }
    const from = this.#from;
    let low = from[2 * start]!;
    let high = low;
    for (let i = start + 1; i < end; i++) {
      const value = from[2 * i]!;
      if (value < low) low = value;
      else if (value > high) high = value;
    }
    if (low === high) return;
    const buckets = Math.max(2, Math.min(mostBuckets, size >> 2));
    // Just below buckets / width, so that the largest value falls into the last bucket.
    const scale = ((buckets - 1e-6) / (high - low)) * (1 - 1e-15);
    if (cuts === mostCuts || !Number.isFinite(scale)) {
      this.#sortByBits(start, end);
      return;
    }
    const ends = new Uint32Array(buckets + 1);
    const bucket = this.#bucket;
    for (let i = start; i < end; i++) {
      const b = ((from[2 * i]! - low) * scale) | 0;
      bucket[i] = b;
      ends[b + 1]!++;
    }
    for (let b = 0; b < buckets; b++) ends[b + 1] = ends[b + 1]! + ends[b]!;
    const to = this.#to;
    for (let i = start; i < end; i++) {
      const place = start + ends[bucket[i]!]!++;
      to[2 * place] = from[2 * i]!;
      to[2 * place + 1] = from[2 * i + 1]!;
    }
    // ends[b] is now where bucket b ends.
    from.set(to.subarray(2 * start, 2 * end), 2 * start);
    for (let b = 0, at = start; b < buckets; b++) {
      const next = start + ends[b]!;
      if (next - at > 1) this.#sortRange(at, next, cuts + 1);
      at = next;
    }
  }

  #sortByBits(start: number, end: number): void {
    const from = this.#from;
    const to = this.#to;
    const order = argsort(Float64Array.from({ length: end - start }, (_, i) => from[2 * (start + i)]!));
    for (let i = 0; i < order.length; i++) {
      to[2 * (start + i)] = from[2 * (start + order[i]!)]!;
      to[2 * (start + i) + 1] = from[2 * (start + order[i]!) + 1]!;
    }
    from.set(to.subarray(2 * start, 2 * end), 2 * start);
  }
}

/** Stable. */
function insertionSort(pairs: Float64Array, start: number, end: number): void {
  for (let i = start + 1; i < end; i++) {
    const value = pairs[2 * i]!;
    if (!(pairs[2 * i - 2]! > value)) continue;
    const companion = pairs[2 * i + 1]!;
    let at = i;
    for (; at > start && pairs[2 * at - 2]! > value; at--) {
      pairs[2 * at] = pairs[2 * at - 2]!;
      pairs[2 * at + 1] = pairs[2 * at - 1]!;
    }
    pairs[2 * at] = value;
    pairs[2 * at + 1] = companion;
  }
}
