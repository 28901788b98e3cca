import type { FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/app/actor.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService, type Service } from '../../src/app/service.ts';
import { operations } from '../../src/contract/operations.ts';
import { violations } from '../../src/contract/validate.ts';
import { buildHttp } from '../../src/http/app.ts';
import { memoryPorts } from '../support/memory-ports.ts';
import { openTestStore, type TestStore } from '../support/open-test-store.ts';

/** 60 households in two months, in four collectives; gas is 100 + number. */
function streetOf60(): string {
  const lines = ['household,month,collective,heating,gas'];
  for (let h = 0; h < 60; h++) {
    for (const month of ['2024-01', '2024-02']) lines.push(`${id(h)},${month},C${h % 4},${(h >> 2) % 2},${100 + h}`);
  }
  return `${lines.join('\n')}\n`;
}

const id = (h: number): string => `H${String(h).padStart(2, '0')}`;

async function serve(t: TestStore): Promise<{ readonly app: FastifyInstance; readonly service: Service }> {
  await t.ingest(streetOf60(), { panel: 'street', unitKind: 'household', collective: 'collective' });
  const { panels, jobs: jobStore, results, consents, erasure, events } = t.store;
  let next = 0;
  const identifiers = { next: (prefix: string) => `${prefix}_${++next}` };
  const ports = memoryPorts([], { panels, jobs: jobStore, results, consents, erasure, events, identifiers });
  const jobs = createJobs(ports, { concurrency: 2 });
  const service = createService(ports, jobs);
  const app = await buildHttp({
    service,
    version: '0.0.0-test',
    bodyLimit: 10_000,
    logLevel: 'silent',
    problemPage: async () => null,
  });
  app.addHook('onClose', () => jobs.close());
  return { app, service };
}

const say = (app: FastifyInstance, household: string, payload: object, headers = {}) =>
  app.inject({ method: 'POST', url: `/v1/households/${household}/consents`, payload, headers });
const withdrawal = { person: '1', purpose: 'research', kind: 'withdrawn' } as const;
const visitor = { 'samenwijs-role': 'visitor' };

const insights = (app: FastifyInstance, headers = {}) =>
  app.inject({ method: 'POST', url: '/v1/panels/street/insights', payload: { kpi: 'gas' }, headers });
const qca = (app: FastifyInstance, cases: 'unit' | 'collective', headers = {}) => {
  const cut = { method: 'crisp', thresholds: [129.5] };
  const payload = {
    panel: 'street',
    cases,
    outcome: { variable: 'gas', calibration: cut },
    conditions: [{ variable: 'heating', calibration: { method: 'crisp', thresholds: [0.5] } }],
    wave: '2024-01',
  };
  return app.inject({ method: 'POST', url: '/v1/qca', payload, headers });
};

describe('consent over HTTP', () => {
  it('is recorded and listed, and what it made out of date answers 410', async () => {
    await using t = await openTestStore();
    const { app } = await serve(t);
    const job = (await insights(app)).json();
    expect(job.result.sources).toMatchObject([{ panel: 'street', consents: 0 }]);
    expect(job.result.body.periods[0].total).toMatchObject({ n: 60, mean: 129.5 });

    const answer = await say(app, id(59), { ...withdrawal, purpose: 'collective' });
    expect(answer.statusCode).toBe(200);
    expect(violations(operations.recordConsent.response, answer.json())).toEqual([]);
    expect(answer.json()).toMatchObject({ household: id(59), panels: ['street'], jobs: 1, results: 1, released: 0 });
    const list = await app.inject(`/v1/households/${id(59)}/consents`);
    expect(violations(operations.listConsents.response, list.json())).toEqual([]);
    expect(list.json().events).toMatchObject([{ person: '1', purpose: 'collective', kind: 'withdrawn' }]);
    for (const url of [`/v1/jobs/${job.id}`, `/v1/results/${job.resultId}`]) {
      expect((await app.inject(url)).json()).toMatchObject({ status: 410, code: 'data-withdrawn' });
    }

    const again = (await insights(app)).json().result;
    expect(again.sources).toMatchObject([{ panel: 'street', consents: 1 }]);
    expect(again.attrition.slice(0, 2)).toEqual([
      { step: 'units-of-revision', units: 60 },
      { step: 'consent-withdrawn', units: 59 },
    ]);
    // The mean of 100 to 158.
    expect(again.body.periods[0].total).toMatchObject({ n: 59, mean: 129 });
    await app.close();
  });

  it('refuses unknown purposes, kinds and fields, and everybody but the operator', async () => {
    await using t = await openTestStore();
    const { app } = await serve(t);
    for (const wrong of [{ purpose: 'profit' }, { kind: 'revoked' }, { person: '' }, { at: '2020-01-01' }]) {
      expect((await say(app, id(1), { ...withdrawal, ...wrong })).statusCode).toBe(400);
    }
    for (const role of ['visitor', 'household', 'collective', 'researcher', 'broker']) {
      const headers = { 'samenwijs-role': role };
      expect((await say(app, id(1), withdrawal, headers)).json().code).toBe('not-authorised');
      const list = await app.inject({ url: `/v1/households/${id(1)}/consents`, headers });
      expect(list.json().code).toBe('not-authorised');
    }
    expect((await app.inject(`/v1/households/${id(1)}/consents`)).json().events).toEqual([]);
    await app.close();
  });
});

describe('a panel of which everybody withdrew', () => {
  it('is refused to every analysis, and described as empty', async () => {
    await using t = await openTestStore();
    const { app } = await serve(t);
    for (let h = 0; h < 60; h++) {
      await say(app, id(h), withdrawal);
      await say(app, id(h), { ...withdrawal, purpose: 'collective' });
    }
    const study = {
      treatment: 'heating',
      outcome: 'gas',
      covariates: ['gas'],
      baseline: '2024-01',
      followUp: '2024-02',
    };
    const url = '/v1/panels/street';
    for (const headers of [{}, visitor]) {
      for (const answer of [
        insights(app, headers),
        qca(app, 'unit', headers),
        app.inject({ method: 'POST', url: `${url}/matching-studies`, payload: study, headers }),
        app.inject({
          method: 'POST',
          url: `${url}/panel-models`,
          payload: { outcome: 'gas', terms: ['heating'], model: 'pooled' },
          headers,
        }),
      ]) {
        expect((await answer).json()).toMatchObject({ status: 410, code: 'data-withdrawn' });
      }
      expect((await app.inject({ url: `${url}/totals?variable=gas`, headers })).json().waves).toEqual([]);
      expect((await app.inject({ url, headers })).json()).toMatchObject({ units: headers === visitor ? null : 0 });
    }
    await app.close();
  });
});

describe('a household', () => {
  it('says and sees what it consents to itself, and nobody else does', async () => {
    await using t = await openTestStore();
    const { app, service } = await serve(t);
    const own: Actor = { role: 'household', household: id(7) };
    await service.recordConsent(own, { household: id(7), ...withdrawal });
    expect((await service.listConsents(own, { household: id(7) })).events).toHaveLength(1);
    for (const ask of [
      () => service.recordConsent(own, { household: id(8), ...withdrawal }),
      () => service.listConsents(own, { household: id(8) }),
      () => service.listConsents({ role: 'collective', household: id(8) }, { household: id(8) }),
      () => service.listConsents({ role: 'household' }, { household: id(8) }),
    ]) {
      await expect(ask()).rejects.toMatchObject({ code: 'not-authorised' });
    }
    expect((await service.listConsents({ role: 'operator' }, { household: id(8) })).events).toEqual([]);
    await app.close();
  });
});

describe('the release gate', () => {
  it('tells nobody but the operator how few withdrew, also where the cases are collectives', async () => {
    await using t = await openTestStore();
    const { app } = await serve(t);
    const steps = async (answer: ReturnType<typeof qca>) =>
      (await answer)
        .json()
        .result.attrition.slice(0, 2)
        .map(({ units }: { units: number | null }) => units);
    for (let h = 0; h < 9; h++) await say(app, id(h), withdrawal);
    for (const cases of ['unit', 'collective'] as const) {
      expect(await steps(qca(app, cases))).toEqual([60, 51]);
      expect(await steps(qca(app, cases, visitor))).toEqual([null, 51]);
    }
    expect(await steps(insights(app))).toEqual([60, 51]);
    expect(await steps(insights(app, visitor))).toEqual([null, 51]);
    const described = await app.inject({ url: '/v1/panels/street', headers: visitor });
    expect(described.json()).toMatchObject({ units: 51, rows: 102 });

    await say(app, id(9), withdrawal);
    expect(await steps(qca(app, 'unit', visitor))).toEqual([60, 50]);
    expect((await insights(app, visitor)).json().result.body.periods[0].total.n).toBe(60);
    await app.close();
  });
});
