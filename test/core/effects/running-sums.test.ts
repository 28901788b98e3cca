import { describe, expect, it } from 'vitest';
import { runningSums } from '../../../src/core/effects/running-sums.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';

/** 200 lists of 0 to 60 places in an order of 60 rows that may come more than once, and values of 40 rows. */
function randomLists(offset: number) {
  const random = createRandom(11, 'running-sums');
  const y = Float64Array.from({ length: 40 }, () => offset + random.normal());
  const order = Uint32Array.from({ length: 60 }, () => random.integer(40));
  const lists = Array.from({ length: 200 }, () => [random.integer(61), random.integer(61)].sort((a, b) => a - b));
  return { y, order, lists: lists as [number, number][] };
}

describe('sums along an order of rows', () => {
  it('give the sum of every list, however long, as adding up its values does', () => {
    const { y, order, lists } = randomLists(5);
    const { centre, sums } = runningSums({ order }, y);
    for (const [from, to] of lists) {
      let total = 0;
      for (let p = from; p < to; p++) total += y[order[p]!]!;
      expect(sums[to]! - sums[from]! + (to - from) * centre).toBeCloseTo(total, 10);
    }
  });

  it('give the variance of every list, also of values about a thousand million', () => {
    // y - 1e9 is exact here, so that the naive variance is of small numbers.
    const { y, order, lists } = randomLists(1e9);
    const { sums, squares } = runningSums({ order }, y);
    for (const [from, to] of lists.filter(([a, b]) => b - a > 1)) {
      const values = Array.from(order.subarray(from, to), (row) => y[row]! - 1e9);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const naive = values.reduce((a, b) => a + (b - mean) ** 2, 0);
      const total = sums[to]! - sums[from]!;
      expect(squares[to]! - squares[from]! - total ** 2 / (to - from)).toBeCloseTo(naive, 5);
    }
  });

  it('are about the mean along the order, in which a row counts as often as it comes', () => {
    const { centre, sums, squares } = runningSums({ order: Uint32Array.of(2, 0, 2) }, Float64Array.of(1, 100, 4));
    expect(centre).toBeCloseTo(3, 14);
    expect([...sums].map((v) => Math.round(v * 1e9) / 1e9)).toEqual([0, 1, -1, 0]);
    expect([...squares].map((v) => Math.round(v * 1e9) / 1e9)).toEqual([0, 1, 5, 6]);
  });

  it('are of nothing where the order is empty', () => {
    expect(runningSums({ order: new Uint32Array(0) }, Float64Array.of(1))).toEqual({
      centre: 0,
      sums: Float64Array.of(0),
      squares: Float64Array.of(0),
    });
  });
});
