import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BlockRules, feasibleMixes, type MixConstraints } from '../../../src/core/recommend/feasible-mixes.ts';

const free: MixConstraints = { budget: null, maximumSize: 4, required: [], excluded: [] };
const block = (id: string, cost = 1, prerequisites: string[] = [], excludes: string[] = []): BlockRules => ({
  id,
  cost,
  prerequisites,
  excludes,
});

/** Every subset, kept when it obeys each rule read literally. */
function bruteForce(blocks: readonly BlockRules[], constraints: MixConstraints): string[] {
  const found: string[] = [];
  for (let bits = 1; bits < 2 ** blocks.length; bits++) {
    const mix = blocks.filter((_, j) => bits & (2 ** j));
    const ids = mix.map(({ id }) => id);
    const cost = mix.reduce((sum, b) => sum + b.cost, 0);
    const ok =
      ids.length <= constraints.maximumSize &&
      (constraints.budget === null || cost <= constraints.budget + 1e-9) &&
      constraints.required.every((id) => ids.includes(id)) &&
      !constraints.excluded.some((id) => ids.includes(id)) &&
      mix.every((b) => b.prerequisites.every((id) => ids.includes(id)) && !b.excludes.some((id) => ids.includes(id)));
    if (ok) found.push(blocks.map((_, j) => (bits & (2 ** j) ? 1 : 0)).join(''));
  }
  return found.sort();
}

const rows = (flags: Uint8Array, width: number) =>
  Array.from({ length: flags.length / width }, (_, i) => flags.subarray(i * width, (i + 1) * width).join(''));

describe('feasibleMixes', () => {
  test('it gives exactly the subsets that obey every rule', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const some = (most: number) => fc.subarray(ids, { maxLength: most });
    fc.assert(
      fc.property(
        fc.tuple(...ids.map(() => fc.record({ cost: fc.integer({ min: 0, max: 9 }), needs: some(1), bars: some(1) }))),
        fc.option(fc.integer({ min: 0, max: 30 }), { nil: null }),
        fc.integer({ min: 1, max: 6 }),
        some(1),
        some(2),
        (rules, budget, maximumSize, required, excluded) => {
          const blocks = rules.map(({ cost, needs, bars }, j) =>
            block(
              ids[j]!,
              cost,
              needs.filter((id) => id !== ids[j]),
              bars.filter((id) => id !== ids[j]),
            ),
          );
          const constraints = { budget, maximumSize, required, excluded };
          const expected = bruteForce(blocks, constraints);
          if (expected.length === 0) {
            expect(() => feasibleMixes(blocks, constraints)).toThrow(
              expect.objectContaining({ code: 'invalid-argument' }),
            );
          } else expect(rows(feasibleMixes(blocks, constraints), 6).sort()).toEqual(expected);
        },
      ),
      { numRuns: 300, seed: 20260101 },
    );
  });

  test.each<[string, readonly BlockRules[], Partial<MixConstraints>, readonly string[], RegExp]>([
    ['a budget below every mix', [block('a', 20), block('b', 30)], { budget: 10 }, ['budget'], /costs 20 euro/],
    [
      'a block both required and excluded',
      [block('a'), block('b')],
      { required: ['a'], excluded: ['a'] },
      ['required', 'excluded'],
      /a is both/,
    ],
    [
      'two required blocks that exclude each other',
      [block('a', 1, [], ['b']), block('b')],
      { required: ['a', 'b'] },
      ['required', 'excludes'],
      /exclude each other/,
    ],
    [
      'too small a mix for the prerequisites',
      [block('a', 1, ['b']), block('b')],
      { required: ['a'], maximumSize: 1 },
      ['maximumSize', 'required'],
      /has 2 blocks/,
    ],
    [
      'an excluded prerequisite',
      [block('a', 1, ['b']), block('b')],
      { required: ['a'], excluded: ['b'] },
      ['excluded', 'required'],
      /Exclude less/,
    ],
    [
      'a prerequisite outside the catalogue',
      [block('a', 1, ['z']), block('b')],
      { required: ['a'] },
      ['required', 'prerequisites', 'excludes'],
      /Require fewer/,
    ],
  ])('%s is refused and the clash is named', (_, blocks, constraints, clash, message) => {
    expect(() => feasibleMixes(blocks, { ...free, ...constraints })).toThrow(
      expect.objectContaining({
        code: 'invalid-argument',
        details: { clash },
        message: expect.stringMatching(message),
      }),
    );
  });

  test('an unknown block is refused, with the known ones', () => {
    expect(() => feasibleMixes([block('a')], { ...free, required: ['z'] })).toThrow(
      expect.objectContaining({ code: 'unknown-variable', message: expect.stringContaining('"z"') }),
    );
  });

  test('eight free blocks in mixes of up to four give 162 mixes, smallest first', () => {
    const mixes = rows(
      feasibleMixes(
        [...'abcdefgh'].map((id) => block(id)),
        free,
      ),
      8,
    );
    expect(mixes.length).toBe(8 + 28 + 56 + 70);
    expect(mixes[0]).toBe('10000000');
    expect(mixes[8]).toBe('11000000');
  });
});
