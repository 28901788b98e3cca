// Blocked Cholesky factor and triangular solves. Products are subtracted one by one in ascending order of the inner index
// (descending in backward solves), whatever the blocking: the bits of core/linalg/cholesky.ts.
import { gemmScratchBytes, multiplyPacked, packA, packB } from './gemm';
import { columnsTimesVector, rowsTimesVector } from './rows-times-vector';
import { allFinite, multiplyAdd, zero } from './simd';

const panelCols: usize = 64;

/** sum - a b */
// @ts-ignore: decorator
@inline
function multiplySubtract(sum: v128, a: v128, b: v128): v128 {
  return multiplyAdd(sum, f64x2.neg(a), b);
}

/** t[k][i] = l[i0 + i][k0 + k]: a panel of columns, transposed so that its rows are contiguous. Strides in bytes. */
function transposePanel(rows: usize, cols: usize, from: usize, fromStride: usize, to: usize, toStride: usize): void {
  for (let i0: usize = 0; i0 < rows; i0 += 8) {
    const iEnd = min(i0 + 8, rows);
    for (let k: usize = 0; k < cols; k++)
      for (let i = i0; i < iEnd; i++) store<f64>(to + k * toStride + (i << 3), load<f64>(from + i * fromStride + (k << 3)));
  }
}

/**
 * Factors the n x n lower triangle in place; what stands above the diagonal may change. `diagonal` keeps that of A, against
 * which pivots are judged. Returns the first column whose pivot is lost, or -1.
 */
function factorInPlace(n: usize, l: usize, diagonal: usize, scratch: usize): i32 {
  const stride = n << 3;
  // The panel, transposed: row k holds column k0 + k of L from row k0 on. Tiles may read three rows past the end.
  const panelStride = (n + 8) << 3;
  const panel = scratch;
  const packedA = panel + panelCols * panelStride;
  const packedB = packedA + ((n + 8) * panelCols << 3);
  const edge = packedB + ((n + 8) * panelCols << 3);
  for (let k0: usize = 0; k0 < n; k0 += panelCols) {
    const cols = min(panelCols, n - k0);
    const rows = n - k0;
    transposePanel(rows, cols, l + k0 * stride + (k0 << 3), stride, panel, panelStride);
    for (let k: usize = 0; k < cols; k++) {
      const row = panel + k * panelStride;
      // Subtract the products of the panel's earlier columns, 8 rows of L at a time.
      for (let i = k & ~1; i < rows; i += 8) {
        const at = i << 3;
        let s0 = v128.load(row + at), s1 = v128.load(row + at, 16), s2 = v128.load(row + at, 32), s3 = v128.load(row + at, 48);
        for (let q: usize = 0; q < k; q++) {
          const other = panel + q * panelStride;
          const x = f64x2.neg(v128.load64_splat(other + (k << 3)));
          s0 = multiplyAdd(s0, v128.load(other + at), x);
          s1 = multiplyAdd(s1, v128.load(other + at, 16), x);
          s2 = multiplyAdd(s2, v128.load(other + at, 32), x);
          s3 = multiplyAdd(s3, v128.load(other + at, 48), x);
        }
        v128.store(row + at, s0); v128.store(row + at, s1, 16); v128.store(row + at, s2, 32); v128.store(row + at, s3, 48);
      }
      const pivot = load<f64>(row + (k << 3));
      const original = load<f64>(diagonal + ((k0 + k) << 3));
      if (!(pivot > <f64>n * 2.220446049250313e-16 * original) || !(original > 0) || pivot == Infinity) return <i32>(k0 + k);
      const root = sqrt(pivot);
      const divisor = f64x2.splat(root);
      store<f64>(row + (k << 3), root);
      let i = k + 1;
      if (i & 1 && i < rows) { store<f64>(row + (i << 3), load<f64>(row + (i << 3)) / root); i++; }
      for (; i < rows; i += 2) v128.store(row + (i << 3), f64x2.div(v128.load(row + (i << 3)), divisor));
    }
    // Back into L, and what remains below and right of the panel: C -= panel' panel, lower tiles only.
    for (let i0: usize = 0; i0 < rows; i0 += 8) {
      const iEnd = min(i0 + 8, rows);
      for (let i = i0; i < iEnd; i++) {
        const to = l + (k0 + i) * stride + (k0 << 3);
        const count = min(cols, i + 1);
        for (let k: usize = 0; k < count; k++) store<f64>(to + (k << 3), load<f64>(panel + k * panelStride + (i << 3)));
      }
    }
    const rest = rows - cols;
    if (rest == 0) continue;
    const below = panel + (cols << 3);
    packA(packedA, below, rest, cols, 8, panelStride, -1);
    packB(packedB, below, rest, cols, 8, panelStride);
    multiplyPacked(rest, rest, cols, packedA, packedB, l + (k0 + cols) * (stride + 8), stride, false, true, 0, edge);
  }
  return -1;
}

/** Bytes of scratch for `choleskyFactor`. */
export function choleskyScratchBytes(n: usize): usize {
  return (n << 3) + (panelCols * (n + 8) * 3 << 3) + 1024;
}

/** Factor of a (its lower triangle) into l, zeros above. Returns the first lost column or -1. */
export function choleskyFactor(n: usize, a: usize, l: usize, scratch: usize): i32 {
  const stride = n << 3;
  if (a != l) memory.copy(l, a, n * stride);
  for (let i: usize = 0; i < n; i++) store<f64>(scratch + (i << 3), load<f64>(a + i * (stride + 8)));
  const lost = factorInPlace(n, l, scratch, scratch + (n << 3));
  for (let i: usize = 0; i < n; i++) memory.fill(l + i * (stride + 8) + 8, 0, (n - 1 - i) << 3);
  return lost;
}

/** Forward solve with one right side, lower triangle, in place. */
function forwardOne(n: usize, t: usize, x: usize): void {
  const stride = n << 3;
  for (let i0: usize = 0; i0 < n; i0 += 8) {
    const rows = min(<usize>8, n - i0);
    rowsTimesVector(rows, i0, t + i0 * stride, stride, x, -1, x + (i0 << 3), x + (i0 << 3));
    for (let i = i0; i < i0 + rows; i++) {
      const row = t + i * stride;
      let s = load<f64>(x + (i << 3));
      for (let k = i0; k < i; k++) s -= load<f64>(row + (k << 3)) * load<f64>(x + (k << 3));
      store<f64>(x + (i << 3), s / load<f64>(row + (i << 3)));
    }
  }
}

/** Backward solve with one right side and the transpose of a lower triangle, in place. */
function backwardTransposedOne(n: usize, t: usize, x: usize): void {
  const stride = n << 3;
  let k = n;
  // Four unknowns at a time: solved among themselves, then taken out of all earlier ones, last first.
  while (k & 3) {
    k--;
    const row = t + k * stride;
    const value = load<f64>(x + (k << 3)) / load<f64>(row + (k << 3));
    store<f64>(x + (k << 3), value);
    for (let j: usize = 0; j < k; j++) store<f64>(x + (j << 3), load<f64>(x + (j << 3)) - load<f64>(row + (j << 3)) * value);
  }
  while (k) {
    const k0 = k - 4;
    for (let i = k; i-- > k0; ) {
      const row = t + i * stride;
      const value = load<f64>(x + (i << 3)) / load<f64>(row + (i << 3));
      store<f64>(x + (i << 3), value);
      for (let j = k0; j < i; j++) store<f64>(x + (j << 3), load<f64>(x + (j << 3)) - load<f64>(row + (j << 3)) * value);
    }
    const r0 = t + k0 * stride, r1 = r0 + stride, r2 = r1 + stride, r3 = r2 + stride;
    const x0 = v128.load64_splat(x + (k0 << 3)), x1 = v128.load64_splat(x + (k0 << 3), 8);
    const x2 = v128.load64_splat(x + (k0 << 3), 16), x3 = v128.load64_splat(x + (k0 << 3), 24);
    for (let at: usize = 0; at < k0 << 3; at += 16) {
      let s = v128.load(x + at);
      s = multiplySubtract(s, v128.load(r3 + at), x3);
      s = multiplySubtract(s, v128.load(r2 + at), x2);
      s = multiplySubtract(s, v128.load(r1 + at), x1);
      s = multiplySubtract(s, v128.load(r0 + at), x0);
      v128.store(x + at, s);
    }
    k = k0;
  }
}

/**
 * Solves for `pairs` (1 or 4) pairs of right sides in place, from unknown `from` on (those before
 * it are known to be 0). t_ik lies at t + i tRow + k tCol.
 */
// @ts-ignore: decorator
@inline
function solveStrip(pairs: i32, n: usize, m: usize, t: usize, tRow: usize, tCol: usize, forwards: bool, from: usize, x: usize): void {
  const stride = m << 3;
  for (let step = from; step < n; step++) {
    const i = forwards ? step : n - 1 - step;
    const row = t + i * tRow;
    const xi = x + i * stride;
    let s0 = v128.load(xi), s1 = zero(), s2 = zero(), s3 = zero();
    if (pairs > 1) { s1 = v128.load(xi, 16); s2 = v128.load(xi, 32); s3 = v128.load(xi, 48); }
    for (let known = from; known < step; known++) {
      const k = forwards ? known : n - 1 - known;
      const f = f64x2.neg(v128.load64_splat(row + k * tCol));
      const xk = x + k * stride;
      s0 = multiplyAdd(s0, f, v128.load(xk));
      if (pairs > 1) {
        s1 = multiplyAdd(s1, f, v128.load(xk, 16));
        s2 = multiplyAdd(s2, f, v128.load(xk, 32));
        s3 = multiplyAdd(s3, f, v128.load(xk, 48));
      }
    }
    const pivot = v128.load64_splat(row + i * tCol);
    v128.store(xi, f64x2.div(s0, pivot));
    if (pairs > 1) {
      v128.store(xi, f64x2.div(s1, pivot), 16);
      v128.store(xi, f64x2.div(s2, pivot), 32);
      v128.store(xi, f64x2.div(s3, pivot), 48);
    }
  }
}

/** One right side at any stride, in place. */
function solveColumn(n: usize, stride: usize, t: usize, tRow: usize, tCol: usize, forwards: bool, x: usize): void {
  for (let step: usize = 0; step < n; step++) {
    const i = forwards ? step : n - 1 - step;
    const row = t + i * tRow;
    let s = load<f64>(x + i * stride);
    for (let known: usize = 0; known < step; known++) {
      const k = forwards ? known : n - 1 - known;
      s -= load<f64>(row + k * tCol) * load<f64>(x + k * stride);
    }
    store<f64>(x + i * stride, s / load<f64>(row + i * tCol));
  }
}

/** T x = b in place for n x m right sides. Returns 1 when finite. */
export function triangularSolve(n: usize, m: usize, t: usize, lower: i32, transpose: i32, x: usize): i32 {
  const forwards = (lower != 0) != (transpose != 0);
  if (m == 1 && lower) {
    if (forwards) forwardOne(n, t, x);
    else backwardTransposedOne(n, t, x);
    return allFinite(x, n);
  }
  const tRow: usize = transpose ? 8 : n << 3, tCol: usize = transpose ? n << 3 : 8;
  let c: usize = 0;
  for (; c + 8 <= m; c += 8) solveStrip(4, n, m, t, tRow, tCol, forwards, 0, x + (c << 3));
  for (; c + 2 <= m; c += 2) solveStrip(1, n, m, t, tRow, tCol, forwards, 0, x + (c << 3));
  if (c < m) solveColumn(n, m << 3, t, tRow, tCol, forwards, x + (c << 3));
  return allFinite(x, n * m);
}

/** inverse (n x n) = L^-1: forward solves of the identity, skipping what is known to be zero. */
export function inverseOfLower(n: usize, l: usize, inverse: usize): void {
  memory.fill(inverse, 0, (n * n) << 3);
  for (let i: usize = 0; i < n; i++) store<f64>(inverse + i * ((n << 3) + 8), 1);
  let c: usize = 0;
  for (; c + 8 <= n; c += 8) solveStrip(4, n, n, l, n << 3, 8, true, c, inverse + (c << 3));
  for (; c + 2 <= n; c += 2) solveStrip(1, n, n, l, n << 3, 8, true, c, inverse + (c << 3));
  if (c < n) solveColumn(n, n << 3, l, n << 3, 8, true, inverse + (c << 3));
}

/** Sums of squares of the columns of an n x n matrix, rows ascending. Returns 1 when finite. */
export function columnSquares(n: usize, a: usize, out: usize): i32 {
  const stride = n << 3;
  memory.fill(out, 0, stride);
  for (let k: usize = 0; k < n; k++) {
    const row = a + k * stride;
    let at: usize = 0;
    for (; at + 16 <= stride; at += 16) {
      const v = v128.load(row + at);
      v128.store(out + at, multiplyAdd(v128.load(out + at), v, v));
    }
    if (at < stride) {
      const v = load<f64>(row + at);
      store<f64>(out + at, load<f64>(out + at) + v * v);
    }
  }
  return allFinite(out, n);
}

/** out = [out +] op(a) x times 1 or -1; a is m x k as stored, or k x m with `transpose`. Returns 1 when finite. */
export function gemv(m: usize, k: usize, factor: f64, a: usize, transpose: i32, x: usize, accumulate: i32, out: usize): i32 {
  if (transpose) columnsTimesVector(k, m, a, x, factor, accumulate != 0, out);
  else rowsTimesVector(m, k, a, k << 3, x, factor, accumulate ? out : 0, out);
  return allFinite(out, m);
}

export function gemmScratch(): usize {
  return gemmScratchBytes;
}
