import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/app/actor.ts';
import type { MatchingStudyRequest } from '../../src/app/analyses/matching-study.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import type { NamedCaliper } from '../../src/core/matching/matching-design.ts';
import { codes, type MemoryPanel, memoryPorts, numbers } from '../support/memory-ports.ts';
import { studyPanel } from '../support/study-panel.ts';

const operator: Actor = { role: 'operator' };
const visitor: Actor = { role: 'visitor' };
const base = { panel: 'study', treatment: 'coach', outcome: 'kpi', baseline: '2023', followUp: '2024' } as const;
const nearest = (calipers: readonly NamedCaliper[]) => ({ method: 'nearest' as const, calipers });

async function study(
  panel: MemoryPanel,
  input: Partial<MatchingStudyRequest> & Pick<MatchingStudyRequest, 'covariates'>,
  actor = visitor,
): Promise<ResultOf<'matching-study'>> {
  const ports = memoryPorts([panel]);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const job = await service.matchingStudy(actor, { ...base, ...input }, { waitMs: 20_000 });
  if (job.error) throw Object.assign(new Error(job.error.message), job.error);
  return job.result as ResultOf<'matching-study'>;
}

/** 400 households; one of the treated and one of the others lives in a castle. */
function castles(): { readonly panel: MemoryPanel; readonly gas: readonly number[]; readonly owner: number } {
  const panel = studyPanel({ units: 400 });
  const coach = (panel.columns.coach as { values: Float64Array }).values;
  const income = (panel.columns.income as { values: Float64Array }).values;
  const isTreated = (u: number): boolean => coach[2 * u + 1] === 1;
  const near = (u: number): boolean => Math.abs(income[2 * u]!) < 0.5;
  const units = panel.unitIds.map((_, u) => u).filter(near);
  const owner = units.find((u) => !isTreated(u))!;
  const other = units.find(isTreated)!;
  const gas = panel.unitIds.map((_, u) => 1000 + 7.3 * (u % 90));
  const byUnit = (value: (u: number) => number) => numbers(panel.unitIndex.map(value));
  const columns = {
    ...panel.columns,
    gas: byUnit((u) => gas[u]!),
    castle: byUnit((u) => (u === owner || u === other ? 1 : 0)),
    plain: byUnit((u) => (u === owner || u === other ? 1 : 2)),
    solar: byUnit((u) => (u === owner || u === other ? gas[u]! : 0)),
    kind: codes(panel.unitIndex.map((u) => (u === owner || u === other ? 'castle' : ['flat', 'terrace'][u % 2]!))),
  };
  return { panel: { ...panel, columns }, gas, owner };
}

describe('the balance of a rare column', () => {
  const { panel, gas, owner } = castles();
  const sumsOf = ({ body }: ResultOf<'matching-study'>): readonly number[] =>
    body.balance.flatMap(({ before }) =>
      before.meanControl === null ? [] : [before.meanControl * (body.groups.control.all ?? 0)],
    );
  const settings = (covariate: string) => ({ covariates: ['income', covariate], design: nearest([]) });

  it.each([
    'castle:gas',
    'solar',
    'kind:gas',
  ])('is somebody’s own number to the operator and withheld from others: %s', async (covariate) => {
    const near = (sum: number): boolean => Math.abs(sum - gas[owner]!) < 1e-6;
    expect(sumsOf(await study(panel, settings(covariate), operator)).filter(near)).toHaveLength(1);
    const shown = await study(panel, settings(covariate));
    expect(sumsOf(shown).filter(near)).toEqual([]);
    for (const row of shown.body.balance) expect(row.withheld, row.variable).toBe(row.variable !== 'income');
  });

  it.each([
    'castle',
    'plain',
    'plain:gas',
    'log1p(castle)',
  ])('is withheld however it is written: %s', async (covariate) => {
    const { body } = await study(panel, settings(covariate));
    expect(body.balance.map((row) => row.withheld)).toEqual(body.balance.map((row) => row.variable !== 'income'));
    expect(JSON.stringify(body.balance.filter((row) => row.withheld))).not.toMatch(/[0-9]\.[0-9]/);
  });

  it('is not named in a caution with its difference, and has no caliper width', async () => {
    const input = { ...settings('castle'), design: nearest([{ on: 'castle', width: 3, unit: 'sd' }]) };
    expect(Object.keys((await study(panel, input, operator)).body.caliperWidths)).toEqual(['castle']);
    const { body, warnings } = await study(panel, input);
    expect(body.caliperWidths).toEqual({});
    expect(warnings.flatMap((w) => w.parameters.variables ?? [])).not.toContain('castle');
  });

  it('is shown where enough can be told apart: gas of the many', async () => {
    const { body } = await study(panel, { covariates: ['income', 'gas', 'home:gas'], design: nearest([]) });
    expect(body.balance.map((row) => row.withheld)).toEqual([false, false, false, false]);
  });
});

describe('the effect on an outcome of few', () => {
  it('is a count of them to the operator, and withheld from others', async () => {
    const panel = studyPanel({ units: 400 });
    const coach = (panel.columns.coach as { values: Float64Array }).values;
    const treated = [...coach.keys()].filter((row) => coach[row] === 1);
    const debt = numbers([...coach.keys()].map((row) => (treated.slice(0, 2).includes(row) ? 1 : 0)));
    const rare = { ...panel, columns: { ...panel.columns, debt } };
    const input = { covariates: ['income'], outcome: 'debt', design: nearest([]) };
    const { groups, effects, outcomeSupport } = (await study(rare, input, operator)).body;
    expect([outcomeSupport.before, Math.round(effects.unmatched!.estimate * groups.treated.all!)]).toEqual([2, 2]);
    const { body, warnings } = await study(rare, input);
    expect(body.effects).toEqual({ unmatched: null, matched: null, adjusted: null });
    expect([body.withheld, body.ties, body.outcomeSupport]).toEqual([
      'small-group',
      null,
      { before: null, after: null },
    ]);
    expect(body.balance[0]).toMatchObject({ variable: 'income', withheld: false });
    expect(warnings.map(({ code }) => code)).not.toContain('ties-matter');
  });
});

describe('the overlap of a score of two values', () => {
  it('is shown in steps of ten units of the smaller group', async () => {
    const panel = studyPanel({ units: 400 });
    const solar = numbers(panel.unitIndex.map((u) => (u % 25 === 0 ? 1 : 0)));
    const two = { ...panel, columns: { ...panel.columns, solar } };
    const input = { covariates: ['solar'], design: nearest([]) };
    const own = (await study(two, input, operator)).body;
    const smaller = Math.min(own.groups.treated.all!, own.groups.control.all!);
    const apart = (1 - own.overlap!.coefficient) * smaller;
    expect([apart > 0 && apart < 10]).toEqual([true]);
    const { coefficient } = (await study(two, input)).body.overlap!;
    const steps = (coefficient * smaller) / 10;
    expect(coefficient === 1 || Math.abs(steps - Math.round(steps)) < 1e-9).toBe(true);
    expect(Math.abs(coefficient - own.overlap!.coefficient) * smaller).toBeLessThanOrEqual(5 + 1e-9);
  });
});

describe('a study that leaves out few', () => {
  const panel = studyPanel({ units: 400 });
  const treated = panel.unitIds.map((_, u) => (panel.columns.coach as { values: Float64Array }).values[2 * u + 1]!);
  const lonely = new Set(
    panel.unitIds
      .map((_, u) => u)
      .filter((u) => treated[u] === 1)
      .slice(0, 3),
  );
  const income = (panel.columns.income as { values: Float64Array }).values;
  const apart = {
    ...panel,
    columns: {
      ...panel.columns,
      income: numbers(panel.unitIndex.map((u, r) => (lonely.has(u) ? 4 + u / 100 : income[r]!))),
    },
  };
  const input = {
    covariates: ['income'],
    design: { ...nearest([{ on: 'income', width: 0.4, unit: 'raw' }]), maximumReuse: null },
  };

  it('does not tell them by the difference of everybody and the matched', async () => {
    const { groups } = (await study(apart, input, operator)).body;
    const out = groups.treated.all! - groups.treated.matched!;
    expect(out).toBeGreaterThan(0);
    expect(out).toBeLessThan(10);
    const { body, warnings } = await study(apart, input);
    expect(body.effects.unmatched).toBeNull();
    expect(body.effects.matched!.estimate).toBeGreaterThan(0);
    expect(body.overlap).toBeNull();
    for (const group of [body.groups.treated, body.groups.control]) {
      expect([group.all, group.discarded]).toEqual([null, null]);
    }
    for (const row of body.balance) {
      expect([row.before.meanTreated, row.before.meanControl, row.counts, row.support]).toEqual([
        null,
        null,
        null,
        null,
      ]);
      expect(row.after.meanTreated).not.toBeNull();
    }
    expect(warnings).toContainEqual({ code: 'few-left-out', parameters: {} });
    expect(warnings.flatMap((w) => Object.values(w.parameters))).not.toContain(out);
  });

  it('does not tell them by the steps before the matching, which count everybody', async () => {
    const whole = { covariates: ['income'], design: nearest([]) };
    const gone = studyPanel({ units: 40 });
    const kpi = (gone.columns.kpi as { values: Float64Array }).values;
    const withGaps = {
      ...gone,
      columns: { ...gone.columns, kpi: numbers([...kpi].map((value, r) => (r % 2 === 1 && r < 8 ? null : value))) },
    };
    const shown = async (actor: Actor) =>
      Object.fromEntries((await study(withGaps, whole, actor)).attrition.map(({ step, units }) => [step, units]));
    expect(await shown(operator)).toMatchObject({ 'covariates-complete': 40, 'outcome-known': 36 });
    const { 'units-of-panel': all, 'outcome-known': known, matched } = await shown(visitor);
    expect([all, known]).toEqual([null, 36]);
    expect(matched).toBe(await study(withGaps, whole).then((r) => 2 * r.body.groups.treated.matched!));
  });

  it('of pairs shows no number of matched where half of it is a few', async () => {
    const small = studyPanel({ units: 40 });
    const coach = numbers(small.unitIndex.map((u, r) => (u < 6 && r % 2 === 1 ? 1 : 0)));
    const six = { ...small, columns: { ...small.columns, coach } };
    const ask = (actor: Actor) => study(six, { covariates: ['income'], design: nearest([]) }, actor);
    expect((await ask(operator)).attrition.at(-1)).toEqual({ step: 'matched', units: 12 });
    const { attrition, body } = await ask(visitor);
    expect([body.withheld, attrition.at(-1)]).toEqual(['small-group', { step: 'matched', units: null }]);
  });

  it('rounds the edges of the histogram and the range of tied choices', async () => {
    const all = { covariates: ['income'], design: nearest([]) };
    const { bins } = (await study(panel, all, operator)).body.overlap!;
    const width = bins[0]!.to - bins[0]!.from;
    const power = 10 ** Math.round(Math.log10(width) - 0.3);
    expect(
      [1, 2, 5].some((step) => Math.abs(width / power - step) < 1e-9 || Math.abs((10 * width) / power - step) < 1e-9),
    ).toBe(true);
    for (const { from } of bins) expect(Math.abs(from / width - Math.round(from / width))).toBeLessThan(1e-9);
    const { effects, ties } = (await study(panel, { covariates: ['home'], design: nearest([]) })).body;
    const step = effects.matched!.standardError / 4;
    for (const end of [ties!.minimum, ties!.maximum])
      expect(Math.abs(end / step - Math.round(end / step))).toBeLessThan(1e-6);
  });
});
