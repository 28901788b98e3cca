import { describe, expect, it } from 'vitest';
import type { CoreError } from '../../../src/core/errors.ts';
import { stratify } from '../../../src/core/insights/stratify.ts';
import { yearlyValues } from '../../../src/core/insights/yearly-values.ts';

const input = (values: number[], groups: number[], observed = values.map(() => 1)) => ({
  waves: 1,
  groups: 2,
  waveIndex: new Uint32Array(values.length),
  groupIndex: Int32Array.from(groups),
  values: Float64Array.from(values),
  observed: Uint8Array.from(observed),
  confidence: 0.95,
});

describe('stratify', () => {
  it('gives the textbook interval: the sleep data of Student 1908, group 1 (R: t.test(extra[group == 1]))', () => {
    // R 4: mean 0.75, 95 percent confidence interval -0.5297804 2.0297804
    const extra = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
    const cell = stratify(
      input(
        extra,
        extra.map(() => 0),
      ),
    ).cells[0]![0]!;
    expect(cell.n).toBe(10);
    expect(cell.mean).toBeCloseTo(0.75, 12);
    expect(cell.lower).toBeCloseTo(-0.5297804, 7);
    expect(cell.upper).toBeCloseTo(2.0297804, 7);
  });

  it('keeps its accuracy far from zero', () => {
    const near = stratify(input([1, 2, 3, 4], [0, 0, 0, 0])).cells[0]![0]!;
    const far = stratify(input([1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4], [0, 0, 0, 0])).cells[0]![0]!;
    expect(far.standardDeviation).toBe(near.standardDeviation);
  });

  it('says nothing where there are too few households, instead of zero', () => {
    const { cells, totals } = stratify(input([5, 7], [0, -1]));
    expect(cells[0]![0]).toEqual({ n: 1, mean: 5, standardDeviation: null, lower: null, upper: null });
    expect(cells[0]![1]).toEqual({ n: 0, mean: null, standardDeviation: null, lower: null, upper: null });
    expect(totals[0]!.n).toBe(2);
  });

  it('counts rows whose group is not known apart, and leaves out what was not observed', () => {
    const { withoutGroup, totals } = stratify(input([5, 7, 100], [0, -1, 0], [1, 1, 0]));
    expect(withoutGroup[0]!.n).toBe(1);
    expect(totals[0]!.mean).toBe(6);
  });

  it('refuses a value that is not finite, a wrong length and an impossible confidence', () => {
    const code = (run: () => unknown) => {
      try {
        run();
      } catch (error) {
        return (error as CoreError).code;
      }
      return 'no error';
    };
    expect(code(() => stratify(input([Number.NaN], [0])))).toBe('non-finite');
    expect(code(() => stratify({ ...input([1], [0]), observed: new Uint8Array(2) }))).toBe('dimension-mismatch');
    expect(code(() => stratify({ ...input([1], [0]), confidence: 1 }))).toBe('invalid-argument');
  });
});

describe('yearly values', () => {
  it('averages a unit over the waves of a year and leaves out a year with too few', () => {
    const yearly = yearlyValues({
      units: 2,
      years: 2,
      unitIndex: Uint32Array.from([0, 0, 0, 0, 1, 1]),
      waveIndex: Uint32Array.from([0, 1, 2, 3, 0, 2]),
      yearOfWave: Uint32Array.from([0, 0, 1, 1]),
      values: Float64Array.from([1, 3, 5, 9, 4, 8]),
      observed: new Uint8Array(6).fill(1),
      groupIndex: Int32Array.from([0, 1, 1, 1, 0, 0]),
      minimumShare: 0.75,
    });
    expect([...yearly.values]).toEqual([2, 7]);
    expect([...yearly.unitIndex]).toEqual([0, 0]);
    expect([...yearly.groupIndex]).toEqual([1, 1]); // the group of the last wave of the year
    expect(yearly.leftOut).toBe(2);
  });

  it('counts only the waves in which the question was asked', () => {
    // Twelve months of one year; the question is asked in months 2, 5, 8 and 11. Unit 0 answers thrice, unit 1 twice.
    const months = [2, 5, 8, 2, 11];
    const yearly = yearlyValues({
      units: 2,
      years: 1,
      unitIndex: Uint32Array.from([0, 0, 0, 1, 1]),
      waveIndex: Uint32Array.from(months),
      yearOfWave: new Uint32Array(12),
      values: Float64Array.from([6, 7, 8, 5, 5]),
      observed: new Uint8Array(5).fill(1),
      groupIndex: new Int32Array(5),
      minimumShare: 0.75,
    });
    expect([...yearly.values]).toEqual([7]);
    expect(yearly.leftOut).toBe(1);
  });
});
