import { createHash } from 'node:crypto';
import type { Actor } from '../app/actor.ts';
import { AppError } from '../app/errors.ts';
import type { JobView, SubmitOptions } from '../app/jobs.ts';
import type { Service } from '../app/service.ts';

/** Every page asks as a visitor: the release gate decides what it shows. */
export const visitor: Actor = { role: 'visitor' };

/** How long a page waits for an analysis before it says that the work goes on. */
const patienceMs = 20_000;

/** The analysis takes longer than a reader should wait; the same page will have the answer later. */
export class StillWorking extends Error {
  readonly job: JobView;

  constructor(job: JobView) {
    super(`Job "${job.id}" is ${job.state}.`);
    this.name = 'StillWorking';
    this.job = job;
  }
}

/**
 * Runs an analysis once per question: the key is made from the question, the data revision and the engine, so that a page
 * that is read a thousand times is computed once.
 *
 * @param question everything the answer depends on
 * @throws StillWorking; AppError or CoreError as the analysis raised it
 */
export async function ask<Result>(
  service: Service,
  question: readonly unknown[],
  submit: (actor: Actor, options: SubmitOptions) => Promise<JobView>,
): Promise<Result> {
  const idempotencyKey = `page-${createHash('sha256').update(JSON.stringify(question)).digest('hex')}`;
  let job = await submit(visitor, { waitMs: patienceMs, idempotencyKey });
  if (job.state === 'interrupted' || job.state === 'cancelled') {
    job = await service.restartJob(visitor, { job: job.id });
    const limit = AbortSignal.timeout(patienceMs);
    for await (const change of service.watchJob(visitor, { job: job.id }, limit)) job = change;
  }
  if (job.state === 'failed') {
    const { code, message, details } = job.error!;
    throw new AppError(code as AppError['code'], message, { ...details });
  }
  if (job.state !== 'succeeded' || job.result === null) throw new StillWorking(job);
  return job.result as Result;
}
