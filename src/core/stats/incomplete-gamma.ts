import { CoreError } from '../errors.ts';
import { devianceTerm, stirlingError } from './stirling-error.ts';

const TINY = 1e-300;

/** x^a e^-x / Gamma(a + 1): the Poisson probability of a at mean x, for real a > 0, x > 0. */
export function gammaPower(a: number, x: number): number {
  return Math.exp(-stirlingError(a) - devianceTerm(a, x)) / Math.sqrt(2 * Math.PI * a);
}

/**
 * Regularised incomplete gamma functions {lower: P(a, x), upper: Q(a, x)} for a > 0, x >= 0; P + Q = 1.
 * The smaller of the two is computed directly, so a tail keeps its digits.
 *
 * @throws not-converged where a is so large (above about 1e9) that neither expansion ends within 1e5 steps
 * Relative error about 1e-14. Source: 8.11.4 (series) and 8.9.2 (fraction) of the NIST Digital Library of Mathematical Functions.
 */
export function regularisedGamma(a: number, x: number): { lower: number; upper: number } {
  if (x <= 0) return { lower: 0, upper: 1 };
  if (x < a + 1) {
    const lower = gammaPower(a, x) * series(a, x);
    return { lower, upper: 1 - lower };
  }
  const upper = gammaPower(a, x) * a * fraction(a, x);
  return { lower: 1 - upper, upper };
}

function series(a: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k <= 100_000; k++) {
    term *= x / (a + k);
    sum += term;
    if (term < sum * 1.1e-16) return sum;
  }
  throw notConverged(a, x);
}

function fraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / (b === 0 ? TINY : b);
  let value = d;
  for (let k = 1; k <= 100_000; k++) {
    const numerator = k * (a - k);
    b += 2;
    d = b + numerator * d;
    d = 1 / (Math.abs(d) < TINY ? TINY : d);
    c = b + numerator / c;
    if (Math.abs(c) < TINY) c = TINY;
    const step = c * d;
    value *= step;
    if (Math.abs(step - 1) < 2.3e-16) return value;
  }
  throw notConverged(a, x);
}

function notConverged(a: number, x: number): CoreError {
  return new CoreError(
    'not-converged',
    `The incomplete gamma function did not converge for a = ${a}, x = ${x}. Parameters up to about 1e9 are supported.`,
    { a, x },
  );
}
