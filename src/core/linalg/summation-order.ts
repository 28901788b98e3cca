/**
 * The two orders in which the kernels add over units. They depend on the number of units alone, never on threads,
 * blocks in cache or the form of the kernel, so that the WebAssembly and TypeScript forms agree bit for bit.
 *
 * Sums over the rows of a matrix (one sum per output): rows are taken in chunks of `rowChunk`; a chunk is added in
 * ascending order from 0; the totals of chunks are added in ascending order into the total of their block; the totals
 * of blocks are added in ascending order. At most `maximalBlocks` blocks; threads share out whole blocks.
 *
 * Sums over one vector: as above with chunks of `vectorChunk`, and inside a chunk eight lanes: element `i` of the chunk
 * goes to lane `i mod 8`; the lanes end as ((s0 + s2) + (s4 + s6)) + ((s1 + s3) + (s5 + s7)).
 *
 * Inner products along columns (matrix products, solves, a linear predictor) are plain ascending sums.
 */
export const rowChunk = 128;
export const vectorChunk = 1024;
const maximalBlocks = 64;
const smallestRowBlock = 1024;
const smallestVectorBlock = 16_384;

/** Rows of one block of a sum over rows: a multiple of `rowChunk`. */
export function rowsPerBlock(rows: number): number {
  return Math.max(smallestRowBlock, Math.ceil(rows / (maximalBlocks * rowChunk)) * rowChunk);
}

/** Elements of one block of a sum over a vector: a multiple of `vectorChunk`. */
export function elementsPerBlock(length: number): number {
  return Math.max(smallestVectorBlock, Math.ceil(length / (maximalBlocks * vectorChunk)) * vectorChunk);
}
