import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { referenceFolder } from '../support/reference.ts';

const run = promisify(execFile);

/** Cases of tier 3 where we keep another convention; docs/methods/qca.md says which and why. */
const apart = ['ccubes-random-20cond/pi-count-minpin'];

describe.skipIf(referenceFolder === null)('the conformance engine on the reference cases of QCA', () => {
  it('gives the reference values of every case, but for the named ones of tier 3', { timeout: 120_000 }, async () => {
    const folder = referenceFolder ?? '';
    const engine = ['--', process.execPath, 'test/support/conformance-engine.ts'];
    const selection = ['--json', '--kind', 'qca', join(folder, 'golden'), join(folder, 'qca-published')];
    const { stdout } = await run(process.execPath, [join(folder, 'compare.mjs'), ...selection, ...engine], {
      maxBuffer: 1e8,
    }).catch((failed: { stdout: string }) => failed);
    const { verdicts, problems } = JSON.parse(stdout) as {
      verdicts: { id: string; tier: number; differences: unknown[] }[];
      problems: string[];
    };
    expect(problems).toEqual([]);
    expect(verdicts.length).toBeGreaterThan(150);
    const failed = verdicts.filter(({ differences }) => differences.length > 0);
    expect(failed.map(({ id }) => id).filter((id) => !apart.includes(id))).toEqual([]);
    expect(failed.filter(({ tier }) => tier < 3)).toEqual([]);
  });
});
