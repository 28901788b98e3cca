import { CoreError } from '../core/errors.ts';
import type { Actor } from './actor.ts';
import { type Analysis, type AnalysisKind, type AnyResult, analyses, type SettingsOf } from './analyses.ts';
import { AppError } from './errors.ts';
import type { Control, Ports } from './ports.ts';
import { type Released, release, releaseUnrestricted } from './release.ts';

export type JobState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted';

/** A job as it is stored: what was asked, by whom, and how far it is. Times are ISO 8601 in UTC. */
export interface JobRecord {
  readonly id: string;
  readonly kind: AnalysisKind;
  readonly state: JobState;
  readonly settings: unknown;
  readonly actor: Actor;
  readonly idempotencyKey: string | null;
  readonly attempt: number;
  /** 0 to 1 */
  readonly progress: number;
  readonly stage: string;
  readonly submittedAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly resultId: string | null;
  readonly error: JobError | null;
}

export interface JobError {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A job as the outside sees it; `result` is there once it succeeded, and went through the release gate. */
export interface JobView<R extends AnyResult = AnyResult>
  extends Omit<JobRecord, 'actor' | 'idempotencyKey' | 'settings'> {
  readonly result: Released<R> | null;
}

export interface SubmitOptions {
  readonly idempotencyKey?: string;
  /** return as soon as the job ends, or after this many milliseconds */
  readonly waitMs: number;
}

const ended: ReadonlySet<JobState> = new Set(['succeeded', 'failed', 'cancelled', 'interrupted']);
export const hasEnded = (state: JobState): boolean => ended.has(state);

/**
 * Queues analyses, runs at most `concurrency` of them, keeps every state in the store, and tells listeners.
 * A job outlives its request; what was running when the process died is marked interrupted and can be restarted.
 */
export interface Jobs {
  submit<K extends AnalysisKind>(
    actor: Actor,
    kind: K,
    settings: SettingsOf<K>,
    options: SubmitOptions,
  ): Promise<JobView>;
  get(actor: Actor, id: string): Promise<JobView>;
  list(actor: Actor, limit: number): Promise<readonly JobView[]>;
  cancel(actor: Actor, id: string): Promise<JobView>;
  restart(actor: Actor, id: string): Promise<JobView>;
  /** Every change from now on, the present state first, ending with the final one. */
  watch(actor: Actor, id: string, signal: AbortSignal): AsyncIterable<JobView>;
  /** Cancels what runs and waits for it. */
  close(): Promise<void>;
}

interface Running {
  record: JobRecord;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

export function createJobs(ports: Ports, options: { concurrency: number }): Jobs {
  const running = new Map<string, Running>();
  const queue: (() => void)[] = [];
  const listeners = new Map<string, Set<(record: JobRecord) => void>>();
  let active = 0;
  let closing = false;

  const tell = (record: JobRecord) => {
    for (const listener of listeners.get(record.id) ?? []) listener(record);
  };

  async function view(record: JobRecord, actor: Actor): Promise<JobView> {
    const { actor: _actor, idempotencyKey: _key, settings: _settings, ...shown } = record;
    const stored = record.resultId === null ? null : await ports.results.get(record.resultId);
    const result = stored === null ? null : release(stored, actor);
    return releaseUnrestricted({ ...shown, result });
  }

  async function mustGet(id: string): Promise<JobRecord> {
    const record = running.get(id)?.record ?? (await ports.jobs.get(id));
    if (record) return record;
    throw new AppError('job-not-found', `There is no job "${id}". List the jobs to see their ids.`, { job: id });
  }

  /** Only the operator, or an actor with the same identity as the submitter, may see or touch a job. */
  function mayTouch(actor: Actor, record: JobRecord): void {
    if (actor.role === 'operator') return;
    const same =
      record.actor.role === actor.role &&
      record.actor.collective === actor.collective &&
      record.actor.household === actor.household;
    if (!same) throw new AppError('not-authorised', `Job "${record.id}" belongs to somebody else.`, { job: record.id });
  }

  async function slot(signal: AbortSignal): Promise<void> {
    if (active >= options.concurrency) {
      await new Promise<void>((resolve) => {
        queue.push(resolve);
        signal.addEventListener('abort', () => {
          const at = queue.indexOf(resolve);
          if (at >= 0) {
            queue.splice(at, 1);
            active++; // balanced by the release in `execute`
            resolve();
          }
        });
      });
      return;
    }
    active++;
  }

  /** Hands the slot to the next in the queue, or frees it. */
  function freeSlot(): void {
    const next = queue.shift();
    if (next) next();
    else active--;
  }

  async function execute(entry: Running): Promise<void> {
    const { abort } = entry;
    const change = async (patch: Partial<JobRecord>) => {
      entry.record = { ...entry.record, ...patch };
      await ports.jobs.update(entry.record);
      tell(entry.record);
    };
    await slot(abort.signal);
    try {
      abort.signal.throwIfAborted();
      await change({ state: 'running', startedAt: ports.clock.now() });
      const control: Control = {
        signal: abort.signal,
        progress(fraction, stage) {
          // Progress is for listeners; only state changes are worth a write.
          entry.record = { ...entry.record, progress: Math.min(1, Math.max(0, fraction)), stage };
          tell(entry.record);
        },
      };
      const { kind, settings } = entry.record;
      const analysis = analyses[kind] as unknown as Analysis<unknown, unknown, unknown>;
      const draft = await analysis.run(settings, { ...control, ports });
      abort.signal.throwIfAborted();
      const id = ports.identifiers.next('res');
      const engine = { name: 'samenwijs', ...ports.engine } as const;
      await ports.results.save({ id, kind, engine, ...draft } as AnyResult);
      await change({ state: 'succeeded', progress: 1, stage: 'done', finishedAt: ports.clock.now(), resultId: id });
    } catch (error) {
      const cancelled = abort.signal.aborted;
      await change({
        state: cancelled ? (closing ? 'interrupted' : 'cancelled') : 'failed',
        finishedAt: ports.clock.now(),
        error: cancelled ? null : describeError(error),
      });
    } finally {
      freeSlot();
      running.delete(entry.record.id);
    }
  }

  function start(record: JobRecord): Running {
    const abort = new AbortController();
    const gate = Promise.withResolvers<void>();
    const entry: Running = { record, abort, done: gate.promise };
    running.set(record.id, entry);
    execute(entry).then(gate.resolve, gate.reject);
    return entry;
  }

  async function wait(entry: Running, waitMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, waitMs);
    });
    await Promise.race([entry.done, timeout]);
    clearTimeout(timer);
  }

  return {
    async submit(actor, kind, settings, { idempotencyKey, waitMs }) {
      const key = idempotencyKey ?? null;
      if (key !== null) {
        const earlier = await ports.jobs.byIdempotencyKey(key);
        if (earlier) {
          mayTouch(actor, earlier);
          if (earlier.kind !== kind || JSON.stringify(earlier.settings) !== JSON.stringify(settings)) {
            throw new AppError(
              'idempotency-conflict',
              `The idempotency key was used before for another request (job "${earlier.id}"). Use a new key for a new request.`,
              { job: earlier.id },
            );
          }
          const entry = running.get(earlier.id);
          if (entry) await wait(entry, waitMs);
          return view(await mustGet(earlier.id), actor);
        }
      }
      const record: JobRecord = {
        id: ports.identifiers.next('job'),
        kind,
        state: 'queued',
        settings,
        actor,
        idempotencyKey: key,
        attempt: 1,
        progress: 0,
        stage: 'queued',
        submittedAt: ports.clock.now(),
        startedAt: null,
        finishedAt: null,
        resultId: null,
        error: null,
      };
      await ports.jobs.insert(record);
      await wait(start(record), waitMs);
      return view(await mustGet(record.id), actor);
    },

    async get(actor, id) {
      const record = await mustGet(id);
      mayTouch(actor, record);
      return view(record, actor);
    },

    async list(actor, limit) {
      const records = await ports.jobs.list(limit);
      const views: JobView[] = [];
      for (const stored of records) {
        const record = running.get(stored.id)?.record ?? stored;
        const mine = actor.role === 'operator' || JSON.stringify(record.actor) === JSON.stringify(actor);
        if (mine) views.push(await view({ ...record, resultId: record.resultId }, actor));
      }
      return views;
    },

    async cancel(actor, id) {
      const record = await mustGet(id);
      mayTouch(actor, record);
      const entry = running.get(id);
      if (entry) {
        entry.abort.abort(new CoreError('cancelled', `Job "${id}" was cancelled.`));
        await entry.done;
      }
      return view(await mustGet(id), actor);
    },

    async restart(actor, id) {
      const record = await mustGet(id);
      mayTouch(actor, record);
      if (!hasEnded(record.state) || record.state === 'succeeded') return view(record, actor);
      const again: JobRecord = {
        ...record,
        state: 'queued',
        attempt: record.attempt + 1,
        progress: 0,
        stage: 'queued',
        startedAt: null,
        finishedAt: null,
        error: null,
      };
      await ports.jobs.update(again);
      await wait(start(again), 0);
      return view(await mustGet(id), actor);
    },

    async *watch(actor, id, signal) {
      const changes: JobRecord[] = [];
      let wake: (() => void) | undefined;
      const listener = (record: JobRecord) => {
        changes.push(record);
        wake?.();
      };
      const set = listeners.get(id) ?? new Set();
      listeners.set(id, set.add(listener));
      const stop = () => wake?.();
      signal.addEventListener('abort', stop);
      try {
        const present = await mustGet(id);
        mayTouch(actor, present);
        yield await view(present, actor);
        if (hasEnded(present.state)) return;
        while (!signal.aborted) {
          const next = changes.shift();
          if (!next) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
            continue;
          }
          yield await view(next, actor);
          if (hasEnded(next.state)) return;
        }
      } finally {
        signal.removeEventListener('abort', stop);
        set.delete(listener);
        if (set.size === 0) listeners.delete(id);
      }
    },

    async close() {
      closing = true;
      const all = [...running.values()];
      for (const entry of all) entry.abort.abort(new CoreError('cancelled', 'The service is closing.'));
      await Promise.all(all.map((entry) => entry.done));
    },
  };
}

/** Known refusals keep their code; anything else is a fault of ours and says no internals. */
export function describeError(error: unknown): JobError {
  if (error instanceof CoreError || error instanceof AppError) {
    return { code: error.code, message: error.message, details: error.details };
  }
  const known = error as { code?: unknown; message?: unknown; details?: unknown; samenwijs?: unknown };
  if (known?.samenwijs === true && typeof known.code === 'string') {
    return {
      code: known.code,
      message: String(known.message),
      details: (known.details ?? {}) as Record<string, unknown>,
    };
  }
  return {
    code: 'internal-error',
    message: 'Something went wrong inside the service. Nothing was changed; please report it with the job id.',
    details: {},
  };
}
