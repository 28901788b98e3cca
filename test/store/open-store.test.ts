import { spawn } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { purposes } from '../../src/app/purposes.ts';
import { fileFormats } from '../../src/formats/file-formats.ts';
import { readLock } from '../../src/store/lock-file.ts';
import { migrations } from '../../src/store/migrations.ts';
import { openStore } from '../../src/store/open-store.ts';
import { openTestStore } from '../support/open-test-store.ts';

const storeRoom = new URL('../../src/store', import.meta.url).pathname;

test('panels are there after the store was closed and opened again', async () => {
  await using t = await openTestStore();
  await t.ingest('household,month,gas\nB,2024-01,3\nA,2024-02,2\nA,2024-01,1.5\n');
  const store = await t.reopen();
  expect((await store.panels.list()).map((p) => [p.panel, p.revision, p.rows, p.units, p.waves])).toEqual([
    ['panel', 1, 3, 2, 2],
  ]);
  const read = await store.panels.columns('panel', null, ['gas'], 'collective');
  expect(read.unitIds).toEqual(['A', 'B']);
  expect(read.waves).toEqual(['2024-01', '2024-02']);
  expect([...read.unitIndex]).toEqual([0, 0, 1]);
  expect([...read.waveIndex]).toEqual([0, 1, 0]);
  expect(read.columns.gas).toEqual({
    type: 'number',
    values: Float64Array.of(1.5, 2, 3),
    status: Uint8Array.of(0, 0, 0),
  });
});

test('a folder in use is refused with the address of its server, in this process too', async () => {
  await using t = await openTestStore({ url: 'http://127.0.0.1:3000' });
  await expect(openStore(t.folder, { formats: fileFormats, purposes, url: null })).rejects.toMatchObject({
    code: 'store-locked',
    details: { pid: process.pid, url: 'http://127.0.0.1:3000' },
  });
  expect(await readLock(t.folder)).toMatchObject({ pid: process.pid, url: 'http://127.0.0.1:3000' });
});

test('the lock names the address that was announced, and is gone after closing', async () => {
  await using t = await openTestStore();
  await t.store.announce('http://127.0.0.1:4000');
  expect(await readLock(t.folder)).toMatchObject({ url: 'http://127.0.0.1:4000' });
  await t.store.close();
  expect(await readLock(t.folder)).toBeNull();
  await t.reopen();
});

test('a lock of a process that is gone is taken over', async () => {
  await using t = await openTestStore();
  await t.store.close();
  const gone = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => gone.once('exit', resolve));
  await writeFile(join(t.folder, 'lock.json'), JSON.stringify({ pid: gone.pid, url: 'http://x', startedAt: '' }));
  expect(await readLock(t.folder)).toBeNull();
  await t.reopen();
  expect(JSON.parse(await readFile(join(t.folder, 'lock.json'), 'utf8')).pid).toBe(process.pid);
});

test('a lock whose process number another program has by now is taken over; that of the same process is not', async () => {
  await using t = await openTestStore();
  const { process: own } = (await readLock(t.folder))!;
  expect(own === null).toBe(process.platform !== 'linux');
  await t.store.close();
  const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
  try {
    const lock = { pid: other.pid, url: null, startedAt: '', process: null as string | null };
    await writeFile(join(t.folder, 'lock.json'), JSON.stringify(lock));
    await expect(openStore(t.folder, { formats: fileFormats, purposes, url: null })).rejects.toMatchObject({
      code: 'store-locked',
      details: { pid: other.pid },
    });
    if (own === null) return;
    await writeFile(join(t.folder, 'lock.json'), JSON.stringify({ ...lock, process: own }));
    expect(await readLock(t.folder)).toBeNull();
    await t.reopen();
    expect(await readLock(t.folder)).toMatchObject({ pid: process.pid, process: own });
  } finally {
    other.kill();
    await rm(join(t.folder, 'lock.json'), { force: true });
    await t.reopen();
  }
});

test('a store of a newer version is refused and left as it is', async () => {
  await using t = await openTestStore();
  await t.store.close();
  const path = join(t.folder, 'samenwijs.duckdb');
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run('INSERT INTO schema_version VALUES (999)');
  connection.closeSync();
  instance.closeSync();
  await expect(openStore(t.folder, { formats: fileFormats, purposes, url: null })).rejects.toMatchObject({
    code: 'store-too-new',
    details: { version: 999, newest: migrations.at(-1)!.version },
  });
  expect(await readLock(t.folder)).toBeNull();
  const again = await DuckDBInstance.create(path);
  const check = await again.connect();
  await check.run('DELETE FROM schema_version WHERE version = 999');
  check.closeSync();
  again.closeSync();
  await t.reopen();
});

test('a store of the first version is brought up to date, with what it holds', async () => {
  await using t = await openTestStore();
  await t.store.close();
  const path = join(t.folder, 'samenwijs.duckdb');
  await rm(path);
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  const [first] = migrations;
  for (const sql of ['CREATE TABLE schema_version (version INTEGER PRIMARY KEY)', ...first!.statements]) {
    await connection.run(sql);
  }
  await connection.run('INSERT INTO schema_version VALUES (1)');
  await connection.run(`INSERT INTO job VALUES ('job_1', 1, 'failed', NULL, '{"id":"job_1"}')`);
  await connection.run(`INSERT INTO result VALUES ('res_1', 'insights', 'release', '{"id":"res_1"}')`);
  connection.closeSync();
  instance.closeSync();
  const store = await t.reopen();
  expect(await store.jobs.list(10)).toEqual([{ id: 'job_1' }]);
  expect(await store.results.get('res_1')).toEqual({ id: 'res_1' });
  await t.ingest('household,year,gas\nA,2024,1\nB,2024,2\n');
  expect(await store.erasure.panelsOf('A')).toEqual(['panel']);
});

test('every table of the schema is written by the service, and every view read', async () => {
  const sources = (await readdir(storeRoom)).filter((name) => name !== 'migrations.ts' && name.endsWith('.ts'));
  const text = (await Promise.all(sources.map((name) => readFile(join(storeRoom, name), 'utf8')))).join('\n');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const sql of migrations.flatMap(({ statements }) => statements)) await connection.run(sql);
  const names = async (kind: string) =>
    (await connection.runAndReadAll(`SELECT ${kind}_name FROM duckdb_${kind}s() WHERE NOT internal`)).getRows().flat();
  const tables = await names('table');
  const views = await names('view');
  connection.closeSync();
  instance.closeSync();
  expect(tables.length).toBeGreaterThan(9);
  expect(tables.filter((name) => !text.includes(`INSERT INTO ${name} `))).toEqual([]);
  expect(views.filter((name) => !text.includes(`FROM ${name} `))).toEqual([]);
});
