import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AnalysisKind } from '../../src/app/analyses.ts';
import type { ConsentKind } from '../../src/app/consent.ts';
import type { JobRecord } from '../../src/app/jobs.ts';
import { type Purpose, purposes } from '../../src/app/purposes.ts';
import type { Store } from '../../src/store/open-store.ts';
import { openTestStore, type TestStore } from '../support/open-test-store.ts';
import { occurrences, planted, streetFile } from '../support/planted-household.ts';

const at = '2026-01-01T00:00:00.000Z';
const receipt = 'consent_test';
const street = { panel: 'street', title: 'Street', unitKind: 'household' } as const;
const { household } = planted;

const say = (store: Store, kind: ConsentKind, purpose: Purpose = 'research', person = '1', who: string = household) =>
  store.consents.record({ household: who, person, purpose, kind, at, receipt });

/** All that is to be said of a panel for a purpose, but for its name, digest and consent. */
async function content(store: Store, panel: string, purpose: Purpose): Promise<unknown> {
  const blank = { panel: '', digest: '', revision: 0 };
  const { revisions: _all, ...description } = await store.panels.describe(panel, null);
  const summary = (await store.panels.list()).find((one) => one.panel === panel);
  const read = await store.panels.columns(panel, null, ['gas', 'heating'], purpose);
  const totals = await store.panels.totals(panel, null, ['gas']);
  return [
    { ...description, ...blank },
    { ...summary, ...blank },
    { ...read, ...blank, leftOut: 0, consents: 0 },
    totals.waves,
  ];
}

const units = async (store: Store, purpose: Purpose) =>
  (await store.panels.columns('street', null, ['gas'], purpose)).unitIds.length;

describe('consent that is withdrawn', () => {
  it('leaves the panel for that purpose as if the household had not been in the file', async () => {
    await using t = await openTestStore();
    await t.ingest(streetFile(200, true), street);
    await t.ingest(streetFile(200, false), { ...street, panel: 'oracle' });
    const before = await content(t.store, 'street', 'collective');
    expect(before).not.toEqual(await content(t.store, 'oracle', 'collective'));
    await say(t.store, 'withdrawn', 'collective');
    for (const open of [false, true]) {
      if (open) await t.reopen();
      expect(await content(t.store, 'street', 'collective')).toEqual(await content(t.store, 'oracle', 'collective'));
    }
    const read = await t.store.panels.columns('street', null, ['gas'], 'collective');
    expect([read.leftOut, read.consents, read.rows]).toEqual([1, 1, 60]);
    await say(t.store, 'renewed', 'collective');
    expect(await content(t.store, 'street', 'collective')).toEqual(before);
    expect((await t.store.panels.columns('street', null, ['gas'], 'research')).consents).toBe(2);
  });

  it('counts when one adult of several withdrew last, and no longer when that adult gives it again', async () => {
    await using t = await openTestStore();
    await t.ingest(streetFile(200, true), street);
    const steps: readonly (readonly [ConsentKind, string, number])[] = [
      ['given', 'a', 31],
      ['given', 'b', 31],
      ['withdrawn', 'a', 30],
      ['renewed', 'b', 30],
      ['withdrawn', 'b', 30],
      ['given', 'a', 30],
      ['given', 'b', 31],
    ];
    for (const [kind, person, left] of steps) {
      await say(t.store, kind, 'research', person);
      expect(await units(t.store, 'research')).toBe(left);
    }
    const events = await t.store.consents.of(household);
    expect(events.map(({ kind, person }) => [kind, person])).toEqual(steps.map(([kind, person]) => [kind, person]));
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('is heeded for one purpose alone once ten households differ, and for both before', async () => {
    await using t = await openTestStore();
    await t.ingest(streetFile(200, true), street);
    for (let h = 0; h < 12; h++) {
      await say(t.store, 'withdrawn', 'research', '1', `H${String(h).padStart(2, '0')}`);
      const isFew = h + 1 < 10;
      expect([await units(t.store, 'research'), await units(t.store, 'collective')]).toEqual([
        30 - h,
        isFew ? 30 - h : 31,
      ]);
    }
  });

  it('touches no unit that is no household, and waits for a household that is in no panel yet', async () => {
    await using t = await openTestStore();
    await t.ingest(streetFile(200, true), { panel: 'places', unitKind: 'neighbourhood' });
    expect(await say(t.store, 'withdrawn')).toMatchObject({ panels: [], sequence: 1 });
    const read = await t.store.panels.columns('places', null, ['gas'], 'research');
    expect([read.unitIds.length, read.leftOut, read.consents]).toEqual([31, 0, null]);
    await t.ingest(streetFile(200, true), street);
    expect(await units(t.store, 'research')).toBe(30);
  });

  it('may leave nobody', async () => {
    await using t = await openTestStore();
    await t.ingest('household,year,gas\nA,2023,1\nA,2024,2\n', street);
    await say(t.store, 'withdrawn', 'collective', '1', 'A');
    const read = await t.store.panels.columns('street', null, ['gas'], 'collective');
    expect([read.rows, read.unitIds, read.waves]).toEqual([0, [], []]);
    expect(await t.store.panels.describe('street', null)).toMatchObject({ rows: 0, units: 0, waves: 0 });
  });

  it('takes ids as texts, whatever they hold', async () => {
    await using t = await openTestStore();
    const id = `O'Brien "x"; DROP TABLE job`;
    await t.ingest(`household,year,gas\n"${id.replaceAll('"', '""')}",2024,1\nB,2024,2\n`, street);
    await say(t.store, 'withdrawn', 'research', id, id);
    expect((await t.store.panels.columns('street', null, ['gas'], 'research')).unitIds).toEqual(['B']);
  });
});

/** A stored analysis of the newest revision of the street: a job with its result. */
async function keepAnalysis(store: Store, kind: AnalysisKind, settings: object = { panel: 'street' }): Promise<void> {
  await store.jobs.insert({ ...job(kind, settings), state: 'succeeded', resultId: `res_${kind}` });
  const { revision, digest } = await store.panels.describe('street', null);
  const sources = [{ panel: 'street', revision, digest, units: null, consents: 0 }];
  await store.results.save({ id: `res_${kind}`, kind, class: 'release', sources } as never, `job_${kind}`);
}

const job = (kind: AnalysisKind, settings: object): JobRecord => ({
  id: `job_${kind}`,
  kind,
  state: 'running',
  settings,
  actor: { role: 'operator' },
  idempotencyKey: null,
  attempt: 1,
  progress: 0,
  stage: 'queued',
  submittedAt: at,
  startedAt: null,
  finishedAt: null,
  resultId: null,
  error: null,
});

const isGone = async (store: Store, kind: AnalysisKind) => {
  const answers = [store.jobs.get(`job_${kind}`), store.results.get(`res_${kind}`)];
  const codes = (await Promise.allSettled(answers)).map((one) => (one.status === 'rejected' ? one.reason.code : null));
  expect(codes[0]).toBe(codes[1]);
  return codes[0] === 'data-withdrawn';
};

/** Nine who withdrew from research, so that the tenth makes the purposes differ. */
async function withdrawNine(t: TestStore): Promise<void> {
  for (let h = 0; h < 9; h++) await say(t.store, 'withdrawn', 'research', '1', `H0${h}`);
}

describe('an event', () => {
  it('withdraws the stored answers it makes out of date: of the purpose, of the panels that hold the household', async () => {
    await using t = await openTestStore();
    await t.ingest(streetFile(200, true), street);
    await withdrawNine(t);
    await say(t.store, 'withdrawn', 'research', '1', 'H09');
    await keepAnalysis(t.store, 'insights');
    await keepAnalysis(t.store, 'panel-model');
    await t.store.results.noteRelease('res_panel-model', 'visitor', at);
    expect(await say(t.store, 'withdrawn')).toEqual({
      sequence: 11,
      panels: ['street'],
      jobs: 1,
      results: 1,
      released: 1,
    });
    expect([await isGone(t.store, 'panel-model'), await isGone(t.store, 'insights')]).toEqual([true, false]);
  });

  it('withdraws those of the other purpose too while few differ', async () => {
    await using t = await openTestStore();
    await t.ingest(streetFile(200, true), street);
    await keepAnalysis(t.store, 'insights');
    await keepAnalysis(t.store, 'panel-model');
    expect(await say(t.store, 'withdrawn')).toMatchObject({ jobs: 2, results: 2 });
    expect([await isGone(t.store, 'panel-model'), await isGone(t.store, 'insights')]).toEqual([true, true]);
  });

  it('that changes nothing withdraws nothing; one that brings a household back does', async () => {
    await using t = await openTestStore();
    await t.ingest(streetFile(200, true), street);
    await say(t.store, 'withdrawn');
    await keepAnalysis(t.store, 'qca');
    expect(await say(t.store, 'withdrawn', 'research', '2')).toMatchObject({ jobs: 0, results: 0 });
    expect(await say(t.store, 'given', 'research', '1')).toMatchObject({ jobs: 0, results: 0 });
    expect(await isGone(t.store, 'qca')).toBe(false);
    expect(await say(t.store, 'given', 'research', '2')).toMatchObject({ jobs: 1, results: 1 });
  });

  it('reaches analyses under way, and tables that were sent along and name the household', async () => {
    await using t = await openTestStore();
    await t.ingest(streetFile(200, false), street);
    const table = { ids: ['H00', household], columns: ['a'], rows: [[1], [2]] };
    await t.store.jobs.insert(job('qca', { panel: null, table }));
    await t.store.jobs.insert(job('panel-model', { panel: 'street' }));
    expect(await say(t.store, 'withdrawn')).toMatchObject({ jobs: 1, results: 0, panels: [] });
    await expect(t.store.jobs.get('job_qca')).rejects.toMatchObject({ code: 'data-withdrawn' });
    expect(await say(t.store, 'withdrawn', 'research', '1', 'H05')).toMatchObject({ jobs: 1 });
    const late = { id: 'res_late', kind: 'panel-model', class: 'release', sources: [] } as never;
    await expect(t.store.results.save(late, 'job_panel-model')).rejects.toMatchObject({ code: 'data-withdrawn' });
  });

  it('stands in the log without the household, and is found with the receipt', async () => {
    await using t = await openTestStore();
    await say(t.store, 'withdrawn', 'research', 'adult-7');
    const entries = await t.store.events.entries();
    expect(entries).toMatchObject([{ type: 'consent-recorded', subject: 'research', at }]);
    const consent = createHash('sha256').update(`${receipt}\n${household}\nadult-7`).digest('hex');
    expect(JSON.parse(entries[0]!.details)).toEqual({ kind: 'withdrawn', consent });
    expect(await t.store.events.firstBroken()).toBeNull();
  });

  it('is all or nothing', async () => {
    await using t = await openTestStore();
    await t.ingest(streetFile(200, true), street);
    await keepAnalysis(t.store, 'panel-model');
    let asked = 0;
    const fails = (withdrawals: Parameters<typeof purposes.research.leftOut>[0]) => {
      if (++asked > 1) throw new Error('the power went');
      return purposes.research.leftOut(withdrawals);
    };
    await t.reopen({ purposes: { ...purposes, research: { ...purposes.research, leftOut: fails } } });
    await expect(say(t.store, 'withdrawn')).rejects.toThrow('the power went');
    await t.reopen({ purposes });
    expect(await t.store.consents.of(household)).toEqual([]);
    expect((await t.store.events.entries()).map(({ type }) => type)).toEqual(['panel-ingested']);
    expect(await isGone(t.store, 'panel-model')).toBe(false);
    expect(await units(t.store, 'research')).toBe(31);
  });
});

describe('the erasure of a household', () => {
  it('takes its consent events along, bytes included, and never uses their numbers again', async () => {
    await using t = await openTestStore();
    await t.ingest(streetFile(200, true), street);
    await say(t.store, 'given', 'research', '1', 'H05');
    await say(t.store, 'withdrawn', 'research', 'adult-of-planted');
    const panels = await t.store.erasure.panelsOf(household);
    const request = { panels, unit: household, withConsents: true, receipt: 'erasure_test', at };
    expect(await t.store.erasure.erase(request)).toMatchObject({ consentEvents: 1 });
    expect(await t.store.consents.of(household)).toEqual([]);
    expect(await occurrences(t.folder, [household, 'adult-of-planted'])).toEqual([]);
    expect(await say(t.store, 'given', 'research', '1', 'H05')).toMatchObject({ sequence: 3 });
    await t.reopen();
    expect(await say(t.store, 'given', 'research', '1', 'H05')).toMatchObject({ sequence: 4 });
  });

  it('finds one of which consent events are all there is; that of one panel leaves them', async () => {
    await using t = await openTestStore();
    await t.ingest(streetFile(200, true), street);
    await say(t.store, 'withdrawn');
    const request = { unit: household, receipt: 'erasure_test', at };
    await t.store.erasure.erase({ ...request, panels: ['street'], withConsents: false });
    expect(await t.store.consents.of(household)).toHaveLength(1);
    expect(await t.store.erasure.erase({ ...request, panels: [], withConsents: true })).toMatchObject({
      consentEvents: 1,
    });
    await expect(t.store.erasure.erase({ ...request, panels: [], withConsents: true })).rejects.toMatchObject({
      code: 'unit-not-found',
    });
  });
});
