import { readFileSync } from 'node:fs';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/app/actor.ts';
import type { MatchingStudyRequest } from '../../src/app/analyses/matching-study.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { results } from '../../src/contract/operations.ts';
import en from '../../src/messages/en.json' with { type: 'json' };
import { heatPanel } from '../support/heat-panel.ts';
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

async function study(panel: MemoryPanel, input: Partial<MatchingStudyRequest> = {}, actor = operator): Promise<Study> {
  const ports = memoryPorts([panel]);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const job = await service.matchingStudy(actor, { ...request, ...input }, { waitMs: 20_000 });
  if (job.error) throw Object.assign(new Error(job.error.message), job.error);
  return job.result as Study;
}

const warned = (result: Study): string[] => result.warnings.map((w) => w.code);

describe('a matching study', () => {
  it('finds the effect that a naive comparison overstates, with balance to show why', async () => {
    const { body } = await study(studyPanel({ units: 1500 }));
    const { unmatched, matched, adjusted } = body.effects;
    expect(unmatched!.lower).toBeGreaterThan(3); // true effect 2
    expect(Math.abs(matched!.estimate - 2)).toBeLessThan(3 * matched!.standardError);
    expect(Math.abs(adjusted!.estimate - 2)).toBeLessThan(0.25);
    for (const row of body.balance) {
      expect(Math.abs(row.before.standardizedMeanDifference!)).toBeGreaterThan(0.3);
      expect(Math.abs(row.after.standardizedMeanDifference!)).toBeLessThan(0.1);
    }
    expect(body.balance.map((row) => row.variable)).toEqual(['income', 'home=new', 'home=old']);
    expect(body.denominator).toBe('treated');
  });

  it('counts who is left after each step, and why', async () => {
    const panel = studyPanel({ units: 200 });
    const income = [...(panel.columns.income as { values: Float64Array }).values].map((v, row) =>
      row % 40 === 0 ? null : v,
    );
    const coach = [...(panel.columns.coach as { values: Float64Array }).values].map((v, row) => (row === 2 ? 1 : v));
    const { attrition, body } = await study({
      ...panel,
      columns: { ...panel.columns, income: numbers(income), coach: numbers(coach) },
    });
    expect(attrition.slice(0, 6)).toEqual([
      { step: 'units-of-panel', units: 200 },
      { step: 'treatment-known', units: 200 },
      { step: 'not-treated-at-baseline', units: 199 },
      { step: 'treated-before-follow-up', units: 199 },
      { step: 'covariates-complete', units: 189 },
      { step: 'outcome-known', units: 189 },
    ]);
    expect(attrition[6]!.units).toBe(body.groups.treated.matched! + body.groups.control.matched!);
    expect(body.missing).toEqual([{ variable: 'income', units: 10 }]);
  });

  it('says the same whatever the order of the rows', async () => {
    const panel = studyPanel({ units: 300 });
    const backwards = [...panel.unitIndex.keys()].reverse();
    const columns = Object.fromEntries(
      Object.entries(panel.columns).map(([name, c]) => [
        name,
        c.type === 'number'
          ? {
              ...c,
              values: Float64Array.from(backwards, (r) => c.values[r]!),
              status: Uint8Array.from(backwards, (r) => c.status[r]!),
            }
          : {
              ...c,
              codes: Int32Array.from(backwards, (r) => c.codes[r]!),
              status: Uint8Array.from(backwards, (r) => c.status[r]!),
            },
      ]),
    );
    const reversed: MemoryPanel = {
      ...panel,
      unitIndex: backwards.map((r) => panel.unitIndex[r]!),
      waveIndex: backwards.map((r) => panel.waveIndex[r]!),
      columns,
    };
    expect((await study(reversed)).body).toEqual((await study(panel)).body);
  });

  it('takes clusters where whole collectives were treated, whatever was asked, and says so', async () => {
    const panel = studyPanel({ units: 600, byCollective: true });
    const result = await study(panel, { design: { method: 'nearest', calipers: [] } });
    expect(result.body.inference).toEqual({
      method: 'cluster-means',
      reason: 'few-clusters',
      clusters: { treated: 5, control: 5 },
    });
    expect(warned(result)).toEqual(expect.arrayContaining(['treatment-by-cluster', 'few-clusters']));
    expect(result.body.effects.matched!.degreesOfFreedom).toBe(8);
    // five of ten collectives: 252 ways, each looked at once
    expect(result.body.permutation).toMatchObject({ draws: 252, isExact: true, blocks: 'clusters' });
    expect(result.body.permutation!.pValue * 252).toBeCloseTo(Math.round(result.body.permutation!.pValue * 252), 9);
  });

  it('refuses a standard error where one collective only was treated', async () => {
    const panel = studyPanel({ units: 300, byCollective: true, collectives: 3 });
    await expect(
      study(panel, { design: { method: 'nearest', calipers: [] }, treatment: 'only' }),
    ).rejects.toMatchObject({ code: 'invalid-request' });
    const one = panel.unitIndex.map((u, r) => (u % 3 === 1 && r % 2 === 1 ? 1 : 0));
    const single = { ...panel, columns: { ...panel.columns, coach: numbers(one) } };
    await expect(study(single, { design: { method: 'nearest', calipers: [] } })).rejects.toMatchObject({
      code: 'too-few-groups',
      details: { treated: 1, control: 2 },
    });
  });

  it('counts collectives where one household did otherwise, decided on everybody and not on who was matched', async () => {
    const panel = studyPanel({ units: 600 });
    const { codes } = panel.columns.collective as { codes: Int32Array };
    const one = panel.unitIndex.find((_, r) => codes[r]! % 2 === 1)!;
    const nearly = panel.unitIndex.map((u, r) =>
      codes[r]! % 2 === 1 && panel.waveIndex[r] === 1 && u !== one ? 1 : 0,
    );
    const leaky = { ...panel, columns: { ...panel.columns, coach: numbers([...nearly]) } };
    const design = { method: 'nearest', calipers: [] } as const;
    const { body } = await study(leaky, { design });
    expect(body.inference.reason).toBe('treatment-mostly-by-cluster');
    await expect(study(leaky, { design, standardError: 'matched-sets' })).rejects.toMatchObject({
      code: 'invalid-inference',
      details: { use: ['by-design', 'clusters', 'wild-cluster-bootstrap'] },
    });
  });

  it('uses matched sets for households in mixed collectives, and Abadie and Imbens where partners are used again', async () => {
    const panel = studyPanel({ units: 300 });
    expect((await study(panel)).body.inference.reason).toBe('pairs-without-replacement');
    const again = await study(panel, { design: { method: 'nearest', maximumReuse: null } });
    expect(again.body.inference.reason).toBe('partners-used-again');
    expect(warned(again)).toContain('partners-used-again');
    expect((await study(panel, { cluster: 'collective' })).body.inference.reason).toBe('few-mixed-clusters');
  });

  it('takes a standard error that was asked for where it is valid, and refuses it where not', async () => {
    const panel = studyPanel({ units: 300 });
    const plain = (await study(panel)).body.effects.matched!;
    const drawn = (await study(panel, { standardError: 'bootstrap', permutations: 500 })).body;
    expect(drawn.effects.matched!.estimate).toBe(plain.estimate);
    expect(Math.abs(drawn.effects.matched!.standardError / plain.standardError - 1)).toBeLessThan(0.15);
    expect(drawn.permutation).toMatchObject({ draws: 500, isExact: false, blocks: 'matched-sets' });
    await expect(
      study(panel, { standardError: 'bootstrap', design: { method: 'nearest', maximumReuse: null } }),
    ).rejects.toMatchObject({
      code: 'invalid-inference',
      details: { use: ['by-design', 'abadie-imbens', 'abadie-imbens-homoskedastic'] },
    });
    const whole = studyPanel({ units: 600, byCollective: true });
    await expect(
      study(whole, { standardError: 'units', design: { method: 'nearest', calipers: [] } }),
    ).rejects.toMatchObject({ code: 'invalid-inference' });
  });

  it('warns of weak overlap, of imbalance that remains, and of units without a partner', async () => {
    const panel = studyPanel({ units: 300 });
    const income = panel.unitIndex.map(
      (u) => ((panel.columns.coach as { values: Float64Array }).values[2 * u + 1] === 1 ? 4 : 0) + (u % 7),
    );
    const apart = { ...panel, columns: { ...panel.columns, income: numbers(income) } };
    const result = await study(apart);
    expect(warned(result)).toEqual(expect.arrayContaining(['weak-overlap', 'units-without-partner']));
    const forced = await study(apart, { design: { method: 'nearest', calipers: [] } });
    expect(warned(forced)).toContain('imbalance-after-matching');
  });

  it('gives the range over other tie orders where scores are equal', async () => {
    const result = await study(studyPanel({ units: 300 }), { covariates: ['home'] });
    expect(result.body.ties!.draws).toBe(200);
    expect(result.body.ties!.minimum).toBeLessThan(result.body.ties!.maximum);
    expect(warned(result)).toContain('ties-matter');
    expect((await study(studyPanel({ units: 300 }), { covariates: ['income'] })).body.ties).toBeNull();
    for (const method of ['optimal', 'full'] as const) {
      const { body } = await study(studyPanel({ units: 300 }), { covariates: ['home'], design: { method } });
      expect(body.ties!.minimum, method).toBeLessThan(body.ties!.maximum);
    }
  });

  it('finds ties of distances too, and says nothing where there are none', async () => {
    const ties = async (covariates: string[]) => {
      const design = { method: 'nearest', distance: { type: 'mahalanobis' } } as const;
      return (await study(studyPanel({ units: 300 }), { covariates, design })).body.ties;
    };
    expect((await ties(['home', 'income'])) === null).toBe(true);
    const { minimum, maximum, draws } = (await ties(['home']))!;
    expect([draws, minimum < maximum]).toEqual([200, true]);
  });

  it('gives the range over other orders of choice where the order is random, though no scores are equal', async () => {
    const design = { method: 'nearest', order: 'random' } as const;
    const { body } = await study(studyPanel({ units: 300 }), { design });
    expect(body.ties).toMatchObject({ draws: 200 });
    for (const seed of [2, 3, 4]) {
      const { estimate } = (await study(studyPanel({ units: 300 }), { design, seed })).body.effects.matched!;
      expect(estimate).not.toBe(body.effects.matched!.estimate);
      const slack = body.effects.matched!.standardError / 10;
      expect(estimate).toBeGreaterThan(body.ties!.minimum - slack);
      expect(estimate).toBeLessThan(body.ties!.maximum + slack);
    }
    expect((await study(studyPanel({ units: 300 }), { design: { ...design, order: 'largest' } })).body.ties).toBeNull();
  });

  it('can take the change since the baseline, subclasses, exact cells and the effect on everybody', async () => {
    const panel = studyPanel({ units: 2000 });
    const settings: Partial<MatchingStudyRequest>[] = [
      { outcomeIs: 'change' },
      { design: { method: 'subclassification', subclasses: 10 }, estimand: 'ATE' },
      { design: { method: 'exact', exact: ['home'] }, estimand: 'ATC' },
      { estimand: 'ATC', design: { method: 'nearest', calipers: [] } },
    ];
    for (const s of settings) {
      const { adjusted } = (await study(panel, s)).body.effects;
      expect(Math.abs(adjusted!.estimate - 2), JSON.stringify(s)).toBeLessThan(4 * adjusted!.standardError);
    }
  });

  it('returns pairs and weights of units on request, as a workspace result for the operator only', async () => {
    const result = await study(studyPanel({ units: 100 }), { includeUnits: true });
    expect(result.class).toBe('workspace');
    const treated = result.body.units!.filter((u) => u.treated && u.weight > 0);
    expect(treated.length).toBe(result.body.groups.treated.matched);
    expect(treated.every((u) => u.partners.length === 1)).toBe(true);
    await expect(study(studyPanel({ units: 100 }), { includeUnits: true }, visitor)).rejects.toMatchObject({
      code: 'not-authorised',
    });
  });

  it('fits the schema of the contract', async () => {
    for (const [input, actor] of [
      [{}, operator],
      [{ includeUnits: true }, operator],
      [{ covariates: ['home', 'income^2'] }, visitor],
    ] as const) {
      const result = await study(studyPanel({ units: 100 }), input, actor);
      expect([...Value.Errors(results['matching-study'], structuredClone(result))]).toEqual([]);
    }
  });
});

describe('the release of a matching study', () => {
  it('hides everything from others where a group has fewer than ten units', async () => {
    const panel = studyPanel({ units: 60, effect: 1 });
    const home = panel.columns.home as { codes: Int32Array };
    const isFirst = (u: number): boolean =>
      panel.unitIds.slice(0, u).filter((_, v) => home.codes[2 * v] === home.codes[2 * u]).length < 3;
    const few = panel.unitIndex.map((u, r) => (r % 2 === 1 && isFirst(u) ? 1 : 0)); // three treated of each kind of home
    const small = { ...panel, columns: { ...panel.columns, coach: numbers(few) } };
    expect((await study(small)).body.effects.matched).not.toBeNull();
    const { body } = await study(small, {}, visitor);
    expect(body.withheld).toBe('small-group');
    expect(body.effects).toEqual({ unmatched: null, matched: null, adjusted: null });
    expect(body.groups.treated).toEqual({
      all: null,
      discarded: null,
      matched: null,
      effective: null,
      effectiveAll: null,
    });
    expect(body.overlap).toBeNull();
    expect(body.balance.every((row) => row.withheld && row.before.meanTreated === null)).toBe(true);
  });

  it('withholds a level with fewer than ten units and one more that would give it away', async () => {
    const panel = studyPanel({ units: 400 });
    const kinds = panel.unitIndex.map((u) =>
      u % 45 === 0 ? 'farm' : u % 3 === 0 ? 'flat' : u % 3 === 1 ? 'terrace' : 'corner',
    );
    const rare = { ...panel, columns: { ...panel.columns, kind: codes(kinds) } };
    const own = await study(rare, { covariates: ['income', 'kind'] });
    const farm = own.body.balance.find((row) => row.variable === 'kind=farm')!;
    expect(farm.counts!.before.treated + farm.counts!.before.control).toBe(9);
    const { balance } = (await study(rare, { covariates: ['income', 'kind'] }, visitor)).body;
    const withheld = balance.filter((row) => row.withheld).map((row) => row.variable);
    // The name of a level that few hold says where they are.
    expect(withheld).toContain('kind');
    expect(JSON.stringify(balance)).not.toContain('farm');
    expect(withheld.length).toBeGreaterThanOrEqual(2);
    expect(balance.find((row) => row.variable === 'income')!.withheld).toBe(false);
  });

  it('shows the histogram of scores without its ends and without small bins', async () => {
    const panel = studyPanel({ units: 400 });
    const { overlap } = (await study(panel, {}, visitor)).body;
    expect(overlap!.treated).toBeNull();
    for (const bin of overlap!.bins)
      for (const n of [bin.treated, bin.control]) if (n !== null && n > 0) expect(n).toBeGreaterThanOrEqual(10);
  });

  it('hides nothing about neighbourhoods', async () => {
    const panel = studyPanel({ units: 60, unitKind: 'neighbourhood' });
    expect((await study(panel, {}, visitor)).body).toEqual((await study(panel)).body);
  });
});

describe('a matching study on bad input', () => {
  const panel = studyPanel({ units: 120 });
  const withColumn = (name: string, values: (number | null)[]): MemoryPanel => ({
    ...panel,
    columns: { ...panel.columns, [name]: numbers(values) },
  });
  const rows = panel.unitIndex.length;

  it('refuses a constant treatment, one treated unit, a treatment that is not 0/1', async () => {
    await expect(study(withColumn('coach', Array(rows).fill(0)))).rejects.toMatchObject({
      code: 'no-variation',
      details: { variable: 'coach', treated: 0 },
      message: expect.stringContaining('0 units began it and 120 did not'),
    });
    const all = panel.unitIndex.map((_, r) => r % 2);
    await expect(study(withColumn('coach', all))).rejects.toMatchObject({
      code: 'no-variation',
      details: { control: 0 },
      message: expect.stringContaining('120 units began it and 0 did not'),
    });
    const one = panel.unitIndex.map((u, r) => (u === 5 && r % 2 === 1 ? 1 : 0));
    await expect(study(withColumn('coach', one))).rejects.toMatchObject({
      code: 'empty-group',
      details: { treated: 1 },
      message: expect.stringContaining('has 1 treated and 119 untreated units'),
    });
    await expect(study(withColumn('coach', Array(rows).fill(2)))).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('names the covariate that is missing everywhere', async () => {
    await expect(study(withColumn('income', Array(rows).fill(null)))).rejects.toThrow(/missing "income" \(120\)/);
  });

  it('names the columns of perfect separation', async () => {
    const treated = (panel.columns.coach as { values: Float64Array }).values;
    const leak = panel.unitIndex.map((u) => treated[2 * u + 1]!);
    await expect(study(withColumn('leak', leak), { covariates: ['income', 'leak'] })).rejects.toMatchObject({
      code: 'separation',
      details: { columns: ['leak'] },
    });
  });

  it('leaves out collinear covariates, the later by name, with a warning that names them', async () => {
    const income = (panel.columns.income as { values: Float64Array }).values;
    const result = await study(
      withColumn(
        'euros',
        [...income].map((v) => 1000 * v + 30_000),
      ),
      { covariates: ['income', 'euros', 'home'] },
    );
    expect(result.warnings).toContainEqual({ code: 'collinear-columns', parameters: { columns: ['income'] } });
  });

  it('refuses clusters that change within units, and names them', async () => {
    const town = panel.unitIndex.map((u, r) => (u === 7 && r % 2 === 1 ? 99 : u % 30));
    await expect(study(withColumn('town', town), { cluster: 'town' })).rejects.toMatchObject({
      code: 'invalid-argument',
      details: { variable: 'town', units: 1 },
      message: expect.stringContaining('Name a variable that stays'),
    });
    const stays = panel.unitIndex.map((u) => u % 30);
    expect((await study(withColumn('town', stays), { cluster: 'town' })).body.inference.method).toBe('cluster-CR2');
  });

  it('refuses a collective that changes within units where collectives were treated as wholes, and only there', async () => {
    // Household 6 was in another collective before, one that was treated as well.
    const movedIn = (whole: MemoryPanel) => {
      const { levels, codes: own } = whole.columns.collective as {
        readonly levels: readonly string[];
        readonly codes: Int32Array;
      };
      return {
        ...whole,
        columns: {
          ...whole.columns,
          collective: codes(
            whole.unitIndex.map((u, r) => (u === 6 && r % 2 === 0 ? levels[own[4 * 2]!]! : levels[own[r]!]!)),
          ),
        },
      };
    };
    const nearest = { design: { method: 'nearest', calipers: [] } } as const;
    await expect(study(movedIn(studyPanel({ units: 600, byCollective: true })), nearest)).rejects.toMatchObject({
      code: 'invalid-argument',
      details: { variable: 'collective', units: 1 },
      message: expect.stringContaining('Name a variable that stays'),
    });
    expect((await study(movedIn(studyPanel({ units: 300 })))).body.inference.method).toBe('matched-sets');
  });

  it('names the outcome that is missing for one group', async () => {
    const treated = (panel.columns.coach as { values: Float64Array }).values;
    const kpi = (panel.columns.kpi as { values: Float64Array }).values;
    const gone = panel.unitIndex.map((u, r) => (treated[2 * u + 1] === 1 && r % 2 === 1 ? null : kpi[r]!));
    await expect(study(withColumn('kpi', gone))).rejects.toMatchObject({
      code: 'empty-group',
      details: { treated: 0 },
      message: expect.stringContaining('missing "kpi"'),
    });
  });

  it('refuses a constant outcome', async () => {
    await expect(study(withColumn('kpi', Array(rows).fill(3)))).rejects.toMatchObject({
      code: 'no-variation',
      message: expect.stringContaining('The outcome "kpi" is 3 for every unit'),
      details: { variable: 'kpi', everywhere: 3 },
    });
  });

  it('refuses a caliper that holds no pair', async () => {
    await expect(
      study(panel, { design: { method: 'nearest', calipers: [{ on: 'distance', width: 0, unit: 'raw' }] } }),
    ).rejects.toMatchObject({
      code: 'no-overlap',
    });
  });

  it('refuses unknown variables, no covariates, the treatment or the outcome of the same wave as covariate', async () => {
    await expect(study(panel, { covariates: ['nope'] })).rejects.toMatchObject({ code: 'unknown-variable' });
    await expect(study(panel, { covariates: [] })).rejects.toMatchObject({ code: 'invalid-request' });
    await expect(study(panel, { covariates: ['coach'] })).rejects.toThrow(/its own covariate/);
    const flat: MemoryPanel = {
      ...panel,
      waves: ['2024'],
      unitIndex: panel.unitIds.map((_, u) => u),
      waveIndex: panel.unitIds.map(() => 0),
      columns: Object.fromEntries(
        Object.entries(panel.columns).map(([name, c]) => [
          name,
          c.type === 'number'
            ? numbers(panel.unitIds.map((_, u) => c.values[2 * u + 1]!))
            : codes(panel.unitIds.map((_, u) => c.levels[c.codes[2 * u + 1]!]!)),
        ]),
      ),
    };
    const { baseline: _, followUp: __, ...plain } = request;
    const cross = async (covariates: string[]) => study(flat, { ...plain, baseline: null, followUp: null, covariates });
    await expect(cross(['kpi'])).rejects.toThrow(/outcome of the same wave/);
    expect(warned(await cross(['income', 'home']))).toContain('covariates-at-outcome');
  });

  it('asks for periods in a panel of waves, and refuses a baseline after the follow-up', async () => {
    await expect(study(panel, { baseline: null })).rejects.toThrow(/say which are `baseline`/);
    await expect(study(panel, { baseline: '2024', followUp: '2023' })).rejects.toThrow(/must end before/);
    await expect(study(panel, { baseline: '1999' })).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('takes a coded treatment once it knows which value means treated', async () => {
    const treated = (panel.columns.coach as { values: Float64Array }).values;
    const coded = {
      ...panel,
      columns: { ...panel.columns, coach: codes([...treated].map((v) => (v === 1 ? 'yes' : 'no'))) },
    };
    await expect(study(coded)).rejects.toThrow(/say which one means treated/);
    await expect(study(coded, { treatedLevel: 'ja' })).rejects.toThrow(/has no value "ja"/);
    expect((await study(coded, { treatedLevel: 'yes' })).body.effects).toEqual((await study(panel)).body.effects);
  });
});

it('has a text for every caution and reason that the study gives', () => {
  const source = ['design-study.ts', 'estimate-study.ts']
    .map((file) => readFileSync(new URL(`../../src/core/effects/${file}`, import.meta.url), 'utf8'))
    .join('');
  const codesOfWarnings = [...source.matchAll(/warn\('([a-z-]+)'/g)].map((m) => m[1]!);
  expect(codesOfWarnings.length).toBeGreaterThan(8);
  expect(codesOfWarnings.filter((code) => !(code in en.warning))).toEqual([]);
});

describe('a matching study on the demo panel', () => {
  it('turns the wrong sign of two building blocks right', { timeout: 60_000 }, async () => {
    const truth = JSON.parse(
      readFileSync(new URL('../../datasets/heat-transition/truth.json', import.meta.url), 'utf8'),
    );
    const covariates = ['gas_m3', 'construction_year', 'insulation', 'dwelling_type', 'income_band', 'household_size'];
    const panel = heatPanel(
      ['gas_m3', 'construction_year', 'income_band', 'household_size', 'draught-proofing', 'savings-challenge'],
      ['insulation', 'dwelling_type'],
    );
    for (const [block, sign] of [
      ['draught-proofing', -1],
      ['savings-challenge', 1],
    ] as const) {
      const periods = { baseline: '2021-07..2022-06', followUp: '2023-07..2024-06' };
      const { body } = await study(panel, {
        panel: 'heat',
        treatment: block,
        outcome: 'gas_m3',
        covariates,
        ...periods,
      });
      const { effects } = body;
      expect(Math.sign(truth.householdPanel.blocks[block].trueSaving)).toBe(-sign);
      expect(Math.sign(effects.unmatched!.estimate)).toBe(-sign);
      expect(effects.unmatched!.pValue).toBeLessThan(0.001); // confidently wrong
      expect(Math.sign(effects.matched!.estimate)).toBe(sign);
      // Part of the treatment lies between collectives: only adjusted the difference is clear.
      expect(body.inference.reason).toBe('treatment-partly-by-cluster');
      const { lower, upper } = effects.adjusted!;
      expect([Math.sign(lower), Math.sign(upper)]).toEqual([sign, sign]);
    }
  });
});
