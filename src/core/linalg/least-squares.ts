import type { KernelEngine } from './kernel-engine.ts';
import type { LeastSquaresFit } from './matrix-kernels.ts';

/**
 * Householder least squares with limited column pivoting; contract in `MatrixKernels.leastSquares`.
 * Works on a copy by columns, so that every inner loop runs over one contiguous column; inner products are sums in
 * vector order (`engine.dot`). Assumes checked, finite input.
 */
export function leastSquares(
  engine: KernelEngine,
  n: number,
  p: number,
  x: Float64Array,
  y: Float64Array,
  weights: Float64Array | null,
  tolerance: number,
): LeastSquaresFit {
  const buffer = engine.allocate((p + 1) * n);
  try {
    const columns = Array.from({ length: p + 1 }, (_, j) => buffer.subarray(j * n, (j + 1) * n));
    const response = columns[p]!;
    for (let i = 0; i < n; i++) {
      const root = weights === null ? 1 : Math.sqrt(weights[i]!);
      for (let j = 0; j < p; j++) columns[j]![i] = root * x[i * p + j]!;
      response[i] = root * y[i]!;
    }
    // Scaled by a power of two near the largest element, so that squares neither overflow nor vanish.
    const exponents = columns.map((column) => normalise(column));
    const lengths = columns.map((column) => Math.sqrt(engine.dot(n, column, column)));

    const order = Array.from({ length: p }, (_, j) => j);
    const dependentColumns: number[] = [];
    let rank = 0;
    while (rank < order.length) {
      const j = order[rank]!;
      const remainder = columns[j]!.subarray(rank);
      const norm = rank < n ? Math.sqrt(engine.dot(n - rank, remainder, remainder)) : 0;
      if (!(norm > tolerance * lengths[j]!)) {
        dependentColumns.push(j);
        order.splice(rank, 1);
        continue;
      }
      reflect(engine, remainder, norm, [
        ...order.slice(rank + 1).map((q) => columns[q]!.subarray(rank)),
        response.subarray(rank),
      ]);
      rank++;
    }

    const r = new Float64Array(rank * rank);
    for (let i = 0; i < rank; i++)
      for (let j = i; j < rank; j++) r[i * rank + j] = columns[order[j]!]![i]! * exponents[order[j]!]!;
    const coefficients = new Float64Array(p);
    const scaleOfResponse = exponents[p]!;
    for (let i = rank - 1; i >= 0; i--) {
      let s = response[i]! * scaleOfResponse;
      for (let j = i + 1; j < rank; j++) s -= r[i * rank + j]! * coefficients[order[j]!]!;
      coefficients[order[i]!] = s / r[i * rank + i]!;
    }
    const residual = response.subarray(rank);
    return {
      coefficients,
      rank,
      dependentColumns: dependentColumns.sort((a, b) => a - b),
      usedColumns: order,
      r: { rows: rank, cols: rank, values: r },
      residualSumOfSquares: engine.dot(n - rank, residual, residual) * scaleOfResponse * scaleOfResponse,
    };
  } finally {
    engine.release(buffer);
  }
}

/** Divides by the power of two next to the largest magnitude (exact) and returns that power; 1 for a column of zeros. */
function normalise(column: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < column.length; i++) largest = Math.max(largest, Math.abs(column[i]!));
  if (largest === 0) return 1;
  let power = 1;
  while (power < largest && power < 2 ** 1000) power *= 2;
  while (power * 0.5 >= largest && power > 2 ** -1000) power *= 0.5;
  for (let i = 0; i < column.length; i++) column[i] = column[i]! / power;
  return power;
}

/** Reflects `pivot` (of length `norm`) onto its first axis, and the other columns with it. */
function reflect(engine: KernelEngine, pivot: Float64Array, norm: number, others: readonly Float64Array[]): void {
  const n = pivot.length;
  const first = pivot[0]!;
  const target = first > 0 ? -norm : norm;
  // v = pivot - target e1; v'v / 2 = norm (norm + |first|).
  pivot[0] = first - target;
  const half = norm * (norm + Math.abs(first));
  for (const column of others) {
    const factor = engine.dot(n, pivot, column) / half;
    for (let i = 0; i < n; i++) column[i] = column[i]! - factor * pivot[i]!;
  }
  pivot[0] = target;
}
