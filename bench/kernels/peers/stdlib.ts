import stdlib from '@stdlib/blas-base-dgemm';
import { flopsOf, type Task } from '../cases.ts';
import { hashedNumbers, probe } from '../inputs.ts';
import { type Prepared, warmUpsFor } from '../prepared.ts';

const dgemm = stdlib as (
  order: string,
  transposeA: string,
  transposeB: string,
  m: number,
  n: number,
  k: number,
  alpha: number,
  a: Float64Array,
  strideA: number,
  b: Float64Array,
  strideB: number,
  beta: number,
  c: Float64Array,
  strideC: number,
) => Float64Array;

/** It has products, and no solver of positive definite systems. */
export async function prepare(task: Task): Promise<Prepared | null> {
  const common = { warmUps: Math.min(50, warmUpsFor(16 * flopsOf(task))), detail: { dtype: 'float64' } };
  if (task.kind === 'gemm') {
    const { n } = task;
    const [a, b, c] = [hashedNumbers(1, n * n), hashedNumbers(2, n * n), new Float64Array(n * n)];
    const run = () => {
      dgemm('row-major', 'no-transpose', 'no-transpose', n, n, n, 1, a, n, b, n, 0, c, n);
    };
    return { ...common, run, probe: () => probe(c) };
  }
  if (task.kind === 'gram-weighted') {
    const { n, p } = task;
    const [x, w, g] = [hashedNumbers(1, n * p), hashedNumbers(2, n).map((v) => v + 1), new Float64Array(p * p)];
    const wx = new Float64Array(n * p);
    const run = () => {
      for (let i = 0; i < n; i++) for (let j = 0; j < p; j++) wx[i * p + j] = w[i]! * x[i * p + j]!;
      dgemm('row-major', 'transpose', 'no-transpose', p, p, n, 1, wx, p, x, p, 0, g, p);
    };
    return { ...common, run, probe: () => probe(g) };
  }
  return null;
}
