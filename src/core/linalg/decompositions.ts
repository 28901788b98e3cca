import { Matrix as DenseMatrix, EigenvalueDecomposition, SingularValueDecomposition } from 'ml-matrix';
import { type Matrix, matrix } from './matrix.ts';

// Decompositions that are no hot path: ml-matrix computes, we order and fix the signs. Assumes checked, finite input.

/** Contract in `MatrixKernels.singularValues`. */
export function singularValues(x: Matrix): { u: Matrix; values: Float64Array; v: Matrix } {
  const rank = Math.min(x.rows, x.cols);
  if (rank === 0) return { u: matrix(x.rows, 0), values: new Float64Array(0), v: matrix(x.cols, 0) };
  const found = new SingularValueDecomposition(toDense(x), { autoTranspose: true });
  const u = fromDense(found.leftSingularVectors, x.rows, rank);
  const v = fromDense(found.rightSingularVectors, x.cols, rank);
  for (let j = 0; j < rank; j++) if (largestIsNegative(v, j)) for (const side of [u, v]) flipColumn(side, j);
  return { u, values: Float64Array.from(found.diagonal.slice(0, rank)), v };
}

/** Contract in `MatrixKernels.symmetricEigen`. */
export function symmetricEigen(a: Matrix): { values: Float64Array; vectors: Matrix } {
  const n = a.rows;
  if (n === 0) return { values: new Float64Array(0), vectors: matrix(0, 0) };
  const found = new EigenvalueDecomposition(toDense(a), { assumeSymmetric: true });
  const values = new Float64Array(n);
  const vectors = matrix(n, n);
  // ml-matrix gives them ascending.
  for (let j = 0; j < n; j++) {
    values[j] = found.realEigenvalues[n - 1 - j]!;
    for (let i = 0; i < n; i++) vectors.values[i * n + j] = found.eigenvectorMatrix.get(i, n - 1 - j);
    if (largestIsNegative(vectors, j)) flipColumn(vectors, j);
  }
  return { values, vectors };
}

function toDense(x: Matrix): DenseMatrix {
  const dense = new DenseMatrix(x.rows, x.cols);
  for (let i = 0; i < x.rows; i++) for (let j = 0; j < x.cols; j++) dense.set(i, j, x.values[i * x.cols + j]!);
  return dense;
}

function fromDense(dense: DenseMatrix, rows: number, cols: number): Matrix {
  const out = matrix(rows, cols);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out.values[i * cols + j] = dense.get(i, j);
  return out;
}

/** Whether the element of largest magnitude (the first of equals) of column j is negative. */
function largestIsNegative(m: Matrix, j: number): boolean {
  let largest = 0;
  for (let i = 0; i < m.rows; i++) {
    const value = m.values[i * m.cols + j]!;
    if (Math.abs(value) > Math.abs(largest)) largest = value;
  }
  return largest < 0;
}

function flipColumn(m: Matrix, j: number): void {
  for (let i = 0; i < m.rows; i++) m.values[i * m.cols + j] = -m.values[i * m.cols + j]!;
}
