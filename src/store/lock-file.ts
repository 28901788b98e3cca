import { readFileSync } from 'node:fs';
import { link, open, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../app/errors.ts';

/** What `lock.json` in the folder of a store says: who writes there, and where it serves. */
export interface StoreLock {
  readonly pid: number;
  /** null for a command that serves nothing */
  readonly url: string | null;
  /** ISO 8601 in UTC */
  readonly startedAt: string;
  /** when the system started the process, which tells it from a later one with the same number; null where unknown */
  readonly process: string | null;
}

export interface HeldLock {
  /** Says where this process serves from now on; the port may be known only after listening. */
  announce(url: string): Promise<void>;
  release(): Promise<void>;
}

const lockPath = (folder: string): string => join(folder, 'lock.json');

/** Folders that this process itself holds: a lock with our own pid and none here is left from an earlier life. */
const heldHere = new Set<string>();

/** The lock of a folder whose holder still runs, or null. A file that cannot be read as a lock counts as none. */
export async function readLock(folder: string): Promise<StoreLock | null> {
  const lock = await readLockFile(folder);
  return lock && isAlive(folder, lock) ? lock : null;
}

/**
 * Takes the folder for this process. The file is made with O_EXCL, so that of two processes one wins; a lock whose
 * process is gone, or whose number another program has by now, is taken over. DuckDB's own lock on the database file stays the last word, see `open-store.ts`.
 *
 * @throws store-locked naming the holder and, where it serves, its address
 */
export async function acquireLock(folder: string, holder: Omit<StoreLock, 'process'>): Promise<HeldLock> {
  const lock: StoreLock = { ...holder, process: startOf(holder.pid) };
  for (let attempt = 0; attempt < 10; attempt++) {
    if (await create(folder, lock)) return hold(folder, lock);
    const present = await readLockFile(folder);
    if (present && isAlive(folder, present)) throw lockedBy(folder, present);
    await removeStale(folder, present);
  }
  throw new AppError(
    'store-locked',
    `The lock of the store in ${folder} keeps changing hands. Try again in a moment.`,
    {
      folder,
    },
  );
}

/** The refusal for a folder in use, in words; never the database's own lock error. */
export function lockedBy(folder: string, lock: StoreLock | null): AppError {
  const process = `process ${lock?.pid} since ${lock?.startedAt}`;
  return new AppError(
    'store-locked',
    lock === null
      ? `The store in ${folder} is in use by another process; one process writes at a time. Wait until it ends, or stop it.`
      : lock.url === null
        ? `The store in ${folder} is in use by ${process}; one process writes at a time. Wait until it ends, or stop it.`
        : `The store in ${folder} is in use by ${process}; one process writes at a time. It serves at ${lock.url}: ask there, or stop it.`,
    {
      folder,
      pid: lock?.pid ?? null,
      url: lock?.url ?? null,
    },
  );
}

async function create(folder: string, lock: StoreLock): Promise<boolean> {
  try {
    const file = await open(lockPath(folder), 'wx', 0o600);
    await file.writeFile(JSON.stringify(lock));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function hold(folder: string, lock: StoreLock): HeldLock {
  heldHere.add(folder);
  return {
    async announce(url) {
      const next = `${lockPath(folder)}.${process.pid}`;
      await writeFile(next, JSON.stringify({ ...lock, url }), { mode: 0o600 });
      await rename(next, lockPath(folder));
    },
    async release() {
      heldHere.delete(folder);
      await rm(lockPath(folder), { force: true });
    },
  };
}

/** Moves the stale lock away first, so that a lock made meanwhile by somebody else is noticed and put back. */
async function removeStale(folder: string, stale: StoreLock | null): Promise<void> {
  const aside = `${lockPath(folder)}.stale-${process.pid}`;
  try {
    await rename(lockPath(folder), aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = parseLock(await readFile(aside, 'utf8'));
  if (moved && (moved.pid !== stale?.pid || moved.startedAt !== stale.startedAt)) {
    await link(aside, lockPath(folder)).catch(() => {});
  }
  await unlink(aside);
}

async function readLockFile(folder: string): Promise<StoreLock | null> {
  try {
    return parseLock(await readFile(lockPath(folder), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function parseLock(text: string): StoreLock | null {
  try {
    const lock = JSON.parse(text) as Partial<StoreLock> | null;
    if (typeof lock?.pid !== 'number' || !Number.isInteger(lock.pid) || lock.pid <= 0) return null;
    if (lock.url !== null && typeof lock.url !== 'string') return null;
    const started = typeof lock.process === 'string' ? lock.process : null;
    return { pid: lock.pid, url: lock.url, startedAt: String(lock.startedAt), process: started };
  } catch {
    return null;
  }
}

function isAlive(folder: string, lock: StoreLock): boolean {
  if (lock.pid === process.pid) return heldHere.has(folder);
  try {
    process.kill(lock.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const start = startOf(lock.pid);
  return start === null || lock.process === null || start === lock.process;
}

/** Boot of the system and moment of the start since then, where the system shows them as files (Linux). */
function startOf(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The name of the program, in parentheses, may hold spaces; the start is the 20th field after it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[19] === undefined ? null : `${boot}:${fields[19]}`;
  } catch {
    return null;
  }
}
