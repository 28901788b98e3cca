import { describe, expect, it } from 'vitest';
import type { Inference } from '../../../src/core/effects/choose-inference.ts';
import { estimateEffect } from '../../../src/core/effects/estimate-effect.ts';
import { pointEstimate } from '../../../src/core/effects/point-estimate.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';

const random = createRandom(3, 'point-estimate');
const cluster = Int32Array.from({ length: 60 }, () => random.integer(9));
const treated = Uint8Array.from(cluster, (c) => (c < 4 ? 1 : 0));
const outcome = Float64Array.from(cluster, (c) => c * c + random.normal());
const weights = Float64Array.from(cluster, () => 0.5 + random.uniform());

describe('a point estimate', () => {
  it.each(['HC3', 'cluster-CR2', 'cluster-means'] as const)('is that of the judged effect: %s', (method) => {
    const numbers = new Map<number, number>();
    for (const c of cluster) if (!numbers.has(c)) numbers.set(c, numbers.size);
    const inference: Inference = {
      ...{ method, reason: 'as-asked', clusters: null, equations: null, partners: null, near: null, seed: 1 },
      cluster: cluster.map((c) => numbers.get(c)!),
    };
    const judged = estimateEffect({ treated, outcome, weights }, [], inference, 0.95, kernels);
    expect(pointEstimate({ treated, outcome, weights }, method, cluster)).toBeCloseTo(judged.estimate, 10);
  });

  it('takes units without a cluster as clusters of their own, and nobody without weight', () => {
    const sample = {
      treated: Uint8Array.of(1, 1, 1, 0, 0, 0),
      outcome: Float64Array.of(4, 6, 11, 1, 2, 99),
      weights: Float64Array.of(1, 1, 3, 1, 1, 0),
    };
    // treated: (4 + 6) / 2 and 11; controls: 1 and 2
    expect(pointEstimate(sample, 'cluster-means', Int32Array.of(7, 7, -1, -1, -1, 2))).toBe(8 - 1.5);
    expect(pointEstimate(sample, 'HC3', null)).toBeCloseTo(43 / 5 - 1.5, 12);
  });
});
