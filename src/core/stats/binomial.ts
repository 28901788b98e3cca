import { CoreError } from '../errors.ts';
import { betaPower, regularisedBeta } from './incomplete-beta.ts';

/**
 * P(X = k) for X ~ Binomial(n, p).
 *
 * @throws invalid-argument for counts that are not whole and non-negative, or p outside [0, 1]
 * Relative error about 1e-14 for any n. Source: Loader 2000.
 */
export function binomialProbability(k: number, n: number, p: number): number {
  check(k, n, p);
  if (k < 0 || k > n) return 0;
  if (p === 0) return k === 0 ? 1 : 0;
  if (p === 1) return k === n ? 1 : 0;
  if (k === 0) return Math.exp(n * Math.log1p(-p));
  if (k === n) return Math.exp(n * Math.log(p));
  return (betaPower(k, n - k, p, 1 - p) * n) / (k * (n - k));
}

/** P(X >= k) for X ~ Binomial(n, p); full relative precision in the tail. @throws invalid-argument */
export function binomialUpperTail(k: number, n: number, p: number): number {
  check(k, n, p);
  if (k <= 0) return 1;
  if (k > n) return 0;
  return regularisedBeta(k, n - k + 1, p, 1 - p);
}

/** P(X <= k) for X ~ Binomial(n, p); full relative precision in the tail. @throws invalid-argument */
export function binomialCdf(k: number, n: number, p: number): number {
  check(k, n, p);
  if (k < 0) return 0;
  if (k >= n) return 1;
  return regularisedBeta(n - k, k + 1, 1 - p, p);
}

function check(k: number, n: number, p: number): void {
  if (!Number.isInteger(k) || !Number.isInteger(n) || n < 0 || !(p >= 0 && p <= 1)) {
    throw new CoreError(
      'invalid-argument',
      `A binomial needs whole counts, n >= 0 and a probability in [0, 1]; received k = ${k}, n = ${n}, p = ${p}.`,
      { k, n, p },
    );
  }
}
