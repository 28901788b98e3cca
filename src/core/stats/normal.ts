const INVERSE_SQRT_2PI = 0.3989422804014327;

// Cody 1969, rational approximations: |x| <= 0.67448975, up to sqrt(32), beyond.
const A = [2.2352520354606837, 161.02823106855587, 1067.6894854603709, 18154.98125334356, 0.06568233791820745];
const B = [47.202581904688245, 976.0985517377767, 10260.932208618979, 45507.78933502673];
const C = [
  0.39894151208813466, 8.883149794388377, 93.50665613217785, 597.2702763948002, 2494.5375852903726, 6848.190450536283,
  11602.65143764735, 9842.714838383978, 1.0765576773720192e-8,
];
const D = [
  22.266688044328117, 235.387901782625, 1519.3775994075547, 6485.558298266761, 18615.571640885097, 34900.95272114598,
  38912.00328609327, 19685.429676859992,
];
const P = [
  0.215898534057957, 0.12740116116024736, 0.022235277870649807, 0.0014216191932278934, 2.9112874951168793e-5,
  0.023073441764940174,
];
const Q = [1.284260096144911, 0.4682382124808651, 0.06598813786892856, 0.0037823963320275824, 7.297515550839662e-5];

/** Density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return INVERSE_SQRT_2PI * Math.exp(-0.5 * x * x);
}

/**
 * P(Z <= x) for standard normal Z. Relative error below 1e-14 in both tails, down to the smallest double.
 * Source: Cody 1969, "Rational Chebyshev approximations for the error function", doi:10.1090/S0025-5718-1969-0247736-4.
 */
export function normalCdf(x: number): number {
  return tails(x).lower;
}

/** P(Z > x) for standard normal Z, with full relative precision also where `1 - normalCdf(x)` would be 0. */
export function normalUpperTail(x: number): number {
  return tails(x).upper;
}

function tails(x: number): { lower: number; upper: number } {
  const y = Math.abs(x);
  if (y <= 0.67448975) {
    const square = y > 1.11e-16 ? x * x : 0;
    let numerator = A[4]! * square;
    let denominator = square;
    for (let i = 0; i < 3; i++) {
      numerator = (numerator + A[i]!) * square;
      denominator = (denominator + B[i]!) * square;
    }
    const half = (x * (numerator + A[3]!)) / (denominator + B[3]!);
    return { lower: 0.5 + half, upper: 0.5 - half };
  }
  let value: number;
  if (y <= 5.656854249492381) {
    let numerator = C[8]! * y;
    let denominator = y;
    for (let i = 0; i < 7; i++) {
      numerator = (numerator + C[i]!) * y;
      denominator = (denominator + D[i]!) * y;
    }
    value = (numerator + C[7]!) / (denominator + D[7]!);
  } else {
    if (y > 38.6) return x > 0 ? { lower: 1, upper: 0 } : { lower: 0, upper: 1 };
    const inverse = 1 / (x * x);
    let numerator = P[5]! * inverse;
    let denominator = inverse;
    for (let i = 0; i < 4; i++) {
      numerator = (numerator + P[i]!) * inverse;
      denominator = (denominator + Q[i]!) * inverse;
    }
    value = (INVERSE_SQRT_2PI - (inverse * (numerator + P[4]!)) / (denominator + Q[4]!)) / y;
  }
  // exp(-y^2/2) in two factors, so that the rounding of y^2 does not cost digits in the tail.
  const rough = Math.trunc(y * 16) / 16;
  const rest = (y - rough) * (y + rough);
  const tail = Math.exp(-rough * rough * 0.5) * Math.exp(-rest * 0.5) * value;
  return x > 0 ? { lower: 1 - tail, upper: tail } : { lower: tail, upper: 1 - tail };
}
