import { describe, expect, it } from 'vitest';
import { makeCalibratedData } from '../../../src/core/qca/calibrated-data.ts';
import { makeCondition } from '../../../src/core/qca/conditions.ts';
import { findCutoffIntervals } from '../../../src/core/qca/cutoff-intervals.ts';
import { defaultSearchLimits } from '../../../src/core/qca/minimal-models.ts';
import { testByPermutation } from '../../../src/core/qca/permutation-test.ts';
import { solveConservative, solveParsimonious } from '../../../src/core/qca/solutions.ts';
import { buildTruthTable, defaultTruthTableSettings } from '../../../src/core/qca/truth-table.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { crispConditions, mulberry } from './support.ts';

const settings = {
  explain: '1',
  includeContradictions: false,
  excluded: [],
  rowDominance: false,
  limits: defaultSearchLimits,
} as const;

function randomData(random: () => number, cases: number, k: number) {
  const draw = () => Array.from({ length: cases }, () => Math.round(random() * 50) / 50);
  const conditions = Array.from({ length: k }, (_, c) => makeCondition(`X${c}`, 'fuzzy'));
  const ids = Array.from({ length: cases }, (_, i) => `c${i}`);
  return makeCalibratedData(ids, conditions, conditions.map(draw), draw());
}

describe('findCutoffIntervals', () => {
  it('holds exactly the cutoffs with the same models, by a sweep over every midpoint', () => {
    const random = mulberry(31);
    for (let round = 0; round < 12; round++) {
      const data = randomData(random, 25, 3);
      const base = {
        ...defaultTruthTableSettings,
        consistencyCutoff: 0.6 + 0.3 * random(),
        priCutoff: 0.1 + 0.3 * random(),
        frequencyCutoff: 1 + (round % 2),
      };
      for (const kind of ['conservative', 'parsimonious'] as const) {
        const modelsAt = (change: Partial<typeof base>) => {
          const table = buildTruthTable(data, { ...base, ...change });
          const solution =
            kind === 'conservative' ? solveConservative(table, settings) : solveParsimonious(table, settings);
          return solution.models
            .map((model) =>
              model
                .map((t) => solution.terms[t]!.term.join())
                .sort()
                .join('+'),
            )
            .sort()
            .join(' | ');
        };
        const present = modelsAt({});
        const table = buildTruthTable(data, base);
        for (const { cutoff, from: lower, to } of findCutoffIntervals(table, settings, kind)) {
          const from = lower ?? -1;
          const name = `${cutoff}Cutoff`;
          const now = base[name as keyof typeof base] as number;
          expect([from < now, now <= to]).toEqual([true, true]);
          const values =
            cutoff === 'frequency'
              ? Array.from({ length: Math.max(...table.rows.map((row) => row.n)) + 1 }, (_, i) => i + 1)
              : [...new Set([0, 1, ...table.rows.map((row) => (cutoff === 'pri' ? row.pri : row.consistency) ?? 0)])]
                  .sort((a, b) => a - b)
                  .flatMap((value, at, all) => (at === 0 ? [] : [(value + all[at - 1]!) / 2]));
          // Inside: the same models. The first stretch outside on either side: others.
          for (const value of values)
            if (value > from && value <= to) expect(modelsAt({ [name]: value })).toBe(present);
          const above = values.find((value) => value > to);
          const below = values.findLast((value) => value <= from && value > 0);
          if (above !== undefined) expect(modelsAt({ [name]: above })).not.toBe(present);
          if (below !== undefined) expect(modelsAt({ [name]: below })).not.toBe(present);
        }
      }
    }
  });
});

describe('testByPermutation', () => {
  const conditions = crispConditions(2);
  const term = Int8Array.from([1, -1]);

  it('gives a term that always holds the exact chance of that, within Monte Carlo error', () => {
    // 8 cases, A in 4 of them, Y exactly in those: chance of full consistency 1 / choose(8, 4) = 1/70.
    const a = [1, 1, 1, 1, 0, 0, 0, 0];
    const b = [1, 0, 1, 0, 1, 0, 1, 0];
    const data = makeCalibratedData(
      a.map((_, i) => `c${i}`),
      conditions,
      [a, b],
      a,
    );
    const test = testByPermutation(
      data,
      { ...defaultTruthTableSettings, consistencyCutoff: 1 },
      [term],
      7000,
      createRandom(5),
    );
    expect(Math.abs(test.pValues[0]! - 1 / 70)).toBeLessThan(4 * Math.sqrt(1 / 70 / 7000));
  });

  it('holds its level for terms that mean nothing', () => {
    const random = mulberry(77);
    let rejected = 0;
    const rounds = 150;
    for (let round = 0; round < rounds; round++) {
      const bit = () => Array.from({ length: 20 }, () => (random() < 0.5 ? 1 : 0));
      const data = makeCalibratedData(
        bit().map((_, i) => `c${i}`),
        conditions,
        [bit(), bit()],
        bit(),
      );
      if (testByPermutation(data, defaultTruthTableSettings, [term], 99, createRandom(round)).pValues[0]! <= 0.05)
        rejected++;
    }
    // At most 5 %, within three standard errors of a binomial of 150.
    expect(rejected).toBeLessThanOrEqual(0.05 * rounds + 3 * Math.sqrt(0.05 * 0.95 * rounds));
  });

  it('gives the same answer for the same seed, and corrects several terms together', () => {
    const data = makeCalibratedData(
      ['a', 'b', 'c', 'd', 'e', 'f'],
      conditions,
      [
        [1, 1, 1, 0, 0, 0],
        [1, 0, 1, 0, 1, 0],
      ],
      [1, 1, 1, 0, 0, 0],
    );
    const run = () =>
      testByPermutation(data, defaultTruthTableSettings, [term, Int8Array.from([-1, 1])], 200, createRandom(9));
    expect(run()).toEqual(run());
    const { pValues, adjustedPValues } = run();
    expect(adjustedPValues[0]).toBeCloseTo(Math.min(1, 2 * pValues[0]!), 12);
    expect(adjustedPValues[1]).toBe(Math.max(adjustedPValues[0]!, pValues[1]!));
  });

  it.each([0, 1.5, 1e6])('refuses %d permutations', (permutations) => {
    const data = makeCalibratedData(['a'], conditions, [[1], [0]], [1]);
    expect(() => testByPermutation(data, defaultTruthTableSettings, [term], permutations, createRandom(1))).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });
});
