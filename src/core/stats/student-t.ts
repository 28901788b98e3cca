import { regularisedBeta } from './incomplete-beta.ts';
import { normalCdf, normalDensity } from './normal.ts';
import { normalQuantile } from './normal-quantile.ts';
import { requirePositive, requireProbability, solvePositiveQuantile } from './probability.ts';
import { devianceTerm, stirlingError } from './stirling-error.ts';

/**
 * P(T <= t) for Student's t with `degreesOfFreedom` > 0 (need not be whole; Infinity = normal).
 *
 * @throws invalid-argument for other degrees of freedom
 * Relative error about 1e-14 in both tails. Source: DLMF 8.17, incomplete beta function.
 */
export function studentTCdf(t: number, degreesOfFreedom: number): number {
  requirePositive('degreesOfFreedom', degreesOfFreedom, true);
  if (degreesOfFreedom === Number.POSITIVE_INFINITY) return normalCdf(t);
  return t <= 0 ? outer(-t, degreesOfFreedom) : 1 - outer(t, degreesOfFreedom);
}

/** P(T > t), with full relative precision in the far tail. @throws invalid-argument */
export function studentTUpperTail(t: number, degreesOfFreedom: number): number {
  return studentTCdf(-t, degreesOfFreedom);
}

/** Density of Student's t; relative error about 1e-14. @throws invalid-argument. Source: Loader 2000, saddle-point form. */
export function studentTDensity(t: number, degreesOfFreedom: number): number {
  requirePositive('degreesOfFreedom', degreesOfFreedom, true);
  if (degreesOfFreedom === Number.POSITIVE_INFINITY) return normalDensity(t);
  const v = degreesOfFreedom;
  const constant = stirlingError((v + 1) / 2) - stirlingError(v / 2) - devianceTerm(v / 2, (v + 1) / 2);
  const power = ((v + 1) / 2) * Math.log1p((t * t) / v);
  return Math.exp(constant - power) / Math.sqrt(2 * Math.PI);
}

/** P(T > t) for t >= 0. */
function outer(t: number, v: number): number {
  return 0.5 * both(t, v).upper;
}

/** P(|T| <= t) and P(|T| > t) for t >= 0. */
function both(t: number, v: number): { lower: number; upper: number } {
  const square = t * t;
  if (square === Number.POSITIVE_INFINITY) return { lower: 1, upper: 0 };
  const x = v / (v + square);
  const y = square / (v + square);
  return { lower: regularisedBeta(0.5, v / 2, y, x), upper: regularisedBeta(v / 2, 0.5, x, y) };
}

/**
 * t with P(T <= t) = p, 0 < p < 1.
 *
 * @throws invalid-argument for p outside (0, 1) or degrees of freedom that are not positive
 * Relative error about 1e-14 (worse only where p is within 1e-8 of 0.5).
 */
export function studentTQuantile(p: number, degreesOfFreedom: number): number {
  requireProbability(p);
  requirePositive('degreesOfFreedom', degreesOfFreedom, true);
  if (degreesOfFreedom === Number.POSITIVE_INFINITY) return normalQuantile(p);
  if (p === 0.5) return 0;
  if (degreesOfFreedom === 1) return p < 0.5 ? -1 / Math.tan(Math.PI * p) : 1 / Math.tan(Math.PI * (1 - p));
  const target = p < 0.5 ? p : 1 - p;
  if (degreesOfFreedom === 2) {
    const size = (1 - 2 * target) / Math.sqrt(2 * target * (1 - target));
    return p < 0.5 ? -size : size;
  }
  const size = solvePositiveQuantile(
    (t) => both(t, degreesOfFreedom),
    (t) => 2 * studentTDensity(t, degreesOfFreedom),
    { lower: 1 - 2 * target, upper: 2 * target },
    Math.max(-normalQuantile(target), 1e-8),
  );
  return p < 0.5 ? -size : size;
}
