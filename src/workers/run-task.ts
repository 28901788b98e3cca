import type { MessagePort } from 'node:worker_threads';
import type { Computations } from '../app/computations.ts';
import { CoreError } from '../core/errors.ts';
import { computations, type Environment } from './computations.ts';

export interface Task {
  readonly name: keyof Computations;
  readonly input: unknown;
  /** carries `[fraction, stage]` back while the task runs */
  readonly port: MessagePort;
}

/** An error class does not survive the way between threads, its facts do. */
export type Outcome =
  | { readonly output: unknown }
  | {
      readonly error: {
        readonly code: CoreError['code'];
        readonly message: string;
        readonly details: Readonly<Record<string, unknown>>;
      };
    };

/** Runs in the worker thread. Anything but a `CoreError` is a fault of ours and is thrown as it is. */
export async function runTask(
  { name, input, port }: Task,
  environment: Omit<Environment, 'progress'>,
): Promise<Outcome> {
  const computation = computations[name] as (input: unknown, environment: Environment) => unknown;
  try {
    const output = await computation(input, {
      ...environment,
      progress: (fraction, stage) => port.postMessage([fraction, stage]),
    });
    return { output };
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    return { error: { code: error.code, message: error.message, details: error.details } };
  } finally {
    port.close();
  }
}
