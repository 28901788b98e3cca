import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { type LoggedChoices, policyValue } from '../../../src/core/recommend/policy-value.ts';

const logged = (rows: Partial<Record<keyof LoggedChoices, readonly number[]>> & { outcome: readonly number[] }) => {
  const n = rows.outcome.length;
  const of = (name: keyof LoggedChoices) => Float64Array.from(rows[name] ?? new Array(n).fill(0));
  return {
    outcome: of('outcome'),
    ratio: of('ratio'),
    expected: of('expected'),
    expectedOfPolicy: of('expectedOfPolicy'),
    group: Uint32Array.from(rows.group ?? rows.outcome.keys()),
  };
};
const settings = { clip: 2, draws: 200 };
const value = (choices: LoggedChoices, seed = 1) => policyValue(choices, settings, createRandom(seed));

/**
 * A log of 400 choices in 100 groups: context x, choice 1 with probability e(x) = logistic(x), outcome = 1 + x + choice (0.5 + x) +
 * group + noise. The new policy always chooses 1; its true value is the mean over x of 1.5 + 2x: 1.5.
 */
function simulate(seed: number, model: 'right' | 'wrong', ratios: 'right' | 'wrong') {
  const random = createRandom(seed, 'policy value');
  const groups = Array.from({ length: 100 }, () => 0.3 * random.normal());
  const rows = Array.from({ length: 400 }, (_, i) => {
    const x = random.normal();
    const e = 1 / (1 + Math.exp(-x));
    const choice = random.bernoulli(e) ? 1 : 0;
    const mean = (c: number) => 1 + x + c * (0.5 + x);
    return {
      outcome: mean(choice) + groups[i % 100]! + 0.5 * random.normal(),
      ratio: choice / (ratios === 'right' ? e : 0.5),
      expected: model === 'right' ? mean(choice) : 0,
      expectedOfPolicy: model === 'right' ? mean(1) : 0,
      group: i % 100,
    };
  });
  const column = (name: keyof LoggedChoices) => rows.map((row) => row[name]);
  return logged({
    outcome: column('outcome'),
    ratio: column('ratio'),
    expected: column('expected'),
    expectedOfPolicy: column('expectedOfPolicy'),
    group: column('group'),
  });
}

describe('policyValue', () => {
  test('each estimate is that of its definition', () => {
    const answer = value(
      logged({ outcome: [1, 3, 5], ratio: [0, 1, 3], expected: [1, 2, 4], expectedOfPolicy: [2, 2, 5] }),
    );
    // direct 3; corrections 0, 1 x 1, 3 x 1
    expect(answer.direct).toBe(3);
    expect(answer.doublyRobust).toBeCloseTo(3 + 4 / 3, 14);
    expect(answer.selfNormalised).toBe(3 + 4 / 4);
    expect(answer.clipped).toBeCloseTo(3 + 3 / 3, 14);
    expect(answer.weighted).toBe((3 + 15) / 4);
    expect(answer.effectiveSampleSize).toBe(16 / 10);
  });

  test('with fewer than ten effective rows the value is not identifiable and has no interval', () => {
    const n = 40;
    const ratio = Array.from({ length: n }, (_, i) => (i < 9 ? 1 : 0));
    const answer = value(logged({ outcome: new Array(n).fill(1), ratio }));
    expect([answer.identifiable, answer.interval, answer.effectiveSampleSize]).toEqual([false, null, 9]);
    const ten = value(logged({ outcome: new Array(n).fill(1), ratio: ratio.map((w, i) => (i === 9 ? 1 : w)) }));
    expect(ten.identifiable).toBe(true);
  });

  test('intervals over 200 logs cover the true value as often as they should, in groups that share their luck', () => {
    let covered = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const [low, high] = value(simulate(seed, 'right', 'right'), seed).interval!;
      if (low <= 1.5 && 1.5 <= high) covered++;
    }
    expect(covered / 200).toBeGreaterThanOrEqual(0.9);
    expect(covered / 200).toBeLessThanOrEqual(0.99);
  });

  test.each<['right' | 'wrong', 'right' | 'wrong']>([
    ['wrong', 'right'],
    ['right', 'wrong'],
  ])('it is right with the model %s and the ratios %s', (model, ratios) => {
    const values = Array.from({ length: 100 }, (_, seed) => value(simulate(seed + 1, model, ratios)).doublyRobust);
    const mean = values.reduce((sum, v) => sum + v, 0) / 100;
    const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 99);
    expect(Math.abs(mean - 1.5)).toBeLessThan(3.5 * (sd / 10));
  });

  test('wrong input is refused', () => {
    const given = simulate(1, 'right', 'right');
    const code = (expected: string) => expect.objectContaining({ code: expected });
    expect(() => value({ ...given, ratio: given.ratio.map(() => -1) })).toThrow(code('invalid-argument'));
    expect(() => value({ ...given, ratio: given.ratio.subarray(1) })).toThrow(code('dimension-mismatch'));
    expect(() => value({ ...given, outcome: given.outcome.map(() => Number.NaN) })).toThrow(code('non-finite'));
    expect(() => value(logged({ outcome: [] }))).toThrow(code('empty-group'));
  });
});
