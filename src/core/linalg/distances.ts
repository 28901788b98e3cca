import { allFinite } from './products.ts';

// Plain forms of distances; arguments as in KernelEngine, sizes checked by the caller.

export function squaredDistances(
  n: number,
  m: number,
  p: number,
  x: Float64Array,
  y: Float64Array,
  out: Float64Array,
): boolean {
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) out[i * m + j] = squaredDistance(p, x, i, y, j);
  return allFinite(out, n * m);
}

function squaredDistance(p: number, x: Float64Array, i: number, y: Float64Array, j: number): number {
  let s = 0;
  for (let c = 0; c < p; c++) {
    const d = x[i * p + c]! - y[j * p + c]!;
    s += d * d;
  }
  return s;
}

export function nearest(
  n: number,
  m: number,
  p: number,
  k: number,
  x: Float64Array,
  y: Float64Array,
  indices: Int32Array,
  distances: Float64Array,
): boolean {
  let finite = true;
  for (let i = 0; i < n; i++) {
    const from = i * k;
    distances.fill(Number.POSITIVE_INFINITY, from, from + k);
    indices.fill(-1, from, from + k);
    for (let j = 0; j < m; j++) {
      const s = squaredDistance(p, x, i, y, j);
      if (!(s < Number.POSITIVE_INFINITY)) finite = false;
      // Strictly nearer only: an equal distance stays behind the lower row.
      if (!(s < distances[from + k - 1]!)) continue;
      let at = from + k - 1;
      for (; at > from && s < distances[at - 1]!; at--) {
        distances[at] = distances[at - 1]!;
        indices[at] = indices[at - 1]!;
      }
      distances[at] = s;
      indices[at] = j;
    }
  }
  return finite;
}
