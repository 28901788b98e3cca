import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { roles } from '../../src/app/actor.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { operations } from '../../src/contract/operations.ts';
import { violations } from '../../src/contract/validate.ts';
import { buildHttp } from '../../src/http/app.ts';
import { memoryPorts } from '../support/memory-ports.ts';
import { openTestStore, type TestStore } from '../support/open-test-store.ts';
import { planted, streetFile } from '../support/planted-household.ts';

/** The service over a store with a street in which the planted household lives. */
async function serve(t: TestStore): Promise<FastifyInstance> {
  await t.ingest(streetFile(100, true), { panel: 'street', unitKind: 'household' });
  const { panels, jobs: jobStore, results, erasure, events } = t.store;
  let next = 0;
  const identifiers = { next: (prefix: string) => `${prefix}_${++next}` };
  const ports = memoryPorts([], { panels, jobs: jobStore, results, erasure, events, identifiers });
  const jobs = createJobs(ports, { concurrency: 2 });
  const app = await buildHttp({
    service: createService(ports, jobs),
    version: '0.0.0-test',
    bodyLimit: 10_000,
    logLevel: 'silent',
    problemPage: async () => null,
  });
  app.addHook('onClose', () => jobs.close());
  return app;
}

const unit = `/v1/panels/street/units/${planted.household}`;
const insights = {
  method: 'POST',
  url: '/v1/panels/street/insights',
  payload: { kpi: 'gas', by: 'heating' },
  headers: { 'idempotency-key': 'mine' },
} as const;

describe('erasure over HTTP', () => {
  it('says what it removed; jobs and results made from it answer 410, and the same request runs anew', async () => {
    await using t = await openTestStore();
    const app = await serve(t);
    const job = (await app.inject(insights)).json();
    expect(job.result.body.periods).toHaveLength(3);

    const answer = await app.inject({ method: 'DELETE', url: unit });
    expect(answer.statusCode).toBe(200);
    expect(violations(operations.eraseUnit.response, answer.json())).toEqual([]);
    expect(answer.json()).toEqual({
      panels: [{ panel: 'street', revisions: 1, rows: 3 }],
      jobs: 1,
      results: 1,
      released: 0,
      consentEvents: 0,
      unit: planted.household,
      receipt: expect.stringMatching(/^erasure_/),
    });

    for (const request of [
      { method: 'GET', url: `/v1/jobs/${job.id}` },
      { method: 'GET', url: `/v1/jobs/${job.id}/events` },
      { method: 'DELETE', url: `/v1/jobs/${job.id}` },
      { method: 'POST', url: `/v1/jobs/${job.id}/restart` },
      { method: 'GET', url: `/v1/results/${job.resultId}` },
    ] as const) {
      const gone = await app.inject(request);
      expect(gone.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(gone.json()).toMatchObject({ status: 410, code: 'data-withdrawn', type: '/problems/data-withdrawn' });
    }
    expect((await app.inject('/v1/jobs')).json()).toEqual({ jobs: [] });
    const again = (await app.inject(insights)).json();
    expect(again.id).not.toBe(job.id);
    expect(again.result.body.periods).toHaveLength(2);
    await app.close();
  });

  it('reaches a table that was sent along with its case, and nothing else of that kind', async () => {
    await using t = await openTestStore();
    const app = await serve(t);
    const ask = async (ids: readonly string[]) => {
      const table = {
        columns: ['A', 'Y'],
        ids,
        rows: [
          [1, 1],
          [0, 0],
          [1, 1],
        ],
      };
      const payload = { table, outcome: { variable: 'Y' }, conditions: [{ variable: 'A' }] };
      return (await app.inject({ method: 'POST', url: '/v1/qca', payload })).json();
    };
    const with1 = await ask(['H00', planted.household, 'H02']);
    const without = await ask(['H00', 'H01', 'H02']);
    expect([with1.state, without.state]).toEqual(['succeeded', 'succeeded']);
    await app.inject({ method: 'DELETE', url: `/v1/households/${planted.household}` });
    expect((await app.inject(`/v1/jobs/${with1.id}`)).json().code).toBe('data-withdrawn');
    expect((await app.inject(`/v1/results/${with1.resultId}`)).json().code).toBe('data-withdrawn');
    expect((await app.inject(`/v1/results/${without.resultId}`)).json().id).toBe(without.resultId);
    await app.close();
  });

  it('says how many of the results somebody else had seen', async () => {
    await using t = await openTestStore();
    const app = await serve(t);
    const ask = (kpi: string, role: string) =>
      app.inject({ ...insights, payload: { kpi, by: 'heating' }, headers: { 'samenwijs-role': role } });
    const seen = (await ask('gas', 'operator')).json();
    for (let i = 0; i < 2; i++) {
      const answer = await app.inject({
        url: `/v1/results/${seen.resultId}`,
        headers: { 'samenwijs-role': 'visitor' },
      });
      expect(answer.statusCode).toBe(200);
    }
    await ask('gas', 'broker');
    await ask('gas', 'operator');
    expect((await app.inject({ method: 'DELETE', url: unit })).json()).toMatchObject({ results: 3, released: 2 });
    await app.close();
  });

  it('shows the log of what came in and went to the operator, and to nobody else', async () => {
    await using t = await openTestStore();
    const app = await serve(t);
    const { receipt } = (await app.inject({ method: 'DELETE', url: unit })).json();
    const answer = await app.inject('/v1/events');
    expect(violations(operations.listEvents.response, answer.json())).toEqual([]);
    const { events, firstBroken } = answer.json();
    expect(firstBroken).toBeNull();
    expect(events.map(({ type }: { type: string }) => type)).toEqual(['panel-ingested', 'unit-erased']);
    expect(answer.body).not.toContain(planted.household);
    const withdrawal = createHash('sha256').update(`${receipt}\n${planted.household}`).digest('hex');
    expect(JSON.parse(events[1].details).withdrawal).toBe(withdrawal);
    const visitor = await app.inject({ url: '/v1/events', headers: { 'samenwijs-role': 'visitor' } });
    expect(visitor.json()).toMatchObject({ status: 403, code: 'not-authorised' });
    await app.close();
  });

  it('takes ids with any character, of one panel or of a household everywhere, and whole panels', async () => {
    await using t = await openTestStore();
    const app = await serve(t);
    const id = 'Kerkstraat 1/a é%';
    await t.ingest(`household,year,gas\n${id},2024,1\nB,2024,2\n`, { panel: 'north', unitKind: 'household' });
    await t.ingest(`household,year,gas\n${id},2024,1\nB,2024,2\n`, { panel: 'south', unitKind: 'household' });
    await t.ingest(`place,year,gas\n${id},2024,1\nB,2024,2\n`, { panel: 'places', unitKind: 'neighbourhood' });
    const erase = async (url: string) => (await app.inject({ method: 'DELETE', url })).json();
    const encoded = encodeURIComponent(id);
    expect((await erase(`/v1/panels/north/units/${encoded}`)).panels).toMatchObject([{ panel: 'north', rows: 1 }]);
    expect((await erase(`/v1/households/${encoded}`)).panels).toMatchObject([{ panel: 'south', rows: 1 }]);
    expect(await erase(`/v1/households/${encoded}`)).toMatchObject({ status: 404, code: 'unit-not-found' });
    expect(await erase('/v1/panels/places')).toMatchObject({ panels: [{ panel: 'places', rows: 2 }], receipt: null });
    expect(await erase('/v1/panels/places')).toMatchObject({ status: 404, code: 'panel-not-found' });
    await app.close();
  });

  it.each(roles.filter((role) => role !== 'operator'))('is not for the role %s', async (role) => {
    await using t = await openTestStore();
    const app = await serve(t);
    for (const url of [unit, '/v1/panels/street', `/v1/households/${planted.household}`]) {
      const answer = await app.inject({ method: 'DELETE', url, headers: { 'samenwijs-role': role } });
      expect(answer.json()).toMatchObject({ status: 403, code: 'not-authorised' });
    }
    expect((await t.store.panels.describe('street', null)).rows).toBe(63);
    await app.close();
  });
});
