import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/app/actor.ts';
import type { QcaRequest } from '../../src/app/analyses/qca-settings.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { results } from '../../src/contract/operations.ts';
import { violations } from '../../src/contract/validate.ts';
import { codes, type MemoryPanel, memoryPorts, numbers } from '../support/memory-ports.ts';
import { command } from '../support/terminal.ts';

const operator: Actor = { role: 'operator' };
const visitor: Actor = { role: 'visitor' };

/** Households by configuration of A and B: how many, and how many of them with the outcome. */
type Table = Readonly<Record<'ab' | 'aB' | 'Ab' | 'AB', readonly [n: number, withOutcome: number]>>;

function street(table: Table, missing = 0): MemoryPanel {
  const homes = Object.entries(table).flatMap(([name, [n, withOutcome]]) =>
    Array.from({ length: n }, (_, i) => ({
      a: name[0] === 'A' ? 1 : 0,
      b: name[1] === 'B' ? 1 : 0,
      y: i < withOutcome ? 1 : 0,
    })),
  );
  const all = [...homes, ...Array.from({ length: missing }, () => ({ a: null, b: 1, y: 1 }))];
  return {
    panel: 'street',
    unitKind: 'household',
    unitIds: all.map((_, u) => `H${String(u).padStart(3, '0')}`),
    waves: ['2024'],
    unitIndex: all.map((_, u) => u),
    waveIndex: all.map(() => 0),
    columns: { A: numbers(all.map((h) => h.a)), B: numbers(all.map((h) => h.b)), Y: numbers(all.map((h) => h.y)) },
  };
}

const serve = (panel: MemoryPanel) => {
  const ports = memoryPorts([panel]);
  return createService(ports, createJobs(ports, { concurrency: 1 }));
};
const question: QcaRequest = {
  panel: 'street',
  outcome: { variable: 'Y' },
  conditions: [{ variable: 'A' }, { variable: 'B' }],
  consistencyCutoff: 0.75,
};
async function ask(panel: MemoryPanel, actor = visitor, input: Partial<QcaRequest> = {}): Promise<ResultOf<'qca'>> {
  const job = await serve(panel).qca(actor, { ...question, ...input }, { waitMs: 20_000 });
  if (job.error) throw Object.assign(new Error(job.error.message), job.error);
  const result = job.result as unknown as ResultOf<'qca'>;
  expect(violations(results.qca, JSON.parse(JSON.stringify(result)))).toEqual([]);
  return result;
}

/** Enough of everything: each row has its outcome in all, in none, or in ten or more and not in ten or more. */
const plenty: Table = { ab: [40, 0], aB: [60, 20], Ab: [50, 40], AB: [30, 30] };

describe('the fit of a QCA of households', () => {
  it('is shown where no row has 1 to 9 with or without the outcome', async () => {
    const { body } = await ask(street(plenty));
    const own = (await ask(street(plenty), operator)).body;
    expect(
      body.rows.map(({ n, withOutcome, consistency, withheld }) => [n, withOutcome, consistency, withheld]),
    ).toEqual([
      [40, 0, 0, null],
      [60, 20, 1 / 3, null],
      [50, 40, 0.8, null],
      [30, 30, 1, null],
    ]);
    const numbersOf = (b: typeof body) =>
      b.solutions.map(({ models, terms, cutoffIntervals }) => [
        models.map((m) => [m.formula, m.consistency, m.coverage, m.uniqueCoverages]),
        terms.map((t) => [t.text, t.consistency, t.rawCoverage, t.uniqueCoverage]),
        cutoffIntervals,
      ]);
    expect(numbersOf(body)).toEqual(numbersOf(own));
    expect(body.necessity.literals).toEqual(own.necessity.literals);
    expect(body.outcomeSet.counts).toEqual([90, 0, 90]);
  });

  it('tells the operator that three of thirty deviate, and others the recipe without its numbers', async () => {
    const panel = street({ ...plenty, AB: [30, 27] });
    const own = (await ask(panel, operator)).body;
    const [row, term] = [own.rows[3]!, own.solutions[0]!.terms[0]!];
    expect(row.n * (1 - row.consistency!)).toBeCloseTo(3, 12);
    expect([term.text, own.solutions[0]!.models.length]).toEqual(['A', 1]);

    const { body } = await ask(panel);
    expect(body.rows[3]).toEqual({
      ...row,
      withOutcome: null,
      partial: null,
      consistency: null,
      pri: null,
      cases: [],
      withheld: 'small-group',
    });
    expect(body.solutions.map(({ models }) => models.map(({ formula }) => formula))).toEqual([['A'], ['A']]);
    // A covers both rows: 13 of 80 deviate. Row Ab beside it would give the three away.
    expect(body.solutions[0]!.models[0]).toMatchObject({ consistency: 67 / 80, withheld: null });
    expect(body.rows[2]).toMatchObject({ n: 50, output: '1', consistency: null, withheld: 'protects-other' });
    expect(body.rows.slice(0, 2).map((r) => r.withheld)).toEqual([null, null]);
    for (const solution of body.solutions) expect(solution.cutoffIntervals).toBeNull();
    expect(await command(serve(panel), cli)).toMatchObject({
      status: 0,
      out: expect.stringMatching(/1 {2}1 {4}1 {2}30 {5}withheld {2}withheld/),
    });
  });

  it('is withheld of a term whose unique coverage, or difference from the model, is a few', async () => {
    // ~A*B and A*~B; four households with the outcome are in the second alone.
    const panel = street({ ab: [40, 0], aB: [40, 40], Ab: [4, 4], AB: [40, 0] });
    const input: Partial<QcaRequest> = { solutions: ['conservative'], frequencyCutoff: 10 };
    const own = (await ask(panel, operator, { ...input, frequencyCutoff: 1 })).body;
    const unique = own.solutions[0]!.models[0]!.uniqueCoverages.map((share) => share! * 44);
    expect(unique.map(Math.round).toSorted()).toEqual([4, 40]);
    // With the small row below the cutoff there is a recipe for others; its coverage would still count the four.
    const { body } = await ask(panel, visitor, input);
    expect(body.solutions[0]!.models[0]).toMatchObject({ formula: '~A*B', coverage: null, consistency: null });
    expect(body.solutions[0]!.models[0]!.withheld).toBe('protects-other');
    // Nobody in row AB has the outcome: that leaves all 44 for the rest.
    expect(body.rows.filter((r) => r.withheld === null).map((r) => r.configuration)).toEqual([[1, 1]]);
    expect(body.necessity.literals.every((literal) => literal.consistency === null)).toBe(true);
  });

  it('is withheld where few have the outcome at all, with the cautions that tell how few', async () => {
    const panel = street({ ab: [40, 0], aB: [40, 0], Ab: [40, 3], AB: [40, 0] });
    const own = await ask(panel, operator, { consistencyCutoff: 0.05 });
    expect(own.warnings).toContainEqual({ code: 'qca-skewed-set', parameters: { set: 'Y', share: 157 / 160 } });
    const shown = await ask(panel, visitor, { consistencyCutoff: 0.05 });
    expect(shown.warnings).toContainEqual({ code: 'qca-skewed-set-withheld', parameters: { set: 'Y' } });
    expect(JSON.stringify(shown.warnings)).not.toContain('share');
    expect(shown.body.outcomeSet.counts).toEqual([]);
    for (const part of [...shown.body.rows, ...shown.body.solutions.flatMap((s) => [...s.models, ...s.terms])]) {
      expect([part.consistency, part.withheld]).toEqual([null, 'small-group']);
    }
    expect(shown.body.solutions[0]!.models[0]!.formula).toBe('A*~B');
  });

  it('says nothing of who lacks a value where these are few', async () => {
    const panel = street(plenty, 4);
    const own = await ask(panel, operator);
    expect([own.attrition.map((s) => s.units), own.body.caseCount]).toEqual([[184, 180], 180]);
    expect(own.warnings).toContainEqual({ code: 'qca-missing-cells', parameters: { count: 4 } });
    const shown = await ask(panel);
    expect([shown.attrition.map((s) => s.units), shown.body.caseCount]).toEqual([[null, 180], 180]);
    expect(shown.warnings.map(({ code }) => code)).not.toContain('qca-missing-cells');
    expect(shown.warnings).toContainEqual({ code: 'few-left-out', parameters: {} });
  });

  it('counts cases at exactly one half with the rows: the total less the rows is no few', async () => {
    const fuzzy = street(plenty);
    const halves = (fuzzy.columns.A as { values: Float64Array }).values;
    halves.fill(0.5, 0, 3);
    const types: Partial<QcaRequest> = { conditions: [{ variable: 'A', type: 'fuzzy' }, { variable: 'B' }] };
    const own = await ask(fuzzy, operator, types);
    expect(own.body.caseCount! - own.body.rows.reduce((n, row) => n + row.n, 0)).toBe(3);
    const { body, warnings } = await ask(fuzzy, visitor, types);
    expect(body.caseCount! - body.rows.reduce((n, row) => n + row.n, 0)).toBeGreaterThanOrEqual(10);
    expect(body.rows.length).toBe(3);
    expect(body.rows.every((row) => row.consistency === null)).toBe(true);
    expect(warnings.map(({ code }) => code)).not.toContain('qca-half-memberships');
  });

  it('shows nothing of nine households, not even that they are nine', async () => {
    const nine = street({ ab: [2, 0], aB: [3, 1], Ab: [2, 2], AB: [2, 2] });
    const { body, attrition, warnings } = await ask(nine);
    expect([body.caseCount, body.rows, body.solutions, body.withheld]).toEqual([null, [], [], 'small-group']);
    expect([attrition.map((s) => s.units), warnings]).toEqual([[null, null], []]);
    expect(await command(serve(nine), cli)).toMatchObject({
      status: 0,
      out: expect.stringContaining('withheld cases'),
    });
  });
});

const cli = ['qca', 'street', '--outcome', 'Y', '--conditions', 'A,B', '--consistency', '0.75', '--role', 'visitor'];

describe('collectives of households as cases', () => {
  /** Four collectives of 30 households; the numbers that have debts. */
  const towns = (debts: readonly number[]): MemoryPanel => {
    const unit = Array.from({ length: 120 }, (_, u) => u);
    return {
      panel: 'street',
      unitKind: 'household',
      collectiveColumn: 'town',
      unitIds: unit.map((u) => `H${String(u).padStart(3, '0')}`),
      waves: ['2024'],
      unitIndex: unit,
      waveIndex: unit.map(() => 0),
      columns: {
        town: codes(unit.map((u) => `T${Math.trunc(u / 30)}`)),
        debt: numbers(unit.map((u) => (u % 30 < debts[Math.trunc(u / 30)]! ? 1 : 0))),
        gas: numbers(unit.map((u) => 800 + 10 * u)),
      },
    };
  };
  const crisp = (...thresholds: number[]) => ({ method: 'crisp' as const, thresholds });
  const input = (debt: QcaRequest['conditions'][number][]): Partial<QcaRequest> => ({
    cases: 'collective',
    outcome: { variable: 'gas', calibration: crisp(1300) },
    conditions: debt,
  });

  it('have a membership only where none or ten households make it', async () => {
    const panel = towns([0, 3, 12, 30]);
    const fuzzy = input([{ variable: 'debt', name: 'DEBT', type: 'fuzzy' }]);
    // Three of thirty would be 0.1.
    for (const actor of [operator, visitor]) {
      const { body } = await ask(panel, actor, fuzzy);
      expect([body.caseCount, body.leftOut]).toEqual([3, ['T1']]);
    }
  });

  it('may lie on a side of one threshold, but not between two of them, in one condition or in several', async () => {
    const panel = towns([0, 3, 12, 30]);
    const { body } = await ask(panel, visitor, input([{ variable: 'debt', calibration: crisp(0.2) }]));
    expect([body.caseCount, body.memberships.sets.debt]).toEqual([4, [0, 0, 1, 1]]);
    // The scores themselves, 0.1 for three of thirty, are nobody's; those of the gas are.
    expect(Object.keys(body.memberships.raw)).toEqual(['gas']);
    const plenty = await ask(towns([0, 12, 12, 30]), visitor, input([{ variable: 'debt', calibration: crisp(0.2) }]));
    expect(plenty.body.memberships.raw.debt).toEqual([0, 0.4, 0.4, 1]);
    const between = [
      input([{ variable: 'debt', calibration: crisp(0.09, 0.11) }]),
      input([
        { variable: 'debt', name: 'D1', calibration: crisp(0.09) },
        { variable: 'debt', name: 'D2', calibration: crisp(0.11) },
      ]),
    ];
    for (const request of between) expect((await ask(panel, visitor, request)).body.leftOut).toEqual(['T1']);
  });
});
