import { CoreError } from '../errors.ts';
import { studentTQuantile } from '../stats/student-t.ts';

/**
 * Robustness value of a regression estimate: the share of the residual variance of treatment and of outcome that an unmeasured cause
 * would have to explain, the same of both, to bring the estimate to 0; and to bring the interval to 0.
 *
 * @param t                estimate / classical standard error
 * @param degreesOfFreedom of that regression, above 1
 * @param alpha            two-sided level of the interval
 * @returns both in [0, 1); `interval` is 0 where the interval already holds 0
 * @throws invalid-argument
 * Source: Cinelli and Hazlett 2020, doi:10.1111/rssb.12348, eq. 18 and 19.
 *
 * @example
 * const { value, interval } = robustnessValue(4.184, 783, 0.05);
 * [value, interval]; // → [0.1388, 0.0762]
 */
export function robustnessValue(
  t: number,
  degreesOfFreedom: number,
  alpha: number,
): { readonly value: number; readonly interval: number } {
  if (!(Number.isFinite(t) && degreesOfFreedom > 1)) {
    throw new CoreError(
      'invalid-argument',
      `A robustness value needs a finite t and more than one degree of freedom; received ${t} and ${degreesOfFreedom}.`,
      { received: [t, degreesOfFreedom] },
    );
  }
  const critical = studentTQuantile(1 - alpha / 2, degreesOfFreedom - 1) / Math.sqrt(degreesOfFreedom - 1);
  const f = Math.abs(t) / Math.sqrt(degreesOfFreedom);
  return { value: equalShares(f), interval: equalShares(f - critical) };
}

/** The R^2 of treatment and outcome, equal for both, whose bias is `f` standard errors x sqrt(df): R^2 / sqrt(1 - R^2) = f. */
export function equalShares(f: number): number {
  return f > 0 ? (Math.sqrt(f ** 4 + 4 * f * f) - f * f) / 2 : 0;
}

/** What a covariate explains: partial R^2 with the treatment (given the other covariates) and with the outcome (given also the treatment). */
export interface Strength {
  readonly withTreatment: number;
  readonly withOutcome: number;
}

/**
 * The strength of an unmeasured cause that is `times` as strong as a covariate, by the bound of Cinelli and Hazlett.
 *
 * @returns null where a cause of that strength cannot exist beside the covariate (it would explain all of the treatment)
 * Source: as above, section 4.4; outcome shares are capped at 1.
 */
export function asStrongAs(covariate: Strength, times: number): Strength | null {
  const odds = covariate.withTreatment / (1 - covariate.withTreatment);
  const withTreatment = times * odds;
  const ofCovariate = (times * covariate.withTreatment ** 2) / ((1 - times * odds) * (1 - covariate.withTreatment));
  // withTreatment is the share of the residual treatment variance; a covariate that leaves less cannot be matched.
  if (!(withTreatment < 1 && ofCovariate >= 0 && ofCovariate < 1)) return null;
  const factor = ((Math.sqrt(times) + Math.sqrt(ofCovariate)) / Math.sqrt(1 - ofCovariate)) ** 2;
  return {
    withTreatment,
    withOutcome: Math.min(1, (factor * covariate.withOutcome) / (1 - covariate.withOutcome)),
  };
}

/** How far a cause of that strength can move an estimate: se sqrt(df) sqrt(R^2_y R^2_d / (1 - R^2_d)). */
export function biasOf(
  { withTreatment, withOutcome }: Strength,
  standardError: number,
  degreesOfFreedom: number,
): number {
  return standardError * Math.sqrt((degreesOfFreedom * withOutcome * withTreatment) / (1 - withTreatment));
}
