import { CoreError } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { fitBinomialRegression } from '../propensity/binomial-regression.ts';
import { packMatrix } from '../propensity/design-matrix.ts';
import { studentTQuantile } from '../stats/student-t.ts';
import { mEstimationCovariance } from '../weighting/m-estimation.ts';
import type { Inference } from './choose-inference.ts';
import type { EffectSample } from './estimate-effect.ts';
import { type Contrast, gComputation } from './g-computation.ts';
import { clusterCovariance, heteroskedasticCovariance } from './robust-covariance.ts';
import type { RegressionFit } from './weighted-regression.ts';

export interface Ratio {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

/** Of an outcome of 0 and 1: the shares of 1 and how they compare. */
export interface RiskRatios {
  readonly riskTreated: number;
  readonly riskControl: number;
  readonly riskDifference: Ratio;
  readonly riskRatio: Ratio;
  readonly oddsRatio: Ratio;
}

/**
 * Risk difference, risk ratio and odds ratio on a matched or weighted sample, by g-computation from a logistic regression on the
 * treatment, with the delta method and the covariance that fits the design.
 *
 * @returns null where the outcome is not 0/1, where a group has no 0 or no 1, with fewer than three clusters, and where partners are
 *   used again (Abadie and Imbens have no error of a ratio)
 * Cost: O(n). Source: as `gComputation`; intervals on the logarithm for ratios.
 */
export function riskRatios(
  { treated, outcome, weights }: EffectSample,
  inference: Inference,
  confidence: number,
  kernels: MatrixKernels,
): RiskRatios | null {
  const { method, cluster, equations } = inference;
  if (inference.partners !== null || outcome.some((y) => y !== 0 && y !== 1)) return null;
  const column = { name: 'treatment', values: Float64Array.from(treated) };
  const { matrix, names } = packMatrix(outcome.length, [column], true);
  let binomial: ReturnType<typeof fitBinomialRegression>;
  try {
    binomial = fitBinomialRegression(matrix, names, outcome, weights, 'logit', kernels);
  } catch (error) {
    if (error instanceof CoreError && (error.code === 'separation' || error.code === 'empty-group')) return null;
    throw error;
  }
  const fit: RegressionFit = {
    names,
    coefficients: binomial.coefficients,
    residuals: outcome.map((y, i) => y - binomial.fitted[i]!),
    bread: binomial.covariance,
    x: matrix,
    weights,
    units: outcome.length,
  };
  const groups = cluster === null ? 0 : cluster.reduce((most, c) => Math.max(most, c + 1), 0);
  const isClustered = cluster !== null && method !== 'within-strata';
  if (isClustered && groups < 3) return null;
  const covariance = isClustered
    ? clusterCovariance(fit, cluster, 'CR1', kernels)
    : method === 'm-estimation'
      ? mEstimationCovariance(fit, equations!, kernels)
      : heteroskedasticCovariance(fit, 'HC1', kernels);
  const row = (t: number) => ({ rows: 1, cols: 2, values: Float64Array.of(1, t) });
  const effects = gComputation(
    { family: 'binomial', coefficients: fit.coefficients, covariance },
    row(1),
    row(0),
    Float64Array.of(1),
  );
  const reach = studentTQuantile((1 + confidence) / 2, isClustered ? groups - 2 : outcome.length - 2);
  const interval = ({ estimate, standardError }: Contrast, scale: (value: number) => number): Ratio => ({
    estimate: scale(estimate),
    lower: scale(estimate - reach * standardError),
    upper: scale(estimate + reach * standardError),
  });
  return {
    riskTreated: effects.meanTreated,
    riskControl: effects.meanControl,
    riskDifference: interval(effects.difference, (v) => v),
    riskRatio: interval(effects.logRiskRatio!, Math.exp),
    oddsRatio: interval(effects.logOddsRatio!, Math.exp),
  };
}
