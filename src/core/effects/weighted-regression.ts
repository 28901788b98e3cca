import { CoreError } from '../errors.ts';
import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';

/** Weighted least squares with what its sandwich variances need. */
export interface RegressionFit {
  readonly names: readonly string[];
  readonly coefficients: Float64Array;
  /** n residuals y - x'b */
  readonly residuals: Float64Array;
  /** B = (X'WX)^-1, k x k */
  readonly bread: Matrix;
  readonly x: Matrix;
  readonly weights: Float64Array;
  readonly units: number;
}

/**
 * Weighted least squares of an outcome on a model matrix, by QR.
 *
 * @param x n x k, column 0 the intercept; rows with positive weight only; read only
 * @param names k column names
 * @param y n outcomes, finite
 * @param weights n positive weights
 * @throws dimension-mismatch; collinear (details.columns) where a column depends on earlier ones; empty-group with no
 *   more units than columns; invalid-argument for a weight that is not positive; non-finite
 * Cost: O(n k^2). Source: Golub and Van Loan 2013, algorithm 5.2.1; bread and meat as in Zeileis 2006, doi:10.18637/jss.v016.i09.
 */
export function fitWeightedRegression(
  x: Matrix,
  names: readonly string[],
  y: Float64Array,
  weights: Float64Array,
  kernels: MatrixKernels,
): RegressionFit {
  if (y.length !== x.rows || weights.length !== x.rows || names.length !== x.cols) {
    throw new CoreError(
      'dimension-mismatch',
      `The model matrix is ${x.rows} x ${x.cols}; outcome, weights and names must fit.`,
    );
  }
  if (x.rows <= x.cols) {
    throw new CoreError(
      'empty-group',
      `${x.rows} units with weight are too few for ${x.cols} columns. Match more units, or leave out terms.`,
      { units: x.rows, columns: x.cols },
    );
  }
  const row = weights.findIndex((w) => !(w > 0));
  if (row >= 0)
    throw new CoreError('invalid-argument', `Weights must be positive; row ${row} has ${weights[row]}.`, { row });
  const fit = kernels.leastSquares(x, y, weights, 1e-9);
  if (fit.rank < x.cols) {
    const columns = fit.dependentColumns.map((c) => names[c]!);
    throw new CoreError(
      'collinear',
      `In the outcome model ${columns.join(', ')} depend${columns.length === 1 ? 's' : ''} on the other columns among the units used. Leave out ${columns.length === 1 ? 'it' : 'them'}.`,
      { columns },
    );
  }
  const k = x.cols;
  const lower = { rows: k, cols: k, values: new Float64Array(k * k) };
  for (let i = 0; i < k; i++) for (let j = 0; j <= i; j++) lower.values[i * k + j] = fit.r.values[j * k + i]!;
  const bread = { rows: k, cols: k, values: new Float64Array(k * k) };
  kernels.choleskyInverse(lower, bread);
  const fitted = new Float64Array(x.rows);
  kernels.gemv(x, fit.coefficients, fitted);
  const residuals = y.map((value, i) => value - fitted[i]!);
  return { names, coefficients: fit.coefficients, residuals, bread, x, weights, units: x.rows };
}
