import { type ChildProcess, spawn } from 'node:child_process';

const root = new URL('../..', import.meta.url).pathname;
const launcher = new URL('../../src/main/samenwijs.mjs', import.meta.url).pathname;
const env = (data: string, extra: Record<string, string> = {}) => ({
  ...process.env,
  PATH: `${root}node_modules/.bin:${process.env.PATH}`,
  SAMENWIJS_DATA: data,
  SAMENWIJS_DEMO: 'off',
  PORT: '0',
  ...extra,
});

export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Sends the signal and waits for the end; gives the exit status or the signal. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

/** `samenwijs serve` as a process of its own, on a free port, once it listens. */
export function startServerProcess(data: string, extra: Record<string, string> = {}): Promise<ServerProcess> {
  const child = spawn(process.execPath, [launcher, 'serve'], {
    env: env(data, extra),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // A failed test must not leave a server behind.
  process.once('exit', () => child.kill('SIGKILL'));
  let err = '';
  return new Promise((resolve, reject) => {
    child.stderr!.on('data', (chunk) => {
      err += chunk;
      const url = /http:\/\/\S+:\d+/.exec(err)?.[0];
      if (url) {
        resolve({
          url,
          child,
          end: (signal) =>
            new Promise((done) => {
              child.on('exit', (code, killed) => done(killed ?? code ?? 1));
              child.kill(signal);
            }),
        });
      }
    });
    child.on('exit', (code) => reject(new Error(`The server ended with ${code}: ${err}`)));
  });
}

/** One command of the command line as a process of its own. */
export function runProcess(
  data: string,
  argv: readonly string[],
  extra: Record<string, string> = {},
): Promise<{ status: number; out: string; err: string }> {
  const child = spawn(process.execPath, [launcher, ...argv], {
    env: env(data, extra),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return new Promise((resolve) => child.on('close', (status) => resolve({ status: status ?? 1, out, err })));
}
