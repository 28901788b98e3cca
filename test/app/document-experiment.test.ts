import { describe, expect, test } from 'vitest';
import type { StudyProtocolRequest } from '../../src/app/analyses/study-protocol.ts';
import type { DocumentInput } from '../../src/app/document-experiment.ts';
import { evidenceOf } from '../../src/app/experiment-evidence.ts';
import { operations } from '../../src/contract/operations.ts';
import { violations } from '../../src/contract/validate.ts';
import { studyPanel } from '../support/study-panel.ts';
import { studyService } from '../support/study-service.ts';

const operator = { role: 'operator' } as const;
const visitor = { role: 'visitor' } as const;

const protocol = {
  question: 'Did the coach raise the figure?',
  panel: 'study',
  treatment: { variable: 'coach' },
  covariates: ['income', 'home', 'kpi'],
  baseline: '2023',
  outcome: { variable: 'kpi', followUp: '2024' },
} satisfies StudyProtocolRequest;

const place = { neighbourhood: 'BU90060209', blocks: ['energy-coach', 'draught-proofing'], kpi: 'gas-saving' } as const;
const period = { from: '2024-09', until: '2025-08' } as const;
const numbers = { effect: -0.03, variance: 0.0009, households: 80, grade: 'matched' } as const;
const whole: DocumentInput = { ...place, ...period, ...numbers };

const open = (units = 400) => studyService(studyPanel({ units }));

describe('an experiment that nobody recommended', () => {
  test('is a row of the registry like any other, also when it failed, with the parameters of its neighbourhood', async () => {
    const { service } = open();
    const kept = await service.documentExperiment(operator, whole);
    expect(violations(operations.documentExperiment.response, JSON.parse(JSON.stringify(kept)))).toEqual([]);
    expect(kept).toMatchObject({
      recommendation: null,
      model: null,
      state: null,
      promises: [],
      region: 'Mijnstreek',
      start: '2024-09',
      months: 12,
    });
    const list = await service.listExperiments(visitor, { kpi: 'gas-saving', limit: 1000 });
    expect(list.total).toBe(401);
    const row = list.experiments.find(({ experiment }) => experiment === kept.experiment)!;
    expect(row).toMatchObject({ effect: -0.03, variance: 0.0009, blocks: place.blocks, context: kept.context });
    expect(row.context).toEqual(
      list.experiments.find(
        ({ experiment, neighbourhood }) => neighbourhood === place.neighbourhood && experiment !== kept.experiment,
      )!.context,
    );
    const plans = await service.listPlannedExperiments(visitor, {});
    expect(violations(operations.listPlannedExperiments.response, JSON.parse(JSON.stringify(plans)))).toEqual([]);
    expect(plans.experiments).toEqual([kept]);
  });

  test('may lie anywhere: a code of its own with region and parameters; other KPIs and corrections are added as outcomes', async () => {
    const { service } = open();
    const elsewhere = { neighbourhood: 'BU12345678', region: 'Elsewhere', context: { mean_income: 27.5 } };
    const { experiment, context } = await service.documentExperiment(operator, { ...whole, ...elsewhere });
    expect([context.mean_income, context.gas_before]).toEqual([27.5, null]);
    await service.recordOutcome(operator, { experiment, ...numbers, ...period, kpi: 'comfort', effect: 0.4 });
    const better = { experiment, ...numbers, ...period, kpi: 'gas-saving', effect: -0.01 };
    await service.recordOutcome(operator, { ...better, correction: 'longer-period' });
    const { experiments } = await service.listExperiments(visitor, { limit: 1000 });
    const rows = experiments.filter((row) => row.experiment === experiment);
    expect(rows.map(({ kpi, effect }) => [kpi, effect])).toEqual([
      ['comfort', 0.4],
      ['gas-saving', -0.01],
    ]);
    await service.withdrawExperiment(operator, { experiment, reason: 'erasure-asked' });
    const left = await service.listExperiments(visitor, { limit: 1000 });
    expect(left.experiments.filter((row) => row.experiment === experiment)).toEqual([]);
  });

  test('of nine households is for the operator to see, also that there is one', async () => {
    const { service } = open();
    const { experiment } = await service.documentExperiment(operator, { ...whole, households: 9, effect: -0.98765 });
    for (const list of [
      await service.listExperiments(visitor, { limit: 10_000 }),
      await service.listPlannedExperiments(visitor, {}),
    ]) {
      expect(JSON.stringify(list)).not.toContain('0.98765');
      expect(JSON.stringify(list)).not.toContain(experiment);
    }
    expect(JSON.stringify(await service.listPlannedExperiments(operator, {}))).toContain(experiment);
    expect(JSON.stringify(await service.listExperiments(operator, { limit: 10_000 }))).toContain('0.98765');
    await service.withdrawExperiment(operator, { experiment, reason: 'erasure-asked' });
    expect(await service.listPlannedExperiments(visitor, {})).toMatchObject({ experiments: [], withdrawals: [] });
    expect((await service.listPlannedExperiments(operator, {})).withdrawals).toMatchObject([{ experiment }]);
  });

  test.each<[string, Partial<DocumentInput>, RegExp]>([
    [
      'a building block that is not in the catalogue',
      { blocks: ['wind'] },
      /no building block "wind"; expected some of/,
    ],
    ['a neighbourhood nobody knows, without parameters', { neighbourhood: 'BU1' }, /not in the table of parameters/],
    ['the same, without a region', { neighbourhood: 'BU1', context: { mean_income: 30 } }, /region .* is not known/],
    ['an unknown parameter', { context: { moon: 1 } }, /no parameter "moon"/],
    ['a parameter in another unit', { context: { mean_income: 27_500 } }, /mean_income is 27500/],
    ['a share where a percentage is meant', { context: { owner_occupied_pct: 0.48 } }, /where 48 would lie/],
    ['a KPI nobody measured', { kpi: 'wind' }, /No experiment measured "wind"/],
    ['months in the wrong order', { until: '2024-01' }, /months in order/],
    ['an outcome from before it began', { start: '2025-01' }, /from the start of the experiment \(2025-01\)/],
    ['half an outcome', { grade: 'before-after' }, /standard deviation of the KPI/],
  ])('with %s is refused', async (_, change, message) => {
    const { service } = open();
    await expect(service.documentExperiment(operator, { ...whole, ...change })).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringMatching(message),
    });
    expect((await service.listPlannedExperiments(operator, {})).experiments).toEqual([]);
  });

  test('is not counted twice: nor is one of the documented', async () => {
    const { service } = open();
    await service.documentExperiment(operator, whole);
    const again = { ...whole, blocks: [...whole.blocks].reverse(), effect: 0.3 };
    await expect(service.documentExperiment(operator, again)).rejects.toMatchObject({ code: 'version-conflict' });
    const [first] = (await service.listExperiments(operator, { limit: 1 })).experiments;
    const { neighbourhood, blocks, start } = first!;
    const copy = { ...whole, neighbourhood, blocks, from: start, until: start };
    await expect(service.documentExperiment(operator, copy)).rejects.toThrow(`"${first!.experiment}" tried this mix`);
  });
});

describe('an outcome read from a sealed study', () => {
  test('counts for a grade weaker where its verdict is a caution, and says what that takes for granted', async () => {
    const { service, study } = open();
    const found = await study(operator, protocol);
    expect([found.body.verdict.verdict, found.body.gate]).toEqual(['caution', 'passed']);
    const { outcomes } = await service.documentExperiment(operator, {
      ...place,
      ...period,
      result: found.id,
      scale: -0.01,
    });
    const { estimate, standardError } = found.body.study.effects.adjusted!;
    const [outcome] = outcomes;
    expect(outcome!.effect).toBeCloseTo(-0.01 * estimate, 12);
    expect(Math.sqrt(outcome!.variance)).toBeCloseTo(0.01 * standardError, 12);
    const { treated, control } = found.body.remaining;
    // As everybody may see it.
    const shown = (await service.getResult(visitor, { result: found.id })) as unknown as typeof found;
    expect(outcome).toMatchObject({
      result: found.id,
      grade: 'before-after',
      households: Math.min(treated.matched!, control.matched!),
      evidence: {
        overlap: shown.body.study.overlap!.coefficient,
        eValue: found.body.study.further.sensitivity.eValue!.eValue,
        assumptions: ['no-unmeasured-confounding', 'no-interference', 'cautions-do-not-matter'],
      },
    });
    const asked = { ...place, ...period, start: '2024-08', result: found.id, grade: 'randomised' };
    expect((await service.documentExperiment(operator, asked)).outcomes[0]!.grade).toBe('matched');
    const trusted = {
      ...found,
      body: { ...found.body, verdict: { ...found.body.verdict, verdict: 'trust' as const } },
    };
    expect(evidenceOf(trusted)).toMatchObject({
      isCautioned: false,
      evidence: { assumptions: ['no-unmeasured-confounding', 'no-interference'] },
    });
  });

  test('is refused where the verdict is "do not use", also where the effect is shown against it', async () => {
    const { service, study } = open(60);
    for (const override of [undefined, { reason: 'a test' }]) {
      const found = await study(operator, protocol, override);
      expect(found.body.gate).toBe(override ? 'overridden' : 'withheld');
      await expect(
        service.documentExperiment(operator, { ...place, ...period, result: found.id }),
      ).rejects.toMatchObject({ code: 'invalid-request', message: /do not use.*no evidence/ });
    }
    expect((await service.listPlannedExperiments(operator, {})).experiments).toEqual([]);
  });
});
