import { writeSync } from 'node:fs';
import { purposes } from '../../src/app/purposes.ts';
import { fileFormats } from '../../src/formats/file-formats.ts';
import { openStore } from '../../src/store/open-store.ts';
import { planted } from './planted-household.ts';

/**
 * Run as a process of its own until it is killed: opens the store in a folder and, again and again, keeps a result made from the
 * panel "street" and lets the planted household withdraw or give consent, which makes that result out of date. Says a line for each.
 */
const [folder] = process.argv.slice(2) as [string];
const at = '2026-01-01T00:00:00.000Z';

const store = await openStore(folder, { formats: fileFormats, purposes, url: null, threads: 1, memoryLimitMb: 256 });
const { revision, digest } = await store.panels.describe('street', null);
const sources = [{ panel: 'street', revision, digest, units: null, consents: 0 }];
for (let i = 0; ; i++) {
  const job = { id: `job_${i}`, kind: 'panel-model', state: 'succeeded', settings: {}, resultId: `res_${i}` };
  await store.jobs.insert({ ...job, idempotencyKey: null } as never);
  await store.results.save({ id: `res_${i}`, kind: 'panel-model', class: 'release', sources } as never, job.id);
  const kind = i % 2 === 0 ? 'withdrawn' : 'given';
  await store.consents.record({
    household: planted.household,
    person: '1',
    purpose: 'research',
    kind,
    at,
    receipt: 'r',
  });
  writeSync(1, `${i}\n`);
}
