// Blocked matrix product. Panels of A (tileRows wide) and B (4 wide) are packed so that the inner loop reads both in
// order; a tile of C stays in registers over one depth block. Every element of C is one ascending sum over the inner
// index whatever the blocking, because a tile continues from what the block before it stored.
import { allFinite, multiplyAdd, zero } from './simd';

/** Registers decide: fused tiles of 6 x 4 fit the 15 free ones, product-and-sum tiles need a temporary more. */
// @ts-ignore: decorator
@inline
export const tileRows: usize = isDefined(RELAXED) ? 6 : 4;
const depth: usize = 256;
const blockRows: usize = 96;
const blockCols: usize = 1024;
/** Bytes of scratch that one worker needs: a packed block of A, one of B and a tile for the edges. */
export const gemmScratchBytes: usize = (blockRows * depth + blockCols * depth) * 8 + 512;

/**
 * Tile of C (row stride `stride` bytes) from packed panels of `k` steps. `fresh`: C starts at zero.
 */
// @ts-ignore: decorator
@inline
function tile(k: usize, a: usize, b: usize, c: usize, stride: usize, fresh: bool): void {
  let c00 = zero(), c01 = zero(), c10 = zero(), c11 = zero(), c20 = zero(), c21 = zero(), c30 = zero(), c31 = zero();
  let c40 = zero(), c41 = zero(), c50 = zero(), c51 = zero();
  const r1 = c + stride, r2 = r1 + stride, r3 = r2 + stride, r4 = r3 + stride, r5 = r4 + stride;
  if (!fresh) {
    c00 = v128.load(c); c01 = v128.load(c, 16);
    c10 = v128.load(r1); c11 = v128.load(r1, 16);
    c20 = v128.load(r2); c21 = v128.load(r2, 16);
    c30 = v128.load(r3); c31 = v128.load(r3, 16);
    if (tileRows == 6) {
      c40 = v128.load(r4); c41 = v128.load(r4, 16);
      c50 = v128.load(r5); c51 = v128.load(r5, 16);
    }
  }
  const end = b + (k << 5);
  while (b < end) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load64_splat(a);
    c00 = multiplyAdd(c00, x, b0); c01 = multiplyAdd(c01, x, b1);
    x = v128.load64_splat(a, 8);
    c10 = multiplyAdd(c10, x, b0); c11 = multiplyAdd(c11, x, b1);
    x = v128.load64_splat(a, 16);
    c20 = multiplyAdd(c20, x, b0); c21 = multiplyAdd(c21, x, b1);
    x = v128.load64_splat(a, 24);
    c30 = multiplyAdd(c30, x, b0); c31 = multiplyAdd(c31, x, b1);
    if (tileRows == 6) {
      x = v128.load64_splat(a, 32);
      c40 = multiplyAdd(c40, x, b0); c41 = multiplyAdd(c41, x, b1);
      x = v128.load64_splat(a, 40);
      c50 = multiplyAdd(c50, x, b0); c51 = multiplyAdd(c51, x, b1);
    }
    a += tileRows << 3;
    b += 32;
  }
  v128.store(c, c00); v128.store(c, c01, 16);
  v128.store(r1, c10); v128.store(r1, c11, 16);
  v128.store(r2, c20); v128.store(r2, c21, 16);
  v128.store(r3, c30); v128.store(r3, c31, 16);
  if (tileRows == 6) {
    v128.store(r4, c40); v128.store(r4, c41, 16);
    v128.store(r5, c50); v128.store(r5, c51, 16);
  }
}

/** As `tile`, where only `rows` x `cols` of C exist: through a whole tile in `edge`. */
function tileAtEdge(k: usize, a: usize, b: usize, c: usize, stride: usize, fresh: bool, rows: usize, cols: usize, edge: usize): void {
  if (!fresh) {
    memory.fill(edge, 0, tileRows << 5);
    for (let i: usize = 0; i < rows; i++)
      for (let j: usize = 0; j < cols; j++) store<f64>(edge + (i << 5) + (j << 3), load<f64>(c + i * stride + (j << 3)));
  }
  tile(k, a, b, edge, 32, fresh);
  for (let i: usize = 0; i < rows; i++)
    for (let j: usize = 0; j < cols; j++) store<f64>(c + i * stride + (j << 3), load<f64>(edge + (i << 5) + (j << 3)));
}

/**
 * Packs `count` rows (lanes) by `k` steps into panels of `width` lanes, [step][lane], times `factor`; missing lanes are
 * zero. `laneStride` and `stepStride` in bytes say where element (lane, step) lies.
 */
// @ts-ignore: decorator
@inline
function packLanes(width: usize, out: usize, from: usize, count: usize, k: usize, laneStride: usize, stepStride: usize, factor: f64): void {
  for (let lane: usize = 0; lane < count; lane += width) {
    const here = min(width, count - lane);
    const base = from + lane * laneStride;
    if (here == width && laneStride == 8) {
      // Lanes lie side by side: copy them in pairs.
      const f = f64x2.splat(factor);
      for (let q: usize = 0; q < k; q++) {
        const source = base + q * stepStride;
        v128.store(out, f64x2.mul(f, v128.load(source)));
        v128.store(out, f64x2.mul(f, v128.load(source, 16)), 16);
        if (width == 6) v128.store(out, f64x2.mul(f, v128.load(source, 32)), 32);
        out += width << 3;
      }
    } else if (here == width && stepStride == 8) {
      // Steps lie side by side: transpose pairs of lanes.
      const f = f64x2.splat(factor);
      const l1 = base + laneStride, l2 = l1 + laneStride, l3 = l2 + laneStride, l4 = l3 + laneStride, l5 = l4 + laneStride;
      let q: usize = 0;
      const row = width << 3;
      for (; q + 1 < k; q += 2) {
        const at = q << 3;
        let u = f64x2.mul(f, v128.load(base + at)), v = f64x2.mul(f, v128.load(l1 + at));
        v128.store(out, v128.shuffle<f64>(u, v, 0, 2));
        v128.store(out + row, v128.shuffle<f64>(u, v, 1, 3));
        u = f64x2.mul(f, v128.load(l2 + at)); v = f64x2.mul(f, v128.load(l3 + at));
        v128.store(out, v128.shuffle<f64>(u, v, 0, 2), 16);
        v128.store(out + row, v128.shuffle<f64>(u, v, 1, 3), 16);
        if (width == 6) {
          u = f64x2.mul(f, v128.load(l4 + at)); v = f64x2.mul(f, v128.load(l5 + at));
          v128.store(out, v128.shuffle<f64>(u, v, 0, 2), 32);
          v128.store(out + row, v128.shuffle<f64>(u, v, 1, 3), 32);
        }
        out += row << 1;
      }
      if (q < k) {
        for (let i: usize = 0; i < width; i++) store<f64>(out + (i << 3), factor * load<f64>(base + i * laneStride + (q << 3)));
        out += row;
      }
    } else {
      for (let q: usize = 0; q < k; q++) {
        for (let i: usize = 0; i < width; i++)
          store<f64>(out + (i << 3), i < here ? factor * load<f64>(base + i * laneStride + q * stepStride) : 0);
        out += width << 3;
      }
    }
  }
}

export function packA(out: usize, from: usize, count: usize, k: usize, laneStride: usize, stepStride: usize, factor: f64): void {
  packLanes(tileRows, out, from, count, k, laneStride, stepStride, factor);
}

export function packB(out: usize, from: usize, count: usize, k: usize, laneStride: usize, stepStride: usize): void {
  packLanes(4, out, from, count, k, laneStride, stepStride, 1);
}

/**
 * C tiles of `rows` x `cols` from packed panels. Tiles wholly above the diagonal are left out when `lowerOnly`:
 * `diagonal` is (first column - first row) of this block in C.
 */
export function multiplyPacked(
  rows: usize, cols: usize, k: usize, packedA: usize, packedB: usize, c: usize, stride: usize,
  fresh: bool, lowerOnly: bool, diagonal: isize, edge: usize,
): void {
  for (let j: usize = 0; j < cols; j += 4) {
    const b = packedB + ((j * k) << 3);
    for (let i: usize = 0; i < rows; i += tileRows) {
      if (lowerOnly && diagonal + <isize>j > <isize>(i + tileRows - 1)) continue;
      const a = packedA + ((i * k) << 3);
      const at = c + i * stride + (j << 3);
      if (i + tileRows <= rows && j + 4 <= cols) tile(k, a, b, at, stride, fresh);
      else tileAtEdge(k, a, b, at, stride, fresh, min(tileRows, rows - i), min(<usize>4, cols - j), edge);
    }
  }
}

/**
 * Rows [block * rowsPerJob, ...) of c (m x n) = [c +] (alpha a) b, or only its lower triangle. Returns 1 when finite.
 */
export function gemm(
  block: i32, worker: i32, rowsPerJob: usize, m: usize, n: usize, k: usize, alpha: f64,
  a: usize, transposeA: i32, b: usize, transposeB: i32, accumulate: i32, c: usize, lowerOnly: i32, scratch: usize,
): i32 {
  const firstRow = <usize>block * rowsPerJob;
  const rows = min(rowsPerJob, m - firstRow);
  const packedA = scratch + <usize>worker * gemmScratchBytes;
  const packedB = packedA + ((blockRows * depth) << 3);
  const edge = packedB + ((blockCols * depth) << 3);
  const stride = n << 3;
  const aLane: usize = transposeA ? 8 : k << 3, aStep: usize = transposeA ? m << 3 : 8;
  const bLane: usize = transposeB ? k << 3 : 8, bStep: usize = transposeB ? 8 : n << 3;
  if (k == 0 && !accumulate) memory.fill(c + firstRow * stride, 0, rows * stride);
  for (let j0: usize = 0; j0 < n; j0 += blockCols) {
    const cols = min(blockCols, n - j0);
    for (let q0: usize = 0; q0 < k; q0 += depth) {
      const steps = min(depth, k - q0);
      packB(packedB, b + j0 * bLane + q0 * bStep, cols, steps, bLane, bStep);
      for (let i0: usize = 0; i0 < rows; i0 += blockRows) {
        const here = min(blockRows, rows - i0);
        const row = firstRow + i0;
        packA(packedA, a + row * aLane + q0 * aStep, here, steps, aLane, aStep, alpha);
        multiplyPacked(here, cols, steps, packedA, packedB, c + row * stride + (j0 << 3), stride,
          q0 == 0 && !accumulate, lowerOnly != 0, <isize>j0 - <isize>row, edge);
      }
    }
  }
  return lowerOnly ? 1 : allFinite(c + firstRow * stride, rows * n);
}

/** Copies the lower triangle of an n x n matrix above its diagonal. Returns 1 when it is finite. */
export function mirrorLower(n: usize, c: usize): i32 {
  const stride = n << 3;
  for (let i0: usize = 0; i0 < n; i0 += 8)
    for (let j0: usize = 0; j0 <= i0; j0 += 8)
      for (let i = i0; i < min(i0 + 8, n); i++)
        for (let j = j0; j < min(j0 + 8, i); j++) store<f64>(c + j * stride + (i << 3), load<f64>(c + i * stride + (j << 3)));
  return allFinite(c, n * n);
}
