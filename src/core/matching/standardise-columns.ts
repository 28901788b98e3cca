import { CoreError } from '../errors.ts';
import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { DesignColumn } from '../propensity/design-matrix.ts';
import { mean, sampleStandardDeviation } from '../stats/moments.ts';

/** Points with every column at mean 0 and standard deviation 1 (n - 1, all units together). @throws no-variation */
export function standardiseColumns(columns: readonly DesignColumn[]): Matrix {
  const rows = columns[0]?.values.length ?? 0;
  const cols = columns.length;
  const values = new Float64Array(rows * cols);
  columns.forEach((column, j) => {
    const centre = mean(column.values);
    const scale = sampleStandardDeviation(column.values);
    if (!(scale > 0)) {
      throw new CoreError(
        'no-variation',
        `"${column.name}" is the same for every unit and cannot be standardised. Leave it out.`,
        {
          columns: [column.name],
        },
      );
    }
    for (let i = 0; i < rows; i++) values[i * cols + j] = (column.values[i]! - centre) / scale;
  });
  return { rows, cols, values };
}

/**
 * Points whose squared Euclidean distance is the Mahalanobis distance with the covariance over all units together.
 *
 * @throws no-variation, singular-matrix where a column depends on others
 */
export function whitenByTotal(columns: readonly DesignColumn[], kernels: MatrixKernels): Matrix {
  const z = standardiseColumns(columns);
  const k = z.cols;
  const factor = { rows: k, cols: k, values: new Float64Array(k * k) };
  kernels.gram(z, null, factor);
  for (let i = 0; i < k * k; i++) factor.values[i] = factor.values[i]! / (z.rows - 1);
  kernels.choleskyFactor(factor, factor);
  // rows of Z L'^-1: solve L Y' = Z'
  const transposed = { rows: k, cols: z.rows, values: new Float64Array(k * z.rows) };
  for (let i = 0; i < z.rows; i++) for (let j = 0; j < k; j++) transposed.values[j * z.rows + i] = z.values[i * k + j]!;
  kernels.triangularSolve(factor, transposed, transposed, { triangle: 'lower' });
  const values = new Float64Array(z.rows * k);
  for (let i = 0; i < z.rows; i++) for (let j = 0; j < k; j++) values[i * k + j] = transposed.values[j * z.rows + i]!;
  return { rows: z.rows, cols: k, values };
}
