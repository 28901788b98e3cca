import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { PairSorter } from '../../../src/core/stats/pair-sorter.ts';

/** The obviously right order: a stable sort of pairs. */
function expected(values: Float64Array): number[] {
  return [...values.keys()].sort((a, b) => values[a]! - values[b]! || a - b).flatMap((i) => [values[i]!, i]);
}

const sorted = (values: Float64Array): number[] => [
  ...new PairSorter(values.length).sort(
    values,
    Float64Array.from(values, (_, i) => i),
  ),
];

describe('sorting numbers with companions', () => {
  it('is the stable order, whatever the values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -3, max: 3 })), {
          minLength: 1,
          maxLength: 200,
        }),
        (list) => {
          const values = Float64Array.from(list, (v) => v + 0); // -0 equals 0
          expect(sorted(values)).toEqual(expected(values));
        },
      ),
      { numRuns: 300 },
    );
  });

  const random = createRandom(3, 'pair-sorter');
  const shapes: Record<string, () => number> = {
    'spread evenly': () => random.uniform(),
    'in a few cells': () => random.integer(5),
    'with a far value': () => (random.integer(1000) === 0 ? 1e12 : random.normal()),
    'over hundreds of powers of ten': () => 10 ** (600 * random.uniform() - 300),
    'crowded at zero': () => random.normal() ** 9,
    'closer than numbers can tell apart': () => 1e300 + random.integer(3) * 2e284,
  };
  it.each(Object.keys(shapes))('is the stable order of many values %s', (shape) => {
    const values = new Float64Array(20_000).map(shapes[shape]!);
    expect(sorted(values)).toEqual(expected(values));
  });

  it('can be used again', () => {
    const sorter = new PairSorter(3);
    const companions = Float64Array.of(7, 8, 9);
    expect([...sorter.sort(Float64Array.of(3, 1, 2), companions)]).toEqual([1, 8, 2, 9, 3, 7]);
    expect([...sorter.sort(Float64Array.of(0, 0, -1), companions)]).toEqual([-1, 9, 0, 7, 0, 8]);
  });
});
