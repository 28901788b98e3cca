import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { verdictRules } from '../../../src/core/study/verdict-rules.ts';

describe('the rule table of docs/methods/study-verdict.md', () => {
  const page = readFileSync(new URL('../../../docs/methods/study-verdict.md', import.meta.url), 'utf8');
  const rows = page.split('\n').flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    const measure = /^`([a-z-]+)`$/.exec(cells[2] ?? '')?.[1];
    return measure === undefined ? [] : [[cells[1], measure, ...cells.slice(4, 8)]];
  });

  it('is the one that the code applies, rule by rule', () => {
    const limit = (worse: string, value: number | null) => (value === null ? '–' : `${worse} ${value}`);
    expect(rows).toEqual(
      verdictRules.map(({ rule, measure, worse, caution, fail, role, source }) => [
        ...[rule, measure, limit(worse, caution), limit(worse, fail), role, source],
      ]),
    );
  });
});
