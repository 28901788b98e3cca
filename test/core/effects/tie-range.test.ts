import { describe, expect, it } from 'vitest';
import { noFurtherQuestions } from '../../../src/core/effects/answer-further.ts';
import { runMatchingStudy } from '../../../src/core/effects/run-matching-study.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import type { NearestDesign } from '../../../src/core/matching/matching-design.ts';

interface Unit {
  readonly x: number;
  readonly treated: 0 | 1;
  readonly outcome: number;
  readonly cluster: number;
}

/** Each treated unit has a control beside it; one of them has another just as near, in a larger cluster. */
const treated = Array.from({ length: 12 }, (_, i): Unit => ({ x: i, treated: 1, outcome: 3 * i, cluster: i % 3 }));
const beside = treated.map(
  ({ x }, i): Unit => ({ x: x + 0.01, treated: 0, outcome: x * x, cluster: i < 2 ? 3 : 4 + (i % 2) }),
);
const tied: Unit = { ...beside[0]!, outcome: 50, cluster: 5 };

function run(units: readonly Unit[], withClusters: boolean) {
  const terms = [{ variable: 'x' }];
  const status = new Uint8Array(units.length);
  const x = { type: 'number' as const, values: Float64Array.from(units, (unit) => unit.x), status };
  const design = {
    ...{ method: 'nearest', estimand: 'ATT', within: null, order: 'largest', ratio: 1, maximumReuse: 1 },
    ...{ variableRatio: null, calipers: [], exact: [], antiExact: [], discard: 'none', reestimate: false },
    distance: { type: 'propensity-score', link: 'logit', scale: 'linear', terms },
  } as NearestDesign;
  return runMatchingStudy(
    {
      ...{ frame: { rows: units.length, columns: { x } }, design, covariates: terms, confidence: 0.95, seed: 1 },
      treated: Uint8Array.from(units, (unit) => unit.treated),
      outcome: Float64Array.from(units, (unit) => unit.outcome),
      cluster: withClusters ? Int32Array.from(units, (unit) => unit.cluster) : null,
      ...{ isClusterAskedFor: false, standardError: 'by-design', permutations: null, further: noFurtherQuestions },
    },
    kernels,
  );
}

describe('the range of the estimate under other orders of tied units', () => {
  it.each([
    ['matched-sets', false],
    ['cluster-means', true],
  ] as const)('has as its ends what either of two equally near controls gives: %s', (method, withClusters) => {
    const own = run([...treated, ...beside, tied], withClusters);
    const other = run([...treated, tied, ...beside], withClusters);
    expect(own.inference.method).toBe(method);
    const [low, high] = [own, other].map(({ effects }) => effects.matched.estimate).toSorted((a, b) => a - b);
    expect(high! - low!).toBeGreaterThan(0.1);
    for (const { ties, effects } of [own, other]) {
      expect(ties!.minimum).toBeCloseTo(low!, 9);
      expect(ties!.maximum).toBeCloseTo(high!, 9);
      expect(ties!.minimum).toBeLessThanOrEqual(effects.matched.estimate);
      expect(ties!.maximum).toBeGreaterThanOrEqual(effects.matched.estimate);
    }
  });
});
