// What the loader calls. Functions whose first parameters are (block, worker) do one block of a job that threads share.
export { elementwise } from './elementary';
export { gemm, mirrorLower } from './gemm';
export { gram, gramScratch } from './gram';
export { logisticPass, logisticScratch } from './logistic-pass';
export { standardise, weightTotals, weightedDeviations, weightedSums } from './moments';
export { nearest, packPoints, squaredDistances } from './distances';
export { largestMagnitude, measurePeak, rowExtreme, scale, vectorSum } from './vectors';
export {
  choleskyFactor, choleskyScratchBytes, columnSquares, gemmScratch, gemv, inverseOfLower, triangularSolve,
} from './cholesky';
