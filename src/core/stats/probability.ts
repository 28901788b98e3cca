import { CoreError } from '../errors.ts';

/** @throws invalid-argument unless 0 < p < 1 (NaN included) */
export function requireProbability(p: number): void {
  if (!(p > 0 && p < 1)) {
    throw new CoreError('invalid-argument', `A probability strictly between 0 and 1 is needed, not ${p}.`, {
      received: p,
    });
  }
}

/** @throws invalid-argument unless `value` is positive (Infinity only where `infinite` is true) */
export function requirePositive(name: string, value: number, infinite = false): void {
  if (!(value > 0) || (value === Number.POSITIVE_INFINITY && !infinite)) {
    throw new CoreError('invalid-argument', `${name} must be a positive number, not ${value}.`, {
      argument: name,
      received: value,
    });
  }
}

/**
 * x > 0 with P(X <= x) = `target.lower` and P(X > x) = `target.upper` (which sum to 1), for a continuous distribution on
 * x > 0 given by both its tails and its density.
 * Newton steps on the logarithm of the smaller tail in ln x, kept inside a bracket that shrinks at every step.
 */
export function solvePositiveQuantile(
  tails: (x: number) => { readonly lower: number; readonly upper: number },
  density: (x: number) => number,
  target: { readonly lower: number; readonly upper: number },
  start: number,
): number {
  const useLower = target.lower <= target.upper;
  const wanted = useLower ? target.lower : target.upper;
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let x = start;
  for (let i = 0; i < 400; i++) {
    const both = tails(x);
    const value = useLower ? both.lower : both.upper;
    if (value === wanted) return x;
    if (value > wanted === useLower) high = x;
    else low = x;
    const step = (Math.log(wanted / value) * value) / (x * density(x));
    const bounded = Number.isFinite(step) ? Math.max(-2, Math.min(2, step)) : value > wanted ? -2 : 2;
    let next = x * Math.exp(useLower ? bounded : -bounded);
    if (!(next > low && next < high)) {
      next = high === Number.POSITIVE_INFINITY ? low * 2 : low === 0 ? high / 2 : low + (high - low) / 2;
    }
    if (Math.abs(next - x) <= 1e-15 * x || next === low || next === high) return next;
    x = next;
  }
  return x;
}
