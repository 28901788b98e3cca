import { describe, expect, it } from 'vitest';
import { valueStatus } from '../../src/core/panel/columns.ts';
import { openTestStore } from '../support/open-test-store.ts';

const file = ['unit,wave,gas', 'B,2023,6', 'A,2021,1', 'A,2022,2', 'A,2023,3', 'B,2021,4', 'B,2022,', 'C,2023,9'].join(
  '\n',
);

describe('columns up to a wave', () => {
  it('hold no row after it, of the units and waves of the whole panel', async () => {
    await using t = await openTestStore();
    await t.ingest(file, { panel: 'street', title: 'Street' });
    const all = await t.store.panels.columns('street', null, ['gas'], 'research');
    const upTo = await t.store.panels.columns('street', null, ['gas'], 'research', '2022');
    expect([upTo.unitIds, upTo.waves]).toEqual([all.unitIds, all.waves]);
    expect([upTo.rows, [...upTo.unitIndex], [...upTo.waveIndex]]).toEqual([4, [0, 0, 1, 1], [0, 1, 0, 1]]);
    const gas = upTo.columns.gas as { values: Float64Array; status: Uint8Array };
    expect([...gas.values]).toEqual([1, 2, 4, 0]);
    expect(gas.status[3]).toBe(valueStatus.absent);
    expect([...(all.columns.gas as typeof gas).values]).toEqual([1, 2, 3, 4, 0, 6, 9]);
  });

  it('refuse a wave that is none', async () => {
    await using t = await openTestStore();
    await t.ingest(file, { panel: 'street', title: 'Street' });
    await expect(t.store.panels.columns('street', null, ['gas'], 'research', '2020')).rejects.toMatchObject({
      code: 'invalid-argument',
      message: '"2020" is no wave of the panel; waves run from 2021 to 2023. Choose one of them.',
    });
  });
});

describe('events of the application', () => {
  it('stand in the same chain as those of the store, and are found by type and subject', async () => {
    await using t = await openTestStore();
    await t.ingest(file, { panel: 'street', title: 'Street' });
    const event = { type: 'study-sealed', at: '2026-01-01T00:00:00.000Z', subject: 'street', details: { seal: 'abc' } };
    await Promise.all([t.store.events.append(event), t.store.events.append(event)]);
    expect((await t.store.events.entries()).map(({ type }) => type)).toEqual([
      'panel-ingested',
      'study-sealed',
      'study-sealed',
    ]);
    const found = await t.store.events.entries('study-sealed');
    expect(found.map(({ sequence, details }) => [sequence, JSON.parse(details)])).toEqual([
      [2, { seal: 'abc' }],
      [3, { seal: 'abc' }],
    ]);
    await t.store.events.append({ ...event, subject: 'lane' });
    const of = async (subject: string) =>
      (await t.store.events.entries('study-sealed', subject)).map(({ sequence }) => sequence);
    expect([await of('street'), await of('lane'), await of('alley')]).toEqual([[2, 3], [4], []]);
    expect(await t.store.events.firstBroken()).toBe(null);
  });
});
