import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { purposes } from '../../src/app/purposes.ts';
import type { NumberColumn } from '../../src/core/panel/columns.ts';
import { fileFormats } from '../../src/formats/file-formats.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { ingestRequest, quietControl } from '../support/open-test-store.ts';

const script = new URL('../support/ingest-process.ts', import.meta.url).pathname;

/** Runs an ingest as a process of its own, where asked with a limit on the size of its files (KiB). */
function ingestApart(
  folder: string,
  death: string,
  rows: number,
  fileLimit: number | null = null,
): Promise<{ signal: string | null; answer: Record<string, unknown> | null }> {
  const call = [process.execPath, script, folder, death, String(rows)];
  const [program, ...rest] =
    fileLimit === null ? call : ['bash', '-c', `ulimit -f ${fileLimit}; exec "$@"`, 'bash', ...call];
  return new Promise((resolve) => {
    execFile(program!, rest, (error, stdout) =>
      resolve({ signal: error?.signal ?? null, answer: stdout === '' ? null : JSON.parse(stdout) }),
    );
  });
}

const open = (folder: string) =>
  openStore(folder, { formats: fileFormats, purposes, url: null, threads: 1, memoryLimitMb: 256 });

/** A folder with a store whose panel has one revision: two units, value 1. */
async function withStore(folder: string, work: () => Promise<void>): Promise<void> {
  const store = await open(folder);
  await store.panels.ingest(ingestRequest({ panel: 'panel' }), oldContent(), quietControl());
  await store.close();
  await work();
}

async function* oldContent(): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode('household,year,gas,noise\nA,2024,1,0\nB,2024,1,0\n');
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'samenwijs-faults-'));
  try {
    await withStore(folder, () => work(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a newest revision is: its number, and its rows where every value is the same. */
async function state(store: Store): Promise<readonly [revision: number, rows: number, values: readonly number[]]> {
  const { revision, rows, columns } = await store.panels.columns('panel', null, ['gas'], 'collective');
  return [revision, rows, [...new Set((columns.gas as NumberColumn).values)]];
}

const old = [1, 2, [1]] as const;

/** Everything of the old revision, nothing of another, and room for the next ingest. */
async function expectOldState(folder: string): Promise<void> {
  const store = await open(folder);
  try {
    expect(await readdir(join(folder, 'spool'))).toEqual([]);
    expect(await readdir(join(folder, 'temporary'))).toEqual([]);
    expect(await state(store)).toEqual(old);
    expect((await store.panels.describe('panel', null)).revisions.map(({ revision }) => revision)).toEqual([1]);
    expect((await store.events.entries()).map(({ type }) => type)).toEqual(['panel-ingested']);
    expect(await store.events.firstBroken()).toBeNull();
  } finally {
    await store.close();
  }
}

describe('kill -9 during an ingest', { timeout: 120_000 }, () => {
  it('leaves the old state whole, while it uploads, validates and before it keeps', async () => {
    await inFolder(async (folder) => {
      for (const death of ['spool', 'validate', 'keep']) {
        expect([death, await ingestApart(folder, death, 3000)]).toEqual([death, { signal: 'SIGKILL', answer: null }]);
        expect(await readdir(join(folder, 'spool'))).toHaveLength(1);
        await expectOldState(folder);
      }
      expect((await ingestApart(folder, 'never', 3000)).answer).toEqual({ outcome: 'revised', revision: 2 });
    });
  });

  it('while it commits leaves the old state whole, or the new', async () => {
    await inFolder(async (folder) => {
      await ingestApart(folder, 'commit', 20_000);
      const store = await open(folder);
      const found = await state(store);
      const { revisions } = await store.panels.describe('panel', null);
      expect([old, [2, 20_000, [2]]]).toContainEqual(found);
      expect(revisions).toHaveLength(found[0]);
      expect(await store.events.entries()).toHaveLength(found[0]);
      expect(await store.events.firstBroken()).toBeNull();
      await store.close();
    });
  });
});

const hasFileLimit = (() => {
  try {
    return execFileSync('bash', ['-c', 'ulimit -f 100; ulimit -f'], { encoding: 'utf8' }).trim() === '100';
  } catch {
    return false;
  }
})();
const hasTmpfs = process.platform === 'linux' && process.getuid?.() === 0;
if (!hasFileLimit)
  console.warn('SKIPPED: no file-size limit here (bash, ulimit -f); the tests of a full disk need one.');

describe('a full disk', { timeout: 120_000 }, () => {
  it.skipIf(!hasFileLimit)(
    'is said to be one and leaves the old state whole: during the upload, and in the database',
    async () => {
      await inFolder(async (folder) => {
        for (const limit of [100, 700]) {
          const { answer } = await ingestApart(folder, 'never', 20_000, limit);
          expect([limit, answer]).toMatchObject([limit, { code: 'store-full' }]);
          await expectOldState(folder);
        }
        expect((await ingestApart(folder, 'never', 20_000)).answer).toEqual({ outcome: 'revised', revision: 2 });
      });
    },
  );

  it.skipIf(!hasTmpfs)('that is a small file system likewise', async ({ skip }) => {
    const folder = await mkdtemp(join(tmpdir(), 'samenwijs-tmpfs-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', folder], { stdio: 'ignore' });
    } catch {
      await rm(folder, { recursive: true, force: true });
      console.warn('SKIPPED: no tmpfs can be mounted here; the file-size limit covers the same.');
      skip();
    }
    try {
      await withStore(folder, async () => {
        for (const rows of [400_000, 60_000]) {
          const { answer } = await ingestApart(folder, 'never', rows);
          expect([rows, answer]).toMatchObject([rows, { code: 'store-full' }]);
          await expectOldState(folder);
        }
        expect((await ingestApart(folder, 'never', 3000)).answer).toEqual({ outcome: 'revised', revision: 2 });
      });
    } finally {
      execFileSync('umount', [folder]);
      await rm(folder, { recursive: true, force: true });
    }
  });
});
