import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { judgePromises, lowerState, type PromiseOutcome } from '../../../src/core/recommend/judge-promises.ts';

const outcome = (
  neighbourhood: string,
  promised: number,
  realised: number,
  variance = 0.0016,
  standardDeviation = 0.03,
): PromiseOutcome => ({ neighbourhood, promised, realised, variance, standardDeviation });

/** Outcomes of a model whose promises come true `share` times, with the spread it states times `spread`. */
const simulate = (seed: number, count: number, share: number, spread = 1) => {
  const random = createRandom(seed, 'promises');
  return Array.from({ length: count }, (_, i) => {
    const promised = 0.2 + 0.1 * random.uniform();
    const variance = 0.0004 + 0.001 * random.uniform();
    const truth = share * promised + spread * 0.05 * random.normal();
    return outcome(`n${i}`, promised, truth + Math.sqrt(variance) * random.normal(), variance, 0.05);
  });
};

describe('judgePromises', () => {
  test('the slope is the weighted one through the origin, with its interval from known variances', () => {
    // Variances 0.0009 + 0.0016 = 0.0025 and 0.0009 + 0.0091 = 0.01: weights 400 and 100.
    const judged = judgePromises([outcome('a', 0.2, 0.1), outcome('b', 0.4, 0.4, 0.0091)]);
    const squares = 400 * 0.04 + 100 * 0.16;
    expect(judged.slope).toBeCloseTo((400 * 0.02 + 100 * 0.16) / squares, 12);
    // 1.6448536 is the 95 % point of the normal distribution.
    expect(judged.upper! - judged.slope!).toBeCloseTo(1.6448536 / Math.sqrt(squares), 7);
    expect(judged.slope! - judged.lower!).toBeCloseTo(judged.upper! - judged.slope!, 12);
    // 0.1 lies 2 standard deviations of 0.05 off: outside 90 %.
    expect([judged.covered, judged.neighbourhoods]).toEqual([1, 2]);
    // P(X <= 1) for Binomial(2, .9) = 1 - .81
    expect(judged.coveredByChance).toBeCloseTo(0.19, 12);
  });

  test('outcomes of one neighbourhood are one: their promise errs together', () => {
    const two = judgePromises([outcome('a', 0.2, 0.1), outcome('a', 0.2, 0.3)]);
    expect([two.outcomes, two.neighbourhoods]).toEqual([2, 1]);
    expect(two.slope).toBeCloseTo(1, 12);
    // 0.0009 + 0.0016 / 2
    expect(two.upper! - 1).toBeCloseTo((1.6448536 * Math.sqrt(0.0017)) / 0.2, 7);
  });

  test('fewer than five neighbourhoods judge nobody, nothing judges nothing', () => {
    const bad = ['a', 'b', 'c', 'd'].map((name) => outcome(name, 0.3, -0.3));
    expect(judgePromises(bad).broken).toEqual([]);
    expect(judgePromises([...bad, outcome('e', 0.3, -0.3)]).broken).toEqual(['realised-less', 'intervals-miss']);
    expect(judgePromises([])).toMatchObject({ slope: null, lower: null, outcomes: 0, broken: [] });
    expect(judgePromises(simulate(1, 8, 1).map((o) => ({ ...o, promised: 0 }))).slope).toBe(null);
  });

  test('the order of the outcomes is irrelevant to the verdict', () => {
    const outcomes = simulate(3, 12, 0.4);
    const [a, b] = [judgePromises(outcomes), judgePromises(outcomes.toReversed())];
    expect(b.slope).toBeCloseTo(a.slope!, 12);
    expect([b.covered, b.broken]).toEqual([a.covered, a.broken]);
  });

  test('a model that keeps its promises: the interval holds 1 nine times in ten, and it is hardly ever broken', () => {
    const judged = Array.from({ length: 1000 }, (_, seed) => judgePromises(simulate(seed, 12, 1)));
    const holds = judged.filter(({ lower, upper }) => lower! <= 1 && upper! >= 1).length;
    // three standard errors of a share of .9 in 1,000
    expect(Math.abs(holds / 1000 - 0.9)).toBeLessThan(3 * Math.sqrt(0.09 / 1000));
    expect(judged.filter(({ broken }) => broken.length > 0).length).toBeLessThan(60);
  });

  test.each<[string, number, number, string]>([
    ['half comes true', 0.5, 1, 'realised-less'],
    ['twice as much comes true', 2, 1, 'realised-more'],
    ['the spread is three times the stated one', 1, 3, 'intervals-miss'],
  ])('is found out in 12 outcomes where %s', (_, share, spread, code) => {
    const found = Array.from({ length: 200 }, (_, seed) => judgePromises(simulate(seed, 12, share, spread)).broken);
    expect(found.filter((broken) => broken.includes(code as never)).length).toBeGreaterThan(160);
  });

  test('a number that is none is refused', () => {
    expect(() => judgePromises([outcome('a', Number.NaN, 0.1)])).toThrow(/outcome in a/);
    expect(() => judgePromises([outcome('a', 0.1, 0.1, 0)])).toThrow(/variances above 0/);
  });
});

test('each broken promise takes the answer a step down, to abstaining at last', () => {
  expect([lowerState('advice', 0), lowerState('advice', 1), lowerState('advice', 2)]).toEqual([
    'advice',
    'cautious',
    'borrow',
  ]);
  expect([lowerState('cautious', 1), lowerState('cautious', 2), lowerState('abstain', 2)]).toEqual([
    'borrow',
    'abstain',
    'abstain',
  ]);
});
