import { describe, expect, it } from 'vitest';
import { type Condition, makeCondition } from '../../../src/core/qca/conditions.ts';
import { type Cube, complementOf, cubeContains } from '../../../src/core/qca/cubes.ts';
import { listIrredundantCovers } from '../../../src/core/qca/irredundant-covers.ts';
import { defaultSearchLimits, findMinimalModels, listPrimeImplicants } from '../../../src/core/qca/minimal-models.ts';
import { findMinimumCovers } from '../../../src/core/qca/minimum-covers.ts';
import { allRows, crispConditions, mulberry, naiveMinimumCovers, naivePrimeImplicants, texts } from './support.ts';
import { minimumCoversByExclusion, primesByAllCubes } from './support-oracle.ts';

const options = { rowDominance: false, limits: { ...defaultSearchLimits, models: 100_000 } };

/** Compares primes, model sets and counts with exhaustive search; returns a complaint or null. */
function disagreement(
  positives: readonly Cube[],
  negatives: readonly Cube[],
  conditions: readonly Condition[],
  withModels: boolean,
): string | null {
  const solution = findMinimalModels(positives, negatives, conditions, options);
  const primes = naivePrimeImplicants(positives, negatives, conditions);
  const ours = texts(listPrimeImplicants(solution, Infinity).map(({ term }) => term));
  if (ours.join(' ') !== texts(primes).join(' '))
    return `primes ${ours.join(' ')} instead of ${texts(primes).join(' ')}`;
  if (!withModels) return null;
  const expected = naiveMinimumCovers(primes, positives)
    .map((cover) => texts(cover.map((j) => primes[j]!)).join(' '))
    .sort();
  const found = solution.models.map((model) => texts(model.map((t) => solution.terms[t]!.term)).join(' ')).sort();
  if (found.join(' | ') !== expected.join(' | '))
    return `models ${found.join(' | ')} instead of ${expected.join(' | ')}`;
  if (solution.modelCount !== BigInt(expected.length))
    return `count ${solution.modelCount} instead of ${expected.length}`;
  return null;
}

/**
 * The same against the oracles of masks: equal primes; equal number and size of models; and every listed model different from
 * the others, of primes, of that size, and a cover. As many of them as there are models, they are all models.
 */
function disagreementByMasks(
  positives: readonly Cube[],
  negatives: readonly Cube[],
  conditions: readonly Condition[],
): string | null {
  const solution = findMinimalModels(positives, negatives, conditions, options);
  const primes = primesByAllCubes(positives, negatives, conditions);
  const ours = texts(listPrimeImplicants(solution, Infinity).map(({ term }) => term));
  const expected = primes.map(({ key }) => key).sort();
  if (ours.join(' ') !== expected.join(' ')) return `primes ${ours.join(' ')} instead of ${expected.join(' ')}`;
  const { size, count } = minimumCoversByExclusion(
    primes.map(({ mask }) => mask),
    positives.length,
  );
  if (solution.termsPerModel !== size || solution.modelCount !== count)
    return `${solution.modelCount} models of ${solution.termsPerModel} terms instead of ${count} of ${size}`;
  if (count > 1000n) return null;
  const maskOf = new Map(primes.map(({ key, mask }) => [key, mask]));
  const keys = solution.terms.map(({ term }) => term.join());
  const everything = 2 ** positives.length - 1;
  const listed = new Set<string>();
  for (const model of solution.models) {
    const union = model.reduce((mask, t) => mask | (maskOf.get(keys[t]!) ?? 0), 0);
    if (union !== everything || new Set(model).size !== size)
      return `${model.map((t) => keys[t]).join(' + ')} is no model`;
    listed.add(model.join());
  }
  return BigInt(listed.size) === count ? null : `${listed.size} different models of ${count} are listed`;
}

function split(rows: readonly Cube[], roleOf: (at: number) => number): { positives: Cube[]; negatives: Cube[] } {
  const roles = rows.map((_, at) => roleOf(at));
  return { positives: rows.filter((_, at) => roles[at] === 1), negatives: rows.filter((_, at) => roles[at] === 0) };
}

describe('findMinimalModels', () => {
  it('finds the primes and models of every complete function of up to three conditions', () => {
    for (const k of [1, 2, 3]) {
      const conditions = crispConditions(k);
      const rows = allRows(conditions);
      for (let bits = 0; bits < 2 ** rows.length; bits++) {
        const { positives, negatives } = split(rows, (at) => (bits >> at) & 1);
        expect(disagreement(positives, negatives, conditions, true)).toBeNull();
      }
    }
  });

  it('finds the primes and all models of every function of four conditions', { timeout: 120_000 }, () => {
    const conditions = crispConditions(4);
    const rows = allRows(conditions);
    const wrong: string[] = [];
    for (let number = 1; number < 65535 && wrong.length < 5; number++) {
      const { positives, negatives } = split(rows, (at) => (number >> at) & 1);
      const complaint = disagreementByMasks(positives, negatives, conditions);
      if (complaint !== null) wrong.push(`function ${number}: ${complaint}`);
    }
    expect(wrong).toEqual([]);
  });

  it('finds the primes and all models of 10 000 random partial functions of up to eight conditions', {
    timeout: 120_000,
  }, () => {
    const random = mulberry(20261124);
    const wrong: string[] = [];
    for (let round = 0; round < 10_000 && wrong.length < 5; round++) {
      const k = 2 + Math.floor(random() * 7);
      const conditions = crispConditions(k);
      const share = 0.2 + 0.6 * random();
      const rows = allRows(conditions).filter(() => random() < Math.min(1, 20 / 2 ** k));
      const { positives, negatives } = split(rows, () => (random() < share ? 1 : 0));
      if (positives.length === 0 || positives.length > 11 || rows.length > 31) continue;
      const complaint = disagreementByMasks(positives, negatives, conditions);
      if (complaint !== null) wrong.push(`round ${round}: ${complaint}`);
    }
    expect(wrong).toEqual([]);
  });

  it('finds the primes and models of random multi-value functions', () => {
    const random = mulberry(7);
    for (let round = 0; round < 200; round++) {
      const conditions = Array.from({ length: 2 + Math.floor(random() * 3) }, (_, i) =>
        makeCondition(`X${i}`, 'multi-value', 2 + Math.floor(random() * 3)),
      );
      const rows = allRows(conditions).filter(() => random() < 0.5);
      const roles = rows.map(() => Math.floor(random() * 3));
      const { positives, negatives } = split(rows, (at) => roles[at]!);
      expect(disagreement(positives, negatives, conditions, positives.length <= 6)).toBeNull();
    }
  });

  it('gives conservative primes when everything but the positive rows is negative', () => {
    const random = mulberry(11);
    for (let round = 0; round < 150; round++) {
      const conditions = [...crispConditions(3), makeCondition('M', 'multi-value', 3)];
      const rows = allRows(conditions);
      const { positives, negatives } = split(rows, () => (random() < 0.4 ? 1 : 0));
      const viaCubes = findMinimalModels(positives, complementOf(positives, conditions), conditions, options);
      expect(texts(listPrimeImplicants(viaCubes, Infinity).map(({ term }) => term))).toEqual(
        texts(naivePrimeImplicants(positives, negatives, conditions)),
      );
    }
  });

  it('searches beyond 32 conditions, positive rows and negative rows as it does below', () => {
    // Padding with constant conditions and repeated structure forces the search with several words per set.
    const random = mulberry(3);
    const narrow = crispConditions(6);
    const rows = allRows(narrow).filter(() => random() < 0.7);
    const { positives, negatives } = split(rows, () => (random() < 0.5 ? 1 : 0));
    const wide = Array.from({ length: 70 }, (_, i) => makeCondition(`C${i}`, 'crisp'));
    const place = (row: Cube) => {
      const long = new Int8Array(70);
      row.forEach((level, i) => {
        long[i * 13] = level;
      });
      return long;
    };
    const small = findMinimalModels(positives, negatives, narrow, options);
    const large = findMinimalModels(positives.map(place), negatives.map(place), wide, options);
    expect(large.primes.count).toBe(small.primes.count);
    expect(large.modelCount).toBe(small.modelCount);
    expect(large.models).toEqual(small.models);
  });

  // F_t: t+1 of 2t+... literals on one row; the published stopping rule of CCubes loses these models.
  it.each([2, 3, 4, 5])('finds one term and choose(2t, t+1) models for the early-stopping family F_%i', (t) => {
    const { positives, negatives, conditions } = earlyStopping(t);
    const solution = findMinimalModels(positives, negatives, conditions, options);
    let expected = 1;
    for (let i = 0; i < t + 1; i++) expected = (expected * (2 * t - i)) / (i + 1);
    expect(solution.termsPerModel).toBe(1);
    expect(solution.modelCount).toBe(BigInt(Math.round(expected)));
  });

  it('gives the constant 1 when no row is negative, and no model when no row is positive', () => {
    const conditions = crispConditions(3);
    const rows = allRows(conditions);
    const everything = findMinimalModels(rows.slice(0, 4), [], conditions, options);
    expect(everything.terms.map(({ term }) => Array.from(term))).toEqual([[-1, -1, -1]]);
    expect(everything.models).toEqual([[0]]);
    const nothing = findMinimalModels([], rows, conditions, options);
    expect(nothing.termsPerModel).toBe(0);
    expect(nothing.models).toEqual([[]]);
  });

  it('refuses a positive row that lies in a negative cube', () => {
    const row = Int8Array.from([1, 0]);
    expect(() => findMinimalModels([row], [row], crispConditions(2), options)).toThrow(
      expect.objectContaining({ code: 'contradictory-configurations' }),
    );
  });

  it('says that the list is incomplete when a limit cuts the search', () => {
    const { positives, negatives, conditions } = earlyStopping(4);
    const cut = findMinimalModels(positives, negatives, conditions, {
      rowDominance: false,
      limits: { ...defaultSearchLimits, primeImplicants: 10 },
    });
    // Ten, and at most one for each positive row that they leave uncovered.
    expect(cut.primes.count).toBeGreaterThanOrEqual(10);
    expect(cut.primes.count).toBeLessThanOrEqual(10 + positives.length);
    expect(cut.complete).toBe(false);
    expect(cut.modelCountExact).toBe(false);
  });

  it('stops when the caller no longer wants the answer', () => {
    const random = mulberry(5);
    const conditions = crispConditions(10);
    const rows = allRows(conditions).filter(() => random() < 0.05);
    const { positives, negatives } = split(rows, (at) => at % 2);
    const shares: number[] = [];
    const solution = findMinimalModels(positives, negatives, conditions, {
      ...options,
      proceed: (done) => {
        shares.push(done);
        return shares.length < 3;
      },
    });
    // Implicants are the first half of the work.
    expect(shares).toEqual([1, 2, 3].map((i) => i / positives.length / 2));
    expect(solution.complete).toBe(false);
  });

  it('lists every irredundant cover, whatever its size', () => {
    const random = mulberry(13);
    for (let round = 0; round < 100; round++) {
      const conditions = crispConditions(4);
      const { positives, negatives } = split(
        allRows(conditions).filter(() => random() < 0.6),
        () => (random() < 0.4 ? 1 : 0),
      );
      if (positives.length === 0 || positives.length > 6) continue;
      const primes = naivePrimeImplicants(positives, negatives, conditions);
      if (primes.length > 10) continue;
      const cover = Int32Array.from(primes, (prime) =>
        positives.reduce((bits, row, r) => bits | (cubeContains(prime, row) ? 1 << r : 0), 0),
      );
      const full = 2 ** positives.length - 1;
      const union = (set: number) => primes.reduce((bits, _, j) => bits | ((set >> j) & 1 ? cover[j]! : 0), 0);
      const expected: string[] = [];
      for (let set = 1; set < 2 ** primes.length; set++) {
        const members = primes.map((_, j) => j).filter((j) => (set >> j) & 1);
        if (union(set) === full && members.every((j) => union(set & ~(1 << j)) !== full)) expected.push(members.join());
      }
      const { covers, complete } = listIrredundantCovers(
        { rows: positives.length, words: 1, count: primes.length, cover },
        10_000,
      );
      expect(complete).toBe(true);
      expect(covers.map((list) => list.join()).sort()).toEqual(expected.sort());
    }
  });

  it('counts models by inclusion and exclusion exactly as by listing', () => {
    const random = mulberry(17);
    for (let round = 0; round < 60; round++) {
      const rows = 3 + Math.floor(random() * 8);
      const count = 10 + Math.floor(random() * 20);
      const cover = Int32Array.from({ length: count }, () => Math.floor(random() * 2 ** rows));
      const chart = { rows, words: 1, count, cover };
      const listed = findMinimumCovers(chart, { models: 1e6, nodes: 1e7 });
      if (listed.size < 2) continue;
      const first = findMinimumCovers(chart, { models: 0, nodes: 1e7 });
      expect(first.count).toBe(listed.count);
      expect(first.covers).toEqual([]);
      expect(BigInt(listed.covers.length)).toBe(listed.count);
      // So few nodes that only the size can be found: the count must then come from the formula.
      for (const nodes of [20, 60, 200]) {
        const short = findMinimumCovers(chart, { models: 0, nodes });
        if (short.sizeExact)
          expect({ count: short.count, essential: short.essential }).toEqual({
            count: listed.count,
            essential: listed.essential,
          });
      }
    }
  });
});

/**
 * 2t + 4 conditions, two positive rows. The first 2t conditions are 1 in both positive rows; each negative row has them
 * 0 for one of the sets of t, so that a product of these literals is safe only with t + 1 of them. Four more conditions
 * tell each positive row alone from the negatives with one literal, so that two short terms do as well.
 */
function earlyStopping(t: number): { positives: Cube[]; negatives: Cube[]; conditions: Condition[] } {
  const k = 2 * t + 4;
  const conditions = Array.from({ length: k }, (_, i) => makeCondition(`X${i + 1}`, 'crisp'));
  const shared = Array.from({ length: 2 * t }, () => 1);
  const positives = [Int8Array.from([...shared, 1, 0, 1, 0]), Int8Array.from([...shared, 0, 1, 0, 1])];
  const negatives: Cube[] = [];
  for (let bits = 0; bits < 2 ** (2 * t); bits++) {
    const ones = Array.from({ length: 2 * t }, (_, i) => (bits >> i) & 1);
    if (ones.reduce((sum, one) => sum + one, 0) === t) negatives.push(Int8Array.from([...ones, 0, 0, 0, 0]));
  }
  return { positives, negatives, conditions };
}
