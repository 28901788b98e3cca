import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/app/actor.ts';
import { AppError } from '../../src/app/errors.ts';
import { createJobs, type JobRecord, type Jobs, type JobView } from '../../src/app/jobs.ts';
import type { Compute, Ports } from '../../src/app/ports.ts';
import { CoreError } from '../../src/core/errors.ts';
import { householdPanel } from '../support/household-panel.ts';
import { directCompute, memoryJobs, memoryPorts } from '../support/memory-ports.ts';

const operator: Actor = { role: 'operator' };
const settings = {
  panel: 'street',
  revision: null,
  kpi: 'gas',
  by: null,
  collective: null,
  period: 'wave',
  minimumShare: 0.75,
  confidence: 0.95,
  goal: null,
} as const;

/** A computation that waits until it is let go, and stops when it is cancelled. */
function gatedCompute() {
  const gates: (() => void)[] = [];
  const compute: Compute = {
    async run(name, input, control) {
      await new Promise<void>((resolve, reject) => {
        gates.push(resolve);
        control.signal.addEventListener('abort', () => reject(control.signal.reason));
      });
      return directCompute.run(name, input, control);
    },
  };
  return { compute, letGo: () => gates.shift()?.(), waiting: () => gates.length };
}

const setUp = (overrides: Partial<Ports> = {}, concurrency = 1): { jobs: Jobs; ports: Ports } => {
  const ports = memoryPorts([householdPanel()], overrides);
  return { jobs: createJobs(ports, { concurrency }), ports };
};
const until = async (condition: () => boolean | Promise<boolean>) => {
  for (let i = 0; i < 200 && !(await condition()); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await condition()).toBe(true);
};

describe('jobs', () => {
  it('answer with the result when they end within the time the caller waits', async () => {
    const { jobs } = setUp();
    const job = await jobs.submit(operator, 'insights', settings, { waitMs: 1000 });
    expect(job.state).toBe('succeeded');
    expect(job.result?.body).toMatchObject({ kpi: { name: 'gas' } });
    expect(job.resultId).toBe(job.result?.id);
  });

  it('answer without one when they take longer, and can be asked for later', async () => {
    const gate = gatedCompute();
    const { jobs } = setUp({ compute: gate.compute });
    const job = await jobs.submit(operator, 'insights', settings, { waitMs: 5 });
    expect(job.state).toBe('running');
    expect(job.result).toBe(null);
    await until(() => gate.waiting() === 1);
    gate.letGo();
    await until(async () => (await jobs.get(operator, job.id)).state === 'succeeded');
  });

  it('run at most as many at once as was said, in order', async () => {
    const gate = gatedCompute();
    const { jobs } = setUp({ compute: gate.compute }, 1);
    const first = await jobs.submit(operator, 'insights', settings, { waitMs: 5 });
    const second = await jobs.submit(operator, 'insights', settings, { waitMs: 5 });
    expect([first.state, second.state]).toEqual(['running', 'queued']);
    gate.letGo();
    await until(async () => (await jobs.get(operator, second.id)).state === 'running');
  });

  it('are the same job for the same idempotency key, and a conflict for another request under it', async () => {
    const { jobs } = setUp();
    const options = { waitMs: 1000, idempotencyKey: 'k1' };
    const first = await jobs.submit(operator, 'insights', settings, options);
    const again = await jobs.submit(operator, 'insights', settings, options);
    expect(again.id).toBe(first.id);
    const other = { ...settings, by: 'dwelling' };
    await expect(jobs.submit(operator, 'insights', other, options)).rejects.toMatchObject({
      code: 'idempotency-conflict',
    });
  });

  it('are one job for one key, also when asked for many times at once', async () => {
    const { jobs, ports } = setUp();
    const ask = () => jobs.submit(operator, 'insights', settings, { waitMs: 1000, idempotencyKey: 'k2' });
    const ids = (await Promise.all([ask(), ask(), ask(), ask()])).map((job) => job.id);
    expect(new Set(ids).size).toBe(1);
    expect(await ports.jobs.list(10)).toHaveLength(1);
  });

  it('keep to the limit when one that waits is cancelled', async () => {
    const gate = gatedCompute();
    const { jobs } = setUp({ compute: gate.compute }, 1);
    const [first, second, third] = await Promise.all(
      [1, 2, 3].map(() => jobs.submit(operator, 'insights', settings, { waitMs: 5 })),
    );
    await jobs.cancel(operator, second!.id);
    expect((await jobs.get(operator, third!.id)).state).toBe('queued');
    expect(gate.waiting()).toBe(1);
    gate.letGo();
    await until(async () => (await jobs.get(operator, first!.id)).state === 'succeeded');
    await until(async () => (await jobs.get(operator, third!.id)).state === 'running');
    await jobs.close();
  });

  it('run once when they are restarted twice at once', async () => {
    const gate = gatedCompute();
    const { jobs } = setUp({ compute: gate.compute }, 2);
    const job = await jobs.submit(operator, 'insights', settings, { waitMs: 5 });
    await jobs.cancel(operator, job.id);
    await Promise.all([jobs.restart(operator, job.id), jobs.restart(operator, job.id)]);
    await until(() => gate.waiting() >= 2); // the gate of the cancelled run was never opened
    expect(gate.waiting()).toBe(2);
    expect((await jobs.get(operator, job.id)).attempt).toBe(2);
    await jobs.close();
  });

  it('are not taken while the service closes', async () => {
    const { jobs } = setUp();
    await jobs.close();
    await expect(jobs.submit(operator, 'insights', settings, { waitMs: 5 })).rejects.toMatchObject({
      code: 'interrupted',
    });
  });

  it('say that the store failed when not even their end can be written', async () => {
    const store = memoryJobs();
    const full = { ...store, update: () => Promise.reject(new AppError('store-full', 'The disk is full.')) };
    const { jobs } = setUp({ jobs: full });
    const job = await jobs.submit(operator, 'insights', settings, { waitMs: 1000 });
    expect(job).toMatchObject({ state: 'failed', error: { code: 'store-full' } });
    expect((await jobs.get(operator, job.id)).state).toBe('failed');
  });

  it('can be cancelled while they run and while they wait', async () => {
    const gate = gatedCompute();
    const { jobs } = setUp({ compute: gate.compute }, 1);
    const runs = await jobs.submit(operator, 'insights', settings, { waitMs: 5 });
    const waits = await jobs.submit(operator, 'insights', settings, { waitMs: 5 });
    expect((await jobs.cancel(operator, waits.id)).state).toBe('cancelled');
    expect((await jobs.cancel(operator, runs.id)).state).toBe('cancelled');
    const third = await jobs.submit(operator, 'insights', settings, { waitMs: 5 });
    expect(third.state).toBe('running'); // no slot was lost
    await jobs.close();
  });

  it('fail with the code of the refusal, and keep internals to themselves', async () => {
    const failing = (error: Error): Compute => ({ run: () => Promise.reject(error) });
    const refused = setUp({ compute: failing(new CoreError('no-variation', 'Constant.', { column: 'gas' })) });
    const job = await refused.jobs.submit(operator, 'insights', settings, { waitMs: 1000 });
    expect(job).toMatchObject({ state: 'failed', error: { code: 'no-variation', details: { column: 'gas' } } });
    const broken = setUp({ compute: failing(new TypeError('secret path')) });
    const fault = await broken.jobs.submit(operator, 'insights', settings, { waitMs: 1000 });
    expect(fault.error?.code).toBe('internal-error');
    expect(JSON.stringify(fault)).not.toContain('secret');
  });

  it('that an earlier process left running are interrupted and can be run again', async () => {
    const record: JobRecord = {
      id: 'job_old',
      kind: 'insights',
      state: 'running',
      settings,
      actor: operator,
      idempotencyKey: null,
      attempt: 1,
      progress: 0.4,
      stage: 'computing',
      submittedAt: '2026-01-01T00:00:00.000Z',
      startedAt: '2026-01-01T00:00:00.000Z',
      finishedAt: null,
      resultId: null,
      error: null,
    };
    const { jobs, ports } = setUp({ jobs: memoryJobs([record]) });
    expect(await ports.jobs.markInterrupted('2026-01-02T00:00:00.000Z')).toBe(1);
    expect((await jobs.get(operator, 'job_old')).state).toBe('interrupted');
    await jobs.restart(operator, 'job_old');
    await until(async () => (await jobs.get(operator, 'job_old')).state === 'succeeded');
    expect((await jobs.get(operator, 'job_old')).attempt).toBe(2);
  });

  it('are marked interrupted, not cancelled, when the service closes', async () => {
    const gate = gatedCompute();
    const { jobs, ports } = setUp({ compute: gate.compute });
    const job = await jobs.submit(operator, 'insights', settings, { waitMs: 5 });
    await jobs.close();
    expect((await ports.jobs.get(job.id))?.state).toBe('interrupted');
  });

  it('tell who watches of every state, the final one last', async () => {
    const gate = gatedCompute();
    const { jobs } = setUp({ compute: gate.compute });
    const job = await jobs.submit(operator, 'insights', settings, { waitMs: 5 });
    const seen: JobView[] = [];
    const watching = (async () => {
      for await (const view of jobs.watch(operator, job.id, new AbortController().signal)) seen.push(view);
    })();
    await until(() => seen.length > 0 && gate.waiting() === 1);
    gate.letGo();
    await watching;
    expect(seen[0]?.state).toBe('running');
    expect(seen.at(-1)).toMatchObject({ state: 'succeeded', progress: 1 });
    expect(seen.at(-1)?.result?.body).toMatchObject({ kpi: { name: 'gas' } });
  });

  it('are nobody else’s business', async () => {
    const { jobs } = setUp();
    const mine = await jobs.submit({ role: 'collective', collective: 'north' }, 'insights', settings, { waitMs: 1000 });
    await expect(jobs.get({ role: 'collective', collective: 'south' }, mine.id)).rejects.toMatchObject({
      code: 'not-authorised',
    });
    expect(await jobs.list({ role: 'visitor' }, 10)).toEqual([]);
    expect((await jobs.get(operator, mine.id)).state).toBe('succeeded');
  });
});
