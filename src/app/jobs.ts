import { CoreError } from '../core/errors.ts';
import type { Actor } from './actor.ts';
import { type Analysis, type AnalysisKind, type AnyResult, analyses, type SettingsOf } from './analyses.ts';
import { AppError } from './errors.ts';
import type { Control, CostEstimate, Ports } from './ports.ts';
import { maySee, type Released, releaseError, releaseUnrestricted } from './release.ts';
import { releaseStored } from './release-stored.ts';

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
  /** what it will cost, told before the work starts where that can be estimated and is long */
  readonly cost?: CostEstimate;
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
  extends Omit<JobRecord, 'actor' | 'idempotencyKey' | 'settings' | 'cost'> {
  readonly cost: CostEstimate | null;
  readonly result: Released<R> | null;
}

export interface SubmitOptions {
  /** 1 to 255 characters */
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
  /** The present state and every change from now on, ending with the final one; who is slow gets the newest and misses those between. */
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
  /** Ends that could not be written; they are told from here, and after a restart such a job is interrupted. */
  const unwritten = new Map<string, JobRecord>();
  /** Requests with a key that are being looked up or inserted: the second of two at once waits for the first. */
  const claims = new Map<string, Promise<JobRecord>>();
  let active = 0;
  let closing = false;

  const tell = (record: JobRecord) => {
    for (const listener of listeners.get(record.id) ?? []) listener(record);
  };

  async function view(record: JobRecord, actor: Actor): Promise<JobView> {
    const { actor: _actor, idempotencyKey: _key, settings: _settings, cost = null, ...shown } = record;
    const stored = record.resultId === null ? null : await ports.results.get(record.resultId);
    const result = stored === null || !maySee(stored, actor) ? null : await releaseStored(ports, stored, actor);
    const error = record.error && releaseError(record.error, record.settings, actor);
    return releaseUnrestricted({ ...shown, cost, error, result });
  }

  async function mustGet(id: string): Promise<JobRecord> {
    // The store is asked first: of a job that was withdrawn, nothing is told from memory either.
    const stored = await ports.jobs.get(id);
    const record = running.get(id)?.record ?? unwritten.get(id) ?? stored;
    if (record) return record;
    throw new AppError('job-not-found', `There is no job "${id}". List the jobs to see their ids.`, { job: id });
  }

  /**
   * A job belongs to who asked for it: the operator sees all, a collective or household its own. Visitors have no name; they
   * show that a job is theirs by knowing its id, which cannot be guessed and which no list tells them.
   */
  function mayTouch(actor: Actor, record: JobRecord): void {
    if (actor.role === 'operator' || sameActor(actor, record.actor)) return;
    throw new AppError('not-authorised', `Job "${record.id}" belongs to somebody else.`, { job: record.id });
  }

  /** Resolves once this job may run. @throws the reason of the abort while it still waits */
  function slot(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (active < options.concurrency) {
      active++;
      return Promise.resolve();
    }
    return new Promise<void>((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        queue.splice(queue.indexOf(enter), 1);
        reject(signal.reason);
      };
      queue.push(enter);
      signal.addEventListener('abort', leave, { once: true });
    });
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
    let hasSlot = false;
    try {
      if (entry.record.attempt > 1) await ports.jobs.update(entry.record);
      await slot(abort.signal);
      hasSlot = true;
      abort.signal.throwIfAborted();
      await change({ state: 'running', startedAt: ports.clock.now() });
      const control: Control = {
        signal: abort.signal,
        progress(fraction, stage, cost) {
          // Progress is for listeners; only state changes are worth a write.
          entry.record = {
            ...entry.record,
            progress: Math.min(1, Math.max(0, fraction)),
            stage,
            ...(cost && { cost }),
          };
          tell(entry.record);
        },
      };
      const { kind, settings } = entry.record;
      const analysis = analyses[kind] as unknown as Analysis<unknown, unknown, unknown>;
      const draft = await analysis.run(settings, { ...control, ports });
      abort.signal.throwIfAborted();
      const id = ports.identifiers.next('res');
      const engine = { name: 'samenwijs', ...ports.engine } as const;
      await ports.results.save({ id, kind, engine, ...draft } as AnyResult, entry.record.id);
      await change({ state: 'succeeded', progress: 1, stage: 'done', finishedAt: ports.clock.now(), resultId: id });
    } catch (error) {
      const cancelled = abort.signal.aborted;
      const end: Partial<JobRecord> = {
        state: cancelled ? (closing ? 'interrupted' : 'cancelled') : 'failed',
        finishedAt: ports.clock.now(),
        error: cancelled ? null : describeError(error),
      };
      // A store that cannot even note the end (a full disk) must not hide it from those who wait.
      await change(end).catch((failure) => {
        entry.record = { ...entry.record, ...end, state: 'failed', error: describeError(failure) };
        tell(entry.record);
        unwritten.set(entry.record.id, entry.record);
      });
    } finally {
      if (hasSlot) freeSlot();
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

  function refuseWhenClosing(): void {
    if (closing)
      throw new AppError('interrupted', 'The service is closing and takes no new work. Ask again once it runs.');
  }

  /** The job of a key: the earlier one, or a fresh one that nobody else makes at the same time. */
  function claim(key: string, fresh: (key: string) => Promise<JobRecord>): Promise<JobRecord> {
    const present = claims.get(key);
    if (present) return present;
    const claimed = (async () => (await ports.jobs.byIdempotencyKey(key)) ?? (await fresh(key)))();
    claims.set(key, claimed);
    const forget = () => claims.delete(key);
    claimed.then(forget, forget);
    return claimed;
  }

  return {
    async submit(actor, kind, settings, { idempotencyKey, waitMs }) {
      refuseWrongKey(idempotencyKey);
      const fresh = async (key: string | null): Promise<JobRecord> => {
        refuseWhenClosing();
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
        start(record);
        return record;
      };
      const record =
        idempotencyKey === undefined ? await fresh(null) : await claim(scopedKey(actor, idempotencyKey), fresh);
      if (record.kind !== kind || JSON.stringify(record.settings) !== JSON.stringify(settings)) {
        throw new AppError(
          'idempotency-conflict',
          `The idempotency key was used before for another request (job "${record.id}"). Use a new key for a new request.`,
          { job: record.id },
        );
      }
      const entry = running.get(record.id);
      if (entry) await wait(entry, waitMs);
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
        const named = actor.collective !== undefined || actor.household !== undefined;
        if (actor.role === 'operator' || (named && sameActor(actor, record.actor)))
          views.push(await view(record, actor));
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
      refuseWhenClosing();
      if (running.has(id)) return view(await mustGet(id), actor);
      unwritten.delete(id);
      start(again);
      return view(again, actor);
    },

    async *watch(actor, id, signal) {
      let newest: JobRecord | null = null;
      let wake: (() => void) | undefined;
      const listener = (record: JobRecord) => {
        newest = record;
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
          const next = newest as JobRecord | null;
          newest = null;
          if (next === null) {
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

const longestKey = 255;

function refuseWrongKey(key: string | undefined): void {
  if (key === undefined || (key.length > 0 && key.length <= longestKey)) return;
  throw new AppError(
    'invalid-request',
    `The idempotency key has ${key.length} characters; expected 1 to ${longestKey}. Use a shorter one, such as a UUID.`,
    { length: key.length, longest: longestKey },
  );
}

const sameActor = (a: Actor, b: Actor): boolean =>
  a.role === b.role && a.collective === b.collective && a.household === b.household;

/** Keys of different actors do not meet: nobody learns of a job by trying keys. */
const scopedKey = ({ role, collective = '', household = '' }: Actor, key: string): string =>
  [role, collective, household, key].join('\n');

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
