import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { balanceTable } from '../../../src/core/balance/balance-table.ts';
import { type CardinalityProblem, selectBalanced, takeSelection } from '../../../src/core/matching/cardinality.ts';
import type { SolveIntegerProgram } from '../../../src/core/matching/integer-program.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { loadIntegerSolver } from '../../../src/solvers/load-integer-solver.ts';

let solve: SolveIntegerProgram;
beforeAll(async () => {
  solve = await loadIntegerSolver();
});

function problemOf(seed: number, n: number, rest: Partial<CardinalityProblem> = {}): CardinalityProblem {
  const random = createRandom(seed, 'cardinality');
  const treated = Uint8Array.from({ length: n }, (_, i) => (i < 4 ? i % 2 : random.integer(2)));
  const columns = ['a', 'b'].map((name) => ({
    name,
    values: Float64Array.from(treated, (t) => random.integer(4) + (name === 'a' ? t : 0)),
  }));
  return { columns, treated, estimand: 'ATT', tolerance: 0.2, ratio: 1, stratum: null, nodes: 100_000, ...rest };
}

/** Largest |standardised mean difference| of the taken units, by the balance table. */
function imbalance({ columns, treated, estimand }: CardinalityProblem, weights: Float64Array): number {
  const sample = { treated, estimand, weights, pairs: null, strata: null };
  return Math.max(
    ...balanceTable(columns, sample).map(({ standardizedMeanDifference, meanTreated, meanControl }) =>
      // without a scale the means must agree
      Math.abs(standardizedMeanDifference ?? (Math.abs(meanTreated - meanControl) < 1e-9 ? 0 : 1e9)),
    ),
  );
}

/** Treated units in the largest selection, by trying every subset. */
function bruteForce(p: CardinalityProblem): number {
  const n = p.treated.length;
  let most = 0;
  for (let bits = 1; bits < 2 ** n; bits++) {
    const weights = Float64Array.from(p.treated, (_, i) => (bits >> i) & 1);
    const count = (g: number) => p.treated.reduce((sum, t, i) => sum + (t === g ? weights[i]! : 0), 0);
    if (count(1) <= most || count(0) !== p.ratio * count(1)) continue;
    const cells = p.stratum === null ? [] : [...new Set(p.stratum)];
    const isFair = cells.every((cell) => {
      const inside = p.treated.map((t, i) => (p.stratum![i] === cell ? weights[i]! * (t === 1 ? p.ratio : -1) : 0));
      return [...inside].reduce((a, b) => a + (b > 127 ? b - 256 : b), 0) === 0;
    });
    if (isFair && imbalance(p, weights) <= p.tolerance + 1e-9) most = count(1);
  }
  return most;
}

const taken = (p: CardinalityProblem, weights: Float64Array, group: number): number =>
  p.treated.reduce((sum, t, i) => sum + (t === group ? weights[i]! : 0), 0);

describe('cardinality matching', () => {
  it('keeps as many units as any balanced selection, by brute force on up to eleven units', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 4, max: 11 }),
        fc.constantFrom(1, 2),
        fc.constantFrom(0, 0.3),
        fc.constantFrom('ATT' as const, 'ATE' as const),
        fc.boolean(),
        (seed, n, ratio, tolerance, estimand, cells) => {
          const random = createRandom(seed, 'cells');
          const stratum = cells ? Int32Array.from({ length: n }, () => random.integer(2)) : null;
          const p = problemOf(seed, n, { ratio, tolerance, estimand, stratum });
          const best = bruteForce(p);
          if (best === 0) {
            expect(() => selectBalanced(p, solve)).toThrow(expect.objectContaining({ code: 'no-overlap' }));
            return;
          }
          const selection = selectBalanced(p, solve);
          const weights = takeSelection(selection, null);
          expect([taken(p, weights, 1), taken(p, weights, 0)]).toEqual([best, ratio * best]);
          expect(imbalance(p, weights)).toBeLessThanOrEqual(tolerance + 1e-9);
          expect(selection).toMatchObject({ bound: best, isOptimal: true });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('takes the same kinds of units whatever the order of rows, and of each kind the first in tie order', () => {
    const p = problemOf(5, 60);
    const n = p.treated.length;
    const order = createRandom(5, 'order').permutation(n);
    const shuffled = {
      ...p,
      treated: Uint8Array.from(order, (row) => p.treated[row]!),
      columns: p.columns.map(({ name, values }) => ({ name, values: Float64Array.from(order, (row) => values[row]!) })),
    };
    const tieOrder = new Uint32Array(n);
    order.forEach((row, i) => {
      tieOrder[row] = i;
    });
    const here = takeSelection(selectBalanced(p, solve), null);
    const there = takeSelection(selectBalanced(shuffled, solve), tieOrder);
    expect([...there]).toEqual(Array.from(order, (row) => here[row]!));
  });

  it('leaves out units without a cell, and needs equal means where a group has no variation', () => {
    const treated = Uint8Array.of(1, 1, 1, 0, 0, 0);
    const one = { name: 'x', values: Float64Array.of(2, 2, 2, 2, 2, 9) };
    const base = {
      columns: [one],
      treated,
      estimand: 'ATT',
      tolerance: 0.5,
      ratio: 1,
      stratum: null,
      nodes: 1000,
    } as const;
    expect([...takeSelection(selectBalanced(base, solve), null)]).toEqual([1, 1, 0, 1, 1, 0]);
    const stratum = Int32Array.of(-1, 0, 0, 0, 0, 0);
    expect([...takeSelection(selectBalanced({ ...base, stratum }, solve), null)]).toEqual([0, 1, 1, 1, 1, 0]);
  });

  it('says when the search stopped early, and what might be possible', () => {
    // values without a common measure: every subset has another mean
    const random = createRandom(11, 'hard');
    const treated = Uint8Array.from({ length: 80 }, (_, i) => i % 2);
    const columns = Array.from({ length: 6 }, (_, c) => ({
      name: `x${c}`,
      values: Float64Array.from(treated, (t) => random.normal() + 0.4 * t),
    }));
    const p = { columns, treated, estimand: 'ATT', tolerance: 0.0005, ratio: 1, stratum: null, nodes: 1 } as const;
    let selection: ReturnType<typeof selectBalanced>;
    try {
      selection = selectBalanced(p, solve);
    } catch (error) {
      expect(error).toMatchObject({ code: 'no-overlap' });
      return;
    }
    const weights = takeSelection(selection, null);
    expect(imbalance(p, weights)).toBeLessThanOrEqual(0.0005 + 1e-9);
    expect(selection.isOptimal).toBe(false);
    expect(selection.bound).toBeGreaterThan(taken(p, weights, 1));
  });

  it('refuses a negative tolerance and a broken ratio', () => {
    for (const wrong of [{ tolerance: -0.1 }, { tolerance: Number.NaN }, { ratio: 1.5 }, { ratio: 0 }]) {
      expect(() => selectBalanced(problemOf(1, 10, wrong), solve)).toThrow(
        expect.objectContaining({ code: 'invalid-argument' }),
      );
    }
  });
});
