import { afterAll, describe, expect, it } from 'vitest';
import type { QcaInput } from '../../src/core/qca/analysis-records.ts';
import { createCompute } from '../../src/workers/create-compute.ts';
import { mulberry } from '../core/qca/support.ts';

const pool = createCompute({
  workerFile: new URL('../../src/main/worker.ts', import.meta.url).href,
  threads: 1,
  warm: 0,
});
afterAll(() => pool.close());

/** 100 random cases of 50 conditions: millions of prime implicants. */
function hopeless(): QcaInput {
  const random = mulberry(1);
  const column = (name: string) => ({
    name,
    values: Float64Array.from({ length: 100 }, () => (random() < 0.5 ? 1 : 0)),
    observed: new Uint8Array(100).fill(1),
    calibration: null,
    type: null,
  });
  return {
    caseIds: Array.from({ length: 100 }, (_, i) => `case ${i}`),
    outcome: { ...column('Y'), negated: false, expression: null, parts: [] },
    conditions: Array.from({ length: 50 }, (_, c) => column(`C${c}`)),
    truthTable: {
      frequencyCutoff: 1,
      consistencyCutoff: 1,
      contradictionCutoff: null,
      priCutoff: 0,
      binomialTest: null,
    },
    explain: '1',
    includeContradictions: false,
    excludedRows: [],
    enhanced: { contradictoryAssumptions: false, simultaneousSubsets: false, impossible: [] },
    solutions: ['parsimonious'],
    directionalExpectations: [],
    necessity: { consistencyCutoff: 0.9, coverageCutoff: 0, relevanceCutoff: 0.5 },
    listing: 'first',
    irredundant: false,
    anchorIntervals: false,
    further: { theory: null, clusters: null, robustness: null, twoStep: null, chain: null, subsets: null },
    permutations: 0,
    seed: 1,
    limits: { primeImplicants: 100_000, models: 5, nodes: 1e5, derivations: 1, listed: 10 },
  };
}

describe('a QCA in a worker thread', () => {
  it('tells how far the search is, and says what it knows where a limit ends it', { timeout: 60_000 }, async () => {
    const shares: number[] = [];
    const analysis = await pool.compute.run('qca', hopeless(), {
      signal: new AbortController().signal,
      progress: (share, stage) => {
        expect(stage).toBe('minimising');
        shares.push(share);
      },
    });
    const [solution] = analysis.solutions;
    expect(solution).toMatchObject({ complete: false, modelCountExact: false });
    expect(solution!.lowerBound).toBeGreaterThan(1);
    expect(solution!.lowerBound).toBeLessThanOrEqual(solution!.termsPerModel);
    expect(shares.length).toBeGreaterThan(3);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  });

  it('stops in the middle of a search when it is cancelled', { timeout: 60_000 }, async () => {
    const abort = new AbortController();
    const input = hopeless();
    const endless = { ...input, limits: { ...input.limits, primeImplicants: 10_000_000 } };
    let reports = 0;
    const running = pool.compute.run('qca', endless, {
      signal: abort.signal,
      progress: () => {
        if (++reports === 3) abort.abort(new Error('enough'));
      },
    });
    await expect(running).rejects.toThrow();
    expect(reports).toBeLessThan(20);
    // The thread is free for the next question.
    await expect(
      pool.compute.run('qca', { ...input, solutions: [] }, { signal: new AbortController().signal, progress() {} }),
    ).resolves.toMatchObject({ caseCount: 100 });
  });
});
