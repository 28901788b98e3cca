import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { referenceFolder } from '../support/reference.ts';

const run = promisify(execFile);
const kinds = ['propensity', 'matching', 'weighting', 'effect', 'sensitivity'];

describe.skipIf(referenceFolder === null)('the conformance engine on the reference cases of causal inference', () => {
  it('gives the reference values of every case of tiers 1 and 2', { timeout: 120_000 }, async () => {
    const comparator = join(referenceFolder!, 'compare.mjs');
    const engine = ['--', process.execPath, 'test/support/conformance-engine.ts'];
    const selection = ['--tier', '2', '--kind', kinds.join(','), join(referenceFolder!, 'golden')];
    const { stdout } = await run(process.execPath, [comparator, ...selection, ...engine], { maxBuffer: 1e8 });
    expect(stdout.trim().split('\n').at(-1)).toMatch(/^[1-9]\d* passed, 0 failed$/);
  });
});
