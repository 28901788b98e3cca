import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAboutPeople } from '../../src/app/about-people.ts';
import type { IngestReport, IngestRequest } from '../../src/app/panels.ts';
import type { NumberColumn } from '../../src/core/panel/columns.ts';
import { openTestStore, type TestStore } from '../support/open-test-store.ts';

let t: TestStore;
let next = 0;
beforeAll(async () => {
  t = await openTestStore();
});
afterAll(() => t[Symbol.asyncDispose]());

/** Ingests into a panel of its own. */
const load = (content: string | Uint8Array, request: Partial<IngestRequest> = {}): Promise<IngestReport> =>
  t.ingest(content, { panel: `p${++next}`, ...request });
const columns = (report: IngestReport, ...variables: string[]) =>
  t.store.panels.columns(report.panel, null, variables, 'collective');
const numbers = async (report: IngestReport, variable: string) => {
  const { values, status } = (await columns(report, variable)).columns[variable] as NumberColumn;
  return [...values].map((value, i) => (status[i] === 0 ? value : null));
};
const rules = (problems: IngestReport['errors']) => problems.first.map((problem) => problem.rule);

describe('delimited text', () => {
  const table = [
    ['household', 'month', 'gas'],
    ['B', '2024-01', '3'],
    ['A', '2024-02', '2'],
    ['A', '2024-01', '1'],
  ];
  it.each([
    [',', ','],
    [';', ';'],
    ['tab', '\t'],
  ] as const)('is read with %s between columns, with and without byte order mark', async (_name, delimiter) => {
    const text = table.map((row) => row.join(delimiter)).join('\r\n');
    for (const content of [text, `\uFEFF${text}`]) {
      const report = await load(content);
      expect([report.outcome, report.delimiter, report.unit, report.wave]).toEqual([
        'created',
        delimiter,
        'household',
        'month',
      ]);
      expect(await numbers(report, 'gas')).toEqual([1, 2, 3]);
    }
  });

  it('in Windows-1252 is recognised, and said so', async () => {
    const report = await load(Buffer.from('buurt;label\nOud-Beijerland;caf\xe9\nHeer\x80;na\xefef\n', 'latin1'));
    expect([report.encoding, rules(report.cautions)]).toEqual([
      'windows-1252',
      ['encoding-inferred', 'unit-kind-inferred'],
    ]);
    const read = await columns(report, 'label');
    expect(read.unitIds).toEqual(['Heer€', 'Oud-Beijerland']);
    expect(read.columns.label).toMatchObject({ levels: ['café', 'naïef'] });
  });

  it('may hold line ends within quotes; lines of errors are still those of the file', async () => {
    const good = await load('household,note,gas\nA,"one\ntwo, ""three""",1\nB,x,2\n');
    expect((await columns(good, 'note')).columns.note).toMatchObject({ levels: ['one\ntwo, "three"', 'x'] });
    const bad = await load('household,note,gas\nA,"one\ntwo",1\nB,x,2\nC,y,3\nD,y,oops\n');
    expect(bad.errors.first).toMatchObject([{ line: 6, column: 'gas', value: 'oops', rule: 'not-a-number' }]);
  });

  it('with a decimal comma gives numbers', async () => {
    const report = await load('household;gas\nA;12,5\nB;-0,25\nC;7\n');
    expect([report.decimal, await numbers(report, 'gas')]).toEqual([',', [12.5, -0.25, 7]]);
  });

  it('with Dutch thousands gives numbers, not codes', async () => {
    const report = await load('household;gas\nA;1.234,5\nB;12,5\nC;1.234.567\nD;2.000\nE;.\n');
    expect(report.variables).toMatchObject([{ name: 'gas', type: 'number', counts: { observed: 4, suppressed: 1 } }]);
    expect(await numbers(report, 'gas')).toEqual([1234.5, 12.5, 1_234_567, 2000, null]);
  });

  it('with English thousands gives numbers', async () => {
    const report = await load('household,gas\nA,"1,234.5"\nB,12.5\nC,"2,000"\n');
    expect([report.decimal, await numbers(report, 'gas')]).toEqual(['.', [1234.5, 12.5, 2000]]);
  });

  it('refuses a point that groups no three digits where the comma is the decimal sign', async () => {
    const report = await load('household;gas\nA;1.234,5\nB;12,5\nC;1.5\nD;12.34,5\nE;3\nF;4\n');
    expect(report.errors.first.map(({ line, value, rule }) => [line, value, rule])).toEqual([
      [4, '1.5', 'not-a-number'],
      [5, '12.34,5', 'not-a-number'],
    ]);
  });

  it('says so where nothing tells thousands from decimals', async () => {
    const report = await load('household;gas\nA;1.234\nB;5.678\n');
    expect(report.cautions.first).toMatchObject([
      { rule: 'doubtful-decimal', value: '1.234' },
      { rule: 'unit-kind-inferred' },
    ]);
    expect(await numbers(report, 'gas')).toEqual([1.234, 5.678]);
    const stated = await load('household;gas\nA;1.234\nB;5.678\n', { decimal: ',', unitKind: 'household' });
    expect([stated.cautions.count, await numbers(stated, 'gas')]).toEqual([0, [1234, 5678]]);
  });

  it('says so where a column became a code though it looks like numbers', async () => {
    const report = await load('household,cost\nA,€ 12.50\nB,€ 13.50\nC,€ 14.00\n');
    expect(report.variables).toMatchObject([{ name: 'cost', type: 'code' }]);
    expect(report.cautions.first).toMatchObject([
      { rule: 'looks-like-a-number', column: 'cost', value: '€ 12.50' },
      { rule: 'unit-kind-inferred' },
    ]);
  });
});

describe('other formats', () => {
  it('reads JSON lines, where a key that is left out or null is absent', async () => {
    const report = await load(
      '{"household":"B","month":"2024-01","gas":3.5}\n{"household":"A","month":"2024-01","gas":null}\n{"month":"2024-02","household":"A"}\n',
    );
    expect([report.format, report.rows, report.units, report.waves]).toEqual(['jsonl', 3, 2, 2]);
    expect(await numbers(report, 'gas')).toEqual([null, null, 3.5]);
  });

  it('names the line of JSON that is none', async () => {
    const report = await load('{"household":"B","gas":3}\n{"household":\n[1]\n', { format: 'jsonl' });
    expect(report.errors.first.map(({ line, rule }) => [line, rule])).toEqual([
      [2, 'not-a-json-object'],
      [3, 'not-a-json-object'],
    ]);
  });

  it.each([
    ['at the beginning of days', "TIMESTAMP '2024-01-01' + to_months(i // 2)", ['2024-01-01', '2024-02-01']],
    [
      'with zone',
      "(DATE '2024-01-01' + to_months(i // 2))::TIMESTAMP AT TIME ZONE 'UTC'",
      ['2024-01-01', '2024-02-01'],
    ],
    [
      'within days',
      "TIMESTAMP '2024-01-01 12:00' + to_months(i // 2)",
      ['2024-01-01T12:00:00.000Z', '2024-02-01T12:00:00.000Z'],
    ],
  ])('takes timestamps of Parquet %s for what they are', async (_name, sql, labels) => {
    const path = join(t.folder, 'timestamps.parquet');
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    await connection.run(
      `COPY (SELECT 'H' || (i % 2) AS household, ${sql} AS month, i AS gas FROM range(4) r(i)) TO '${path}' (FORMAT parquet)`,
    );
    connection.closeSync();
    instance.closeSync();
    const report = await load(await readFile(path));
    expect(report).toMatchObject({ outcome: 'created', wave: 'month', waves: 2 });
    expect((await t.store.panels.describe(report.panel, null)).waveLabels).toEqual(labels);
  });

  it('reads Parquet with the types of the file', async () => {
    const path = join(t.folder, 'made.parquet');
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(
      `COPY (SELECT 'H' || (i % 3) AS household, DATE '2024-01-01' + (i // 3)::INTEGER AS date, i::INTEGER AS n,
         CASE WHEN i = 4 THEN NULL ELSE i / 4 END AS gas, i % 2 = 0 AS insulated, '0' || i AS code
       FROM range(6) r(i)) TO '${path}' (FORMAT parquet)`,
    );
    connection.closeSync();
    instance.closeSync();
    const report = await load(await readFile(path));
    expect([report.format, report.outcome, report.unit, report.wave, report.rows]).toEqual([
      'parquet',
      'created',
      'household',
      'date',
      6,
    ]);
    expect(report.variables.map(({ name, type }) => [name, type])).toEqual([
      ['n', 'integer'],
      ['gas', 'number'],
      ['insulated', 'boolean'],
      ['code', 'code'],
    ]);
    expect(await numbers(report, 'gas')).toEqual([0, 0.75, 0.25, null, 0.5, 1.25]);
    const cut = await load((await readFile(path)).subarray(0, 200));
    expect(rules(cut.errors)).toEqual(['unreadable-file']);
  });

  it('turns the long form into variables; what has no row is absent', async () => {
    const report = await load(
      'unit,year,variable,value\nB,2023,gas,10\nA,2023,gas,0\nA,2023,power,2.5\nA,2024,gas,.\n',
      { layout: 'long' },
    );
    expect([report.layout, report.rows, report.units, report.waves]).toEqual(['long', 3, 2, 2]);
    expect(report.variables.map(({ name, counts }) => [name, counts])).toEqual([
      ['gas', { observed: 2, absent: 0, suppressed: 1, notApplicable: 0 }],
      ['power', { observed: 1, absent: 2, suppressed: 0, notApplicable: 0 }],
    ]);
    expect([await numbers(report, 'gas'), await numbers(report, 'power')]).toEqual([
      [0, null, 10],
      [2.5, null, null],
    ]);
  });

  it('refuses two values of one unit, wave and variable in the long form', async () => {
    const report = await load('unit,year,variable,value\nA,2023,gas,1\nA,2023,power,2\nA,2023,gas,3\n', {
      layout: 'long',
    });
    expect(report.errors.first).toMatchObject([{ rule: 'duplicate-key', line: 4, value: 'A, 2023, gas' }]);
  });
});

describe('a Table Schema', () => {
  const schema = {
    fields: [
      { name: 'who', type: 'string' },
      { name: 'when', type: 'yearmonth' },
      { name: 'gas', type: 'number', decimalChar: ',', role: 'kpi', unit: 'm3', direction: 'less-is-better' },
      { name: 'label', type: 'string', missingValues: ['?'], categories: [{ value: 'A', label: 'best' }, 'B'] },
    ],
    primaryKey: ['who', 'when'],
    missingValues: ['', { value: '-99', label: 'suppressed' }, { value: '-98', label: 'not applicable' }],
  };
  const header = 'who;when;gas;label\n';

  it('is honoured: key, types, roles, units, symbols of its own', async () => {
    const report = await load(`${header}1;2024-01;-99;A\n1;2024-02;-98;?\n2;2024-01;0,5;B\n`, { schema });
    expect([report.outcome, report.unit, report.wave]).toEqual(['created', 'who', 'when']);
    expect(report.variables[0]).toMatchObject({
      role: 'kpi',
      unit: 'm3',
      direction: 'less-is-better',
      counts: { observed: 1, absent: 0, suppressed: 1, notApplicable: 1 },
    });
    expect(report.variables[1]).toMatchObject({ type: 'code', codebook: { A: 'best', B: 'B' }, counts: { absent: 1 } });
    const read = await columns(report, 'gas');
    expect([...(read.columns.gas as NumberColumn).status]).toEqual([2, 3, 0]);
  });

  it('is a rule: what it does not allow is an error', async () => {
    const report = await load(`${header}1;2024-01;1,5;C\n2;2024-01;oops;A\n`, { schema });
    expect(report.errors.first.map(({ line, column, value, rule }) => [line, column, value, rule])).toEqual([
      [2, 'label', 'C', 'not-allowed'],
      [3, 'gas', 'oops', 'not-a-number'],
    ]);
    const fewer = await load('who;when;gas;extra\n1;2024-01;1,5;C\n', { schema });
    expect(rules(fewer.errors)).toEqual(['missing-column', 'undeclared-column']);
  });

  it('that is none is refused, naming the place', async () => {
    const wrong = { fields: [{ name: 'a', type: 'numbr' }] };
    await expect(load('a\n1\n', { schema: wrong })).rejects.toMatchObject({
      code: 'invalid-request',
      details: { pointer: '/schema/fields/0/type', received: 'numbr' },
    });
  });
});

describe('status', () => {
  it('tells absent, suppressed and not applicable apart, and leaves zero a number', async () => {
    const report = await load(
      'household,gas\na,\nb,.\nc,x\nd,-\ne,0\nf,NA\ng,0.0\nh,n/a\ni,5\nj,n.v.t.\nk,7\nl,8\nm,9\n',
    );
    const { values, status } = (await columns(report, 'gas')).columns.gas as NumberColumn;
    expect([...status]).toEqual([1, 2, 2, 3, 0, 1, 0, 1, 0, 3, 0, 0, 0]);
    expect([...values]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 7, 8, 9]);
    expect(report.variables[0]!.counts).toEqual({ observed: 6, absent: 3, suppressed: 2, notApplicable: 2 });
  });

  it('is not read into ids and codes: NA may be Namibia', async () => {
    const report = await load('id,country,gas\nNA,NA,1\nDE,DE,2\nNL,NA,3\n');
    const read = await columns(report, 'country', 'gas');
    expect(read.unitIds).toEqual(['DE', 'NA', 'NL']);
    expect(read.columns.country).toMatchObject({ levels: ['DE', 'NA'], codes: Int32Array.of(0, 1, 1) });
  });
});

describe('columns', () => {
  it('come as typed arrays without NaN, units in order of their UTF-8 bytes, waves in order of time', async () => {
    const ids = ['é', 'z', 'Z', 'a', '10', '9', '\u{1F3E0}', '\uFB01', 'aa'];
    const report = await load(
      `household,month,gas\n${ids.flatMap((id) => [`${id},2024-10,`, `${id},2024-9,1.5`]).join('\n')}\n`,
    );
    const read = await columns(report, 'gas');
    expect(read.unitIds).toEqual(ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    expect(read.waves).toEqual(['2024-09', '2024-10']);
    expect([...read.unitIndex]).toEqual(ids.flatMap((_, i) => [i, i]));
    expect([...read.waveIndex]).toEqual(ids.flatMap(() => [0, 1]));
    const { values, status } = read.columns.gas as NumberColumn;
    expect([values.constructor, status.constructor]).toEqual([Float64Array, Uint8Array]);
    expect([...values]).toEqual(ids.flatMap(() => [1.5, 0]));
    expect([...status]).toEqual(ids.flatMap(() => [0, 1]));
  });

  it('are the same for any order of the rows', async () => {
    const rows = Array.from(
      { length: 40 },
      (_, i) => `H${i % 7},${2000 + Math.floor(i / 7)},${i},${i % 3 ? 'x' : 'y'}`,
    );
    const [a, b] = [
      await load(`household,year,n,c\n${rows.join('\n')}\n`),
      await load(`household,year,n,c\n${rows.toReversed().join('\n')}\n`),
    ];
    const [one, two] = [await columns(a, 'n', 'c'), await columns(b, 'n', 'c')];
    expect({ ...two, panel: '', digest: '' }).toEqual({ ...one, panel: '', digest: '' });
  });
});

describe('what a unit is', () => {
  it.each([
    ['household ids', 'household,gas\nH1,1\nH2,2\n', 'household'],
    ['CBS codes', 'code,gas\nBU03630001,1\nBU03630002,2\n', 'neighbourhood'],
    ['names in a column named so', 'buurt,gas\nAssendorp,1\nHolten,2\n', 'neighbourhood'],
    ['numbers in a column of places', 'buurt,gas\n1,1\n2,2\n', 'other'],
    ['places beside households', 'buurt,gas,huishouden_id\nAssendorp,1,H1\nHolten,2,H2\n', 'household'],
    ['places beside persons', 'buurt,gas,bewoner\nAssendorp,1,Jan\nHolten,2,Piet\n', 'other'],
    ['anything else', 'id,gas\n1,1\n2,2\n', 'other'],
  ])('is inferred from %s, and said so', async (_name, content, kind) => {
    const report = await load(content);
    expect(report.unitKind).toBe(kind);
    expect(report.cautions.first).toMatchObject([{ rule: 'unit-kind-inferred', value: kind }]);
    const saysProtected = report.cautions.first[0]!.remedy.includes('is protected');
    expect(saysProtected).toBe(isAboutPeople(report.unitKind!));
    expect((await t.store.panels.describe(report.panel, null)).unitKind).toBe(kind);
  });

  it('needs no caution where it was stated', async () => {
    const report = await load('buurt,gas\nAssendorp,1\nHolten,2\n', { unitKind: 'household', dryRun: true });
    expect([report.outcome, report.unitKind, report.cautions.count]).toEqual(['checked', 'household', 0]);
  });
});

describe('the stored panels', () => {
  it('leave no file in the spool', async () => {
    expect(await readdir(join(t.folder, 'spool'))).toEqual([]);
  });
});
