import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AnyResult } from '../../src/app/analyses.ts';
import type { JobRecord } from '../../src/app/jobs.ts';
import type { Store } from '../../src/store/open-store.ts';
import { openTestStore, type TestStore } from '../support/open-test-store.ts';
import { occurrences, planted, streetFile } from '../support/planted-household.ts';

const at = '2026-01-01T00:00:00.000Z';
const receipt = 'erasure_test';
const erase = (store: Store, panels: readonly string[], unit: string | null) =>
  store.erasure.erase({ panels, unit, withConsents: false, receipt, at });
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** A stored analysis of a panel's revision: a job with its result. */
async function keepAnalysis(store: Store, id: string, panel: string, revision: number, quote = ''): Promise<void> {
  const { digest } = (await store.panels.describe(panel, null)).revisions.find((one) => one.revision === revision)!;
  const job = { ...blankJob(id), settings: { panel, quote }, state: 'succeeded', resultId: `res_${id}` } as JobRecord;
  await store.jobs.insert(job);
  const sources = [{ panel, revision, digest, units: null }];
  await store.results.save({ id: `res_${id}`, kind: 'insights', class: 'release', sources, quote } as never, job.id);
}

const blankJob = (id: string): JobRecord => ({
  id: `job_${id}`,
  kind: 'insights',
  state: 'failed',
  settings: { panel: 'street' },
  actor: { role: 'operator' },
  idempotencyKey: `key_${id}`,
  attempt: 1,
  progress: 0,
  stage: 'queued',
  submittedAt: at,
  startedAt: null,
  finishedAt: null,
  resultId: null,
  error: null,
});

/** Two revisions of a street with the planted household, one before it moved in, and a second panel that has it too. */
async function streets(t: TestStore): Promise<void> {
  const street = { panel: 'street', title: 'Street', unitKind: 'household' } as const;
  await t.ingest(streetFile(100, false), street);
  await t.ingest(streetFile(200, true), street);
  await t.ingest(streetFile(300, true), street);
  await t.ingest(streetFile(400, true), { panel: 'district', unitKind: 'household' });
}

/** All that is to be said of a revision, but for its name and digest. */
async function content(store: Store, panel: string, revision: number): Promise<unknown> {
  const {
    digest,
    panel: _name,
    revision: _number,
    revisions,
    ...description
  } = await store.panels.describe(panel, revision);
  const columns = await store.panels.columns(panel, revision, ['gas', 'heating'], 'collective');
  const totals = await store.panels.totals(panel, revision, ['gas']);
  return [description, { ...columns, panel: '', revision: 0, digest: '' }, totals.waves];
}

describe('the erasure of a unit', () => {
  it('leaves every revision as if the unit had never been in the file', async () => {
    await using t = await openTestStore();
    await streets(t);
    const oracle = { title: 'Street', unitKind: 'household' } as const;
    await t.ingest(streetFile(200, false), { panel: 'oracle-2', ...oracle });
    await t.ingest(streetFile(300, false), { panel: 'oracle-3', ...oracle });
    const before = await content(t.store, 'street', 1);
    expect(await content(t.store, 'street', 2)).not.toEqual(await content(t.store, 'oracle-2', 1));

    expect(await erase(t.store, ['street'], planted.household)).toEqual({
      panels: [{ panel: 'street', revisions: 2, rows: 6 }],
      jobs: 0,
      results: 0,
      released: 0,
      consentEvents: 0,
    });
    expect(await content(t.store, 'street', 1)).toEqual(before);
    expect(await content(t.store, 'street', 2)).toEqual(await content(t.store, 'oracle-2', 1));
    expect(await content(t.store, 'street', 3)).toEqual(await content(t.store, 'oracle-3', 1));
    expect((await t.store.panels.columns('district', null, ['gas'], 'collective')).unitIds).toContain(
      planted.household,
    );
  });

  it('leaves its bytes in no file of the store, also while it is open', async () => {
    await using t = await openTestStore();
    await streets(t);
    await keepAnalysis(t.store, 'quoting', 'street', 2, `${planted.household} ${planted.value}`);
    const texts = [planted.household, planted.value];
    await t.reopen();
    expect(await occurrences(t.folder, texts)).toEqual(texts.map((text) => `samenwijs.duckdb: ${text}`));
    const panels = await t.store.erasure.panelsOf(planted.household);
    expect(panels).toEqual(['district', 'street']);
    await erase(t.store, panels, planted.household);
    expect(await occurrences(t.folder, texts)).toEqual([]);
    await t.reopen();
    expect(await occurrences(t.folder, texts)).toEqual([]);
    expect(await t.store.erasure.panelsOf(planted.household)).toEqual([]);
  });

  it('withdraws what was made from revisions with the unit, and nothing else', async () => {
    await using t = await openTestStore();
    await streets(t);
    await keepAnalysis(t.store, 'before', 'street', 1);
    await keepAnalysis(t.store, 'with', 'street', 2);
    await keepAnalysis(t.store, 'elsewhere', 'district', 1);
    await t.store.jobs.insert(blankJob('failed'));
    const table = { ids: ['H00', planted.household], columns: ['a'], rows: [[1], [2]] };
    await t.store.jobs.insert({ ...blankJob('table'), kind: 'qca', settings: { panel: null, table } });
    await t.store.jobs.insert({
      ...blankJob('own'),
      settings: { panel: 'district' },
      actor: { role: 'household', household: planted.household },
    });

    expect(await erase(t.store, ['street'], planted.household)).toMatchObject({ jobs: 4, results: 1 });
    for (const id of ['with', 'failed', 'table', 'own']) {
      await expect(t.store.jobs.get(`job_${id}`)).rejects.toMatchObject({ code: 'data-withdrawn' });
      expect(await t.store.jobs.byIdempotencyKey(`key_${id}`)).toBeNull();
    }
    await expect(t.store.results.get('res_with')).rejects.toMatchObject({ code: 'data-withdrawn' });
    expect((await t.store.jobs.list(10)).map(({ id }) => id)).toEqual(['job_elsewhere', 'job_before']);
    for (const id of ['before', 'elsewhere']) expect((await t.store.results.get(`res_${id}`))?.id).toBe(`res_${id}`);
  });

  it('keeps nothing that an analysis under way makes of what it had read', async () => {
    await using t = await openTestStore();
    await streets(t);
    const running: JobRecord = { ...blankJob('running'), state: 'running' };
    await t.store.jobs.insert(running);
    await erase(t.store, ['street'], planted.household);
    const late = { id: 'res_late', kind: 'insights', class: 'release', sources: [] } as unknown as AnyResult;
    await expect(t.store.results.save(late, running.id)).rejects.toMatchObject({ code: 'data-withdrawn' });
    await t.store.jobs.update({
      ...running,
      state: 'failed',
      error: { code: 'x', message: planted.value, details: {} },
    });
    await expect(t.store.jobs.get(running.id)).rejects.toMatchObject({ code: 'data-withdrawn' });
    expect(await t.store.results.get('res_late')).toBeNull();
  });

  it('notes in the event log what happened, and to whom only for the holder of the receipt', async () => {
    await using t = await openTestStore();
    await streets(t);
    const digestsOf = async () => (await t.store.panels.describe('street', null)).revisions.map(({ digest }) => digest);
    const digests = await digestsOf();
    await erase(t.store, ['street'], planted.household);
    const event = (await t.store.events.entries()).at(-1)!;
    expect(event).toMatchObject({ type: 'unit-erased', subject: 'street', at });
    const withdrawal = sha256(`${receipt}\n${planted.household}`);
    expect(JSON.parse(event.details)).toEqual({
      revisions: [2, 3].map((revision) => ({ panel: 'street', revision })),
      withdrawal,
    });
    expect(await digestsOf()).toEqual([
      digests[0],
      sha256(`${digests[1]}\n${withdrawal}`),
      sha256(`${digests[2]}\n${withdrawal}`),
    ]);
    expect(await t.store.events.firstBroken()).toBeNull();
  });

  it('is not undone by sending the same file again; a file without the unit is a new revision', async () => {
    await using t = await openTestStore();
    await streets(t);
    await erase(t.store, ['street'], planted.household);
    const street = { panel: 'street', title: 'Street', unitKind: 'household' } as const;
    await expect(t.ingest(streetFile(200, true), street)).rejects.toMatchObject({ code: 'data-withdrawn' });
    expect(await t.ingest(streetFile(300, false), street)).toMatchObject({ outcome: 'revised', revision: 4 });
  });

  it('of a panel of one unit erases the panel', async () => {
    await using t = await openTestStore();
    await t.ingest('household,year,gas\nA,2023,1\nA,2024,2\n', { panel: 'alone' });
    expect(await erase(t.store, ['alone'], 'A')).toMatchObject({ panels: [{ panel: 'alone', revisions: 1, rows: 2 }] });
    expect(await t.store.panels.list()).toEqual([]);
  });

  it('refuses an unknown panel or unit and changes nothing', async () => {
    await using t = await openTestStore();
    await streets(t);
    await expect(erase(t.store, ['nowhere'], null)).rejects.toMatchObject({ code: 'panel-not-found' });
    await expect(erase(t.store, ['street'], 'H99')).rejects.toMatchObject({ code: 'unit-not-found' });
    await expect(erase(t.store, [], 'H99')).rejects.toMatchObject({ code: 'unit-not-found' });
    expect((await t.store.events.entries()).map(({ type }) => type)).toEqual(Array(4).fill('panel-ingested'));
  });

  it('takes ids as texts, whatever they hold', async () => {
    await using t = await openTestStore();
    const id = `O'Brien "x"; DROP TABLE job`;
    await t.ingest(`household,year,gas\n"${id.replaceAll('"', '""')}",2024,1\nB,2024,2\n`);
    expect(await erase(t.store, ['panel'], id)).toMatchObject({ panels: [{ rows: 1 }] });
    expect((await t.store.panels.columns('panel', null, ['gas'], 'collective')).unitIds).toEqual(['B']);
  });
});

describe('the erasure of a panel', () => {
  it('removes every revision with what was made of it, bytes included, and leaves the others', async () => {
    await using t = await openTestStore();
    await streets(t);
    await keepAnalysis(t.store, 'street', 'street', 1, planted.value);
    await keepAnalysis(t.store, 'elsewhere', 'district', 1);
    expect(await erase(t.store, ['street'], null)).toEqual({
      panels: [{ panel: 'street', revisions: 3, rows: 60 + 63 + 63 }],
      jobs: 1,
      results: 1,
      released: 0,
      consentEvents: 0,
    });
    expect((await t.store.panels.list()).map(({ panel }) => panel)).toEqual(['district']);
    await expect(t.store.panels.describe('street', null)).rejects.toMatchObject({ code: 'panel-not-found' });
    expect((await t.store.results.get('res_elsewhere'))?.id).toBe('res_elsewhere');
    expect((await t.store.events.entries()).at(-1)).toMatchObject({ type: 'panel-erased', subject: 'street' });
    await erase(t.store, ['district'], null);
    expect(await occurrences(t.folder, [planted.household, planted.value])).toEqual([]);
  });

  it('makes room for a panel of the same name, also from the same file', async () => {
    await using t = await openTestStore();
    await streets(t);
    await erase(t.store, ['street'], null);
    expect(await t.ingest(streetFile(200, true), { panel: 'street' })).toMatchObject({
      outcome: 'created',
      revision: 1,
    });
  });
});

it('reads that go on during an erasure see the panel before it or after it', async () => {
  await using t = await openTestStore();
  await streets(t);
  const reads = Array.from({ length: 20 }, async (_, i) => {
    await new Promise((resolve) => setTimeout(resolve, i * 3));
    const { rows, unitIds, unitIndex } = await t.store.panels.columns('street', null, ['gas'], 'collective');
    expect([rows, unitIds.length]).toEqual(rows === 63 ? [63, 31] : [60, 30]);
    expect(new Set(unitIndex).size).toBe(unitIds.length);
  });
  await erase(t.store, ['street'], planted.household);
  await Promise.all(reads);
  expect((await t.store.panels.columns('street', null, ['gas'], 'collective')).rows).toBe(60);
});

it('closing waits for an erasure under way, and a release is still noted after one', async () => {
  await using t = await openTestStore();
  await streets(t);
  let isOver = false;
  const erasing = erase(t.store, ['street'], planted.household)
    .catch(() => {})
    .finally(() => {
      isOver = true;
    });
  // The rows are gone by the time that the new file is there.
  while (!isOver && !existsSync(join(t.folder, 'spool', 'rewritten.duckdb'))) await new Promise(setImmediate);
  await Promise.all([t.store.close(), erasing]);
  const store = await t.reopen();
  expect(await store.erasure.panelsOf(planted.household)).toEqual(['district']);
  await keepAnalysis(store, 'later', 'street', 1);
  for (let i = 0; i < 2; i++) await store.results.noteRelease('res_later', 'visitor', at);
  expect(await erase(store, ['street'], null)).toMatchObject({ released: 1 });
});
