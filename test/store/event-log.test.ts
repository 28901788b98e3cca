import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { openTestStore } from '../support/open-test-store.ts';

const entry = (type: string) => ({ type, at: '2026-01-01T00:00:00.000Z', subject: 'panel', details: { rows: 3 } });

test('entries are chained by hash, also when they are appended at the same time', async () => {
  await using t = await openTestStore();
  await Promise.all(['a', 'b', 'c'].map((type) => t.store.events.append(entry(type))));
  const entries = await t.store.events.entries();
  expect(entries.map((e) => [e.sequence, e.type])).toEqual([
    [1, 'a'],
    [2, 'b'],
    [3, 'c'],
  ]);
  expect(entries[1]!.previousHash).toBe(entries[0]!.hash);
  expect(await t.store.events.firstBroken()).toBeNull();
});

test('an entry that was changed afterwards breaks the chain there', async () => {
  await using t = await openTestStore();
  for (const type of ['a', 'b', 'c']) await t.store.events.append(entry(type));
  await t.store.close();
  const instance = await DuckDBInstance.create(join(t.folder, 'samenwijs.duckdb'));
  const connection = await instance.connect();
  await connection.run(`UPDATE event_log SET details = '{"rows":4}' WHERE sequence = 2`);
  connection.closeSync();
  instance.closeSync();
  const store = await t.reopen();
  expect(await store.events.firstBroken()).toBe(2);
});
