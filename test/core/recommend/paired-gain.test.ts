import { expect, test } from 'vitest';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { pairedGain } from '../../../src/core/recommend/paired-gain.ts';
import { permuteContexts } from '../../../src/core/recommend/permuted-tables.ts';
import { simulatedExperiments } from '../../support/simulated-experiments.ts';

const design = { rows: 8, regions: 4, sitesPerRegion: 2, blocks: 0, slopes: 0, blocksByRegion: 0, clustered: 0 };
const table = { ...simulatedExperiments(design, 1), effect: new Float64Array(8) };
const forecasts = (errors: readonly number[]) => ({
  model: 'ridge' as const,
  mean: Float64Array.from(errors),
  variance: new Float64Array(8),
  noise: new Float64Array(8),
  fold: new Uint32Array(8),
});

test('the gain is the share of the squared error that is gone, its bound that of a ratio over groups', () => {
  // All variances are equal, so squared errors weigh alike: by region (two rows each) the rival loses 4, 4, 4, 4 and the own kind 1, 2, 3, 4.
  const rival = forecasts([2, 0, 2, 0, 2, 0, 2, 0]);
  const own = forecasts([1, 0, Math.SQRT2, 0, Math.sqrt(3), 0, 2, 0]);
  const { share, lower, groups } = pairedGain(table, table.region, own, rival);
  expect(groups).toBe(4);
  expect(share).toBeCloseTo(6 / 16, 12);
  // Gains 3, 2, 1, 0 around 1.5: sum of squares 5; error sqrt(4 / 3 * 5) / 16; t(.95, 3) = 2.353363 (printed tables).
  expect(lower).toBeCloseTo(6 / 16 - (2.353363 * Math.sqrt(20 / 3)) / 16, 6);
});

test('a single group and a rival without error have no bound', () => {
  const rival = forecasts([2, 0, 2, 0, 2, 0, 2, 0]);
  expect(pairedGain(table, new Uint32Array(8), forecasts(new Array(8).fill(0)), rival)).toEqual({
    share: 1,
    lower: null,
    groups: 1,
  });
  expect(pairedGain(table, table.region, rival, forecasts(new Array(8).fill(0))).lower).toBeNull();
});

test('contexts are dealt out by group: sites of one region get those of one region', () => {
  const many = simulatedExperiments({ ...design, rows: 60, regions: 6, sitesPerRegion: 5, clustered: 1 }, 2);
  const dealt = permuteContexts(many, many.region, createRandom(1));
  const contextsOf = (context: Float64Array) => {
    const seen = new Map<number, string>();
    many.region.forEach((region, i) => {
      const place = context.subarray(i * 4, i * 4 + 4).join();
      expect(seen.get(region) ?? place).toBe(place);
      seen.set(region, place);
    });
    return [...seen.values()];
  };
  expect(contextsOf(dealt.context)).not.toEqual(contextsOf(many.context));
  expect(contextsOf(dealt.context).sort()).toEqual(contextsOf(many.context).sort());
});
