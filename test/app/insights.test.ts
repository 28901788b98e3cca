import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/app/actor.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import type { NumberColumn } from '../../src/core/panel/columns.ts';
import { householdPanel } from '../support/household-panel.ts';
import { memoryPorts, numbers } from '../support/memory-ports.ts';

const operator: Actor = { role: 'operator' };
const visitor: Actor = { role: 'visitor' };

function setUp() {
  const ports = memoryPorts([householdPanel()]);
  return createService(ports, createJobs(ports, { concurrency: 1 }));
}
async function ask(
  actor: Actor,
  input: Parameters<ReturnType<typeof setUp>['insights']>[1],
): Promise<ResultOf<'insights'>> {
  const job = await setUp().insights(actor, input, { waitMs: 5000 });
  if (job.error) throw Object.assign(new Error(job.error.message), job.error);
  return job.result as ResultOf<'insights'>;
}

describe('insights', () => {
  it('show the operator every group', async () => {
    const { body } = await ask(operator, { panel: 'street', kpi: 'gas', by: 'dwelling' });
    expect(body.periods.map((p) => p.period)).toEqual(['2023', '2024']);
    expect(body.periods[0]!.groups.map((g) => [g.group, g.n])).toEqual([
      ['farm', 3],
      ['flat', 25],
      ['terrace', 12],
    ]);
    expect(body.periods[0]!.groups[1]!.mean).toBe(1120); // 1000 + 10 x mean(0..24)
  });

  it('withhold small groups from everybody else, and a second one so that the total does not give them away', async () => {
    const { body } = await ask(visitor, { panel: 'street', kpi: 'gas', by: 'dwelling' });
    for (const { groups, total } of body.periods) {
      expect(groups.map((g) => g.withheld)).toEqual([null, 'protects-other', 'small-group']);
      expect(groups[2]).toMatchObject({ n: null, mean: null, standardDeviation: null, lower: null, upper: null });
      expect(total.n).toBe(40);
    }
    expect(JSON.stringify(body)).not.toContain('1380'); // the mean of the three farms in 2023
  });

  it('do not tell a visitor that a step left out a few households', async () => {
    const panel = householdPanel();
    const gas = panel.columns.gas as NumberColumn;
    gas.status.fill(1, 0, 4); // four readings of two households are missing
    const ports = memoryPorts([panel]);
    const service = createService(ports, createJobs(ports, { concurrency: 1 }));
    const steps = async (actor: Actor) =>
      (await service.insights(actor, { panel: 'street', kpi: 'gas' }, { waitMs: 5000 })).result?.attrition.map(
        (s) => s.units,
      );
    expect(await steps(operator)).toEqual([80, 80, 76]);
    // The periods count the 76: the 80 beside them would tell of the four.
    expect(await steps(visitor)).toEqual([null, null, null]);
  });

  it('narrow to a collective and say how many rows that leaves', async () => {
    const result = await ask(operator, { panel: 'street', kpi: 'gas', collective: 'north' });
    expect(result.body.periods[0]!.total.n).toBe(20);
    expect(result.attrition).toEqual([
      { step: 'rows-of-panel', units: 80 },
      { step: 'rows-in-scope', units: 40 },
      { step: 'rows-with-kpi', units: 40 },
    ]);
  });

  it('count progress from the baseline to the goal', async () => {
    const { body } = await ask(operator, { panel: 'street', kpi: 'gas', goal: { value: 995 } });
    // 2023: 1000 + 10 x 19.5 = 1195; 2024: 1095; half of the way to 995
    expect(body.progress).toMatchObject({ baseline: 1195, latest: 1095, share: 0.5 });
  });

  it('are the same for everybody in settings, source and digest', async () => {
    const mine = await ask(operator, { panel: 'street', kpi: 'gas', by: 'dwelling' });
    const theirs = await ask(visitor, { panel: 'street', kpi: 'gas', by: 'dwelling' });
    expect(theirs.settings).toEqual(mine.settings);
    expect(theirs.sources).toEqual(mine.sources);
  });

  it('by year leave out a calendar year that the panel holds only a part of, and say so', async () => {
    const months = Array.from(
      { length: 18 },
      (_, m) => `${2021 + Math.floor((6 + m) / 12)}-${String(((6 + m) % 12) + 1).padStart(2, '0')}`,
    );
    const ports = memoryPorts([
      {
        panel: 'half',
        unitKind: 'neighbourhood',
        unitIds: ['N1'],
        waves: months,
        unitIndex: months.map(() => 0),
        waveIndex: months.map((_, m) => m),
        columns: { gas: numbers(months.map((_, m) => m)) },
      },
    ]);
    const service = createService(ports, createJobs(ports, { concurrency: 1 }));
    const job = await service.insights(operator, { panel: 'half', kpi: 'gas', period: 'year' }, { waitMs: 5000 });
    const { body, warnings } = job.result as ResultOf<'insights'>;
    expect(body.periods.map(({ period, total }) => [period, total.mean])).toEqual([['2022', 11.5]]);
    expect(warnings).toEqual([{ code: 'partial-calendar-years', parameters: { years: ['2021'] } }]);
  });

  it('refuse with a remedy what cannot be answered', async () => {
    const refused = (input: Parameters<typeof ask>[1]) => expect(ask(operator, input)).rejects;
    await refused({ panel: 'nowhere', kpi: 'gas' }).toMatchObject({ code: 'panel-not-found' });
    await refused({ panel: 'street', kpi: 'dwelling' }).toThrow(/coded, not a number/);
    await refused({ panel: 'street', kpi: 'gas', by: 'gas' }).toThrow(/is a measurement .*; expected groups/);
    await refused({ panel: 'street', kpi: 'gas', collective: 'west' }).toThrow(
      /no collective "west"; it has north, south/,
    );
    await refused({ panel: 'street', kpi: 'gas', goal: { value: 1, baseline: '1999' } }).toThrow(
      /expected one of 2023, 2024/,
    );
  });
});
