import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { openTestStore } from '../support/open-test-store.ts';
import { planted, streetFile } from '../support/planted-household.ts';

const script = new URL('../support/consent-process.ts', import.meta.url).pathname;

/** Records consent in a process of its own and kills it some milliseconds after an event; how many events it told of. */
function recordApart(folder: string, events: number, afterMs: number): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    let told = 0;
    child.stdout.on('data', (chunk) => {
      told += String(chunk).split('\n').length - 1;
      if (told >= events) setTimeout(() => child.kill('SIGKILL'), afterMs);
    });
    child.on('close', () => resolve(told));
  });
}

it('kill -9 leaves of each event all or nothing: the event, its entry in the log, the end of what it made out of date', {
  timeout: 120_000,
}, async () => {
  for (const afterMs of [0, 3, 7, 12, 18]) {
    await using t = await openTestStore();
    await t.ingest(streetFile(100, true), { panel: 'street', unitKind: 'household' });
    await t.store.close();
    const told = await recordApart(t.folder, 3, afterMs);
    const store = await t.reopen();
    const events = await store.consents.of(planted.household);
    expect(events.length).toBeGreaterThanOrEqual(told);
    const logged = (await store.events.entries()).filter(({ type }) => type === 'consent-recorded');
    expect(logged).toHaveLength(events.length);
    expect(await store.events.firstBroken()).toBeNull();
    for (let i = 0; i < events.length; i++) {
      await expect(store.results.get(`res_${i}`)).rejects.toMatchObject({ code: 'data-withdrawn' });
      await expect(store.jobs.get(`job_${i}`)).rejects.toMatchObject({ code: 'data-withdrawn' });
    }
    const next = await store.results.get(`res_${events.length}`);
    expect(next === null || next.id === `res_${events.length}`).toBe(true);
    const { unitIds } = await store.panels.columns('street', null, ['gas'], 'research');
    expect(unitIds.includes(planted.household)).toBe(events.length % 2 === 0);
  }
});
