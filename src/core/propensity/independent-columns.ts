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
 * @param buffer  n p numbers in which the standardised columns are written; the result is a part of it
 * Cost: two passes and a p x p factorisation; a full QR only where some column is suspiciously close to dependent.
 */
export function independentColumns(
  x: Matrix,
  weights: Float64Array | null,
  kernels: MatrixKernels,
  buffer: Float64Array = new Float64Array(x.rows * x.cols),
): ColumnScaling {
  const p = x.cols;
  buffer.set(x.values);
  const mean = new Float64Array(p);
  const squares = new Float64Array(p);
  const { sumOfWeights } = kernels.columnMoments({ ...x, values: buffer }, weights, mean, squares);
  const kept: number[] = [0];
  for (let j = 1; j < p; j++) {
    const raw = squares[j]! + sumOfWeights * mean[j]! * mean[j]!;
    if (squares[j]! > 1e-22 * raw) kept.push(j);
  }
  const standardise = (columns: readonly number[]): ColumnScaling => {
    const centre = Float64Array.from(columns, (j) => (j === 0 ? 0 : mean[j]!));
    const scale = Float64Array.from(columns, (j) => (j === 0 ? 1 : Math.sqrt(squares[j]! / sumOfWeights)));
    const standardised = takeColumns(x, columns, buffer);
    kernels.standardise(standardised, centre, scale, standardised);
    return { kept: columns, centre, scale, standardised };
  };
  const scaling = standardise(kept);
  if (!isSuspicious(scaling.standardised, weights, sumOfWeights, kernels)) return scaling;
  const zero = new Float64Array(x.rows);
  const { usedColumns } = kernels.leastSquares(scaling.standardised, zero, weights, tolerance);
  return usedColumns.length === kept.length ? scaling : standardise(usedColumns.map((c) => kept[c]!));
}

/** Some columns, packed row by row at the beginning of a buffer. */
function takeColumns({ rows, cols, values }: Matrix, columns: readonly number[], buffer: Float64Array): Matrix {
  const k = columns.length;
  const taken = buffer.subarray(0, rows * k);
  if (k === cols) taken.set(values);
  else for (let i = 0; i < rows; i++) for (let c = 0; c < k; c++) taken[i * k + c] = values[i * cols + columns[c]!]!;
  return { rows, cols: k, values: taken };
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
