import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { typescriptKernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { betweenExperimentVariance } from '../../../src/core/recommend/between-experiment-variance.ts';
import { conformalReach } from '../../../src/core/recommend/conformal-reach.ts';
import { fitContextScale, scalePlace } from '../../../src/core/recommend/context-scale.ts';
import { requireExperimentTable, selectExperiments } from '../../../src/core/recommend/experiment-table.ts';
import { groupedFolds } from '../../../src/core/recommend/grouped-folds.ts';
import { refuseLeaks } from '../../../src/core/recommend/leakage.ts';
import { normalisedGain, rankByScore, regretOfPick } from '../../../src/core/recommend/ranking-metrics.ts';
import { featureLayout, pairFeature, writeMixFeatures } from '../../../src/core/recommend/set-features.ts';
import { heatTransitionTable } from '../../support/heat-transition.ts';
import { referenceFolder } from '../../support/reference.ts';

const table = heatTransitionTable(20260101, 'gas-saving');
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('betweenExperimentVariance', () => {
  test.skipIf(referenceFolder === null)('it gives the 0.0409 of the nudge data', () => {
    const [head, ...lines] = readFileSync(`${referenceFolder}/recsys/nudge/nudge.csv`, 'utf8').trimEnd().split('\n');
    // The two columns stand behind the quoted texts, so they are counted from the end of the header.
    const names = head!.split(',').map((name) => name.replaceAll('"', ''));
    const cells = lines.map((line) => line.match(/("([^"]|"")*"|[^,]*)(,|$)/g)!.map((cell) => cell.replace(/,$/, '')));
    const column = (name: string) => Float64Array.from(cells, (row) => Number(row[names.indexOf(name)]));
    expect(betweenExperimentVariance(column('cohens_d'), column('variance_d'))).toBeCloseTo(0.0409, 4);
  });

  test('it is 0 where estimates differ less than their sampling variances explain', () => {
    expect(betweenExperimentVariance(Float64Array.from([1, 1.1, 0.9]), Float64Array.from([1, 1, 1]))).toBe(0);
  });

  test('with equal variances it is the sample variance of the estimates minus the sampling variance', () => {
    // sample variance of 0, 2, 4 is 4
    expect(betweenExperimentVariance(Float64Array.from([0, 2, 4]), Float64Array.from([1, 1, 1]))).toBeCloseTo(3, 14);
  });
});

describe('ranking metrics', () => {
  const truth = Float64Array.from([3, 2, 1, -1]);

  test('a perfect ranking has gain 1 and no regret', () => {
    expect(normalisedGain(truth, truth, 3)).toBe(1);
    expect(regretOfPick(truth, truth)).toBe(0);
  });

  test('the gain of a wrong ranking is that of the definition', () => {
    const scores = Float64Array.from([1, 2, 3, 4]); // order: -1, 1, 2
    const gained = 0 + 1 / Math.log2(3) + 2 / 2;
    const ideal = 3 + 2 / Math.log2(3) + 1 / 2;
    expect(normalisedGain(scores, truth, 3)).toBeCloseTo(gained / ideal, 14);
    expect(regretOfPick(scores, truth)).toBe(4);
  });

  test('equal scores keep the order of the options', () => {
    expect([...rankByScore(Float64Array.from([1, 2, 1, 2]))]).toEqual([1, 3, 0, 2]);
  });
});

describe('groupedFolds', () => {
  test('rows of one group share a fold and folds are of about equal size', () => {
    const folds = groupedFolds(table.site, 10, createRandom(1));
    const foldOf = new Map<number, number>();
    table.site.forEach((site, i) => {
      expect(foldOf.get(site) ?? folds[i]).toBe(folds[i]);
      foldOf.set(site, folds[i]!);
    });
    const sizes = Array.from({ length: 10 }, (_, f) => folds.filter((fold) => fold === f).length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(2);
  });

  test('fewer groups than folds are refused', () => {
    expect(() => groupedFolds(Uint32Array.from([0, 0, 1]), 3, createRandom(1))).toThrow(code('too-few-groups'));
  });
});

describe('conformalReach', () => {
  test('nine groups allow a 90 % interval, whose reach is the largest score; eight do not', () => {
    const scores = Float64Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const groups = Uint32Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(conformalReach(scores, groups, 0.9, createRandom(1))).toEqual({ reach: 9, groups: 9 });
    expect(() => conformalReach(scores.subarray(1), groups.subarray(1), 0.9, createRandom(1))).toThrow(
      code('too-few-groups'),
    );
  });

  test('over many groups a new group lies inside in 90 % of the cases', () => {
    let inside = 0;
    for (let seed = 0; seed < 2000; seed++) {
      const random = createRandom(seed, 'conformal test');
      const scores = Float64Array.from({ length: 19 }, () => Math.abs(random.normal()));
      const { reach } = conformalReach(scores, Uint32Array.from(scores.keys()), 0.9, random);
      if (Math.abs(random.normal()) <= reach) inside++;
    }
    expect(Math.abs(inside / 2000 - 0.9)).toBeLessThan(4 * Math.sqrt(0.09 / 2000));
  });
});

describe('contexts', () => {
  test('a missing parameter gets its expectation given the others, and its variance stays', () => {
    const scale = {
      centre: Float64Array.from([10, 0]),
      scale: Float64Array.from([2, 1]),
      correlation: Float64Array.from([1, 0.6, 0.6, 1]),
    };
    const place = { context: Float64Array.from([14, 0]), missing: Uint8Array.from([0, 1]) };
    const { z, uncertainty } = scalePlace(scale, place, typescriptKernels);
    expect(z[0]).toBe(2);
    expect(z[1]).toBeCloseTo(1.2, 14);
    expect(uncertainty![3]).toBeCloseTo(1 - 0.36, 14);
    expect([uncertainty![0], uncertainty![1], uncertainty![2]]).toEqual([0, 0, 0]);
  });

  test('with every parameter missing a place is the average one', () => {
    const scale = fitContextScale(table);
    const place = { context: new Float64Array(8), missing: new Uint8Array(8).fill(1) };
    const { z, uncertainty } = scalePlace(scale, place, typescriptKernels);
    expect([...z]).toEqual(new Array(8).fill(0));
    expect([...uncertainty!]).toEqual([...scale.correlation]);
  });
});

describe('features', () => {
  test('every pair of blocks has a feature of its own, on exactly when both are in', () => {
    const layout = featureLayout({ outcome: 'effect', blocks: 5, contexts: 2, grades: 3, regions: 4 });
    const seen = new Set<number>();
    for (let j = 0; j < 5; j++) {
      for (let l = j + 1; l < 5; l++) {
        const mix = Uint8Array.from([0, 1, 2, 3, 4], (b) => (b === j || b === l ? 1 : 0));
        const out = new Float64Array(layout.count);
        writeMixFeatures(layout, Float64Array.from([2, 3]), mix, 0, out);
        const pairs = out.subarray(layout.start.pair, layout.start.pair + layout.length.pair);
        expect(pairs.reduce((sum, value) => sum + value, 0)).toBe(1);
        expect(out[pairFeature(layout, j, l)]).toBe(1);
        expect([...out.subarray(layout.start.blockByContext + 2 * j, layout.start.blockByContext + 2 * j + 2)]).toEqual(
          [2, 3],
        );
        expect([out[layout.start.size], out[layout.start.crowding]]).toEqual([2, 1]);
        seen.add(pairFeature(layout, j, l));
      }
    }
    expect(seen.size).toBe(10);
  });
});

describe('refuseLeaks', () => {
  test('honest contexts pass', () => {
    expect(refuseLeaks(table)).toBe(undefined);
  });

  test('a context made from the outcome is refused by name, whatever its scale or sign', () => {
    const context = table.context.slice();
    table.effect.forEach((effect, i) => {
      context[i * 8 + 3] = 1000 - Math.exp(20 * effect);
    });
    expect(() => refuseLeaks({ ...table, context })).toThrow(
      expect.objectContaining({ code: 'invalid-argument', details: { contexts: ['household_size'] } }),
    );
  });
});

describe('requireExperimentTable', () => {
  test.each<[string, string, object]>([
    ['empty-group', 'no experiments', selectExperiments(table, [])],
    ['dimension-mismatch', 'a missing effect', { ...table, effect: table.effect.subarray(1) }],
    ['invalid-argument', 'a variance of 0', { ...table, variance: table.variance!.map((v, i) => (i === 3 ? 0 : v)) }],
    [
      'non-finite',
      'an effect that is not a number',
      { ...table, effect: table.effect.map((v, i) => (i === 3 ? Number.NaN : v)) },
    ],
    ['invalid-argument', 'a block of 2', { ...table, mix: table.mix.map((v, i) => (i === 3 ? 2 : v)) }],
    ['invalid-argument', 'effects without variances', { ...table, variance: null }],
  ])('%s for %s', (expected, _, bad) => {
    expect(() => requireExperimentTable(bad as typeof table)).toThrow(code(expected));
  });
});
