import { expect, test } from 'vitest';
import { evaluateTable } from '../../../src/core/recommend/evaluate-table.ts';
import { loadDefaultKernels } from '../../../src/main/load-default-kernels.ts';
import { type SimulatedDesign, simulatedExperiments } from '../../support/simulated-experiments.ts';

const kernels = await loadDefaultKernels();

/** Verdicts on tables of which is known whether contexts matter. */
function verdicts(design: SimulatedDesign, seeds: number) {
  return Array.from({ length: seeds }, (_, seed) => {
    const table = simulatedExperiments(design, seed);
    const input = { table, leftOut: 'region', folds: 6, kinds: ['constant', 'ridge', 'set-kernel'], seed } as const;
    return evaluateTable(input, kernels, () => {}).verdict!;
  });
}

const noise = { rows: 80, regions: 12, sitesPerRegion: 4, blocks: 0, slopes: 0, blocksByRegion: 0, clustered: 0 };
// With a false claim in 1 of 20 tables, more than 4 in 25 have a probability of .007.
const seeds = 25;
const most = 4;

test('on pure noise contexts are not said to help, although a kind with contexts often has the smallest error', () => {
  const found = verdicts(noise, seeds);
  // Whoever believed the smallest error would be wrong too often.
  expect(found.filter(({ kind }) => kind !== 'constant').length).toBeGreaterThan(most);
  expect(found.filter(({ personal }) => personal).length).toBeLessThanOrEqual(most);
  expect(found.filter(({ separated }) => separated)).toEqual([]);
}, 300_000);

test('nor where contexts and effects of blocks differ by region, but not together', () => {
  const found = verdicts({ ...noise, blocks: 0.3, blocksByRegion: 0.2, clustered: 0.7 }, seeds);
  expect(found.filter(({ personal }) => personal).length).toBeLessThanOrEqual(most);
}, 300_000);

test('where effects do depend on contexts they are said to help, and by how much', () => {
  for (const { personal, contextGain } of verdicts({ ...noise, rows: 200, blocks: 0.3, slopes: 0.2 }, 2)) {
    expect(personal).toBe(true);
    expect(contextGain!.lower).toBeGreaterThan(0);
    expect(contextGain!.lower).toBeLessThan(contextGain!.share);
  }
}, 300_000);
