/** Pairs of one bucket that are sorted by insertion; a fuller one is cut again. */
const fullBucket = 32;
/** Streams that are written to at once in a cut of many pairs: more would miss the translation cache at every step. */
const mostStreams = 2048;
/** From here on a cut is too large for the cache of a core. */
const large = 1 << 16;
/** Values that are still crowded after so many cuts spread over many powers of ten: they are merged. */
const mostCuts = 6;

/**
 * Sorts numbers together with one companion each, for the same n again and again: buckets of equal width, first a few thousand
 * that are written one after the other, then, each within the cache, of a few pairs that are sorted by insertion. Where values
 * are crowded a bucket is cut again; equal values are left as they are.
 *
 * Cost: linear for values without extreme clusters, O(n log n) at worst. Memory: two numbers for each pair, and two more for each
 * of the fullest bucket.
 */
export class PairSorter {
  readonly #n: number;
  readonly #pairs: Float64Array;
  #scratch = new Float64Array(0);
  readonly #ends: Uint32Array[] = [];

  constructor(n: number) {
    this.#n = n;
    this.#pairs = new Float64Array(2 * n);
  }

  /**
   * @param values, companions n finite numbers each; read only
   * @returns value, companion, value, companion, … by ascending value, equal values in their order; valid until the next call
   */
  sort(values: Float64Array, companions: Float64Array): Float64Array {
    const n = this.#n;
    const pairs = this.#pairs;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < n; i++) {
      const value = values[i]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    const buckets = bucketsFor(n);
    const scale = scaleOf(low, high, buckets);
    if (n <= fullBucket || low === high || scale === null) {
      for (let i = 0; i < n; i++) {
        pairs[2 * i] = values[i]!;
        pairs[2 * i + 1] = companions[i]!;
      }
      if (low !== high) this.#sortRange(0, n, scale === null ? mostCuts : 0);
      return pairs;
    }
    const ends = this.#endsOf(0, buckets);
    for (let i = 0; i < n; i++) ends[(((values[i]! - low) * scale) | 0) + 1]!++;
    for (let b = 0; b < buckets; b++) ends[b + 1] = ends[b + 1]! + ends[b]!;
    for (let i = 0; i < n; i++) {
      const value = values[i]!;
      const place = ends[((value - low) * scale) | 0]!++;
      pairs[2 * place] = value;
      pairs[2 * place + 1] = companions[i]!;
    }
    this.#sortBuckets(ends, buckets, 0, 1);
    return pairs;
  }

  /** Sorts each bucket of a range; `ends` are their ends, counted from `start`. */
  #sortBuckets(ends: Uint32Array, buckets: number, start: number, cuts: number): void {
    for (let b = 0, at = start; b < buckets; b++) {
      const next = start + ends[b]!;
      if (next - at > 1) this.#sortRange(at, next, cuts);
      at = next;
    }
  }

  /** Sorts places start … end - 1. */
  #sortRange(start: number, end: number, cuts: number): void {
    const size = end - start;
    const pairs = this.#pairs;
    if (size <= fullBucket) {
      insertionSort(pairs, start, end);
      return;
    }
    let low = pairs[2 * start]!;
    let high = low;
    for (let i = start + 1; i < end; i++) {
      const value = pairs[2 * i]!;
      if (value < low) low = value;
      else if (value > high) high = value;
    }
    if (low === high) return;
    const buckets = bucketsFor(size);
    const scale = scaleOf(low, high, buckets);
    const scratch = this.#scratchOf(size);
    if (cuts >= mostCuts || scale === null) {
      mergeSort(pairs, scratch, start, end);
      return;
    }
    const ends = this.#endsOf(cuts, buckets);
    for (let i = start; i < end; i++) ends[(((pairs[2 * i]! - low) * scale) | 0) + 1]!++;
    for (let b = 0; b < buckets; b++) ends[b + 1] = ends[b + 1]! + ends[b]!;
    for (let i = start; i < end; i++) {
      const value = pairs[2 * i]!;
      const place = ends[((value - low) * scale) | 0]!++;
      scratch[2 * place] = value;
      scratch[2 * place + 1] = pairs[2 * i + 1]!;
    }
    pairs.set(scratch.subarray(0, 2 * size), 2 * start);
    this.#sortBuckets(ends, buckets, start, cuts + 1);
  }

  /** Zeros for the counts of one cut; a cut inside another has its own. */
  #endsOf(cuts: number, buckets: number): Uint32Array {
    let ends = this.#ends[cuts];
    if (ends === undefined || ends.length < buckets + 1) {
      ends = new Uint32Array(Math.max(buckets, mostStreams) + 1);
      this.#ends[cuts] = ends;
    } else ends.fill(0, 0, buckets + 1);
    return ends;
  }

  #scratchOf(size: number): Float64Array {
    if (this.#scratch.length < 2 * size) this.#scratch = new Float64Array(2 * size);
    return this.#scratch;
  }
}

/** A cut of many pairs has few buckets, one inside the cache has buckets of a few pairs. */
const bucketsFor = (size: number): number => Math.max(2, size > large ? mostStreams : size >> 2);

/** Buckets per unit of value, a little less so that the largest value falls into the last; null where numbers cannot tell. */
function scaleOf(low: number, high: number, buckets: number): number | null {
  const scale = ((buckets - 1e-6) / (high - low)) * (1 - 1e-15);
  return Number.isFinite(scale) && scale > 0 ? scale : null;
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

/** Stable; for what cannot be cut. `scratch` has room for the range. */
function mergeSort(pairs: Float64Array, scratch: Float64Array, start: number, end: number): void {
  if (end - start <= fullBucket) {
    insertionSort(pairs, start, end);
    return;
  }
  const middle = (start + end) >> 1;
  mergeSort(pairs, scratch, start, middle);
  mergeSort(pairs, scratch, middle, end);
  const left = middle - start;
  scratch.set(pairs.subarray(2 * start, 2 * middle));
  let i = 0;
  let j = middle;
  for (let at = start; i < left; at++) {
    const takesRight = j < end && pairs[2 * j]! < scratch[2 * i]!;
    const from = takesRight ? pairs : scratch;
    const place = takesRight ? j++ : i++;
    pairs[2 * at] = from[2 * place]!;
    pairs[2 * at + 1] = from[2 * place + 1]!;
  }
}
