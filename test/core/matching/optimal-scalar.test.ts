import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forEachPair, type MatchSets, totalDistance } from '../../../src/core/matching/match-sets.ts';
import type { MatchingProblem } from '../../../src/core/matching/matching-problem.ts';
import { matchNearestScalar } from '../../../src/core/matching/nearest-scalar.ts';
import { matchOptimalScalar } from '../../../src/core/matching/optimal-scalar.ts';

const problem = (
  groups: readonly number[],
  scores: readonly number[],
  rest: Partial<MatchingProblem> = {},
): MatchingProblem => ({
  isFocal: Uint8Array.from(groups),
  score: Float64Array.from(scores),
  eligible: null,
  stratum: null,
  antiExact: [],
  scoreCaliper: null,
  covariateCalipers: [],
  order: 'data',
  ratio: 1,
  maximumReuse: 1,
  tieOrder: null,
  ...rest,
});

/** The smallest total by trying every set of partners for each focal unit in turn. */
function bruteForce(focal: readonly number[], partners: readonly number[], ratio: number): number {
  if (focal.length === 0) return 0;
  const [x, ...rest] = focal as [number, ...number[]];
  let best = Number.POSITIVE_INFINITY;
  const choose = (from: number, left: number, taken: readonly number[], cost: number): void => {
    if (left === 0) {
      const remaining = partners.filter((_, i) => !taken.includes(i));
      best = Math.min(best, cost + bruteForce(rest, remaining, ratio));
      return;
    }
    for (let i = from; i < partners.length; i++)
      choose(i + 1, left - 1, [...taken, i], cost + Math.abs(x - partners[i]!));
  };
  choose(0, ratio, [], 0);
  return best;
}

/** The smallest total by dynamic programming over both sorted lists. */
function dynamic(focal: readonly number[], partners: readonly number[]): number {
  const [a, b] = [focal.toSorted((x, y) => x - y), partners.toSorted((x, y) => x - y)];
  let row = new Float64Array(b.length + 1);
  for (const x of a) {
    const next = new Float64Array(b.length + 1).fill(Number.POSITIVE_INFINITY);
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(next[j - 1]!, row[j - 1]! + Math.abs(x - b[j - 1]!));
    row = next;
  }
  return row[b.length]!;
}

function expectValid(sets: MatchSets, p: MatchingProblem): void {
  const used = new Set<number>();
  forEachPair(sets, (_, partner) => {
    expect(used.has(partner)).toBe(false);
    expect(p.isFocal[partner]).toBe(0);
    used.add(partner);
  });
  for (let k = 0; k < sets.focal.length; k++) expect(sets.offsets[k + 1]! - sets.offsets[k]!).toBe(p.ratio);
}

describe('optimal matching on a score', () => {
  it('has the smallest total distance of all matchings, by brute force', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 3 });
    const partners = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 6, maxLength: 7 });
    fc.assert(
      fc.property(scores, partners, fc.constantFrom(1, 2), (focal, others, ratio) => {
        const p = problem([...focal.map(() => 1), ...others.map(() => 0)], [...focal, ...others], { ratio });
        const sets = matchOptimalScalar(p);
        expectValid(sets, p);
        expect(totalDistance(sets, p.score)).toBe(bruteForce(focal, others, ratio));
      }),
      { numRuns: 200 },
    );
  });

  it('agrees with dynamic programming on larger problems, and is never above the greedy total', () => {
    const value = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 40 }),
        fc.array(value, { minLength: 40, maxLength: 80 }),
        (focal, others) => {
          const p = problem([...focal.map(() => 1), ...others.map(() => 0)], [...focal, ...others]);
          const total = totalDistance(matchOptimalScalar(p), p.score);
          expect(Math.abs(total - dynamic(focal, others))).toBeLessThan(1e-12);
          for (const order of ['largest', 'closest'] as const) {
            expect(total).toBeLessThanOrEqual(totalDistance(matchNearestScalar({ ...p, order }), p.score) + 1e-12);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('solves exact cells one by one', () => {
    const p = problem([1, 0, 0, 1, 0], [0, 1, 0.1, 0, 5], { stratum: Int32Array.of(0, 0, 1, 1, 0) });
    const sets = matchOptimalScalar(p);
    expect([...sets.partners]).toEqual([1, 2]);
  });

  it('uses up the smaller side where partners are too few', () => {
    const few = matchOptimalScalar(problem([1, 1, 1, 0, 0], [0, 1, 5, 1.5, 5.1]));
    expect([...few.offsets]).toEqual([0, 0, 1, 2]);
    expect([...few.partners]).toEqual([3, 4]);
    // two wanted by each, three there
    const pairs = matchOptimalScalar(problem([1, 1, 0, 0, 0], [0, 10, 1, 2, 9], { ratio: 2 }));
    expect([...pairs.offsets]).toEqual([0, 2, 3]);
    expect([...pairs.partners]).toEqual([2, 3, 4]);
  });

  it('inside a caliper first makes as many pairs as it can', () => {
    // 0–1 would be the cheapest pair; 0–(-2) and 3–1 are two
    const p = problem([1, 1, 0, 0], [0, 3, 1, -2], { scoreCaliper: 2 });
    expect([...matchOptimalScalar(p).partners]).toEqual([3, 2]);
    expect(matchOptimalScalar({ ...p, scoreCaliper: 0.5 }).partners).toHaveLength(0);
  });

  it('refuses constraints that do not apply, and a caliper that holds too many pairs', () => {
    const codes = Int32Array.of(0, 1);
    for (const rest of [
      { antiExact: [codes] },
      { covariateCalipers: [{ name: 'x', values: Float64Array.of(0, 1), width: 1 }] },
      { maximumReuse: 2 },
      { ratio: Uint32Array.of(1) },
    ]) {
      expect(() => matchOptimalScalar(problem([1, 0], [0, 1], rest))).toThrow(
        expect.objectContaining({ code: 'invalid-argument' }),
      );
    }
    const many = Array.from({ length: 41_000 }, (_, i) => i % 2);
    expect(() => matchOptimalScalar(problem(many, many, { scoreCaliper: 1 }))).toThrow(
      expect.objectContaining({ code: 'limit-exceeded', details: { pairs: 20_500 ** 2, limit: 400_000_000 } }),
    );
  });
});
