import { allFinite } from './products.ts';

// Plain forms of the Cholesky kernels; arguments as in KernelEngine, sizes checked by the caller.

/** A pivot at most this (times n) of its diagonal element is lost in rounding: the matrix is singular to working precision. */
const unitOfPrecision = 2 ** -52;

export function choleskyFactor(n: number, a: Float64Array, l: Float64Array): number {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      let s = a[i * n + j]!;
      for (let k = 0; k < j; k++) s -= l[i * n + k]! * l[j * n + k]!;
      l[i * n + j] = s / l[j * n + j]!;
    }
    const diagonal = a[i * n + i]!;
    let s = diagonal;
    for (let k = 0; k < i; k++) s -= l[i * n + k]! * l[i * n + k]!;
    if (!(s > n * unitOfPrecision * diagonal) || !(diagonal > 0) || s === Number.POSITIVE_INFINITY) return i;
    l[i * n + i] = Math.sqrt(s);
    for (let j = i + 1; j < n; j++) if (a !== l) l[i * n + j] = 0;
  }
  if (a === l) for (let i = 0; i < n; i++) l.fill(0, i * n + i + 1, (i + 1) * n);
  return -1;
}

export function triangularSolve(
  n: number,
  m: number,
  t: Float64Array,
  lower: boolean,
  transpose: boolean,
  b: Float64Array,
  x: Float64Array,
): boolean {
  if (x !== b) x.set(b.subarray(0, n * m));
  const forwards = lower !== transpose;
  for (let step = 0; step < n; step++) {
    const k = forwards ? step : n - 1 - step;
    const pivot = t[k * n + k]!;
    for (let c = 0; c < m; c++) x[k * m + c] = x[k * m + c]! / pivot;
    for (let next = step + 1; next < n; next++) {
      const i = forwards ? next : n - 1 - next;
      const factor = transpose ? t[k * n + i]! : t[i * n + k]!;
      for (let c = 0; c < m; c++) x[i * m + c] = x[i * m + c]! - factor * x[k * m + c]!;
    }
  }
  return allFinite(x, n * m);
}

/** L^-1 by forward solves of the identity. */
function inverseOfLower(n: number, l: Float64Array): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) inverse[i * n + i] = 1;
  triangularSolve(n, n, l, true, false, inverse, inverse);
  return inverse;
}

export function choleskyInverse(n: number, l: Float64Array, inverse: Float64Array): boolean {
  const t = inverseOfLower(n, l);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let s = 0;
      for (let k = i; k < n; k++) s += t[k * n + i]! * t[k * n + j]!;
      inverse[i * n + j] = s;
      inverse[j * n + i] = s;
    }
  }
  return allFinite(inverse, n * n);
}

export function choleskyInverseDiagonal(n: number, l: Float64Array, diagonal: Float64Array): boolean {
  const t = inverseOfLower(n, l);
  for (let i = 0; i < n; i++) {
    let s = 0;
    for (let k = i; k < n; k++) s += t[k * n + i]! * t[k * n + i]!;
    diagonal[i] = s;
  }
  return allFinite(diagonal, n);
}

/**
 * Factor of A + v v' in place, by plane rotations (Golub and Van Loan 2013, section 6.5.4). `work` holds v and is destroyed.
 */
export function choleskyUpdate(n: number, l: Float64Array, work: Float64Array): boolean {
  for (let k = 0; k < n; k++) {
    const pivot = l[k * n + k]!;
    const w = work[k]!;
    const r = Math.sqrt(pivot * pivot + w * w);
    const c = r / pivot;
    const s = w / pivot;
    l[k * n + k] = r;
    for (let i = k + 1; i < n; i++) {
      const updated = (l[i * n + k]! + s * work[i]!) / c;
      work[i] = c * work[i]! - s * updated;
      l[i * n + k] = updated;
    }
  }
  return allFinite(l, n * n);
}

/**
 * Factor of A - v v' in place, by hyperbolic rotations in their mixed (stable) form; `work` holds v and is destroyed.
 * Returns the first column where A - v v' is not positive definite, or -1; `l` is then partly changed.
 */
export function choleskyDowndate(n: number, l: Float64Array, work: Float64Array): number {
  for (let k = 0; k < n; k++) {
    const pivot = l[k * n + k]!;
    const w = work[k]!;
    const square = (pivot - w) * (pivot + w);
    if (!(square > n * unitOfPrecision * pivot * pivot)) return k;
    const r = Math.sqrt(square);
    const c = r / pivot;
    const s = w / pivot;
    l[k * n + k] = r;
    for (let i = k + 1; i < n; i++) {
      const updated = (l[i * n + k]! - s * work[i]!) / c;
      work[i] = c * work[i]! - s * updated;
      l[i * n + k] = updated;
    }
  }
  return -1;
}
