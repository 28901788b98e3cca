import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { type PolicyLog, valueOfPolicy } from '../../../src/core/recommend/logged-policy.ts';

/**
 * 300 choices in 60 groups, 3 actions, 2 strata: the log favours action 0 in stratum 0 and action 2 in stratum 1. Outcomes: action + stratum
 * (2 - action) + group + noise. The other policy always takes action 1: its true value is the mean over strata of 1 and 2, which is 1.5.
 */
function simulate(seed: number, known: boolean): PolicyLog {
  const random = createRandom(seed, 'logged policy');
  const n = 300;
  const effect = Array.from({ length: 60 }, () => 0.3 * random.normal());
  const stratum = Uint32Array.from({ length: n }, (_, i) => i % 2);
  const chances = [
    [0.6, 0.2, 0.2],
    [0.15, 0.25, 0.6],
  ] as const;
  const action = stratum.map((s) => {
    const u = random.uniform();
    return u < chances[s]![0] ? 0 : u < chances[s]![0] + chances[s]![1] ? 1 : 2;
  });
  const group = Uint32Array.from({ length: n }, (_, i) => Math.floor(i / 5));
  return {
    actions: ['a', 'b', 'c'],
    action,
    stratum,
    group,
    outcome: Float64Array.from(
      action,
      (a, i) => a + stratum[i]! * (2 - a) + effect[group[i]!]! + 0.5 * random.normal(),
    ),
    probability: known ? Float64Array.from(action, (a, i) => chances[stratum[i]!]![a]!) : null,
    policy: Float64Array.from({ length: 3 * n }, (_, k) => (k % 3 === 1 ? 1 : 0)),
  };
}
const settings = { clip: 10, draws: 400, seed: 1 };

describe('valueOfPolicy', () => {
  test.each([
    ['logged', true],
    ['estimated', false],
  ])(
    'is right on average and covers the truth, with probabilities that were %s',
    (_, known) => {
      const values = Array.from({ length: 100 }, (_, seed) =>
        valueOfPolicy({ log: simulate(seed, known), ...settings }),
      );
      const mean = values.reduce((sum, { doublyRobust }) => sum + doublyRobust, 0) / 100;
      const sd = Math.sqrt(values.reduce((sum, { doublyRobust }) => sum + (doublyRobust - mean) ** 2, 0) / 99);
      // three Monte Carlo errors
      expect(Math.abs(mean - 1.5)).toBeLessThan((3 * sd) / 10);
      const covered = values.filter(({ interval }) => interval![0] <= 1.5 && interval![1] >= 1.5).length;
      // the binomial band of 95 % in 100, three standard errors down
      expect(covered).toBeGreaterThanOrEqual(89);
    },
    60_000,
  );

  test('the policy that was logged has the mean of the log', () => {
    const log = simulate(1, true);
    const n = log.action.length;
    const policy = new Float64Array(3 * n);
    log.action.forEach((_, i) => {
      policy.set(log.stratum[i] === 0 ? [0.6, 0.2, 0.2] : [0.15, 0.25, 0.6], 3 * i);
    });
    const { weighted, effectiveSampleSize } = valueOfPolicy({ log: { ...log, policy }, ...settings });
    expect(weighted).toBeCloseTo(log.outcome.reduce((sum, y) => sum + y, 0) / n, 10);
    expect(effectiveSampleSize).toBeCloseTo(n, 8);
  });

  test('a policy that nearly nobody followed is not identifiable', () => {
    const log = simulate(2, true);
    // Action 1 logged in nine rows only.
    let left = 9;
    const action = log.action.map((a) => (a === 1 ? (left-- > 0 ? 1 : 0) : a));
    const value = valueOfPolicy({ log: { ...log, action }, ...settings });
    expect([value.identifiable, value.interval, value.effectiveSampleSize <= 9]).toEqual([false, null, true]);
  });

  test('an outcome that never varies is its own value', () => {
    const log = { ...simulate(3, false), outcome: new Float64Array(300).fill(0.25) };
    const { doublyRobust, direct, interval } = valueOfPolicy({ log, ...settings });
    for (const value of [doublyRobust, direct, ...interval!]) expect(value).toBeCloseTo(0.25, 12);
  });

  test('what is no log of choices is refused', () => {
    const log = simulate(4, true);
    const wrong = (change: Partial<PolicyLog>) => () => valueOfPolicy({ log: { ...log, ...change }, ...settings });
    expect(wrong({ probability: log.probability!.map((x, i) => (i === 3 ? 0 : x)) })).toThrow(/Row 4 was chosen/);
    expect(wrong({ policy: log.policy.map((x, k) => (k === 4 ? 0.5 : x)) })).toThrow(/row 2 sum to 0.5/);
    expect(wrong({ group: log.group.map((g) => g % 4) })).toThrow(/The log has 4 groups; expected at least 5/);
  });
});
