// exp, log1p, log and logistic on two lanes: the operations of core/linalg/elementary-functions.ts in the same order.
// Both builds use products and sums rounded one by one here, so these functions have the same bits in both.
import { allFinite, zero } from './simd';

// Constants lie in memory: there are more than registers, and V8 builds a vector constant anew, in four instructions, each
// time it is used, while a load is one.
const rounder = memory.data<f64>([6755399441055744]);
const log2OfE = memory.data<f64>([1.4426950408889634]);
const ln2High = memory.data<f64>([0.6931471803691238]);
const ln2Low = memory.data<f64>([1.9082149292705877e-10]);
const lowest = memory.data<f64>([-746]);
const lowestNormal = memory.data<f64>([-708]);
const highest = memory.data<f64>([710]);
const half = memory.data<f64>([0.5]);
const one = memory.data<f64>([1]);
const two = memory.data<f64>([2]);
const exponentBias = memory.data<i64>([1023]);
const evenTerms = memory.data<f64>([
  2.08767569878681e-9, 2.755731922398589e-7, 2.48015873015873e-5, 1.388888888888889e-3, 4.1666666666666664e-2, 0.5,
]);
const oddTerms = memory.data<f64>([
  1.6059043836821613e-10, 2.505210838544172e-8, 2.7557319223985893e-6, 1.984126984126984e-4, 8.333333333333333e-3,
  0.16666666666666666,
]);
const smallestNormal = memory.data<f64>([2.2250738585072014e-308]);
const twoTo54 = memory.data<f64>([18014398509481984]);
const fiftyFour = memory.data<f64>([54]);
const carry = memory.data<i64>([0x95f62 << 32]);
const twoTo52 = memory.data<f64>([4503599627370496]);
const twoTo52AndBias = memory.data<f64>([4503599627371519]);
const significandBits = memory.data<i64>([0x000fffffffffffff]);
const rootOfHalf = memory.data<i64>([0x3fe6a09e << 32]);
const firstTerms = memory.data<f64>([0.15313837699209373, 0.22222198432149784, 0.3999999999940942]);
const secondTerms = memory.data<f64>([0.14798198605116586, 0.1818357216161805, 0.2857142874366239, 0.6666666666666735]);

// @ts-ignore: decorator
@inline
function at(constant: usize): v128 {
  return v128.load64_splat(constant);
}

// @ts-ignore: decorator
@inline
function horner(sum: v128, z: v128, term: usize): v128 {
  return f64x2.add(f64x2.mul(sum, z), at(term));
}

/** 2^k from the double k + rounder, whose low bits hold k. */
// @ts-ignore: decorator
@inline
function powerOfTwo(rounded: v128): v128 {
  return i64x2.shl(i64x2.add(rounded, at(exponentBias)), 52);
}

/** e^(x - k ln 2). */
// @ts-ignore: decorator
@inline
function exponentialOfRemainder(x: v128, k: v128): v128 {
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(k, at(ln2High))), f64x2.mul(k, at(ln2Low)));
  const r2 = f64x2.mul(r, r);
  let even = horner(at(evenTerms), r2, evenTerms + 8);
  let odd = horner(at(oddTerms), r2, oddTerms + 8);
  even = horner(even, r2, evenTerms + 16);
  odd = horner(odd, r2, oddTerms + 16);
  even = horner(even, r2, evenTerms + 24);
  odd = horner(odd, r2, oddTerms + 24);
  even = horner(even, r2, evenTerms + 32);
  odd = horner(odd, r2, oddTerms + 32);
  even = horner(even, r2, evenTerms + 40);
  odd = horner(odd, r2, oddTerms + 40);
  return f64x2.add(at(one), f64x2.add(r, f64x2.mul(r2, f64x2.add(even, f64x2.mul(r, odd)))));
}

// @ts-ignore: decorator
@inline
export function exponential(x: v128): v128 {
  const magic = at(rounder);
  const clamped = f64x2.pmin(f64x2.pmax(x, at(lowest)), at(highest));
  const k = f64x2.sub(f64x2.add(f64x2.mul(clamped, at(log2OfE)), magic), magic);
  const polynomial = exponentialOfRemainder(clamped, k);
  const halfRounded = f64x2.add(f64x2.mul(k, at(half)), magic);
  const restRounded = f64x2.add(f64x2.sub(k, f64x2.sub(halfRounded, magic)), magic);
  return f64x2.mul(f64x2.mul(polynomial, powerOfTwo(halfRounded)), powerOfTwo(restRounded));
}

/** For x <= 0, at least e^-708. */
// @ts-ignore: decorator
@inline
export function exponentialOfNegative(x: v128): v128 {
  const magic = at(rounder);
  const clamped = f64x2.pmax(x, at(lowestNormal));
  const rounded = f64x2.add(f64x2.mul(clamped, at(log2OfE)), magic);
  return f64x2.mul(exponentialOfRemainder(clamped, f64x2.sub(rounded, magic)), powerOfTwo(rounded));
}

// @ts-ignore: decorator
@inline
function logarithmPlus(x: v128, c: v128): v128 {
  const isSubnormal = f64x2.lt(x, at(smallestNormal));
  const scaled = v128.bitselect(f64x2.mul(x, at(twoTo54)), x, isSubnormal);
  // The high word of every lane carries into the exponent; the low word stays (no carry can leave it).
  const carried = i64x2.add(scaled, at(carry));
  const exponent = i64x2.shr_u(carried, 52);
  // exponent is a small integer: 2^52 + exponent has it in its low bits.
  const k = f64x2.sub(f64x2.sub(v128.or(exponent, at(twoTo52)), at(twoTo52AndBias)), v128.and(isSubnormal, at(fiftyFour)));
  const significand = i64x2.add(v128.and(carried, at(significandBits)), at(rootOfHalf));
  const f = f64x2.sub(significand, at(one));
  const s = f64x2.div(f, f64x2.add(at(two), f));
  const z = f64x2.mul(s, s);
  const w = f64x2.mul(z, z);
  let t1 = horner(at(firstTerms), w, firstTerms + 8);
  t1 = f64x2.mul(w, horner(t1, w, firstTerms + 16));
  let t2 = horner(at(secondTerms), w, secondTerms + 8);
  t2 = horner(t2, w, secondTerms + 16);
  t2 = f64x2.mul(z, horner(t2, w, secondTerms + 24));
  const halfSquare = f64x2.mul(f64x2.mul(at(half), f), f);
  const inner = f64x2.add(f64x2.mul(s, f64x2.add(halfSquare, f64x2.add(t1, t2))), f64x2.add(f64x2.mul(k, at(ln2Low)), c));
  return f64x2.sub(f64x2.mul(k, at(ln2High)), f64x2.sub(f64x2.sub(halfSquare, inner), f));
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
  const unit = at(one);
  const u = f64x2.add(unit, x);
  const lost = v128.bitselect(f64x2.sub(unit, f64x2.sub(u, x)), f64x2.sub(x, f64x2.sub(u, unit)), f64x2.ge(x, unit));
  return atEdges(logarithmPlus(u, f64x2.div(lost, u)), x, -1);
}

// @ts-ignore: decorator
@inline
export function logistic(x: v128): v128 {
  const e = exponential(f64x2.neg(f64x2.abs(x)));
  const unit = at(one);
  return f64x2.div(v128.bitselect(unit, e, f64x2.ge(x, zero())), f64x2.add(unit, e));
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
