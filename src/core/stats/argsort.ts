import { PairSorter } from './pair-sorter.ts';

/**
 * Rows in ascending order of `values`; equal values keep the order of `start` (row order by default). -0 equals 0.
 *
 * @param values n finite numbers; read only
 * @param start  a permutation of the rows that decides ties, or null for row order; read only
 * @returns n row numbers, owned by the caller
 * Cost: a few linear passes (see `PairSorter`); for n below 2000 a comparison sort.
 */
export function argsort(values: Float64Array, start: Uint32Array | null = null): Uint32Array<ArrayBuffer> {
  const n = values.length;
  if (n < 2000) return smallArgsort(values, start === null ? identity(n) : Uint32Array.from(start));
  const rows = new Float64Array(n);
  for (let i = 0; i < n; i++) rows[i] = start === null ? i : start[i]!;
  const inOrder = start === null ? values : Float64Array.from(start, (row) => values[row]!);
  const pairs = new PairSorter(n).sort(inOrder, rows);
  const sorted = new Uint32Array(n);
  for (let i = 0; i < n; i++) sorted[i] = pairs[2 * i + 1]!;
  return sorted;
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
