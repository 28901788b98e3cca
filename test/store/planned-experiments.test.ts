import { describe, expect, it } from 'vitest';
import type { PlannedExperiment, RecordedOutcome } from '../../src/app/planned-experiments.ts';
import { openTestStore, type TestStore } from '../support/open-test-store.ts';
import { occurrences, planted, streetFile } from '../support/planted-household.ts';

const at = '2026-01-01T00:00:00.000Z';
const plan = (experiment: string): PlannedExperiment => ({
  experiment,
  recommendation: 'res_1',
  model: { name: 'warm-start', version: 1, dataDigest: 'd' },
  state: 'advice',
  neighbourhood: `secret-place-${experiment}`,
  region: 'North',
  context: { mean_income: 27.5, gas_before: null },
  blocks: ['coach'],
  promises: [{ kpi: 'gas-saving', mean: 0.2, lower: 0.1, upper: 0.3 }],
  start: '2026-01',
  months: 12,
  acceptedAt: at,
});
const outcome = (experiment: string, change: Partial<RecordedOutcome> = {}): RecordedOutcome => ({
  outcome: `out_${experiment}`,
  experiment,
  kpi: 'gas-saving',
  effect: -0.01234567,
  variance: 0.001,
  households: 40,
  grade: 'matched',
  from: '2026-01',
  until: '2026-12',
  result: null,
  evidence: { biasVariance: 0, overlap: null, largestDifference: null, eValue: null, assumptions: ['no-interference'] },
  correction: null,
  recordedAt: at,
  ...change,
});
const kept = async (t: TestStore) => t.store.plannedExperiments.load();
const events = async (t: TestStore) => (await t.store.events.entries()).map(({ type, subject }) => [type, subject]);

describe('planned experiments', () => {
  it('and their outcomes are kept as they were given, also over a restart, each with its entry in the log', async () => {
    await using t = await openTestStore();
    await t.store.plannedExperiments.accept(plan('exp_b'));
    await t.store.plannedExperiments.accept(plan('exp_a'));
    await t.store.plannedExperiments.record(outcome('exp_a'));
    await t.reopen();
    expect(await kept(t)).toEqual({
      plans: [plan('exp_b'), plan('exp_a')],
      outcomes: [outcome('exp_a')],
      withdrawals: [],
    });
    expect(await events(t)).toEqual([
      ['experiment-planned', 'exp_b'],
      ['experiment-planned', 'exp_a'],
      ['outcome-recorded', 'exp_a'],
    ]);
    expect(await t.store.events.firstBroken()).toBe(null);
  });

  it('that nobody recommended are kept with their first outcome, or neither is', async () => {
    await using t = await openTestStore();
    const documented = { ...plan('exp_a'), recommendation: null, model: null, state: null, promises: [] };
    await t.store.plannedExperiments.document(documented, outcome('exp_a'));
    // An outcome that corrects nothing fails, and takes the experiment with it.
    const wrong = outcome('exp_b', { correction: 'measurement-error' });
    await expect(
      t.store.plannedExperiments.document({ ...documented, experiment: 'exp_b' }, wrong),
    ).rejects.toMatchObject({ code: 'version-conflict' });
    await t.reopen();
    expect(await kept(t)).toEqual({ plans: [documented], outcomes: [outcome('exp_a')], withdrawals: [] });
    expect(await events(t)).toEqual([
      ['experiment-documented', 'exp_a'],
      ['outcome-recorded', 'exp_a'],
    ]);
  });

  it('take no second outcome but as a correction, and keep both', async () => {
    await using t = await openTestStore();
    const { plannedExperiments } = t.store;
    await plannedExperiments.accept(plan('exp_a'));
    await expect(plannedExperiments.record(outcome('exp_a', { correction: 'longer-period' }))).rejects.toMatchObject({
      code: 'version-conflict',
    });
    await plannedExperiments.record(outcome('exp_a'));
    await expect(plannedExperiments.record(outcome('exp_a', { effect: 0.5 }))).rejects.toMatchObject({
      code: 'version-conflict',
    });
    await plannedExperiments.record(outcome('exp_a', { effect: 0.02, correction: 'longer-period' }));
    await plannedExperiments.record(outcome('exp_a', { kpi: 'comfort' }));
    expect((await kept(t)).outcomes.map(({ effect, kpi }) => [kpi, effect])).toEqual([
      ['gas-saving', -0.01234567],
      ['gas-saving', 0.02],
      ['comfort', -0.01234567],
    ]);
  });

  it('that are withdrawn leave the reason, and no byte of their content', async () => {
    await using t = await openTestStore();
    const { plannedExperiments } = t.store;
    await plannedExperiments.accept(plan('exp_a'));
    await plannedExperiments.accept(plan('exp_b'));
    await plannedExperiments.record(outcome('exp_a'));
    const withdrawal = { experiment: 'exp_a', reason: 'erasure-asked', model: 'warm-start', at } as const;
    expect(await plannedExperiments.withdraw(withdrawal)).toBe(0);
    expect(await kept(t)).toEqual({ plans: [plan('exp_b')], outcomes: [], withdrawals: [withdrawal] });
    expect((await events(t)).at(-1)).toEqual(['experiment-withdrawn', 'exp_a']);
    await t.store.close();
    expect(await occurrences(t.folder, ['secret-place-exp_a', '0.01234567'])).toEqual([]);
    expect((await occurrences(t.folder, ['secret-place-exp_b'])).length).toBeGreaterThan(0);
    await t.reopen();
  });

  it('take the stored answers with them that rest on experiments, and no other', async () => {
    await using t = await openTestStore();
    await t.store.plannedExperiments.accept(plan('exp_a'));
    const job = (id: string) => ({
      id: `job_${id}`,
      kind: 'recommendation' as const,
      state: 'succeeded' as const,
      settings: {},
      actor: { role: 'operator' as const },
      idempotencyKey: null,
      attempt: 1,
      progress: 1,
      stage: 'done',
      submittedAt: at,
      startedAt: at,
      finishedAt: at,
      resultId: `res_${id}`,
      error: null,
    });
    for (const panel of ['experiments', 'given-table']) {
      await t.store.jobs.insert(job(panel));
      const sources = [{ panel, revision: 1, digest: 'd', units: null, consents: null }];
      const result = { id: `res_${panel}`, kind: 'recommendation', class: 'release', sources };
      await t.store.results.save(result as never, `job_${panel}`);
    }
    const withdrawal = { experiment: 'E001', reason: 'consent-withdrawn', model: null, at } as const;
    expect(await t.store.plannedExperiments.withdraw(withdrawal)).toBe(1);
    await expect(t.store.results.get('res_experiments')).rejects.toMatchObject({ code: 'data-withdrawn' });
    await expect(t.store.jobs.get('job_experiments')).rejects.toMatchObject({ code: 'data-withdrawn' });
    expect(await t.store.results.get('res_given-table')).toMatchObject({ id: 'res_given-table' });
  });

  it('lose an outcome that was read from a study of an erased household, and wait for another', async () => {
    await using t = await openTestStore();
    await t.ingest(streetFile(200, true), { panel: 'street', unitKind: 'household' });
    const { revision, digest } = await t.store.panels.describe('street', null);
    const sources = [{ panel: 'street', revision, digest, units: null, consents: 0 }];
    const result = { id: 'res_study', kind: 'matching-study', class: 'release', sources };
    await t.store.results.save(result as never, 'job_none');
    const { plannedExperiments } = t.store;
    await plannedExperiments.accept(plan('exp_a'));
    await plannedExperiments.record(outcome('exp_a', { result: 'res_study' }));
    await plannedExperiments.record(outcome('exp_a', { kpi: 'comfort', effect: 0.3 }));
    const { household: unit } = planted;
    const receipt = 'erasure_test';
    await t.store.erasure.erase({ panels: ['street'], unit, withConsents: false, receipt, at });
    expect((await kept(t)).outcomes.map(({ kpi }) => kpi)).toEqual(['comfort']);
    expect((await kept(t)).plans.length).toBe(1);
    await plannedExperiments.record(outcome('exp_a', { effect: 0.1 }));
    expect((await kept(t)).outcomes.map(({ effect }) => effect)).toEqual([0.3, 0.1]);
    await t.store.close();
    expect(await occurrences(t.folder, ['0.01234567'])).toEqual([]);
    await t.reopen();
  });
});
