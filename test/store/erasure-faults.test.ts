import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { purposes } from '../../src/app/purposes.ts';
import { fileFormats } from '../../src/formats/file-formats.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { ingestRequest, quietControl } from '../support/open-test-store.ts';
import { occurrences, planted, streetFile } from '../support/planted-household.ts';

const script = new URL('../support/erase-process.ts', import.meta.url).pathname;
const open = (folder: string) =>
  openStore(folder, { formats: fileFormats, purposes, url: null, threads: 1, memoryLimitMb: 256 });

/** A folder with a store: two revisions of a street, and a panel of many rows that makes the file slow to copy. */
async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'samenwijs-erasure-'));
  const ingest = (store: Store, panel: string, text: string) =>
    store.panels.ingest(
      ingestRequest({ panel, unitKind: 'household' }),
      (async function* () {
        yield new TextEncoder().encode(text);
      })(),
      quietControl(),
    );
  try {
    const store = await open(folder);
    await ingest(store, 'street', streetFile(100, true));
    await ingest(store, 'street', streetFile(200, true));
    const many = Array.from({ length: 40_000 }, (_, i) => `M${i},2024,${Math.sin(i)}`);
    await ingest(store, 'city', `household,year,gas\n${many.join('\n')}\n`);
    await store.close();
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Erases in a process of its own and kills it when it is time. Gives what it said and how long it worked. */
function eraseApart(
  folder: string,
  isTime: (elapsedMs: number) => boolean,
  fileLimit: number | null = null,
): Promise<{ said: string; ms: number }> {
  const call = [process.execPath, script, folder];
  const [program, ...rest] =
    fileLimit === null ? call : ['bash', '-c', `ulimit -f ${fileLimit}; exec "$@"`, 'bash', ...call];
  return new Promise((resolve) => {
    const child = spawn(program!, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    let start = 0;
    let timer: NodeJS.Timeout | undefined;
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (start > 0) return;
      start = performance.now();
      timer = setInterval(() => isTime(performance.now() - start) && child.kill('SIGKILL'), 1);
    });
    child.on('close', () => {
      clearInterval(timer);
      resolve({ said, ms: performance.now() - start });
    });
  });
}

/** Opens the store after a fault: whether the erasure took place. All of it did or nothing. */
async function wasErased(folder: string): Promise<boolean> {
  const store = await open(folder);
  try {
    const { revisions } = await store.panels.describe('street', null);
    const rows: number[] = [];
    for (const { revision } of revisions)
      rows.push((await store.panels.columns('street', revision, ['gas'], 'collective')).rows);
    const events = (await store.events.entries()).map(({ type }) => type);
    const isErased = events.includes('unit-erased');
    expect(rows).toEqual(isErased ? [60, 60] : [63, 63]);
    expect(events).toHaveLength(isErased ? 4 : 3);
    expect(await store.events.firstBroken()).toBeNull();
    expect((await store.panels.columns('city', null, ['gas'], 'collective')).rows).toBe(40_000);
    expect(await readdir(join(folder, 'spool'))).toEqual([]);
    const bytes = await occurrences(folder, [planted.household, planted.value]);
    expect(bytes.length > 0).toBe(!isErased);
    return isErased;
  } finally {
    await store.close();
  }
}

describe('kill -9 during an erasure', { timeout: 120_000 }, () => {
  it('leaves the old state whole or the new, and the next start removes the bytes that were left', async () => {
    const whole = { ms: 0 };
    await inFolder(async (folder) => {
      const { said, ms } = await eraseApart(folder, () => false);
      expect(said).toBe('ready\nerased\n');
      whole.ms = ms;
      expect(await wasErased(folder)).toBe(true);
    });
    for (const share of [0.05, 0.15, 0.3, 0.5, 0.7, 0.9]) {
      await inFolder(async (folder) => {
        await eraseApart(folder, (elapsed) => elapsed > share * whole.ms);
        if (!(await wasErased(folder))) {
          expect((await eraseApart(folder, () => false)).said).toBe('ready\nerased\n');
          expect(await wasErased(folder)).toBe(true);
        }
      });
    }
  });

  it('while the file is rewritten leaves the erasure done, and the next start rewrites it', async () => {
    await inFolder(async (folder) => {
      const { said } = await eraseApart(folder, () => existsSync(join(folder, 'spool', 'rewritten.duckdb')));
      expect(said).toBe('ready\n');
      expect(await occurrences(folder, [planted.household])).not.toEqual([]);
      expect(await wasErased(folder)).toBe(true);
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
if (!hasFileLimit)
  console.warn('SKIPPED: no file-size limit here (bash, ulimit -f); the test of a full disk needs one.');

describe('a full disk during an erasure', { timeout: 120_000 }, () => {
  it.skipIf(!hasFileLimit)(
    'is said to be one; the data are erased, and the next start removes their bytes',
    async () => {
      for (const limit of [100, 300]) {
        await inFolder(async (folder) => {
          expect((await eraseApart(folder, () => false, limit)).said).toBe('ready\nstore-full\n');
          expect(await occurrences(folder, [planted.household])).not.toEqual([]);
          expect(await wasErased(folder)).toBe(true);
        });
      }
    },
  );
});
