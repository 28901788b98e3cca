import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchFullOnLine } from '../../../src/core/matching/full-line.ts';
import { matchFull } from '../../../src/core/matching/full-match.ts';
import type { MatchingProblem } from '../../../src/core/matching/matching-problem.ts';
import { searchInMatrix, searchOnPoints, searchOnScore } from '../../../src/core/matching/pair-search.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';

const plain = {
  eligible: null,
  stratum: null,
  antiExact: [],
  scoreCaliper: null,
  covariateCalipers: [],
  order: 'data',
  ratio: 1,
  maximumReuse: 1,
  tieOrder: null,
} as const;

type Cost = (a: number, b: number) => number;

/** Cost of a partition into sets; null where a set has not one centre, or a unit that has a partner is left out. */
function costOf(sets: Int32Array, p: MatchingProblem, cost: Cost): number | null {
  const members = Map.groupBy([...sets.keys()], (i) => sets[i]!);
  let total = 0;
  for (const [set, units] of members) {
    const [others, focal] = [0, 1].map((g) => units.filter((i) => p.isFocal[i] === g)) as [number[], number[]];
    if (set < 0) {
      const hasPartner = units.some((i) =>
        [...sets.keys()].some((j) => p.isFocal[i] !== p.isFocal[j] && cost(i, j) < Number.POSITIVE_INFINITY),
      );
      if (hasPartner) return null;
      continue;
    }
    if (Math.min(others.length, focal.length) !== 1) return null;
    for (const f of focal) for (const o of others) total += cost(f, o);
  }
  return Number.isFinite(total) ? total : null;
}

/** The least cost of covering every unit that has a partner, over all sets of pairs. */
function bruteForce(p: MatchingProblem, cost: Cost): number {
  const rows = [...p.isFocal.keys()];
  const edges = rows.flatMap((a) =>
    rows.flatMap((b) =>
      p.isFocal[a] === 1 && p.isFocal[b] === 0 && cost(a, b) < Number.POSITIVE_INFINITY ? [[a, b]] : [],
    ),
  ) as [number, number][];
  const wanted = edges.reduce((bits, [a, b]) => bits | (1 << a) | (1 << b), 0);
  let best = Number.POSITIVE_INFINITY;
  for (let chosen = 0; chosen < 2 ** edges.length; chosen++) {
    let covered = 0;
    let total = 0;
    for (let e = 0; e < edges.length; e++) {
      if (((chosen >> e) & 1) === 0) continue;
      const [a, b] = edges[e]!;
      covered |= (1 << a) | (1 << b);
      total += cost(a, b);
    }
    if (covered === wanted) best = Math.min(best, total);
  }
  return best;
}

const drawn = (n: { min: number; max: number }) =>
  fc.record({
    seed: fc.nat(),
    n: fc.integer(n),
    grid: fc.constantFrom(3, 8, 1_000_000),
    cells: fc.boolean(),
    caliper: fc.constantFrom(null, 0.2),
    shuffled: fc.boolean(),
    discard: fc.boolean(),
  });
type Drawn = typeof drawn extends (n: never) => fc.Arbitrary<infer T> ? T : never;

function problemOf(r: Drawn): MatchingProblem {
  const random = createRandom(r.seed, 'full');
  const isFocal = Uint8Array.from({ length: r.n }, (_, i) => (i < 2 ? i : random.integer(2)));
  return {
    ...plain,
    isFocal,
    score: Float64Array.from({ length: r.n }, () => random.integer(r.grid) / r.grid),
    stratum: r.cells ? Int32Array.from({ length: r.n }, () => random.integer(3) - 1) : null,
    eligible: r.discard ? Uint8Array.from({ length: r.n }, () => (random.integer(4) > 0 ? 1 : 0)) : null,
    scoreCaliper: r.caliper,
    tieOrder: r.shuffled ? random.permutation(r.n) : null,
  };
}

const onScore =
  (p: MatchingProblem): Cost =>
  (a, b) => {
    const distance = Math.abs(p.score[a]! - p.score[b]!);
    const isOut = (i: number): boolean => p.eligible?.[i] === 0 || (p.stratum?.[i] ?? 0) < 0;
    if (isOut(a) || isOut(b) || (p.stratum && p.stratum[a] !== p.stratum[b])) return Number.POSITIVE_INFINITY;
    return p.scoreCaliper !== null && distance > p.scoreCaliper ? Number.POSITIVE_INFINITY : distance;
  };

describe('optimal full matching', () => {
  it('has the least cost over all covers, and one centre in every set: brute force on up to eight units', () => {
    fc.assert(
      fc.property(drawn({ min: 2, max: 8 }), (r) => {
        const p = problemOf(r);
        const cost = onScore(p);
        const best = bruteForce(p, cost);
        expect(costOf(matchFull(p, searchOnScore(p)), p, cost)).toBeCloseTo(best, 12);
        if (p.scoreCaliper === null) expect(costOf(matchFullOnLine(p), p, cost)).toBeCloseTo(best, 12);
      }),
      { numRuns: 150 },
    );
  });

  it('costs the same on a line by the near-linear algorithm and by pairs', () => {
    fc.assert(
      fc.property(drawn({ min: 2, max: 300 }), (r) => {
        const p = problemOf({ ...r, caliper: null });
        const cost = onScore(p);
        const [line, pairs] = [matchFullOnLine(p), matchFull(p, searchOnScore(p))].map((sets) => costOf(sets, p, cost));
        expect(line).not.toBeNull();
        expect(line).toBeCloseTo(pairs!, 9);
      }),
      { numRuns: 200 },
    );
  });

  it('is exact where one group lies beyond the other, the worst case of pairs', () => {
    const isFocal = Uint8Array.of(0, 0, 0, 1, 1);
    const score = Float64Array.of(0, 1, 2, 10, 11);
    const p = { ...plain, isFocal, score };
    // 2–10, 1–10 or 1–11, 0–11 …: three pairs at least, each crosses the gap of 8; controls 2+1+0 before it, treated 0+1 after
    expect(costOf(matchFullOnLine(p), p, onScore(p))).toBe(3 * 8 + (2 + 1) + 1);
    expect(costOf(matchFull(p, searchOnScore(p)), p, onScore(p))).toBe(28);
  });

  it('takes points and given distances; Infinity forbids a pair', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 2, max: 7 }), (seed, n) => {
        const random = createRandom(seed, 'points');
        const isFocal = Uint8Array.from({ length: n }, (_, i) => (i < 2 ? i : random.integer(2)));
        const points = { rows: n, cols: 2, values: Float64Array.from({ length: 2 * n }, () => random.integer(5)) };
        const score = Float64Array.from({ length: n }, () => random.integer(4));
        const codes = Int32Array.from({ length: n }, () => random.integer(3) - 1);
        const p: MatchingProblem = { ...plain, isFocal, score };
        const distance: Cost = (a, b) =>
          Math.hypot(
            points.values[2 * a]! - points.values[2 * b]!,
            points.values[2 * a + 1]! - points.values[2 * b + 1]!,
          );
        expect(costOf(matchFull(p, searchOnPoints(points, p)), p, distance)).toBeCloseTo(bruteForce(p, distance), 12);
        const limited = { ...p, scoreCaliper: 2, stratum: codes.map((code) => Math.max(code, 0)) };
        const preference = { codes, penalty: 1.5 };
        const dearer: Cost = (a, b) => {
          if (Math.abs(score[a]! - score[b]!) > 2 || Math.max(codes[a]!, 0) !== Math.max(codes[b]!, 0))
            return Number.POSITIVE_INFINITY;
          return distance(a, b) + (codes[a]! >= 0 && codes[a] === codes[b] ? 0 : 1.5);
        };
        const near = matchFull(limited, searchOnPoints(points, limited, preference));
        const cheapest = bruteForce(limited, dearer);
        if (cheapest < Number.POSITIVE_INFINITY) expect(costOf(near, limited, dearer)).toBeCloseTo(cheapest, 12);
        const rows = [...isFocal.keys()].filter((i) => isFocal[i] === 1);
        const columns = [...isFocal.keys()].filter((i) => isFocal[i] === 0);
        const values = Float64Array.from(
          rows.flatMap((a) => columns.map((b) => (distance(a, b) > 3 ? Number.POSITIVE_INFINITY : distance(a, b)))),
        );
        const given: Cost = (a, b) => {
          const [f, o] = isFocal[a] === 1 ? [a, b] : [b, a];
          return values[rows.indexOf(f) * columns.length + columns.indexOf(o)]!;
        };
        const search = searchInMatrix({ rows: rows.length, cols: columns.length, values }, p);
        expect(costOf(matchFull(p, search), p, given)).toBeCloseTo(bruteForce(p, given), 12);
      }),
      { numRuns: 150 },
    );
  });

  it('does not depend on the order of rows once the tie order says which unit is which', () => {
    fc.assert(
      fc.property(drawn({ min: 4, max: 60 }), (r) => {
        const p = problemOf({ ...r, shuffled: false });
        const order = createRandom(r.seed, 'shuffle').permutation(r.n);
        const pick = <A extends Uint8Array | Float64Array | Int32Array>(values: A): A =>
          values.map((_, i) => values[order[i]!]!) as A;
        const tieOrder = new Uint32Array(r.n);
        for (let i = 0; i < r.n; i++) tieOrder[order[i]!] = i;
        const shuffled: MatchingProblem = {
          ...p,
          isFocal: pick(p.isFocal),
          score: pick(p.score),
          eligible: p.eligible && pick(p.eligible),
          stratum: p.stratum && pick(p.stratum),
          tieOrder,
        };
        for (const match of [
          (q: MatchingProblem) => matchFull(q, searchOnScore(q)),
          (q: MatchingProblem) => matchFullOnLine({ ...q, scoreCaliper: null }),
        ]) {
          expect([...pick(match(p))]).toEqual([...match(shuffled)]);
        }
      }),
      { numRuns: 100 },
    );
  });
});
