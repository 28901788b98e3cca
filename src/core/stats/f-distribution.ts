import { betaPower, regularisedBeta } from './incomplete-beta.ts';
import { requirePositive, requireProbability, solvePositiveQuantile } from './probability.ts';

/** P(F <= x) for the F distribution with positive degrees of freedom; relative error about 1e-14. @throws invalid-argument */
export function fCdf(x: number, numerator: number, denominator: number): number {
  check(numerator, denominator);
  if (x <= 0) return 0;
  const sum = numerator * x + denominator;
  return regularisedBeta(numerator / 2, denominator / 2, (numerator * x) / sum, denominator / sum);
}

/** P(F > x), with full relative precision in the far tail. @throws invalid-argument */
export function fUpperTail(x: number, numerator: number, denominator: number): number {
  check(numerator, denominator);
  if (x <= 0) return 1;
  const sum = numerator * x + denominator;
  return regularisedBeta(denominator / 2, numerator / 2, denominator / sum, (numerator * x) / sum);
}

/** x with P(F <= x) = p, 0 < p < 1; relative error about 1e-13. @throws invalid-argument */
export function fQuantile(p: number, numerator: number, denominator: number): number {
  requireProbability(p);
  check(numerator, denominator);
  const density = (x: number) => {
    const sum = numerator * x + denominator;
    return betaPower(numerator / 2, denominator / 2, (numerator * x) / sum, denominator / sum) / x;
  };
  const tails = (x: number) => ({
    lower: fCdf(x, numerator, denominator),
    upper: fUpperTail(x, numerator, denominator),
  });
  return solvePositiveQuantile(tails, density, { lower: p, upper: 1 - p }, 1);
}

function check(numerator: number, denominator: number): void {
  requirePositive('numerator degrees of freedom', numerator);
  requirePositive('denominator degrees of freedom', denominator);
}
