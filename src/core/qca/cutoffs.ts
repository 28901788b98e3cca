/** Allowance where a quotient is compared in floating point. */
export const cutoffTolerance = 1e-9;

export interface CutoffVerdict {
  readonly passes: boolean;
  /** true where exact and tolerant comparison disagree: the row lies on the cutoff up to rounding */
  readonly borderline: boolean;
}

/**
 * Is numerator / denominator >= cutoff?
 *
 * Integers (sums of scaled decimals) against a decimal cutoff are compared exactly; anything else with an allowance
 * of 1e-9. A 0/0 passes no cutoff above 0.
 */
export function reachesCutoff(numerator: number, denominator: number, cutoff: number): CutoffVerdict {
  if (denominator === 0) return { passes: cutoff <= 0, borderline: false };
  const tolerant = numerator / denominator >= cutoff - cutoffTolerance;
  if (!Number.isSafeInteger(numerator) || !Number.isSafeInteger(denominator))
    return { passes: tolerant, borderline: false };
  for (let digits = 0, scale = 1; digits <= 9; digits++, scale *= 10) {
    const whole = Math.round(cutoff * scale);
    if (whole / scale !== cutoff) continue;
    const exact = BigInt(numerator) * BigInt(scale) >= BigInt(whole) * BigInt(denominator);
    return { passes: exact, borderline: exact !== tolerant };
  }
  return { passes: tolerant, borderline: false };
}
