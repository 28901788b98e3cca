import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { forEachPair, type MatchSets } from '../../../src/core/matching/match-sets.ts';
import { matchUnits } from '../../../src/core/matching/match-units.ts';
import type { TwoLevelDesign } from '../../../src/core/matching/matching-design.ts';
import type { MatchingProblem } from '../../../src/core/matching/matching-problem.ts';
import { type PairProblem, pairCollectives } from '../../../src/core/matching/pair-units.ts';
import { matchTwoLevels } from '../../../src/core/matching/two-level.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';

interface Drawn {
  readonly setup: PairProblem;
  readonly collective: Int32Array;
  cost(focal: number, partner: number): number;
}

/** A few collectives of a few households, on a score or on points, with a caliper and neighbourhoods across collectives. */
function drawn(seed: number, withPoints: boolean, caliper: number | null, penalty: number): Drawn {
  const random = createRandom(seed, 'two-level');
  const sizes = Array.from({ length: 2 + random.integer(3) }, () => 1 + random.integer(2));
  const sides = sizes.map((_, g) => (g === 0 ? 1 : g === 1 ? 0 : random.integer(2)));
  const collective = Int32Array.from(sizes.flatMap((size, g) => Array<number>(size).fill(g)));
  const n = collective.length;
  const isFocal = Uint8Array.from(collective, (g) => sides[g]!);
  const score = Float64Array.from({ length: n }, () => random.integer(6));
  const points = { rows: n, cols: 2, values: Float64Array.from({ length: 2 * n }, () => random.integer(4)) };
  const codes = Int32Array.from({ length: n }, () => random.integer(2));
  const problem: MatchingProblem = {
    isFocal,
    score,
    eligible: Uint8Array.from({ length: n }, () => (random.integer(6) > 0 ? 1 : 0)),
    stratum: null,
    antiExact: [],
    scoreCaliper: caliper,
    covariateCalipers: [],
    order: 'data',
    ratio: 1,
    maximumReuse: 1,
    tieOrder: null,
  };
  const distance = (a: number, b: number): number =>
    withPoints
      ? Math.hypot(points.values[2 * a]! - points.values[2 * b]!, points.values[2 * a + 1]! - points.values[2 * b + 1]!)
      : Math.abs(score[a]! - score[b]!);
  return {
    setup: {
      problem,
      measure: withPoints ? { by: 'points', points } : { by: 'score' },
      preference: penalty > 0 ? { codes, penalty } : null,
      lots: null,
      caliperWidths: {},
    },
    collective,
    cost: (f, p) =>
      problem.eligible![f] === 0 ||
      problem.eligible![p] === 0 ||
      (caliper !== null && Math.abs(score[f]! - score[p]!) > caliper)
        ? Number.POSITIVE_INFINITY
        : distance(f, p) + (penalty > 0 && codes[f] !== codes[p] ? penalty : 0),
  };
}

interface Worth {
  readonly pairs: number;
  readonly total: number;
}
const better = (a: Worth, b: Worth): Worth => (a.pairs > b.pairs || (a.pairs === b.pairs && a.total < b.total) ? a : b);

/** Every matching of collectives, and for two matched ones every matching of households. */
function bruteForce({ setup, collective, cost }: Drawn): Worth {
  const { isFocal } = setup.problem;
  const groups = [...new Set(collective)];
  const rowsOf = (g: number) => [...collective.keys()].filter((row) => collective[row] === g);
  const within = (a: readonly number[], b: readonly number[]): Worth => {
    if (a.length === 0) return { pairs: 0, total: 0 };
    const [first, ...rest] = a as [number, ...number[]];
    let best = within(rest, b);
    for (const other of b) {
      if (!(cost(first, other) < Number.POSITIVE_INFINITY)) continue;
      const left = within(
        rest,
        b.filter((row) => row !== other),
      );
      best = better({ pairs: left.pairs + 1, total: left.total + cost(first, other) }, best);
    }
    return best;
  };
  const side = (value: number) => groups.filter((g) => isFocal[rowsOf(g)[0]!] === value);
  const match = (a: readonly number[], b: readonly number[]): Worth => {
    if (a.length === 0) return { pairs: 0, total: 0 };
    const [first, ...rest] = a as [number, ...number[]];
    let best = match(rest, b);
    for (const other of b) {
      const inside = within(rowsOf(first), rowsOf(other));
      const left = match(
        rest,
        b.filter((g) => g !== other),
      );
      best = better({ pairs: left.pairs + inside.pairs, total: left.total + inside.total }, best);
    }
    return best;
  };
  return match(side(1), side(0));
}

function worth(sets: MatchSets, cost: Drawn['cost']): Worth {
  let pairs = 0;
  let total = 0;
  forEachPair(sets, (f, p) => {
    pairs++;
    total += cost(f, p);
  });
  return { pairs, total };
}

describe('two-level matching', () => {
  it('is the best over both levels together, by brute force', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.boolean(),
        fc.constantFrom(null, 2),
        fc.constantFrom(0, 1.5),
        (seed, withPoints, caliper, penalty) => {
          const problem = drawn(seed, withPoints, caliper, penalty);
          const { pairs, collectives } = pairCollectives(problem.setup, problem.collective);
          const [found, best] = [worth(pairs, problem.cost), bruteForce(problem)];
          expect(found.pairs).toBe(best.pairs);
          expect(found.total).toBeCloseTo(best.total, 9);
          const partnerOf = new Map(collectives.map(({ focal, other }) => [focal, other]));
          expect(new Set(partnerOf.values()).size).toBe(collectives.length);
          forEachPair(pairs, (f, p) => {
            expect(problem.collective[p]).toBe(partnerOf.get(problem.collective[f]!));
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  const status = new Uint8Array(6);
  const column = (values: number[]) => ({ type: 'number', values: Float64Array.from(values), status }) as const;
  const design = (rest: Partial<TwoLevelDesign> = {}): TwoLevelDesign => ({
    method: 'two-level',
    estimand: 'ATT',
    collective: 'collective',
    distance: { type: 'scaled-euclidean', terms: [{ variable: 'x' }] },
    within: null,
    calipers: [],
    exact: [],
    antiExact: [],
    discard: 'none',
    reestimate: false,
    prefer: null,
    ...rest,
  });
  const treated = Uint8Array.of(1, 1, 0, 0, 0, 0);

  it('takes the collective that suits its households together, though each has a nearer one elsewhere', () => {
    const frame = {
      rows: 6,
      columns: { x: column([0, 10, 0, 30, 2, 9]), collective: column([1, 1, 2, 2, 3, 3]) },
    };
    expect([...matchUnits(frame, treated, design(), null, kernels).pairs!.partners]).toEqual([4, 5]);
  });

  it('leaves out households without a collective', () => {
    const isFocal = Uint8Array.of(1, 1, 0, 0);
    const among = (rows: Uint32Array) => {
      const [focal, other] = [1, 0].map((g) => [...rows].filter((row) => isFocal[row] === g));
      const pairs = {
        focal: Uint32Array.from(focal!),
        offsets: Uint32Array.from([0, ...focal!.map((_, k) => k + 1)]),
        partners: Uint32Array.from(other!),
      };
      return { pairs, cost: 0 };
    };
    const { pairs, collectives } = matchTwoLevels({ isFocal, eligible: null }, Int32Array.of(-1, 5, 6, -1), among);
    expect(collectives).toEqual([{ focal: 5, other: 6 }]);
    expect([...pairs.offsets]).toEqual([0, 0, 1]);
  });

  it('refuses a treatment that varies inside collectives, and distances of the caller', () => {
    const frame = { rows: 6, columns: { x: column([0, 1, 2, 3, 4, 5]), collective: column([1, 2, 2, 3, 3, 3]) } };
    expect(() => matchUnits(frame, treated, design(), null, kernels)).toThrow(
      expect.objectContaining({
        code: 'invalid-argument',
        details: { variable: 'collective', count: 1, collectives: 3, first: ['2'] },
      }),
    );
    const whole = { ...frame, columns: { ...frame.columns, collective: column([1, 1, 2, 2, 3, 3]) } };
    const distances = { rows: 2, cols: 4, values: new Float64Array(8) };
    expect(() => matchUnits(whole, treated, design({ distance: { type: 'given', distances } }), null, kernels)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });
});
