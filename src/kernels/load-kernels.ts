import { CoreError } from '../core/errors.ts';
import type { KernelEngine } from '../core/linalg/kernel-engine.ts';
import type { MatrixKernels } from '../core/linalg/matrix-kernels.ts';
import { KernelMemory } from './kernel-memory.ts';
import { type SummationOrder, WasmEngine } from './wasm-engine.ts';
import { blockKernels, type WasmExports } from './wasm-exports.ts';
import { WorkerTeam } from './worker-team.ts';

export interface KernelBytes {
  /** Content of plain.wasm: the bits of the TypeScript form. */
  readonly plain: Uint8Array;
  /** Content of relaxed.wasm: fused products and sums. */
  readonly relaxed?: Uint8Array;
}

export interface KernelSettings {
  /** Ask for fused products and sums: faster, other last bits on other machines. */
  readonly relaxed: boolean;
  /** Threads that share large work, this one included. */
  readonly threads: number;
  /** How long a helper thread may show no progress, in milliseconds. */
  readonly waitMs?: number;
  /** Most memory that the kernels may take, in bytes; at most and by default 4 GB. */
  readonly maximalBytes?: number;
}

/** What the core gives: the plain engine as fallback, the checks around an engine, and the orders of addition. */
export interface KernelCore {
  readonly typescriptEngine: KernelEngine;
  readonly summationOrder: SummationOrder;
  createMatrixKernels(engine: KernelEngine): MatrixKernels;
}

export interface LoadedKernels {
  /** `kernels.variant` says which form was loaded: it belongs into results. */
  readonly kernels: MatrixKernels;
  /** Ends the helper threads; the kernels go on on this thread. */
  close(): Promise<void>;
}

/**
 * Makes matrix kernels from the bytes of the modules. Without SIMD in this runtime they are the TypeScript form, and
 * without relaxed SIMD the plain form, as `kernels.variant` tells.
 * @throws invalid-argument for a number of threads or bytes that makes no sense; kernel-failure when helpers do not start
 */
export async function loadKernels(
  bytes: KernelBytes,
  settings: KernelSettings,
  core: KernelCore,
): Promise<LoadedKernels> {
  const { relaxed, threads, waitMs = 60_000, maximalBytes } = settings;
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= 64))
    throw new CoreError('invalid-argument', `${threads} threads were asked for; give 1 to 64.`, { threads });
  const chosen = choose(bytes, relaxed);
  if (chosen === null) return { kernels: core.createMatrixKernels(core.typescriptEngine), close: async () => {} };
  const memory = new KernelMemory(maximalBytes);
  const exports = new WebAssembly.Instance(chosen.module, { env: { memory: memory.memory } })
    .exports as unknown as WasmExports;
  const team = await WorkerTeam.start(chosen.module, memory.memory, blockKernels(exports), threads, waitMs);
  const engine = new WasmEngine(chosen.variant, exports, memory, team, core.typescriptEngine, core.summationOrder);
  return { kernels: core.createMatrixKernels(engine), close: () => team.stop() };
}

function choose(
  bytes: KernelBytes,
  relaxed: boolean,
): { module: WebAssembly.Module; variant: 'simd' | 'relaxed-simd' } | null {
  if (relaxed && bytes.relaxed !== undefined && WebAssembly.validate(bytes.relaxed))
    return { module: new WebAssembly.Module(bytes.relaxed), variant: 'relaxed-simd' };
  return WebAssembly.validate(bytes.plain) ? { module: new WebAssembly.Module(bytes.plain), variant: 'simd' } : null;
}
