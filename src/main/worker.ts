import { typescriptKernels } from '../core/linalg/typescript-kernels.ts';
import { type Outcome, runTask, type Task } from '../workers/run-task.ts';

/** The composition root of a worker thread. */
export default function worker(task: Task): Promise<Outcome> {
  return runTask(task, { kernels: typescriptKernels });
}
