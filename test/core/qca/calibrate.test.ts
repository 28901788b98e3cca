import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Calibration, calibrate } from '../../../src/core/qca/calibrate.ts';
import { findThresholds } from '../../../src/core/qca/find-thresholds.ts';
import { mulberry } from './support.ts';

const anchors = { exclusion: 10, crossover: 20, inclusion: 40 };
const rules: readonly Calibration[] = [
  { method: 'logistic', ...anchors, inclusionDegree: 0.95 },
  { method: 's-shape', ...anchors, below: 2, above: 0.5 },
  { method: 'ecdf', ...anchors },
  { method: 's-shape', exclusion: 40, crossover: 20, inclusion: 10, below: 1, above: 1 },
];

describe('calibrate', () => {
  it.each(rules)('$method gives memberships from 0 to 1 that rise (or fall) with the score', (rule) => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 60, noNaN: true }), { minLength: 3, maxLength: 40 }), (scores) => {
        const sorted = Float64Array.from([...scores, 15, 20, 30]).sort();
        const memberships = calibrate(sorted, rule);
        const direction = 'inclusion' in rule && rule.inclusion < rule.exclusion ? -1 : 1;
        for (let i = 0; i < sorted.length; i++) {
          expect(memberships[i]).toBeGreaterThanOrEqual(0);
          expect(memberships[i]).toBeLessThanOrEqual(1);
          if (i > 0) expect(direction * (memberships[i]! - memberships[i - 1]!)).toBeGreaterThanOrEqual(-1e-12);
        }
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('gives the logistic form 0.5 at the crossover and the stated degree at the anchors', () => {
    const [out, middle, inside] = calibrate(Float64Array.of(10, 20, 40), rules[0]!);
    expect([out, middle, inside].map((x) => x!.toFixed(12))).toEqual([
      '0.050000000000',
      '0.500000000000',
      '0.950000000000',
    ]);
  });

  it('mirrors the bell as its inverse', () => {
    const scores = Float64Array.from({ length: 60 }, (_, i) => i);
    const up = { exclusion: 10, crossover: 15, inclusion: 20 };
    const down = { exclusion: 45, crossover: 40, inclusion: 30 };
    const turn = ({ exclusion, crossover, inclusion }: typeof up) => ({
      exclusion: inclusion,
      crossover,
      inclusion: exclusion,
    });
    const bell = calibrate(scores, { method: 'bell', first: up, second: down, below: 1, above: 1 });
    const inverse = calibrate(scores, {
      method: 'inverse-bell',
      first: turn(up),
      second: turn(down),
      below: 1,
      above: 1,
    });
    bell.forEach((x, i) => {
      expect(inverse[i]).toBeCloseTo(1 - x, 12);
    });
  });

  it('gives the memberships of the indirect method the order of the scores, between 0 and 1', () => {
    const scores = Float64Array.from({ length: 30 }, (_, i) => 5 + i * 3);
    const memberships = calibrate(scores, { method: 'indirect', thresholds: [20, 45, 70] });
    expect(memberships.every((m) => m > 0 && m < 1)).toBe(true);
    // The fractional logit's likelihood equations: residuals are perpendicular to each of its columns.
    const codes = scores.map((x) => Math.round((1000 * [20, 45, 70].filter((t) => t < x).length) / 3) / 1000);
    for (const power of [() => 1, Math.log, Math.sqrt, (x: number) => x, (x: number) => x * x]) {
      const along = scores.reduce((sum, x, i) => sum + power(x) * (codes[i]! - memberships[i]!), 0);
      const size = scores.reduce((sum, x) => sum + power(x), 0);
      expect(Math.abs(along / size)).toBeLessThan(1e-10);
    }
  });

  it.each<[string, Calibration, number[]]>([
    ['invalid-argument', { method: 'indirect', thresholds: [1] }, [0, 1, 2, 3, 4]],
    ['no-variation', { method: 'indirect', thresholds: [2] }, [1, 1, 2, 3, 4]],
    ['not-converged', { method: 'indirect', thresholds: [10] }, [1, 2, 3, 4, 5, 6, 100, 200, 300, 400]],
    ['no-variation', { method: 'find-thresholds', count: 3 }, [1, 1, 2, 3]],
    ['invalid-argument', { method: 'find-thresholds', count: 0 }, [1, 2]],
  ])('refuses with %s: %j of %j', (code, rule, scores) => {
    expect(() => calibrate(Float64Array.from(scores), rule)).toThrow(expect.objectContaining({ code }));
  });

  it.each<[string, Calibration]>([
    ['invalid-argument', { method: 'crisp', thresholds: [] }],
    ['invalid-argument', { method: 'crisp', thresholds: [3, 2] }],
    ['invalid-argument', { method: 'logistic', exclusion: 1, crossover: 3, inclusion: 2, inclusionDegree: 0.95 }],
    ['invalid-argument', { method: 'logistic', ...anchors, inclusionDegree: 0.5 }],
    ['invalid-argument', { method: 's-shape', ...anchors, below: 0, above: 1 }],
    ['no-variation', { method: 'totally-fuzzy-relative', lowest: 9 }],
  ])('refuses with %s: %j', (code, rule) => {
    expect(() => calibrate(Float64Array.of(1, 2, 3), rule)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses a score that is no number', () => {
    expect(() => calibrate(Float64Array.of(1, Number.NaN), { method: 'crisp', thresholds: [1] })).toThrow(
      expect.objectContaining({ code: 'non-finite' }),
    );
  });
});

describe('findThresholds', () => {
  it('gives the values of the manual of the R package QCA', () => {
    const incomes = Float64Array.of(460, 500, 900, 2000, 2100, 2400, 15000, 16000, 20000);
    expect(findThresholds(incomes, 1)).toEqual([8700]);
    expect(findThresholds(incomes, 2)).toEqual([8700, 18000]);
  });

  it('splits as complete linkage of all pairs of scores does, in any order', () => {
    const random = mulberry(83);
    for (let round = 0; round < 60; round++) {
      const scores = Float64Array.from({ length: 12 }, () => Math.floor(random() * 1e6) / 10);
      const groups = [...new Set(scores)].map((x) => [x]);
      const count = 1 + (round % 4);
      // Complete linkage by its definition: join the two groups whose farthest members are nearest.
      while (groups.length > count + 1) {
        let best = { a: 0, b: 1, distance: Number.POSITIVE_INFINITY };
        groups.forEach((left, a) => {
          groups.slice(a + 1).forEach((right, at) => {
            const distance = Math.max(...left.flatMap((x) => right.map((y) => Math.abs(x - y))));
            if (distance < best.distance) best = { a, b: a + 1 + at, distance };
          });
        });
        groups[best.a]!.push(...groups.splice(best.b, 1)[0]!);
      }
      groups.sort((a, b) => a[0]! - b[0]!);
      const expected = groups.slice(1).map((group, g) => (Math.max(...groups[g]!) + Math.min(...group)) / 2);
      expect(findThresholds(scores, count)).toEqual(expected);
      expect(findThresholds(scores.toSorted(), count)).toEqual(expected);
    }
  });
});
