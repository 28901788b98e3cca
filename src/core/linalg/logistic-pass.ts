import { exponentialOfNegative, logarithmOfOnePlus } from './elementary-functions.ts';
import type { LogisticPassArrays } from './kernel-engine.ts';
import { addInto, allFinite, mirrorLower } from './products.ts';
import { rowChunk, rowsPerBlock } from './summation-order.ts';

/**
 * Plain form of the fused pass of logistic IRLS; contract in `MatrixKernels.logisticPass`, sizes checked by the caller.
 *
 * Per row, with e = exp(-|eta|) (at least e^-708): mu and 1 - mu are 1 / (1 + e) and e times that, in the order of the sign
 * of eta, so that neither loses digits or becomes 0; y - mu is formed as y (1 - mu) - (1 - y) mu for the same reason; and
 * log(1 + e^eta) = max(eta, 0) + log1p(e).
 */
export function logisticPass(pass: LogisticPassArrays): { finite: boolean; logLikelihood: number } {
  const { n, p, x, y, beta, offset, priorWeights, eta, mu, workingWeights, score, hessian, withLogLikelihood } = pass;
  // One sum over rows of [hessian, score, log-likelihood].
  const width = p * p + p + 1;
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
      for (let i = start; i < end; i++) {
        const row = i * p;
        let linear = offset === null ? 0 : offset[i]!;
        for (let j = 0; j < p; j++) linear += x[row + j]! * beta[j]!;
        const e = exponentialOfNegative(-Math.abs(linear));
        const near = 1 / (1 + e);
        const far = e * near;
        const mean = linear >= 0 ? near : far;
        const complement = linear >= 0 ? far : near;
        const prior = priorWeights === null ? 1 : priorWeights[i]!;
        const w = prior * (mean * complement);
        const residual = prior * (y[i]! * complement - (1 - y[i]!) * mean);
        for (let a = 0; a < p; a++) {
          const weighted = w * x[row + a]!;
          for (let b = 0; b <= a; b++) chunk[a * p + b] = chunk[a * p + b]! + weighted * x[row + b]!;
          chunk[p * p + a] = chunk[p * p + a]! + x[row + a]! * residual;
        }
        if (withLogLikelihood)
          chunk[width - 1] = chunk[width - 1]! + prior * (y[i]! * linear - Math.max(linear, 0) - logarithmOfOnePlus(e));
        if (eta !== null) eta[i] = linear;
        if (mu !== null) mu[i] = mean;
        if (workingWeights !== null) workingWeights[i] = w;
      }
      addInto(block, chunk);
    }
    addInto(total, block);
  }
  hessian.set(total.subarray(0, p * p));
  score.set(total.subarray(p * p, p * p + p));
  mirrorLower(p, hessian);
  return { finite: allFinite(total), logLikelihood: total[width - 1]! };
}
