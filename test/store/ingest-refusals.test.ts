import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IngestReport, IngestRequest } from '../../src/app/panels.ts';
import type { NumberColumn } from '../../src/core/panel/columns.ts';
import { openTestStore, type TestStore } from '../support/open-test-store.ts';

let t: TestStore;
let next = 0;
beforeAll(async () => {
  t = await openTestStore({ columnLimit: 5, uploadLimit: 20_000 });
});
afterAll(() => t[Symbol.asyncDispose]());

const load = (content: string | Uint8Array, request: Partial<IngestRequest> = {}): Promise<IngestReport> =>
  t.ingest(content, { panel: `p${++next}`, ...request });
const rules = (report: IngestReport) => report.errors.first.map(({ rule, line }) => [rule, line]);

describe('a file with errors', () => {
  it('changes nothing, and every error names file, line, column, value, rule and remedy', async () => {
    await t.ingest('household,year,gas\nA,2023,1\nA,2024,2\nB,2023,3\n', { panel: 'kept' });
    const before = await t.store.panels.describe('kept', null);
    const rows = Array.from({ length: 250 }, (_, i) => `A,${1000 + i},${i % 2 ? 'oops' : i}`);
    rows.push('B,2000,1', 'B,2001,1', 'B,2002,1');
    const report = await t.ingest(`household,year,gas\n${rows.join('\n')}\n`, { panel: 'kept', file: 'gas.csv' });
    expect([report.outcome, report.revision, report.errors.count, report.errors.first.length]).toEqual([
      'refused',
      null,
      125,
      100,
    ]);
    expect(report.errors.first[0]).toEqual({
      rule: 'not-a-number',
      file: 'gas.csv',
      line: 3,
      column: 'gas',
      value: 'oops',
      remedy: expect.stringContaining('correct it, leave the field empty'),
    });
    expect(report.errors.first[99]!.line).toBe(201);
    expect(await t.store.panels.describe('kept', null)).toEqual(before);
  });

  it('may be checked without changing anything', async () => {
    const report = await load('household,gas\nA,1\n', { dryRun: true });
    expect(report.outcome).toBe('checked');
    await expect(t.store.panels.describe(report.panel, null)).rejects.toMatchObject({ code: 'panel-not-found' });
  });
});

describe('what is refused', () => {
  it.each([
    ['an empty file', '', [['empty-file', null]]],
    ['a header only', 'household,gas\n', [['no-rows', null]]],
    [
      'ragged rows',
      'household,month,gas\nA,2024-01,1\nB,2024-01\nC,2024-01,1,2,3\nD,2024-01,4\n',
      [
        ['too-few-fields', 3],
        ['too-many-fields', 4],
      ],
    ],
    ['a quote that is never closed', 'household,gas\nA,"1\nB,2\n', [['unclosed-quote', 2]]],
    [
      'duplicate keys',
      'household,month,gas\nA,2024-01,1\nB,2024-01,1\nA,2024-02,1\nA,2024-1,1\n',
      [['duplicate-key', 5]],
    ],
    [
      'NaN and infinity',
      'household,gas\nA,1\nB,NaN\nC,Infinity\nD,-inf\nE,1e999\nF,2\nG,3\nH,4\nI,5\n',
      [
        ['not-a-number', 3],
        ['not-a-number', 4],
        ['not-a-number', 5],
        ['not-a-number', 6],
      ],
    ],
    [
      'NaN and infinity that outnumber the numbers',
      'household,gas\nA,NaN\nB,Infinity\nC,-inf\nD,3\n',
      [
        ['not-a-number', 2],
        ['not-a-number', 3],
        ['not-a-number', 4],
      ],
    ],
    ['a name that two columns have', 'household,gas,gas\nA,1,2\n', [['duplicate-column', null]]],
    [
      'a row without unit or wave',
      'household,month,gas\nA,2024-01,1\nA,2024-02,1\n,2024-01,2\nB,,3\nC,2024-01,1\n',
      [
        ['missing-unit', 4],
        ['missing-wave', 5],
      ],
    ],
    ['waves of two kinds', 'unit,wave,gas\nA,2024-01,1\nA,2024-02,1\nA,2024-Q1,1\n', [['mixed-waves', 4]]],
    ['a JSON array', ' [\n {"household":"A","gas":1}]', [['json-array', null]]],
    ['zero bytes', 'household,gas\nA,1\0\n', [['binary-file', null]]],
  ])('%s', async (_name, content, expected) => {
    const report = await load(content, content.startsWith('unit,wave') ? { unit: 'unit', wave: 'wave' } : {});
    expect([report.outcome, rules(report)]).toEqual(['refused', expected]);
    for (const error of report.errors.first) expect(error.remedy.length).toBeGreaterThan(10);
  });

  it.each([
    ['3 waves', ['2024-01', '2024-02', '2024-03'], 20],
    ['3 waves of many households', ['2024-01', '2024-02', '2024-03'], 200],
    ['one wave', ['2024-01'], 200],
  ])('one bad wave in a file of %s: it stays the wave', async (_name, months, households) => {
    const rows = Array.from({ length: households }, (_, h) => months.map((month, w) => `H${h},${month},${h * 3 + w}`));
    rows[4]![0] = 'H4,2024-13,7';
    const report = await load(`household,month,gas\n${rows.flat().join('\n')}\n`);
    expect(report).toMatchObject({ outcome: 'refused', layout: 'wide', unit: 'household', wave: 'month' });
    expect(report.variables.map((variable) => variable.name)).toEqual(['gas']);
    expect(report.errors.first).toEqual([
      expect.objectContaining({
        rule: 'unreadable-wave',
        line: 2 + 4 * months.length,
        column: 'month',
        value: '2024-13',
        remedy: expect.stringContaining('month (2024-03)'),
      }),
    ]);
  });

  it('waves in words of no calendar, where the column is named like a wave', async () => {
    const report = await load('huishouden;maand;gas\nA;lente 2024;1\nA;zomer 2024;2\nB;lente 2024;3\nB;zomer 2024;4\n');
    expect(report).toMatchObject({ layout: 'wide', wave: 'maand' });
    expect(report.errors).toMatchObject({
      count: 4,
      first: [{ rule: 'unreadable-wave' }, { rule: 'unreadable-wave' }],
    });
  });

  it('a bad wave in a column whose values say that it is one', async () => {
    const report = await load('household,meetmoment,gas\nA,2024-01,1\nA,2024-02,2\nB,2024-01,3\nB,2024-13,4\n');
    expect(report).toMatchObject({ layout: 'wide', wave: 'meetmoment' });
    expect(rules(report)).toEqual([['unreadable-wave', 5]]);
  });

  it.each([
    'sep=;\r\n',
    '\uFEFFsep=;\n',
  ])('the line is right below a line that says the delimiter, %j', async (first) => {
    const good = await load(`${first}household;note;gas\nA;"a,b,c";1,5\nB;"d,e,f";2,5\n`);
    expect(good).toMatchObject({ outcome: 'created', delimiter: ';', rows: 2, unit: 'household' });
    const bad = await load(`${first}household;gas\nA;1\nB;oops\nC;2\nD;3\n`);
    expect(rules(bad)).toEqual([['not-a-number', 4]]);
    const ragged = await load(`${first}household;gas\nA;1\nB;1;2;3\nC;2\n`);
    expect(rules(ragged)).toEqual([['too-many-fields', 4]]);
  });

  it('NaN is told to be no measurement', async () => {
    const report = await load('household,gas\nA,1\nB,NaN\nC,2\nD,4\n');
    expect(report.errors.first[0]).toMatchObject({ column: 'gas', value: 'NaN' });
    expect(report.errors.first[0]!.remedy).toContain('NaN and infinity are no measurements');
  });

  it('more columns than the limit, wide or long', async () => {
    await expect(load('household,a,b,c,d,e\nA,1,2,3,4,5\n')).rejects.toMatchObject({
      code: 'too-many-columns',
      details: { columns: 6, limit: 5 },
    });
    const long = Array.from({ length: 6 }, (_, i) => `A,2024,v${i},1`).join('\n');
    await expect(load(`unit,year,variable,value\n${long}\n`, { layout: 'long' })).rejects.toMatchObject({
      code: 'too-many-columns',
      details: { columns: 6, limit: 5 },
    });
  });

  it('an upload over the limit, while it streams; nothing is left of it', async () => {
    let sent = 0;
    async function* endless(): AsyncIterable<Uint8Array> {
      for (;;) {
        sent++;
        yield new TextEncoder().encode('household,gas\n'.padEnd(1000, 'x'));
      }
    }
    await expect(t.ingest(endless(), { panel: 'endless' })).rejects.toMatchObject({
      code: 'payload-too-large',
      details: { limit: 20_000 },
    });
    expect(sent).toBe(21);
    expect(await readdir(join(t.folder, 'spool'))).toEqual([]);
  });

  it('a source that breaks off; nothing is left of it', async () => {
    async function* broken(): AsyncIterable<Uint8Array> {
      yield new TextEncoder().encode('household,gas\nA,1\n');
      throw new Error('the line broke');
    }
    await expect(t.ingest(broken(), { panel: 'broken' })).rejects.toThrow('the line broke');
    expect(await readdir(join(t.folder, 'spool'))).toEqual([]);
    await expect(t.store.panels.describe('broken', null)).rejects.toMatchObject({ code: 'panel-not-found' });
  });

  it.each([
    '../escape',
    '/etc/passwd',
    'a/b',
    'UPPER',
    '',
    'x'.repeat(64),
    'a b',
    '-a',
    "a'; DROP TABLE panel; --",
  ])('the panel name "%s"', async (panel) => {
    await expect(t.ingest('household,gas\nA,1\n', { panel })).rejects.toMatchObject({
      code: 'invalid-request',
      details: { panel },
    });
  });

  it('a column asked for that is not there, naming those that are', async () => {
    await expect(load('household,gas\nA,1\n', { unit: 'huishouden' })).rejects.toMatchObject({
      code: 'invalid-request',
      details: { field: 'unit', received: 'huishouden', columns: ['household', 'gas'] },
    });
  });
});

describe('SQL in names and values', () => {
  const hostile = [`x"; DROP TABLE panel; --`, `y'); DELETE FROM panel_revision; --`, '__proto__', '$1 ? :a %s'];
  it('is text like any other, wide and long', async () => {
    const quoted = hostile.map((name) => `"${name.replaceAll('"', '""')}"`);
    const wide = await load(`household,${quoted.join(',')}\n${quoted[0]},1,2,3,4\n${quoted[1]},5,6,7,8\n`);
    expect([wide.outcome, wide.variables.map(({ name }) => name)]).toEqual(['created', hostile]);
    const read = await t.store.panels.columns(wide.panel, null, [hostile[0]!, hostile[3]!], 'collective');
    expect(read.unitIds).toEqual([hostile[0], hostile[1]]);
    expect([...(read.columns[hostile[3]!] as NumberColumn).values]).toEqual([4, 8]);
    const totals = await t.store.panels.totals(wide.panel, null, [hostile[1]!, hostile[2]!]);
    expect(totals.waves).toEqual([
      {
        wave: '',
        totals: [
          { variable: hostile[1], observed: 2, sum: 8, apart: [1, 1], withheld: null },
          { variable: hostile[2], observed: 2, sum: 10, apart: [1, 1], withheld: null },
        ],
      },
    ]);

    const rows = quoted.map((name, i) => `A,2024,${name},${i}\nB,2024,${name},${i}`);
    const long = await load(`unit,year,variable,value\n${rows.join('\n')}\n`, { layout: 'long' });
    expect([long.outcome, long.variables.map(({ name }) => name).toSorted()]).toEqual(['created', hostile.toSorted()]);
    expect((await t.store.panels.list()).length).toBeGreaterThan(1);
  });

  it('in a JSON key is text too', async () => {
    const line = JSON.stringify({ household: 'A', [hostile[0]!]: 1, 'a/b~c.d[0]': 2 });
    const report = await load(`${line}\n`);
    expect([report.outcome, report.variables.map(({ name, sum }) => [name, sum])]).toEqual([
      'created',
      [
        [hostile[0], 1],
        ['a/b~c.d[0]', 2],
      ],
    ]);
  });
});

describe('totals', () => {
  it('name an unknown variable, a variable of texts, an unknown panel and revision', async () => {
    const { panel } = await load('household,gas,label\nA,0.1,x\nB,0.2,y\nC,0.3,y\n');
    await expect(t.store.panels.totals(panel, null, ['gaz'])).rejects.toMatchObject({ code: 'unknown-variable' });
    await expect(t.store.panels.totals(panel, null, ['label'])).rejects.toMatchObject({
      code: 'invalid-request',
      details: { variable: 'label' },
    });
    await expect(t.store.panels.totals('none', null, ['gas'])).rejects.toMatchObject({ code: 'panel-not-found' });
    await expect(t.store.panels.totals(panel, 9, ['gas'])).rejects.toMatchObject({ code: 'revision-not-found' });
    expect((await t.store.panels.totals(panel, null, ['gas'])).waves[0]!.totals[0]!.sum).toBeCloseTo(0.6, 15);
  });
});

describe('revisions', () => {
  const first = 'household,year,gas\nA,2023,1\nA,2024,2\nB,2023,3\n';
  const second = 'household,year,gas\nA,2023,1\nA,2024,2\nB,2023,30\nB,2024,4\n';
  const values = async (revision: number | null) => [
    ...((await t.store.panels.columns('revised', revision, ['gas'], 'collective')).columns.gas as NumberColumn).values,
  ];
  it('the same content twice changes nothing; a corrected file is a new revision and the earlier one stays', async () => {
    const outcomes = [];
    for (const content of [first, first, second, second, first]) {
      const { outcome, revision } = await t.ingest(content, { panel: 'revised' });
      outcomes.push([outcome, revision]);
    }
    expect(outcomes).toEqual([
      ['created', 1],
      ['unchanged', 1],
      ['revised', 2],
      ['unchanged', 2],
      ['revised', 3],
    ]);
    expect([await values(1), await values(2), await values(null)]).toEqual([
      [1, 2, 3],
      [1, 2, 30, 4],
      [1, 2, 3],
    ]);
    const { revisions } = await t.store.panels.describe('revised', null);
    expect(revisions.map(({ revision }) => revision)).toEqual([1, 2, 3]);
    expect(revisions[0]!.digest).toBe(revisions[2]!.digest);
  });

  it('another reading of the same bytes is another revision', async () => {
    const content = 'household;gas\nA;1.234\nB;5.678\n';
    const a = await load(content);
    const b = await t.ingest(content, { panel: a.panel, decimal: ',' });
    expect([b.outcome, b.revision, b.variables[0]!.sum]).toEqual(['revised', 2, 6912]);
  });

  it('of one panel sent at once are kept one after the other, each whole', async () => {
    const content = (n: number) =>
      `household,year,gas\n${Array.from({ length: 50 }, (_, i) => `H${i},2024,${n}\nH${i},2023,${n}`).join('\n')}\n`;
    const reports = await Promise.all(
      [1, 2, 3, 4].map((n) => t.ingest(content(n), { panel: 'crowd' }).then((report) => [n, report] as const)),
    );
    expect(reports.map(([, { revision }]) => revision).toSorted()).toEqual([1, 2, 3, 4]);
    for (const [n, { revision }] of reports) {
      const { values: kept } = (await t.store.panels.columns('crowd', revision, ['gas'], 'collective')).columns
        .gas as NumberColumn;
      expect([...new Set(kept)]).toEqual([n]);
    }
    expect(await t.store.events.firstBroken()).toBeNull();
  });
});
