import { beforeEach, describe, expect, test } from 'vitest';
import { type Actor, roles } from '../../src/app/actor.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { evidenceOfGrade } from '../../src/app/experiment-evidence.ts';
import { createJobs } from '../../src/app/jobs.ts';
import type { OutcomeInput } from '../../src/app/learning-loop.ts';
import type { Compute } from '../../src/app/ports.ts';
import { modelPromises } from '../../src/app/promises.ts';
import { createService, type Service } from '../../src/app/service.ts';
import { operations, results } from '../../src/contract/operations.ts';
import { recommendationExample } from '../../src/contract/recommend.ts';
import { violations } from '../../src/contract/validate.ts';
import { loadDefaultKernels } from '../../src/main/load-default-kernels.ts';
import { createModelFiles } from '../../src/store/model-files.ts';
import { computations } from '../../src/workers/computations.ts';
import { calendar } from '../support/calendar.ts';
import { type MemoryPanel, memoryPorts } from '../support/memory-ports.ts';
import { studyPanel } from '../support/study-panel.ts';
import { command } from '../support/terminal.ts';

const operator: Actor = { role: 'operator' };
const visitor: Actor = { role: 'visitor' };
const wait = { waitMs: 60_000 };
const models = createModelFiles({
  shipped: new URL('../../models', import.meta.url).pathname,
  own: new URL('../../models/none', import.meta.url).pathname,
});
const kernels = await loadDefaultKernels();
const compute: Compute = {
  run: async (name, input, control) =>
    (computations[name] as (input: unknown, environment: unknown) => unknown)(input, {
      kernels,
      progress: control.progress.bind(control),
    }) as never,
};

const { clock, turnTo } = calendar();
beforeEach(() => turnTo('2026-01-01'));
/** A day after the period of `typed`. */
const afterwards = '2027-09-01';

function open(panels: readonly MemoryPanel[] = []): Service {
  const ports = memoryPorts(panels, { compute, models, clock });
  return createService(ports, createJobs(ports, { concurrency: 1 }));
}

async function recommend(service: Service, input: Parameters<Service['recommend']>[1] = {}) {
  const job = await service.recommend(
    operator,
    { neighbourhood: 'BU90060209', goals: { 'gas-saving': 1 }, ...input },
    wait,
  );
  if (job.error) throw Object.assign(new Error(job.error.message), job.error);
  return job.result as unknown as ResultOf<'recommendation'>;
}

/** A place that gets advice. */
const typical = { ...recommendationExample, neighbourhood: null, goals: { 'gas-saving': 1 } };

const typed = (experiment: string, input: Partial<OutcomeInput> = {}): OutcomeInput => ({
  experiment,
  kpi: 'gas-saving',
  effect: -0.02,
  variance: 0.0009,
  households: 80,
  grade: 'randomised',
  from: '2026-09',
  until: '2027-08',
  ...input,
});

/** Accepts the advice for known neighbourhoods and reports `share` of what was promised in each. */
async function live(service: Service, share: number, count: number, from = 0) {
  const neighbourhoods = Object.keys((await memoryPorts().experiments.load()).neighbourhoods).slice(from, from + 60);
  const experiments: string[] = [];
  for (const neighbourhood of neighbourhoods) {
    if (experiments.length === count) break;
    const answer = await recommend(service, { neighbourhood });
    if (answer.body.mixes.length === 0) continue;
    turnTo('2026-01-01');
    const plan = await service.acceptRecommendation(operator, { recommendation: answer.id, start: '2026-09' });
    turnTo(afterwards);
    const effect = share * plan.promises[0]!.mean;
    await service.recordOutcome(operator, typed(plan.experiment, { effect, variance: 0.0001 }));
    experiments.push(plan.experiment);
  }
  expect(experiments.length).toBe(count);
  return experiments;
}

describe('an accepted recommendation', () => {
  test('is a planned experiment with the place, the mix and what was promised, and fits the contract', async () => {
    const service = open();
    const answer = await recommend(service);
    const plan = await service.acceptRecommendation(operator, {
      recommendation: answer.id,
      mix: 2,
      start: '2026-09',
    });
    expect(violations(operations.acceptRecommendation.response, JSON.parse(JSON.stringify(plan)))).toEqual([]);
    const { kpi, mean, lower, upper } = answer.body.mixes[1]!.effects[0]!;
    expect(plan).toMatchObject({
      neighbourhood: 'BU90060209',
      region: 'Mijnstreek',
      blocks: answer.body.mixes[1]!.blocks,
      promises: [{ kpi, mean, lower, upper }],
      model: answer.body.model,
      state: answer.body.state,
      months: 12,
    });
    expect(plan.context.mean_income).toBe(answer.body.place.find(({ name }) => name === 'mean_income')!.value);
    const list = await service.listPlannedExperiments(visitor, {});
    expect(violations(operations.listPlannedExperiments.response, JSON.parse(JSON.stringify(list)))).toEqual([]);
    expect(list.experiments.map(({ outcomes, ...rest }) => [rest, outcomes])).toEqual([[plan, []]]);
    // Planned is not yet evidence.
    expect((await service.listExperiments(operator, { kpi: 'gas-saving' })).total).toBe(400);
  });

  test.each<[string, Record<string, unknown>, string, RegExp]>([
    ['a mix that is not listed', { mix: 40 }, 'invalid-request', /lists \d+ mixes; received 40/],
    ['a result that does not exist', { recommendation: 'res_none' }, 'result-not-found', /no result "res_none"/],
    ['a start in the past', { start: '2025-12' }, 'invalid-request', /begun in 2025-12, and it is now 2026-01/],
    ['a region nobody knows', { neighbourhood: 'BU00000000' }, 'invalid-request', /region/],
  ])('%s is refused', async (_, input, code, message) => {
    const service = open();
    const { id } = await recommend(service);
    await expect(
      service.acceptRecommendation(operator, { recommendation: id, start: '2026-09', ...input }),
    ).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('is accepted once: the same place, mix and start would count twice', async () => {
    const service = open();
    const first = await recommend(service);
    const again = await recommend(service, { seed: 2 });
    const accept = (recommendation: string, start: string) =>
      service.acceptRecommendation(operator, { recommendation, start });
    await accept(first.id, '2026-09');
    expect(again.body.mixes[0]!.blocks).toEqual(first.body.mixes[0]!.blocks);
    await expect(accept(again.id, '2026-09')).rejects.toMatchObject({ code: 'version-conflict' });
    await accept(again.id, '2026-10');
    expect((await service.listPlannedExperiments(operator, {})).experiments).toHaveLength(2);
  });

  test('for parameters alone needs a code; of an answer that abstained there is nothing to accept', async () => {
    const service = open();
    const context = { mean_income: 27.5, built_before_1975_pct: 72, owner_occupied_pct: 48, gas_before: 1400 };
    const { id } = await recommend(service, { neighbourhood: null, context });
    const start = '2026-09';
    await expect(service.acceptRecommendation(operator, { recommendation: id, start })).rejects.toThrow(/its code/);
    const place = { neighbourhood: 'BU12345678', region: 'Elsewhere' };
    const plan = await service.acceptRecommendation(operator, { recommendation: id, start, ...place });
    expect(plan).toMatchObject({ ...place, context: { ...context, household_size: null } });
    const far = await recommend(service, {
      context: { mean_income: 60, gas_before: 2600, address_density: 6000, aged_65_plus_pct: 60 },
    });
    expect(far.body.state).toBe('abstain');
    await expect(service.acceptRecommendation(operator, { recommendation: far.id, start })).rejects.toThrow(
      /abstained/,
    );
  });
});

describe('an outcome', () => {
  test('that failed is evidence like any other: listed, learned from, and there is no way to drop it', async () => {
    const service = open();
    const { id } = await recommend(service);
    const plan = await service.acceptRecommendation(operator, { recommendation: id, start: '2026-09' });
    turnTo(afterwards);
    const recorded = await service.recordOutcome(operator, typed(plan.experiment));
    expect(violations(operations.recordOutcome.response, JSON.parse(JSON.stringify(recorded)))).toEqual([]);
    const list = await service.listExperiments(visitor, { kpi: 'gas-saving', limit: 1000 });
    expect(violations(operations.listExperiments.response, JSON.parse(JSON.stringify(list)))).toEqual([]);
    expect([list.total, list.digest === (await memoryPorts().experiments.load()).digest]).toEqual([401, false]);
    expect(list.experiments.find((row) => row.experiment === plan.experiment)).toMatchObject({
      effect: -0.02,
      variance: 0.0009,
      grade: 'randomised',
      neighbourhood: 'BU90060209',
      blocks: plan.blocks,
      evidence: { biasVariance: 0, assumptions: ['assigned-by-lot', 'no-interference'] },
    });
    // A model that is older than this outcome says so.
    expect((await recommend(service)).warnings.map(({ code }) => code)).toContain('model-older-than-data');
    const withdrawals = Object.keys(operations).filter((name) => /withdraw|erase|delete|drop/i.test(name));
    expect(withdrawals).toEqual(['erasePanel', 'eraseUnit', 'eraseHousehold', 'withdrawExperiment']);
  });

  test('from a size has its variance: two halves compared, or each with itself and a bias', async () => {
    const service = open();
    const { id } = await recommend(service);
    const plan = await service.acceptRecommendation(operator, { recommendation: id, start: '2026-09' });
    turnTo(afterwards);
    const { variance: _, ...sized } = typed(plan.experiment, { standardDeviation: 0.2, households: 100 });
    // 4 x 0.04 / 100
    expect((await service.recordOutcome(operator, sized)).variance).toBeCloseTo(0.0016, 12);
    const before = await service.recordOutcome(operator, { ...sized, grade: 'before-after', kpi: 'comfort' });
    // 0.04 / 100 + (0.15 x 0.2)^2
    expect(before.variance).toBeCloseTo(0.0004 + 0.0009, 12);
    expect(before.evidence).toMatchObject({ assumptions: ['nothing-else-changed', 'no-interference'] });
    expect(before.evidence.biasVariance).toBeCloseTo(0.0009, 12);
  });

  test.each<[string, Partial<OutcomeInput>, string, RegExp]>([
    ['of an experiment nobody planned', { experiment: 'exp_none' }, 'experiment-not-found', /no experiment "exp_none"/],
    ['of a KPI nobody measured', { kpi: 'wind' }, 'invalid-request', /No experiment measured "wind"/],
    ['before the start', { from: '2026-01' }, 'invalid-request', /from the start of the experiment \(2026-09\)/],
    ['of months to come', { until: '2027-10' }, 'invalid-request', /it is now 2027-09; expected months that have come/],
    ['of an unknown grade', { grade: 'hearsay' }, 'invalid-request', /randomised, matched, before-after/],
    ['before and after without a spread', { grade: 'before-after' }, 'invalid-request', /standard deviation/],
    ['with a study and numbers', { result: 'res_0001' }, 'invalid-request', /effect, variance, households/],
  ])('%s is refused', async (_, input, code, message) => {
    const service = open();
    const { id } = await recommend(service);
    const { experiment } = await service.acceptRecommendation(operator, { recommendation: id, start: '2026-09' });
    turnTo(afterwards);
    await expect(service.recordOutcome(operator, { ...typed(experiment), ...input })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test('of nine households is for the operator to see and judges nothing', async () => {
    const service = open();
    const { id } = await recommend(service);
    const { experiment } = await service.acceptRecommendation(operator, { recommendation: id, start: '2026-09' });
    turnTo(afterwards);
    await service.recordOutcome(operator, typed(experiment, { households: 9, effect: -0.98765 }));
    for (const role of roles.filter((one) => one !== 'operator')) {
      const shown = [
        await service.listPlannedExperiments({ role }, {}),
        await service.listExperiments({ role }, { limit: 10_000 }),
        await service.modelPromises({ role }, { model: 'warm-start' }),
        await service.modelCard({ role }, { model: 'warm-start' }),
      ];
      expect(JSON.stringify(shown)).not.toContain('0.98765');
      expect(shown[2]).toMatchObject({ accepted: 1, reported: 0 });
    }
    expect(JSON.stringify(await service.listPlannedExperiments(operator, {}))).toContain('-0.98765');
    const { kpis, reported } = await service.modelPromises(operator, { model: 'warm-start' });
    expect([reported, kpis[0]!.outcomes]).toEqual([1, 0]);
  });
});

test('a result is not corrected away: down to too few households is refused, and it holds', async () => {
  const service = open();
  const { id } = await recommend(service);
  const { experiment } = await service.acceptRecommendation(operator, { recommendation: id, start: '2026-09' });
  turnTo(afterwards);
  await service.recordOutcome(operator, typed(experiment, { households: 10 }));
  const correct = (households: number) =>
    service.recordOutcome(operator, typed(experiment, { households, correction: 'better-comparison' }));
  await expect(correct(9)).rejects.toMatchObject({
    code: 'invalid-request',
    message: expect.stringMatching(/rests on 10 households and its correction on 9/),
  });
  expect((await service.listExperiments(visitor, { limit: 1000, kpi: 'gas-saving' })).total).toBe(401);
  await correct(11);
});

describe('an outcome read from a study', () => {
  const study = {
    panel: 'study',
    treatment: 'coach',
    outcome: 'kpi',
    covariates: ['income', 'home'],
    baseline: '2023',
    followUp: '2024',
  } as const;
  const planned = async (units: number) => {
    const service = open([studyPanel({ units })]);
    const { id } = await recommend(service);
    turnTo('2022-12-01');
    const plan = await service.acceptRecommendation(operator, { recommendation: id, start: '2023-01' });
    turnTo('2026-01-01');
    const job = await service.matchingStudy(operator, study, wait);
    const record = (input: Partial<OutcomeInput>) =>
      service.recordOutcome(operator, {
        experiment: plan.experiment,
        kpi: 'gas-saving',
        result: job.result!.id,
        from: '2023-01',
        until: '2024-12',
        ...input,
      });
    return { service, record, study: job.result as unknown as ResultOf<'matching-study'> };
  };

  test('has its effect on the scale of the KPI, and overlap, balance, E-value and assumptions of the comparison', async () => {
    const { record, study: found, service } = await planned(400);
    const { estimate, standardError } = found.body.effects.adjusted!;
    const recorded = await record({ scale: -0.01 });
    expect(recorded.effect).toBeCloseTo(-0.01 * estimate, 12);
    expect(Math.sqrt(recorded.variance)).toBeCloseTo(0.01 * standardError, 12);
    const { treated, control } = found.body.groups;
    expect(recorded).toMatchObject({ grade: 'matched', households: Math.min(treated.matched!, control.matched!) });
    // As everybody may see it.
    const shown = (await service.getResult(visitor, { result: found.id })) as unknown as typeof found;
    const after = shown.body.balance.map(({ after: side }) => Math.abs(side.standardizedMeanDifference!));
    expect(recorded.evidence).toEqual({
      biasVariance: 0,
      overlap: shown.body.overlap!.coefficient,
      largestDifference: Math.max(...after),
      eValue: found.body.further.sensitivity.eValue!.eValue,
      assumptions: ['no-unmeasured-confounding', 'no-interference'],
    });
    const { experiments } = await service.listExperiments(visitor, { limit: 1000 });
    expect(experiments.find(({ experiment }) => experiment === recorded.experiment)!.evidence).toEqual(
      recorded.evidence,
    );
  });

  test('of too few households is refused: what the gate withholds is no evidence for everybody', async () => {
    const { record } = await planned(30);
    await expect(record({})).rejects.toMatchObject({ code: 'invalid-request', message: /withheld from others/ });
  });

  test('has to compare groups', async () => {
    const { record, service } = await planned(400);
    const { id } = await recommend(service);
    await expect(record({ result: id })).rejects.toThrow(/compares no groups/);
    const model = { panel: 'study', model: 'pooled', outcome: 'kpi', terms: ['income'] } as const;
    const job = await service.panelModel(operator, model, wait);
    await expect(record({ result: job.result!.id })).rejects.toThrow(/compares no groups/);
  });
});

describe('promised against realised', () => {
  test('a model that keeps its promises stays what it is', async () => {
    const service = open();
    const before = await recommend(service);
    await live(service, 1, 6);
    const { body } = await recommend(service);
    expect([body.state, body.promises[0]!.broken]).toEqual([before.body.state, []]);
    const judged = await service.modelPromises(visitor, { model: 'warm-start' });
    expect(violations(operations.modelPromises.response, JSON.parse(JSON.stringify(judged)))).toEqual([]);
    expect(judged).toMatchObject({ accepted: 6, reported: 6, overdue: 0, withdrawn: 0 });
    expect(judged.kpis[0]!.slope).toBeCloseTo(1, 9);
  });

  test('a model whose promises fail demotes itself, with the reason and the numbers, and its card says so', async () => {
    const service = open();
    const before = await recommend(service, typical);
    expect(before.body.state).toBe('advice');
    await live(service, 0, 4);
    expect((await recommend(service, typical)).body.state).toBe('advice');
    const [fifth] = (await live(service, 0, 6, 60)).slice(-1);
    const { body, warnings } = await recommend(service, typical);
    expect([body.state, body.demotedFrom, body.reasons]).toEqual(['borrow', 'advice', ['promises-broken']]);
    // The state comes first: an answer that is no advice any more names what to try here.
    expect(body.pilot!.blocks.length).toBeGreaterThan(0);
    // What was careful before the demotion abstains: no ranking, no explanation of one.
    const careful = await recommend(service, { ...typical, context: { gas_before: 1400 } });
    expect(careful.body).toMatchObject({ state: 'abstain', mixes: [], explanation: [] });
    expect(['cautious', 'borrow']).toContain(careful.body.demotedFrom);
    const inWords = await command(service, ['recommend', '--context', 'gas_before=1400', '--goals', 'gas-saving=1']);
    expect(inWords.out.split('\n')[0]).toBe(
      'What was promised earlier did not come out, so no mixes are ranked until forecasts hold again.',
    );
    expect(body.promises[0]!.broken).toEqual(['realised-less', 'intervals-miss']);
    const warning = warnings.find(({ code }) => code === 'promises-broken')!;
    expect(warning.parameters).toMatchObject({ kpi: 'gas-saving', covered: 0 });
    expect(warning.parameters.slope).toBeCloseTo(0, 9);
    const result = await recommend(service, typical);
    expect(violations(results.recommendation, JSON.parse(JSON.stringify(result)))).toEqual([]);
    const { markdown } = await service.modelCard(visitor, { model: 'warm-start' });
    expect(markdown).toMatch(/## Promised against realised[\s\S]*realised-less, intervals-miss/);
    // An outcome that judged a model is withdrawn with the experiment, and the withdrawal is counted.
    await service.withdrawExperiment(operator, { experiment: fifth!, reason: 'consent-withdrawn' });
    const judged = await service.modelPromises(visitor, { model: 'warm-start' });
    expect(judged).toMatchObject({ withdrawn: 1 });
    expect(
      (await service.listExperiments(operator, { limit: 1000 })).experiments.map((row) => row.experiment),
    ).not.toContain(fifth);
  });

  test('another name or another version does not wipe it out, until five outcomes of its own do', () => {
    const plan = (i: number, model: { name: string; version: number }, acceptedAt = '2026-01-05T00:00:00.000Z') => ({
      experiment: `${model.name}-${model.version}-${i}`,
      recommendation: 'res_1',
      model: { ...model, dataDigest: 'd' },
      state: 'advice' as const,
      neighbourhood: `place ${i}`,
      region: 'here',
      context: {},
      blocks: ['coach'],
      promises: [{ kpi: 'gas-saving', mean: 0.2, lower: 0.15, upper: 0.25 }],
      start: '2026-01',
      months: 12,
      acceptedAt,
    });
    const outcomeOf = ({ experiment }: { experiment: string }, effect: number) => ({
      outcome: `out ${experiment}`,
      experiment,
      kpi: 'gas-saving',
      effect,
      variance: 0.0001,
      households: 80,
      grade: 'matched',
      from: '2026-01',
      until: '2026-12',
      result: null,
      evidence: evidenceOfGrade('matched', null),
      correction: null,
      recordedAt: '2027-01-05T00:00:00.000Z',
    });
    const [old, renamed] = [
      { name: 'old', version: 1 },
      { name: 'fresh-start', version: 1 },
    ];
    const broken = [1, 2, 3, 4, 5].map((i) => plan(i, old));
    const records = { plans: broken, outcomes: broken.map((one) => outcomeOf(one, 0)), withdrawals: [] };
    const now = '2027-02-01T00:00:00.000Z';
    for (const model of [old, renamed, { name: 'old', version: 2 }]) {
      const { kpis, accepted } = modelPromises(records, model, now);
      expect([accepted, kpis[0]!.broken]).toEqual([5, ['realised-less', 'intervals-miss']]);
      expect(kpis[0]!.ofThisVersion).toBe(model === old);
    }
    const kept = [6, 7, 8, 9, 10].map((i) => plan(i, renamed));
    const both = {
      ...records,
      plans: [...broken, ...kept],
      outcomes: [...records.outcomes, ...kept.map((one) => outcomeOf(one, 0.2))],
    };
    expect(modelPromises(both, renamed, now).kpis[0]).toMatchObject({ broken: [], ofThisVersion: true });
    expect(modelPromises(both, old, now).kpis[0]!.broken).toEqual(['realised-less', 'intervals-miss']);
    // Accepted when the outcome could be known: kept as evidence, no promise.
    const late = [1, 2, 3, 4, 5].map((i) => plan(i, old, '2026-02-01T00:00:00.000Z'));
    const judged = modelPromises({ ...records, plans: late }, old, now);
    expect([judged.accepted, judged.kpis[0]!.outcomes, judged.kpis[0]!.broken]).toEqual([5, 0, []]);
  });

  test('an experiment past its end without a report is counted as overdue', async () => {
    const service = open();
    const { id } = await recommend(service);
    const accept = (start: string, months: number) =>
      service.acceptRecommendation(operator, { recommendation: id, start, months });
    turnTo('2024-11-30');
    await accept('2024-12', 12);
    await accept('2025-01', 12);
    await accept('2025-02', 12);
    turnTo('2026-01-31');
    expect(await service.modelPromises(visitor, { model: 'warm-start' })).toMatchObject({ accepted: 3, overdue: 2 });
  });
});

describe('a withdrawal', () => {
  test('of a documented experiment takes it out of the registry and of every answer', async () => {
    const service = open();
    const first = (await recommend(service)).body.evidence[0]!.items[0]!.experiment;
    const report = await service.withdrawExperiment(operator, { experiment: first, reason: 'erasure-asked' });
    expect(violations(operations.withdrawExperiment.response, JSON.parse(JSON.stringify(report)))).toEqual([]);
    const { body, warnings } = await recommend(service);
    expect(JSON.stringify(body.evidence)).not.toContain(`"${first}"`);
    expect(warnings).toContainEqual({ code: 'experiments-withdrawn', parameters: { count: 1 } });
    const again = service.withdrawExperiment(operator, { experiment: first, reason: 'erasure-asked' });
    await expect(again).rejects.toMatchObject({ code: 'experiment-not-found' });
  });
});

test('known neighbourhoods have a region', async () => {
  const { regionOf, neighbourhoods } = await memoryPorts().experiments.load();
  expect(Object.keys(neighbourhoods).filter((code) => regionOf[code] === undefined)).toEqual([]);
});
