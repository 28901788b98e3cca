import { readFileSync } from 'node:fs';
import { createMatrixKernels } from '../../src/core/linalg/create-matrix-kernels.ts';
import { matrix } from '../../src/core/linalg/matrix.ts';
import type { MatrixKernels } from '../../src/core/linalg/matrix-kernels.ts';
import { elementsPerBlock, rowsPerBlock } from '../../src/core/linalg/summation-order.ts';
import { typescriptEngine } from '../../src/core/linalg/typescript-engine.ts';
import { typescriptKernels } from '../../src/core/linalg/typescript-kernels.ts';
import { loadKernels } from '../../src/kernels/load-kernels.ts';
import { flopsOf, newtonSteps, peakRounds, type Task } from './cases.ts';
import { hashedNumbers, positiveDefinite, probe, responses, withIntercept } from './inputs.ts';
import { type Prepared, warmUpsFor } from './prepared.ts';

const bytes = (file: string) => readFileSync(new URL(`../../src/kernels/${file}`, import.meta.url));

async function kernelsFor(name: string): Promise<MatrixKernels> {
  if (name === 'samenwijs-typescript') return typescriptKernels;
  const core = { typescriptEngine, createMatrixKernels, summationOrder: { rowsPerBlock, elementsPerBlock } };
  const settings = { relaxed: name === 'samenwijs-relaxed', threads: name === 'samenwijs-2-threads' ? 2 : 1 };
  const { kernels } = await loadKernels({ plain: bytes('plain.wasm'), relaxed: bytes('relaxed.wasm') }, settings, core);
  return kernels;
}

export async function prepare(task: Task, name: string): Promise<Prepared | null> {
  if (task.kind === 'peak') return preparePeak(name);
  const k = await kernelsFor(name);
  const place = (values: Float64Array) => {
    const buffer = k.allocate(values.length);
    buffer.set(values);
    return buffer;
  };
  const common = {
    warmUps: warmUpsFor(flopsOf(task)),
    detail: { variant: k.variant, threads: k.threads, dtype: 'float64' },
  };
  switch (task.kind) {
    case 'gemm': {
      const { n } = task;
      const [a, b] = [1, 2].map((seed) => matrix(n, n, place(hashedNumbers(seed, n * n)))) as [never, never];
      const c = matrix(n, n, k.allocate(n * n));
      return { ...common, run: () => k.gemm(a, b, c), probe: () => probe(c.values) };
    }
    case 'gram-weighted': {
      const { n, p } = task;
      const x = matrix(n, p, place(hashedNumbers(1, n * p)));
      const w = place(hashedNumbers(2, n).map((v) => v + 1));
      const out = matrix(p, p, k.allocate(p * p));
      return { ...common, run: () => k.gram(x, w, out), probe: () => probe(out.values) };
    }
    case 'irls': {
      const { n } = task;
      const p = task.p + 1;
      const data = {
        x: matrix(n, p, place(withIntercept(n, task.p))),
        y: place(responses(n, task.p)),
        offset: null,
        priorWeights: null,
      };
      const beta = k.allocate(p);
      const out = { score: k.allocate(p), hessian: matrix(p, p, k.allocate(p * p)) };
      const step = matrix(p, 1, out.score);
      const run = () => {
        beta.fill(0);
        for (let i = 0; i < newtonSteps; i++) {
          k.logisticPass(data, beta, out, false);
          k.choleskyFactor(out.hessian, out.hessian);
          k.choleskySolve(out.hessian, step, step);
          for (let j = 0; j < p; j++) beta[j]! += step.values[j]!;
        }
      };
      return { ...common, run, probe: () => Array.from(beta) };
    }
    case 'distances': {
      const { n, m, p } = task;
      const [x, y] = [matrix(n, p, place(hashedNumbers(1, n * p))), matrix(m, p, place(hashedNumbers(2, m * p)))];
      const out = matrix(n, m, k.allocate(n * m));
      return { ...common, run: () => k.squaredDistances(x, y, out), probe: () => probe(out.values) };
    }
    case 'cholesky-solve': {
      const { n } = task;
      const a = matrix(n, n, place(positiveDefinite(n)));
      const [l, b, x] = [
        matrix(n, n, k.allocate(n * n)),
        matrix(n, 1, place(hashedNumbers(3, n))),
        matrix(n, 1, k.allocate(n)),
      ];
      const run = () => {
        k.choleskyFactor(a, l);
        k.choleskySolve(l, b, x);
      };
      return { ...common, run, probe: () => probe(x.values) };
    }
  }
}

/** The rate of independent products-and-sums in registers: what no kernel can exceed. */
function preparePeak(name: string): Prepared | null {
  if (name !== 'samenwijs' && name !== 'samenwijs-relaxed') return null;
  const memory = new WebAssembly.Memory({ initial: 32, maximum: 65_536, shared: true });
  const module = new WebAssembly.Module(bytes(name === 'samenwijs' ? 'plain.wasm' : 'relaxed.wasm'));
  const { measurePeak } = new WebAssembly.Instance(module, { env: { memory } }).exports as {
    measurePeak(rounds: number, seed: number): number;
  };
  new Float64Array(memory.buffer, 131_072, 22).set(hashedNumbers(1, 22).map((v) => v * 0.5));
  const run = () => {
    measurePeak(peakRounds, 131_072);
  };
  const operation = name === 'samenwijs' ? 'product and sum rounded apart' : 'fused product and sum';
  return { warmUps: 100, run, probe: () => [1], detail: { operation, dtype: 'float64' } };
}
