import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/app/actor.ts';
import type { MatchingStudyRequest } from '../../src/app/analyses/matching-study.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { createJobs, type JobError } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import type { Column } from '../../src/core/panel/columns.ts';
import { codes, type MemoryPanel, memoryPorts, numbers } from '../support/memory-ports.ts';
import { studyPanel } from '../support/study-panel.ts';

const operator: Actor = { role: 'operator' };
const visitor: Actor = { role: 'visitor' };
const request = {
  panel: 'study',
  treatment: 'coach',
  outcome: 'kpi',
  covariates: ['income', 'home'],
  baseline: '2023',
  followUp: '2024',
} as const;
type Study = ResultOf<'matching-study'>;

const panel = studyPanel({ units: 120 });
const treated = (panel.columns.coach as { values: Float64Array }).values;
const isTreated = (unit: number): boolean => treated[2 * unit + 1] === 1;
const withColumns = (columns: Readonly<Record<string, Column>>): MemoryPanel => ({
  ...panel,
  columns: { ...panel.columns, ...columns },
});
/** A column with one value for each unit, in both waves. */
const perUnit = <T>(value: (unit: number) => T): T[] => panel.unitIndex.map((unit) => value(unit));
const ids = (units: readonly number[]): string[] => units.map((unit) => panel.unitIds[unit]!);
const unitsWhere = (holds: (unit: number) => boolean): number[] => [...panel.unitIds.keys()].filter(holds);

/** What the operator and a visitor are told of a study that fails; and that nothing is left of it, and the next one works. */
async function refusal(data: MemoryPanel, input: Partial<MatchingStudyRequest>): Promise<JobError> {
  const base = memoryPorts([data, { ...panel, panel: 'sound' }]);
  let saved = 0;
  const results = {
    ...base.results,
    save: async (...given: Parameters<typeof base.results.save>) => {
      saved++;
      return base.results.save(...given);
    },
  };
  const ports = { ...base, results };
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const told: JobError[] = [];
  for (const actor of [operator, visitor]) {
    const job = await service.matchingStudy(actor, { ...request, ...input } as MatchingStudyRequest, {
      waitMs: 20_000,
    });
    expect([job.state, job.resultId, job.result]).toEqual(['failed', null, null]);
    expect((await service.getJob(actor, { job: job.id })).state).toBe('failed');
    told.push(job.error!);
  }
  expect(saved).toBe(0);
  const [toOperator, toVisitor] = told as [JobError, JobError];
  expect(toVisitor.code).toBe(toOperator.code);
  expect(JSON.stringify(toVisitor)).not.toMatch(/H0\d{4}/);
  const next = await service.matchingStudy(operator, { ...request, panel: 'sound' }, { waitMs: 20_000 });
  expect([next.state, saved]).toEqual(['succeeded', 1]);
  return toOperator;
}

async function study(data: MemoryPanel, input: Partial<MatchingStudyRequest> = {}): Promise<Study> {
  const ports = memoryPorts([data]);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const job = await service.matchingStudy(operator, { ...request, ...input }, { waitMs: 20_000 });
  if (job.error) throw Object.assign(new Error(job.error.message), job.error);
  return job.result as Study;
}

describe('a study that cannot be made is refused with code, column, count, first units and remedy', () => {
  it('for a treatment that nobody or one unit began', async () => {
    const nobody = await refusal(withColumns({ coach: numbers(perUnit(() => 0)) }), {});
    expect(nobody).toMatchObject({ code: 'no-variation', details: { variable: 'coach', treated: 0, control: 120 } });
    expect(nobody.message).toMatch(/Choose another treatment/);
    const alone = numbers(panel.unitIndex.map((unit, row) => (unit === 5 && row % 2 === 1 ? 1 : 0)));
    const one = await refusal(withColumns({ coach: alone }), {});
    expect(one).toMatchObject({ code: 'empty-group', details: { variable: 'coach', treated: 1, control: 119 } });
  });

  it('for a covariate or an outcome that is missing: how many lack it, and which', async () => {
    const missing = await refusal(withColumns({ income: numbers(perUnit(() => null)) }), {});
    expect(missing).toMatchObject({
      code: 'empty-group',
      details: { missing: expect.arrayContaining([{ variable: 'income', units: 120 }]) },
      message: expect.stringMatching(/missing "income" \(120\).*Leave out a covariate/),
    });
  });

  it('for a level that only treated units have', async () => {
    const castle = codes(perUnit((unit) => (isTreated(unit) && unit % 3 === 0 ? 'castle' : 'house')));
    const separated = await refusal(withColumns({ home: castle }), {});
    // `castle` is the reference level: the column that separates is the other.
    expect(separated).toMatchObject({ code: 'separation', details: { columns: ['home=house'] } });
    expect(separated.message).toMatch(/penalty|leave out|merge/i);
    for (const method of ['entropy-balancing', 'balancing-score'] as const) {
      const unreachable = await refusal(withColumns({ home: castle }), { design: { method } });
      expect(unreachable).toMatchObject({ code: 'no-overlap', details: { columns: ['home=house'] } });
      expect(unreachable.message).toMatch(/Leave out or merge.*Out of reach: home=house/);
    }
  });

  it('for covariates that only together are out of reach of a weighting', async () => {
    // each shift is within the other's range, their sum is not
    const a = perUnit((unit) => (isTreated(unit) ? (unit % 2) * 10 : unit % 2 ? 10 : 0));
    const b = perUnit((unit) =>
      isTreated(unit) ? 11 - (unit % 2) * 10 : (unit % 2 ? 0 : 10) + (unit % 3 === 0 ? 0.5 : 0),
    );
    const refused = await refusal(withColumns({ a: numbers(a), b: numbers(b) }), {
      covariates: ['a', 'b'],
      design: { method: 'entropy-balancing' },
    });
    expect(refused).toMatchObject({ code: 'no-overlap', details: { columns: [] } });
    expect(refused.message).toContain('No column is out of reach alone');
  });

  it('for units without any partner, or strata with one group only', async () => {
    const caliper = { on: 'distance', width: 0, unit: 'raw' } as const;
    const none = await refusal(panel, { design: { method: 'nearest', calipers: [caliper], exact: ['home'] } });
    expect(none).toMatchObject({ code: 'no-overlap', details: { calipers: { distance: 0 }, exact: ['home'] } });
    expect(none.message).toMatch(/Widen a caliper/);
    const group = codes(perUnit((unit) => (isTreated(unit) ? 'with' : 'without')));
    const strata = await refusal(withColumns({ group }), { design: { method: 'exact', exact: ['group'] } });
    expect(strata).toMatchObject({ code: 'no-overlap', details: { variables: ['group'], strata: 2, count: 120 } });
    expect(strata.message).toMatch(/Use fewer variables or wider bins/);
    const bins = { variable: 'group', cut: null } as const;
    const coarse = await refusal(withColumns({ group }), { design: { method: 'coarsened-exact', coarsening: [bins] } });
    expect(coarse.details).toMatchObject({ variables: ['group'], strata: 2 });
  });

  it('for a transform that a value does not have: which unit', async () => {
    const gas = numbers(perUnit((unit) => (unit === 17 ? 0 : 1 + unit)));
    const refused = await refusal(withColumns({ gas }), { covariates: ['log(gas)'] });
    expect(refused).toMatchObject({
      code: 'invalid-argument',
      details: { variable: 'gas', received: 0, units: ids([17]) },
    });
    expect(refused.message).toMatch(/Choose another transform\. First units: H00017/);
    expect(refused.details).not.toHaveProperty('row');
  });

  it('for sampling weights that are not positive: how many, and the first units', async () => {
    const weight = numbers(perUnit((unit) => (unit % 20 === 3 ? -1 : 1)));
    const refused = await refusal(withColumns({ weight }), { samplingWeights: 'weight' });
    expect(refused).toMatchObject({
      code: 'invalid-argument',
      details: { variable: 'weight', count: 6, units: ids(unitsWhere((unit) => unit % 20 === 3).slice(0, 5)) },
    });
    expect(refused.message).toMatch(/Leave out these units/);
  });

  it('for sampling weights of 0 or without end: the variable, how many, and the first units', async () => {
    for (const value of [0, Number.POSITIVE_INFINITY]) {
      const weight = numbers(perUnit((unit) => (unit % 20 === 3 ? value : 1)));
      const refused = await refusal(withColumns({ weight }), { samplingWeights: 'weight' });
      expect(refused).toMatchObject({
        code: 'invalid-argument',
        details: { variable: 'weight', count: 6, units: ids(unitsWhere((unit) => unit % 20 === 3).slice(0, 5)) },
      });
      expect(refused.message).toMatch(/Leave out these units/);
    }
  });

  it('for a collective alone in its arm: how many there are of each, and what to do', async () => {
    const whole = studyPanel({ units: 120, byCollective: true });
    const coach = numbers(whole.unitIndex.map((unit, row) => (unit % 10 === 0 && row % 2 === 1 ? 1 : 0)));
    const one = { ...whole, columns: { ...whole.columns, coach } };
    const refused = await refusal(one, { cluster: 'collective', covariates: ['income'] });
    expect(refused).toMatchObject({ code: 'too-few-groups', details: { treated: 1 } });
    expect(refused.message).toMatch(/collective|cluster/);
  });

  it('for a treatment that varies inside the collectives of a two-level matching', async () => {
    const refused = await refusal(panel, { design: { method: 'two-level', calipers: [] } });
    expect(refused).toMatchObject({ code: 'invalid-argument', details: { variable: 'collective', count: 10 } });
    expect((refused.details!.first as string[]).length).toBe(5);
    expect(refused.message).toMatch(/of "collective".*`prefer`.*First collectives: /);
    expect(refused.message).not.toMatch(/H0\d{4}/);
  });

  it('for variables of the wrong kind', async () => {
    const caliper = { on: 'home', width: 1, unit: 'raw' } as const;
    expect(await refusal(panel, { design: { method: 'nearest', calipers: [caliper] } })).toMatchObject({
      code: 'invalid-argument',
      details: { variable: 'home' },
      message: expect.stringMatching(/use it as a factor/),
    });
    const factor = await refusal(panel, { covariates: ['home^2'] });
    expect(factor).toMatchObject({ code: 'invalid-argument', details: { variable: 'home' } });
    expect(await refusal(panel, { outcome: 'home' })).toMatchObject({
      code: 'invalid-request',
      details: { variable: 'home' },
    });
    expect(await refusal(panel, { design: { method: 'nearest', exact: ['nowhere'] } })).toMatchObject({
      message: expect.stringContaining('"nowhere"'),
    });
  });

  it('for an overflowing power: which unit', async () => {
    const huge = numbers(perUnit((unit) => (unit === 9 ? 1e200 : unit)));
    expect(await refusal(withColumns({ huge }), { covariates: ['huge^2'] })).toMatchObject({
      code: 'non-finite',
      details: { variable: 'huge', units: ids([9]) },
    });
  });

  it('for a covariate with a huge value: its column, how many, and which', async () => {
    const huge = numbers(perUnit((unit) => (unit === 9 || unit === 30 ? 1e300 : unit)));
    const refused = await refusal(withColumns({ huge }), { covariates: ['huge'] });
    expect(refused).toMatchObject({
      code: 'non-finite',
      details: { columns: ['huge'], count: 2, units: ids([9, 30]) },
      message: expect.stringMatching(/"huge".*Correct or leave out/),
    });
  });

  it.each([
    ['a caliper', { design: { method: 'nearest', calipers: [{ on: 'huge', width: 1, unit: 'sd' }] } } as const],
    ['the outcome', { outcome: 'huge' }],
    ['a sampling weight', { samplingWeights: 'huge' }],
  ])('for a huge value of %s: its column, how many, and which', async (_, changes) => {
    const huge = numbers(perUnit((unit) => (unit === 9 || unit === 30 ? 1e300 : unit + 1)));
    const refused = await refusal(withColumns({ huge }), changes);
    expect(refused).toMatchObject({
      code: 'non-finite',
      details: { columns: ['huge'], count: 2, units: ids([9, 30]) },
    });
  });

  it('where discarding or trimming leaves nobody: which of them it was', async () => {
    // Scores of a ridge model: all treated above all controls.
    const apart = withColumns({ apart: numbers(perUnit((unit) => (isTreated(unit) ? 10 : 0) + (unit % 7) / 10)) });
    const penalty = { type: 'ridge', strength: 1 } as const;
    const discarded = await refusal(apart, {
      covariates: ['apart'],
      design: { method: 'nearest', distance: { type: 'propensity-score', penalty }, discard: 'both' },
    });
    expect(discarded).toMatchObject({ code: 'no-overlap', details: { treated: 0, control: 0, by: 'discard' } });
    expect(discarded.message).toMatch(/^Discarding .*Discard nobody/);
    const trimmed = await refusal(apart, {
      covariates: ['apart'],
      design: { method: 'inverse-probability', penalty: { type: 'firth' }, trim: 0.3 },
    });
    expect(trimmed).toMatchObject({ code: 'no-overlap', details: { treated: 0, control: 0, by: 'trim' } });
    expect(trimmed.message).toMatch(/^Trimming .*Trim less/);
  });

  it('for a treatment that is not 0 or 1: its name, how many, and which', async () => {
    const coach = numbers(panel.unitIndex.map((unit, row) => (unit % 40 === 7 && row % 2 === 1 ? 5 : treated[row]!)));
    const refused = await refusal(withColumns({ coach }), {});
    expect(refused).toMatchObject({
      code: 'invalid-argument',
      details: { variable: 'coach', received: 5, count: 3, units: ids([7, 47, 87]) },
      message: expect.stringMatching(/"coach" must be 0 or 1; 3 of 120 units .*treatedLevel/),
    });
  });

  it('for pairs that no caliper allows: how many units looked for one, and on what', async () => {
    const calipers = [
      { on: 'distance', width: 0, unit: 'raw' },
      { on: 'income', width: 0, unit: 'raw' },
    ] as const;
    const refused = await refusal(panel, { design: { method: 'nearest', calipers } });
    const count = unitsWhere(isTreated).length;
    expect(refused).toMatchObject({ code: 'no-overlap', details: { count, columns: ['income'] } });
    expect(refused.message).toMatch(new RegExp(`None of the ${count} treated units .*distance, income`));
  });
});

describe('a study that leaves out units says how many and why', () => {
  it('where the adjusted effect has more columns than there are collectives: it is left out, with a caution', async () => {
    const whole = studyPanel({ units: 1200, byCollective: true, collectives: 24 });
    const district = codes(whole.unitIndex.map((unit) => `D${String(Math.floor(unit / 24) % 30).padStart(2, '0')}`));
    const many = { ...whole, columns: { ...whole.columns, district } };
    const { body, warnings } = await study(many, {
      covariates: ['income', 'district'],
      cluster: 'collective',
      design: { method: 'nearest', calipers: [] },
    });
    expect(body.effects.matched).not.toBeNull();
    expect(body.effects.adjusted).toBeNull();
    expect(warnings).toContainEqual({ code: 'no-adjusted-effect-of-clusters', parameters: { clusters: 24 } });
  });

  it('where a stratum has no control, and where a covariate lacks values', async () => {
    const street = codes(perUnit((unit) => (isTreated(unit) && unit % 5 === 0 ? 'lane' : 'road')));
    const inLane = unitsWhere((unit) => isTreated(unit) && unit % 5 === 0).length;
    const { body, warnings } = await study(withColumns({ street }), { design: { method: 'exact', exact: ['street'] } });
    const { all, matched } = body.groups.treated;
    expect(all! - matched!).toBe(inLane);
    expect(warnings).toContainEqual({
      code: 'units-without-partner',
      parameters: { count: inLane, all, share: inLane / all! },
    });
    const income = (panel.columns.income as { values: Float64Array }).values;
    const gaps = numbers(panel.unitIndex.map((unit, row) => (unit % 10 === 0 ? null : income[row]!)));
    const partial = await study(withColumns({ income: gaps }));
    expect(partial.body.missing).toEqual([{ variable: 'income', units: 12 }]);
    expect(partial.attrition.find(({ step }) => step === 'covariates-complete')!.units).toBe(108);
  });
});
