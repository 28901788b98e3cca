import type { BlockKernel } from './block-jobs.ts';

/** What the AssemblyScript module exports (assembly/index.ts); addresses and sizes are numbers. */
export interface WasmExports {
  readonly elementwise: BlockKernel;
  readonly gemm: BlockKernel;
  readonly gram: BlockKernel;
  readonly logisticPass: BlockKernel;
  readonly standardise: BlockKernel;
  readonly weightTotals: BlockKernel;
  readonly weightedSums: BlockKernel;
  readonly weightedDeviations: BlockKernel;
  readonly squaredDistances: BlockKernel;
  readonly nearest: BlockKernel;
  readonly vectorSum: BlockKernel;
  mirrorLower(n: number, c: number): number;
  packPoints(m: number, p: number, y: number, packed: number): void;
  largestMagnitude(n: number, x: number): number;
  rowExtreme(n: number, p: number, x: number, mask: number, largest: number, out: number): number;
  scale(n: number, factor: number, x: number, out: number): number;
  choleskyFactor(n: number, a: number, l: number, scratch: number): number;
  choleskyScratchBytes(n: number): number;
  columnSquares(n: number, a: number, out: number): number;
  gemmScratch(): number;
  gramScratch(): number;
  logisticScratch(): number;
  gemv(
    m: number,
    k: number,
    factor: number,
    a: number,
    transpose: number,
    x: number,
    accumulate: number,
    out: number,
  ): number;
  inverseOfLower(n: number, l: number, inverse: number): void;
  triangularSolve(n: number, m: number, t: number, lower: number, transpose: number, x: number): number;
  measurePeak(count: number, seed: number): number;
}

/** Kernels that a worker team runs block by block. */
export function blockKernels(e: WasmExports): Readonly<Record<BlockKernelName, BlockKernel>> {
  return {
    elementwise: e.elementwise,
    gemm: e.gemm,
    gram: e.gram,
    logisticPass: e.logisticPass,
    standardise: e.standardise,
    weightTotals: e.weightTotals,
    weightedSums: e.weightedSums,
    weightedDeviations: e.weightedDeviations,
    squaredDistances: e.squaredDistances,
    nearest: e.nearest,
    vectorSum: e.vectorSum,
  };
}

export type BlockKernelName =
  | 'elementwise'
  | 'gemm'
  | 'gram'
  | 'logisticPass'
  | 'standardise'
  | 'weightTotals'
  | 'weightedSums'
  | 'weightedDeviations'
  | 'squaredDistances'
  | 'nearest'
  | 'vectorSum';
