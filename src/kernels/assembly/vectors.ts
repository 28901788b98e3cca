// Sums over vectors (eight lanes, fixed order of core/linalg/summation-order.ts), reductions over memberships and scans.
import { allFinite, lanesSum, multiplyAdd, zero } from './simd';

const vectorChunk: usize = 1024;

/** What is added for element pairs: 0 x, 1 x y, 2 min(x, y), 3 min(x, y, 1 - y). */
// @ts-ignore: decorator
@inline
function add(kind: i32, sum: v128, x: v128, y: v128): v128 {
  if (kind == 0) return f64x2.add(sum, x);
  if (kind == 1) return multiplyAdd(sum, x, y);
  const smaller = f64x2.min(x, y);
  if (kind == 2) return f64x2.add(sum, smaller);
  return f64x2.add(sum, f64x2.min(smaller, f64x2.sub(f64x2.splat(1), y)));
}

// @ts-ignore: decorator
@inline
function sumChunk(kind: i32, n: usize, x: usize, y: usize): f64 {
  let s0 = zero(), s1 = zero(), s2 = zero(), s3 = zero();
  const none = zero();
  let i: usize = 0;
  for (; i + 8 <= n; i += 8) {
    s0 = add(kind, s0, v128.load(x), kind ? v128.load(y) : none);
    s1 = add(kind, s1, v128.load(x, 16), kind ? v128.load(y, 16) : none);
    s2 = add(kind, s2, v128.load(x, 32), kind ? v128.load(y, 32) : none);
    s3 = add(kind, s3, v128.load(x, 48), kind ? v128.load(y, 48) : none);
    x += 64;
    y += 64;
  }
  let rest = n - i;
  if (rest >= 2) {
    s0 = add(kind, s0, v128.load(x), kind ? v128.load(y) : none);
    if (rest >= 4) s1 = add(kind, s1, v128.load(x, 16), kind ? v128.load(y, 16) : none);
    if (rest >= 6) s2 = add(kind, s2, v128.load(x, 32), kind ? v128.load(y, 32) : none);
  }
  if (rest & 1) {
    // One element for lane 0 of its pair; lane 1 takes +0, which changes nothing (a lane is never -0).
    const at = (rest & 6) << 3;
    const last = v128.load64_zero(x + at);
    const lastY = kind ? v128.load64_zero(y + at) : none;
    if (rest == 1) s0 = add(kind, s0, last, lastY);
    else if (rest == 3) s1 = add(kind, s1, last, lastY);
    else if (rest == 5) s2 = add(kind, s2, last, lastY);
    else s3 = add(kind, s3, last, lastY);
  }
  return lanesSum(f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3)));
}

/** Sum over one block, stored to partials[block]. */
export function vectorSum(block: i32, worker: i32, kind: i32, n: usize, blockLength: usize, x: usize, y: usize, partials: usize): void {
  const first = <usize>block * blockLength;
  const last = min(first + blockLength, n);
  let total: f64 = 0;
  for (let start = first; start < last; start += vectorChunk) {
    const count = min(vectorChunk, last - start);
    const xs = x + (start << 3), ys = y + (start << 3);
    if (kind == 0) total += sumChunk(0, count, xs, ys);
    else if (kind == 1) total += sumChunk(1, count, xs, ys);
    else if (kind == 2) total += sumChunk(2, count, xs, ys);
    else total += sumChunk(3, count, xs, ys);
  }
  store<f64>(partials + ((<usize>block) << 3), total);
}

/** Row-wise minimum or maximum; `mask` holds p doubles, all bits set where 1 - x counts. Returns 1 when all are finite. */
export function rowExtreme(n: usize, p: usize, x: usize, mask: usize, largest: i32, out: usize): i32 {
  const stride = p << 3;
  const one = f64x2.splat(1);
  const none = zero();
  let finite = zero();
  for (let i: usize = 0; i < n; i++) {
    let extreme = f64x2.splat(largest ? -Infinity : Infinity);
    let at: usize = 0;
    for (; at + 16 <= stride; at += 16) {
      const v = v128.load(x + at);
      const member = v128.bitselect(f64x2.sub(one, v), v, v128.load(mask + at));
      finite = f64x2.add(finite, f64x2.mul(member, none));
      extreme = largest ? f64x2.max(extreme, member) : f64x2.min(extreme, member);
    }
    if (at < stride) {
      const v = v128.load64_splat(x + at);
      const member = v128.bitselect(f64x2.sub(one, v), v, v128.load64_splat(mask + at));
      finite = f64x2.add(finite, f64x2.mul(member, none));
      extreme = largest ? f64x2.max(extreme, member) : f64x2.min(extreme, member);
    }
    const first = f64x2.extract_lane(extreme, 0), second = f64x2.extract_lane(extreme, 1);
    store<f64>(out + (i << 3), largest ? max(first, second) : min(first, second));
    x += stride;
  }
  return f64x2.extract_lane(finite, 0) == 0 && f64x2.extract_lane(finite, 1) == 0;
}

/** The largest magnitude of n values; NaN when one is not finite. */
export function largestMagnitude(n: usize, x: usize): f64 {
  let largest = zero(), finite = zero();
  const none = zero();
  let i: usize = 0;
  for (; i + 2 <= n; i += 2) {
    const v = v128.load(x + (i << 3));
    largest = f64x2.pmax(largest, f64x2.abs(v));
    finite = f64x2.add(finite, f64x2.mul(v, none));
  }
  if (i < n) {
    const v = v128.load64_zero(x + (i << 3));
    largest = f64x2.pmax(largest, f64x2.abs(v));
    finite = f64x2.add(finite, f64x2.mul(v, none));
  }
  if (!(lanesSum(finite) == 0)) return NaN;
  return max(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1));
}

/** out = factor x by element (out may be x). Returns 1 when all are finite. */
export function scale(n: usize, factor: f64, x: usize, out: usize): i32 {
  const f = f64x2.splat(factor);
  let i: usize = 0;
  for (; i + 2 <= n; i += 2) v128.store(out + (i << 3), f64x2.mul(f, v128.load(x + (i << 3))));
  if (i < n) store<f64>(out + (i << 3), factor * load<f64>(x + (i << 3)));
  return allFinite(out, n);
}

/**
 * Rate of the vector unit for the roofline of the benchmark: `count` rounds of ten independent products-and-sums, 40 flops
 * a round. `seed` holds eleven pairs of doubles.
 */
export function measurePeak(count: i32, seed: usize): f64 {
  const b = v128.load(seed, 160);
  let s0 = v128.load(seed), s1 = v128.load(seed, 16), s2 = v128.load(seed, 32), s3 = v128.load(seed, 48), s4 = v128.load(seed, 64);
  let s5 = v128.load(seed, 80), s6 = v128.load(seed, 96), s7 = v128.load(seed, 112), s8 = v128.load(seed, 128), s9 = v128.load(seed, 144);
  for (let i = 0; i < count; i++) {
    s0 = multiplyAdd(b, s0, b); s1 = multiplyAdd(b, s1, b); s2 = multiplyAdd(b, s2, b); s3 = multiplyAdd(b, s3, b); s4 = multiplyAdd(b, s4, b);
    s5 = multiplyAdd(b, s5, b); s6 = multiplyAdd(b, s6, b); s7 = multiplyAdd(b, s7, b); s8 = multiplyAdd(b, s8, b); s9 = multiplyAdd(b, s9, b);
  }
  return lanesSum(f64x2.add(f64x2.add(f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3)), f64x2.add(f64x2.add(s4, s5), f64x2.add(s6, s7))), f64x2.add(s8, s9)));
}
