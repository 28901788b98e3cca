import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Calibration, calibrate } from '../../../src/core/qca/calibrate.ts';

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
