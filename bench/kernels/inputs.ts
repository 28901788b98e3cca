/**
 * `length` numbers in (-1, 1) from a 32-bit hash of their index: the same in Python (numpy_variant.py), in any order.
 */
export function hashedNumbers(seed: number, length: number, out = new Float64Array(length)): Float64Array {
  for (let i = 0; i < length; i++) {
    let h = (Math.imul(i, 2654435761) + Math.imul(seed, 40503)) >>> 0;
    h = Math.imul(h ^ (h >>> 15), 2246822519) >>> 0;
    h = (h ^ (h >>> 13)) >>> 0;
    out[i] = h / 2 ** 31 - 1;
  }
  return out;
}

/** A symmetric matrix with a dominant diagonal. */
export function positiveDefinite(n: number, out = new Float64Array(n * n)): Float64Array {
  const g = hashedNumbers(9, n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) out[i * n + j] = (g[i * n + j]! + g[j * n + i]!) / 2 + (i === j ? n : 0);
  return out;
}

/** Column 0 is 1, then p columns. */
export function withIntercept(n: number, p: number, out = new Float64Array(n * (p + 1))): Float64Array {
  const x = hashedNumbers(4, n * p);
  for (let i = 0; i < n; i++) {
    out[i * (p + 1)] = 1;
    for (let j = 0; j < p; j++) out[i * (p + 1) + 1 + j] = x[i * p + j]!;
  }
  return out;
}

/** 0/1 responses that depend weakly on the first column, so that no fit separates. */
export function responses(n: number, p: number, out = new Float64Array(n)): Float64Array {
  const noise = hashedNumbers(5, n);
  const x = hashedNumbers(4, n * p);
  for (let i = 0; i < n; i++) out[i] = x[i * p]! + 2 * noise[i]! > 0 ? 1 : 0;
  return out;
}

/** A few numbers that change when anything in the result does: sums by residue of the index, and their order. */
export function probe(values: ArrayLike<number>): number[] {
  const sums = new Array<number>(7).fill(0);
  for (let i = 0; i < values.length; i++) sums[i % 7]! += values[i]!;
  return [...sums, values[0]!, values[values.length >> 1]!, values[values.length - 1]!];
}
