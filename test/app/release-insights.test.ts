import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/app/actor.ts';
import type { InsightsBody, InsightsRequest } from '../../src/app/analyses/insights.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { codes, type MemoryPanel, memoryPorts, numbers } from '../support/memory-ports.ts';

const operator: Actor = { role: 'operator' };
const visitor: Actor = { role: 'visitor' };

/** 60 households in two waves, in three kinds of home of 20 and, where `rare`, three in a castle. */
function street(value: (unit: number, wave: number) => number, rare = false): MemoryPanel {
  const rows = Array.from({ length: 120 }, (_, r) => ({ unit: r >> 1, wave: r % 2 }));
  const kind = (u: number) => (rare && u < 3 ? 'castle' : ['flat', 'house', 'terrace'][u % 3]!);
  return {
    panel: 'street',
    unitKind: 'household',
    unitIds: Array.from({ length: 60 }, (_, u) => `H${String(u).padStart(2, '0')}`),
    waves: ['2023', '2024'],
    unitIndex: rows.map((r) => r.unit),
    waveIndex: rows.map((r) => r.wave),
    columns: {
      x: numbers(rows.map(({ unit, wave }) => value(unit, wave))),
      kind: codes(rows.map(({ unit }) => kind(unit))),
    },
  };
}

async function ask(panel: MemoryPanel, input: Partial<InsightsRequest> = {}, actor = visitor): Promise<InsightsBody> {
  const ports = memoryPorts([panel]);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const job = await service.insights(actor, { panel: 'street', kpi: 'x', by: 'kind', ...input }, { waitMs: 20_000 });
  if (job.error) throw Object.assign(new Error(job.error.message), job.error);
  return job.result!.body as InsightsBody;
}

describe('a KPI of few', () => {
  it('is withheld in a cell where one of twenty has it, with a second cell that would give it away', async () => {
    const debt = street((u) => (u === 0 || (u % 3 > 0 && u < 31) ? 1 : 0)); // one flat, ten houses, ten terraces
    const own = (await ask(debt, {}, operator)).periods[0]!;
    expect(own.groups[0]).toMatchObject({ group: 'flat', n: 20, mean: 0.05 });
    const { groups, total } = (await ask(debt)).periods[0]!;
    expect(groups[0]).toMatchObject({ group: 'flat', n: null, mean: null, withheld: 'small-group' });
    expect(groups.filter((cell) => cell.withheld !== null).length).toBe(2);
    expect(total.withheld).toBeNull();
  });

  it('is withheld where one of twenty has it not, and where few have more than zero', async () => {
    for (const x of [(u: number) => (u === 0 ? 0 : 1), (u: number) => (u === 0 ? 812.5 : 0)]) {
      const { groups, total } = (await ask(street(x))).periods[0]!;
      expect(groups[0]!.mean).toBeNull();
      expect(total).toMatchObject({ n: null, mean: null, withheld: 'small-group' });
    }
    expect(
      (
        await ask(
          street((u) => (u === 0 ? 1 : 0)),
          { by: null, goal: { value: 0.5 } },
        )
      ).progress,
    ).toMatchObject({
      baseline: null,
      latest: null,
    });
  });

  it('is shown where ten have it and ten have it not', async () => {
    const { groups } = (await ask(street((u) => (u % 2 === 0 ? 1 : 0)))).periods[0]!;
    expect(groups.map((cell) => cell.mean)).toEqual([0.5, 0.5, 0.5]);
  });
});

describe('the levels of an attribute', () => {
  it('are named where ten have them; those of few stand together without a name', async () => {
    const panel = street((u) => 100 + u, true);
    expect((await ask(panel, {}, operator)).periods[0]!.groups.map((c) => c.group)).toContain('castle');
    const body = await ask(panel);
    expect(JSON.stringify(body)).not.toContain('castle');
    for (const { groups } of body.periods) {
      expect(groups.map((c) => c.group)).toEqual(['flat', 'house', 'terrace', null]);
      expect(groups.at(-1)).toMatchObject({ n: null, mean: null, withheld: 'small-group' });
      expect(groups.filter((c) => c.withheld !== null).length).toBe(2);
    }
  });
});
