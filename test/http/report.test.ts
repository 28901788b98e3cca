import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { createRemoteService } from '../../src/cli/remote-service.ts';
import { qcaExample } from '../../src/contract/qca.ts';
import { buildHttp } from '../../src/http/app.ts';
import { memoryPorts } from '../support/memory-ports.ts';

it('gives the report of a stored result as HTML, to a browser and to a command beside a running server', async () => {
  const ports = memoryPorts([]);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const app = await buildHttp({
    service,
    version: 'test',
    bodyLimit: 1e6,
    logLevel: 'silent',
    problemPage: async () => null,
  });
  try {
    const job = await app.inject({ method: 'POST', url: '/v1/qca', payload: qcaExample });
    const { id } = job.json().result;
    const answer = await app.inject(`/v1/results/${id}/report?lang=nl`);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(answer.body).toContain('Wat gaat samen met INSULATED?');
    expect((await app.inject(`/v1/results/${id}/report`)).body).toContain('What goes together with INSULATED?');
    await app.listen({ port: 0, host: '127.0.0.1' });
    const remote = createRemoteService(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
    const visitor = { role: 'visitor' } as const;
    expect(await remote.resultReport(visitor, { result: id, lang: 'nl' })).toEqual({ html: answer.body });
    for (const [url, status, code] of [
      [`/v1/results/${id}/report?lang=fr`, 400, 'invalid-request'],
      ['/v1/results/res_none/report', 404, 'result-not-found'],
    ] as const) {
      const refused = await app.inject(url);
      expect([refused.statusCode, refused.json().code]).toEqual([status, code]);
    }
  } finally {
    await app.close();
  }
});
