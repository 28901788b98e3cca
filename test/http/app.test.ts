import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { createJobs } from '../../src/app/jobs.ts';
import type { Compute } from '../../src/app/ports.ts';
import { createService } from '../../src/app/service.ts';
import { operations } from '../../src/contract/operations.ts';
import { violations } from '../../src/contract/validate.ts';
import { buildHttp } from '../../src/http/app.ts';
import { householdPanel } from '../support/household-panel.ts';
import { memoryPorts } from '../support/memory-ports.ts';

const open: FastifyInstance[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
});

async function serve(compute?: Compute): Promise<FastifyInstance> {
  const ports = memoryPorts([householdPanel()], compute ? { compute } : {});
  const jobs = createJobs(ports, { concurrency: 2 });
  const app = await buildHttp({
    service: createService(ports, jobs),
    version: '0.0.0-test',
    bodyLimit: 2000,
    logLevel: 'silent',
    problemPage: async (code) => (code === 'panel-not-found' ? '# panel-not-found' : null),
  });
  app.addHook('onClose', () => jobs.close());
  open.push(app);
  return app;
}
const insights = { method: 'POST', url: '/v1/panels/street/insights' } as const;
const never: Compute = {
  run: (_name, _input, control) =>
    new Promise((_resolve, reject) => control.signal.addEventListener('abort', () => reject(control.signal.reason))),
};

describe('the HTTP face', () => {
  it('answers an analysis with its result, in the shape the contract promises', async () => {
    const app = await serve();
    const answer = await app.inject({ ...insights, payload: { kpi: 'gas', by: 'dwelling' } });
    expect(answer.statusCode).toBe(200);
    expect(violations(operations.insights.response, answer.json())).toEqual([]);
    expect(answer.json().result.body.periods[0].total.n).toBe(40);
  });

  it('answers 202 with a place to look when the analysis takes longer than a second, and lets it be cancelled', async () => {
    const app = await serve(never);
    const answer = await app.inject({ ...insights, payload: { kpi: 'gas' } });
    expect(answer.statusCode).toBe(202);
    const { location } = answer.headers;
    expect(location).toBe(`/v1/jobs/${answer.json().id}`);
    expect((await app.inject(location!)).json().state).toBe('running');
    const cancelled = await app.inject({ method: 'DELETE', url: location! });
    expect(cancelled.json().state).toBe('cancelled');
  });

  it('streams the progress of a job as server-sent events', async () => {
    const app = await serve();
    const job = (await app.inject({ ...insights, payload: { kpi: 'gas' } })).json();
    const stream = await app.inject(`/v1/jobs/${job.id}/events`);
    expect(stream.headers['content-type']).toBe('text/event-stream');
    expect(stream.body).toMatch(/^id: 1\nevent: end\ndata: \{.*"state":"succeeded"/);
  });

  it('gives the same job for the same Idempotency-Key', async () => {
    const app = await serve();
    const ask = () => app.inject({ ...insights, payload: { kpi: 'gas' }, headers: { 'idempotency-key': 'abc' } });
    expect((await ask()).json().id).toBe((await ask()).json().id);
  });

  it('refuses an Idempotency-Key of more than 255 characters', async () => {
    const app = await serve();
    const ask = (key: string) =>
      app.inject({ ...insights, payload: { kpi: 'gas' }, headers: { 'idempotency-key': key } });
    expect((await ask('k'.repeat(255))).statusCode).toBe(200);
    const answer = await ask('k'.repeat(256));
    expect(answer.json()).toMatchObject({
      status: 400,
      code: 'invalid-request',
      details: { length: 256, longest: 255 },
    });
  });

  it('refuses an address that cannot be decoded like any other wrong request, with the same headers', async () => {
    const app = await serve();
    const [wrong, unknown] = await Promise.all(['/v1/panels/%', '/v1/jobs/job_x'].map((url) => app.inject(url)));
    const names = (answer: typeof wrong) =>
      Object.keys(answer!.headers)
        .filter((name) => name !== 'date')
        .toSorted();
    expect(names(wrong)).toEqual(names(unknown));
    expect(Object.keys(wrong!.json())).toEqual(Object.keys(unknown!.json()));
  });

  it('refuses an unknown field and says which one was meant', async () => {
    const app = await serve();
    const answer = await app.inject({ ...insights, payload: { kpi: 'gas', confidense: 0.9 } });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.json()).toMatchObject({ type: '/problems/invalid-request', status: 400, code: 'invalid-request' });
    expect(answer.json().details.errors).toEqual([
      { pointer: '/confidense', message: expect.stringContaining('did you mean "confidence"?') },
    ]);
  });

  it.each([
    ['a wrong type', insights, { kpi: 7 }, 400, 'invalid-request'],
    ['a missing field', insights, {}, 400, 'invalid-request'],
    ['an unknown panel', { ...insights, url: '/v1/panels/nowhere/insights' }, { kpi: 'gas' }, 404, 'panel-not-found'],
    [
      'a name that is a path',
      { ...insights, url: '/v1/panels/..%2f..%2fetc/insights' },
      { kpi: 'gas' },
      400,
      'invalid-request',
    ],
    [
      'SQL in a name',
      { ...insights, url: '/v1/panels/x%27%3B%20drop%20table%20job/insights' },
      { kpi: 'gas' },
      400,
      'invalid-request',
    ],
    ['a body over the limit', insights, { kpi: 'g'.repeat(3000) }, 413, 'payload-too-large'],
    ['an unknown job', { method: 'GET', url: '/v1/jobs/job_none' } as const, undefined, 404, 'job-not-found'],
    ['an unknown result', { method: 'GET', url: '/v1/results/res_none' } as const, undefined, 404, 'result-not-found'],
    ['an unknown address', { method: 'GET', url: '/v2/panels' } as const, undefined, 404, 'not-found'],
    [
      'a percent sign that escapes nothing',
      { method: 'GET', url: '/v1/jobs/%zz' } as const,
      undefined,
      400,
      'invalid-request',
    ],
    [
      'a name without end',
      { method: 'GET', url: `/v1/jobs/${'j'.repeat(5000)}` } as const,
      undefined,
      400,
      'invalid-request',
    ],
  ])('answers %s with a problem', async (_what, request, payload, status, code) => {
    const app = await serve();
    const answer = await app.inject({ ...request, ...(payload ? { payload } : {}) });
    expect(answer.json()).toMatchObject({ status, code, type: `/problems/${code}` });
    expect(answer.statusCode).toBe(status);
    expect(answer.json().detail.length).toBeGreaterThan(20);
  });

  it.each([
    ['JSON that is none', 'application/json', '{"kpi": '],
    ['an empty body', 'application/json', ''],
  ])('answers %s with a problem that says what to send', async (_what, type, payload) => {
    const app = await serve();
    const answer = await app.inject({ ...insights, payload, headers: { 'content-type': type } });
    expect(answer.json()).toMatchObject({ status: 400, code: 'invalid-request' });
  });

  it('refuses a body of a type that it does not read, and says which it does', async () => {
    const app = await serve();
    const upload = { method: 'POST', url: '/v1/panels/street/revisions' } as const;
    const send = async (request: typeof insights | typeof upload, type: string, payload: string) =>
      (await app.inject({ ...request, payload, headers: { 'content-type': type } })).json();
    const refusal = { status: 415, code: 'unsupported-media-type' };
    expect(await send(insights, 'text/plain', 'hello')).toMatchObject(refusal);
    expect(await send(upload, 'text/plain', 'hello')).toMatchObject(refusal);
    expect(await send(upload, 'application/json', '{"a":1}')).toMatchObject({
      ...refusal,
      detail: expect.stringContaining('received application/json. Send the file as text/csv'),
    });
  });

  it('says no internals when something breaks', async () => {
    const app = await serve({ run: () => Promise.reject(new TypeError('secret path')) });
    const answer = await app.inject({ ...insights, payload: { kpi: 'gas' } });
    expect(answer.json()).toMatchObject({ status: 500, code: 'internal-error' });
    expect(answer.body).not.toContain('secret');
  });

  it('takes a caller from elsewhere, or under a foreign name, for a visitor', async () => {
    const app = await serve();
    const ask = (headers: Record<string, string>, remoteAddress = '127.0.0.1') =>
      app.inject({ ...insights, payload: { kpi: 'gas', by: 'dwelling' }, headers, remoteAddress });
    const farm = (answer: Awaited<ReturnType<typeof ask>>) =>
      answer
        .json()
        .result.body.periods[0].groups.find(
          (cell: { group: string | null }) => cell.group === 'farm' || cell.group === null,
        );
    expect(farm(await ask({ host: 'localhost:3000' })).n).toBe(3);
    expect(farm(await ask({ host: 'rebound.example' })).withheld).toBe('small-group');
    expect(farm(await ask({ host: 'localhost:3000' }, '192.0.2.7')).withheld).toBe('small-group');
    expect(farm(await ask({ host: 'localhost:3000', 'samenwijs-role': 'visitor' })).withheld).toBe('small-group');
    expect(farm(await ask({ host: 'localhost:3000', 'x-forwarded-for': '192.0.2.7' })).withheld).toBe('small-group');
    const claim = await ask({ host: 'localhost:3000', 'samenwijs-role': 'operator' }, '192.0.2.7');
    expect(claim.json()).toMatchObject({ status: 403, code: 'not-authorised' });
    expect((await ask({ 'samenwijs-role': 'king' })).json()).toMatchObject({ status: 400 });
  });

  it('refuses a change asked for by a page of another site', async () => {
    const app = await serve();
    const answer = await app.inject({
      ...insights,
      payload: { kpi: 'gas' },
      headers: { origin: 'https://evil.example' },
    });
    expect(answer.json()).toMatchObject({ status: 403, code: 'not-authorised' });
  });

  it('hides the smallest and the largest value of a household panel from visitors', async () => {
    const app = await serve();
    const ask = (role: string) => app.inject({ url: '/v1/panels/street', headers: { 'samenwijs-role': role } });
    expect((await ask('operator')).json().description[0]).toMatchObject({ minimum: 900, maximum: 1390 });
    expect((await ask('visitor')).json().description[0]).toMatchObject({ minimum: null, maximum: null, mean: 1145 });
  });

  it('describes itself as OpenAPI 3.1, every operation of the contract included, and needs no other host', async () => {
    const app = await serve();
    const document = (await app.inject('/docs/api/openapi.json')).json();
    expect(document.openapi).toBe('3.1.0');
    const ids = Object.values(document.paths as Record<string, Record<string, { operationId?: string }>>)
      .flatMap((path) => Object.values(path))
      .map((operation) => operation.operationId);
    expect(ids.toSorted()).toEqual(Object.keys(operations).toSorted());
    const page = await app.inject('/docs/api/');
    expect(page.statusCode).toBe(200);
    const sources = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((m) => m[1]!);
    expect(sources.filter((source) => /^(https?:)?\/\//.test(source))).toEqual([]);
  });

  it('has a page for each problem code', async () => {
    const app = await serve();
    expect((await app.inject('/problems/panel-not-found')).body).toBe('# panel-not-found');
    expect((await app.inject('/problems/..%2f..%2fpackage')).statusCode).toBe(404);
  });
});

describe('a reader of Dutch', () => {
  const dutch = { 'accept-language': 'nl' };

  it('is refused in Dutch, each wrong field too', async () => {
    const app = await serve();
    const answer = await app.inject({ ...insights, payload: { confidense: 0.9 }, headers: dutch });
    expect(answer.json()).toMatchObject({ title: 'De aanvraag klopt niet', code: 'invalid-request' });
    expect(answer.json().detail).toContain('De body is niet wat insights verwacht: ');
    expect(answer.json().details.errors).toEqual([
      { pointer: '/kpi', message: 'verplicht veld "kpi" ontbreekt' },
      { pointer: '/confidense', message: expect.stringContaining('bedoelde je "confidence"?') },
    ]);
  });

  it('is refused in Dutch what only a job finds out', async () => {
    const app = await serve();
    const ask = (payload: object, headers: Record<string, string> = {}) =>
      app.inject({ ...insights, payload, headers: { ...dutch, ...headers } });
    const unknown = { kpi: 'gas', collective: 'west' };
    expect((await ask(unknown)).json().detail).toBe(
      'Panel "street" heeft geen collectief "west"; het heeft north, south.',
    );
    const coded = await ask({ kpi: 'dwelling' }, { 'samenwijs-role': 'visitor' });
    expect(coded.json().detail).toMatch(/^De KPI "dwelling" is gecodeerd en geen getal/);
    const withheld = await ask({ kpi: 'gas', by: 'gas' }, { 'samenwijs-role': 'visitor' });
    expect(withheld.json().detail).toMatch(/^De gegevens van dit panel laten dat niet toe \(invalid-argument\)/);
  });
});
