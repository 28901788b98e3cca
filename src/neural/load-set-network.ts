import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type * as Tensors from '@tensorflow/tfjs-core';
import type { RandomStream } from '../core/random/random-stream.ts';
import type { NetworkInput, SetNetwork } from '../core/recommend/set-network.ts';
import { fitSetNetwork } from './fit-set-network.ts';

const require = createRequire(import.meta.url);

/**
 * TensorFlow.js for the set network. `wasm` runs on one thread, so that the same stream gives the same numbers. `node` is the native package
 * @tensorflow/tfjs-node, an optional peer (docs/methods/recommender.md says how to install it): where it does not load or does not learn
 * in one training step, the answer is `wasm`, and `fallback` says why.
 */
export async function loadSetNetwork(backend: 'wasm' | 'node'): Promise<SetNetwork> {
  if (backend === 'node') {
    try {
      const native = await loadNative();
      requireLearning(native);
      return { backend: 'node', fallback: null, fit: (input, random) => fitSetNetwork(native, input, random) };
    } catch (error) {
      return { ...(await loadWasm()), fallback: (error as Error).message.split('\n')[0]! };
    }
  }
  return loadWasm();
}

async function loadWasm(): Promise<SetNetwork> {
  // Both packages are CommonJS; as ES modules their bundles for browsers would load.
  const tensors = require('@tensorflow/tfjs-core') as typeof Tensors;
  const wasm = require('@tensorflow/tfjs-backend-wasm') as typeof import('@tensorflow/tfjs-backend-wasm');
  const folder = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  wasm.setThreadsCount(1);
  wasm.setWasmPaths(`${folder}/wasm-out/`);
  await tensors.setBackend('wasm');
  await tensors.ready();
  return { backend: 'wasm', fallback: null, fit: (input, random) => fitSetNetwork(tensors, input, random) };
}

async function loadNative(): Promise<typeof Tensors> {
  // An optional peer: its types are not there where it is not, so its name is no literal.
  const name = '@tensorflow/tfjs-node';
  const native = require(name) as typeof Tensors;
  await native.setBackend('tensorflow');
  await native.ready();
  return native;
}

/** A few rows that a network must fit better after training than before; some builds load and then fail at the first step. */
function requireLearning(tensors: typeof Tensors): void {
  const input: NetworkInput = {
    rows: 4,
    amount: Float32Array.from([1, 0, 0, 1, 1, 1, 0, 0]),
    blocks: 2,
    context: Float32Array.from([1, -1, 1, -1]),
    inputs: 1,
    target: Float32Array.from([1, -1, 0.5, -0.5]),
    weights: Float32Array.from([1, 1, 1, 1]),
    decay: 0,
  };
  let draw = 0;
  // Enough of a stream for a check: the weights only have to differ.
  const random = { normal: () => Math.sin(++draw) } as RandomStream;
  const fitted = fitSetNetwork(tensors, input, random)(input.amount, input.context);
  const error = fitted.reduce((sum, value, i) => sum + (value - input.target[i]!) ** 2, 0);
  if (!(error < 2.5))
    throw new Error(`the native build does not learn: squared error ${error} of four rows, at first 2.5`);
}
