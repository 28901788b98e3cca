import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { Compute } from '../app/ports.ts';
import { CoreError } from '../core/errors.ts';
import type { Outcome, Task } from './run-task.ts';

/**
 * A pool of worker threads for the core's functions. An aborted task ends its thread at once, whatever it is doing; the next
 * task gets a new one.
 *
 * @param workerFile module that exports `(task) => Outcome` by default: src/main/worker.ts
 * @param warm threads that are started now and kept, so that the first analysis need not wait for one
 */
export function createCompute(options: {
  readonly workerFile: string;
  readonly threads: number;
  readonly warm: number;
}): {
  readonly compute: Compute;
  close(): Promise<void>;
} {
  const pool = new Piscina({
    filename: options.workerFile,
    minThreads: options.warm,
    maxThreads: options.threads,
    idleTimeout: 30_000,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  return {
    compute: {
      async run(name, input, control) {
        const { port1, port2 } = new MessageChannel();
        port1.on('message', ([fraction, stage]: [number, string]) => control.progress(fraction, stage));
        port1.unref();
        const task: Task = { name, input, port: port2 };
        try {
          const outcome: Outcome = await pool.run(task, { signal: control.signal, transferList: [port2] });
          if ('error' in outcome) throw new CoreError(outcome.error.code, outcome.error.message, outcome.error.details);
          return outcome.output as never;
        } finally {
          port1.close();
        }
      },
    },
    async close() {
      await pool.destroy();
    },
  };
}
