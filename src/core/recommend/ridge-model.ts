import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { betweenExperimentVariance } from './between-experiment-variance.ts';
import type { ExperimentTable } from './experiment-table.ts';
import { type FeatureFamily, featureFamilies } from './set-features.ts';
import { defaultSetModelSettings, fitSetModel, predictRows, type SetModel } from './set-model.ts';

/** Penalty of each family on squared coefficients, in units of one observation; absent families are left out. */
const penalties: Readonly<Partial<Record<FeatureFamily, number>>> = {
  context: 3,
  grade: 3,
  gradeByContext: 25,
  block: 3,
  pair: 25,
  blockByContext: 25,
};
const without = featureFamilies.filter((family) => !(family in penalties) && family !== 'intercept');

/**
 * Ridge regression of the outcome on building blocks, their pairs and blocks times contexts, with fixed penalties.
 *
 * Effects are weighted by 1 / (v + tau2), tau2 by DerSimonian and Laird, the weights scaled to a mean of 1. Ridge is
 * the posterior mean under normal priors of variance sigma2 / penalty, which is how it is solved.
 *
 * @param table checked; at least two rows
 * @throws empty-group, singular-matrix, non-finite
 * Cost: one Gram matrix and one inverse, O(n p^2 + p^3). Source: Hoerl and Kennard 1970, doi:10.1080/00401706.1970.10488634.
 */
export function fitRidgeModel(table: ExperimentTable, kernels: MatrixKernels): SetModel {
  if (table.variance !== null) {
    const row = betweenExperimentVariance(table.effect, table.variance);
    let weight = 0;
    for (const v of table.variance) weight += 1 / (v + row);
    return fitWith(table, row, table.variance.length / weight, kernels);
  }
  // The solution does not depend on the noise variance; its covariance does: solve, then scale by the residuals.
  const unit = fitWith(table, 1, 1, kernels);
  const noise = residualVariance(table, unit, kernels);
  return fitWith(table, noise, noise, kernels);
}

function fitWith(table: ExperimentTable, row: number, noise: number, kernels: MatrixKernels): SetModel {
  const family = Float64Array.from(featureFamilies, (name) =>
    penalties[name] === undefined ? 0 : noise / penalties[name],
  );
  return fitSetModel(table, { ...defaultSetModelSettings, without, fixed: { family, site: 0, row } }, kernels);
}

/** Residual sum of squares over rows minus effective degrees of freedom. */
function residualVariance(table: ExperimentTable, unit: SetModel, kernels: MatrixKernels): number {
  const { fitted, leverage } = fittedRows(table, unit, kernels);
  let squares = 0;
  for (let i = 0; i < fitted.length; i++) squares += (table.effect[i]! - fitted[i]!) ** 2;
  return Math.max(squares / Math.max(1, fitted.length - leverage), Number.MIN_VALUE);
}

function fittedRows(table: ExperimentTable, model: SetModel, kernels: MatrixKernels) {
  const prediction = predictRows(model, table, kernels);
  // With unit noise the posterior variance of a fitted row is its leverage.
  return { fitted: prediction.mean, leverage: prediction.variance.reduce((sum, value) => sum + value, 0) };
}
