/**
 * A dense matrix: `rows` x `cols` values, row-major, in a flat Float64Array that the caller owns.
 * `values.length` is exactly `rows * cols`. Zero rows or columns are allowed.
 */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly values: Float64Array;
}

/** Names a flat array as a matrix; copies nothing. The kernels check the length when they are given it. */
export function matrix(rows: number, cols: number, values: Float64Array = new Float64Array(rows * cols)): Matrix {
  return { rows, cols, values };
}
