import { describe, expect, test } from 'vitest';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import type { ExperimentTable } from '../../../src/core/recommend/experiment-table.ts';
import { fitRidgeModel } from '../../../src/core/recommend/ridge-model.ts';
import { fitSupportArea } from '../../../src/core/recommend/support.ts';
import type { TrainedKpi } from '../../../src/core/recommend/trained-model.ts';
import { transportEstimates } from '../../../src/core/recommend/transport.ts';

/** Two blocks and one context; block a works as `shape` says, block b by 0.2 everywhere. */
function trained(shape: (x: number) => number, seed: number): TrainedKpi {
  const random = createRandom(seed, 'transport');
  const n = 400;
  const x = Float64Array.from({ length: n }, () => 4 * random.uniform() - 2);
  const mix = new Uint8Array(2 * n);
  const effect = x.map((value, i) => {
    const kind = random.integer(3);
    mix.set([kind === 1 ? 0 : 1, kind === 0 ? 0 : 1], 2 * i);
    return (mix[2 * i] ? shape(value) : 0) + (mix[2 * i + 1] ? 0.2 : 0) + 0.05 * random.normal();
  });
  const table: ExperimentTable = {
    outcome: 'effect',
    ids: [...x.keys()].map((i) => `e${i}`),
    effect,
    variance: new Float64Array(n).fill(0.0025),
    blocks: ['a', 'b'],
    mix,
    contexts: ['x'],
    context: x,
    contextMissing: new Uint8Array(n),
    grades: ['randomised'],
    grade: new Uint8Array(n),
    sites: [...x.keys()].map((i) => `s${i}`),
    site: Uint32Array.from(x.keys()),
    regions: ['r1', 'r2'],
    region: Uint32Array.from(x, (_, i) => i % 2),
  };
  const model = fitRidgeModel(table, kernels);
  // The other parts of a trained model are not looked at.
  return {
    kpi: 'k',
    table,
    model,
    support: { ...fitSupportArea(table, model, kernels), threshold: 0.2 },
  } as TrainedKpi;
}
const at = (x: number) => ({ context: Float64Array.from([x]), missing: Uint8Array.from([0]) });
const a = Uint8Array.from([1, 0]);

describe('transportEstimates', () => {
  test('where effects are as the model has them, the three ways agree on the truth', () => {
    const part = trained((x) => 0.3 + 0.2 * x, 1);
    for (const x of [-1.5, -0.5, 0, 1, 1.5]) {
      const answer = transportEstimates(part, at(x), a, kernels);
      expect(answer.agree).toBe(true);
      for (const value of [answer.outcomeModel, answer.doublyRobust])
        expect(Math.abs(value - (0.3 + 0.2 * x))).toBeLessThan(0.06);
      expect(Math.abs(answer.inverseOdds - (0.3 + 0.2 * x))).toBeLessThan(0.06 + 2 * answer.inverseOddsError);
    }
  });

  test('where an effect bends, nearby experiments disagree with the straight model, and the doubly robust form is nearer the truth', () => {
    const bend = (x: number) => 0.5 - Math.abs(x);
    const part = trained(bend, 2);
    const answer = transportEstimates(part, at(0), a, kernels);
    expect(answer.agree).toBe(false);
    expect(Math.abs(answer.doublyRobust - bend(0))).toBeLessThan(0.5 * Math.abs(answer.outcomeModel - bend(0)));
  });

  test('the effective number of experiments is that of the weights, below all and above none', () => {
    const { effectiveExperiments } = transportEstimates(
      trained(() => 0.1, 3),
      at(0),
      a,
      kernels,
    );
    expect(effectiveExperiments).toBeGreaterThan(10);
    expect(effectiveExperiments).toBeLessThan(400);
  });
});
