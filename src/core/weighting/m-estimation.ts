import { sandwich } from '../effects/robust-covariance.ts';
import type { RegressionFit } from '../effects/weighted-regression.ts';
import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';

/** The equations that define weights: sum over units of psi_i(alpha) = 0. Rows are the units of the outcome regression. */
export interface WeightEquations {
  /** n x q values of psi_i */
  readonly psi: Matrix;
  /** q x q sum of d psi_i / d alpha */
  readonly jacobian: Matrix;
  /** n x q d w_i / d alpha */
  readonly weightSlopes: Matrix;
}

/**
 * Covariance of weighted regression coefficients that accounts for estimated weights: the sandwich of the stacked
 * equations psi and w x (y - x'b). Its lower block is B (sum u u') B with u_i = w_i e_i x_i - A21 A11^-1 psi_i,
 * A11 = sum d psi / d alpha, A21 = sum x_i e_i d w_i / d alpha'.
 *
 * @throws singular-matrix where the weight equations do not identify alpha
 * Cost: O(n (k + q)^2). Source: Stefanski and Boos 2002, doi:10.1198/000313002753631330; Lunceford and Davidian 2004,
 * doi:10.1002/sim.1903.
 */
export function mEstimationCovariance(fit: RegressionFit, equations: WeightEquations, kernels: MatrixKernels): Matrix {
  const { psi, jacobian, weightSlopes } = equations;
  const { x, residuals, weights, units, bread } = fit;
  const k = x.cols;
  const q = psi.cols;
  const scaled = { rows: units, cols: k, values: new Float64Array(units * k) };
  for (let i = 0; i < units; i++) {
    for (let j = 0; j < k; j++) scaled.values[i * k + j] = x.values[i * k + j]! * residuals[i]!;
  }
  const cross = { rows: k, cols: q, values: new Float64Array(k * q) };
  kernels.gemm(scaled, weightSlopes, cross, { transposeA: true });
  const correction = correctionOf(cross, jacobian, kernels); // k x q: A21 A11^-1
  const u = { rows: units, cols: k, values: new Float64Array(units * k) };
  kernels.gemm(psi, correction, u, { transposeB: true, alpha: -1 });
  for (let i = 0; i < units; i++) {
    for (let j = 0; j < k; j++) u.values[i * k + j] = u.values[i * k + j]! + weights[i]! * scaled.values[i * k + j]!;
  }
  const meat = { rows: k, cols: k, values: new Float64Array(k * k) };
  kernels.gram(u, null, meat);
  return sandwich(bread, meat, kernels);
}

/** A21 A11^-1 for a symmetric, definite A11 of either sign. */
function correctionOf(cross: Matrix, jacobian: Matrix, kernels: MatrixKernels): Matrix {
  const q = jacobian.cols;
  const k = cross.rows;
  const sign = jacobian.values[0]! < 0 ? -1 : 1;
  const factor = { rows: q, cols: q, values: jacobian.values.map((v) => sign * v) };
  kernels.choleskyFactor(factor, factor);
  const right = { rows: q, cols: k, values: new Float64Array(q * k) };
  for (let a = 0; a < k; a++) for (let b = 0; b < q; b++) right.values[b * k + a] = sign * cross.values[a * q + b]!;
  kernels.choleskySolve(factor, right, right);
  const out = { rows: k, cols: q, values: new Float64Array(k * q) };
  for (let a = 0; a < k; a++) for (let b = 0; b < q; b++) out.values[a * q + b] = right.values[b * k + a]!;
  return out;
}
