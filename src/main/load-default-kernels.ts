import { readFile } from 'node:fs/promises';
import { createMatrixKernels } from '../core/linalg/create-matrix-kernels.ts';
import type { MatrixKernels } from '../core/linalg/matrix-kernels.ts';
import { elementsPerBlock, rowsPerBlock } from '../core/linalg/summation-order.ts';
import { typescriptEngine } from '../core/linalg/typescript-engine.ts';
import { loadKernels } from '../kernels/load-kernels.ts';

/**
 * The kernels of every analysis: plain SIMD, the same bits on every machine, on the calling thread alone
 * (analyses run side by side in worker threads already).
 */
export async function loadDefaultKernels(): Promise<MatrixKernels> {
  const plain = await readFile(new URL('../kernels/plain.wasm', import.meta.url));
  const core = { typescriptEngine, createMatrixKernels, summationOrder: { rowsPerBlock, elementsPerBlock } };
  const { kernels } = await loadKernels({ plain }, { relaxed: false, threads: 1 }, core);
  return kernels;
}
