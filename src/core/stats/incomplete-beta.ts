import { CoreError } from '../errors.ts';
import { devianceTerm, stirlingError } from './stirling-error.ts';

const TINY = 1e-300;

/**
 * x^a y^b / B(a, b) with x + y = 1: the density of the beta distribution times x y. a, b > 0; x, y in (0, 1).
 * Computed by Loader's saddle-point form, so it keeps about 14 digits for any size of a and b.
 */
export function betaPower(a: number, b: number, x: number, y: number): number {
  const n = a + b;
  const deviance = devianceTerm(a, n * x) + devianceTerm(b, n * y);
  const correction = stirlingError(n) - stirlingError(a) - stirlingError(b);
  return Math.exp(correction - deviance) * Math.sqrt((a * b) / (2 * Math.PI * n));
}

/**
 * Regularised incomplete beta function I_x(a, b), with `y` = 1 - x given apart so that neither end loses digits.
 * Use `regularisedBeta(b, a, y, x)` for the complement.
 *
 * @param a, b positive and finite
 * @param x, y in [0, 1], x + y = 1
 * @throws not-converged where a and b are so large (above about 1e9) that the fraction needs more than 1e5 steps
 * Relative error about 1e-14 in both tails. Cost: O(sqrt(max(a, b))) at worst.
 * Source: Didonato and Morris 1992, doi:10.1145/131766.131776, eq. 9 (continued fraction, evaluated by modified Lentz).
 */
export function regularisedBeta(a: number, b: number, x: number, y: number): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - lowerBeta(b, a, y, x);
  return lowerBeta(a, b, x, y);
}

/** Converges fast for x <= (a + 1) / (a + b + 2). */
function lowerBeta(a: number, b: number, x: number, y: number): number {
  return betaPower(a, b, x, y) / fraction(a, b, x, y);
}

/** b0 + a1/(b1 + a2/(b2 + ...)); the terms need only a y - b x, so x near 1 costs no digits. */
function fraction(a: number, b: number, x: number, y: number): number {
  const lambda = a * y - b * x + 1;
  let value = (a * lambda) / (a + 1);
  if (Math.abs(value) < TINY) value = TINY;
  let c = value;
  let d = 0;
  for (let m = 1; m <= 100_000; m++) {
    const step = a + 2 * m - 1;
    const numerator = ((a + m - 1) / step) * ((a + b + m - 1) / step) * m * (b - m) * x * x;
    const denominator = m + (m * (b - m) * x) / step + ((a + m) * (lambda + m * (1 + y))) / (step + 2);
    d = denominator + numerator * d;
    d = 1 / (Math.abs(d) < TINY ? TINY : d);
    c = denominator + numerator / c;
    if (Math.abs(c) < TINY) c = TINY;
    const ratio = c * d;
    value *= ratio;
    if (Math.abs(ratio - 1) < 2.3e-16) return value;
  }
  throw new CoreError(
    'not-converged',
    `The incomplete beta function did not converge for a = ${a}, b = ${b}, x = ${x}. Parameters up to about 1e9 are supported.`,
    { a, b, x },
  );
}
