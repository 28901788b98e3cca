import { describe, expect, test } from 'vitest';
import { matrix } from '../../../src/core/linalg/matrix.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { defaultBoosting, fitBoostedTrees } from '../../../src/core/recommend/boosted-trees.ts';
import { fitEffectModel, type ModelKind } from '../../../src/core/recommend/effect-models.ts';
import type { ExperimentTable } from '../../../src/core/recommend/experiment-table.ts';
import { penalisedLeastSquares } from '../../../src/core/recommend/penalised-least-squares.ts';
import { regionReach } from '../../../src/core/recommend/region-reach.ts';
import { loadSetNetwork } from '../../../src/neural/load-set-network.ts';

const network = await loadSetNetwork('wasm');

/** Two blocks, one context: block a works where x is high, b everywhere a little; uptake of a leans on what drives the level. */
function planted(n: number, seed: number): ExperimentTable {
  const random = createRandom(seed, 'rivals');
  const x = Float64Array.from({ length: n }, () => random.normal());
  const mix = new Uint8Array(2 * n);
  const effect = x.map((value, i) => {
    const a = random.bernoulli(1 / (1 + Math.exp(-value))) ? 1 : 0;
    const b = random.bernoulli(0.5) ? 1 : 0;
    mix.set([a, b], 2 * i);
    return 2 * value + a * value + 0.3 * b + 0.3 * random.normal();
  });
  return {
    outcome: 'level',
    ids: [...x.keys()].map((i) => `e${i}`),
    effect,
    variance: null,
    blocks: ['a', 'b'],
    mix,
    contexts: ['x'],
    context: x,
    contextMissing: new Uint8Array(n),
    grades: ['observed'],
    grade: new Uint8Array(n),
    sites: [...x.keys()].map((i) => `s${i}`),
    site: Uint32Array.from(x.keys()),
    regions: ['r'],
    region: new Uint32Array(n),
  };
}
const mixes = Uint8Array.from([1, 0, 0, 1, 1, 1]);
const at = (x: number) => ({ context: Float64Array.from([x]), missing: Uint8Array.from([0]) });

describe.each<ModelKind>(['r-learner', 'boosted-trees', 'factorisation', 'set-network'])('%s', (kind) => {
  const table = planted(600, 1);
  const train = () => fitEffectModel(kind, table, createRandom(1), kernels, network);

  test('ranks block a first where it works and block b first where a harms', () => {
    const model = train();
    const [aHigh, bHigh] = model.scores(at(1), mixes);
    const [aLow, bLow] = model.scores(at(-1), mixes);
    expect(aHigh! - bHigh!).toBeCloseTo(0.7, 0);
    expect(aLow! - bLow!).toBeCloseTo(-1.3, 0);
    expect(aHigh).toBeGreaterThan(bHigh!);
    expect(aLow).toBeLessThan(bLow!);
  });

  test('predicts new rows better than their mean does, and gives the same numbers again', () => {
    const fresh = planted(300, 2);
    const { mean } = train().rows(fresh);
    const average = fresh.effect.reduce((sum, y) => sum + y, 0) / 300;
    const error = (guess: (i: number) => number) =>
      fresh.effect.reduce((sum, y, i) => sum + (y - guess(i)) ** 2, 0) / 300;
    expect(error((i) => mean[i]!)).toBeLessThan(0.2 * error(() => average));
    expect(train().rows(fresh).mean).toEqual(mean);
  });
});

describe('fitBoostedTrees', () => {
  test('finds a step and an interaction that no linear model has', () => {
    const random = createRandom(2, 'trees');
    const n = 500;
    const features = matrix(n, 2);
    for (let k = 0; k < 2 * n; k++) features.values[k] = random.normal();
    const truth = (a: number, b: number) => (a > 0.5 ? 1 : 0) * (b > 0 ? 2 : -1);
    const y = Float64Array.from({ length: n }, (_, i) => truth(features.values[2 * i]!, features.values[2 * i + 1]!));
    const predict = fitBoostedTrees(features, y, new Float64Array(n).fill(1), defaultBoosting, random);
    for (const [a, b] of [
      [1.2, 1],
      [1.2, -1],
      [-0.5, 1],
      [-0.5, -1],
    ] as const)
      expect(Math.abs(predict(Float64Array.from([a, b]), 0) - truth(a, b))).toBeLessThan(0.2);
  });

  test('without a feature that varies it predicts the weighted mean', () => {
    const predict = fitBoostedTrees(
      matrix(3, 1),
      Float64Array.from([1, 2, 6]),
      Float64Array.from([1, 1, 2]),
      { ...defaultBoosting, sample: 1 },
      createRandom(1),
    );
    expect(predict(Float64Array.from([0]), 0)).toBeCloseTo(15 / 4, 10);
  });
});

describe('penalisedLeastSquares', () => {
  test('one column has the closed form: sum w x y / (sum w x x + penalty)', () => {
    const features = matrix(3, 1, Float64Array.from([1, 2, 3]));
    const y = Float64Array.from([2, 1, 4]);
    const weights = Float64Array.from([1, 2, 1]);
    const [beta] = penalisedLeastSquares(features, y, weights, Float64Array.from([5]), kernels);
    expect(beta).toBeCloseTo((2 + 4 + 12) / (1 + 8 + 9 + 5), 14);
  });
});

describe('regionReach', () => {
  test('a new region is covered as often as asked, over 2,000 draws', () => {
    const random = createRandom(3, 'regions');
    let covered = 0;
    for (let t = 0; t < 2000; t++) {
      const scores = Float64Array.from({ length: 12 }, () => Math.exp(0.5 * random.normal()));
      const reach = regionReach(
        scores.subarray(0, 11),
        Uint32Array.from({ length: 11 }, (_, i) => i),
        0.8,
        0.9,
      );
      if (scores[11]! <= reach) covered++;
    }
    expect(Math.abs(covered / 2000 - 0.9)).toBeLessThan(4 * Math.sqrt(0.09 / 2000));
  });

  test('four regions are too few', () => {
    const four = Uint32Array.from([0, 1, 2, 3]);
    expect(() => regionReach(Float64Array.from([1, 2, 3, 4]), four, 0.8, 0.9)).toThrow(
      expect.objectContaining({ code: 'too-few-groups' }),
    );
  });
});
