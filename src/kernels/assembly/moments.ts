// Column moments and standardisation over blocks of rows, in the order of core/linalg/summation-order.ts.
import { padded, rowChunk } from './gram';
import { multiplyAdd, zero } from './simd';

// @ts-ignore: decorator
@inline
function addTo(at: usize, v: v128): void {
  v128.store(at, f64x2.add(v128.load(at), v));
}

/** Sums of w x over one chunk and `pairs` (1, 2 or 4) pairs of columns. */
// @ts-ignore: decorator
@inline
function sumStrip(pairs: i32, rows: usize, x: usize, stride: usize, w: usize, out: usize): void {
  let s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero();
  let wi = f64x2.splat(1);
  for (let i: usize = 0; i < rows; i++) {
    if (w) { wi = v128.load64_splat(w); w += 8; }
    s0 = multiplyAdd(s0, wi, v128.load(x));
    if (pairs > 1) s1 = multiplyAdd(s1, wi, v128.load(x, 16));
    if (pairs > 2) { s2 = multiplyAdd(s2, wi, v128.load(x, 32)); s3 = multiplyAdd(s3, wi, v128.load(x, 48)); }
    x += stride;
  }
  addTo(out, s0);
  if (pairs > 1) addTo(out + 16, s1);
  if (pairs > 2) { addTo(out + 32, s2); addTo(out + 48, s3); }
}

/** Sums of w (x - mean) into out and of w (x - mean)^2 into out + second over one chunk. */
// @ts-ignore: decorator
@inline
function deviationStrip(pairs: i32, rows: usize, x: usize, stride: usize, w: usize, mean: usize, out: usize, second: usize): void {
  let s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero();
  const m0 = v128.load(mean), m1 = v128.load(mean, 16);
  let wi = f64x2.splat(1);
  for (let i: usize = 0; i < rows; i++) {
    if (w) { wi = v128.load64_splat(w); w += 8; }
    let d = f64x2.sub(v128.load(x), m0);
    let wd = f64x2.mul(wi, d);
    s0 = f64x2.add(s0, wd);
    s1 = multiplyAdd(s1, wd, d);
    if (pairs > 1) {
      d = f64x2.sub(v128.load(x, 16), m1);
      wd = f64x2.mul(wi, d);
      s2 = f64x2.add(s2, wd);
      s3 = multiplyAdd(s3, wd, d);
    }
    x += stride;
  }
  addTo(out, s0);
  addTo(out + second, s1);
  if (pairs > 1) { addTo(out + 16, s2); addTo(out + second + 16, s3); }
}

/** Partial of one block: p4 sums of w x. */
export function weightedSums(block: i32, worker: i32, n: usize, p: usize, blockRows: usize, x: usize, w: usize, partials: usize): void {
  const size = padded(p) << 3;
  const partial = partials + <usize>block * size;
  memory.fill(partial, 0, size);
  const stride = p << 3;
  const first = <usize>block * blockRows;
  const last = min(first + blockRows, n);
  for (let row = first; row < last; row += rowChunk) {
    const rows = min(rowChunk, last - row);
    const from = x + row * stride;
    const ws = w ? w + (row << 3) : 0;
    let at: usize = 0;
    let pairs = (p + 1) >> 1;
    for (; pairs >= 4; pairs -= 4) {
      sumStrip(4, rows, from + at, stride, ws, partial + at);
      at += 64;
    }
    if (pairs >= 2) {
      sumStrip(2, rows, from + at, stride, ws, partial + at);
      at += 32;
      pairs -= 2;
    }
    if (pairs) sumStrip(1, rows, from + at, stride, ws, partial + at);
  }
}

/** Partial of one block: p4 sums of w (x - mean), then p4 of w (x - mean)^2. `mean` holds p4 values. */
export function weightedDeviations(block: i32, worker: i32, n: usize, p: usize, blockRows: usize, x: usize, w: usize, mean: usize, partials: usize): void {
  const size = padded(p) << 3;
  const partial = partials + <usize>block * (size << 1);
  memory.fill(partial, 0, size << 1);
  const stride = p << 3;
  const first = <usize>block * blockRows;
  const last = min(first + blockRows, n);
  for (let row = first; row < last; row += rowChunk) {
    const rows = min(rowChunk, last - row);
    const from = x + row * stride;
    const ws = w ? w + (row << 3) : 0;
    let at: usize = 0;
    let pairs = (p + 1) >> 1;
    for (; pairs >= 2; pairs -= 2) {
      deviationStrip(2, rows, from + at, stride, ws, mean + at, partial + at, size);
      at += 32;
    }
    if (pairs) deviationStrip(1, rows, from + at, stride, ws, mean + at, partial + at, size);
  }
}

/** Partial of one block: sums of w and of w^2. */
export function weightTotals(block: i32, worker: i32, n: usize, blockRows: usize, w: usize, partials: usize): void {
  const first = <usize>block * blockRows;
  const last = min(first + blockRows, n);
  let sum: f64 = 0, squares: f64 = 0;
  for (let row = first; row < last; row += rowChunk) {
    const rows = min(rowChunk, last - row);
    let s: f64 = 0, q: f64 = 0;
    for (let i: usize = 0; i < rows; i++) {
      const value = load<f64>(w + ((row + i) << 3));
      s += value;
      q += value * value;
    }
    sum += s;
    squares += q;
  }
  store<f64>(partials + ((<usize>block) << 4), sum);
  store<f64>(partials + ((<usize>block) << 4), squares, 8);
}

/** Rows of one block of (x - centre) / scale. Returns 1 when all are finite. */
export function standardise(block: i32, worker: i32, n: usize, p: usize, blockRows: usize, x: usize, centre: usize, scale: usize, out: usize): i32 {
  const first = <usize>block * blockRows;
  const rows = min(blockRows, n - first);
  const stride = p << 3;
  x += first * stride;
  out += first * stride;
  let finite = zero();
  let finiteLast: f64 = 0;
  const none = zero();
  for (let i: usize = 0; i < rows; i++) {
    let at: usize = 0;
    for (; at + 16 <= stride; at += 16) {
      const v = f64x2.div(f64x2.sub(v128.load(x + at), v128.load(centre + at)), v128.load(scale + at));
      v128.store(out + at, v);
      finite = f64x2.add(finite, f64x2.mul(v, none));
    }
    if (at < stride) {
      const v = (load<f64>(x + at) - load<f64>(centre + at)) / load<f64>(scale + at);
      store<f64>(out + at, v);
      finiteLast += v * 0;
    }
    x += stride;
    out += stride;
  }
  return f64x2.extract_lane(finite, 0) == 0 && f64x2.extract_lane(finite, 1) == 0 && finiteLast == 0;
}
