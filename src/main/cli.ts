import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AppError } from '../app/errors.ts';
import type { Environment, Terminal } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-codes.ts';
import { createRemoteService } from '../cli/remote-service.ts';
import { runCommandLine } from '../cli/run.ts';
import { readConfig } from '../config.ts';
import { version } from './version.ts';

/** The composition root of the command line. Resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const abort = new AbortController();
  const stop = () => {
    // Asked twice means now; and who waits for standard input waits no longer.
    if (abort.signal.aborted) process.exit(exitCodes.cancelled);
    abort.abort();
    process.stdin.destroy();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader of a pipe may stop early (`| head`); that is no fault.
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const terminal: Terminal = {
    stdin: process.stdin,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
    signal: abort.signal,
  };
  const status = await runCommandLine(argv, terminal, environment);
  const cutShort = abort.signal.aborted && argv[0] !== 'serve';
  return cutShort && status === exitCodes.ok ? exitCodes.cancelled : status;
}

/** Each command loads only what it needs: the help must not wait for a database driver. */
const environment: Environment = {
  version,

  /** The folder has one writer: beside a running server everything goes through its HTTP API. */
  async openService() {
    const config = readConfig(process.env);
    const { readLock } = await import('../store/lock-file.ts');
    const lock = await readLock(config.data);
    if (lock?.url) return { service: createRemoteService(lock.url), close: async () => {} };
    const { compose } = await import('./compose.ts');
    return compose(config);
  },

  async serve(terminal, announce) {
    const { startServer } = await import('./server.ts');
    const server = await startServer(readConfig(process.env), announce);
    if (!terminal.signal.aborted) {
      await new Promise<void>((resolve) => terminal.signal.addEventListener('abort', () => resolve(), { once: true }));
    }
    await server.close();
  },

  async *readFile(path) {
    try {
      // Pieces of this size are read and written with the least work of the system.
      yield* createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Uint8Array>;
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT') throw new AppError('invalid-file', `There is no file ${path}.`, { path }, { cause });
      if (code === 'EISDIR')
        throw new AppError('invalid-file', `${path} is a folder; give a file.`, { path }, { cause });
      throw new AppError(
        'invalid-file',
        `The file ${path} cannot be read: ${(cause as Error).message}.`,
        { path },
        { cause },
      );
    }
  },

  async writeFile(path, text) {
    try {
      await writeFile(path, text);
    } catch (cause) {
      throw new AppError(
        'invalid-file',
        `The file ${path} cannot be written: ${(cause as Error).message}.`,
        { path },
        { cause },
      );
    }
  },

  async readTable(path) {
    const { readCaseTable } = await import('./read-case-table.ts');
    return readCaseTable(path);
  },

  async schemaBeside(path) {
    const { findDataResource } = await import('../formats/data-package.ts');
    return findDataResource(path);
  },

  async demoPanels() {
    const demo = await import('./demo-panels.ts');
    return demo.demoPanels();
  },

  async conformance(input, write) {
    const { runConformance } = await import('../conformance/run-conformance.ts');
    const { loadDefaultKernels } = await import('./load-default-kernels.ts');
    const { loadSolverOnce } = await import('./load-solver-once.ts');
    // Before the lines: a reader that nobody listens to yet loses what it read.
    const kernels = await loadDefaultKernels();
    const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
    const readText = (folder: string, name: string) => readFile(join(folder, name), 'utf8');
    await runConformance(lines, write, { kernels, loadIntegerSolver: loadSolverOnce(), readText });
  },
};
