import { describe, expect, it } from 'vitest';
import { columnsInAtLeast } from '../../../src/core/qca/bit-counters.ts';
import { blocksOf } from '../../../src/core/qca/cover-blocks.ts';
import { type Chart, groupByCover, keepRareRows, sortWidestFirst } from '../../../src/core/qca/cover-classes.ts';
import { cubeContains } from '../../../src/core/qca/cubes.ts';
import { defaultSearchLimits, findMinimalModels } from '../../../src/core/qca/minimal-models.ts';
import { findMinimumCovers } from '../../../src/core/qca/minimum-covers.ts';
import { coverGreedily, leastTerms } from '../../../src/core/qca/row-groups.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { allRows, crispConditions, mulberry, naivePrimeImplicants, texts } from './support.ts';

const limits = { models: 100_000, nodes: 1e8 };
const always = () => true;

/** A random chart: each implicant covers each row with the given chance, and some row in any case. */
function randomChart(random: () => number, rows: number, count: number, chance: number): Chart {
  const words = (rows + 31) >> 5;
  const cover = new Int32Array(count * words);
  for (let j = 0; j < count; j++) {
    const sure = Math.floor(random() * rows);
    for (let r = 0; r < rows; r++) if (r === sure || random() < chance) cover[j * words + (r >> 5)]! |= 1 << (r & 31);
  }
  return { rows, words, count, cover };
}

const covers = ({ words, cover }: Chart, j: number, r: number): boolean =>
  (cover[j * words + (r >> 5)]! & (1 << (r & 31))) !== 0;
const coversAll = (chart: Chart, chosen: readonly number[]): boolean =>
  Array.from({ length: chart.rows }, (_, r) => r).every((r) => chosen.some((j) => covers(chart, j, r)));

/** Every set of implicants of the least size that covers, by trying all. */
function bruteForce(chart: Chart): string[] {
  let best: number[][] = [];
  for (let set = 0; set < 2 ** chart.count; set++) {
    const chosen = Array.from({ length: chart.count }, (_, j) => j).filter((j) => (set >> j) & 1);
    if (best.length > 0 && chosen.length > best[0]!.length) continue;
    if (!coversAll(chart, chosen)) continue;
    if (best.length === 0 || chosen.length < best[0]!.length) best = [];
    best.push(chosen);
  }
  return best.map((chosen) => chosen.join()).sort();
}

/** Covers of the least size, counted by inclusion and exclusion over all sets of rows. */
function countNaively(chart: Chart): { size: number; count: bigint } {
  const avoiding = (rows: number): number => {
    let n = 0;
    for (let j = 0; j < chart.count; j++) if ((chart.cover[j]! & rows) === 0) n++;
    return n;
  };
  const bits = (x: number) => x.toString(2).replaceAll('0', '').length;
  const counts = Array.from({ length: 2 ** chart.rows }, (_, rows) => [avoiding(rows), bits(rows) % 2] as const);
  for (let size = 1; ; size++) {
    let total = 0n;
    for (const [n, odd] of counts) {
      let ways = 1n;
      for (let i = 0; i < size; i++) ways = (ways * BigInt(n - i)) / BigInt(i + 1);
      total += odd === 1 ? -ways : ways;
    }
    if (total > 0n) return { size, count: total };
  }
}

describe('findMinimumCovers', () => {
  it('finds every cover of the least size, also with more than 32 rows', () => {
    const random = mulberry(41);
    for (let round = 0; round < 120; round++) {
      const rows = [3, 9, 20, 33, 40, 70][round % 6]!;
      const chart = randomChart(random, rows, 6 + Math.floor(random() * 5), 0.2 + 0.6 * random());
      const found = findMinimumCovers(chart, limits);
      const expected = bruteForce(chart);
      expect(found.covers.map((cover) => cover.join()).sort()).toEqual(expected);
      expect(found.count).toBe(BigInt(expected.length));
      expect(found.size).toBe(expected.length === 0 ? -1 : expected[0]!.split(',').length);
      const everywhere = (expected[0] ?? '').split(',').filter((j) => expected.every((c) => c.split(',').includes(j)));
      expect(found.essential.map(String)).toEqual(expected.length === 0 ? [] : everywhere.sort((a, b) => +a - +b));
    }
  });

  it('counts as inclusion and exclusion do, for charts with thousands of covers of up to six implicants', () => {
    const random = mulberry(43);
    const sizes = new Set<number>();
    for (let round = 0; round < 24; round++) {
      const chart = randomChart(random, 8 + (round % 6), 40 + Math.floor(random() * 160), 0.02 + 0.3 * random());
      const found = findMinimumCovers(chart, { ...limits, models: 0 });
      expect({ size: found.size, count: found.count }).toEqual(countNaively(chart));
      sizes.add(found.size);
    }
    expect([...sizes].sort()).toEqual(expect.arrayContaining([2, 3, 4, 5]));
  });

  it('counts what no double holds', () => {
    // 16 rows, 5000 implicants for each row alone: 5000^16 covers.
    const chart: Chart = {
      rows: 16,
      words: 1,
      count: 80_000,
      cover: Int32Array.from({ length: 80_000 }, (_, j) => 1 << (j % 16)),
    };
    const found = findMinimumCovers(chart, { models: 2, nodes: 1e6 });
    expect(found.count).toBe(5000n ** 16n);
    expect(found.covers.length).toBe(2);
  });

  it('lists a sample in which each cover is as likely as the others, the same for the same seed', () => {
    const random = mulberry(47);
    let chart = randomChart(random, 9, 60, 0.3);
    let all = findMinimumCovers(chart, limits);
    while (all.count < 30n || all.count > 60n) {
      chart = randomChart(random, 9, 60, 0.3);
      all = findMinimumCovers(chart, limits);
    }
    const known = all.covers.map((cover) => cover.join());
    const hits = new Map(known.map((cover) => [cover, 0]));
    const rounds = 3000;
    const sampleOf = (seed: number) =>
      findMinimumCovers(chart, { ...limits, models: 4 }, { sample: createRandom(seed), proceed: always });
    for (let seed = 0; seed < rounds; seed++) {
      const sample = sampleOf(seed);
      expect(sample.count).toBe(all.count);
      expect(new Set(sample.covers.map((cover) => cover.join())).size).toBe(4);
      for (const cover of sample.covers) hits.set(cover.join(), hits.get(cover.join())! + 1);
    }
    expect(hits.size).toBe(known.length);
    // Pearson's statistic of draws without replacement lies below that of independent ones: five deviations above is a fault.
    const mean = (4 * rounds) / known.length;
    const statistic = [...hits.values()].reduce((sum, n) => sum + (n - mean) ** 2 / mean, 0);
    expect(statistic).toBeLessThan(known.length + 5 * Math.sqrt(2 * known.length));
    expect(sampleOf(7)).toEqual(sampleOf(7));
  });

  it('says what it knows when it runs out of nodes, or nobody wants the answer any more', () => {
    const chart = randomChart(mulberry(53), 30, 400, 0.12);
    const whole = findMinimumCovers(chart, { ...limits, models: 0 });
    const cut = findMinimumCovers(chart, { models: 10, nodes: 5 });
    expect([cut.countExact, cut.sizeExact]).toEqual([false, false]);
    expect(cut.lowerBound).toBeLessThanOrEqual(whole.size);
    expect(cut.size).toBeGreaterThanOrEqual(whole.size);
    expect(coversAll(chart, cut.covers[0]!)).toBe(true);
    const shares: number[] = [];
    const stopped = findMinimumCovers(randomChart(mulberry(54), 40, 3000, 0.08), limits, {
      sample: null,
      proceed: (done) => shares.push(done) < 3,
    });
    expect(stopped.countExact).toBe(false);
    expect(shares.length).toBe(3);
  });
});

describe('blocks of classes', () => {
  it('hold each class under a class that contains it and that no other contains', () => {
    const random = mulberry(59);
    for (const rows of [10, 30, 50]) {
      const grouped = sortWidestFirst(keepRareRows(groupByCover(randomChart(random, rows, 300, 0.15))));
      const { classes, start, count, cover, words } = blocksOf(grouped);
      const inside = (inner: Int32Array, a: number, outer: Int32Array, b: number) =>
        Array.from({ length: words }, (_, w) => inner[a * words + w]! & ~outer[b * words + w]!).every((x) => x === 0);
      expect(start[count]).toBe(grouped.count);
      for (let b = 0; b < count; b++) {
        for (let c = start[b]!; c < start[b + 1]!; c++) expect(inside(classes.cover, c, cover, b)).toBe(true);
        for (let other = 0; other < count; other++) if (other !== b) expect(inside(cover, b, cover, other)).toBe(false);
      }
      expect(new Set(classes.members).size).toBe(300);
    }
  });
});

describe('columnsInAtLeast', () => {
  it('counts the rows of each column', () => {
    const random = mulberry(61);
    const digits = new Int32Array(32);
    for (let round = 0; round < 300; round++) {
      const listed = 1 + Math.floor(random() * 60);
      const table = Int32Array.from({ length: listed }, () => Math.floor(random() * 2 ** 32) | 0);
      const at = Int32Array.from({ length: listed }, (_, i) => i);
      const least = 1 + Math.floor(random() * listed);
      const expected = Array.from(
        { length: 32 },
        (_, bit) => table.filter((word) => (word >> bit) & 1).length >= least,
      );
      const found = columnsInAtLeast(table, at, listed, 0, least, digits);
      expect(Array.from({ length: 32 }, (_, bit) => ((found >> bit) & 1) === 1)).toEqual(expected);
    }
  });
});

describe('what the rows say without a search', () => {
  it('is never more than the terms of the shortest model, and wide implicants cover every row', () => {
    const random = mulberry(67);
    let equal = 0;
    for (let round = 0; round < 120; round++) {
      const conditions = crispConditions(3 + (round % 3));
      const rows = allRows(conditions).filter(() => random() < 0.7);
      const roles = rows.map(() => random() < 0.5);
      const positives = rows.filter((_, r) => roles[r]);
      const negatives = rows.filter((_, r) => !roles[r]);
      const { termsPerModel } = findMinimalModels(positives, negatives, conditions, {
        rowDominance: false,
        limits: defaultSearchLimits,
      });
      const least = leastTerms(positives, negatives, conditions, 1e5);
      expect(least).toBeLessThanOrEqual(termsPerModel);
      if (least === termsPerModel) equal++;
      const greedy = coverGreedily(positives, negatives, conditions);
      expect(positives.every((row) => greedy.some((cube) => cubeContains(cube, row)))).toBe(true);
      const primes = texts(naivePrimeImplicants(positives, negatives, conditions));
      expect(texts(greedy).every((cube) => primes.includes(cube))).toBe(true);
    }
    expect(equal).toBeGreaterThan(40);
  });

  it('bounds the models of a search that was cut', () => {
    const random = mulberry(71);
    for (let round = 0; round < 30; round++) {
      const conditions = crispConditions(8);
      const rows = allRows(conditions).filter(() => random() < 0.1);
      const roles = rows.map(() => random() < 0.5);
      const positives = rows.filter((_, r) => roles[r]);
      const negatives = rows.filter((_, r) => !roles[r]);
      const solve = (primeImplicants: number) =>
        findMinimalModels(positives, negatives, conditions, {
          rowDominance: false,
          limits: { ...defaultSearchLimits, primeImplicants },
        });
      const whole = solve(1e6);
      const cut = solve(5);
      expect([cut.complete, cut.modelCountExact]).toEqual([false, false]);
      expect(cut.lowerBound).toBeLessThanOrEqual(whole.termsPerModel);
      expect(cut.termsPerModel).toBeGreaterThanOrEqual(whole.termsPerModel);
      for (const model of cut.models)
        expect(positives.every((row) => model.some((t) => cubeContains(cut.terms[t]!.term, row)))).toBe(true);
    }
  });
});
