import { CoreError } from '../errors.ts';
import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { fitBinomialRegression } from '../propensity/binomial-regression.ts';
import { type DesignColumn, packMatrix } from '../propensity/design-matrix.ts';
import { independentColumns } from '../propensity/independent-columns.ts';
import { createRandom } from '../random/random-stream.ts';
import { augmentedIpw } from './augmented-ipw.ts';
import { type EffectEstimate, withInterval } from './estimate-effect.ts';

export interface AugmentedInput {
  readonly treated: Uint8Array;
  readonly outcome: Float64Array;
  /** covariates of both models */
  readonly columns: readonly DesignColumn[];
  readonly estimand: 'ATT' | 'ATC' | 'ATE';
  /** 0: the models are fitted on everybody; from 2: each unit's prediction comes from the folds without it */
  readonly folds: number;
  /** n cluster numbers, 0 … G - 1, whose influences are added up; folds then hold whole clusters. null = independent units */
  readonly cluster: Int32Array | null;
  readonly confidence: number;
  readonly seed: number;
}

export interface AugmentedEstimate extends EffectEstimate {
  /** see `InfluenceEstimate` */
  readonly biasScale: number;
}

/**
 * Augmented inverse-probability estimate with a logistic propensity and a linear outcome model per group, on request cross-fitted:
 * right if either model is, and with folds also where the models are flexible.
 *
 * @param input arrays of n entries, finite; read only
 * @returns the estimate with the error of its influence function, t with n - 1 or G - 1 degrees of freedom
 * @throws invalid-argument for 1 fold or more than n; empty-group where a fold leaves a group without units; separation;
 *   no-overlap; too-few-groups with fewer than two clusters
 * Cost: one logistic and two linear fits of n x p per fold. Source: Robins, Rotnitzky and Zhao 1994,
 * doi:10.1080/01621459.1994.10476818; Chernozhukov and others 2018, doi:10.1111/ectj.12097 (cross-fitting, one split).
 */
export function augmentedEffect(input: AugmentedInput, kernels: MatrixKernels): AugmentedEstimate {
  const { outcome, estimand, folds, cluster, confidence } = input;
  const n = outcome.length;
  if (!(Number.isInteger(folds) && folds >= 0 && folds !== 1 && folds <= n)) {
    throw new CoreError('invalid-argument', `Received ${folds} folds; expected 0 (none) or 2 to ${n}.`, {
      received: folds,
    });
  }
  // The effect on controls is minus the effect of the groups' names exchanged.
  const isSwapped = estimand === 'ATC';
  const treated = isSwapped ? input.treated.map((t) => 1 - t) : input.treated;
  const sign = isSwapped ? -1 : 1;
  const { propensity, ones, zeros } = predictions({ ...input, treated }, kernels);
  const { ate, att } = augmentedIpw(outcome, treated, propensity, ones, zeros);
  const { estimate, influence, biasScale } = estimand === 'ATE' ? ate : att;
  const error = errorOfInfluence(influence, cluster);
  const effect = withInterval(
    { estimate: sign * estimate, ...error, adjustedFor: input.columns.map(({ name }) => name), leftOut: [] },
    confidence,
  );
  return { ...effect, biasScale };
}

function predictions(
  { treated, outcome, columns, folds, cluster, seed }: AugmentedInput,
  kernels: MatrixKernels,
): { readonly propensity: Float64Array; readonly ones: Float64Array; readonly zeros: Float64Array } {
  const n = outcome.length;
  const { matrix, names } = packMatrix(n, columns, true);
  const { standardised } = independentColumns(matrix, null, kernels);
  const out = { propensity: new Float64Array(n), ones: new Float64Array(n), zeros: new Float64Array(n) };
  const fold = folds === 0 ? null : assignFolds(n, folds, cluster, seed);
  const response = Float64Array.from(treated);
  for (let f = 0; f < Math.max(1, folds); f++) {
    const isTrained = (i: number): boolean => fold === null || fold[i] !== f;
    const weightOf = (holds: (i: number) => boolean) =>
      Float64Array.from({ length: n }, (_, i) => (isTrained(i) && holds(i) ? 1 : 0));
    for (const group of [0, 1]) requireUnits(treated, isTrained, group, columns.length);
    const model = fitBinomialRegression(
      matrix,
      names,
      response,
      fold === null ? null : weightOf(() => true),
      'logit',
      kernels,
    );
    const score = model.fitted;
    const fitted = [0, 1].map((group) =>
      fittedFrom(
        standardised,
        outcome,
        weightOf((i) => treated[i] === group),
        kernels,
      ),
    );
    for (let i = 0; i < n; i++) {
      if (fold !== null && fold[i] !== f) continue;
      out.propensity[i] = score[i]!;
      out.zeros[i] = fitted[0]![i]!;
      out.ones[i] = fitted[1]![i]!;
    }
  }
  return out;
}

function requireUnits(treated: Uint8Array, isTrained: (i: number) => boolean, group: number, columns: number): void {
  let count = 0;
  for (let i = 0; i < treated.length; i++) if (treated[i] === group && isTrained(i)) count++;
  if (count > columns + 1) return;
  throw new CoreError(
    'empty-group',
    `The outcome model of the ${group === 1 ? 'treated' : 'controls'} has ${count} units for ${columns + 1} columns. Leave out covariates, or use fewer folds.`,
    { units: count, columns: columns + 1 },
  );
}

/** Predictions of a weighted regression: by normal equations of standardised columns, by QR where a group has dependent ones. */
function fittedFrom(x: Matrix, y: Float64Array, weights: Float64Array, kernels: MatrixKernels): Float64Array {
  const coefficients =
    byNormalEquations(x, y, weights, kernels) ?? kernels.leastSquares(x, y, weights, 1e-9).coefficients;
  const fitted = new Float64Array(y.length);
  kernels.gemv(x, coefficients, fitted);
  return fitted;
}

function byNormalEquations(
  x: Matrix,
  y: Float64Array,
  weights: Float64Array,
  kernels: MatrixKernels,
): Float64Array | null {
  const p = x.cols;
  const gram = { rows: p, cols: p, values: new Float64Array(p * p) };
  const out = new Float64Array(p);
  kernels.gram(x, weights, gram, { z: y, out });
  const diagonal = out.map((_, j) => gram.values[j * p + j]!);
  try {
    kernels.choleskyFactor(gram, gram);
  } catch (error) {
    if (error instanceof CoreError && error.code === 'singular-matrix') return null;
    throw error;
  }
  // A pivot this small belongs to a column that the others nearly explain: normal equations would lose too much.
  if (diagonal.some((d, j) => gram.values[j * p + j]! ** 2 < 1e-6 * d)) return null;
  const solution = { rows: p, cols: 1, values: out };
  kernels.choleskySolve(gram, solution, solution);
  return out;
}

/** A random fold for each unit, or for each cluster as a whole, as equal in number as can be. */
function assignFolds(n: number, folds: number, cluster: Int32Array | null, seed: number): Uint32Array {
  const blocks = cluster === null ? n : cluster.reduce((most, c) => Math.max(most, c + 1), 0);
  const order = createRandom(seed, 'cross-fitting').permutation(blocks);
  const ofBlock = new Uint32Array(blocks);
  order.forEach((block, place) => {
    ofBlock[block] = place % folds;
  });
  return Uint32Array.from({ length: n }, (_, i) => ofBlock[cluster === null ? i : cluster[i]!]!);
}

/** Root of the mean squared influence over n; by cluster of the summed influences, times G / (G - 1). */
function errorOfInfluence(
  influence: Float64Array,
  cluster: Int32Array | null,
): { readonly standardError: number; readonly degreesOfFreedom: number } {
  const n = influence.length;
  if (cluster === null) {
    const squares = influence.reduce((sum, v) => sum + v * v, 0);
    return { standardError: Math.sqrt(squares) / n, degreesOfFreedom: n - 1 };
  }
  const groups = cluster.reduce((most, c) => Math.max(most, c + 1), 0);
  if (groups < 2) {
    throw new CoreError('too-few-groups', `A cluster-robust error needs at least two clusters, not ${groups}.`, {
      groups,
    });
  }
  const sums = new Float64Array(groups);
  for (let i = 0; i < n; i++) sums[cluster[i]!] = sums[cluster[i]!]! + influence[i]!;
  const squares = sums.reduce((sum, v) => sum + v * v, 0);
  return { standardError: Math.sqrt((squares * groups) / (groups - 1)) / n, degreesOfFreedom: groups - 1 };
}
