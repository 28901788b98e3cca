import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Row, Suite } from '../suite.ts';
import { cases } from './cases.ts';
import { matchingTable } from './table.ts';

interface Sample {
  readonly times: readonly number[];
  readonly cpu: readonly number[];
  readonly right: boolean;
  readonly peakMB: number;
  readonly preparedMB: number;
}

/** Peak of the whole process at a million units, with Node and the data. */
const memoryGoalMB = 1024;
/** Log-log slope from 1e5 to 1e7 at most: n log n with room for caches. */
const slopeGoal = 1.15;
const slopes = ['friendly', 'confounded', 'block', 'cells'];
const script = fileURLToPath(new URL('sample.ts', import.meta.url));

async function measure(id: string): Promise<Sample> {
  const child = spawn(process.execPath, ['--max-old-space-size=8192', script, id], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let out = '';
  for await (const chunk of child.stdout) out += chunk;
  const status = await exit;
  if (status !== 0) throw new Error(`Measuring ${id} ended with status ${status}.`);
  return JSON.parse(out) as Sample;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

function rowOf(id: string, { times, cpu, right, peakMB, preparedMB }: Sample): Row {
  const { n, goalMs, quoted } = cases[id]!;
  const medianMs = median(times);
  // On a busy machine others take the processor: what the work itself needed decides.
  const cpuMs = median(cpu);
  const holds = (goalMs === null || Math.min(medianMs, cpuMs) <= goalMs) && (n !== 1e6 || peakMB <= memoryGoalMB);
  return {
    suite: 'matching',
    case: id,
    variant: 'samenwijs',
    n,
    medianMs,
    minMs: Math.min(...times),
    rounds: times.length,
    ok: right && holds,
    detail: { right, goalMs, cpuMs, peakMB, preparedMB, ...(n === 1e6 ? { memoryGoalMB } : {}), quoted },
  };
}

/** Growth from 1e5 to 1e7, by processor time. */
async function slopeRow(shape: string): Promise<Row> {
  const samples = [await measure(`nearest-${shape}-1e5`), await measure(`nearest-${shape}-1e7`)] as const;
  const [small, large] = samples.map(({ cpu }) => Math.min(...cpu)) as [number, number];
  const slope = Math.log10(large / small) / 2;
  return {
    suite: 'matching',
    case: `slope-${shape}`,
    variant: 'samenwijs',
    n: 1e7,
    medianMs: median(samples[1].times),
    minMs: Math.min(...samples[1].times),
    rounds: samples[1].times.length,
    ok: samples.every(({ right }) => right) && slope <= slopeGoal,
    detail: {
      right: samples.every(({ right }) => right),
      slope,
      slopeGoal,
      cpuMs: large,
      smallCpuMs: small,
      peakMB: samples[1].peakMB,
    },
  };
}

const peers = fileURLToPath(new URL('peers.R', import.meta.url));

/** What R's packages take for the case on this machine, where R is there and has them. */
function peerRows(id: string): readonly Row[] {
  const { status, stdout } = spawnSync('Rscript', ['--vanilla', peers, id], { encoding: 'utf8' });
  if (status !== 0) return [];
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [variant, ms] = line.split(' ') as [string, string];
      const row = { suite: 'matching', case: id, variant, n: cases[id]!.n, medianMs: Number(ms), minMs: Number(ms) };
      return { ...row, rounds: 1, ok: true, detail: {} };
    });
}

async function* run(id: string): AsyncIterable<Row> {
  if (id.startsWith('slope-')) yield slopeRow(id.slice('slope-'.length));
  else {
    yield rowOf(id, await measure(id));
    yield* peerRows(id);
  }
}

const shown = Object.keys(cases).filter((id) => !/-1e[57]$/.test(id) || !id.startsWith('nearest-'));

export const suite: Suite = {
  needsPeers: false,
  cases: [...shown, ...slopes.map((shape) => `slope-${shape}`)],
  run,
  table: matchingTable,
};
