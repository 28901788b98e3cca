/** The public face of the kernels: matrix arithmetic in WebAssembly for the functions of the core. */
export {
  type KernelBytes,
  type KernelCore,
  type KernelSettings,
  type LoadedKernels,
  loadKernels,
} from './load-kernels.ts';
export type { SummationOrder } from './wasm-engine.ts';
