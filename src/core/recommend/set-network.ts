import type { RandomStream } from '../random/random-stream.ts';

/** What a set network learns from, n rows; the engine keeps nothing of it. */
export interface NetworkInput {
  readonly rows: number;
  /** n x blocks: how much of each block, 0 to 1 */
  readonly amount: Float32Array;
  readonly blocks: number;
  /** n x inputs of the context tower, about standard normal */
  readonly context: Float32Array;
  readonly inputs: number;
  /** n targets, about standard normal */
  readonly target: Float32Array;
  /** n weights with a mean of 1 */
  readonly weights: Float32Array;
  /** pulls all weights of the network but the last shift towards 0, over the root of the number of rows */
  readonly decay: number;
}

/**
 * A network of blocks and contexts: each block has an embedding, a tower turns the context into a shift of all embeddings, the
 * shifted blocks of a mix are summed after a rectifier, so that their order does not matter, and a second layer gives the outcome. Trained
 * outside the core (src/neural), on one thread, with the same numbers for the same stream.
 */
export interface SetNetwork {
  /** what it runs on: `wasm` or `node` */
  readonly backend: string;
  /** why it does not run on what was asked for; null where it does */
  readonly fallback: string | null;
  /** @returns predicts targets of rows given as amounts and contexts */
  fit(input: NetworkInput, random: RandomStream): (amount: Float32Array, context: Float32Array) => Float32Array;
}
