import { typescriptKernels } from '../../src/core/linalg/typescript-kernels.ts';
import { loadTestKernels } from './wasm-kernels.ts';

const simd = await loadTestKernels({ relaxed: false, threads: 1 });
const twoThreads = await loadTestKernels({ relaxed: false, threads: 2 });
const relaxed = await loadTestKernels({ relaxed: true, threads: 1 });

export const simdKernels = simd.kernels;
export const twoThreadKernels = twoThreads.kernels;
export const relaxedKernels = relaxed.kernels;

/** Every form that has to give right answers. */
export const everyForm = [
  { form: 'typescript', kernels: typescriptKernels },
  { form: 'simd', kernels: simdKernels },
  { form: 'relaxed simd', kernels: relaxedKernels },
];

export async function closeForms(): Promise<void> {
  await Promise.all([simd.close(), twoThreads.close(), relaxed.close()]);
}
