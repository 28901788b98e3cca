import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/**
 * Every `console` block of the README is run, command after command in one fresh store, and must print what the README says.
 * A line `…` stands for any lines.
 */
interface Example {
  readonly command: string;
  readonly expected: string;
}

const root = new URL('../..', import.meta.url).pathname;
const readme = await readFile(join(root, 'README.md'), 'utf8');
const examples: Example[] = [...readme.matchAll(/```console\n([\s\S]*?)```/g)].flatMap(([, block]) =>
  block!
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command, ...lines] = part.replaceAll('\\\n', ' ').split('\n');
      return { command: command!, expected: lines.join('\n').trimEnd() };
    }),
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samenwijs-readme-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(command: string): Promise<{ status: number; out: string }> {
  const path = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`;
  const line = command.replace(/^(npx )?samenwijs/, `node ${join(root, 'src/main/samenwijs.mjs')}`);
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', line], {
      cwd: root,
      env: { ...process.env, PATH: path, SAMENWIJS_DATA: join(folder, 'data') },
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

/** The README's text as a pattern: `…` alone on a line is any lines, at the end of a line any rest of it. */
const pattern = (expected: string) =>
  new RegExp(
    `^${expected
      .split('\n')
      .map((line) =>
        line.trim() === '…' ? '[\\s\\S]*?' : line.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/…$/, '.*'),
      )
      .join('\n')}$`,
  );

describe('the README', () => {
  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(3);
  });

  it.each(examples)('prints what it says: $command', { timeout: 120_000 }, async ({ command, expected }) => {
    const { out } = await run(command);
    expect(out.trimEnd()).toMatch(pattern(expected));
  });
});
