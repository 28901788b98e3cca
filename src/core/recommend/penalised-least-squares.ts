import { type Matrix, matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';

/**
 * Coefficients that minimise the weighted sum of squares plus penalty times squared coefficient.
 *
 * @param weights n weights > 0 with a mean of about 1
 * @param penalty p penalties >= 0; 0 leaves a column free, which must then vary
 * @throws singular-matrix, non-finite
 * Cost: O(n p^2 + p^3). Source: Hoerl and Kennard 1970, doi:10.1080/00401706.1970.10488634.
 */
export function penalisedLeastSquares(
  features: Matrix,
  y: Float64Array,
  weights: Float64Array,
  penalty: Float64Array,
  kernels: MatrixKernels,
): Float64Array {
  const p = features.cols;
  const gram = matrix(p, p);
  const cross = new Float64Array(p);
  kernels.gram(features, weights, gram, { z: y, out: cross });
  for (let k = 0; k < p; k++) gram.values[k * p + k] = gram.values[k * p + k]! + penalty[k]!;
  kernels.choleskyFactor(gram, gram);
  const solution = new Float64Array(p);
  kernels.choleskySolve(gram, matrix(p, 1, cross), matrix(p, 1, solution));
  return solution;
}
