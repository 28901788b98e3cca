// exp, log1p, log and logistic on two lanes: the operations of core/linalg/elementary-functions.ts in the same order.
// Both builds use products and sums rounded one by one here, so these functions have the same bits in both.
import { allFinite, zero } from './simd';

const rounder: f64 = 6755399441055744;
const ln2High: f64 = 0.6931471803691238;
const ln2Low: f64 = 1.9082149292705877e-10;

// @ts-ignore: decorator
@inline
function horner(sum: v128, z: v128, c: f64): v128 {
  return f64x2.add(f64x2.mul(sum, z), f64x2.splat(c));
}

/** 2^k from the double k + rounder, whose low bits hold k. */
// @ts-ignore: decorator
@inline
function powerOfTwo(rounded: v128): v128 {
  return i64x2.shl(i64x2.add(rounded, i64x2.splat(1023)), 52);
}

// @ts-ignore: decorator
@inline
export function exponential(x: v128): v128 {
  const magic = f64x2.splat(rounder);
  const clamped = f64x2.pmin(f64x2.pmax(x, f64x2.splat(-746)), f64x2.splat(710));
  const k = f64x2.sub(f64x2.add(f64x2.mul(clamped, f64x2.splat(1.4426950408889634)), magic), magic);
  const r = f64x2.sub(f64x2.sub(clamped, f64x2.mul(k, f64x2.splat(ln2High))), f64x2.mul(k, f64x2.splat(ln2Low)));
  const r2 = f64x2.mul(r, r);
  let even = horner(f64x2.splat(2.08767569878681e-9), r2, 2.755731922398589e-7);
  even = horner(even, r2, 2.48015873015873e-5);
  even = horner(even, r2, 1.388888888888889e-3);
  even = horner(even, r2, 4.1666666666666664e-2);
  even = horner(even, r2, 0.5);
  let odd = horner(f64x2.splat(1.6059043836821613e-10), r2, 2.505210838544172e-8);
  odd = horner(odd, r2, 2.7557319223985893e-6);
  odd = horner(odd, r2, 1.984126984126984e-4);
  odd = horner(odd, r2, 8.333333333333333e-3);
  odd = horner(odd, r2, 0.16666666666666666);
  const polynomial = f64x2.add(f64x2.splat(1), f64x2.add(r, f64x2.mul(r2, f64x2.add(even, f64x2.mul(r, odd)))));
  const halfRounded = f64x2.add(f64x2.mul(k, f64x2.splat(0.5)), magic);
  const restRounded = f64x2.add(f64x2.sub(k, f64x2.sub(halfRounded, magic)), magic);
  return f64x2.mul(f64x2.mul(polynomial, powerOfTwo(halfRounded)), powerOfTwo(restRounded));
}

// @ts-ignore: decorator
@inline
function logarithmPlus(x: v128, c: v128): v128 {
  const isSubnormal = f64x2.lt(x, f64x2.splat(2.2250738585072014e-308));
  const scaled = v128.bitselect(f64x2.mul(x, f64x2.splat(18014398509481984)), x, isSubnormal);
  // The high word of every lane carries into the exponent; the low word stays (no carry can leave it).
  const carried = i64x2.add(scaled, i64x2.splat(0x95f62 << 32));
  const exponent = i64x2.shr_u(carried, 52);
  // exponent is a small integer: 2^52 + exponent has it in its low bits.
  const k = f64x2.sub(
    f64x2.sub(v128.or(exponent, f64x2.splat(4503599627370496)), f64x2.splat(4503599627370496 + 1023)),
    v128.and(isSubnormal, f64x2.splat(54)),
  );
  const significand = i64x2.add(v128.and(carried, i64x2.splat(0x000fffffffffffff)), i64x2.splat(0x3fe6a09e << 32));
  const f = f64x2.sub(significand, f64x2.splat(1));
  const s = f64x2.div(f, f64x2.add(f64x2.splat(2), f));
  const z = f64x2.mul(s, s);
  const w = f64x2.mul(z, z);
  let t1 = horner(f64x2.splat(0.15313837699209373), w, 0.22222198432149784);
  t1 = f64x2.mul(w, horner(t1, w, 0.3999999999940942));
  let t2 = horner(f64x2.splat(0.14798198605116586), w, 0.1818357216161805);
  t2 = horner(t2, w, 0.2857142874366239);
  t2 = f64x2.mul(z, horner(t2, w, 0.6666666666666735));
  const halfSquare = f64x2.mul(f64x2.mul(f64x2.splat(0.5), f), f);
  const inner = f64x2.add(
    f64x2.mul(s, f64x2.add(halfSquare, f64x2.add(t1, t2))),
    f64x2.add(f64x2.mul(k, f64x2.splat(ln2Low)), c),
  );
  return f64x2.sub(f64x2.mul(k, f64x2.splat(ln2High)), f64x2.sub(f64x2.sub(halfSquare, inner), f));
}

/** x where it is NaN or Infinity, -Infinity at `pole`, NaN below it, otherwise `value`. */
// @ts-ignore: decorator
@inline
function atEdges(value: v128, x: v128, pole: f64): v128 {
  const inside = v128.and(f64x2.gt(x, f64x2.splat(pole)), f64x2.lt(x, f64x2.splat(Infinity)));
  const atPole = f64x2.eq(x, f64x2.splat(pole));
  const atInfinity = f64x2.eq(x, f64x2.splat(Infinity));
  const outside = v128.bitselect(f64x2.splat(-Infinity), v128.bitselect(x, f64x2.splat(NaN), atInfinity), atPole);
  return v128.bitselect(value, outside, inside);
}

// @ts-ignore: decorator
@inline
export function logarithm(x: v128): v128 {
  return atEdges(logarithmPlus(x, zero()), x, 0);
}

// @ts-ignore: decorator
@inline
export function logarithmOfOnePlus(x: v128): v128 {
  const one = f64x2.splat(1);
  const u = f64x2.add(one, x);
  const lost = v128.bitselect(
    f64x2.sub(one, f64x2.sub(u, x)),
    f64x2.sub(x, f64x2.sub(u, one)),
    f64x2.ge(x, one),
  );
  return atEdges(logarithmPlus(u, f64x2.div(lost, u)), x, -1);
}

// @ts-ignore: decorator
@inline
export function logistic(x: v128): v128 {
  const e = exponential(f64x2.neg(f64x2.abs(x)));
  const one = f64x2.splat(1);
  return f64x2.div(v128.bitselect(one, e, f64x2.ge(x, zero())), f64x2.add(one, e));
}

// @ts-ignore: decorator
@inline
function apply(operation: i32, x: v128): v128 {
  if (operation == 0) return exponential(x);
  if (operation == 1) return logarithm(x);
  if (operation == 2) return logarithmOfOnePlus(x);
  return logistic(x);
}

// @ts-ignore: decorator
@inline
function applyAll(operation: i32, x: usize, out: usize, count: usize): void {
  const end = x + ((count & ~1) << 3);
  while (x < end) {
    v128.store(out, apply(operation, v128.load(x)));
    x += 16;
    out += 16;
  }
  if (count & 1) store<f64>(out, f64x2.extract_lane(apply(operation, v128.load64_zero(x)), 0));
}

/** Elements [block * blockLength, ...) of one function: 0 exp, 1 log, 2 log1p, 3 logistic. Returns 1 when all are finite. */
export function elementwise(block: i32, worker: i32, operation: i32, n: usize, blockLength: usize, x: usize, out: usize): i32 {
  const start = <usize>block * blockLength;
  const count = min(blockLength, n - start);
  x += start << 3;
  out += start << 3;
  if (operation == 0) applyAll(0, x, out, count);
  else if (operation == 1) applyAll(1, x, out, count);
  else if (operation == 2) applyAll(2, x, out, count);
  else applyAll(3, x, out, count);
  return allFinite(out, count);
}
