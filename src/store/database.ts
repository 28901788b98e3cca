import { rename, rm } from 'node:fs/promises';
import { type DuckDBConnection, DuckDBInstance, type DuckDBResult, type DuckDBValue } from '@duckdb/node-api';
import { AppError } from '../app/errors.ts';

export type Parameter = string | number | boolean | null;

/** One connection: statements, rows as plain objects (numbers, never bigint), streamed chunks. */
export interface Session {
  run(sql: string, parameters?: readonly Parameter[]): Promise<void>;
  rows<Row>(sql: string, parameters?: readonly Parameter[]): Promise<readonly Row[]>;
  stream(sql: string): Promise<DuckDBResult>;
  /** All or nothing. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  /** Stops the statement that runs. */
  interrupt(): void;
}

export interface Database {
  /** Runs work on a connection of its own; concurrent sessions see committed states only. */
  session<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /**
   * Copies all that can be read to a new file and puts it in place of the old, in whose free blocks deleted rows stay readable.
   * Waits for the sessions that are open; those that come later wait for it. Killed at any moment, it leaves one of both files.
   *
   * @param path the new file, in a readable folder on the same file system
   */
  rewrite(path: string): Promise<void>;
  /** Waits for a rewrite under way. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly memoryLimitMb: number;
  readonly threads: number | null;
  readonly temporaryFolder: string;
  /** the only folders whose files SQL may read */
  readonly readableFolders: readonly string[];
}

/** Opens a DuckDB file that touches no network and no file outside the given folders. */
export async function openDatabase(path: string, options: DatabaseOptions): Promise<Database> {
  let instance = await openInstance(path, options);
  let sessions = 0;
  let lastEnded = () => {};
  let rewriting: Promise<void> | null = null;
  return {
    async session(work) {
      while (rewriting !== null) await rewriting;
      sessions++;
      try {
        const own = await instance.connect();
        try {
          return await work(createSession(own));
        } finally {
          own.closeSync();
        }
      } finally {
        if (--sessions === 0) lastEnded();
      }
    },
    async rewrite(copy) {
      while (rewriting !== null) await rewriting;
      const done = Promise.withResolvers<void>();
      rewriting = done.promise;
      try {
        if (sessions > 0) {
          await new Promise<void>((resolve) => {
            lastEnded = resolve;
          });
        }
        await guarded(() => copyDatabase(instance, copy));
        instance.closeSync();
        try {
          await rename(copy, path);
        } finally {
          instance = await openInstance(path, options);
        }
      } finally {
        rewriting = null;
        done.resolve();
      }
    },
    async close() {
      while (rewriting !== null) await rewriting;
      instance.closeSync();
    },
  };
}

/** `COPY FROM DATABASE` writes what the tables hold and nothing else; detaching completes the file. */
async function copyDatabase(instance: DuckDBInstance, path: string): Promise<void> {
  const connection = await instance.connect();
  try {
    const [[name]] = (await connection.runAndReadAll('SELECT current_database()')).getRows() as [[string]];
    await connection.run(`ATTACH ${quoteText(path)} AS copy`);
    await connection.run(`COPY FROM DATABASE ${quoteName(name)} TO copy`);
    await connection.run('DETACH copy');
  } catch (error) {
    await connection.run('DETACH DATABASE IF EXISTS copy').catch(() => {});
    for (const file of [path, `${path}.wal`]) await rm(file, { force: true });
    throw error;
  } finally {
    connection.closeSync();
  }
}

async function openInstance(path: string, options: DatabaseOptions): Promise<DuckDBInstance> {
  const instance = await DuckDBInstance.create(path, {
    memory_limit: `${options.memoryLimitMb}MiB`,
    temp_directory: options.temporaryFolder,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    ...(options.threads === null ? {} : { threads: String(options.threads) }),
  });
  const connection = await instance.connect();
  await connection.run(`SET allowed_directories = [${options.readableFolders.map(quoteText).join(', ')}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
  connection.closeSync();
  return instance;
}

function createSession(connection: DuckDBConnection): Session {
  const session: Session = {
    async run(sql, parameters = []) {
      await guarded(() => connection.run(sql, parameters as DuckDBValue[]));
    },
    async rows<Row>(sql: string, parameters: readonly Parameter[] = []) {
      const reader = await guarded(() => connection.runAndReadAll(sql, parameters as DuckDBValue[]));
      const rows = reader.getRowObjectsJS();
      for (const row of rows) {
        for (const name in row) if (typeof row[name] === 'bigint') row[name] = Number(row[name]);
      }
      return rows as unknown as readonly Row[];
    },
    stream: (sql) => guarded(() => connection.stream(sql)),
    async transaction(work) {
      await session.run('BEGIN TRANSACTION');
      try {
        const value = await work();
        await session.run('COMMIT');
        return value;
      } catch (error) {
        await connection.run('ROLLBACK').catch(() => {});
        throw error;
      }
    },
    interrupt: () => connection.interrupt(),
  };
  return session;
}

/** What the database says about a full disk becomes ours; everything else passes. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isStoreFull(error) ? storeFull(error) : error;
  }
}

export function isStoreFull(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return (
    ['ENOSPC', 'EFBIG', 'EDQUOT'].includes(code ?? '') ||
    /No space left on device|File too large|Disk quota exceeded|failed to offload data block/i.test(message ?? '')
  );
}

export function storeFull(cause: unknown): AppError {
  return new AppError(
    'store-full',
    'There is no room left on the disk of the store; nothing was changed. Free some space and try again.',
    {},
    { cause },
  );
}

/** A name as an SQL identifier. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text as an SQL literal. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
