import { createMatrixKernels } from './create-matrix-kernels.ts';
import type { MatrixKernels } from './matrix-kernels.ts';
import { typescriptEngine } from './typescript-engine.ts';

/** The kernels in plain TypeScript: what every other form has to agree with, and what runs where there is no WebAssembly. */
export const typescriptKernels: MatrixKernels = createMatrixKernels(typescriptEngine);
