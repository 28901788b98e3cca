import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRandom } from '../../src/core/random/random-stream.ts';
import { memoryPorts, numbers } from '../support/memory-ports.ts';
import { openTestStore, type TestStore } from '../support/open-test-store.ts';

let t: TestStore;
beforeAll(async () => {
  t = await openTestStore();
});
afterAll(() => t[Symbol.asyncDispose]());

type Cells = Readonly<Record<string, readonly (number | null)[]>>;

/** Cells of five households in two years, as the database counts them. */
async function stored(panel: string, cells: Cells) {
  const names = Object.keys(cells);
  const lines = Array.from({ length: 10 }, (_, r) =>
    [`H${r >> 1}`, 2023 + (r % 2), ...names.map((name) => cells[name]![r])].join(),
  );
  await t.ingest(`household,year,${names.join()}\n${lines.join('\n')}\n`, { panel });
  return counted(t.store.panels, panel, names);
}

/** The same as they are counted without a database. */
function inMemory(panel: string, cells: Cells) {
  const { panels } = memoryPorts([
    {
      panel,
      unitKind: 'household',
      unitIds: ['H0', 'H1', 'H2', 'H3', 'H4'],
      waves: ['2023', '2024'],
      unitIndex: Array.from({ length: 10 }, (_, r) => r >> 1),
      waveIndex: Array.from({ length: 10 }, (_, r) => r % 2),
      columns: Object.fromEntries(Object.entries(cells).map(([name, values]) => [name, numbers(values)])),
    },
  ]);
  return counted(panels, panel, Object.keys(cells));
}

async function counted(panels: TestStore['store']['panels'], panel: string, names: readonly string[]) {
  const { description } = await panels.describe(panel, null);
  const { waves } = await panels.totals(panel, null, names);
  return {
    units: Object.fromEntries(description.map(({ name, unitsApart }) => [name, unitsApart])),
    waves: waves.map(({ totals }) => Object.fromEntries(totals.map(({ variable, apart }) => [variable, apart]))),
  };
}

it('descriptions and totals count who differs from 0, from what most hold, and from either of two values', async () => {
  // 0.1 and 0.3 are no sums of powers of two.
  const cells = {
    rare: [0, 0, 0, 0, 0, 0, 0, 0, 7.3, 2],
    usual: [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 4, 0.1, 9, 0],
    two: [0.1, 0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.3, 0.3],
    one: [5, 5, 5, 5, 5, 5, 5, 5, 5, 5],
  };
  expect(await stored('fixed', cells)).toEqual({
    units: { rare: [1], usual: [5, 2], two: [2, 4], one: [5, 0] },
    waves: [
      { rare: [1], usual: [5, 2], two: [1, 4], one: [5, 0] },
      { rare: [1], usual: [4, 1], two: [2, 3], one: [5, 0] },
    ],
  });
  expect(await inMemory('fixed', cells)).toEqual(await stored('again', cells));
});

it('the database and the columns count the same', async () => {
  const random = createRandom(5, 'units-apart');
  const values = [null, 0, 0.1, -2.5, 0.30000000000000004];
  for (let trial = 0; trial < 12; trial++) {
    const cells = Object.fromEntries(
      ['a', 'b', 'c'].map((name) => [name, Array.from({ length: 10 }, () => values[random.integer(values.length)]!)]),
    );
    expect(await stored(`trial-${trial}`, cells), JSON.stringify(cells)).toEqual(
      await inMemory(`trial-${trial}`, cells),
    );
  }
});
