import { createReadStream } from 'node:fs';
import type { Row, Suite } from '../suite.ts';
import { measureSample, type Sample } from './measured-sample.ts';
import { panelCsv } from './panel-csv.ts';
import { ingestTable } from './table.ts';

/** Peak memory of the whole process: the limit of the database (1 GiB), and room for Node and the driver. */
const memoryGoalMb = 1024 + 768;

/** What is compared with DuckDB reading the same file into a table, and the ratio that must not be exceeded. */
const kinds = { load: 1.3, full: 2 } as const;
const sizes = { '1e4': 5, '1e5': 5, '1e6': 5, '1e7': 3 } as const;
/** Below this size what is constant (opening, planning) weighs more than what is measured: no ratio is promised. */
const goalFrom = 1e7;

const cases = Object.keys(sizes).flatMap((size) => Object.keys(kinds).map((kind) => `${kind}-${size}`));

/** Measures one case in rounds: fresh processes, the order turned round from one round to the next. */
async function* run(id: string): AsyncIterable<Row> {
  const [kind, size] = id.split('-') as [keyof typeof kinds, keyof typeof sizes];
  const n = Number(size);
  const path = await panelCsv(n, (text) => console.error(text));
  // Into the page cache, so that no variant pays for the disk of the first.
  for await (const _ of createReadStream(path, { highWaterMark: 1 << 22 }));
  const peer: Sample[] = [];
  const ours: Sample[] = [];
  for (let round = 0; round < sizes[size]; round++) {
    const turn = [
      async () => void peer.push(await measureSample('duckdb', path)),
      async () => void ours.push(await measureSample(kind, path)),
    ];
    for (const measure of round % 2 === 0 ? turn : turn.toReversed()) await measure();
  }
  const right = [...peer, ...ours].every(({ rows, sum }) => rows === n && sum === peer[0]!.sum);
  const ratio = median(ours.map(({ ms }, round) => ms / peer[round]!.ms));
  const cpuRatio = median(ours.map(({ cpuMs }, round) => cpuMs / peer[round]!.cpuMs));
  const row = rowOf(id, 'samenwijs', n, ours);
  const holds = n < goalFrom || (ratio <= kinds[kind] && Number(row.detail.peakMB) <= memoryGoalMb);
  const promise = n < goalFrom ? {} : { goal: kinds[kind], memoryGoalMB: memoryGoalMb };
  yield rowOf(id, 'duckdb', n, peer, right, { right });
  yield { ...row, ok: right && holds, detail: { right, ratio, cpuRatio, ...promise, ...row.detail } };
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};

function rowOf(id: string, variant: string, n: number, samples: readonly Sample[], ok = true, detail = {}): Row {
  const times = samples.map(({ ms }) => ms);
  return {
    suite: 'ingest',
    case: id,
    variant,
    n,
    medianMs: median(times),
    minMs: Math.min(...times),
    rounds: samples.length,
    ok,
    detail: {
      ...detail,
      maxMs: Math.max(...times),
      cpuMs: median(samples.map(({ cpuMs }) => cpuMs)),
      peakMB: Math.max(...samples.map(({ peakMB }) => peakMB)),
      checkpointMs: median(samples.map(({ checkpointMs }) => checkpointMs)),
      fileMB: samples[0]!.fileMB,
    },
  };
}

export const suite: Suite = { needsPeers: false, cases, run, table: ingestTable };
