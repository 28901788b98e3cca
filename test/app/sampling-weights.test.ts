import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/app/actor.ts';
import type { MatchingStudyRequest } from '../../src/app/analyses/matching-study.ts';
import type { DesignRequest } from '../../src/app/analyses/study-design.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { createRandom } from '../../src/core/random/random-stream.ts';
import { codes, type MemoryPanel, memoryPorts, numbers } from '../support/memory-ports.ts';
import { studyPanel } from '../support/study-panel.ts';
import { command } from '../support/terminal.ts';

const operator: Actor = { role: 'operator' };
const visitor: Actor = { role: 'visitor' };
type Study = ResultOf<'matching-study'>;

/**
 * Half of the population lives in old homes, where the treatment adds 6, the other half in new ones, where it adds 2: 4 on
 * average. Of the old homes one in four was asked, so each stands for four households; of the new ones everybody.
 */
function sampledPanel(units = 1000): MemoryPanel {
  const random = createRandom(8, 'sampled');
  const people = Array.from({ length: units }, () => {
    const old = random.bernoulli(0.2);
    const income = random.normal();
    const treated = random.bernoulli(1 / (1 + Math.exp(0.5 - 0.5 * income)));
    return { old, income, treated, kpi: income + random.normal() + (treated ? (old ? 6 : 2) : 0) };
  });
  return {
    panel: 'sampled',
    unitKind: 'household',
    unitIds: people.map((_, u) => `H${String(u).padStart(4, '0')}`),
    waves: ['2024'],
    unitIndex: people.map((_, u) => u),
    waveIndex: people.map(() => 0),
    columns: {
      coach: numbers(people.map((p) => (p.treated ? 1 : 0))),
      kpi: numbers(people.map((p) => p.kpi)),
      income: numbers(people.map((p) => p.income)),
      home: codes(people.map((p) => (p.old ? 'old' : 'new'))),
      standsFor: numbers(people.map((p) => (p.old ? 4 : 1))),
      alike: numbers(people.map(() => 3)),
      broken: numbers(people.map((_, u) => (u === 4 || u === 7 ? 0 : 1))),
    },
  };
}
const panel = sampledPanel();
const request = { panel: 'sampled', treatment: 'coach', outcome: 'kpi', covariates: ['income', 'home'] } as const;
const ports = memoryPorts([panel, studyPanel()]);
const service = createService(ports, createJobs(ports, { concurrency: 1 }));

async function study(input: Partial<MatchingStudyRequest>, actor = operator): Promise<Study> {
  const job = await service.matchingStudy(actor, { ...request, ...input }, { waitMs: 20_000 });
  if (job.error) throw Object.assign(new Error(job.error.message), job.error);
  return job.result as Study;
}

const designs: readonly (readonly [DesignRequest, 'ATT' | 'ATE'])[] = [
  [{ method: 'nearest', exact: ['home'] }, 'ATT'],
  [{ method: 'optimal', exact: ['home'] }, 'ATT'],
  [{ method: 'full', exact: ['home'] }, 'ATE'],
  [{ method: 'subclassification', subclasses: 8 }, 'ATE'],
  [
    {
      method: 'coarsened-exact',
      coarsening: [
        { variable: 'home', cut: null },
        { variable: 'income', cut: { bins: 8 } },
      ],
    },
    'ATE',
  ],
  [{ method: 'inverse-probability' }, 'ATT'],
  [{ method: 'inverse-probability', stabilized: true, trim: 0.02 }, 'ATE'],
  [{ method: 'entropy-balancing' }, 'ATT'],
  [{ method: 'balancing-score' }, 'ATE'],
];

describe('sampling weights', () => {
  it.each(designs)('make the effect one on the population: %j for %s', async (design, estimand) => {
    const weighted = (await study({ design, estimand, samplingWeights: 'standsFor' })).body.effects.matched!;
    expect(Math.abs(weighted.estimate - 4)).toBeLessThan(3.5 * weighted.standardError);
    expect(weighted.standardError).toBeLessThan(0.3);
    // Of those asked 2.8 on average: one in five has an old home.
    const plain = (await study({ design, estimand })).body.effects.matched!;
    expect(Math.abs(plain.estimate - 2.8)).toBeLessThan(3.5 * plain.standardError);
  });

  it.each(designs)('that are all alike change nothing but rounding: %j for %s', async (design, estimand) => {
    const [alike, without] = await Promise.all([
      study({ design, estimand, samplingWeights: 'alike' }),
      study({ design, estimand }),
    ]);
    expect(alike.body.effects.matched!.estimate).toBeCloseTo(without.body.effects.matched!.estimate, 9);
    expect(alike.body.groups.treated.matched).toBe(without.body.groups.treated.matched);
  });

  it('count in the balance, before and after', async () => {
    const design = { method: 'entropy-balancing' } as const;
    const { body } = await study({ design, samplingWeights: 'standsFor' });
    const old = body.balance.find(({ variable }) => variable === 'home=old')!;
    const treated = (panel.columns.coach as { values: Float64Array }).values;
    const weight = (panel.columns.standsFor as { values: Float64Array }).values;
    const total = (holds: (row: number) => boolean) => weight.reduce((sum, w, row) => (holds(row) ? sum + w : sum), 0);
    const share = (group: number) =>
      total((row) => treated[row] === group && weight[row] === 4) / total((row) => treated[row] === group);
    expect(old.before.meanTreated).toBeCloseTo(share(1), 12);
    expect(old.before.meanControl).toBeCloseTo(share(0), 12);
    expect(old.after.meanTreated).toBeCloseTo(share(1), 12);
    expect(old.after.meanControl).toBeCloseTo(share(1), 9);
    const [n4, n1] = [4, 1].map((w) => weight.filter((v, row) => v === w && treated[row] === 1).length) as [
      number,
      number,
    ];
    expect(body.groups.treated.effectiveAll).toBeCloseTo((4 * n4 + n1) ** 2 / (16 * n4 + n1), 9);
    expect((await study({ design })).body.groups.treated.effectiveAll).toBe(n4 + n1);
  });

  it('are refused where one is not positive, with its column and how many there are', async () => {
    await expect(study({ samplingWeights: 'broken' })).rejects.toMatchObject({
      code: 'invalid-argument',
      details: { variable: 'broken', count: 2 },
    });
    await expect(study({ samplingWeights: 'home' })).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(study({ samplingWeights: 'nowhere' })).rejects.toMatchObject({ code: 'invalid-request' });
  });

  it.each([
    ['design.method', { design: { method: 'cardinality' } }],
    ['design.maximumReuse', { design: { method: 'nearest', maximumReuse: null } }],
    ['augmented', { augmented: { folds: 0 } }],
    ['standardError', { standardError: 'abadie-imbens' }],
    ['standardError', { standardError: 'abadie-imbens-homoskedastic' }],
  ] as const)('are refused where %s counts units alike', async (field, input) => {
    await expect(study({ ...input, samplingWeights: 'standsFor' })).rejects.toMatchObject({
      code: 'invalid-request',
      details: { field },
    });
  });

  it('leave out what supposes that every set counts the same', async () => {
    const { body } = await study({ samplingWeights: 'standsFor', permutations: 200 });
    expect([body.permutation, body.further.sensitivity.rosenbaum]).toEqual([null, null]);
    const few = await study({ samplingWeights: 'standsFor', design: { method: 'exact', exact: ['home'] } });
    expect(few.body.inference).toMatchObject({ method: 'HC3', reason: 'weights-taken-as-known' });
  });

  it('hide the groups before the matching from others than the operator', async () => {
    const { body } = await study({ samplingWeights: 'standsFor' }, visitor);
    expect(body.effects.unmatched).toBeNull();
    expect(body.effects.matched).not.toBeNull();
    expect(body.groups.treated).toMatchObject({ all: null, effectiveAll: null });
    expect(new Set(body.balance.map(({ before }) => before.meanTreated))).toEqual(new Set([null]));
  });

  it('are named on the command line', async () => {
    const words = ['match', 'sampled', '--treatment', 'coach', '--outcome', 'kpi', '--covariates', 'income,home'];
    const { out, status } = await command(service, [...words, '--sampling-weights', 'standsFor', '--json']);
    expect(status).toBe(0);
    expect((JSON.parse(out) as Study).settings.samplingWeights).toBe('standsFor');
  });
});
