import { describe, expect, it } from 'vitest';
import { releaseDescription } from '../../src/app/release.ts';
import { codes, type MemoryPanel, memoryPorts, numbers } from '../support/memory-ports.ts';

/** `units` households in four waves. */
function street(
  units: number,
  value: (unit: number) => number | null,
  unitKind: MemoryPanel['unitKind'] = 'household',
) {
  const rows = Array.from({ length: units * 4 }, (_, r) => ({ unit: r >> 2, wave: r % 4 }));
  const panel: MemoryPanel = {
    panel: 'street',
    unitKind,
    unitIds: Array.from({ length: units }, (_, u) => `H${String(u).padStart(2, '0')}`),
    waves: ['1', '2', '3', '4'],
    unitIndex: rows.map((r) => r.unit),
    waveIndex: rows.map((r) => r.wave),
    columns: {
      x: numbers(rows.map(({ unit }) => value(unit))),
      kind: codes(rows.map(({ unit }) => (unit % 2 === 0 ? 'flat' : 'house'))),
    },
  };
  return memoryPorts([panel]).panels.describe('street', null);
}
const shown = async (...panel: Parameters<typeof street>) =>
  releaseDescription(await street(...panel), { role: 'visitor' }).description[0]!;
const nothing = { mean: null, sum: null, standardDeviation: null, distinct: null };

describe('the description of a panel of people', () => {
  it('counts units, not rows: three households in four waves are three', async () => {
    const x = (u: number) => (u < 3 ? 1000 + u : null);
    expect((await street(40, x)).description[0]).toMatchObject({
      counts: { observed: 12 },
      unitsObserved: 3,
      mean: 1001,
    });
    expect(await shown(40, x)).toMatchObject({
      ...nothing,
      unitsObserved: null,
      counts: { observed: null, absent: null },
    });
  });

  it('shows no share of a few: two of forty with a castle', async () => {
    for (const x of [(u: number) => (u < 2 ? 1 : 0), (u: number) => (u < 2 ? 0 : 1)]) {
      const own = (await street(40, x)).description[0]!;
      expect([own.unitsApart!.toSorted(), own.mean! * 40]).toEqual([[2, 38], x(0) === 1 ? 2 : 38]);
      expect(await shown(40, x)).toMatchObject({ ...nothing, unitsApart: null });
    }
    expect(await shown(40, (u) => (u < 12 ? 1 : 0))).toMatchObject({
      mean: 0.3,
      sum: 48,
      unitsApart: [12, 28],
    });
  });

  it('shows no sum of a few: two of forty use gas, or use another amount than all others', async () => {
    for (const usual of [0, 5]) {
      const x = (u: number) => (u < 2 ? 812.5 + u : usual);
      const own = (await street(40, x)).description[0]!;
      expect(own.sum! - 160 * usual).toBe(4 * (812.5 + 813.5 - 2 * usual));
      expect(await shown(40, x)).toMatchObject({ ...nothing, unitsApart: null });
      expect(await shown(40, (u) => (u < 10 ? 812.5 + u : usual))).toMatchObject({ mean: (8170 + 30 * usual) / 40 });
    }
  });

  it('shows no figure of a revision from before these were counted', async () => {
    const { description, ...panel } = await street(40, (u) => u);
    const { unitsApart: _, ...old } = description[0]!;
    const kept = { ...panel, description: [old as (typeof description)[number]] };
    expect(releaseDescription(kept, { role: 'visitor' }).description[0]).toMatchObject({
      ...nothing,
      unitsApart: null,
    });
  });

  it('does not tell who is missing where these are few', async () => {
    const variable = await shown(40, (u) => (u < 3 ? null : u));
    expect(variable).toMatchObject({ counts: { observed: null, absent: null }, unitsObserved: null, sum: null });
    // 37 of 40 hold different values.
    expect(variable.distinct).toBeNull();
    expect(variable.mean).toBe(21);
  });

  it('gives the names only of a panel of nine', async () => {
    const panel = releaseDescription(await street(9, (u) => u), { role: 'visitor' });
    expect([panel.units, panel.rows]).toEqual([null, null]);
    for (const variable of panel.description) {
      const { name: _, title: __, role, type, unit, direction, level, codebook, ...figures } = variable;
      const { counts, ...rest } = figures;
      expect([...Object.values(rest), ...Object.values(counts)].every((value) => value === null)).toBe(true);
    }
  });

  it('is whole for the operator, and of neighbourhoods for everybody', async () => {
    const own = await street(9, (u) => u);
    expect(releaseDescription(own, { role: 'operator' })).toEqual(own);
    const areas = await street(9, (u) => u, 'neighbourhood');
    expect(releaseDescription(areas, { role: 'visitor' })).toEqual(areas);
  });
});
