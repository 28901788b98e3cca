import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { createRemoteService } from '../../src/cli/remote-service.ts';
import { operations } from '../../src/contract/operations.ts';
import { violations } from '../../src/contract/validate.ts';
import { buildHttp } from '../../src/http/app.ts';
import { memoryPorts } from '../support/memory-ports.ts';
import { openTestStore } from '../support/open-test-store.ts';
import { command } from '../support/terminal.ts';

it('totals are the same over HTTP as alone, for one variable and for several, and pass the gate', async () => {
  await using t = await openTestStore();
  const rows = Array.from({ length: 30 }, (_, i) => `H${i},${i < 5 ? 2023 : 2024},0.1,2`);
  await t.ingest(`household,year,gas,"a,b"\nH5,2023,0.1,2\n${rows.join('\n')}\n`, { panel: 'street' });
  const ports = memoryPorts([], { panels: t.store.panels });
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));
  const app = await buildHttp({
    service,
    version: 'test',
    bodyLimit: 1e6,
    logLevel: 'silent',
    problemPage: async () => null,
  });
  try {
    await app.listen({ port: 0, host: '127.0.0.1' });
    const remote = createRemoteService(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
    for (const variables of ['gas', 'gas,a\\,b']) {
      const call = ['describe', 'street', '--totals', variables, '--json'];
      const mine = await command(service, call);
      expect(await command(remote, call)).toEqual(mine);
      const answer = JSON.parse(mine.out);
      expect(violations(operations.panelTotals.response, answer)).toEqual([]);
      expect(answer.waves[1].totals[0]).toEqual({
        variable: 'gas',
        observed: 25,
        sum: 2.5,
        apart: [25, 0],
        withheld: null,
      });
    }
    const seen = await app.inject({
      url: '/v1/panels/street/totals?variable=gas&by=wave',
      headers: { 'samenwijs-role': 'visitor' },
    });
    expect(seen.json().waves.map((wave: { totals: object[] }) => wave.totals[0])).toEqual([
      { variable: 'gas', observed: null, sum: null, apart: [], withheld: 'small-group' },
      { variable: 'gas', observed: null, sum: null, apart: [], withheld: 'protects-other' },
    ]);
    const wrong = await app.inject('/v1/panels/street/totals?variables=gas');
    expect([wrong.statusCode, wrong.json().code]).toEqual([400, 'invalid-request']);
  } finally {
    await app.close();
  }
});
