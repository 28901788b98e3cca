import { readFileSync } from 'node:fs';
import { createMatrixKernels } from '../../src/core/linalg/create-matrix-kernels.ts';
import { elementsPerBlock, rowsPerBlock } from '../../src/core/linalg/summation-order.ts';
import { typescriptEngine } from '../../src/core/linalg/typescript-engine.ts';
import { type KernelSettings, type LoadedKernels, loadKernels } from '../../src/kernels/load-kernels.ts';

export const kernelBytes = {
  plain: readFileSync(new URL('../../src/kernels/plain.wasm', import.meta.url)),
  relaxed: readFileSync(new URL('../../src/kernels/relaxed.wasm', import.meta.url)),
};

export const kernelCore = { typescriptEngine, createMatrixKernels, summationOrder: { rowsPerBlock, elementsPerBlock } };

/** The committed modules with the core's parts, as the composition root wires them. */
export function loadTestKernels(settings: KernelSettings): Promise<LoadedKernels> {
  return loadKernels(kernelBytes, settings, kernelCore);
}
