import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Row, Suite } from '../suite.ts';
import { flopsOf, kernelCases, type Task } from './cases.ts';
import { MeasuredProcess } from './measured-process.ts';
import { kernelTable } from './table.ts';

const ours = ['samenwijs', 'samenwijs-relaxed', 'samenwijs-typescript', 'samenwijs-2-threads'];
const variants = [...ours, 'ml-matrix', 'stdlib', 'tfjs-wasm', 'numpy'];

/** numpy on one thread, choosing its kernels for this machine. */
function numpyEnvironment(): NodeJS.ProcessEnv {
  const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _cache, ...rest } = process.env;
  return { ...rest, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
}

let chosenPython: string | null | undefined;

/** The Python whose numpy multiplies fastest (there may be one with a reference BLAS), or null. */
function python(): string | null {
  if (chosenPython !== undefined) return chosenPython;
  const code =
    'import numpy as np,time;a=np.ones((256,256));a@a;t=time.perf_counter();[a@a for _ in range(20)];print(time.perf_counter()-t)';
  const found = ['python3', '/usr/bin/python3'].flatMap((command) => {
    const { status, stdout } = spawnSync(command, ['-c', code], { encoding: 'utf8', env: numpyEnvironment() });
    return status === 0 ? [{ command, seconds: Number(stdout) }] : [];
  });
  chosenPython = found.toSorted((a, b) => a.seconds - b.seconds)[0]?.command ?? null;
  return chosenPython;
}

function startVariant(variant: string, id: string, task: Task): MeasuredProcess | null {
  if (variant === 'samenwijs-2-threads' && cpus().length < 2) return null;
  if (variant !== 'numpy')
    return new MeasuredProcess(
      process.execPath,
      [fileURLToPath(new URL('variant.ts', import.meta.url)), variant, id],
      process.env,
    );
  const command = python();
  const script = fileURLToPath(new URL('peers/numpy_variant.py', import.meta.url));
  return command === null ? null : new MeasuredProcess(command, [script, JSON.stringify(task)], numpyEnvironment());
}

/** Largest difference between probes, relative to the size of the reference's. */
function difference(found: readonly number[], reference: readonly number[]): number {
  if (found.length !== reference.length) return Number.POSITIVE_INFINITY;
  const size = Math.max(...reference.map(Math.abs), Number.MIN_VALUE);
  return Math.max(...reference.map((v, i) => Math.abs(v - found[i]!) / size));
}

const rounds = 15;
/** A variant that has taken so long in all has had enough rounds. */
const enoughMs = 4000;

async function* run(id: string): AsyncIterable<Row> {
  const task = kernelCases.find((c) => c.id === id)!.task;
  const flops = flopsOf(task);
  const running: {
    variant: string;
    process: MeasuredProcess;
    detail: Record<string, unknown>;
    ok: boolean;
    ms: number[];
    cpuMs: number[];
    rounds: number;
  }[] = [];
  let reference: readonly number[] | null = null;
  // Correctness first: every variant has to find what the plain TypeScript form finds.
  for (const variant of ['samenwijs-typescript', ...variants.filter((v) => v !== 'samenwijs-typescript')]) {
    const process = startVariant(variant, id, task);
    const start = (await process?.start()) ?? null;
    if (process === null || start === null || !start.ready) {
      process?.stop();
      continue;
    }
    reference ??= start.probe;
    const error = difference(start.probe, reference);
    // Ours has the same bits; single precision keeps about seven digits of the data.
    const isExact = variant === 'samenwijs' || variant === 'samenwijs-2-threads';
    const tolerance = isExact ? 0 : start.detail.dtype === 'float32' ? 1e-2 : 1e-9;
    running.push({
      variant,
      process,
      detail: { ...start.detail, error },
      ok: error <= tolerance,
      ms: [],
      cpuMs: [],
      rounds: 0,
    });
  }
  running.sort((a, b) => variants.indexOf(a.variant) - variants.indexOf(b.variant));
  for (let round = 0; round < rounds; round++) {
    for (const one of round % 2 === 0 ? running : running.toReversed()) {
      if (one.ms.reduce((sum, ms) => sum + ms, 0) > enoughMs) continue;
      const { ms, cpuMs } = await one.process.round();
      one.ms.push(...ms);
      one.cpuMs.push(cpuMs);
      one.rounds++;
    }
  }
  for (const { variant, process, detail, ok, ms, cpuMs, rounds: done } of running) {
    process.stop();
    const sorted = ms.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;
    yield {
      suite: 'kernels',
      case: id,
      variant,
      n: 'n' in task ? task.n : 0,
      medianMs: at(0.5),
      minMs: sorted[0]!,
      rounds: done,
      ok,
      detail: {
        ...detail,
        runs: ms.length,
        cpuMs: cpuMs.toSorted((a, b) => a - b)[cpuMs.length >> 1]!,
        lowerQuartileMs: at(0.25),
        upperQuartileMs: at(0.75),
        gflops: flops / at(0.5) / 1e6,
        bestGflops: flops / sorted[0]! / 1e6,
      },
    };
  }
}

export const suite: Suite = { needsPeers: true, cases: kernelCases.map(({ id }) => id), run, table: kernelTable };
