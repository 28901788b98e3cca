// exp, log, log1p and the logistic function from IEEE + - * / and the bits of a double alone: no engine's Math library,
// so every machine and the WebAssembly form give the same bits. Scalar forms here; the vector form of the kernels
// applies the same operations in the same order to two lanes.

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

const log2OfE = Math.LOG2E;
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;
/** 1.5 * 2^52: adding it rounds to the nearest integer (ties to even) and leaves that integer in the low bits. */
const rounder = 6_755_399_441_055_744;

/** 2^k for -1022 <= k <= 1023. */
function powerOfTwo(k: number): number {
  words[0] = 0;
  words[1] = (k + 1023) << 20;
  return float[0]!;
}

/** e^r for |r| <= 0.347: Taylor polynomial of degree 13, in even and odd parts. */
function exponentialOfRemainder(r: number): number {
  const r2 = r * r;
  const even =
    ((((r2 * 2.08767569878681e-9 + 2.755731922398589e-7) * r2 + 2.48015873015873e-5) * r2 + 1.388888888888889e-3) * r2 +
      4.1666666666666664e-2) *
      r2 +
    0.5;
  const odd =
    ((((r2 * 1.6059043836821613e-10 + 2.505210838544172e-8) * r2 + 2.7557319223985893e-6) * r2 + 1.984126984126984e-4) *
      r2 +
      8.333333333333333e-3) *
      r2 +
    0.16666666666666666;
  return 1 + (r + r2 * (even + r * odd));
}

/**
 * e^x. Below -745.14 zero, above 709.79 Infinity, NaN for NaN.
 *
 * Argument reduction x = k ln 2 + r, |r| <= 0.347 (Cody and Waite 1980), a polynomial, and a scale by 2^k in two halves so
 * that subnormal results are right. Relative error below 4.5e-16 for normal results (asserted in the tests).
 */
export function exponential(x: number): number {
  const clamped = Math.min(Math.max(x, -746), 710);
  const k = clamped * log2OfE + rounder - rounder;
  const polynomial = exponentialOfRemainder(clamped - k * ln2High - k * ln2Low);
  if (Number.isNaN(polynomial)) return polynomial;
  const half = k * 0.5 + rounder - rounder;
  return polynomial * powerOfTwo(half) * powerOfTwo(k - half);
}

/**
 * e^x for x <= 0, where results below e^-708 (3.3e-308) are replaced by it: never 0 and never subnormal, which is what a
 * probability needs that is to stay inside (0, 1). The bits of `exponential` for -708 <= x <= 0; NaN for NaN.
 */
export function exponentialOfNegative(x: number): number {
  const clamped = Math.max(x, -708);
  const k = clamped * log2OfE + rounder - rounder;
  const polynomial = exponentialOfRemainder(clamped - k * ln2High - k * ln2Low);
  return Number.isNaN(polynomial) ? polynomial : polynomial * powerOfTwo(k);
}

const twoTo54 = 18_014_398_509_481_984;
const smallestNormal = 2.2250738585072014e-308;

/** log(2^k (1 + f)) + c for f in [sqrt(1/2) - 1, sqrt(2) - 1]: the series of fdlibm's e_log.c (Sun Microsystems 1993). */
function logarithmOfParts(k: number, f: number, c: number): number {
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const t1 = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373));
  const t2 = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)));
  const halfSquare = 0.5 * f * f;
  return k * ln2High - (halfSquare - (s * (halfSquare + (t1 + t2)) + (k * ln2Low + c)) - f);
}

/** log(x) + c for x > 0. */
function logarithmPlus(x: number, c: number): number {
  const isSubnormal = x < smallestNormal;
  float[0] = isSubnormal ? x * twoTo54 : x;
  // Adding 0x95f62 to the high word carries into the exponent exactly when the significand is at least sqrt(2).
  const high = words[1]! + 0x95f62;
  const k = (high >>> 20) - 1023 - (isSubnormal ? 54 : 0);
  words[1] = (high & 0xfffff) + 0x3fe6a09e;
  return logarithmOfParts(k, float[0]! - 1, c);
}

/** Natural logarithm. -Infinity for 0, NaN below 0 and for NaN. */
export function logarithm(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  return x === Number.POSITIVE_INFINITY ? x : logarithmPlus(x, 0);
}

/** log(1 + x), accurate for small x too. -Infinity for -1, NaN below -1 and for NaN. */
export function logarithmOfOnePlus(x: number): number {
  if (!(x > -1)) return x === -1 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  const u = 1 + x;
  // What rounding 1 + x lost, to first order.
  const lost = x >= 1 ? 1 - (u - x) : x - (u - 1);
  return logarithmPlus(u, lost / u);
}

/** 1 / (1 + e^-x), with full relative accuracy on both sides. */
export function logistic(x: number): number {
  const e = exponential(-Math.abs(x));
  return (x >= 0 ? 1 : e) / (1 + e);
}
