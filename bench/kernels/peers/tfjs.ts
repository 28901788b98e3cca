import { fileURLToPath } from 'node:url';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { flopsOf, newtonSteps, type Task } from '../cases.ts';
import { hashedNumbers, probe, responses, withIntercept } from '../inputs.ts';
import { type Prepared, warmUpsFor } from '../prepared.ts';

const detail = { dtype: 'float32' };

/** In single precision, the only one it has; it has no solver of positive definite systems. */
export async function prepare(task: Task): Promise<Prepared | null> {
  setWasmPaths(fileURLToPath(new URL('../../node_modules/@tensorflow/tfjs-backend-wasm/dist/', import.meta.url)));
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await tf.setBackend('wasm');
  const common = { warmUps: Math.min(100, warmUpsFor(2 * flopsOf(task))), detail };
  let result = tf.scalar(0) as tf.Tensor;
  const keep = (compute: () => tf.Tensor) => () => {
    result.dispose();
    result = tf.tidy(compute);
    // Waits for nothing: this backend computes at once. Reading one number makes sure.
    result.dataSync();
  };
  const read = () => probe(result.dataSync());
  const matrixOf = (values: Float64Array, rows: number, cols: number) =>
    tf.tensor2d(Float32Array.from(values), [rows, cols]);
  switch (task.kind) {
    case 'gemm': {
      const { n } = task;
      const [a, b] = [matrixOf(hashedNumbers(1, n * n), n, n), matrixOf(hashedNumbers(2, n * n), n, n)];
      return { ...common, run: keep(() => tf.matMul(a, b)), probe: read };
    }
    case 'gram-weighted': {
      const { n, p } = task;
      const x = matrixOf(hashedNumbers(1, n * p), n, p);
      const w = matrixOf(
        hashedNumbers(2, n).map((v) => v + 1),
        n,
        1,
      );
      return { ...common, run: keep(() => tf.matMul(tf.mul(x, w), x, true, false)), probe: read };
    }
    case 'irls': {
      const p = task.p + 1;
      const x = matrixOf(withIntercept(task.n, task.p), task.n, p);
      const y = matrixOf(responses(task.n, task.p), task.n, 1);
      const beta = new Float64Array(p);
      const run = () => {
        beta.fill(0);
        for (let step = 0; step < newtonSteps; step++) {
          const [hessian, score] = tf.tidy(() => {
            const mu = tf.sigmoid(tf.matMul(x, matrixOf(beta, p, 1)));
            const w = tf.mul(mu, tf.sub(1, mu));
            return [
              tf.matMul(tf.mul(x, w), x, true, false).dataSync(),
              tf.matMul(x, tf.sub(y, mu), true, false).dataSync(),
            ];
          }) as unknown as [Float32Array, Float32Array];
          const solved = solveInPlace(p, Float64Array.from(hessian), Float64Array.from(score));
          for (let j = 0; j < p; j++) beta[j]! += solved[j]!;
        }
      };
      return { ...common, run, probe: () => Array.from(beta) };
    }
    case 'distances': {
      const { n, m, p } = task;
      const [x, y] = [matrixOf(hashedNumbers(1, n * p), n, p), matrixOf(hashedNumbers(2, m * p), m, p)];
      const run = keep(() =>
        tf.add(
          tf.add(tf.mul(tf.matMul(x, y, false, true), -2), tf.sum(tf.square(x), 1, true)),
          tf.sum(tf.square(y), 1),
        ),
      );
      return { ...common, run, probe: read };
    }
    case 'cholesky-solve':
    case 'peak':
      return null;
  }
}

/** Gauss elimination of a p x p system. */
function solveInPlace(p: number, a: Float64Array, b: Float64Array): Float64Array {
  for (let k = 0; k < p; k++) {
    for (let i = 0; i < p; i++) {
      if (i === k) continue;
      const f = a[i * p + k]! / a[k * p + k]!;
      for (let j = k; j < p; j++) a[i * p + j]! -= f * a[k * p + j]!;
      b[i]! -= f * b[k]!;
    }
  }
  return b.map((v, i) => v / a[i * p + i]!);
}
