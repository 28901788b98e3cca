import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forEachPair, type MatchSets, totalDistance } from '../../../src/core/matching/match-sets.ts';
import type { MatchingProblem } from '../../../src/core/matching/matching-problem.ts';
import { matchNearestScalar } from '../../../src/core/matching/nearest-scalar.ts';
import { naiveMatch } from './naive-matcher.ts';

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

function problem(groups: string, scores: number[], rest: Partial<MatchingProblem> = {}): MatchingProblem {
  return {
    ...plain,
    isFocal: Uint8Array.from(groups, (g) => (g === 'T' ? 1 : 0)),
    score: Float64Array.from(scores),
    ...rest,
  };
}

function asMap(sets: MatchSets): Map<number, number[]> {
  const map = new Map<number, number[]>(Array.from(sets.focal, (row) => [row, []]));
  forEachPair(sets, (focal, partner) => map.get(focal)!.push(partner));
  return map;
}

/** Problems with many ties, every constraint, every order. */
const anyProblem: fc.Arbitrary<MatchingProblem> = fc
  .record({
    n: fc.integer({ min: 2, max: 24 }),
    grid: fc.constantFrom(2, 5, 1000),
    seed: fc.infiniteStream(fc.integer({ min: 0, max: 1_000_000 })),
    strata: fc.constantFrom(0, 2, 3),
    anti: fc.boolean(),
    discard: fc.boolean(),
    caliper: fc.constantFrom(null, 0, 0.1, 0.35),
    covariate: fc.boolean(),
    order: fc.constantFrom(
      'largest' as const,
      'smallest' as const,
      'data' as const,
      'closest' as const,
      'given' as const,
    ),
    ratio: fc.constantFrom<number | 'variable'>(1, 2, 3, 'variable'),
    reuse: fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
    shuffled: fc.boolean(),
    together: fc.boolean(),
  })
  .map((r) => {
    const draw = (limit: number): number => (r.seed.next().value as number) % limit;
    const isFocal = Uint8Array.from({ length: r.n }, () => draw(2));
    isFocal[0] = 1;
    isFocal[1] = 0;
    const permutation = Array.from({ length: r.n }, (_, i) => ({ i, key: draw(1_000_000) }))
      .sort((a, b) => a.key - b.key || a.i - b.i)
      .map(({ i }) => i);
    const focal = permutation.filter((i) => isFocal[i] === 1);
    return {
      isFocal,
      score: Float64Array.from({ length: r.n }, () => draw(r.grid) / r.grid),
      eligible: r.discard ? Uint8Array.from({ length: r.n }, () => (draw(4) > 0 ? 1 : 0)) : null,
      stratum: r.strata > 0 ? Int32Array.from({ length: r.n }, () => draw(r.strata + 1) - 1) : null,
      antiExact: r.anti ? [Int32Array.from({ length: r.n }, () => draw(2))] : [],
      scoreCaliper: r.caliper,
      covariateCalipers: r.covariate
        ? [{ name: 'x', values: Float64Array.from({ length: r.n }, () => draw(10)), width: 4 }]
        : [],
      order: r.order === 'given' ? Uint32Array.from(focal) : r.order,
      ratio: r.ratio === 'variable' ? Uint32Array.from(focal, () => draw(4)) : r.ratio,
      maximumReuse: r.reuse,
      tieOrder: r.shuffled ? Uint32Array.from(permutation) : null,
      unit: r.together && r.order !== 'closest' ? Int32Array.from({ length: r.n }, () => draw(7) - 3) : null,
    };
  });

describe('nearest matching on a score', () => {
  it('agrees with the matcher that looks at every pair, whatever the ties and constraints', () => {
    fc.assert(
      fc.property(anyProblem, (p) => {
        expect(asMap(matchNearestScalar(p))).toEqual(naiveMatch(p));
      }),
      { numRuns: Number(process.env.SAMENWIJS_RUNS ?? 10_000) },
    );
  });

  it('agrees with it on larger problems, where scores are sorted by radix', () => {
    let state = 7;
    const draw = (): number => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return state / 2147483648;
    };
    for (const order of ['largest', 'smallest', 'closest'] as const) {
      const n = 2200;
      const score = Float64Array.from({ length: n }, () => Math.floor((draw() - 0.5) * 400) / 200);
      const isFocal = Uint8Array.from({ length: n }, () => (draw() < 0.05 ? 1 : 0));
      const p: MatchingProblem = { ...plain, isFocal, score, order, ratio: 2, scoreCaliper: 0.02 };
      expect(asMap(matchNearestScalar(p))).toEqual(naiveMatch(p));
    }
  });

  it('prefers the partner before the focal unit at equal difference, then the nearest in the tie order', () => {
    expect(asMap(matchNearestScalar(problem('CTC', [0, 1, 2]))).get(1)).toEqual([0]);
    expect(asMap(matchNearestScalar(problem('CCT', [1, 1, 1]))).get(2)).toEqual([1]);
    expect(asMap(matchNearestScalar(problem('TCC', [1, 1, 1]))).get(0)).toEqual([1]);
  });

  it('lets the largest score choose first, or the smallest, or the tie order', () => {
    const scores = [0.5, 0.6, 0.55];
    expect(asMap(matchNearestScalar(problem('TTC', scores, { order: 'largest' }))).get(1)).toEqual([2]);
    expect(asMap(matchNearestScalar(problem('TTC', scores, { order: 'smallest' }))).get(0)).toEqual([2]);
    expect(
      asMap(matchNearestScalar(problem('TTC', scores, { tieOrder: Uint32Array.of(1, 0, 2), order: 'data' }))).get(1),
    ).toEqual([2]);
  });

  it('does not depend on the order of rows once the tie order is the order of unit ids', () => {
    fc.assert(
      fc.property(anyProblem, fc.infiniteStream(fc.nat()), (p, stream) => {
        const n = p.isFocal.length;
        const base = { ...p, order: typeof p.order === 'string' ? p.order : ('largest' as const), tieOrder: null };
        if (typeof base.ratio !== 'number') return;
        const shuffle = Array.from({ length: n }, (_, i) => ({ i, key: stream.next().value as number }))
          .sort((a, b) => a.key - b.key || a.i - b.i)
          .map(({ i }) => i); // new row r holds unit shuffle[r]
        const pick = <T extends Float64Array | Uint8Array | Int32Array>(array: T): T =>
          (array.constructor as unknown as { from(x: number[]): T }).from(shuffle.map((i) => array[i]!));
        const permuted: MatchingProblem = {
          ...base,
          isFocal: pick(base.isFocal),
          score: pick(base.score),
          eligible: base.eligible && pick(base.eligible),
          stratum: base.stratum && pick(base.stratum),
          antiExact: base.antiExact.map(pick),
          unit: base.unit ? pick(base.unit) : null,
          covariateCalipers: base.covariateCalipers.map((c) => ({ ...c, values: pick(c.values) })),
          tieOrder: Uint32Array.from({ length: n }, (_, unit) => shuffle.indexOf(unit)),
        };
        const translated = new Map(
          [...asMap(matchNearestScalar(permuted))].map(([f, ps]) => [shuffle[f]!, ps.map((i) => shuffle[i]!)]),
        );
        expect(translated).toEqual(asMap(matchNearestScalar(base)));
      }),
      { numRuns: 300 },
    );
  });

  it('ignores a shift and a positive scale of the score, the caliper scaled along', () => {
    fc.assert(
      fc.property(anyProblem, (p) => {
        const score = p.score.map((x) => x * 4);
        const scaled = { ...p, score, scoreCaliper: p.scoreCaliper === null ? null : p.scoreCaliper * 4 };
        expect(asMap(matchNearestScalar(scaled))).toEqual(asMap(matchNearestScalar(p)));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps every pair inside the caliper, the cell and the reuse cap', () => {
    fc.assert(
      fc.property(anyProblem, (p) => {
        const uses = new Map<number, number>();
        forEachPair(matchNearestScalar(p), (f, c) => {
          uses.set(c, (uses.get(c) ?? 0) + 1);
          expect(p.isFocal[f]).toBe(1);
          expect(p.isFocal[c]).toBe(0);
          if (p.scoreCaliper !== null) expect(Math.abs(p.score[f]! - p.score[c]!)).toBeLessThanOrEqual(p.scoreCaliper);
          if (p.stratum) expect(p.stratum[f]).toBe(p.stratum[c]);
        });
        for (const count of uses.values()) expect(count).toBeLessThanOrEqual(p.maximumReuse);
      }),
      { numRuns: 300 },
    );
  });

  it('is as close with a caliper as without one where the caliper holds every pair', () => {
    const p = problem('TCTCTCCC', [0.9, 0.2, 0.3, 0.35, 0.6, 0.55, 0.1, 0.8]);
    const free = matchNearestScalar(p);
    expect(totalDistance(free, p.score)).toBeCloseTo(0.1 + 0.05 + 0.05, 12);
    expect(asMap(matchNearestScalar({ ...p, scoreCaliper: 0.2 }))).toEqual(asMap(free));
  });

  it('leaves focal units without a partner where the caliper holds none', () => {
    const sets = matchNearestScalar(problem('TC', [0, 1], { scoreCaliper: 0.5 }));
    expect(asMap(sets)).toEqual(new Map([[0, []]]));
  });

  it('refuses one group only, a score that is not finite, a ratio of 0 and arrays of other lengths', () => {
    const code = (p: MatchingProblem, expected: string) =>
      expect(() => matchNearestScalar(p)).toThrow(expect.objectContaining({ code: expected }));
    code(problem('TT', [1, 2]), 'empty-group');
    code(problem('TC', [1, Number.NaN]), 'non-finite');
    code(problem('TC', [1, 2], { ratio: 0 }), 'invalid-argument');
    code(problem('TC', [1, 2], { ratio: Uint32Array.of(1, 1) }), 'invalid-argument');
    code(problem('TC', [1, 2], { scoreCaliper: -1 }), 'invalid-argument');
    code(problem('TC', [1, 2], { maximumReuse: 0 }), 'invalid-argument');
    code(problem('TC', [1, 2], { stratum: Int32Array.of(0) }), 'dimension-mismatch');
    code(problem('TC', [1, 2], { unit: Int32Array.of(0, 1), order: 'closest' }), 'invalid-argument');
  });
});
