import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { matchUnits } from '../../../src/core/matching/match-units.ts';
import type { MatchingDesign } from '../../../src/core/matching/matching-design.ts';
import type { MatchingProblem } from '../../../src/core/matching/matching-problem.ts';
import { matchNearestCovariates } from '../../../src/core/matching/nearest-covariates.ts';
import { matchNearestMatrix } from '../../../src/core/matching/nearest-matrix.ts';
import { squaredDistance } from '../../../src/core/matching/pair-search.ts';
import { whiten } from '../../../src/core/matching/whiten.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';

/** The obviously right matcher for orders `data` and `closest`: looks at every free partner. */
function naive(points: { rows: number; cols: number; values: Float64Array }, p: MatchingProblem): number[][] {
  const focal = [...p.isFocal.keys()].filter((i) => p.isFocal[i] === 1);
  const others = [...p.isFocal.keys()].filter((i) => p.isFocal[i] === 0);
  const unitOf = (row: number): number => p.unit?.[row] ?? row;
  const uses = new Map(others.map((row) => [unitOf(row), 0]));
  const taken = focal.map((): number[] => []);
  const best = (k: number): number => {
    let found = -1;
    for (const o of others) {
      if (uses.get(unitOf(o))! >= p.maximumReuse || taken[k]!.includes(o)) continue;
      if (p.stratum && p.stratum[focal[k]!] !== p.stratum[o]) continue;
      if (p.scoreCaliper !== null && Math.abs(p.score[focal[k]!]! - p.score[o]!) > p.scoreCaliper) continue;
      if (found < 0 || squaredDistance(points, focal[k]!, o) < squaredDistance(points, focal[k]!, found)) found = o;
    }
    return found;
  };
  let active = focal.map((_, k) => k);
  for (let round = 1; round <= (p.ratio as number); round++) {
    const next: number[] = [];
    const waiting = new Set(active);
    while (waiting.size > 0) {
      let chosen = -1;
      for (const k of waiting) {
        if (best(k) < 0) continue;
        const d = squaredDistance(points, focal[k]!, best(k));
        if (chosen < 0 || (p.order === 'closest' && d < squaredDistance(points, focal[chosen]!, best(chosen))))
          chosen = k;
      }
      if (chosen < 0) break;
      const o = best(chosen);
      taken[chosen]!.push(o);
      uses.set(unitOf(o), uses.get(unitOf(o))! + 1);
      waiting.delete(chosen);
      next.push(chosen);
    }
    active = next.toSorted((a, b) => a - b);
  }
  return taken;
}

describe('nearest matching on covariates', () => {
  it('agrees with the matcher that looks at every pair, with ties, cells, calipers, ratios and reuse', () => {
    const arbitrary = fc.record({
      seed: fc.nat(),
      n: fc.integer({ min: 4, max: 60 }),
      grid: fc.constantFrom(2, 4, 1000),
      d: fc.integer({ min: 1, max: 4 }),
      order: fc.constantFrom('data' as const, 'closest' as const),
      ratio: fc.constantFrom(1, 2),
      reuse: fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
      cells: fc.boolean(),
      together: fc.boolean(),
      caliper: fc.constantFrom(null, 0.3),
    });
    fc.assert(
      fc.property(arbitrary, (r) => {
        const random = createRandom(r.seed);
        const isFocal = Uint8Array.from({ length: r.n }, (_, i) => (i === 0 ? 1 : i === 1 ? 0 : random.integer(2)));
        const points = {
          rows: r.n,
          cols: r.d,
          values: Float64Array.from({ length: r.n * r.d }, () => random.integer(r.grid) / r.grid),
        };
        const p: MatchingProblem = {
          isFocal,
          score: Float64Array.from({ length: r.n }, () => random.uniform()),
          eligible: null,
          stratum: r.cells ? Int32Array.from({ length: r.n }, () => random.integer(2)) : null,
          antiExact: [],
          scoreCaliper: r.caliper,
          covariateCalipers: [],
          order: r.order,
          ratio: r.ratio,
          maximumReuse: r.reuse,
          tieOrder: null,
          unit: r.together && r.order === 'data' ? Int32Array.from({ length: r.n }, () => random.integer(9)) : null,
        };
        const { focal, offsets, partners } = matchNearestCovariates(points, p);
        const received = [...focal.keys()].map((k) => [...partners.subarray(offsets[k]!, offsets[k + 1]!)]);
        expect(received).toEqual(naive(points, p));
        // the same distances given as a matrix
        const others = [...isFocal.keys()].filter((i) => isFocal[i] === 0);
        const distances = {
          rows: focal.length,
          cols: others.length,
          values: Float64Array.from([...focal].flatMap((f) => others.map((o) => squaredDistance(points, f, o)))),
        };
        const given = matchNearestMatrix(distances, p);
        expect(
          [...given.focal.keys()].map((k) => [...given.partners.subarray(given.offsets[k]!, given.offsets[k + 1]!)]),
        ).toEqual(received);
      }),
      { numRuns: Number(process.env.SAMENWIJS_RUNS ?? 2000) },
    );
  });

  it('takes the distances of the caller: a design with Infinity forbids a pair', () => {
    const treated = Uint8Array.of(1, 0, 1, 0);
    const distances = { rows: 2, cols: 2, values: Float64Array.of(1, 2, 1, Number.POSITIVE_INFINITY) };
    const common = {
      distance: { type: 'given', distances },
      within: null,
      calipers: [],
      exact: [],
      antiExact: [],
    } as const;
    const rest = { ...common, discard: 'none', reestimate: false, estimand: 'ATT', ratio: 1 } as const;
    const frame = { rows: 4, columns: {} };
    const partners = (design: MatchingDesign) => matchUnits(frame, treated, design, null, kernels).pairs!.partners;
    const greedy = { ...rest, method: 'nearest', order: 'data', variableRatio: null, maximumReuse: 1 } as const;
    expect([...partners(greedy)]).toEqual([1]); // the second finds its only partner taken
    expect([...partners({ ...rest, method: 'optimal', prefer: null })]).toEqual([3, 1]);
    expect(() => partners({ ...greedy, order: 'largest' })).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });
});

describe('whitened covariates', () => {
  const random = createRandom(5);
  const n = 50;
  const a = Float64Array.from({ length: n }, () => random.normal());
  const b = a.map((v) => 0.7 * v + random.normal());
  const treated = Uint8Array.from({ length: n }, (_, i) => i % 2);
  const distance = (
    columns: Float64Array[],
    i: number,
    j: number,
    kind: Parameters<typeof whiten>[2] = 'mahalanobis',
  ) =>
    squaredDistance(
      whiten(
        columns.map((values, c) => ({ name: `${c}`, values })),
        treated,
        kind,
        kernels,
      ),
      i,
      j,
    );

  it('have the Mahalanobis distance of the inverse pooled covariance', () => {
    const means = [0, 1].map((g) =>
      [a, b].map((x) => x.filter((_, i) => treated[i] === g).reduce((s, v) => s + v, 0) / (n / 2)),
    );
    const s = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const [da, db] = [a[i]! - means[treated[i]!]![0]!, b[i]! - means[treated[i]!]![1]!];
      s[0]! += (da * da) / (n - 2);
      s[1]! += (da * db) / (n - 2);
      s[2]! += (db * db) / (n - 2);
    }
    const [da, db] = [a[3]! - a[8]!, b[3]! - b[8]!];
    const expected = (s[2]! * da * da - 2 * s[1]! * da * db + s[0]! * db * db) / (s[0]! * s[2]! - s[1]! ** 2);
    expect(distance([a, b], 3, 8)).toBeCloseTo(expected, 10);
    expect(distance([a, b], 3, 8, 'scaled-euclidean')).toBeCloseTo((da * da) / s[0]! + (db * db) / s[2]!, 10);
  });

  it('do not change under affine maps, nor by a duplicate or a constant column', () => {
    const mixed = [a.map((v, i) => 3 * v - b[i]! + 100), b.map((v, i) => v + 2 * a[i]!)];
    const plain = distance([a, b], 3, 8);
    expect(distance(mixed, 3, 8)).toBeCloseTo(plain, 8);
    expect(distance([a, b, a.map((v) => 5 * v)], 3, 8)).toBeCloseTo(plain, 8);
    expect(distance([a, b, new Float64Array(n).fill(4)], 3, 8)).toBeCloseTo(plain, 8);
  });

  it('of ranks do not change under a monotone map', () => {
    expect(distance([a.map(Math.exp), b], 3, 8, 'robust-mahalanobis')).toBeCloseTo(
      distance([a, b], 3, 8, 'robust-mahalanobis'),
      10,
    );
  });
});
