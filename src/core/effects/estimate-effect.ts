import { CoreError } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { type DesignColumn, packMatrix } from '../propensity/design-matrix.ts';
import { studentTQuantile, studentTUpperTail } from '../stats/student-t.ts';
import { mEstimationCovariance } from '../weighting/m-estimation.ts';
import { clusterRobustBellMcCaffrey } from './bell-mccaffrey.ts';
import type { Inference } from './choose-inference.ts';
import { clusterCovariance, heteroskedasticCovariance, standardErrors } from './robust-covariance.ts';
import { fitWeightedRegression, type RegressionFit } from './weighted-regression.ts';

export interface EffectEstimate {
  readonly estimate: number;
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  readonly lower: number;
  readonly upper: number;
  /** two-sided, against no effect */
  readonly pValue: number;
  /** columns that the outcome model was adjusted for */
  readonly adjustedFor: readonly string[];
  /** columns left out because they depend on others in this sample */
  readonly leftOut: readonly string[];
}

/** The units of an effect: those with a positive weight. */
export interface EffectSample {
  readonly treated: Uint8Array;
  readonly outcome: Float64Array;
  readonly weights: Float64Array;
}

/**
 * Effect of the treatment: its coefficient in a weighted regression of the outcome on the treatment and, for the adjusted
 * estimate, on covariate columns. Without columns it is the difference of weighted means.
 *
 * @param columns covariate columns of the sample's units; those that depend on others there are left out and named
 * @param confidence level of the interval, in (0, 1)
 * @throws empty-group (too few units), too-few-groups, no-variation (the outcome is constant), non-finite
 * Cost: O(n k^2). Source: Stuart 2010, doi:10.1214/09-STS313, section 5; standard errors as `inference` says.
 *
 * @example
 * const sample = {
 *   treated: Uint8Array.of(1, 1, 0, 0),
 *   outcome: Float64Array.of(5, 7, 2, 4),
 *   weights: Float64Array.of(1, 1, 1, 1),
 * };
 * const plain = { method: 'HC3', reason: 'partners-used-again', cluster: null, clusters: null, equations: null } as const;
 * estimateEffect(sample, [], plain, 0.95, typescriptKernels).estimate; // → 3
 */
export function estimateEffect(
  sample: EffectSample,
  columns: readonly DesignColumn[],
  inference: Inference,
  confidence: number,
  kernels: MatrixKernels,
): EffectEstimate {
  const { treated, outcome, weights } = sample;
  if (outcome.every((value) => value === outcome[0])) {
    throw new CoreError(
      'no-variation',
      `The outcome is ${outcome[0]} for every unit of the matched sample, so no effect can be estimated. Choose another outcome or period.`,
    );
  }
  const treatment = { name: 'treatment', values: Float64Array.from(treated) };
  const leftOut: string[] = [];
  let kept = columns;
  let fit: RegressionFit | null = null;
  while (fit === null) {
    const { matrix, names } = packMatrix(outcome.length, [treatment, ...kept], true);
    try {
      fit = fitWeightedRegression(matrix, names, outcome, weights, kernels);
    } catch (error) {
      const dependent =
        error instanceof CoreError && error.code === 'collinear' ? (error.details.columns as string[]) : [];
      if (dependent.length === 0) throw error;
      leftOut.push(...dependent);
      kept = kept.filter((column) => !dependent.includes(column.name));
    }
  }
  const { standardError, degreesOfFreedom } = errorOf(fit, inference, kernels);
  const estimate = fit.coefficients[1]!;
  const half = studentTQuantile((1 + confidence) / 2, degreesOfFreedom) * standardError;
  return {
    estimate,
    standardError,
    degreesOfFreedom,
    lower: estimate - half,
    upper: estimate + half,
    pValue: standardError > 0 ? 2 * studentTUpperTail(Math.abs(estimate) / standardError, degreesOfFreedom) : 0,
    adjustedFor: kept.map((column) => column.name),
    leftOut,
  };
}

function errorOf(
  fit: RegressionFit,
  inference: Inference,
  kernels: MatrixKernels,
): { standardError: number; degreesOfFreedom: number } {
  const { method, cluster, equations } = inference;
  if (method === 'HC3') {
    return {
      standardError: standardErrors(heteroskedasticCovariance(fit, 'HC3', kernels))[1]!,
      degreesOfFreedom: fit.units - fit.x.cols,
    };
  }
  if (method === 'm-estimation') {
    return {
      standardError: standardErrors(mEstimationCovariance(fit, equations!, kernels))[1]!,
      degreesOfFreedom: fit.units - fit.x.cols,
    };
  }
  if (method === 'cluster-CR2') return clusterRobustBellMcCaffrey(fit, cluster!, 1, kernels);
  const groups = cluster!.reduce((most, c) => Math.max(most, c + 1), 0);
  return {
    standardError: standardErrors(clusterCovariance(fit, cluster!, 'CR1', kernels))[1]!,
    degreesOfFreedom: groups - 1,
  };
}
