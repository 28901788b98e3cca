import { describe, expect, it } from 'vitest';
import { createJobs } from '../../src/app/jobs.ts';
import type { PanelTotals, UnitKind } from '../../src/app/panels.ts';
import { releaseTotals } from '../../src/app/release.ts';
import { createService } from '../../src/app/service.ts';
import { memoryPorts, numbers } from '../support/memory-ports.ts';

const totals = (unitKind: UnitKind, counts: readonly number[]): PanelTotals => ({
  panel: 'street',
  revision: 1,
  digest: 'd',
  unitKind,
  waves: counts.map((observed, w) => ({
    wave: String(2020 + w),
    totals: [{ variable: 'gas', observed, sum: 1000 * observed, apart: [observed], withheld: null }],
  })),
});
const shown = (kind: UnitKind, counts: readonly number[], role: 'operator' | 'visitor' = 'visitor') =>
  releaseTotals(totals(kind, counts), { role }).waves.map(({ totals: [t] }) => [t!.observed, t!.sum, t!.withheld]);

it('shows the operator, and of places everybody, every total', () => {
  const all = [
    [3, 3000, null],
    [40, 40_000, null],
  ];
  expect(shown('household', [3, 40], 'operator')).toEqual(all);
  expect(shown('neighbourhood', [3, 40])).toEqual(all);
});

it.each(['household', 'other'] as const)('withholds a wave of fewer than ten values of units that are %s', (kind) => {
  expect(shown(kind, [9, 8, 40, 10])).toEqual([
    [null, null, 'small-group'],
    [null, null, 'small-group'],
    [40, 40_000, null],
    [10, 10_000, null],
  ]);
});

/** 40 households in three years; `value` of unit and year. */
async function ofStreet(value: (unit: number, wave: number) => number, role: 'operator' | 'visitor') {
  const rows = Array.from({ length: 120 }, (_, r) => ({ unit: Math.trunc(r / 3), wave: r % 3 }));
  const ports = memoryPorts([
    {
      panel: 'street',
      unitKind: 'household',
      unitIds: Array.from({ length: 40 }, (_, u) => `H${u}`),
      waves: ['2022', '2023', '2024'],
      unitIndex: rows.map(({ unit }) => unit),
      waveIndex: rows.map(({ wave }) => wave),
      columns: { x: numbers(rows.map(({ unit, wave }) => value(unit, wave))) },
    },
  ]);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const { waves } = await service.panelTotals({ role }, { panel: 'street', variable: ['x'] });
  return waves.map(({ totals: [t] }) => t!);
}

describe('the sum of a rare variable', () => {
  const debt = (few: (unit: number) => boolean) => (u: number, w: number) => ((w === 1 ? few(u) : u % 2 === 0) ? 1 : 0);

  it.each([
    ['ones', debt((u) => u < 3), 3],
    ['zeros', debt((u) => u >= 3), 37],
    ['not zero', (u: number, w: number) => (w === 1 && u >= 3 ? 0 : 0.5 + u), 4.5],
    ['not as usual', (u: number, w: number) => (w === 1 && u < 3 ? 6 : w === 1 || u < 21 ? 5 : u), 203],
  ])('is a count or a sum of three to the operator, and withheld with a second wave: three are %s', async (_, x, sum) => {
    expect((await ofStreet(x, 'operator'))[1]).toMatchObject({ observed: 40, sum });
    const shown = await ofStreet(x, 'visitor');
    expect(shown[1]).toEqual({ variable: 'x', observed: null, sum: null, apart: [], withheld: 'small-group' });
    expect(shown.map((t) => t.withheld !== null)).toEqual([true, true, false]);
  });

  it('is shown where ten hold each value', async () => {
    const shown = await ofStreet((u, w) => (u % 4 === w ? 1 : 0), 'visitor');
    expect(shown.map(({ sum, apart, withheld }) => [sum, apart, withheld])).toEqual([
      [10, [], null],
      [10, [], null],
      [10, [], null],
    ]);
  });
});

it('withholds a second wave where the sum over all waves would give the small one away', () => {
  expect(shown('household', [40, 9, 30, 0])).toEqual([
    [40, 40_000, null],
    [null, null, 'small-group'],
    [null, null, 'protects-other'],
    [0, 0, null],
  ]);
});
