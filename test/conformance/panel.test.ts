import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { runConformance } from '../../src/conformance/run-conformance.ts';
import { typescriptKernels } from '../../src/core/linalg/typescript-kernels.ts';
import { loadIntegerSolver } from '../../src/solvers/load-integer-solver.ts';
import { referenceFolder } from '../support/reference.ts';

const run = promisify(execFile);

describe.skipIf(referenceFolder === null)('the conformance engine on the reference cases of panel models', () => {
  it('gives the reference values of every case of tiers 1 and 2', { timeout: 120_000 }, async () => {
    const comparator = join(referenceFolder!, 'compare.mjs');
    const engine = ['--', process.execPath, 'test/support/conformance-engine.ts'];
    const selection = ['--tier', '2', '--kind', 'panel', join(referenceFolder!, 'golden')];
    const { stdout } = await run(process.execPath, [comparator, ...selection, ...engine], { maxBuffer: 1e8 });
    expect(stdout.trim().split('\n').at(-1)).toBe('12 passed, 0 failed');
  });
});

describe('the conformance engine on panel models', () => {
  const data = {
    columns: ['home', 'year', 'y', 'x', 'start'],
    rows: [1, 2, 3, 4].flatMap((u) =>
      [8, 9, 10].map((t) => [`h${u}`, t, u * t + (u % 2) * t * t, (u * t) % 5, u === 1 ? 10 : 0]),
    ),
  };
  const answer = async (kind: string, request: object) => {
    const lines: string[] = [];
    const input = (async function* () {
      yield JSON.stringify({ id: 'a', kind, dataDir: null, data, request });
    })();
    await runConformance(input, (line) => lines.push(line), {
      kernels: typescriptKernels,
      loadIntegerSolver,
      readText: async () => '',
    });
    return JSON.parse(lines[0]!);
  };
  const base = { outcome: { column: 'y' }, terms: [{ column: 'x' }], unit: 'home', time: 'year' };
  const did = {
    outcome: 'y',
    unit: 'home',
    time: 'year',
    cohort: 'start',
    neverTreated: 0,
    covariates: [],
    controlGroup: 'never-treated',
    estimator: 'regression',
    basePeriod: 'universal',
    anticipation: 0,
    repeatedCrossSections: false,
  };

  it('orders periods by number, not by text: 8, 9, 10', async () => {
    const { result } = await answer('panel.did', did);
    // Unit 1 changes by 1 + 19 from 9 to 10; units 2, 3 and 4 by 2, 3 + 19 and 4.
    expect(result.groupTime['10,10'].estimate).toBeCloseTo(20 - 28 / 3, 10);
    expect(result.groupTime['10,9']).toEqual({ estimate: 0, standardError: null });
    expect(Object.keys(result.groupTime)).toEqual(['10,8', '10,9', '10,10']);
  });

  it('names unit effects by the texts of the units', async () => {
    const { result } = await answer('panel.linear', {
      ...base,
      model: 'fixed-effects',
      effects: 'unit',
      standardErrors: ['classical'],
    });
    expect(Object.keys(result.unitEffects)).toEqual(['h1', 'h2', 'h3', 'h4']);
    expect(result.dfResidual).toBe(7);
  });

  it('answers what is not built, and what cannot be, with a code', async () => {
    const linear = { ...base, model: 'pooled', standardErrors: ['jackknife-HC0'] };
    expect((await answer('panel.linear', linear)).error.code).toBe('not-implemented');
    expect((await answer('panel.did', { ...did, repeatedCrossSections: true })).error.code).toBe('not-implemented');
    expect((await answer('panel.did', { ...did, cohort: 'x' })).error.code).toBe('invalid-argument');
    expect((await answer('panel.tests', { ...base, terms: [] })).error.code).toBe('empty-group');
  });
});
