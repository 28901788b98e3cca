/**
 * The whole check: types, lint, import rules, tests. Ends with `N passed, N failed[, N skipped]`, where each static check
 * counts as one.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const checks: readonly (readonly [string, string, readonly string[]])[] = [
  ['types', 'tsc', ['-p', 'tsconfig.json']],
  ['types of the core, with no clock and no console', 'tsc', ['-p', 'src/core/tsconfig.json']],
  ['lint and format', 'biome', ['check', '.']],
  ['import rules', 'depcruise', ['src', '--config', '.dependency-cruiser.cjs']],
];

function run(command: string, args: readonly string[]): Promise<number> {
  const bin = new URL(`../node_modules/.bin/${command}`, import.meta.url).pathname;
  return new Promise((resolve) => {
    spawn(bin, args, { stdio: 'inherit' })
      .on('exit', (code) => resolve(code ?? 1))
      .on('error', () => resolve(1));
  });
}

const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
for (const [name, command, args] of checks) {
  const ok = (await run(command, args)) === 0;
  console.log(`${ok ? '✓' : '✗'} ${name}`);
  tally[ok ? 'passed' : 'failed']++;
}

const folder = await mkdtemp(join(tmpdir(), 'samenwijs-test-'));
const outcome = join(folder, 'vitest.json');
const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${outcome}`];
const status = await run('vitest', [
  'run',
  '--config',
  'test/vitest.config.ts',
  ...reporters,
  ...process.argv.slice(2),
]);
try {
  const report = JSON.parse(await readFile(outcome, 'utf8'));
  tally.passed += report.numPassedTests;
  tally.failed += report.numFailedTests;
  tally.skipped += report.numPendingTests + report.numTodoTests;
  for (const file of report.testResults) {
    const skipped = file.assertionResults.filter(
      (test: { status: string }) => test.status === 'pending' || test.status === 'skipped',
    );
    if (skipped.length > 0) console.log(`SKIPPED ${skipped.length} in ${file.name}`);
  }
} catch {
  console.log('The tests left no report.');
  tally.failed++;
}
// A file that cannot be loaded has no failed test, but vitest says so by its status.
if (status !== 0 && tally.failed === 0) tally.failed++;
await rm(folder, { recursive: true });

console.log(`${tally.passed} passed, ${tally.failed} failed${tally.skipped > 0 ? `, ${tally.skipped} skipped` : ''}`);
process.exitCode = tally.failed > 0 ? 1 : 0;
