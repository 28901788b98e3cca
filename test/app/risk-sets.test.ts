import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/app/actor.ts';
import type { MatchingStudyRequest } from '../../src/app/analyses/matching-study.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { results } from '../../src/contract/operations.ts';
import { matchingAsCode } from '../../src/ui/pages/matching-as-code.ts';
import { type MemoryPanel, memoryPorts, numbers } from '../support/memory-ports.ts';
import { staggeredPanel } from '../support/staggered-panel.ts';
import { command } from '../support/terminal.ts';

const operator: Actor = { role: 'operator' };
const visitor: Actor = { role: 'visitor' };
const request = {
  panel: 'staggered',
  treatment: 'coach',
  outcome: 'kpi',
  covariates: ['gas', 'home'],
  riskSets: { after: 1 },
} as const;

type Study = ResultOf<'matching-study'>;

async function study(panel: MemoryPanel, input: Partial<MatchingStudyRequest> = {}, actor = operator): Promise<Study> {
  const ports = memoryPorts([panel]);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const job = await service.matchingStudy(actor, { ...request, ...input }, { waitMs: 20_000 });
  if (job.error) throw Object.assign(new Error(job.error.message), job.error);
  return job.result as Study;
}

const valuesOf = (panel: MemoryPanel, name: string) => (panel.columns[name] as { values: Float64Array }).values;
const entryOf = (panel: MemoryPanel, unit: string): number => {
  const u = panel.unitIds.indexOf(unit);
  const coach = valuesOf(panel, 'coach');
  const at = panel.waves.findIndex((_, w) => coach[u * panel.waves.length + w] === 1);
  return at < 0 ? Number.POSITIVE_INFINITY : at;
};

describe('a matching study in risk sets', () => {
  const panel = staggeredPanel({ units: 1500 });

  it('finds the effect where covariates drive the entry wave by wave', async () => {
    const result = await study(panel);
    const { unmatched, matched } = result.body.effects;
    expect(unmatched!.lower).toBeGreaterThan(2.5); // true effect 2
    expect(Math.abs(matched!.estimate - 2)).toBeLessThan(3 * matched!.standardError);
    for (const row of result.body.balance) {
      expect(Math.abs(row.after.standardizedMeanDifference!)).toBeLessThan(0.1);
    }
    expect(result.settings.riskSets).toEqual({ lags: 1, after: 1, lookAhead: 1 });
    expect(result.warnings.map(({ code }) => code)).not.toContain('covariates-at-outcome');
    expect([...Value.Errors(results['matching-study'], result)]).toEqual([]);
  });

  it('pairs within a wave, with controls untreated through the look-ahead, no unit twice as a control', async () => {
    const { body } = await study(panel, { includeUnits: true, riskSets: { after: 1, lookAhead: 2, lags: 1 } });
    const controls = new Map<string, number>();
    const rows = body.units!;
    const at = new Map(rows.map((row) => [`${row.unit} ${row.wave}`, row]));
    let pairs = 0;
    for (const row of rows) {
      const wave = panel.waves.indexOf(row.wave!);
      const entry = entryOf(panel, row.unit);
      if (row.treated) expect(entry).toBe(wave);
      else expect(entry).toBeGreaterThan(wave + 2);
      if (!row.treated || row.weight === 0) continue;
      for (const partner of row.partners) {
        pairs++;
        expect(at.get(`${partner} ${row.wave}`)!.partners).toEqual([row.unit]);
        controls.set(partner, (controls.get(partner) ?? 0) + 1);
      }
    }
    expect(pairs).toBeGreaterThan(100);
    expect(Math.max(...controls.values())).toBe(1);
    // some unit is a control before it enters
    const isBoth = [...controls.keys()].some((unit) => rows.some((r) => r.unit === unit && r.treated && r.weight > 0));
    expect(isBoth).toBe(true);
  });

  it('counts units, not rows, and the treated by wave of entry', async () => {
    const { attrition, body } = await study(panel);
    const entries = panel.unitIds.map((unit) => entryOf(panel, unit));
    const inside = (e: number) => e >= 1 && e + 1 < 8;
    expect(attrition.map(({ step }) => step)).toEqual([
      'units-of-panel',
      'treatment-known',
      'not-treated-from-start',
      'in-a-risk-set',
      'covariates-complete',
      'outcome-known',
      'both-groups-at-wave',
      'matched',
    ]);
    expect(attrition[0]!.units).toBe(1500);
    expect(body.groups.treated.all).toBe(entries.filter(inside).length);
    expect(body.groups.control.all).toBeLessThan(1500);
    expect(body.entries!.reduce((sum, e) => sum + e.treated, 0)).toBe(body.groups.treated.all);
    expect(body.entries!.reduce((sum, e) => sum + e.matched, 0)).toBe(body.groups.treated.matched);
    expect(body.entries!.map(({ wave }) => wave)).toEqual(panel.waves.slice(1, 7));
    const { treated, control } = body.groups;
    expect(attrition.at(-1)!.units).toBeLessThanOrEqual(treated.matched! + control.matched!);
    expect(body.inference).toMatchObject({ method: 'matched-sets', reason: 'units-at-several-waves' });
  });

  it('takes single lags beside the waves before the entry together', async () => {
    const { body, settings } = await study(panel, {
      covariates: ['gas@1', 'gas@2^2', 'gas', 'home'],
      riskSets: { after: 1, lags: 2 },
      includeUnits: true,
    });
    expect(body.balance.map((row) => row.variable)).toEqual(['gas@1', 'gas@2^2', 'gas', 'home=new', 'home=old']);
    expect(settings.covariates).toEqual(['gas@1', 'gas@2^2', 'gas', 'home']);
    const rows = body.units!.filter((row) => row.treated);
    const gas = valuesOf(panel, 'gas');
    const value = (row: (typeof rows)[number], lag: number) =>
      gas[panel.unitIds.indexOf(row.unit) * 8 + panel.waves.indexOf(row.wave!) - lag]!;
    const mean = (of: (row: (typeof rows)[number]) => number) => rows.reduce((sum, r) => sum + of(r), 0) / rows.length;
    const expected = [
      mean((r) => value(r, 1)),
      mean((r) => value(r, 2) ** 2),
      mean((r) => (value(r, 1) + value(r, 2)) / 2),
    ];
    body.balance.slice(0, 3).forEach((row, i) => {
      expect(row.before.meanTreated).toBeCloseTo(expected[i]!, 10);
    });
  });

  it('takes the change since the last wave before the entry', async () => {
    const { body } = await study(panel, { outcomeIs: 'change' });
    expect(Math.abs(body.effects.matched!.estimate - 2)).toBeLessThan(4 * body.effects.matched!.standardError);
  });

  it('leaves out moments that lack a value, and counts their units', async () => {
    const gas = [...valuesOf(panel, 'gas')].map((v, row) => (row % 8 < 7 && row < 80 ? null : v));
    const { attrition, body } = await study({ ...panel, columns: { ...panel.columns, gas: numbers(gas) } });
    expect(body.missing).toEqual([{ variable: 'gas', units: expect.any(Number) }]);
    expect(body.missing[0]!.units).toBeLessThanOrEqual(10);
    expect(attrition[3]!.units! - attrition[4]!.units!).toBe(body.missing[0]!.units);
  });

  it('counts collectives where whole collectives enter, though each holds controls before', async () => {
    const { body } = await study(staggeredPanel({ units: 600, byCollective: true, collectives: 40 }), {
      covariates: ['gas', 'home'],
    });
    expect(body.inference.method).toBe('cluster-CR2');
    expect(body.inference.reason).toBe('treatment-by-cluster');
    expect(body.inference.clusters!.treated).toBeLessThanOrEqual(40);
  });

  it('counts collectives where one household does not enter with its own, and refuses errors that do not', async () => {
    const whole = staggeredPanel({ units: 600, byCollective: true, collectives: 40 });
    const coach = valuesOf(whole, 'coach');
    const one = whole.unitIds.findIndex((unit) => entryOf(whole, unit) < 99);
    const leaky = {
      ...whole,
      columns: { ...whole.columns, coach: numbers([...coach].map((v, row) => (whole.unitIndex[row] === one ? 0 : v))) },
    };
    const { body } = await study(leaky);
    expect(body.inference).toMatchObject({ method: 'cluster-CR2', reason: 'treatment-mostly-by-cluster' });
    await expect(study(leaky, { standardError: 'matched-sets' })).rejects.toMatchObject({
      code: 'invalid-inference',
      details: { use: ['by-design', 'clusters', 'wild-cluster-bootstrap'] },
    });
  });

  it('counts collectives where part of the entries lies between them, and says so where they are not counted', async () => {
    const whole = staggeredPanel({ units: 600, byCollective: true, collectives: 40 });
    const alone = valuesOf(staggeredPanel({ units: 600, collectives: 40 }), 'coach');
    // Every second household enters with its collective, the others as they like.
    const coach = [...valuesOf(whole, 'coach')].map((v, row) =>
      Math.floor(whole.unitIndex[row]! / 40) % 2 === 0 ? v : alone[row]!,
    );
    const mixed = { ...whole, columns: { ...whole.columns, coach: numbers(coach) } };
    const counted = await study(mixed);
    expect(counted.body.inference).toMatchObject({ method: 'cluster-CR2', reason: 'treatment-partly-by-cluster' });
    expect(counted.warnings.map(({ code }) => code)).not.toContain('clusters-not-counted');
    const { warnings } = await study(mixed, { standardError: 'matched-sets' });
    expect(warnings.map(({ code }) => code)).toContain('clusters-not-counted');
    expect((await study(panel)).warnings.map(({ code }) => code)).not.toContain('clusters-not-counted');
  });

  it('says the same whatever the order of the rows', async () => {
    const small = staggeredPanel({ units: 200 });
    const backwards = [...small.unitIndex.keys()].reverse();
    const columns = Object.fromEntries(
      Object.entries(small.columns).map(([name, c]) => [
        name,
        c.type === 'number'
          ? { ...c, values: Float64Array.from(backwards, (r) => c.values[r]!), status: c.status }
          : { ...c, codes: Int32Array.from(backwards, (r) => c.codes[r]!), status: c.status },
      ]),
    );
    const reversed = {
      ...small,
      unitIndex: backwards.map((r) => small.unitIndex[r]!),
      waveIndex: backwards.map((r) => small.waveIndex[r]!),
      columns,
    };
    expect(await study(reversed)).toEqual({ ...(await study(small)), sources: expect.anything() });
  });

  it.each<[string, Partial<MatchingStudyRequest>, RegExp]>([
    ['a fixed baseline', { baseline: '2020' }, /`baseline` cannot be asked for/],
    ['another outcome', { otherOutcomes: ['gas'] }, /`otherOutcomes` cannot be asked for/],
    ['a permutation test', { permutations: 100 }, /`permutations` cannot be asked for/],
    ['another method', { design: { method: 'full' } }, /method nearest/],
    ['replacement', { design: { method: 'nearest', maximumReuse: null } }, /without replacement/],
    [
      'the closest pairs first',
      { design: { method: 'nearest', order: 'closest' } },
      /order largest, smallest, data or random/,
    ],
    ['another estimand', { estimand: 'ATC' }, /for ATT/],
    ['a lag that is not taken', { covariates: ['gas@2'] }, /"gas@2" is a value 2 waves before the entry/],
    ['a lag of the treatment', { covariates: ['coach@1'] }, /"coach" cannot be its own covariate/],
    ['a short look-ahead', { riskSets: { after: 2, lookAhead: 1 } }, /a look-ahead that reaches the outcome/],
    ['errors of single units', { standardError: 'units' }, /matched units resemble each other/],
    ['more lags than waves', { riskSets: { after: 1, lags: 7 } }, /0 units that enter/],
  ])('refuses %s', async (_, input, message) => {
    await expect(study(staggeredPanel({ units: 200 }), input)).rejects.toThrow(message);
  });
});

describe('risk sets on the command line', () => {
  it('are asked for as the page writes it, with the same answer, and shown by wave of entry', async () => {
    const ports = memoryPorts([staggeredPanel({ units: 400, unitKind: 'collective' })]);
    const service = createService(ports, createJobs(ports, { concurrency: 1 }));
    const input = { ...request, riskSets: { after: 2, lags: 2, lookAhead: 3 } };
    const job = await service.matchingStudy(visitor, input, { waitMs: 20_000 });
    const here = job.result as Study;
    const { commandLine } = matchingAsCode({ origin: '' } as never, here.settings);
    const words = commandLine!.replaceAll("'", '').split(' ').slice(2);
    const { out, err, status } = await command(service, [...words, '--json']);
    expect([status, err]).toEqual([0, '']);
    const typed = JSON.parse(out) as Study;
    expect(typed.settings.riskSets).toEqual(input.riskSets);
    expect(typed.body).toEqual(JSON.parse(JSON.stringify(here.body)));
    const shown = await command(service, words);
    expect(shown.out).toMatch(/wave of entry/);
    expect(shown.out).toMatch(/2021-H1 +[0-9]+ +[0-9]+/);
    const { status: refused, err: said } = await command(service, [
      'match',
      'staggered',
      '--treatment',
      'coach',
      '--outcome',
      'kpi',
      '--covariates',
      'gas',
      '--lags',
      '2',
    ]);
    expect([refused, said]).toEqual([2, expect.stringMatching(/riskSets\/after: required field "after" is missing/)]);
  });
});

describe('a study in risk sets on people', () => {
  it('shows others than the operator nothing of the groups before, in which units stand several times', async () => {
    const panel = staggeredPanel({ units: 1500 });
    const own = (await study(panel)).body;
    expect(own.groups.control.all).not.toBeNull();
    const { body } = await study(panel, {}, visitor);
    expect(body.effects.unmatched).toBeNull();
    expect(body.effects.matched).toEqual(own.effects.matched);
    expect([body.overlap, body.equipoise, body.groups.control.all]).toEqual([null, null, null]);
    expect(new Set(body.balance.flatMap(({ before }) => Object.values(before)))).toEqual(new Set([null]));
    expect(body.units).toBeNull();
  });

  it('shows the waves of entry where all have enough, else none', async () => {
    const many = staggeredPanel({ units: 6000 });
    const own = (await study(many, { design: { method: 'nearest', calipers: [] } })).body.entries!;
    expect(Math.min(...own.flatMap((e) => [e.treated, e.matched]))).toBeGreaterThanOrEqual(10);
    const { body } = await study(many, { design: { method: 'nearest', calipers: [] } }, visitor);
    expect(body.entries).toEqual(own);
    const few = staggeredPanel({ units: 150 });
    expect((await study(few)).body.entries!.some((e) => e.treated < 10)).toBe(true);
    expect((await study(few, {}, visitor)).body.entries).toBeNull();
  });
});
