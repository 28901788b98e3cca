import { describe, expect, it } from 'vitest';
import { outcomeSupport } from '../../../src/core/disclosure/outcome-support.ts';

const of = (
  outcome: readonly number[],
  columns: readonly (readonly number[])[] = [],
  unit = outcome.map((_, i) => i),
) =>
  outcomeSupport(
    Float64Array.from(outcome),
    columns.map((x) => Float64Array.from(x)),
    unit,
  );

describe('the support of an outcome', () => {
  it('is none where it is measured finely', () => {
    expect(of([3.1, 2.7, 4.4, 8], [[1, 0, 0, 0]])).toBeNull();
  });

  it('is the fewer of two values, in all and on each side of a column', () => {
    expect(of([1, 0, 0, 0, 1])).toBe(2);
    expect(of([1, 0, 0, 0, 1, 1], [[1, 1, 0, 0, 0, 0]])).toBe(1);
    // Nobody with the column has it: that says nothing of few.
    expect(of([0, 0, 0, 1, 1, 1], [[1, 1, 0, 0, 0, 0]])).toBe(1);
    expect(of([0, 0, 0, 0, 1, 1, 1], [[1, 1, 0, 0, 0, 0, 0]])).toBe(2);
  });

  it('counts those who differ from 0, or from what most hold', () => {
    expect(of([0, 0, 3.5, 4.1, 7, 8, 9])).toBe(5);
    expect(of([5, 5, 5, 5, 2.5, 7])).toBe(2);
  });

  it('counts units, not rows', () => {
    expect(of([1, 1, 1, 0, 0, 0, 0, 0, 0], [], [1, 1, 1, 2, 2, 2, 3, 3, 3])).toBe(1);
  });
});
