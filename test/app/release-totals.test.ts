import { expect, it } from 'vitest';
import type { PanelTotals, UnitKind } from '../../src/app/panels.ts';
import { releaseTotals } from '../../src/app/release.ts';

const totals = (unitKind: UnitKind, counts: readonly number[]): PanelTotals => ({
  panel: 'street',
  revision: 1,
  digest: 'd',
  unitKind,
  waves: counts.map((observed, w) => ({
    wave: String(2020 + w),
    totals: [{ variable: 'gas', observed, sum: 1000 * observed, withheld: null }],
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

it('withholds a second wave where the sum over all waves would give the small one away', () => {
  expect(shown('household', [40, 9, 30, 0])).toEqual([
    [40, 40_000, null],
    [null, null, 'small-group'],
    [null, null, 'protects-other'],
    [0, 0, null],
  ]);
});
