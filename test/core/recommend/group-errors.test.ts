import { expect, test } from 'vitest';
import { crossValidate } from '../../../src/core/recommend/cross-validate.ts';
import { loadDefaultKernels } from '../../../src/main/load-default-kernels.ts';
import { simulatedExperiments } from '../../support/simulated-experiments.ts';

const design = {
  rows: 240,
  regions: 24,
  sitesPerRegion: 5,
  blocks: 0.3,
  slopes: 0.1,
  blocksByRegion: 0.1,
  clustered: 0,
};
const kernels = await loadDefaultKernels();

test('errors of coverage and slope over regions are those of a jackknife that leaves out one region at a time', () => {
  const table = simulatedExperiments(design, 3);
  const { leaderboard, predictions } = crossValidate(
    { table, leftOut: 'region', folds: 8, kinds: ['set-kernel'], truth: null, seed: 1 },
    kernels,
    () => {},
  );
  const { mean, variance, noise } = predictions[0]!;
  const regions = [...new Set(table.region)];
  const inside = (i: number) =>
    Math.abs(table.effect[i]! - mean[i]!) <= 1.6448536 * Math.sqrt(variance[i]! + noise[i]!) ? 1 : 0;
  const average = (rows: readonly number[], of: (i: number) => number) =>
    rows.reduce((sum, i) => sum + of(i), 0) / rows.length;
  const coverage = (rows: readonly number[]) => average(rows, inside);
  // All sampling variances are equal, so every row weighs the same.
  const slope = (rows: readonly number[]) => {
    const [x, y] = [average(rows, (i) => mean[i]!), average(rows, (i) => table.effect[i]!)];
    const cross = rows.reduce((sum, i) => sum + (mean[i]! - x) * (table.effect[i]! - y), 0);
    return cross / rows.reduce((sum, i) => sum + (mean[i]! - x) ** 2, 0);
  };
  const jackknife = (of: (rows: readonly number[]) => number) => {
    const without = regions.map((region) => of([...table.ids.keys()].filter((i) => table.region[i] !== region)));
    const centre = without.reduce((sum, value) => sum + value, 0) / regions.length;
    const squares = without.reduce((sum, value) => sum + (value - centre) ** 2, 0);
    return Math.sqrt(((regions.length - 1) / regions.length) * squares);
  };
  const score = leaderboard.models[0]!;
  const all = [...table.ids.keys()];
  expect(score.intervalCoverage).toBeCloseTo(coverage(all), 12);
  expect(score.calibrationSlope).toBeCloseTo(slope(all), 12);
  // Both are first-order: with 24 regions they agree to some percent.
  expect(score.coverageError! / jackknife(coverage)).toBeGreaterThan(0.9);
  expect(score.coverageError! / jackknife(coverage)).toBeLessThan(1.1);
  expect(score.slopeError! / jackknife(slope)).toBeGreaterThan(0.85);
  expect(score.slopeError! / jackknife(slope)).toBeLessThan(1.1);
});
