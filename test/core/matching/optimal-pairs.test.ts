import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forEachPair, type MatchSets } from '../../../src/core/matching/match-sets.ts';
import type { MatchingProblem } from '../../../src/core/matching/matching-problem.ts';
import { matchNearestScalar } from '../../../src/core/matching/nearest-scalar.ts';
import { matchOptimalPairs } from '../../../src/core/matching/optimal-pairs.ts';
import { matchOptimalScalar } from '../../../src/core/matching/optimal-scalar.ts';
import { searchInMatrix, searchOnPoints, searchOnScore } from '../../../src/core/matching/pair-search.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';

const plain = {
  eligible: null,
  stratum: null,
  antiExact: [],
  scoreCaliper: null,
  covariateCalipers: [],
  order: 'largest',
  ratio: 1,
  maximumReuse: 1,
  tieOrder: null,
} as const;

const arbitrary = (max: number) =>
  fc.record({
    seed: fc.nat(),
    n: fc.integer({ min: 2, max }),
    grid: fc.constantFrom(3, 10, 1_000_000),
    ratio: fc.constantFrom(1, 2),
    cells: fc.boolean(),
    caliper: fc.constantFrom(null, 0, 0.25),
    anti: fc.boolean(),
    covariate: fc.boolean(),
    shuffled: fc.boolean(),
  });
type Drawn = ReturnType<typeof arbitrary> extends fc.Arbitrary<infer T> ? T : never;

function problemOf(r: Drawn): MatchingProblem {
  const random = createRandom(r.seed, 'optimal');
  return {
    ...plain,
    isFocal: Uint8Array.from({ length: r.n }, (_, i) => (i < 2 ? i : random.integer(2))),
    score: Float64Array.from({ length: r.n }, () => random.integer(r.grid) / r.grid),
    stratum: r.cells ? Int32Array.from({ length: r.n }, () => random.integer(3) - 1) : null,
    antiExact: r.anti ? [Int32Array.from({ length: r.n }, () => random.integer(3))] : [],
    scoreCaliper: r.caliper,
    covariateCalipers: r.covariate
      ? [{ name: 'x', values: Float64Array.from({ length: r.n }, () => random.integer(10)), width: 5 }]
      : [],
    ratio: r.ratio,
    tieOrder: r.shuffled ? random.permutation(r.n) : null,
  };
}

type Cost = (focal: number, partner: number) => number;

const onScore =
  (p: MatchingProblem): Cost =>
  (f, o) => {
    const distance = Math.abs(p.score[f]! - p.score[o]!);
    const allowed =
      (!p.stratum || (p.stratum[f] === p.stratum[o] && p.stratum[f]! >= 0)) &&
      p.antiExact.every((codes) => codes[f] !== codes[o]) &&
      (p.scoreCaliper === null || distance <= p.scoreCaliper) &&
      p.covariateCalipers.every(({ values, width }) => Math.abs(values[f]! - values[o]!) <= width);
    return allowed ? distance : Number.POSITIVE_INFINITY;
  };

/** Pairs and total cost; null where a pair is forbidden, a partner serves two or a focal unit has more than its ratio. */
function worth(sets: MatchSets, ratio: number, cost: Cost): { pairs: number; total: number } | null {
  const used = new Set<number>();
  const own = new Map<number, number>();
  let total = 0;
  forEachPair(sets, (f, o) => {
    total += used.has(o) ? Number.POSITIVE_INFINITY : cost(f, o);
    used.add(o);
    own.set(f, (own.get(f) ?? 0) + 1);
  });
  const isRight = Number.isFinite(total) && [...own.values()].every((count) => count <= ratio);
  return isRight ? { pairs: used.size, total } : null;
}

/** Tries every choice: the most pairs, then the least total. */
function bruteForce(p: MatchingProblem, cost: Cost): { pairs: number; total: number } {
  const focal = [...p.isFocal.keys()].filter((i) => p.isFocal[i] === 1);
  const others = [...p.isFocal.keys()].filter((i) => p.isFocal[i] === 0);
  const slots = focal.flatMap((f) => Array<number>(p.ratio as number).fill(f));
  let best = { pairs: 0, total: 0 };
  const visit = (slot: number, used: number, pairs: number, total: number): void => {
    if (slot === slots.length) {
      if (pairs > best.pairs || (pairs === best.pairs && total < best.total)) best = { pairs, total };
      return;
    }
    visit(slot + 1, used, pairs, total);
    others.forEach((o, k) => {
      const c = cost(slots[slot]!, o);
      if (((used >> k) & 1) === 0 && c < Number.POSITIVE_INFINITY)
        visit(slot + 1, used | (1 << k), pairs + 1, total + c);
    });
  };
  visit(0, 0, 0, 0);
  return best;
}

describe('optimal pairs', () => {
  it('are as many as possible at the least total: brute force on up to eight units, under every constraint', () => {
    fc.assert(
      fc.property(arbitrary(8), (r) => {
        const p = problemOf(r);
        const best = bruteForce(p, onScore(p));
        const sets = [matchOptimalPairs(p, searchOnScore(p))];
        if (!r.anti && !r.covariate) sets.push(matchOptimalScalar(p));
        for (const found of sets.map((one) => worth(one, r.ratio, onScore(p)))) {
          expect(found?.pairs).toBe(best.pairs);
          expect(found!.total).toBeCloseTo(best.total, 10);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('cost what the algorithm along the line finds, inside a caliper too, and never more than greedy pairs', () => {
    fc.assert(
      fc.property(arbitrary(250), (r) => {
        const p = problemOf({ ...r, anti: false, covariate: false });
        const cost = onScore(p);
        const [pairs, line] = [matchOptimalPairs(p, searchOnScore(p)), matchOptimalScalar(p)].map(
          (sets) => worth(sets, r.ratio, cost)!,
        );
        expect(line!.pairs).toBe(pairs!.pairs);
        expect(line!.total).toBeCloseTo(pairs!.total, 8);
        const greedy = worth(matchNearestScalar(p), r.ratio, cost)!;
        expect(greedy.pairs).toBeLessThanOrEqual(line!.pairs);
        if (greedy.pairs === line!.pairs) expect(line!.total).toBeLessThanOrEqual(greedy.total + 1e-9);
      }),
      { numRuns: 300 },
    );
  });

  it('go far where near partners are too few, and leave out units only where no choice serves them', () => {
    // 40 focal units at 0, 40 partners at 1, 2, …, 40: everybody is served, whoever is nearest
    const n = 80;
    const isFocal = Uint8Array.from({ length: n }, (_, i) => (i < 40 ? 1 : 0));
    const score = Float64Array.from({ length: n }, (_, i) => Math.max(0, i - 39));
    const p = { ...plain, isFocal, score };
    expect(worth(matchOptimalPairs(p, searchOnScore(p)), 1, onScore(p))).toEqual({ pairs: 40, total: 820 });
    const close = { ...p, scoreCaliper: 7 };
    expect(worth(matchOptimalPairs(close, searchOnScore(close)), 1, onScore(close))).toEqual({ pairs: 7, total: 28 });
  });

  it('weigh points and given distances', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 2, max: 8 }), fc.constantFrom(1, 2), (seed, n, ratio) => {
        const random = createRandom(seed, 'points');
        const isFocal = Uint8Array.from({ length: n }, (_, i) => (i < 2 ? i : random.integer(2)));
        const points = { rows: n, cols: 2, values: Float64Array.from({ length: 2 * n }, () => random.integer(5)) };
        const score = Float64Array.from({ length: n }, () => random.integer(4));
        const stratum = Int32Array.from({ length: n }, () => random.integer(2));
        const p: MatchingProblem = { ...plain, isFocal, score, ratio };
        const distance: Cost = (a, b) =>
          Math.hypot(
            points.values[2 * a]! - points.values[2 * b]!,
            points.values[2 * a + 1]! - points.values[2 * b + 1]!,
          );
        const compare = (sets: MatchSets, cost: Cost) => {
          const [found, best] = [worth(sets, ratio, cost)!, bruteForce(p, cost)];
          expect(found.pairs).toBe(best.pairs);
          expect(found.total).toBeCloseTo(best.total, 10);
        };
        compare(matchOptimalPairs(p, searchOnPoints(points, p)), distance);
        const limited = { ...p, scoreCaliper: 2, stratum };
        compare(matchOptimalPairs(limited, searchOnPoints(points, limited)), (f, o) =>
          Math.abs(score[f]! - score[o]!) <= 2 && stratum[f] === stratum[o] ? distance(f, o) : Number.POSITIVE_INFINITY,
        );
        const rows = [...isFocal.keys()].filter((i) => isFocal[i] === 1);
        const columns = [...isFocal.keys()].filter((i) => isFocal[i] === 0);
        const values = Float64Array.from(
          rows.flatMap((a) => columns.map((b) => (distance(a, b) > 3 ? Number.POSITIVE_INFINITY : distance(a, b)))),
        );
        const search = searchInMatrix({ rows: rows.length, cols: columns.length, values }, p);
        compare(matchOptimalPairs(p, search), (f, o) => values[rows.indexOf(f) * columns.length + columns.indexOf(o)]!);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    [9, 8, 3],
    [20, 8, 30],
    [12, 9, 10],
    [3, 8, 2],
  ])('leave nobody out for want of near ones: %i units, %i near partners, %i far', (units, near, far) => {
    for (const distance of [10, 1e3, 1e6, 1e9]) {
      const n = units + near + far;
      const isFocal = Uint8Array.from({ length: n }, (_, i) => (i < units ? 1 : 0));
      const score = Float64Array.from({ length: n }, (_, i) => {
        if (i < units) return i / 100;
        return i < units + near ? 0.005 + (i - units) / 100 : distance + i;
      });
      const p = { ...plain, isFocal, score };
      const flipped = { ...p, isFocal: isFocal.map((f) => 1 - f) };
      const cols = near + far;
      const values = Float64Array.from({ length: units * cols }, (_, at) =>
        Math.abs(score[Math.floor(at / cols)]! - score[units + (at % cols)]!),
      );
      const points = { rows: n, cols: 1, values: score };
      const pairs = Math.min(units, near + far);
      for (const sets of [
        matchOptimalPairs(p, searchOnScore(p)),
        matchOptimalPairs(p, searchOnPoints(points, p)),
        matchOptimalPairs(p, searchInMatrix({ rows: units, cols, values }, p)),
        matchOptimalPairs(flipped, searchOnScore(flipped)),
      ])
        expect(sets.partners.length).toBe(pairs);
    }
  });

  it('let one go far so that another, who may not, has somebody', () => {
    // Nine units and eight near partners; the first is dearest and so left out at first, but only the others may go far.
    const isFocal = Uint8Array.from({ length: 19 }, (_, i) => (i < 9 ? 1 : 0));
    const p = { ...plain, isFocal, score: new Float64Array(19) };
    const values = Float64Array.from({ length: 90 }, (_, at) => {
      const [unit, partner] = [Math.floor(at / 10), at % 10];
      if (partner < 8) return unit === 0 ? 1 : 0.01;
      return unit === 0 ? Number.POSITIVE_INFINITY : 1e6;
    });
    expect(matchOptimalPairs(p, searchInMatrix({ rows: 9, cols: 10, values }, p)).partners.length).toBe(9);
  });

  it('are as many as there can be among a few kinds of units, and beside a large penalty', () => {
    for (const seed of [1, 2, 3]) {
      const random = createRandom(seed, 'kinds');
      const n = 260;
      const isFocal = Uint8Array.from({ length: n }, (_, i) => (i < 60 ? 1 : 0));
      // Units of focal kinds are rare among the others: most partners are of another kind, far beyond the lots between equals.
      const values = Float64Array.from({ length: 2 * n }, (_, at) => (random.bernoulli(at < 120 ? 0.8 : 0.2) ? 1 : 0));
      const lots = { lots: Float64Array.from({ length: n }, () => random.uniform()), grain: 2 ** -26 };
      const p: MatchingProblem = { ...plain, isFocal, score: new Float64Array(n) };
      const points = { rows: n, cols: 2, values };
      expect(matchOptimalPairs(p, searchOnPoints(points, p, null, lots)).partners.length).toBe(60);
      const codes = Int32Array.from({ length: n }, (_, i) => (i < 60 ? i % 3 : i < 80 ? i % 3 : 3));
      for (const penalty of [100, 1000, 10_000]) {
        const found = matchOptimalPairs(p, searchOnPoints(points, p, { codes, penalty }, lots));
        expect(found.partners.length).toBe(60);
        // All twenty neighbours are taken: each saves more than any distance costs.
        expect(found.partners.filter((row) => row < 80).length).toBe(20);
      }
    }
  });

  it('are the same from either side: who is scarce chooses', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 20, max: 120 }), (seed, n) => {
        const random = createRandom(seed, 'sides');
        const isFocal = Uint8Array.from({ length: n }, (_, i) => (i < 2 ? i : random.bernoulli(0.4) ? 1 : 0));
        const values = Float64Array.from({ length: 3 * n }, (_, at) => random.normal() + isFocal[Math.floor(at / 3)]!);
        const p: MatchingProblem = { ...plain, isFocal, score: new Float64Array(n), ratio: 1 };
        const flipped = { ...p, isFocal: isFocal.map((f) => 1 - f) };
        const pairsOf = (problem: MatchingProblem) => {
          const pairs: number[][] = [];
          const sets = matchOptimalPairs(problem, searchOnPoints({ rows: n, cols: 3, values }, problem));
          forEachPair(sets, (a, b) => pairs.push(problem === p ? [a, b] : [b, a]));
          return pairs.sort((one, other) => one[0]! - other[0]!);
        };
        expect(pairsOf(flipped)).toEqual(pairsOf(p));
      }),
      { numRuns: 60 },
    );
  });

  it('prefer a neighbour only as far as the penalty goes', () => {
    const isFocal = Uint8Array.of(1, 0, 0);
    const score = Float64Array.of(0, 1, 3);
    const codes = Int32Array.of(7, 8, 7);
    const p = { ...plain, isFocal, score };
    const partner = (penalty: number) => [...matchOptimalPairs(p, searchOnScore(p, { codes, penalty })).partners];
    expect([partner(0), partner(1.9), partner(2.1)]).toEqual([[1], [1], [2]]);
    // a unit without a neighbourhood is nobody's neighbour
    const unknown = { codes: Int32Array.of(-1, 8, -1), penalty: 2.1 };
    expect([...matchOptimalPairs(p, searchOnScore(p, unknown)).partners]).toEqual([1]);
  });

  it('are refused a matrix of the wrong shape or with a negative distance', () => {
    const p = { ...plain, isFocal: Uint8Array.of(1, 0, 0), score: new Float64Array(3) };
    const matrix = (rows: number, cols: number, values: number[]) => ({
      rows,
      cols,
      values: Float64Array.from(values),
    });
    expect(() => searchInMatrix(matrix(2, 1, [0, 0]), p)).toThrow(
      expect.objectContaining({ code: 'dimension-mismatch' }),
    );
    for (const wrong of [-1, Number.NaN]) {
      expect(() => searchInMatrix(matrix(1, 2, [0, wrong]), p)).toThrow(
        expect.objectContaining({ code: 'invalid-argument', details: expect.objectContaining({ row: 0, column: 1 }) }),
      );
    }
  });
});
