// Squared distances by direct differences: rows of y are packed four to a panel, [column][row]; a tile of 4 x 4 distances
// stays in registers over all columns. Input is known to be finite and small enough not to overflow.
import { multiplyAdd, zero } from './simd';

/** Packs m rows of y into panels of four; missing rows are zero. */
export function packPoints(m: usize, p: usize, y: usize, packed: usize): void {
  for (let j: usize = 0; j < m; j += 4) {
    for (let lane: usize = 0; lane < 4; lane++) {
      const row = y + (j + lane) * (p << 3);
      const to = packed + ((j * p) << 3) + (lane << 3);
      for (let c: usize = 0; c < p; c++) store<f64>(to + (c << 5), j + lane < m ? load<f64>(row + (c << 3)) : 0);
    }
  }
}

// @ts-ignore: decorator
@inline
function step(sum: v128, x: v128, y: v128): v128 {
  const d = f64x2.sub(x, y);
  return multiplyAdd(sum, d, d);
}

/** Distances of four rows to the four of a panel, stored to four rows of out. */
// @ts-ignore: decorator
@inline
function tile(p: usize, r0: usize, r1: usize, r2: usize, r3: usize, panel: usize, o0: usize, o1: usize, o2: usize, o3: usize): void {
  let c00 = zero(), c01 = zero(), c10 = zero(), c11 = zero(), c20 = zero(), c21 = zero(), c30 = zero(), c31 = zero();
  const end = p << 3;
  for (let at: usize = 0; at < end; at += 8) {
    const y0 = v128.load(panel), y1 = v128.load(panel, 16);
    let x = v128.load64_splat(r0 + at);
    c00 = step(c00, x, y0); c01 = step(c01, x, y1);
    x = v128.load64_splat(r1 + at);
    c10 = step(c10, x, y0); c11 = step(c11, x, y1);
    x = v128.load64_splat(r2 + at);
    c20 = step(c20, x, y0); c21 = step(c21, x, y1);
    x = v128.load64_splat(r3 + at);
    c30 = step(c30, x, y0); c31 = step(c31, x, y1);
    panel += 32;
  }
  v128.store(o0, c00); v128.store(o0, c01, 16);
  v128.store(o1, c10); v128.store(o1, c11, 16);
  v128.store(o2, c20); v128.store(o2, c21, 16);
  v128.store(o3, c30); v128.store(o3, c31, 16);
}

/** Rows [block * rowsPerJob, ...) of the n x m distances. `edge` is 16 doubles of scratch per worker. */
export function squaredDistances(block: i32, worker: i32, rowsPerJob: usize, n: usize, m: usize, p: usize, x: usize, packed: usize, out: usize, edge: usize): void {
  const last = min(<usize>(block + 1) * rowsPerJob, n);
  const stride = p << 3, outStride = m << 3;
  edge += <usize>worker << 7;
  for (let i = <usize>block * rowsPerJob; i < last; i += 4) {
    const rows = min(<usize>4, last - i);
    const r0 = x + i * stride;
    const r1 = r0 + (rows > 1 ? stride : 0), r2 = r0 + (rows > 2 ? stride << 1 : 0), r3 = r0 + (rows > 3 ? stride * 3 : 0);
    const o0 = out + i * outStride;
    let j: usize = 0;
    if (rows == 4) {
      const o1 = o0 + outStride, o2 = o1 + outStride, o3 = o2 + outStride;
      for (; j + 4 <= m; j += 4) {
        const to = j << 3;
        tile(p, r0, r1, r2, r3, packed + ((j * p) << 3), o0 + to, o1 + to, o2 + to, o3 + to);
      }
    }
    for (; j < m; j += 4) {
      tile(p, r0, r1, r2, r3, packed + ((j * p) << 3), edge, edge + 32, edge + 64, edge + 96);
      const cols = min(<usize>4, m - j);
      for (let r: usize = 0; r < rows; r++)
        for (let c: usize = 0; c < cols; c++) store<f64>(o0 + r * outStride + ((j + c) << 3), load<f64>(edge + (r << 5) + (c << 3)));
    }
  }
}

/** Puts distance `s` of row `j` into the ascending list of k; equal distances stay in front. */
function insert(s: f64, j: i32, k: usize, indices: usize, distances: usize): void {
  let at = k - 1;
  for (; at > 0 && s < load<f64>(distances + ((at - 1) << 3)); at--) {
    store<f64>(distances + (at << 3), load<f64>(distances + ((at - 1) << 3)));
    store<i32>(indices + (at << 2), load<i32>(indices + ((at - 1) << 2)));
  }
  store<f64>(distances + (at << 3), s);
  store<i32>(indices + (at << 2), j);
}

/** The k nearest of m packed rows for rows [block * rowsPerJob, ...) of x. */
export function nearest(block: i32, worker: i32, rowsPerJob: usize, n: usize, m: usize, p: usize, k: usize, x: usize, packed: usize, indices: usize, distances: usize, edge: usize): void {
  const last = min(<usize>(block + 1) * rowsPerJob, n);
  const stride = p << 3;
  edge += <usize>worker << 7;
  for (let i = <usize>block * rowsPerJob; i < last; i += 4) {
    const rows = min(<usize>4, last - i);
    const r0 = x + i * stride;
    const r1 = r0 + (rows > 1 ? stride : 0), r2 = r0 + (rows > 2 ? stride << 1 : 0), r3 = r0 + (rows > 3 ? stride * 3 : 0);
    for (let q = i * k; q < (i + rows) * k; q++) store<f64>(distances + (q << 3), Infinity);
    for (let j: usize = 0; j < m; j += 4) {
      tile(p, r0, r1, r2, r3, packed + ((j * p) << 3), edge, edge + 32, edge + 64, edge + 96);
      const cols = min(<usize>4, m - j);
      for (let r: usize = 0; r < rows; r++) {
        const list = distances + (((i + r) * k) << 3);
        const worst = list + ((k - 1) << 3);
        const threshold = v128.load64_splat(worst);
        const row = edge + (r << 5);
        if (!v128.any_true(v128.or(f64x2.lt(v128.load(row), threshold), f64x2.lt(v128.load(row, 16), threshold)))) continue;
        for (let c: usize = 0; c < cols; c++) {
          const s = load<f64>(row + (c << 3));
          if (s < load<f64>(worst)) insert(s, <i32>(j + c), k, indices + (((i + r) * k) << 2), list);
        }
      }
    }
  }
}
