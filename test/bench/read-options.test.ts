import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;

// Scripts load what they need before they look at their options, and a busy machine is slow.
it.each([
  ['bench/run.ts', 'kernels', '--only', 'x'],
  ['bench/run.ts', 'nothing'],
  ['bench/run.ts', 'qca', '--case', 'nothing'],
  ['bench/evaluate.ts', '--case', 'x'],
  ['bench/evaluate.ts', '--seeds', 'many'],
  ['bench/evaluate.ts', '--only', 'nothing'],
  ['models/train.ts', '--json'],
  ['notebooks/run.ts', '--json'],
  ['notebooks/run.ts', 'nothing'],
  ['test/browser/matrix.ts', '--only', 'x'],
  ['test/browser/matrix.ts', '--theme', 'pink'],
])('a wrong call is refused with one line and status 2: %s %s %s', { timeout: 60_000 }, (script, ...options) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...options], { cwd: root, encoding: 'utf8' });
  expect([status, stdout, stderr.trimEnd().split('\n').length]).toEqual([2, '', 1]);
  expect(stderr).toMatch(/^.{20,}\.?\n$/);
});
