import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consoleExamples, printedPattern, runExample } from '../support/console-blocks.ts';

// Every `console` block of the README is run, command after command in one fresh store, and must print what the README says.
const examples = consoleExamples(await readFile(new URL('../../README.md', import.meta.url), 'utf8'));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samenwijs-readme-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the README', () => {
  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(3);
  });

  it.each(examples)('prints what it says: $command', { timeout: 120_000 }, async ({ command, expected }) => {
    const { out } = await runExample(command, folder);
    expect(out.trimEnd()).toMatch(printedPattern(expected));
  });
});
