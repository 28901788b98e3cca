import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';

export interface ColumnScaling {
  /** columns of x that no earlier column explains, ascending */
  readonly kept: readonly number[];
  /** weighted mean and standard deviation of each kept column; 0 and 1 for the intercept */
  readonly centre: Float64Array;
  readonly scale: Float64Array;
  /** n x kept.length, standardised */
  readonly standardised: Matrix;
}

/** Share of a column's length that must remain after the earlier columns are taken out. */
const tolerance = 1e-9;

/**
 * Finds the columns of a model matrix that depend linearly on earlier ones (a constant column depends on the
 * intercept), and standardises the others, so that fits are well conditioned whatever the units.
 *
 * @param x       n x p, column 0 the intercept; read only
 * @param weights n non-negative weights with a positive sum, or null
 * Cost: two passes and a p x p factorisation; a full QR only where some column is suspiciously close to dependent.
 */
export function independentColumns(x: Matrix, weights: Float64Array | null, kernels: MatrixKernels): ColumnScaling {
  const p = x.cols;
  const mean = new Float64Array(p);
  const squares = new Float64Array(p);
  const { sumOfWeights } = kernels.columnMoments(x, weights, mean, squares);
  const kept: number[] = [0];
  for (let j = 1; j < p; j++) {
    const raw = squares[j]! + sumOfWeights * mean[j]! * mean[j]!;
    if (squares[j]! > 1e-22 * raw) kept.push(j);
  }
  const scaling = standardise(x, kept, mean, squares, sumOfWeights);
  if (!isSuspicious(scaling.standardised, weights, sumOfWeights, kernels)) return scaling;
  const zero = new Float64Array(x.rows);
  const { usedColumns } = kernels.leastSquares(scaling.standardised, zero, weights, tolerance);
  if (usedColumns.length === kept.length) return scaling;
  return standardise(
    x,
    usedColumns.map((c) => kept[c]!),
    mean,
    squares,
    sumOfWeights,
  );
}

function standardise(
  x: Matrix,
  kept: readonly number[],
  mean: Float64Array,
  squares: Float64Array,
  total: number,
): ColumnScaling {
  const k = kept.length;
  const centre = Float64Array.from(kept, (j) => (j === 0 ? 0 : mean[j]!));
  const scale = Float64Array.from(kept, (j) => (j === 0 ? 1 : Math.sqrt(squares[j]! / total)));
  const values = new Float64Array(x.rows * k);
  for (let i = 0; i < x.rows; i++) {
    for (let c = 0; c < k; c++) values[i * k + c] = (x.values[i * x.cols + kept[c]!]! - centre[c]!) / scale[c]!;
  }
  return { kept, centre, scale, standardised: { rows: x.rows, cols: k, values } };
}

/** Whether some column keeps less than a millionth of its variance beside the earlier ones (pivots of the correlations). */
function isSuspicious(z: Matrix, weights: Float64Array | null, total: number, kernels: MatrixKernels): boolean {
  const k = z.cols;
  const gram = new Float64Array(k * k);
  kernels.gram(z, weights, { rows: k, cols: k, values: gram });
  for (let j = 0; j < k; j++) {
    for (let i = j; i < k; i++) {
      let sum = gram[i * k + j]! / total;
      for (let c = 0; c < j; c++) sum -= gram[i * k + c]! * gram[j * k + c]!;
      if (i === j) {
        if (!(sum > 1e-6)) return true;
        gram[j * k + j] = Math.sqrt(sum);
      } else gram[i * k + j] = sum / gram[j * k + j]!;
    }
  }
  return false;
}
