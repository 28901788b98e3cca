import { describe, expect, it } from 'vitest';
import type { StudyProtocolRequest } from '../../src/app/analyses/study-protocol.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { createJobs } from '../../src/app/jobs.ts';
import type { Ports } from '../../src/app/ports.ts';
import { createService } from '../../src/app/service.ts';
import { results } from '../../src/contract/operations.ts';
import { violations } from '../../src/contract/validate.ts';
import type { Column, NumberColumn } from '../../src/core/panel/columns.ts';
import { createRandom } from '../../src/core/random/random-stream.ts';
import { type MemoryPanel, memoryPorts, numbers } from '../support/memory-ports.ts';
import { otherWaves } from '../support/other-waves.ts';
import { studyPanel } from '../support/study-panel.ts';

const operator = { role: 'operator' } as const;
const wait = { waitMs: 60_000 };

const protocol = {
  question: 'Did the coach raise the figure?',
  panel: 'study',
  treatment: { variable: 'coach' },
  covariates: ['income', 'home', 'kpi'],
  baseline: '2023',
  outcome: { variable: 'kpi', followUp: '2024' },
} satisfies StudyProtocolRequest;

function open(panel: MemoryPanel, overrides: Partial<Ports> = {}) {
  const ports = memoryPorts([panel], overrides);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const ended = async <T>(job: Promise<{ error: unknown; result: unknown }>): Promise<T> => {
    const { error, result } = await job;
    if (error !== null) throw Object.assign(new Error((error as { message: string }).message), error);
    return result as T;
  };
  const design = (changes: Partial<StudyProtocolRequest> = {}) =>
    ended<ResultOf<'study-design'>>(service.designStudy(operator, { ...protocol, ...changes }, wait));
  const seal = (result: string) => service.sealStudyDesign(operator, { result });
  const estimate = (result: string, override?: { reason: string }) =>
    ended<ResultOf<'study'>>(service.estimateStudy(operator, { result, ...(override && { override }) }, wait));
  const all = async (changes: Partial<StudyProtocolRequest> = {}) => {
    const { id } = await design(changes);
    await seal(id);
    return estimate(id);
  };
  return { ports, design, seal, estimate, all };
}

/** The panel with values of a column changed in some rows. */
function changed(panel: MemoryPanel, name: string, change: (row: number, value: number) => number | null): MemoryPanel {
  const { values, status } = panel.columns[name] as NumberColumn;
  const next = [...values].map((value, row) => (status[row] === 0 ? change(row, value) : null));
  return { ...panel, columns: { ...panel.columns, [name]: numbers(next) } };
}

const isAfter = (panel: MemoryPanel, row: number): boolean => panel.waveIndex[row]! > 0;

describe('the design of a study', () => {
  it.each([
    ['by level', {}],
    ['by change', { outcome: { variable: 'kpi', followUp: '2024', is: 'change' as const } }],
    ['by weights', { design: { method: 'entropy-balancing' as const } }],
  ])('is the same to the byte whatever the outcome is after the baseline: %s', async (_, changes) => {
    const panel = studyPanel();
    const own = JSON.stringify(await open(panel).design(changes));
    for (const poison of [() => 1e300, () => null, (row: number) => (row % 3 === 0 ? null : -row)]) {
      const poisoned = changed(panel, 'kpi', (row, value) => (isAfter(panel, row) ? poison(row) : value));
      expect(JSON.stringify(await open(poisoned).design(changes))).toBe(own);
    }
    const moved = changed(panel, 'kpi', (row, value) => (isAfter(panel, row) ? value : value + (row % 4)));
    expect(JSON.stringify(await open(moved).design(changes))).not.toBe(own);
  });

  it('is the same to the byte whatever any outcome is after the baseline: further ones, later ones, beside placebos', async () => {
    const panel = fourYears();
    const outcome = {
      ...{ variable: 'kpi', followUp: '2024', otherOutcomes: ['comfort', 'draught'], laterFollowUps: ['2025'] },
      is: 'change' as const,
    };
    const asked = { outcome, sensitivity: { preperiod: '2022', effectsBy: 'home', augmented: { folds: 2 } } };
    const isLater = (row: number) => panel.waveIndex[row]! > 1;
    const poison = (names: readonly string[], value: (row: number) => number | null) =>
      names.reduce((p, name) => changed(p, name, (row, own) => (isLater(row) ? value(row) : own)), panel);
    const own = JSON.stringify(await open(panel).design(asked));
    for (const name of ['kpi', 'comfort', 'draught']) {
      for (const value of [() => 1e300, () => null, (row: number) => (row % 3 === 0 ? null : -row)])
        expect(JSON.stringify(await open(poison([name], value)).design(asked)), name).toBe(own);
    }
    // The placebo is of before the treatment, and part of what the design reads.
    const moved = changed(panel, 'kpi', (row, value) => (panel.waveIndex[row] === 0 ? value + (row % 5) : value));
    expect(JSON.stringify(await open(moved).design(asked))).not.toBe(own);
  });

  it('loads no row of the outcome after the baseline, and in a panel of one wave no outcome at all', async () => {
    const seen: { variables: readonly string[]; waves: readonly number[] }[] = [];
    const watch = (panel: MemoryPanel): Partial<Ports> => {
      const { panels } = memoryPorts([panel]);
      const columns: Ports['panels']['columns'] = async (...asked) => {
        const read = await panels.columns(...asked);
        seen.push({ variables: asked[2], waves: [...new Set(read.waveIndex)] });
        return read;
      };
      return { panels: { ...panels, columns } };
    };
    const panel = studyPanel();
    await open(panel, watch(panel)).design();
    expect(seen.filter(({ variables }) => variables.includes('kpi')).map(({ waves }) => waves)).toEqual([[0]]);
    expect(seen.filter(({ waves }) => waves.includes(1)).map(({ variables }) => variables)).toEqual([['coach']]);

    seen.length = 0;
    const one = oneWave(panel);
    const followUp = { covariates: ['income', 'home'], baseline: null, outcome: { variable: 'kpi' } };
    await open(one, watch(one)).design(followUp);
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.some(({ variables }) => variables.includes('kpi'))).toBe(false);
  });

  it('refuses to read an outcome by another name', async () => {
    const panel = studyPanel();
    await expect(open(panel).design({ treatment: { variable: 'kpi' } })).rejects.toMatchObject({
      code: 'invalid-request',
      details: { variable: 'kpi' },
    });
    const one = { baseline: null, outcome: { variable: 'kpi' }, covariates: ['income'] };
    const matched = { design: { method: 'nearest', exact: ['kpi'] } } as const;
    await expect(open(oneWave(panel)).design({ ...one, ...matched })).rejects.toMatchObject({
      details: { variable: 'kpi' },
    });
    const eligibility = [{ variable: 'income', at: '2024', from: 0 }];
    await expect(open(panel).design({ eligibility })).rejects.toThrow(/past the baseline/);
  });

  it('fits the contract', async () => {
    expect(violations(results['study-design'], await open(studyPanel()).design())).toEqual([]);
  });

  it('counts who is not eligible, condition by condition', async () => {
    const panel = studyPanel();
    const income = (panel.columns.income as NumberColumn).values;
    const home = panel.columns.home as Extract<Column, { type: 'coded' }>;
    const rich = panel.unitIds.filter((_, u) => income[2 * u]! >= 0).length;
    const both = panel.unitIds.filter(
      (_, u) => income[2 * u]! >= 0 && home.levels[home.codes[2 * u]!] === 'old',
    ).length;
    const { attrition } = await open(panel).design({
      eligibility: [
        { variable: 'income', from: 0 },
        { variable: 'home', is: ['old'] },
      ],
    });
    expect(attrition.filter(({ step }) => step === 'eligible').map(({ units }) => units)).toEqual([rich, both]);
  });
});

/** 2022 to 2025, treated from 2024 on, with three outcomes. */
function fourYears(): MemoryPanel {
  const random = createRandom(4, 'four-years');
  const panel = otherWaves(studyPanel(), [
    ['2022', 0],
    ['2023', 0],
    ['2024', 1],
    ['2025', 1],
  ]);
  const kpi = [...(panel.columns.kpi as NumberColumn).values].map((value) => value + random.normal() / 4);
  return {
    ...panel,
    columns: {
      ...panel.columns,
      kpi: numbers(kpi),
      comfort: numbers(kpi.map((value) => 30 - value + random.normal())),
      draught: numbers(kpi.map((value) => value / 3 + random.normal())),
    },
  };
}

const oneWave = (panel: MemoryPanel): MemoryPanel => otherWaves(panel, [['2024', 1]]);

describe('a treatment that is adopted in a wave', () => {
  /** Three years; the first twelve units adopt as told, the others by whether they are treated in the panel of two. */
  function adopting(): MemoryPanel {
    const panel = otherWaves(studyPanel(), [
      ['2022', 0],
      ['2023', 0],
      ['2024', 1],
    ]);
    const { values: coach } = panel.columns.coach as NumberColumn;
    const wasTreated = (unit: number) => coach[3 * unit + 2] === 1;
    const from = (unit: number) => (unit < 4 ? 0 : unit < 8 ? 2 : wasTreated(unit) ? 1 : 3);
    const adopted = panel.unitIndex.map((unit, row) => (panel.waveIndex[row]! >= from(unit) ? 1 : 0));
    return { ...panel, columns: { ...panel.columns, coach: numbers(adopted) } };
  }

  it('leaves out who had it before, and who got it later', async () => {
    const { attrition, body } = await open(adopting()).design({
      treatment: { adopts: 'coach', in: '2023' },
      baseline: '2022',
      covariates: ['income', 'home'],
    });
    const step = (name: string) => attrition.find((s) => s.step === name)!.units;
    expect([step('treatment-known'), step('not-adopted-earlier'), step('not-adopted-later')]).toEqual([400, 396, 392]);
    expect(body.groups.treated.all! + body.groups.control.all!).toBe(392);
  });

  it('is refused before the baseline has ended', async () => {
    const treatment = { adopts: 'coach', in: '2022' };
    await expect(open(adopting()).design({ treatment, baseline: '2022' })).rejects.toThrow(/adopted in "2022"/);
  });
});

describe('the seal of a study', () => {
  it('is asked for before the outcome is read', async () => {
    const { design, estimate, seal, ports } = open(studyPanel());
    const { id } = await design();
    await expect(estimate(id)).rejects.toMatchObject({ code: 'study-not-sealed' });
    expect(await ports.events.entries()).toEqual([]);
    const { seal: given } = await seal(id);
    await estimate(id);
    const log = await ports.events.entries();
    expect(log.map(({ type }) => type)).toEqual(['study-sealed', 'study-outcome-read']);
    expect(log.map(({ details }) => JSON.parse(details).seal)).toEqual([given, given]);
  });

  it('is the same for the same design, and another for another protocol or other data', async () => {
    const { design, seal, ports } = open(studyPanel());
    const first = await seal((await design()).id);
    const again = await seal((await design()).id);
    expect(again).toEqual({ ...first, result: again.result });
    expect(await ports.events.entries('study-sealed')).toHaveLength(1);
    const others = [
      await seal((await design({ seed: 2 })).id),
      await seal((await design({ question: 'Something else?' })).id),
      await (async () => {
        const other = open(changed(studyPanel(), 'income', (_, value) => value + 1));
        return other.seal((await other.design()).id);
      })(),
    ];
    expect(new Set([first, ...others].map((s) => s.seal)).size).toBe(4);
  });

  it('breaks where the data are not those of the seal', async () => {
    let panel = studyPanel();
    const { panels } = memoryPorts([panel]);
    const later = {
      ...panels,
      columns: (...asked: Parameters<typeof panels.columns>) => memoryPorts([panel]).panels.columns(...asked),
    };
    const { design, seal, estimate, ports } = open(panel, { panels: later });
    const { id } = await design();
    await seal(id);
    panel = changed(panel, 'income', (row, value) => (row === 0 ? value + 3 : value));
    await expect(estimate(id)).rejects.toMatchObject({ code: 'seal-broken', details: { changed: 'design' } });
    expect((await ports.events.entries()).map(({ type }) => type)).toEqual(['study-sealed']);
  });

  it('is of a design and of nothing else', async () => {
    const { all, seal } = open(studyPanel());
    await expect(seal((await all()).id)).rejects.toThrow(/expected the design of a study/);
    await expect(seal('res_nothing')).rejects.toMatchObject({ code: 'result-not-found' });
  });
});

describe('a sealed study', () => {
  it('finds the effect that a naive comparison overstates', async () => {
    const result = await open(studyPanel({ effect: 2 })).all();
    const { effects } = result.body.study;
    expect(effects.unmatched!.lower).toBeGreaterThan(2);
    expect(effects.adjusted!.lower).toBeLessThan(2);
    expect(effects.adjusted!.upper).toBeGreaterThan(2);
    expect(violations(results.study, result)).toEqual([]);
  });

  it('shows the balance that was sealed, and counts by group who was lost after it', async () => {
    const random = createRandom(3, 'lost');
    const panel = studyPanel();
    const isLost = panel.unitIds.map(() => random.bernoulli(0.2));
    const lossy = changed(panel, 'kpi', (row, value) => (isAfter(panel, row) && isLost[row >> 1] ? null : value));
    const { design, seal, estimate } = open(lossy);
    const designed = await design();
    await seal(designed.id);
    const { body, attrition } = await estimate(designed.id);
    expect(body.study.balance).toEqual(designed.body.balance);
    expect(body.study.groups).toEqual(designed.body.groups);
    for (const group of ['treated', 'control'] as const) {
      const { matched, unknown, alone } = body.lost![group];
      expect(matched).toBe(designed.body.groups[group].matched);
      expect(unknown).toBeGreaterThan(5);
      expect(body.remaining[group].matched).toBe(matched - unknown - alone);
    }
    expect(attrition.at(-1)).toEqual({
      step: 'lost-to-follow-up',
      units: body.remaining.treated.matched! + body.remaining.control.matched!,
    });
    expect(body.verdict.reasons.find(({ measure }) => measure === 'attrition')!.value).toBeGreaterThan(0.1);
  });

  const small = { treatment: { variable: 'coach' }, design: { method: 'nearest', calipers: [] } } as const;

  it('holds no number that tells the effect where the verdict is "do not use"', async () => {
    const panel = studyPanel({ units: 40, effect: 123.456 });
    const { body, warnings } = await open(panel).all(small);
    expect([body.verdict.verdict, body.gate, body.study.withheld]).toEqual(['do-not-use', 'withheld', 'verdict']);
    expect(body.study.effects).toEqual({ unmatched: null, matched: null, adjusted: null });
    expect(body.study.outcomeSupport).toEqual({ before: null, after: null });
    const found = [...JSON.stringify([body, warnings]).matchAll(/-?\d+\.?\d*/g)].map(Number);
    expect(found.filter((n) => Math.abs(n) > 100 && Math.abs(n) < 150)).toEqual([]);
  });

  it('tells neither sign nor size by the levels of its verdict', async () => {
    const verdicts = await Promise.all(
      [-100, -1, 0, 1, 100].map(async (effect) => {
        const { body } = await open(studyPanel({ units: 40, effect })).all(small);
        const { reasons } = body.verdict;
        expect(reasons.filter(({ level, counted }) => level === 'fail' && counted).length).toBeGreaterThan(0);
        return reasons.map(({ measure, level, counted, withheld }) => ({ measure, level, counted, withheld }));
      }),
    );
    for (const other of verdicts) expect(other).toEqual(verdicts[0]);
    const hidden = verdicts[0]!.filter(({ level }) => level === 'withheld');
    expect(hidden.map(({ measure }) => measure)).toEqual(
      expect.arrayContaining(['adjusted-p-value', 'hidden-cause', 'e-value']),
    );
    expect(hidden.every(({ counted, withheld }) => !counted && withheld)).toBe(true);
  });

  it('shows it with a reason, which stands in the result and, hashed, in the log', async () => {
    const { design, seal, estimate, ports } = open(studyPanel({ units: 40, effect: 123.456 }));
    const { id } = await design(small);
    await seal(id);
    const reason = 'The board decides tonight.';
    const { body, settings } = await estimate(id, { reason });
    expect([body.gate, settings.override]).toEqual(['overridden', { reason }]);
    expect(body.study.effects.matched!.estimate).toBeGreaterThan(100);
    const { details } = (await ports.events.entries()).at(-1)!;
    expect(JSON.parse(details).override).toMatch(/^[0-9a-f]{64}$/);
    expect(details).not.toContain('board');
  });
});
