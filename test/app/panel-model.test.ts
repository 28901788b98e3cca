import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/app/actor.ts';
import type { PanelModelRequest } from '../../src/app/analyses/panel-model.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { results } from '../../src/contract/operations.ts';
import { createRandom } from '../../src/core/random/random-stream.ts';
import en from '../../src/messages/en.json' with { type: 'json' };
import { codes, type MemoryPanel, memoryPorts, numbers } from '../support/memory-ports.ts';

const operator: Actor = { role: 'operator' };
const visitor: Actor = { role: 'visitor' };
type Model = ResultOf<'panel-model'>;

interface Options {
  readonly units?: number;
  /** first treated wave of unit u, 99 = never */
  readonly start?: (u: number) => number;
  readonly unitKind?: MemoryPanel['unitKind'];
  readonly collectives?: number;
  readonly overrides?: Readonly<Record<string, MemoryPanel['columns'][string]>>;
  readonly waves?: readonly string[];
}

/** Six years of households with lasting levels and shocks by year; the treatment adds 2, income 0.5 per unit. */
function panelOf(options: Options = {}): MemoryPanel {
  const {
    units = 120,
    unitKind = 'household',
    collectives = 40,
    waves = ['2019', '2020', '2021', '2022', '2023', '2024'],
  } = options;
  const start = options.start ?? ((u: number) => [2, 4, 99][u % 3]!);
  const random = createRandom(6, 'panel-model-test');
  const rows = Array.from({ length: units * waves.length }, (_, r) => ({
    unit: Math.floor(r / waves.length),
    wave: r % waves.length,
  }));
  const level = Array.from({ length: units }, () => 3 * random.normal());
  const income = rows.map(({ unit }) => level[unit]! + random.normal());
  const treated = rows.map(({ unit, wave }) => (wave >= start(unit) ? 1 : 0));
  return {
    panel: 'street',
    unitKind,
    collectiveColumn: 'collective',
    unitIds: Array.from({ length: units }, (_, u) => `H${String(u).padStart(5, '0')}`),
    waves,
    unitIndex: rows.map((r) => r.unit),
    waveIndex: rows.map((r) => r.wave),
    columns: {
      comfort: numbers(
        rows.map(
          ({ unit, wave }, r) => 20 + level[unit]! + wave + 0.5 * income[r]! + 2 * treated[r]! + random.normal(),
        ),
      ),
      income: numbers(income),
      coach: numbers(treated),
      home: codes(rows.map(({ unit }) => (unit < 4 ? 'boat' : unit % 2 === 0 ? 'flat' : 'house'))),
      collective: codes(rows.map(({ unit }) => `C${String(unit % collectives).padStart(2, '0')}`)),
      ...options.overrides,
    },
  };
}

async function ask(panel: MemoryPanel, input: Omit<PanelModelRequest, 'panel'>, actor = operator): Promise<Model> {
  const ports = memoryPorts([panel]);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const job = await service.panelModel(actor, { panel: 'street', ...input }, { waitMs: 20_000 });
  if (job.error) throw Object.assign(new Error(job.error.message), job.error);
  return job.result as Model;
}
const difference = { model: 'difference-in-differences', outcome: 'comfort', treatment: 'coach' } as const;
const within = { model: 'fixed-effects', outcome: 'comfort', terms: ['income', 'coach'] } as const;
const warned = (result: Model): string[] => result.warnings.map((w) => w.code);

describe('a panel regression', () => {
  it('finds the planted slopes beside unit and period effects, with errors by collective', async () => {
    const { body, settings } = await ask(panelOf(), within);
    const [income, coach] = body.regression!.coefficients;
    expect(Math.abs(income!.estimate! - 0.5)).toBeLessThan(3.5 * income!.standardError!);
    expect(Math.abs(coach!.estimate! - 2)).toBeLessThan(3.5 * coach!.standardError!);
    expect(coach!.lower).toBeLessThan(coach!.estimate!);
    expect(body.regression!.standardErrors).toEqual({ type: 'cluster-unit', clusters: [40], degreesOfFreedom: 39 });
    expect(settings).toMatchObject({ effects: 'two-way', treatment: null, controlGroup: null });
    expect(body.panel).toEqual({ units: 120, periods: 6, rows: 720, balanced: true });
    expect(coach!.support).toBe(80);
  });

  it('cautions where the model does not fit the data', async () => {
    expect(warned(await ask(panelOf(), within))).toContain('staggered-treatment');
    const pooled = await ask(panelOf(), {
      model: 'pooled',
      outcome: 'comfort',
      terms: ['coach'],
      standardErrors: 'classical',
    });
    expect(warned(pooled)).toEqual(['errors-assumed-independent', 'unit-effects-left-out']);
    const random = await ask(panelOf({ collectives: 6 }), {
      model: 'random-effects',
      outcome: 'comfort',
      terms: ['income'],
    });
    expect(warned(random)).toEqual(expect.arrayContaining(['panel-few-clusters', 'random-effects-doubtful']));
    expect(random.body.regression!.tests!.mundlak!.pValue).toBeLessThan(0.05);
  });

  it('of seven households says nothing, not by the number of clusters either', async () => {
    const tiny = panelOf({ units: 7, collectives: 7 });
    expect((await ask(tiny, within)).warnings).toContainEqual({
      code: 'panel-few-clusters',
      parameters: { clusters: 7 },
    });
    const theirs = await ask(tiny, within, visitor);
    expect([theirs.body.withheld, theirs.body.panel.units, theirs.body.regression]).toEqual([
      'small-group',
      null,
      null,
    ]);
    expect(warned(theirs)).not.toContain('panel-few-clusters');
  });

  it('shows others no coefficient on an outcome of few, in levels or in changes', async () => {
    // Two of 120 households, both with a coach from 2021, get a heat pump in 2022.
    const pump = numbers(panelOf().unitIndex.map((u, r) => ((u === 0 || u === 3) && r % 6 >= 3 ? 1 : 0)));
    const panel = panelOf({ overrides: { pump } });
    for (const model of ['pooled', 'fixed-effects', 'random-effects'] as const) {
      const input = { model, outcome: 'pump', terms: ['coach'] };
      const mine = await ask(panel, input);
      expect([mine.body.withheld, mine.body.regression!.outcomeSupport]).toEqual([null, 2]);
      const theirs = await ask(panel, input, visitor);
      expect([theirs.body.withheld, theirs.body.regression]).toEqual(['small-group', null]);
    }
    // Many have one, and two more get one: that is few in changes only.
    const many = numbers(
      panelOf().unitIndex.map((u, r) => (u % 2 === 1 || ((u === 0 || u === 6) && r % 6 >= 3) ? 1 : 0)),
    );
    const grown = panelOf({ overrides: { pump: many } });
    const shown = async (model: 'pooled' | 'fixed-effects') =>
      (await ask(grown, { model, outcome: 'pump', terms: ['income'] }, visitor)).body.withheld;
    expect([await shown('pooled'), await shown('fixed-effects')]).toEqual([null, 'small-group']);
  });

  it('counts the rows with all values', async () => {
    const full = panelOf();
    const income = [...(full.columns.income as { values: Float64Array }).values].map((v, row) =>
      row % 10 === 3 ? null : v,
    );
    const result = await ask(panelOf({ overrides: { income: numbers(income) } }), within);
    expect(result.attrition).toEqual([
      { step: 'rows-of-panel', units: 720 },
      { step: 'rows-complete', units: 648 },
    ]);
    expect(warned(result)).toContain('unbalanced-panel');
  });

  it('shows others no coefficient of a product, a number or a level that few hold', async () => {
    const people = panelOf();
    const of = (value: (u: number, r: number) => number) => numbers(people.unitIndex.map(value));
    const income = (people.columns.income as { values: Float64Array }).values;
    const overrides = {
      castle: of((u) => (u === 3 || u === 40 ? 1 : 0)),
      plain: of((u) => (u === 3 || u === 40 ? 0 : 1)),
      solar: of((u, r) => (u < 7 ? 5 + income[r]! : 0)),
    };
    const ownColumns = panelOf({ overrides });
    const cases: readonly [readonly string[], readonly string[]][] = [
      [
        ['income', 'castle:income'],
        ['(Intercept)', 'income'],
      ],
      [['income', 'plain:income'], []],
      [
        ['income', 'castle'],
        ['(Intercept)', 'income'],
      ],
      [
        ['income', 'solar'],
        ['(Intercept)', 'income'],
      ],
      [['income', 'home'], ['income']],
      [['income'], ['(Intercept)', 'income']],
    ];
    for (const [terms, shown] of cases) {
      const input = { model: 'pooled', outcome: 'comfort', terms } as const;
      const own = (await ask(ownColumns, input)).body.regression!.coefficients;
      expect(own.every((c) => c.estimate !== null)).toBe(true);
      const theirs = (await ask(ownColumns, input, visitor)).body.regression!.coefficients;
      const estimates = theirs.filter((c) => c.estimate !== null).map((c) => c.name);
      expect(estimates, terms.join(' ')).toEqual(shown);
    }
  });

  it('shows others no coefficient that rests on fewer than ten households', async () => {
    const few = panelOf({ start: (u) => (u < 6 ? 3 : 99) });
    const theirs = (await ask(few, within, visitor)).body.regression!.coefficients;
    expect(theirs[1]).toEqual({
      name: 'coach',
      estimate: null,
      standardError: null,
      statistic: null,
      pValue: null,
      lower: null,
      upper: null,
      support: null,
      withheld: 'small-group',
    });
    expect(theirs[0]!.estimate).toBeCloseTo(0.5, 0);
    const mine = (await ask(few, within)).body.regression!.coefficients;
    expect(mine[1]!.support).toBe(6);
    const boats = { model: 'pooled', outcome: 'comfort', terms: ['home', 'income'] } as const;
    const flats = (await ask(panelOf(), boats, visitor)).body.regression!.coefficients;
    // The reference level is the boat, of which there are four: the intercept is their mean, the others differ from it.
    expect(flats.map((c) => [c.name, c.withheld])).toEqual([
      ['(Intercept)', 'small-group'],
      ['home', 'small-group'],
      ['home', 'small-group'],
      ['income', null],
    ]);
  });

  it('shows nothing of fewer than ten households', async () => {
    const { body } = await ask(panelOf({ units: 9, collectives: 9 }), within, visitor);
    expect(body).toMatchObject({ withheld: 'small-group', regression: null, differences: null });
    expect(body.panel).toEqual({ units: null, periods: 6, rows: null, balanced: true });
    const places = await ask(panelOf({ units: 9, collectives: 9, unitKind: 'neighbourhood' }), within, visitor);
    expect(places.body.regression!.coefficients).toHaveLength(2);
  });

  it('refuses fields that the model does not use, an empty model and terms that cannot be', async () => {
    const panel = panelOf();
    const refusal = (input: Omit<PanelModelRequest, 'panel'>) =>
      ask(panel, input).catch((e: { code: string }) => e.code);
    expect(await refusal({ ...within, treatment: 'coach' })).toBe('invalid-request');
    expect(await refusal({ ...within, model: 'pooled', effects: 'unit' })).toBe('invalid-request');
    expect(await refusal({ ...difference, standardErrors: 'white' })).toBe('invalid-request');
    expect(await refusal({ model: 'pooled', outcome: 'comfort', terms: [] })).toBe('invalid-request');
    expect(await refusal({ model: 'difference-in-differences', outcome: 'comfort' })).toBe('invalid-request');
    expect(await refusal({ ...within, terms: ['comfort'] })).toBe('invalid-request');
    expect(await refusal({ ...difference, terms: ['coach'] })).toBe('invalid-request');
    expect(await refusal({ ...within, terms: ['nothing'] })).toBe('unknown-variable');
    expect(await refusal({ ...within, terms: ['home'] })).toBe('collinear');
    expect(await refusal({ ...difference, treatment: 'income' })).toBe('invalid-argument');
    const movers = codes(Array.from({ length: 720 }, (_, r) => `C${r % 7}`));
    expect(
      await ask(panelOf({ overrides: { collective: movers } }), within).catch((e: { code: string }) => e.code),
    ).toBe('invalid-argument');
  });
});

describe('a difference in differences', () => {
  it('finds the planted effect in every answer, with the cohorts by their wave', async () => {
    const { body } = await ask(panelOf(), { ...difference, terms: ['income'] });
    const d = body.differences!;
    for (const average of [d.simple, d.group.overall, d.dynamic.overall, d.calendar.overall]) {
      expect(Math.abs(average!.estimate! - 2)).toBeLessThan(3.5 * average!.standardError!);
    }
    expect(d.cohorts).toEqual([
      { cohort: '2021', units: 40, withheld: null },
      { cohort: '2023', units: 40, withheld: null },
    ]);
    expect(d.cells[0]).toMatchObject({ cohort: '2021', time: '2020', base: '2019', eventTime: -1, treatedUnits: 40 });
    expect(d.dynamic.byEventTime.map((e) => e.eventTime)).toEqual([-3, -2, -1, 0, 1, 2, 3]);
    expect([d.units, d.neverTreated, d.clusters]).toEqual([120, 40, 40]);
    expect(d.preTest!.degreesOfFreedom).toEqual([4]);
  });

  it('by year counts treatment from the year in which it starts', async () => {
    const waves = ['2020', '2021', '2022', '2023'].flatMap((year) =>
      ['Q1', 'Q2', 'Q3', 'Q4'].map((q) => `${year}-${q}`),
    );
    const quarterly = panelOf({ waves, start: (u) => [6, 99][u % 2]! });
    const { body, attrition } = await ask(quarterly, { ...difference, period: 'year' });
    expect(body.differences!.cohorts).toEqual([{ cohort: '2021', units: 60, withheld: null }]);
    expect(attrition[1]).toEqual({ step: 'unit-years', units: 480 });
    // In 2021 two of four quarters are treated: half of the effect of 2.
    const cell = body.differences!.cells.find((c) => c.time === '2021')!;
    expect(Math.abs(cell.estimate! - 1)).toBeLessThan(3.5 * cell.standardError!);
  });

  it('cautions about lone clusters, early starters and treatments that stop', async () => {
    const lone = panelOf({ collectives: 3, start: (u) => [0, 3, 99][u % 3]! });
    const result = await ask(lone, difference);
    expect(warned(result)).toEqual(expect.arrayContaining(['treated-from-start', 'one-treated', 'panel-few-clusters']));
    expect(result.body.differences!.simple).toMatchObject({ standardError: null, lower: null });
    const stops = panelOf();
    const coach = [...(stops.columns.coach as { values: Float64Array }).values].map((v, r) => (r % 6 === 5 ? 0 : v));
    expect(warned(await ask(panelOf({ overrides: { coach: numbers(coach) } }), difference))).toContain(
      'treatment-stops',
    );
  });

  it('withholds a cohort of fewer than ten households, and a second one that would give it away', async () => {
    // Cohorts of 4, 30 and 40 households.
    const start = (u: number) => (u < 4 ? 2 : u < 34 ? 3 : u < 74 ? 4 : 99);
    const theirs = (await ask(panelOf({ start, collectives: 120 }), difference, visitor)).body.differences!;
    expect(theirs.cohorts.map((c) => [c.cohort, c.units, c.withheld])).toEqual([
      ['2021', null, 'small-group'],
      ['2022', null, 'protects-other'],
      ['2023', 40, null],
    ]);
    for (const cell of theirs.cells) {
      const isHidden = cell.cohort !== '2023';
      expect([cell.cohort, cell.estimate === null, cell.treatedUnits === null]).toEqual([
        cell.cohort,
        isHidden,
        isHidden,
      ]);
    }
    expect(theirs.simple!.withheld).toBe(null); // 34 households of two cohorts hide behind it
    // Three years after the start only the four of 2021 are seen.
    const last = theirs.dynamic.byEventTime.at(-1)!;
    expect(last).toMatchObject({ eventTime: 3, estimate: null, simultaneousLower: null, withheld: 'protects-other' });
    const mine = (await ask(panelOf({ start, collectives: 120 }), difference)).body.differences!;
    const secrets = mine.cells.filter((c) => c.cohort === '2021').map((c) => String(c.estimate));
    for (const secret of secrets) expect(JSON.stringify(theirs)).not.toContain(secret);
  });

  it('withholds comparisons in which few change, and what they would be found from', async () => {
    // Of the 40 of 2021 three get a heat pump when the coach comes; of the 40 of 2023 thirty, and thirty of the rest by and by.
    const pump = panelOf().unitIndex.map((u, r) => {
      const year = r % 6;
      if (u % 3 === 0) return u < 9 && year >= 2 ? 1 : 0;
      return u < 90 && year >= (u % 3 === 1 ? 4 : 1 + (u % 5)) ? 1 : 0;
    });
    const panel = panelOf({ overrides: { pump: numbers(pump) }, collectives: 120 });
    const input = { ...difference, outcome: 'pump', controlGroup: 'never-treated' as const };
    const mine = (await ask(panel, input)).body.differences!;
    const first = mine.cells.find((c) => c.cohort === '2021' && c.time === '2021')!;
    expect([first.support, first.treatedUnits]).toEqual([3, 40]);
    const theirs = (await ask(panel, input, visitor)).body.differences!;
    for (const [c, cell] of theirs.cells.entries()) {
      const { support, note } = mine.cells[c]!;
      expect([c, cell.support, cell.estimate === null]).toEqual([c, null, note !== 'reference' && support! < 10]);
    }
    expect(theirs.cells.some((cell) => cell.estimate !== null)).toBe(true);
    expect(theirs.simple).toMatchObject({ estimate: null, withheld: 'protects-other' });
  });

  it('does not tell how few were treated from the start, lack a year, or are alone in a cohort', async () => {
    // Three from the start, one in 2020.
    const panel = panelOf({ start: (u) => (u < 3 ? 0 : u === 3 ? 1 : u < 50 ? 3 : 99), collectives: 120 });
    const mine = await ask(panel, difference);
    expect(mine.body.panel.units! - mine.body.differences!.units!).toBe(3);
    expect(warned(mine)).toContain('one-treated');
    const theirs = await ask(panel, difference, visitor);
    expect([theirs.body.panel.units, theirs.body.panel.rows, theirs.body.differences!.units]).toEqual([
      null,
      null,
      117,
    ]);
    expect(warned(theirs)).not.toContain('one-treated');
    expect(theirs.attrition.every((step) => step.units === null)).toBe(true);

    const comfort = [...(panelOf().columns.comfort as { values: Float64Array }).values];
    const gaps = numbers(comfort.map((value, r) => (r % 6 === 5 && r < 30 ? null : value)));
    const gappy = panelOf({ overrides: { comfort: gaps } });
    const cells = (await ask(gappy, difference)).body.differences!.cells;
    expect(cells.map((c) => 40 - c.treatedUnits!)).toContain(2);
    for (const cell of (await ask(gappy, difference, visitor)).body.differences!.cells) {
      expect([cell.treatedUnits, cell.controlUnits, cell.estimate === null]).toEqual([null, null, false]);
    }
  });

  it('is what the contract says, for everybody, and every caution has a text', async () => {
    for (const actor of [operator, visitor]) {
      for (const input of [difference, within, { ...within, model: 'random-effects' as const }]) {
        const result = await ask(panelOf({ collectives: 5 }), input, actor);
        expect([...Value.Errors(results['panel-model'], JSON.parse(JSON.stringify(result)))]).toEqual([]);
        for (const code of warned(result)) expect(Object.keys(en.warning)).toContain(code);
      }
    }
  });
});
