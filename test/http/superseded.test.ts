import { expect, it } from 'vitest';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { operations } from '../../src/contract/operations.ts';
import { violations } from '../../src/contract/validate.ts';
import { buildHttp } from '../../src/http/app.ts';
import { memoryPorts } from '../support/memory-ports.ts';
import { openTestStore } from '../support/open-test-store.ts';

const file = (households: number, corrected: number) =>
  `household,gas\n${Array.from({ length: households }, (_, i) => `H${i},${i === 3 ? corrected : 100 + i}`).join('\n')}\n`;

it('what a correction changed is for the operator: others read the newest revision, and no digest of a small panel', async () => {
  await using t = await openTestStore();
  for (const gas of [103, 900]) {
    await t.ingest(file(30, gas), { panel: 'street', unitKind: 'household' });
    await t.ingest(file(5, gas), { panel: 'alley', unitKind: 'household' });
    await t.ingest(file(30, gas), { panel: 'towns', unitKind: 'neighbourhood' });
  }
  const ports = memoryPorts([], { panels: t.store.panels });
  const jobs = createJobs(ports, { concurrency: 1 });
  const app = await buildHttp({
    service: createService(ports, jobs),
    version: 'test',
    bodyLimit: 1e6,
    logLevel: 'silent',
    problemPage: async () => null,
  });
  const get = async (url: string, role: string) =>
    (await app.inject({ url: `/v1/panels${url}`, headers: { 'samenwijs-role': role } })).json();
  try {
    const sumAt = async (revision: number) =>
      (await get(`/street?revision=${revision}`, 'operator')).description.find(
        (v: { name: string }) => v.name === 'gas',
      ).sum;
    expect((await sumAt(2)) - (await sumAt(1))).toBe(797);
    for (const url of ['/street?revision=1', '/street/totals?variable=gas&revision=1']) {
      expect(await get(url, 'visitor')).toMatchObject({ status: 403, type: expect.stringMatching(/not-authorised$/) });
    }
    const ask = await app.inject({
      method: 'POST',
      url: '/v1/panels/street/insights',
      payload: { kpi: 'gas', revision: 1 },
      headers: { 'samenwijs-role': 'visitor' },
    });
    expect(ask.statusCode).toBe(403);
    for (const url of ['/street', '/street?revision=2', '/towns?revision=1']) {
      expect((await get(url, 'visitor')).digest).toMatch(/^[0-9a-f]{64}$/);
    }
    expect((await get('/street?revision=9', 'visitor')).status).toBe(404);

    const alley = await get('/alley', 'visitor');
    expect(violations(operations.describePanel.response, alley)).toEqual([]);
    expect([alley.digest, ...alley.revisions.map((r: { digest: string | null }) => r.digest)]).toEqual([
      null,
      null,
      null,
    ]);
    expect((await get('/alley/totals?variable=gas', 'visitor')).digest).toBeNull();
    expect((await get('', 'visitor')).panels.find((p: { panel: string }) => p.panel === 'alley').digest).toBeNull();
    expect((await get('/alley', 'operator')).digest).toMatch(/^[0-9a-f]{64}$/);
  } finally {
    await app.close();
    await jobs.close();
  }
});
