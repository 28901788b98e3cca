import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Round {
  readonly ms: readonly number[];
  /** processor time of the thread per run: what the others on a busy machine take does not count */
  readonly cpuMs: number;
}

export interface Start {
  readonly ready: boolean;
  readonly probe: readonly number[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A variant in its own process: one line in, one round out. */
export class MeasuredProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(command: string, given: readonly string[], environment: NodeJS.ProcessEnv) {
    this.#child = spawn(command, given, {
      stdio: ['pipe', 'pipe', 2],
      env: environment,
      cwd: new URL('.', import.meta.url),
    });
    this.#child.on('error', () => {});
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** null when the process ended before it was ready. */
  async start(): Promise<Start | null> {
    const { value, done } = await this.#lines.next();
    return done ? null : (JSON.parse(value) as Start);
  }

  async round(): Promise<Round> {
    this.#child.stdin!.write('\n');
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('A measured process ended before its round was over.');
    return JSON.parse(value) as Round;
  }

  stop(): void {
    this.#child.stdin!.end();
    this.#child.kill();
  }
}
