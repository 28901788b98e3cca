import { type Outcome, runTask, type Task } from '../workers/run-task.ts';
import { loadDefaultKernels } from './load-default-kernels.ts';
import { loadNetworkOnce } from './load-network-once.ts';
import { loadSolverOnce } from './load-solver-once.ts';

const kernels = loadDefaultKernels();
const loadIntegerSolver = loadSolverOnce();
const loadSetNetwork = loadNetworkOnce();

/** The composition root of a worker thread. */
export default async function worker(task: Task): Promise<Outcome> {
  return runTask(task, { kernels: await kernels, loadIntegerSolver, loadSetNetwork });
}
