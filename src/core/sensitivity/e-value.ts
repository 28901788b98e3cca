import { CoreError } from '../errors.ts';

/** A risk ratio with its interval; `lower` and `upper` may be missing together. */
export interface RiskRatio {
  readonly riskRatio: number;
  readonly lower: number | null;
  readonly upper: number | null;
}

/**
 * E-value of a risk ratio: how strongly an unmeasured confounder would have to be associated, as a risk ratio, with both
 * treatment and outcome to explain the estimate away. E = r + sqrt(r (r - 1)), r inverted where it is below 1.
 *
 * @param riskRatio positive
 * @throws invalid-argument for a ratio that is not positive
 * Source: VanderWeele and Ding 2017, doi:10.7326/M16-2607.
 */
export function eValue(riskRatio: number): number {
  if (!(riskRatio > 0 && Number.isFinite(riskRatio))) {
    throw new CoreError('invalid-argument', `A risk ratio must be a positive number, not ${riskRatio}.`, {
      received: riskRatio,
    });
  }
  const r = riskRatio < 1 ? 1 / riskRatio : riskRatio;
  return r + Math.sqrt(r * (r - 1));
}

/** E-value of the limit nearer 1; 1 where the interval holds 1; null without an interval. @throws invalid-argument */
export function eValueOfInterval({ riskRatio, lower, upper }: RiskRatio): number | null {
  if (lower === null || upper === null) return null;
  if (lower <= 1 && upper >= 1) return 1;
  return eValue(riskRatio > 1 ? lower : upper);
}

/** Approximate risk ratio of an odds ratio for an outcome that is common: its square root. */
export function riskRatioOfCommonOdds(oddsRatio: number): number {
  return Math.sqrt(oddsRatio);
}

/** Approximate risk ratio of a hazard ratio for an outcome that is common: (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1/HR)). */
export function riskRatioOfCommonHazard(hazardRatio: number): number {
  return (1 - 0.5 ** Math.sqrt(hazardRatio)) / (1 - 0.5 ** Math.sqrt(1 / hazardRatio));
}

/**
 * Approximate risk ratio of a standardised mean difference: exp(0.91 d), limits exp(0.91 d -/+ 1.78 se).
 * Source: Chinn 2000 by way of VanderWeele and Ding 2017, table 2.
 */
export function riskRatioOfStandardizedDifference(difference: number, standardError: number): RiskRatio {
  const log = 0.91 * difference;
  return {
    riskRatio: Math.exp(log),
    lower: Math.exp(log - 1.78 * standardError),
    upper: Math.exp(log + 1.78 * standardError),
  };
}
