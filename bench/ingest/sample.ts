import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { IngestRequest } from '../../src/app/panels.ts';
import { purposes } from '../../src/app/purposes.ts';
import { fileFormats } from '../../src/formats/file-formats.ts';
import { openDatabase } from '../../src/store/database.ts';
import { stageFile } from '../../src/store/load-file.ts';
import { migrate } from '../../src/store/migrate.ts';
import { migrations } from '../../src/store/migrations.ts';
import { openReading } from '../../src/store/open-reading.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createProblemList } from '../../src/store/problem-list.ts';
import { spool } from '../../src/store/spool.ts';
import type { Sample } from './measured-sample.ts';

// One measurement in a process of its own: `sample.ts VARIANT FILE`. All variants write to a database file of their own
// with the same limit of memory, and end with the commit; the checkpoint that follows is told apart.
const memoryLimitMb = 1024;

const request: IngestRequest = {
  panel: 'bench',
  file: null,
  title: null,
  format: null,
  layout: null,
  unit: null,
  wave: null,
  variable: null,
  value: null,
  collective: null,
  unitKind: null,
  delimiter: null,
  decimal: null,
  encoding: null,
  schema: null,
  dryRun: false,
};
const signal = new AbortController().signal;

interface Measured {
  readonly time: Time;
  readonly rows: number;
  readonly sum: number;
  close(): Promise<void>;
}
type Time = Pick<Sample, 'ms' | 'cpuMs'>;

/** Starts a watch. */
function watch(): () => Time {
  const start = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { ms: performance.now() - start, cpuMs: (user + system) / 1000 };
  };
}

/** What DuckDB itself needs to read the file into a table. */
async function duckdb(path: string, folder: string): Promise<Measured> {
  const instance = await DuckDBInstance.create(join(folder, 'bench.duckdb'), {
    memory_limit: `${memoryLimitMb}MiB`,
    temp_directory: folder,
  });
  const connection = await instance.connect();
  const elapsed = watch();
  await connection.run(`CREATE TABLE panel AS SELECT * FROM read_csv('${path}')`);
  const time = elapsed();
  const reader = await connection.runAndReadAll('SELECT count(*)::INTEGER, sum(electricity)::DOUBLE FROM panel');
  const [rows, sum] = reader.getRows()[0] as [number, number];
  return {
    time,
    rows,
    sum,
    async close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Spooling with the digest, typed values with status in the table of the revision to be. */
async function load(path: string, folder: string): Promise<Measured> {
  const database = await openDatabase(join(folder, 'bench.duckdb'), {
    memoryLimitMb,
    threads: null,
    temporaryFolder: folder,
    readableFolders: [folder],
  });
  await database.session((session) => migrate(session, migrations));
  const elapsed = watch();
  const file = await spool(folder, 'upload', createReadStream(path, { highWaterMark: 1 << 18 }), 2 ** 40, signal);
  const measured = await database.session(async (session) => {
    const reading = await openReading(session, fileFormats, request, null, file, signal);
    const loading = {
      session,
      key: 1,
      formats: fileFormats,
      purposes,
      request,
      schema: null,
      columnLimit: 2000,
      signal,
    };
    const plan = fileFormats.plan(reading.header, reading.sample, reading.decimal, request, null, reading.fileTypes);
    await stageFile(loading, reading, plan, plan.keys[0]!, new Map(), createProblemList());
    const time = elapsed();
    const [found] = await session.rows<{ rows: number; sum: number }>(
      'SELECT count(*) AS "rows", sum(c4) AS sum FROM panel_rows_1',
    );
    return { time, ...found! };
  });
  return { ...measured, close: async () => database.close() };
}

/** The whole ingest: load, validation, report, revision. */
async function full(path: string, folder: string): Promise<Measured> {
  const store = await openStore(join(folder, 'store'), { formats: fileFormats, purposes, url: null, memoryLimitMb });
  const elapsed = watch();
  const report = await store.panels.ingest(request, createReadStream(path, { highWaterMark: 1 << 18 }), {
    signal,
    progress() {},
  });
  const time = elapsed();
  const { rows, variables } = report;
  return { time, rows, sum: variables.find((v) => v.name === 'electricity')!.sum!, close: () => store.close() };
}

const variants = { duckdb, load, full };
const [variant, path] = process.argv.slice(2) as [keyof typeof variants, string];
const folder = await mkdtemp(join(tmpdir(), 'samenwijs-bench-'));
try {
  const { time, rows, sum, close } = await variants[variant](path, folder);
  const peakMB = Math.round(process.resourceUsage().maxRSS / 1024);
  const closing = performance.now();
  await close();
  const sample: Sample = {
    ...time,
    rows,
    sum,
    peakMB,
    checkpointMs: performance.now() - closing,
    fileMB: Math.round((await stat(path)).size / 1e6),
  };
  process.stdout.write(JSON.stringify(sample));
} finally {
  await rm(folder, { recursive: true, force: true });
}
