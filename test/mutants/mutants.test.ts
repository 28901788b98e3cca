import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mutants } from './mutants.ts';
import results from './results.json' with { type: 'json' };

describe('the planted faults', () => {
  it('stand in the sources exactly once, and change them', () => {
    const wrong = mutants.filter(({ file, find, replace }) => {
      const source = readFileSync(new URL(`../../src/core/${file}`, import.meta.url), 'utf8');
      return source.split(find).length !== 2 || find === replace;
    });
    expect(wrong).toEqual([]);
  });

  it('were all tried when the result was saved, and nine of ten were noticed', () => {
    expect(results.mutants).toBe(mutants.length);
    expect(results.mutants).toBeGreaterThanOrEqual(250);
    expect(results.killed / results.mutants).toBeGreaterThanOrEqual(0.9);
    for (const room of ['propensity', 'matching', 'balance', 'effects', 'sensitivity', 'panel-models'])
      expect(results.files.some(({ file }) => file.startsWith(`${room}/`))).toBe(true);
  });
});
