import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJobs } from '../../src/app/jobs.ts';
import { createService, type Service } from '../../src/app/service.ts';
import { panelNameOf } from '../../src/cli/commands/ingest.ts';
import { findDataResource } from '../../src/formats/data-package.ts';
import { memoryPorts } from '../support/memory-ports.ts';
import { openTestStore, quietControl, type TestStore } from '../support/open-test-store.ts';
import { referenceFolder } from '../support/reference.ts';
import { command } from '../support/terminal.ts';

const csvIn = (folder: string): string[] =>
  referenceFolder === null
    ? []
    : readdirSync(join(referenceFolder, folder))
        .filter((name) => name.endsWith('.csv'))
        .map((name) => join(folder, name));
const files = [
  ...csvIn('data'),
  ...csvIn('data-nl'),
  ...csvIn('recsys/cbs-ses-woa').filter((name) => name.endsWith('ses_woa_2019.csv')),
  ...csvIn('recsys/nudge').filter((name) => name.endsWith('nudge.csv')),
];

/** Facts of the files that are known from outside: their number of lines, units and waves. */
const known: Readonly<Record<string, readonly [rows: number, units: number, waves: number]>> = {
  'zwolle-panel.csv': [468, 52, 9],
  'amsterdam-ses-woa-2019.csv': [417, 417, 1],
  'assendorp-weather-daily.csv': [203, 1, 203],
  'zwolle-buildings.csv': [52, 52, 1],
  'zwolle-coaching.csv': [52, 52, 1],
  'grunfeld.csv': [200, 10, 20],
  'cigar.csv': [1380, 46, 30],
  'mpdta.csv': [2500, 500, 5],
  'lalonde.csv': [614, 614, 1],
};

describe.skipIf(referenceFolder === null)('the real inputs', () => {
  let t: TestStore;
  let service: Service;
  beforeAll(async () => {
    t = await openTestStore();
    const ports = memoryPorts([], { panels: t.store.panels, jobs: t.store.jobs, results: t.store.results });
    service = createService(ports, createJobs(ports, { concurrency: 1 }));
  });
  afterAll(() => t[Symbol.asyncDispose]());
  const operator = { role: 'operator' } as const;
  const visitor = { role: 'visitor' } as const;

  it('load without manual editing and without an error, every one', async () => {
    for (const file of files) {
      const path = join(referenceFolder!, file);
      const name = basename(file);
      const input = { panel: panelNameOf(file), file: name, schema: await findDataResource(path) };
      const report = await service.ingestPanel(operator, input, source(await readFile(path)), quietControl());
      expect([name, report.outcome, report.errors.count]).toEqual([name, 'created', 0]);
      if (known[name]) expect([name, report.rows, report.units, report.waves]).toEqual([name, ...known[name]]);
    }
    expect(files.length).toBeGreaterThan(40);
  }, 240_000);

  it('give the totals that the publisher prints, exactly', async () => {
    const readme = await readFile(join(referenceFolder!, 'data-nl/README.md'), 'utf8');
    const printed = [...readme.matchAll(/^- (\d{4}): (.*)$/gm)].map(([, wave, line]) => ({
      wave: wave!,
      totals: [...line!.matchAll(/([a-z_0-9]+) ([\d.]+)(?: \((\d+)(?: present)?\))?/g)].map(
        ([, name, sum, present]) => ({
          name: name!,
          sum: Number(sum),
          present: present === undefined ? null : Number(present),
        }),
      ),
    }));
    expect(printed.map(({ wave, totals }) => [wave, totals.length])).toEqual([
      ['2015', 5],
      ['2019', 5],
      ['2021', 5],
      ['2023', 5],
    ]);
    const variable = printed[0]!.totals.map(({ name }) => name);
    for (const actor of [operator, visitor]) {
      const { waves } = await service.panelTotals(actor, { panel: 'zwolle-panel', variable, by: 'wave' });
      for (const { wave, totals } of printed) {
        const found = waves.find((one) => one.wave === wave)!.totals;
        expect(found.map(({ variable: name, sum }) => [wave, name, sum])).toEqual(
          totals.map(({ name, sum }) => [wave, name, sum]),
        );
        for (const [i, { present }] of totals.entries()) if (present !== null) expect(found[i]!.observed).toBe(present);
      }
    }
    const grants = await service.describePanel(operator, { panel: 'zwolle-isde' });
    const isde = await service.panelTotals(operator, {
      panel: 'zwolle-isde',
      variable: grants.description.filter(({ type }) => type === 'integer').map(({ name }) => name),
    });
    const sum = isde.waves.flatMap(({ totals }) => totals).reduce((all, total) => all + total.sum!, 0);
    expect(sum).toBe(Number(/ISDE grants in all rows: (\d+)/.exec(readme)![1]));
  });

  it('print their totals on the command line', async () => {
    const { out, status } = await command(service, [
      'describe',
      'zwolle-panel',
      '--totals',
      'gas_tj_corrected,electricity_gwh',
    ]);
    expect(status).toBe(0);
    expect(
      out
        .split('\n')
        .find((line) => line.startsWith('2019'))
        ?.split(/ {2,}/),
    ).toEqual(['2019', '1,432', '44', '99.5', '46']);
  });
});

async function* source(content: Uint8Array): AsyncIterable<Uint8Array> {
  yield content;
}
