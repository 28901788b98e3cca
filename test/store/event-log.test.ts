import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { openTestStore, type TestStore } from '../support/open-test-store.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const ingestThree = (t: TestStore) =>
  Promise.all(['a', 'b', 'c'].map((panel) => t.ingest('household,year,gas\nA,2024,1\n', { panel })));

test('entries are chained by hash, also when they are made at the same time', async () => {
  await using t = await openTestStore();
  await ingestThree(t);
  const entries = await t.store.events.entries();
  expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  expect(entries.map(({ subject }) => subject).toSorted()).toEqual(['a', 'b', 'c']);
  let previousHash = '0'.repeat(64);
  for (const { sequence, at, type, subject, details, hash, ...entry } of entries) {
    expect(entry.previousHash).toBe(previousHash);
    expect(hash).toBe(sha256(JSON.stringify([sequence, at, type, subject, details, previousHash])));
    previousHash = hash;
  }
  expect(await t.store.events.firstBroken()).toBeNull();
});

test('an entry that was changed afterwards breaks the chain there', async () => {
  await using t = await openTestStore();
  await ingestThree(t);
  await t.store.close();
  const instance = await DuckDBInstance.create(join(t.folder, 'samenwijs.duckdb'));
  const connection = await instance.connect();
  await connection.run(`UPDATE event_log SET details = '{"rows":4}' WHERE sequence = 2`);
  connection.closeSync();
  instance.closeSync();
  const store = await t.reopen();
  expect(await store.events.firstBroken()).toBe(2);
});
