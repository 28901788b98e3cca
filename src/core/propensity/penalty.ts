import { CoreError } from '../errors.ts';
import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { Link } from './links.ts';

/**
 * What keeps coefficients finite where the data alone do not. `ridge`: the log-likelihood minus strength / 2 times the sum of
 * squared coefficients of standardised columns, without the intercept. `firth`: the log-likelihood plus half the log
 * determinant of the information (Jeffreys' prior), which takes away the first-order bias too; logit only.
 */
export type Penalty = { readonly type: 'ridge'; readonly strength: number } | { readonly type: 'firth' };

/** A point of a fit: score and information there, changed in place. */
export interface PenalisedState {
  readonly score: Float64Array;
  readonly hessian: Matrix;
  readonly mu: Float64Array;
}

/** @throws invalid-argument for a strength that is not positive, or Firth's penalty with another link */
export function checkPenalty(penalty: Penalty | null, link: Link): void {
  if (penalty === null) return;
  if (penalty.type === 'ridge' && !(penalty.strength > 0 && Number.isFinite(penalty.strength))) {
    throw new CoreError(
      'invalid-argument',
      `The strength of a ridge penalty must be above 0, not ${penalty.strength}.`,
      {
        received: penalty.strength,
      },
    );
  }
  if (penalty.type === 'firth' && link !== 'logit') {
    throw new CoreError(
      'invalid-argument',
      `Firth's penalty is built for the logit link, not for ${link}. Use logit, or a ridge penalty.`,
      { link },
    );
  }
}

/**
 * Adds a penalty to score and information at `beta`; returns what it adds to the log-likelihood.
 *
 * Source: Firth 1993, doi:10.1093/biomet/80.1.27, and Heinze and Schemper 2002, doi:10.1002/sim.1047; ridge: le Cessie and van
 * Houwelingen 1992, doi:10.2307/2347628.
 */
export function addPenalty(
  penalty: Penalty,
  z: Matrix,
  weights: Float64Array | null,
  beta: Float64Array,
  state: PenalisedState,
  kernels: MatrixKernels,
): number {
  return penalty.type === 'ridge' ? addRidge(penalty.strength, beta, state) : addJeffreys(z, weights, state, kernels);
}

function addRidge(strength: number, beta: Float64Array, { score, hessian }: PenalisedState): number {
  let squares = 0;
  for (let j = 1; j < beta.length; j++) {
    score[j] = score[j]! - strength * beta[j]!;
    hessian.values[j * hessian.cols + j] = hessian.values[j * hessian.cols + j]! + strength;
    squares += beta[j]! * beta[j]!;
  }
  return (-strength / 2) * squares;
}

/** The score gets sum h_i (1/2 - mu_i) z_i with h the leverages; the information stays, as in Fisher scoring. */
function addJeffreys(
  z: Matrix,
  weights: Float64Array | null,
  { score, hessian, mu }: PenalisedState,
  kernels: MatrixKernels,
): number {
  const k = z.cols;
  const factor = { rows: k, cols: k, values: new Float64Array(k * k) };
  kernels.choleskyFactor(hessian, factor);
  const inverse = { rows: k, cols: k, values: new Float64Array(k * k) };
  kernels.choleskyInverse(factor, inverse);
  const residual = new Float64Array(z.rows);
  for (let i = 0; i < z.rows; i++) {
    let quadratic = 0;
    for (let a = 0; a < k; a++) {
      let sum = 0;
      for (let b = 0; b < k; b++) sum += inverse.values[a * k + b]! * z.values[i * k + b]!;
      quadratic += z.values[i * k + a]! * sum;
    }
    const prior = weights === null ? 1 : weights[i]!;
    residual[i] = prior * mu[i]! * (1 - mu[i]!) * quadratic * (0.5 - mu[i]!);
  }
  const more = new Float64Array(k);
  kernels.gemv(z, residual, more, { transpose: true });
  for (let j = 0; j < k; j++) score[j] = score[j]! + more[j]!;
  let logDeterminant = 0;
  for (let j = 0; j < k; j++) logDeterminant += 2 * Math.log(factor.values[j * k + j]!);
  return logDeterminant / 2;
}
