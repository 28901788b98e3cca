import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { loadDefaultKernels } from '../../../src/main/load-default-kernels.ts';
import { calibrateDesign, type DesignRow } from './calibrate.ts';
import { type Mode, modes } from './scenario.ts';

interface Task {
  readonly mode: Mode;
  readonly number: number;
}

interface Work {
  readonly tasks: readonly Task[];
  readonly runs: number;
  readonly seed: number;
}

/** Designs of each mode, and three times as many sound ones: what is trusted should not rest on a few. */
export function tasksOf(designs: number): readonly Task[] {
  const count = (mode: Mode): number => (mode === 'sound' ? 3 * designs : designs);
  return modes.flatMap((mode) => Array.from({ length: count(mode) }, (_, number) => ({ mode, number })));
}

/** Every design with its studies, spread over threads; each has streams of its own, so the rows do not depend on threads. */
export async function calibrate(
  tasks: readonly Task[],
  runs: number,
  seed: number,
  report: (row: DesignRow) => void,
): Promise<readonly DesignRow[]> {
  const threads = availableParallelism();
  const rows = new Map<string, DesignRow>();
  await Promise.all(
    Array.from({ length: threads }, (_, t) => {
      const own: Work = { tasks: tasks.filter((_, i) => i % threads === t), runs, seed };
      return new Promise<void>((resolve, reject) => {
        const worker = new Worker(new URL(import.meta.url), { workerData: own });
        worker.on('message', (row: DesignRow) => {
          rows.set(`${row.mode} ${row.number}`, row);
          report(row);
        });
        worker.on('error', reject);
        worker.on('exit', () => resolve());
      });
    }),
  );
  return tasks.map(({ mode, number }) => rows.get(`${mode} ${number}`)!);
}

if (!isMainThread) {
  const { tasks, runs, seed } = workerData as Work;
  const kernels = await loadDefaultKernels();
  for (const { mode, number } of tasks) {
    parentPort!.postMessage(calibrateDesign(mode, number, runs, seed, kernels));
  }
}
