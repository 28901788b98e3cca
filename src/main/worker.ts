import { type Outcome, runTask, type Task } from '../workers/run-task.ts';
import { loadDefaultKernels } from './load-default-kernels.ts';

const kernels = loadDefaultKernels();

/** The composition root of a worker thread. */
export default async function worker(task: Task): Promise<Outcome> {
  return runTask(task, { kernels: await kernels });
}
