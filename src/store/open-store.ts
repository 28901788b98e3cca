import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Consents } from '../app/consent.ts';
import type { Erasure } from '../app/erasure.ts';
import { AppError } from '../app/errors.ts';
import type { FileFormats } from '../app/file-formats.ts';
import type { EventLog, JobStore, PanelStore, PlannedExperiments, ResultStore } from '../app/ports.ts';
import type { PurposeRules } from '../app/purposes.ts';
import { createConsents } from './consents.ts';
import { type Database, openDatabase } from './database.ts';
import { createErasure, rewriteWhereDue } from './erase.ts';
import { createEventLog } from './event-log.ts';
import { createJobStore } from './job-store.ts';
import { acquireLock, lockedBy, readLock } from './lock-file.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations.ts';
import { createMutex } from './mutex.ts';
import { createPanelStore } from './panel-store.ts';
import { createPlannedExperiments } from './planned-experiments.ts';
import { createResultStore } from './result-store.ts';
import { cleanSpool } from './spool.ts';

export interface StoreOptions {
  readonly formats: FileFormats;
  readonly purposes: PurposeRules;
  /** where this process serves, for the lock file; null for a command */
  readonly url: string | null;
  /** largest upload, bytes */
  readonly uploadLimit?: number;
  readonly columnLimit?: number;
  /** memory the database may use; beyond it works on disk */
  readonly memoryLimitMb?: number;
  /** null: as many as there are cores */
  readonly threads?: number | null;
  /** ISO 8601 in UTC */
  readonly now?: () => string;
}

export interface Store {
  readonly panels: PanelStore;
  readonly jobs: JobStore;
  readonly results: ResultStore;
  readonly consents: Consents;
  readonly plannedExperiments: PlannedExperiments;
  readonly erasure: Erasure;
  readonly events: EventLog;
  /** Writes the address of the server to the lock file, once it is known. */
  announce(url: string): Promise<void>;
  close(): Promise<void>;
}

export const storeDefaults = {
  uploadLimit: 4 * 2 ** 30,
  columnLimit: 2000,
  memoryLimitMb: 1024,
} as const;

/**
 * Opens the store in a folder, making it where there is none: takes the lock, brings the schema up to date and clears
 * what a process that died left behind.
 *
 * @throws store-locked, store-too-new, store-full
 */
export async function openStore(folder: string, options: StoreOptions): Promise<Store> {
  const home = resolve(folder);
  const spoolFolder = join(home, 'spool');
  const temporaryFolder = join(home, 'temporary');
  const now = options.now ?? (() => new Date().toISOString());
  await mkdir(home, { recursive: true });
  const lock = await acquireLock(home, { pid: process.pid, url: options.url, startedAt: now() });
  let database: Database | undefined;
  try {
    await cleanSpool(spoolFolder);
    await cleanSpool(temporaryFolder);
    database = await open(home, temporaryFolder, spoolFolder, options);
    await database.session((session) => migrate(session, migrations));
    await dropUnfinished(database);
    await rewriteWhereDue(database, spoolFolder);
  } catch (error) {
    await database?.close();
    await lock.release();
    throw error;
  }
  const opened = database;
  const { purposes } = options;
  const [revisionTurns, eventTurns, recordTurns] = [createMutex(), createMutex(), createMutex()];
  return {
    panels: createPanelStore({
      database: opened,
      formats: options.formats,
      columnLimit: options.columnLimit ?? storeDefaults.columnLimit,
      uploadLimit: options.uploadLimit ?? storeDefaults.uploadLimit,
      spoolFolder,
      revisionTurns,
      eventTurns,
      purposes,
      now,
    }),
    jobs: createJobStore(opened, recordTurns),
    results: createResultStore(opened, recordTurns),
    consents: createConsents({ database: opened, purposes, revisionTurns, eventTurns, recordTurns }),
    plannedExperiments: createPlannedExperiments({
      database: opened,
      spoolFolder,
      revisionTurns,
      eventTurns,
      recordTurns,
    }),
    erasure: createErasure({ database: opened, spoolFolder, revisionTurns, eventTurns, recordTurns }),
    events: createEventLog(opened, eventTurns),
    announce: (url) => lock.announce(url),
    async close() {
      await opened.close();
      await lock.release();
    },
  };
}

async function open(
  home: string,
  temporaryFolder: string,
  spoolFolder: string,
  options: StoreOptions,
): Promise<Database> {
  try {
    return await openDatabase(join(home, 'samenwijs.duckdb'), {
      memoryLimitMb: options.memoryLimitMb ?? storeDefaults.memoryLimitMb,
      threads: options.threads ?? null,
      temporaryFolder,
      readableFolders: [spoolFolder],
    });
  } catch (cause) {
    const message = (cause as Error).message;
    if (/Could not set lock|Conflicting lock/i.test(message)) throw lockedBy(home, await readLock(home));
    if (/with version number/i.test(message)) {
      throw new AppError(
        'store-too-new',
        `The store in ${home} was written by a newer database than this program has. Use the version of samenwijs that wrote it, or a newer one.`,
        { folder: home },
        { cause },
      );
    }
    throw cause;
  }
}

/** Drops tables of revisions that were never finished. */
async function dropUnfinished(database: Database): Promise<void> {
  await database.session(async (session) => {
    const orphans = await session.rows<{ name: string }>(
      `SELECT table_name AS name FROM duckdb_tables() WHERE starts_with(table_name, 'panel_rows_')
       AND table_name NOT IN (SELECT 'panel_rows_' || revision_key FROM panel_revision)`,
    );
    for (const orphan of orphans) await session.run(`DROP TABLE ${orphan.name}`);
  });
}
