import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** A command of a page and what the page says that it prints. */
export interface ConsoleExample {
  readonly command: string;
  readonly expected: string;
}

const root = new URL('../..', import.meta.url).pathname;

/** Every command of the `console` blocks of a page, in order. */
export const consoleExamples = (markdown: string): readonly ConsoleExample[] =>
  [...markdown.matchAll(/```console\n([\s\S]*?)```/g)].flatMap(([, block]) =>
    block!
      .split(/^\$ /m)
      .slice(1)
      .map((part) => {
        const [command, ...lines] = part.replaceAll('\\\n', ' ').split('\n');
        return { command: command!, expected: lines.join('\n').trimEnd() };
      }),
  );

/** Runs a command as a reader would, in the root of the repository, with its store in a folder; `now` is the time it thinks it is. */
export function runExample(
  command: string,
  folder: string,
  now?: string,
): Promise<{ readonly status: number; readonly out: string }> {
  const path = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`;
  const clock = `--import=${new URL('shifted-clock.ts', import.meta.url).href}`;
  const shifted = now === undefined ? {} : { SHIFTED_NOW: now, NODE_OPTIONS: clock };
  const line = command.replace(/^(npx )?samenwijs/, `node ${join(root, 'src/main/samenwijs.mjs')}`);
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', line], {
      cwd: root,
      env: { ...process.env, PATH: path, SAMENWIJS_DATA: join(folder, 'data'), ...shifted },
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
    child.on('error', reject);
    child.on('close', (status) => resolve({ status: status ?? 1, out: status === 0 ? out : out + err }));
  });
}

/** What a page says as a pattern: `…` alone on a line is any lines, at the end of a line any rest of it. */
export const printedPattern = (expected: string): RegExp =>
  new RegExp(
    `^${expected
      .split('\n')
      .map((line) =>
        line.trim() === '…' ? '[\\s\\S]*?' : line.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/…$/, '.*'),
      )
      .join('\n')}$`,
  );
