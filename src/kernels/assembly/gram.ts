// X'WX and X'Wz over blocks of rows. A chunk of 128 rows stays in the first cache: eight of its columns at a time are weighted,
// then the tiles of their rows of the lower triangle run over it with their sums in registers. Sums over rows follow
// core/linalg/summation-order.ts.
//
// A partial holds p4 x p4 sums (p4 = p rounded up to 4; only the lower triangle below p means something) and p4 sums of
// the cross product. Tiles may read up to three columns past a row: those sums are never used.
import { multiplyAdd, zero } from './simd';

export const rowChunk: usize = 128;

/** Columns that are weighted at a time: their products with a chunk stay in the first cache beside it. */
const stripColumns: usize = 8;

/** Bytes of scratch that one worker needs for a weighted strip of a chunk, with a pad. */
export function gramScratch(): usize {
  return (rowChunk * stripColumns + 8) << 3;
}

// @ts-ignore: decorator
@inline
export function padded(p: usize): usize {
  return (p + 3) & ~3;
}

// @ts-ignore: decorator
@inline
function addTo(at: usize, v: v128): void {
  v128.store(at, f64x2.add(v128.load(at), v));
}

/** Sums of a_i b_j over rows for 4 x 4 (or, `diagonal`, its lower triangle), added into out. Strides in bytes. */
// @ts-ignore: decorator
@inline
function tileOfFour(diagonal: bool, rows: usize, a: usize, aStride: usize, b: usize, bStride: usize, out: usize, outStride: usize): void {
  let c00 = zero(), c01 = zero(), c10 = zero(), c11 = zero(), c20 = zero(), c21 = zero(), c30 = zero(), c31 = zero();
  const end = a + rows * aStride;
  while (a < end) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load64_splat(a);
    c00 = multiplyAdd(c00, x, b0);
    if (!diagonal) c01 = multiplyAdd(c01, x, b1);
    x = v128.load64_splat(a, 8);
    c10 = multiplyAdd(c10, x, b0);
    if (!diagonal) c11 = multiplyAdd(c11, x, b1);
    x = v128.load64_splat(a, 16);
    c20 = multiplyAdd(c20, x, b0); c21 = multiplyAdd(c21, x, b1);
    x = v128.load64_splat(a, 24);
    c30 = multiplyAdd(c30, x, b0); c31 = multiplyAdd(c31, x, b1);
    a += aStride;
    b += bStride;
  }
  addTo(out, c00);
  if (!diagonal) addTo(out + 16, c01);
  out += outStride;
  addTo(out, c10);
  if (!diagonal) addTo(out + 16, c11);
  out += outStride;
  addTo(out, c20); addTo(out + 16, c21);
  out += outStride;
  addTo(out, c30); addTo(out + 16, c31);
}

/** As above for two rows of the result and `pairs` (1, 3, 4 or 5) pairs of columns. */
// @ts-ignore: decorator
@inline
function tileOfTwo(pairs: i32, rows: usize, a: usize, aStride: usize, b: usize, bStride: usize, out: usize, outStride: usize): void {
  let c00 = zero(), c01 = zero(), c02 = zero(), c03 = zero(), c04 = zero();
  let c10 = zero(), c11 = zero(), c12 = zero(), c13 = zero(), c14 = zero();
  const end = a + rows * aStride;
  while (a < end) {
    const x = v128.load64_splat(a), y = v128.load64_splat(a, 8);
    let v = v128.load(b);
    c00 = multiplyAdd(c00, x, v); c10 = multiplyAdd(c10, y, v);
    if (pairs > 1) { v = v128.load(b, 16); c01 = multiplyAdd(c01, x, v); c11 = multiplyAdd(c11, y, v); }
    if (pairs > 2) { v = v128.load(b, 32); c02 = multiplyAdd(c02, x, v); c12 = multiplyAdd(c12, y, v); }
    if (pairs > 3) { v = v128.load(b, 48); c03 = multiplyAdd(c03, x, v); c13 = multiplyAdd(c13, y, v); }
    if (pairs > 4) { v = v128.load(b, 64); c04 = multiplyAdd(c04, x, v); c14 = multiplyAdd(c14, y, v); }
    a += aStride;
    b += bStride;
  }
  addTo(out, c00); addTo(out + outStride, c10);
  if (pairs > 1) { addTo(out + 16, c01); addTo(out + outStride + 16, c11); }
  if (pairs > 2) { addTo(out + 32, c02); addTo(out + outStride + 32, c12); }
  if (pairs > 3) { addTo(out + 48, c03); addTo(out + outStride + 48, c13); }
  if (pairs > 4) { addTo(out + 64, c04); addTo(out + outStride + 64, c14); }
}

/** As above for one row of the result and `pairs` (4 to 8) pairs of columns. */
// @ts-ignore: decorator
@inline
function tileOfOne(pairs: i32, rows: usize, a: usize, aStride: usize, b: usize, bStride: usize, out: usize): void {
  let c0 = zero(), c1 = zero(), c2 = zero(), c3 = zero(), c4 = zero(), c5 = zero(), c6 = zero(), c7 = zero();
  const end = a + rows * aStride;
  while (a < end) {
    const x = v128.load64_splat(a);
    c0 = multiplyAdd(c0, x, v128.load(b));
    c1 = multiplyAdd(c1, x, v128.load(b, 16));
    c2 = multiplyAdd(c2, x, v128.load(b, 32));
    c3 = multiplyAdd(c3, x, v128.load(b, 48));
    if (pairs > 4) c4 = multiplyAdd(c4, x, v128.load(b, 64));
    if (pairs > 5) c5 = multiplyAdd(c5, x, v128.load(b, 80));
    if (pairs > 6) c6 = multiplyAdd(c6, x, v128.load(b, 96));
    if (pairs > 7) c7 = multiplyAdd(c7, x, v128.load(b, 112));
    a += aStride;
    b += bStride;
  }
  addTo(out, c0); addTo(out + 16, c1); addTo(out + 32, c2); addTo(out + 48, c3);
  if (pairs > 4) addTo(out + 64, c4);
  if (pairs > 5) addTo(out + 80, c5);
  if (pairs > 6) addTo(out + 96, c6);
  if (pairs > 7) addTo(out + 112, c7);
}

/** Two rows of the result over an odd number of pairs of columns. */
function lastTwo(pairs: usize, rows: usize, a: usize, aStride: usize, b: usize, bStride: usize, out: usize, outStride: usize): void {
  for (; pairs > 5; pairs -= 4) {
    tileOfTwo(4, rows, a, aStride, b, bStride, out, outStride);
    b += 64;
    out += 64;
  }
  if (pairs == 5) tileOfTwo(5, rows, a, aStride, b, bStride, out, outStride);
  else if (pairs == 3) tileOfTwo(3, rows, a, aStride, b, bStride, out, outStride);
  else tileOfTwo(1, rows, a, aStride, b, bStride, out, outStride);
}

/** One row of the result over at least four pairs of columns. */
function lastOne(pairs: usize, rows: usize, a: usize, aStride: usize, b: usize, bStride: usize, out: usize): void {
  while (pairs > 8) {
    // Never leaves fewer than four: fewer sums side by side would wait for each other.
    if (pairs >= 12) {
      tileOfOne(8, rows, a, aStride, b, bStride, out);
      b += 128;
      out += 128;
      pairs -= 8;
    } else {
      tileOfOne(5, rows, a, aStride, b, bStride, out);
      b += 80;
      out += 80;
      pairs -= 5;
    }
  }
  if (pairs == 8) tileOfOne(8, rows, a, aStride, b, bStride, out);
  else if (pairs == 7) tileOfOne(7, rows, a, aStride, b, bStride, out);
  else if (pairs == 6) tileOfOne(6, rows, a, aStride, b, bStride, out);
  else if (pairs == 5) tileOfOne(5, rows, a, aStride, b, bStride, out);
  else tileOfOne(4, rows, a, aStride, b, bStride, out);
}

/**
 * One pass over `pairs` (at most 8) pairs of columns of a chunk: stores w x (`weigh`) and adds sums of w x z (`cross` 1)
 * or x z (`cross` 2) into out.
 */
// @ts-ignore: decorator
@inline
function strip(pairs: usize, weigh: bool, cross: i32, rows: usize, x: usize, stride: usize, w: usize, z: usize, weighted: usize, weightedStride: usize, out: usize): void {
  let s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero(), s4 = zero(), s5 = zero(), s6 = zero(), s7 = zero();
  let wi = zero(), zi = zero();
  const end = x + rows * stride;
  while (x < end) {
    if (weigh) { wi = v128.load64_splat(w); w += 8; }
    if (cross) { zi = v128.load64_splat(z); z += 8; }
    s0 = stripStep(weigh, cross, s0, x, wi, zi, weighted);
    if (pairs > 1) s1 = stripStep(weigh, cross, s1, x + 16, wi, zi, weighted + 16);
    if (pairs > 2) s2 = stripStep(weigh, cross, s2, x + 32, wi, zi, weighted + 32);
    if (pairs > 3) s3 = stripStep(weigh, cross, s3, x + 48, wi, zi, weighted + 48);
    if (pairs > 4) s4 = stripStep(weigh, cross, s4, x + 64, wi, zi, weighted + 64);
    if (pairs > 5) s5 = stripStep(weigh, cross, s5, x + 80, wi, zi, weighted + 80);
    if (pairs > 6) s6 = stripStep(weigh, cross, s6, x + 96, wi, zi, weighted + 96);
    if (pairs > 7) s7 = stripStep(weigh, cross, s7, x + 112, wi, zi, weighted + 112);
    x += stride;
    weighted += weightedStride;
  }
  if (!cross) return;
  addTo(out, s0);
  if (pairs > 1) addTo(out + 16, s1);
  if (pairs > 2) addTo(out + 32, s2);
  if (pairs > 3) addTo(out + 48, s3);
  if (pairs > 4) addTo(out + 64, s4);
  if (pairs > 5) addTo(out + 80, s5);
  if (pairs > 6) addTo(out + 96, s6);
  if (pairs > 7) addTo(out + 112, s7);
}

// @ts-ignore: decorator
@inline
function stripStep(weigh: bool, cross: i32, sum: v128, x: usize, w: v128, z: v128, weighted: usize): v128 {
  const value = v128.load(x);
  let product = value;
  if (weigh) {
    product = f64x2.mul(w, value);
    v128.store(weighted, product);
  }
  if (cross == 1) return multiplyAdd(sum, product, z);
  if (cross == 2) return multiplyAdd(sum, value, z);
  return sum;
}

/** Adds rows i to i + size (at most `stripColumns`) of the lower triangle of a chunk's a'b into a partial; a starts at column i. */
// @ts-ignore: decorator
@inline
function addBands(rows: usize, i: usize, end: usize, a: usize, aStride: usize, b: usize, bStride: usize, partial: usize, outStride: usize): void {
  for (; i + 4 <= end; i += 4) {
    const out = partial + i * outStride;
    for (let j: usize = 0; j < i; j += 4) tileOfFour(false, rows, a, aStride, b + (j << 3), bStride, out + (j << 3), outStride);
    tileOfFour(true, rows, a, aStride, b + (i << 3), bStride, out + (i << 3), outStride);
    a += 32;
  }
  // One to three rows are left. Two at a time where that reuses what is loaded; a lone row of few columns with its neighbour,
  // whose sums nobody reads.
  const left = end - i;
  const pairs = (i >> 1) + 1;
  const out = partial + i * outStride;
  if (left == 3 && i == 0) tileOfFour(true, rows, a, aStride, b, bStride, out, outStride);
  else if (left >= 2 || (left == 1 && pairs < 4)) lastTwo(pairs, rows, a, aStride, b, bStride, out, outStride);
  else if (left == 1) lastOne(pairs, rows, a, aStride, b, bStride, out);
  if (left == 3 && i > 0) lastOne(pairs + 1, rows, a + 16, aStride, b, bStride, out + (outStride << 1));
}


// @ts-ignore: decorator
@inline
function stripOf(columns: usize, weigh: bool, cross: i32, rows: usize, x: usize, stride: usize, w: usize, z: usize, weighted: usize, out: usize): void {
  const pairs = (columns + 1) >> 1;
  const weightedStride = stripColumns << 3;
  if (pairs == 4) strip(4, weigh, cross, rows, x, stride, w, z, weighted, weightedStride, out);
  else if (pairs == 3) strip(3, weigh, cross, rows, x, stride, w, z, weighted, weightedStride, out);
  else if (pairs == 2) strip(2, weigh, cross, rows, x, stride, w, z, weighted, weightedStride, out);
  else strip(1, weigh, cross, rows, x, stride, w, z, weighted, weightedStride, out);
}

/**
 * Adds X'WX (lower triangle) of a chunk into `products`, and into `cross` the sums of w x z (`mode` 1) or x z (`mode` 2) or
 * nothing (`mode` 0). `weigh` is false for weights of 1. `weighted` has room for a chunk of `stripColumns` columns and a pad.
 */
// @ts-ignore: decorator
@inline
export function addProducts(
  weigh: bool, mode: i32, rows: usize, p: usize, x: usize, stride: usize, w: usize, z: usize, weighted: usize, products: usize, cross: usize,
): void {
  const outStride = padded(p) << 3;
  for (let i: usize = 0; i < p; i += stripColumns) {
    const end = min(i + stripColumns, p);
    const from = x + (i << 3);
    if (weigh || mode) stripOf(end - i, weigh, mode, rows, from, stride, w, z, weighted, cross + (i << 3));
    if (weigh) addBands(rows, i, end, weighted, stripColumns << 3, x, stride, products, outStride);
    else addBands(rows, i, end, from, stride, x, stride, products, outStride);
  }
}

/**
 * Partial of rows [firstRow, ...) of block `block`: x starts at the row of the first block of this call.
 * w and z may be 0 (absent).
 */
export function gram(block: i32, worker: i32, n: usize, p: usize, blockRows: usize, x: usize, w: usize, z: usize, partials: usize, scratch: usize): void {
  const size = (padded(p) * padded(p) + padded(p)) << 3;
  const partial = partials + <usize>block * size;
  const cross = partial + ((padded(p) * padded(p)) << 3);
  const weighted = scratch + <usize>worker * gramScratch();
  const stride = p << 3;
  memory.fill(partial, 0, size);
  const first = <usize>block * blockRows;
  const last = min(first + blockRows, n);
  for (let row = first; row < last; row += rowChunk) {
    const rows = min(rowChunk, last - row);
    const from = x + row * stride;
    const ws = w + (row << 3), zs = z + (row << 3);
    if (w) {
      if (z) addProducts(true, 1, rows, p, from, stride, ws, zs, weighted, partial, cross);
      else addProducts(true, 0, rows, p, from, stride, ws, 0, weighted, partial, cross);
    } else if (z) addProducts(false, 2, rows, p, from, stride, 0, zs, 0, partial, cross);
    else addProducts(false, 0, rows, p, from, stride, 0, 0, 0, partial, cross);
  }
}
