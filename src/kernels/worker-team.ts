import { Worker } from 'node:worker_threads';
import { CoreError } from '../core/errors.ts';
import {
  argumentLimit,
  type BlockKernel,
  jobControl,
  jobControlBytes,
  largestJob,
  readMessage,
  slots,
  workOnBlocks,
} from './block-jobs.ts';

/**
 * Runs the blocks of a kernel on this thread and its helpers. Which thread does a block changes no bit of it.
 * The calling thread works too and blocks until all is done; it waits at most `waitMs` after the last sign of progress.
 */
export class WorkerTeam {
  readonly threads: number;
  readonly #control = jobControl(new SharedArrayBuffer(jobControlBytes()));
  readonly #kernels: readonly BlockKernel[];
  readonly #names: readonly string[];
  readonly #workers: Worker[] = [];
  readonly #waitMs: number;
  #job = 0;

  private constructor(kernels: Readonly<Record<string, BlockKernel>>, threads: number, waitMs: number) {
    this.#names = Object.keys(kernels);
    this.#kernels = Object.values(kernels);
    this.threads = threads;
    this.#waitMs = waitMs;
  }

  /** Resolves when every helper has instantiated the module. */
  static async start(
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    kernels: Readonly<Record<string, BlockKernel>>,
    threads: number,
    waitMs: number,
  ): Promise<WorkerTeam> {
    const team = new WorkerTeam(kernels, threads, waitMs);
    const file = import.meta.url.endsWith('.ts') ? './kernel-worker.ts' : './kernel-worker.js';
    const ready: Promise<void>[] = [];
    for (let worker = 1; worker < threads; worker++) {
      const helper = new Worker(new URL(file, import.meta.url), {
        workerData: { module, memory, control: team.#control.slots.buffer, kernelNames: team.#names, worker },
      });
      team.#workers.push(helper);
      ready.push(
        new Promise((resolve, reject) => {
          helper.once('message', () => resolve());
          helper.once('error', reject);
          helper.once('exit', (code) => reject(new Error(`A helper thread of the kernels ended with code ${code}.`)));
        }),
      );
    }
    try {
      await Promise.all(ready);
    } catch (cause) {
      await team.stop();
      throw new CoreError(
        'kernel-failure',
        'The helper threads of the kernels could not start; use one thread.',
        { threads },
        { cause },
      );
    }
    // Idle helpers do not keep the process alive.
    for (const helper of team.#workers) {
      helper.removeAllListeners('exit');
      helper.unref();
    }
    return team;
  }

  /**
   * Runs blocks 0 .. blocks - 1 of a kernel, with the helpers if that is large work. Returns whether all that they wrote is finite.
   * @throws kernel-failure after a trap, or when a helper shows no progress in time; the team is then stopped
   */
  run(name: string, blocks: number, given: readonly number[], isLarge = true): boolean {
    // The ticket counts at most `largestJob` blocks.
    const together = isLarge && this.#workers.length > 0 && blocks > 1 && blocks <= largestJob;
    return together ? this.#runTogether(name, blocks, given) : this.#runHere(name, blocks, given);
  }

  #runHere(name: string, blocks: number, given: readonly number[]): boolean {
    const kernel = this.#kernels[this.#names.indexOf(name)]!;
    let finite = true;
    try {
      for (let block = 0; block < blocks; block++) if (kernel(block, 0, ...given) === 0) finite = false;
    } catch (cause) {
      throw failure(name, blocks, String(cause), cause);
    }
    return finite;
  }

  #runTogether(name: string, blocks: number, given: readonly number[]): boolean {
    const c = this.#control.slots;
    if (given.length > argumentLimit) throw new Error(`${given.length} arguments; a job holds ${argumentLimit}.`);
    this.#control.arguments.set(given);
    c[slots.argumentCount] = given.length;
    c[slots.kernel] = this.#names.indexOf(name);
    c[slots.total] = blocks;
    Atomics.store(c, slots.done, 0);
    Atomics.store(c, slots.finite, 1);
    Atomics.store(c, slots.failed, 0);
    this.#job = (this.#job + 1) & 0x7fff;
    Atomics.store(c, slots.ticket, (this.#job << 16) | blocks);
    Atomics.notify(c, slots.ticket);
    workOnBlocks(this.#control, this.#kernels, 0);
    for (let done = Atomics.load(c, slots.done); done < blocks; done = Atomics.load(c, slots.done)) {
      if (Atomics.wait(c, slots.done, done, this.#waitMs) !== 'timed-out') continue;
      void this.stop();
      throw new CoreError(
        'kernel-failure',
        `A helper thread made no progress on ${name} for ${this.#waitMs} ms (${done} of ${blocks} blocks done); the helpers were stopped. Try again with one thread.`,
        { kernel: name, done, blocks, waitMs: this.#waitMs },
      );
    }
    if (Atomics.load(c, slots.failed) !== 0) throw failure(name, blocks, readMessage(this.#control.message));
    return Atomics.load(c, slots.finite) === 1;
  }

  /** Ends the helpers; later jobs run on this thread alone. */
  async stop(): Promise<void> {
    Atomics.store(this.#control.slots, slots.stop, 1);
    Atomics.store(this.#control.slots, slots.ticket, 0);
    Atomics.notify(this.#control.slots, slots.ticket);
    await Promise.all(this.#workers.splice(0).map((helper) => helper.terminate()));
  }
}

function failure(kernel: string, blocks: number, message: string, cause?: unknown): CoreError {
  return new CoreError(
    'kernel-failure',
    `The kernel ${kernel} failed: ${message}. Please report this with the sizes of your data.`,
    { kernel, blocks },
    { cause },
  );
}
