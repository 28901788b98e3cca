import { choleskyFactor, choleskyInverse, choleskyInverseDiagonal, triangularSolve } from './cholesky.ts';
import { columnMoments, standardise } from './column-moments.ts';
import { nearest, squaredDistances } from './distances.ts';
import { exponential, logarithm, logarithmOfOnePlus, logistic } from './elementary-functions.ts';
import type { KernelEngine } from './kernel-engine.ts';
import { logisticPass } from './logistic-pass.ts';
import { allFinite, gemm, gram, syrk } from './products.ts';
import { dot, membershipSums, rowExtreme, sum } from './vector-sums.ts';

function byElement(apply: (x: number) => number): (n: number, x: Float64Array, out: Float64Array) => boolean {
  return (n, x, out) => {
    for (let i = 0; i < n; i++) out[i] = apply(x[i]!);
    return allFinite(out, n);
  };
}

/** The plain TypeScript form of every kernel: the specification of the WebAssembly forms, and their fallback. */
export const typescriptEngine: KernelEngine = {
  variant: 'typescript',
  threads: 1,
  allocate: (length) => new Float64Array(length),
  release: () => {},
  gemm,
  syrk,
  gram,
  choleskyFactor,
  triangularSolve,
  choleskyInverse,
  choleskyInverseDiagonal,
  columnMoments,
  standardise,
  squaredDistances,
  nearest,
  logisticPass,
  exp: byElement(exponential),
  log: byElement(logarithm),
  log1p: byElement(logarithmOfOnePlus),
  logistic: byElement(logistic),
  scale: (n, factor, x, out) => {
    for (let i = 0; i < n; i++) out[i] = factor * x[i]!;
    return allFinite(out, n);
  },
  sum,
  dot,
  membershipSums,
  rowExtreme,
};
