import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type SavedResults, withReport } from '../../bench/kernels/report.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the performance section of docs/methods/kernels.md', () => {
  const results = JSON.parse(read('bench/results/kernels.json')) as SavedResults;

  it('is what the committed measurement says', () => {
    const page = read('docs/methods/kernels.md');
    expect(withReport(page, results)).toBe(page);
  });

  it('rests on right results only', () => {
    expect(results.rows.filter((row) => !row.ok).map((row) => `${row.case} ${row.variant}`)).toEqual([]);
  });
});
