import { parentPort, workerData } from 'node:worker_threads';
import { type BlockKernel, jobControl, slots, workOnBlocks } from './block-jobs.ts';

// One helper thread of a WorkerTeam: its own instance of the module over the shared memory.
interface Start {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly control: SharedArrayBuffer;
  readonly kernelNames: readonly string[];
  readonly worker: number;
}

const { module, memory, control: shared, kernelNames, worker } = workerData as Start;
const exports = new WebAssembly.Instance(module, { env: { memory } }).exports;
const kernels = kernelNames.map((name) => exports[name] as BlockKernel);
const control = jobControl(shared);
parentPort?.postMessage('ready');

let seen = Atomics.load(control.slots, slots.ticket);
while (Atomics.load(control.slots, slots.stop) === 0) {
  workOnBlocks(control, kernels, worker);
  seen = Atomics.load(control.slots, slots.ticket);
  // A notification may be late, or for a job that others finished: sleep only while there is nothing to claim.
  if ((seen & 0xffff) === 0) Atomics.wait(control.slots, slots.ticket, seen, 1000);
}
