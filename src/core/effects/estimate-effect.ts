import { CoreError } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { type DesignColumn, packMatrix } from '../propensity/design-matrix.ts';
import { studentTQuantile, studentTUpperTail } from '../stats/student-t.ts';
import { mEstimationCovariance } from '../weighting/m-estimation.ts';
import { effectOfPartnerLists } from './abadie-imbens.ts';
import { clusterRobustBellMcCaffrey } from './bell-mccaffrey.ts';
import { bootstrapSets } from './bootstrap-sets.ts';
import type { Inference } from './choose-inference.ts';
import { clusterMeansEffect, clusterMeansOf } from './cluster-means.ts';
import { clusterCovariance, heteroskedasticCovariance, standardErrors } from './robust-covariance.ts';
import { withinStrataError } from './stratified-effect.ts';
import { fitWeightedRegression, type RegressionFit } from './weighted-regression.ts';
import { wildClusterBootstrap } from './wild-cluster-bootstrap.ts';

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

/** Draws of the bootstraps. */
const draws = 999;

/** The units of an effect: those with a positive weight. */
export interface EffectSample {
  readonly treated: Uint8Array;
  readonly outcome: Float64Array;
  readonly weights: Float64Array;
}

/**
 * Effect of the treatment: its coefficient in a weighted regression of the outcome on the treatment and, for the adjusted
 * estimate, on covariate columns. Without columns it is the difference of weighted means. Where the means of clusters are
 * compared each cluster counts once; where partners serve several units the adjustment is that of Abadie and Imbens.
 *
 * @param columns covariate columns of the sample's units; those that depend on others there are left out and named
 * @param confidence level of the interval, in (0, 1)
 * @throws empty-group (too few units), too-few-groups (also for as many columns as clusters), no-variation (the outcome is
 *   constant), invalid-argument (weights), non-finite
 * Cost: O(n k^2). Source: Stuart 2010, doi:10.1214/09-STS313, section 5; standard errors as `inference` says.
 *
 * @example
 * const sample = {
 *   treated: Uint8Array.of(1, 1, 0, 0),
 *   outcome: Float64Array.of(5, 7, 2, 4),
 *   weights: Float64Array.of(1, 1, 1, 1),
 * };
 * const plain = { method: 'HC3', reason: 'independent-units', cluster: null, clusters: null, equations: null, partners: null, near: null, seed: 1 } as const;
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
  requireUsable(sample);
  if (inference.method === 'cluster-means') {
    const means = clusterMeansOf(sample, columns, inference.cluster!, kernels);
    const { adjustedFor, leftOut } = means;
    return withInterval({ ...clusterMeansEffect(means), adjustedFor, leftOut }, confidence);
  }
  if (inference.partners !== null) {
    const adjustFor = columns.length === 0 ? null : columns;
    const near = inference.near && [inference.near(kernels)];
    const effect = effectOfPartnerLists([inference.partners], outcome, treated, adjustFor, near, kernels);
    const { estimate, standardError, focalUnits, effectivePartners, leftOut } = effect;
    const observations = Math.min(focalUnits, effectivePartners);
    const adjustedFor = columns.map(({ name }) => name).filter((name) => !leftOut.includes(name));
    return withInterval(
      { estimate, standardError, degreesOfFreedom: Math.max(1, observations - 1), adjustedFor, leftOut },
      confidence,
    );
  }
  const { fit, kept, leftOut } = regress(sample, columns, kernels);
  const adjustedFor = kept.map((column) => column.name);
  const { cluster } = inference;
  if (inference.method === 'wild-cluster-bootstrap') {
    const groups = requireMoreGroups(cluster!, fit);
    const options = { draws, seed: inference.seed, weights: groups < 13 ? 'webb' : 'rademacher', confidence } as const;
    return {
      estimate: fit.coefficients[1]!,
      ...wildClusterBootstrap(fit, cluster!, 1, options, kernels),
      adjustedFor,
      leftOut,
    };
  }
  const error =
    inference.method === 'within-strata' && kept.length === 0
      ? (withinStrataError(outcome, treated, weights, cluster!) ?? errorOf(fit, inference, kernels))
      : errorOf(fit, inference, kernels);
  return withInterval({ estimate: fit.coefficients[1]!, ...error, adjustedFor, leftOut }, confidence);
}

function requireUsable({ outcome, weights }: EffectSample): void {
  const row = weights.findIndex((w) => !(w > 0 && w < Number.POSITIVE_INFINITY));
  if (row >= 0) {
    throw new CoreError(
      'invalid-argument',
      `The weight of unit ${row} of the sample is ${weights[row]}; expected a positive, finite number. Leave out units without weight.`,
      { row },
    );
  }
  if (outcome.every((value) => value === outcome[0])) {
    throw new CoreError(
      'no-variation',
      `The outcome is ${outcome[0]} for every unit of the matched sample, so no effect can be estimated. Choose another outcome or period.`,
      { everywhere: outcome[0] },
    );
  }
}

/** The regression on what columns do not depend on others in this sample. */
export function regress(
  { treated, outcome, weights }: EffectSample,
  columns: readonly DesignColumn[],
  kernels: MatrixKernels,
) {
  const treatment = { name: 'treatment', values: Float64Array.from(treated) };
  const leftOut: string[] = [];
  let kept = columns;
  for (;;) {
    const { matrix, names } = packMatrix(outcome.length, [treatment, ...kept], true);
    try {
      return { fit: fitWeightedRegression(matrix, names, outcome, weights, kernels), kept, leftOut };
    } catch (error) {
      const dependent =
        error instanceof CoreError && error.code === 'collinear' ? (error.details.columns as string[]) : [];
      if (dependent.length === 0) throw error;
      leftOut.push(...dependent);
      kept = kept.filter((column) => !dependent.includes(column.name));
    }
  }
}

/** An estimate with its t interval and two-sided p-value. */
export function withInterval(
  effect: Omit<EffectEstimate, 'lower' | 'upper' | 'pValue'>,
  confidence: number,
): EffectEstimate {
  const { estimate, standardError, degreesOfFreedom } = effect;
  const half = studentTQuantile((1 + confidence) / 2, degreesOfFreedom) * standardError;
  return {
    ...effect,
    lower: estimate - half,
    upper: estimate + half,
    pValue: standardError > 0 ? 2 * studentTUpperTail(Math.abs(estimate) / standardError, degreesOfFreedom) : 0,
  };
}

/** Coefficients of as many columns as there are clusters leave nothing to see a variance by. */
function requireMoreGroups(cluster: Int32Array, { x, names }: RegressionFit): number {
  const groups = cluster.reduce((most, c) => Math.max(most, c + 1), 0);
  if (groups > x.cols) return groups;
  throw new CoreError(
    'too-few-groups',
    `The outcome model has ${x.cols} columns and there are ${groups} clusters; more clusters than columns are needed. Leave out covariates (${names.slice(2).join(', ')}).`,
    { groups, columns: names.slice(2) },
  );
}

function errorOf(
  fit: RegressionFit,
  { method, cluster, equations, seed }: Inference,
  kernels: MatrixKernels,
): { standardError: number; degreesOfFreedom: number } {
  switch (method) {
    case 'm-estimation':
      return {
        standardError: standardErrors(mEstimationCovariance(fit, equations!, kernels))[1]!,
        degreesOfFreedom: fit.units - fit.x.cols,
      };
    case 'cluster-CR2': {
      requireMoreGroups(cluster!, fit);
      const { standardError, degreesOfFreedom } = clusterRobustBellMcCaffrey(fit, cluster!, 1, kernels);
      return { standardError, degreesOfFreedom };
    }
    case 'bootstrap':
      return bootstrapSets(fit, cluster!, 1, { draws, seed }, kernels);
    case 'cluster-CR1':
    case 'matched-sets': {
      const groups = requireMoreGroups(cluster!, fit);
      return {
        standardError: standardErrors(clusterCovariance(fit, cluster!, 'CR1', kernels))[1]!,
        degreesOfFreedom: groups - 1,
      };
    }
    default:
      return {
        standardError: standardErrors(heteroskedasticCovariance(fit, 'HC3', kernels))[1]!,
        degreesOfFreedom: fit.units - fit.x.cols,
      };
  }
}
