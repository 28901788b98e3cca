/**
 * Rows in ascending order of `values`; equal values keep the order of `start` (row order by default). -0 equals 0.
 *
 * @param values n finite numbers; read only
 * @param start  a permutation of the rows that decides ties, or null for row order; read only
 * @returns n row numbers, owned by the caller
 * Cost: O(n), four stable counting passes over 16 bits each (a pass in which all keys agree is skipped); for n below
 * 2000 a comparison sort. Source: least-significant-digit radix sort on the order-preserving bit pattern of a double.
 */
export function argsort(values: Float64Array, start: Uint32Array | null = null): Uint32Array<ArrayBuffer> {
  const n = values.length;
  const rows = start === null ? identity(n) : Uint32Array.from(start);
  return n < 2000 ? smallArgsort(values, rows) : radixArgsort(values, rows);
}

/** 0, 1, …, n - 1. */
export function identity(n: number): Uint32Array<ArrayBuffer> {
  const rows = new Uint32Array(n);
  for (let i = 0; i < n; i++) rows[i] = i;
  return rows;
}

/** place[permutation[k]] = k. */
export function inversePermutation(permutation: Uint32Array): Uint32Array {
  const place = new Uint32Array(permutation.length);
  for (let k = 0; k < permutation.length; k++) place[permutation[k]!] = k;
  return place;
}

function smallArgsort(values: Float64Array, rows: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const place = inversePermutation(rows);
  return rows.sort((a, b) => {
    const difference = values[a]! - values[b]!;
    return difference !== 0 ? difference : place[a]! - place[b]!;
  });
}

function radixArgsort(values: Float64Array, rows: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const n = values.length;
  // Keys whose unsigned order is the order of the numbers: sign bit flipped for positives, all bits for negatives.
  const copy = new Float64Array(n);
  for (let i = 0; i < n; i++) copy[i] = values[i]! + 0; // -0 becomes 0
  const words = new Uint32Array(copy.buffer);
  const low = new Uint32Array(n);
  const high = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    const h = words[2 * i + 1]!;
    if (h & 0x80000000) {
      low[i] = ~words[2 * i]!;
      high[i] = ~h;
    } else {
      low[i] = words[2 * i]!;
      high[i] = h | 0x80000000;
    }
  }
  let from = rows;
  let to = new Uint32Array(n);
  const counts = new Uint32Array(65536);
  for (let digit = 0; digit < 4; digit++) {
    const key = digit < 2 ? low : high;
    const shift = digit & 1 ? 16 : 0;
    counts.fill(0);
    for (let i = 0; i < n; i++) {
      const bucket = (key[i]! >>> shift) & 0xffff;
      counts[bucket] = counts[bucket]! + 1;
    }
    if (counts[(key[0]! >>> shift) & 0xffff] === n) continue;
    let sum = 0;
    for (let b = 0; b < 65536; b++) {
      const c = counts[b]!;
      counts[b] = sum;
      sum += c;
    }
    for (let i = 0; i < n; i++) {
      const row = from[i]!;
      const bucket = (key[row]! >>> shift) & 0xffff;
      const place = counts[bucket]!;
      counts[bucket] = place + 1;
      to[place] = row;
    }
    [from, to] = [to, from];
  }
  return from;
}
