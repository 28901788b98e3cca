import { addInto, allFinite } from './products.ts';
import { rowChunk, rowsPerBlock } from './summation-order.ts';

// Plain forms of moments and standardisation; arguments as in KernelEngine, sizes checked by the caller.

/** Adds `term(row, totals)` over all rows in the fixed row order; `term` adds one row into `totals`. */
function sumOverRows(n: number, width: number, term: (row: number, totals: Float64Array) => void): Float64Array {
  const total = new Float64Array(width);
  const block = new Float64Array(width);
  const chunk = new Float64Array(width);
  const blockRows = rowsPerBlock(n);
  for (let blockStart = 0; blockStart < n; blockStart += blockRows) {
    const blockEnd = Math.min(blockStart + blockRows, n);
    block.fill(0);
    for (let start = blockStart; start < blockEnd; start += rowChunk) {
      const end = Math.min(start + rowChunk, blockEnd);
      chunk.fill(0);
      for (let i = start; i < end; i++) term(i, chunk);
      addInto(block, chunk);
    }
    addInto(total, block);
  }
  return total;
}

export function columnMoments(
  n: number,
  p: number,
  x: Float64Array,
  weights: Float64Array | null,
  mean: Float64Array,
  centredSquares: Float64Array,
): { finite: boolean; sumOfWeights: number; sumOfSquaredWeights: number } {
  const ofWeights = sumOverRows(n, 2, (i, totals) => {
    const w = weights === null ? 1 : weights[i]!;
    totals[0] = totals[0]! + w;
    totals[1] = totals[1]! + w * w;
  });
  const sumOfWeights = ofWeights[0]!;
  const sums = sumOverRows(n, p, (i, totals) => {
    const w = weights === null ? 1 : weights[i]!;
    for (let j = 0; j < p; j++) totals[j] = totals[j]! + w * x[i * p + j]!;
  });
  for (let j = 0; j < p; j++) mean[j] = sums[j]! / sumOfWeights;
  // Second pass: the weighted deviations add to what the mean lost in rounding; it is put back into both.
  const deviations = sumOverRows(n, 2 * p, (i, totals) => {
    const w = weights === null ? 1 : weights[i]!;
    for (let j = 0; j < p; j++) {
      const d = x[i * p + j]! - mean[j]!;
      const weighted = w * d;
      totals[j] = totals[j]! + weighted;
      totals[p + j] = totals[p + j]! + weighted * d;
    }
  });
  for (let j = 0; j < p; j++) {
    const lost = deviations[j]! / sumOfWeights;
    mean[j] = mean[j]! + lost;
    centredSquares[j] = Math.max(0, deviations[p + j]! - deviations[j]! * lost);
  }
  return {
    finite: allFinite(mean, p) && allFinite(centredSquares, p) && Number.isFinite(sumOfWeights),
    sumOfWeights,
    sumOfSquaredWeights: ofWeights[1]!,
  };
}

export function standardise(
  n: number,
  p: number,
  x: Float64Array,
  centre: Float64Array,
  scale: Float64Array,
  out: Float64Array,
): boolean {
  for (let i = 0; i < n; i++) for (let j = 0; j < p; j++) out[i * p + j] = (x[i * p + j]! - centre[j]!) / scale[j]!;
  return allFinite(out, n * p);
}
