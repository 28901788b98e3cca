import { gammaPower, regularisedGamma } from './incomplete-gamma.ts';
import { normalQuantile } from './normal-quantile.ts';
import { requirePositive, requireProbability, solvePositiveQuantile } from './probability.ts';

/** P(X <= x) for chi-squared with `degreesOfFreedom` > 0; relative error about 1e-14. @throws invalid-argument */
export function chiSquaredCdf(x: number, degreesOfFreedom: number): number {
  requirePositive('degreesOfFreedom', degreesOfFreedom);
  return regularisedGamma(degreesOfFreedom / 2, x / 2).lower;
}

/** P(X > x), with full relative precision in the far tail. @throws invalid-argument */
export function chiSquaredUpperTail(x: number, degreesOfFreedom: number): number {
  requirePositive('degreesOfFreedom', degreesOfFreedom);
  return regularisedGamma(degreesOfFreedom / 2, x / 2).upper;
}

/** x with P(X <= x) = p, 0 < p < 1; relative error about 1e-14. @throws invalid-argument */
export function chiSquaredQuantile(p: number, degreesOfFreedom: number): number {
  requireProbability(p);
  requirePositive('degreesOfFreedom', degreesOfFreedom);
  const a = degreesOfFreedom / 2;
  // Wilson and Hilferty 1931 as starting value.
  const cube = 1 - 2 / (9 * degreesOfFreedom) + normalQuantile(p) * Math.sqrt(2 / (9 * degreesOfFreedom));
  const tails = (x: number) => regularisedGamma(a, x / 2);
  const density = (x: number) => (gammaPower(a, x / 2) * a) / x;
  return solvePositiveQuantile(
    tails,
    density,
    { lower: p, upper: 1 - p },
    Math.max(degreesOfFreedom * cube ** 3, 1e-3 * degreesOfFreedom),
  );
}
