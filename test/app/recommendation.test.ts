import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { truth } from '../../datasets/heat-transition/truth.ts';
import { type Actor, roles } from '../../src/app/actor.ts';
import { requirePlausible } from '../../src/app/analyses/recommendation-inputs.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import type { Experiment, ExperimentRegistry } from '../../src/app/experiments.ts';
import { createJobs } from '../../src/app/jobs.ts';
import type { Compute } from '../../src/app/ports.ts';
import { createService, type Service } from '../../src/app/service.ts';
import { operations, results } from '../../src/contract/operations.ts';
import { recommendationExample } from '../../src/contract/recommend.ts';
import { violations } from '../../src/contract/validate.ts';
import { loadDefaultKernels } from '../../src/main/load-default-kernels.ts';
import { loadSetNetwork } from '../../src/neural/load-set-network.ts';
import { createModelFiles } from '../../src/store/model-files.ts';
import { computations } from '../../src/workers/computations.ts';
import { memoryPorts } from '../support/memory-ports.ts';

const operator: Actor = { role: 'operator' };
const visitor: Actor = { role: 'visitor' };
const models = createModelFiles({
  shipped: new URL('../../models', import.meta.url).pathname,
  own: new URL('../../models/none', import.meta.url).pathname,
});

const kernels = await loadDefaultKernels();
/** As in a worker: with the fast kernels, but on this thread. */
const compute: Compute = {
  run: async (name, input, control) =>
    (computations[name] as (input: unknown, environment: unknown) => unknown)(input, {
      kernels,
      loadSetNetwork,
      progress: control.progress.bind(control),
    }) as never,
};

function open(overrides: Parameters<typeof memoryPorts>[1] = { models }): Service {
  const ports = memoryPorts([], { compute, ...overrides });
  return createService(ports, createJobs(ports, { concurrency: 1 }));
}

const service = open();
const wait = { waitMs: 60_000 };
async function ask(actor: Actor, input: Parameters<Service['recommend']>[1]) {
  const job = await service.recommend(actor, input, wait);
  if (job.error) throw Object.assign(new Error(job.error.message), { code: job.error.code });
  return job.result as unknown as ResultOf<'recommendation'>;
}

describe('recommend', () => {
  test('the example of the contract gets advice that fits the contract, with settings, seed and data', async () => {
    const result = await ask(operator, recommendationExample);
    expect(violations(results.recommendation, JSON.parse(JSON.stringify(result)))).toEqual([]);
    expect([result.body.state, result.seed, result.body.model.name]).toEqual(['advice', 20260101, 'warm-start']);
    expect(result.body.mixes[0]!.blocks).toContain('insulation-purchase');
    expect(result.body.mixes.every(({ cost }) => cost <= 250)).toBe(true);
    expect(result.sources[0]!.digest).toBe(result.body.model.dataDigest);
    expect(result.attrition[0]).toEqual({ step: 'experiments', units: 400 });
    expect(result.warnings).toEqual([]);
  });

  test('the same question gives the same answer', async () => {
    const [a, b] = [await ask(operator, recommendationExample), await ask(operator, recommendationExample)];
    expect(JSON.stringify(a.body)).toBe(JSON.stringify(b.body));
  });

  test.each(roles)('an experiment is shown to a %s in the evidence as in the list, with its place', async (role) => {
    const { items } = (await ask({ role }, recommendationExample)).body.evidence[0]!;
    const { experiments } = await service.listExperiments({ role }, { kpi: 'gas-saving', limit: 1000 });
    const listed = new Map(experiments.map((row) => [row.experiment, row]));
    expect(items.length).toBeGreaterThanOrEqual(5);
    for (const { experiment, neighbourhood, region, effect } of items) {
      expect(listed.get(experiment)).toMatchObject({ neighbourhood, region, effect });
      expect(neighbourhood).toMatch(/^BU9\d{7}$/);
    }
  });

  test('mixes stand in the order of their gain, the most certain and that of half the budget too', async () => {
    const asked = { neighbourhood: 'BU90010100', goals: { comfort: 1 }, budget: 400, count: 1 };
    const { mixes } = (await ask(operator, asked)).body;
    expect(mixes.map(({ marks }) => marks)).toEqual([['best'], ['most-certain'], ['half-budget']]);
    const gains = mixes.map(({ score }) => score.mean);
    expect(gains).toEqual(gains.toSorted((a, b) => b - a));
    const ranks = mixes.map(({ rank }) => rank);
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  });

  test('the code of a known neighbourhood stands for its parameters, and what is said beside it wins', async () => {
    const place = (await ask(operator, { neighbourhood: 'BU90010100', context: { mean_income: 30 } })).body.place;
    expect(place.find(({ name }) => name === 'mean_income')!.value).toBe(30);
    expect(place.every(({ value }) => value !== null)).toBe(true);
  });

  test('unknown parameters widen the answer and are said', async () => {
    const result = await ask(operator, { context: { mean_income: 30 } });
    expect(result.warnings.map(({ code }) => code)).toEqual(['contexts-missing']);
    expect(result.body.missing.length).toBe(7);
    expect(result.body.measureFirst.length).toBeGreaterThan(0);
  });

  test('a number that no experiment had is said, with what they had and its unit', async () => {
    const { warnings } = await ask(operator, { context: { mean_income: 30, owner_occupied_pct: 95 } });
    expect(warnings.filter(({ code }) => code === 'context-outside-seen')).toEqual([
      {
        code: 'context-outside-seen',
        parameters: { context: 'owner_occupied_pct', value: 95, lowest: 10, highest: 88, unit: '%' },
      },
    ]);
    const within = await ask(operator, { context: { owner_occupied_pct: 88, built_before_1975_pct: 0 } });
    expect(within.warnings.map(({ code }) => code)).toEqual(['contexts-missing']);
  });

  test('a percentage where the evidence has shares is refused', () => {
    const registry = { contexts: [{ name: 'owned', title: 'Owned', unit: 'share' }] } as unknown as ExperimentRegistry;
    const spread = { centre: Float64Array.of(0.5), scale: Float64Array.of(10) };
    const seen = { ...spread, lowest: [0.1], highest: [0.9], hasSmall: [true] };
    const given = (value: number) => () => requirePlausible(registry, seen, [value]);
    expect(given(48)).toThrow(/experiments were done from 0\.1 to 0\.9, where 0\.48 would lie/);
    expect(given(0.48)).not.toThrow();
  });

  test.each<[string, Parameters<Service['recommend']>[1], string, RegExp]>([
    ['a parameter that does not exist', { context: { income: 30 } }, 'invalid-request', /no parameter "income"/],
    ['an income in euros', { context: { mean_income: 30_000 } }, 'invalid-request', /thousand euro/],
    [
      'a share where a percentage is meant',
      { context: { owner_occupied_pct: 0.48 } },
      'invalid-request',
      /in %: experiments were done from 10 to 88, where 48 would lie\. A share/,
    ],
    // Of this one some neighbourhoods have 0 %, and none has less than 1 % and more than 0.
    ['also where 0 % was seen', { context: { built_before_1975_pct: 0.72 } }, 'invalid-request', /where 72 would lie/],
    ['in digits of its own', { context: { owner_occupied_pct: 0.57 } }, 'invalid-request', /where 57 would lie/],
    ['a percentage above 100', { context: { owner_occupied_pct: 120 } }, 'invalid-request', /from 0 to 100/],
    ['a neighbourhood nobody knows', { neighbourhood: 'BU00000000' }, 'invalid-request', /not in the table/],
    ['a budget below every mix', { budget: 5 }, 'invalid-argument', /costs 15 euro/],
    ['a block that does not exist', { required: ['windmill'] }, 'unknown-variable', /no building block "windmill"/],
    [
      'a block that is required and excluded',
      { required: ['energy-coach'], excluded: ['energy-coach'] },
      'invalid-argument',
      /energy-coach is both required and excluded/,
    ],
    ['a goal nobody measured', { goals: { wind: 1 } }, 'unknown-variable', /no KPI "wind"/],
    ['a model nobody trained', { model: 'other' }, 'model-not-found', /warm-start 1/],
  ])('%s is refused', async (_, input, code, message) => {
    await expect(ask(operator, input)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

describe('a CBS table', () => {
  const header =
    'gwb_code;g_hhgro;p_1gezw;p_koopw;g_gas;ste_oad;Gemiddeld besteedbaar inkomen (x 1 000 euro);a_inw;a_65_oo';
  const table = `${header}\nBU00010203;2.1;60;48;1400;1700;27.5;1000;210`;
  const place = { neighbourhood: 'BU00010203', goals: { 'gas-saving': 1 } };

  test('gives the parameters of a code, keeps no table, and what it lacks widens the interval', async () => {
    const full = { built_before_1975_pct: 72 };
    const known = await ask(operator, { ...place, cbs: table, context: full });
    const value = Object.fromEntries(known.body.place.map((one) => [one.name, one.value]));
    expect(value).toEqual({
      mean_income: 27.5,
      built_before_1975_pct: 72,
      owner_occupied_pct: 48,
      household_size: 2.1,
      aged_65_plus_pct: 21,
      single_family_pct: 60,
      gas_before: 1400,
      address_density: 1700,
    });
    expect([known.settings.cbs, known.sources[1]!.panel]).toEqual([null, 'cbs-table']);
    expect(violations(results.recommendation, JSON.parse(JSON.stringify(known)))).toEqual([]);
    const partly = await ask(operator, { ...place, cbs: table.replace(';1400;', ';.;') });
    expect(partly.body.missing).toEqual(['built_before_1975_pct', 'gas_before']);
    expect(partly.warnings).toContainEqual({
      code: 'contexts-missing',
      parameters: { contexts: ['built_before_1975_pct', 'gas_before'] },
    });
    const width = (result: typeof known, blocks: readonly string[]) => {
      const mix = result.body.mixes.find((one) => one.blocks.join() === blocks.join())!;
      return mix.effects[0]!.upper - mix.effects[0]!.lower;
    };
    const shared = known.body.mixes.find(({ blocks }) =>
      partly.body.mixes.some((one) => one.blocks.join() === blocks.join()),
    )!.blocks;
    expect(width(partly, shared)).toBeGreaterThan(1.02 * width(known, shared));
  });

  test.each<[string, Parameters<Service['recommend']>[1], string, RegExp]>([
    ['without a code', { cbs: table }, 'invalid-request', /no neighbourhood/],
    ['without the code', { ...place, neighbourhood: 'BU9', cbs: table }, 'invalid-request', /not in the CBS table/],
    [
      'with a unit that is not ours',
      { ...place, cbs: table.replace('g_gas', 'g_gas (GJ)') },
      'invalid-file',
      /in "gj"/,
    ],
    [
      'with an income in euros under another name',
      { ...place, cbs: table.replace(';27.5;', ';27500;') },
      'invalid-request',
      /thousand euro/,
    ],
  ])('%s is refused', async (_, input, code, message) => {
    await expect(ask(operator, input)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

describe('next experiments', () => {
  const next = async (actor: Actor, input: Parameters<Service['nextExperiments']>[1]) => {
    const job = await service.nextExperiments(actor, input, wait);
    if (job.error) throw Object.assign(new Error(job.error.message), { code: job.error.code });
    return job.result as unknown as ResultOf<'next-experiments'>;
  };
  const some = { neighbourhoods: ['BU90010100', 'BU90010201'], goals: { 'gas-saving': 1 }, maximumSize: 2 };

  test('say which mix to try where, each given those before it, and fit the contract', async () => {
    const result = await next(visitor, { ...some, count: 3 });
    expect(violations(results['next-experiments'], JSON.parse(JSON.stringify(result)))).toEqual([]);
    const { experiments, targets, loss } = result.body;
    expect([experiments.length, targets, loss > 0]).toEqual([3, 200, true]);
    expect(experiments.every(({ neighbourhood }) => some.neighbourhoods.includes(neighbourhood))).toBe(true);
    expect(experiments.every(({ region, blocks }) => region === 'Duinrand' && blocks.length <= 2)).toBe(true);
    const removes = experiments.map((one) => one.removes);
    expect(removes).toEqual(removes.toSorted((a, b) => a - b));
  }, 60_000);

  test.each<[string, Parameters<Service['nextExperiments']>[1], string, RegExp]>([
    ['a neighbourhood nobody knows', { neighbourhoods: ['BU00000000'] }, 'invalid-request', /known neighbourhoods/],
    ['a budget below every mix', { ...some, budget: 5 }, 'invalid-argument', /costs 15 euro/],
    ['a goal nobody measured', { ...some, goals: { wind: 1 } }, 'unknown-variable', /no KPI "wind"/],
  ])('%s is refused', async (_, input, code, message) => {
    await expect(next(operator, input)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('who gets no advice hears which mix to pilot first; who gets it does not need to', async () => {
    const unknown = await ask(operator, { context: { mean_income: 27.5 }, goals: { 'gas-saving': 1 } });
    expect(unknown.body.state).toBe('borrow');
    const { blocks, removes } = unknown.body.pilot!;
    expect([blocks.length > 0, removes > 0 && removes < 1]).toEqual([true, true]);
    // Randomised experiments of the data have variance 4 sd^2 / households, sd as in the generator; 7.849 = (1.960 + 0.842)^2.
    for (const { kpi, gain, householdsHere, grade } of [...unknown.body.pilotSizes, ...unknown.body.pilot!.sizes]) {
      expect([kpi, grade]).toEqual(['gas-saving', 'randomised']);
      const needed = (7.849 * 4 * truth['gas-saving'].householdSd ** 2) / gain ** 2;
      expect(Math.abs(householdsHere - Math.max(10, needed))).toBeLessThan(1 + 0.01 * needed);
    }
    expect([unknown.body.pilotSizes.length, unknown.body.pilot!.sizes.length]).toEqual([1, 1]);
    expect(unknown.body.pilotSizes[0]!.gain).toBe(unknown.body.mixes[0]!.effects[0]!.mean);
    const far = { mean_income: 60, gas_before: 2600, address_density: 6000, aged_65_plus_pct: 60 };
    const abstained = await ask(operator, { context: far, goals: { 'gas-saving': 1 } });
    expect([abstained.body.state, abstained.body.mixes, abstained.body.pilot === null]).toEqual(['abstain', [], false]);
    expect([abstained.body.pilotSizes, abstained.body.pilot!.sizes.length]).toEqual([[], 1]);
    expect(violations(results.recommendation, JSON.parse(JSON.stringify(abstained)))).toEqual([]);
    expect((await ask(operator, recommendationExample)).body.pilot).toBe(null);
  });
});

describe('models and experiments', () => {
  test('lists, card, experiments and blocks fit the contract', async () => {
    const answers = {
      listModels: await service.listModels(visitor, {}),
      describeModel: await service.describeModel(visitor, { model: 'warm-start' }),
      modelCard: await service.modelCard(visitor, { model: 'warm-start' }),
      listExperiments: await service.listExperiments(visitor, { kpi: 'comfort', block: 'savings-challenge', limit: 5 }),
      listBuildingBlocks: await service.listBuildingBlocks(visitor, {}),
    };
    for (const [id, answer] of Object.entries(answers)) {
      const schema = operations[id as keyof typeof answers].response;
      expect([id, violations(schema, JSON.parse(JSON.stringify(answer)))]).toEqual([id, []]);
    }
    expect(answers.listExperiments.experiments.length).toBe(5);
    expect(answers.listExperiments.experiments.every(({ blocks }) => blocks.includes('savings-challenge'))).toBe(true);
    expect(answers.listBuildingBlocks.buildingBlocks.length).toBe(8);
  });

  test('failures are in the registry', async () => {
    const { experiments } = await service.listExperiments(operator, { kpi: 'gas-saving', limit: 1000 });
    expect(experiments.length).toBe(400);
    expect(experiments.filter(({ effect }) => effect <= 0).length).toBe(51);
  });

  test('only the operator trains', async () => {
    await expect(service.trainModel(visitor, {}, wait)).rejects.toMatchObject({ code: 'not-authorised' });
  });

  test('training keeps a new version that can be asked, with a card', async () => {
    const own = open({});
    const { experiments } = memoryPorts();
    const registry = await experiments.load();
    const few = { ...registry, experiments: registry.experiments.filter(({ kpi }) => kpi === 'comfort').slice(0, 100) };
    const trainer = open({ experiments: { load: async () => few } });
    const job = await trainer.trainModel(operator, { name: 'mine', folds: 2, candidates: ['ridge'] }, wait);
    expect(job.error).toBe(null);
    const { model } = (job.result as unknown as ResultOf<'training'>).body;
    expect([model.name, model.version, model.kpis.map(({ kpi }) => kpi)]).toEqual(['mine', 1, ['comfort']]);
    expect(violations(results.training, JSON.parse(JSON.stringify(job.result)))).toEqual([]);
    expect(model.goals).toBeNull();
    const { markdown } = await trainer.modelCard(visitor, { model: 'mine' });
    for (const part of [/## comfort/, /Chosen by the rule/, /outcomes dealt out/, /judged where it was made/])
      expect(markdown).toMatch(part);
    const answer = await trainer.recommend(operator, { model: 'mine', context: { mean_income: 30 } }, wait);
    expect(answer.state).toBe('succeeded');
    await expect(own.describeModel(operator, { model: 'mine' })).rejects.toMatchObject({ code: 'model-not-found' });
  }, 60_000);

  test('without experiments nothing is trained', async () => {
    const registry = await memoryPorts().experiments.load();
    const empty = open({ experiments: { load: async () => ({ ...registry, experiments: [] }) } });
    const job = await empty.trainModel(operator, {}, wait);
    expect(job.error).toMatchObject({ code: 'empty-group' });
  });

  test('an outcome among the parameters of a neighbourhood is refused by name', async () => {
    const registry = await memoryPorts().experiments.load();
    const leaked = registry.experiments.map((row) => ({
      ...row,
      context: { ...row.context, household_size: 2 + row.effect },
    }));
    const trainer = open({ experiments: { load: async () => ({ ...registry, experiments: leaked }) } });
    const job = await trainer.trainModel(operator, { name: 'mine', folds: 2, candidates: ['constant'] }, wait);
    expect(job.error).toMatchObject({ code: 'invalid-argument', message: /household_size follows the outcome/ });
  });

  test('intervals that rest on fewer groups than they need are refused: the answer abstains', async () => {
    const registry = await memoryPorts().experiments.load();
    const places = [...new Set(registry.experiments.map((row) => row.neighbourhood))].slice(0, 8);
    const few = registry.experiments.filter((row) => places.includes(row.neighbourhood) && row.kpi === 'gas-saving');
    const trainer = open({ experiments: { load: async () => ({ ...registry, experiments: few }) } });
    const job = await trainer.trainModel(operator, { name: 'mine', folds: 2, candidates: ['constant'] }, wait);
    expect(job.error).toBe(null);
    const answer = await trainer.recommend(operator, { model: 'mine', context: { mean_income: 30 } }, wait);
    const { body } = answer.result as unknown as ResultOf<'recommendation'>;
    expect([body.state, body.mixes]).toEqual(['abstain', []]);
    expect(body.reasons).toContain('too-few-neighbourhoods');
  }, 60_000);

  test('evaluation gives a leaderboard that fits the contract', async () => {
    const job = await service.evaluateModels(
      operator,
      { kpi: 'comfort', folds: 3, kinds: ['constant', 'ridge'] },
      wait,
    );
    expect(violations(results.evaluation, JSON.parse(JSON.stringify(job.result)))).toEqual([]);
    const { leaderboard } = (job.result as unknown as ResultOf<'evaluation'>).body;
    expect(leaderboard.models.map(({ model }) => model)).toEqual(['constant', 'ridge']);
    expect([leaderboard.rows, leaderboard.groups, leaderboard.folds]).toEqual([177, 12, 3]);
  }, 60_000);
});

describe('a table of experiments from outside', () => {
  const folder = new URL('../../datasets/heat-transition/', import.meta.url);
  const [head, ...lines] = readFileSync(new URL('experiments.csv', folder), 'utf8').trimEnd().split('\n');
  const schema = JSON.parse(readFileSync(new URL('datapackage.json', folder), 'utf8'));
  const evaluate = (experiments: string) =>
    service.evaluateModels(operator, { experiments, schema, folds: 3, kinds: ['constant', 'ridge'] }, wait);

  test('of 60 rows is compared and ends in words, not in a ranking; the result does not keep the table', async () => {
    const job = await evaluate([head, ...lines.slice(0, 60)].join('\n'));
    expect(violations(results.evaluation, JSON.parse(JSON.stringify(job.result)))).toEqual([]);
    const { body, settings, sources } = job.result as unknown as ResultOf<'evaluation'>;
    expect([body.verdict!.separated, body.verdict!.blocks]).toEqual([false, []]);
    expect(body.leaderboard.models.map(({ model }) => model)).toEqual(['constant', 'ridge']);
    expect([settings.experiments, sources[0]!.panel]).toEqual([null, 'given-table']);
  }, 60_000);

  test('without its schema is refused, and a wrong cell is named', async () => {
    const alone = await service.evaluateModels(operator, { experiments: 'a,b' }, wait);
    expect(alone.error).toMatchObject({ code: 'invalid-request' });
    const cell = await evaluate([head, lines[0]!.replace('0.1117', 'much')].join('\n'));
    expect(cell.error).toMatchObject({ code: 'invalid-file', message: expect.stringMatching(/Line 2, column effect/) });
  });
});

describe('an experiment of nine households', () => {
  const nine = 'E001';
  const registryWith = async (
    change: (row: Experiment) => Experiment | null,
    overrides: Parameters<typeof open>[0] = { models },
  ) => {
    const registry = await memoryPorts().experiments.load();
    const experiments = registry.experiments.map(change).filter((row) => row !== null);
    return open({ ...overrides, experiments: { load: async () => ({ ...registry, experiments }) } });
  };
  const small = (row: Experiment): Experiment =>
    row.experiment === nine ? { ...row, households: 9, effect: 0.98765 } : row;
  const none = (row: Experiment) => (row.experiment === nine ? null : row);

  test.each(roles.filter((role) => role !== 'operator'))('is listed to the operator and not to a %s', async (role) => {
    const shown = await registryWith(small);
    const own = await shown.listExperiments(operator, { limit: 10_000 });
    expect(own.experiments.filter((row) => row.experiment === nine).length).toBeGreaterThan(0);
    const list = await shown.listExperiments({ role }, { limit: 10_000 });
    expect(JSON.stringify(list)).not.toMatch(/0\.98765|"E001"/);
    expect(list.experiments.length).toBe(
      own.experiments.length - own.experiments.filter((row) => row.experiment === nine).length,
    );
    expect([own.total, list.total]).toEqual([own.experiments.length, list.experiments.length]);
    const first = await shown.listExperiments({ role }, { limit: 3 });
    expect([first.experiments.length, first.total]).toEqual([3, list.total]);
  });

  test('weighs in no comparison and no model: the answers are those without it, and say so', async () => {
    const evaluate = async (service: Service, actor: Actor) => {
      const input = { kpi: 'gas-saving', folds: 2, kinds: ['constant'] as const };
      return (await service.evaluateModels(actor, input, wait)).result as unknown as ResultOf<'evaluation'>;
    };
    // A few of the experiments: training on all of them takes its time.
    const registryOf: typeof registryWith = (change, ...overrides) =>
      registryWith((row) => (row.experiment <= 'E120' ? change(row) : null), ...overrides);
    const [with9, without] = [await registryOf(small), await registryOf(none)];
    const answer = await evaluate(with9, visitor);
    expect(answer.body).toEqual((await evaluate(without, operator)).body);
    expect(answer.attrition).toEqual([
      { step: 'experiments', units: 120 },
      { step: 'experiments-large-enough', units: 119 },
    ]);
    // Of ten households it would have weighed.
    const ten = await registryOf((row) => ({ ...small(row), households: Math.max(10, small(row).households) }));
    expect((await evaluate(ten, visitor)).body).not.toEqual(answer.body);

    const train = async (service: Service) => {
      const job = await service.trainModel(operator, { name: 'mine', folds: 2, candidates: ['constant'] }, wait);
      return (job.result as unknown as ResultOf<'training'>).body.model;
    };
    expect(await train(await registryOf(small, {}))).toEqual(await train(await registryOf(none, {})));
  }, 120_000);

  test('and one that was withdrawn: the answer no longer names it and says that one is gone', async () => {
    const ask = async (service: Service) =>
      (await service.recommend(operator, recommendationExample, wait)).result as unknown as ResultOf<'recommendation'>;
    const first = (await ask(service)).body.evidence[0]!.items[0]!.experiment;
    const without = await registryWith((row) => (row.experiment === first ? null : row));
    const { body, warnings } = await ask(without);
    expect(JSON.stringify(body.evidence)).not.toContain(`"${first}"`);
    expect(body.evidence[0]!.experiments).toBe(399);
    expect(warnings).toContainEqual({ code: 'experiments-withdrawn', parameters: { count: 1 } });
  });

  test('makes a model that learned it incompatible', async () => {
    await expect(
      (async () => {
        const job = await (await registryWith(small)).recommend(visitor, recommendationExample, wait);
        if (job.error) throw Object.assign(new Error(job.error.message), { code: job.error.code });
      })(),
    ).rejects.toMatchObject({ code: 'model-incompatible', message: expect.stringMatching(/fewer than 10/) });
  });
});
