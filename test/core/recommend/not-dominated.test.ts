import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { notDominated } from '../../../src/core/recommend/not-dominated.ts';

/** All non-empty mixes of J blocks. */
const allMixes = (J: number) =>
  Uint8Array.from({ length: (2 ** J - 1) * J }, (_, k) => ((Math.floor(k / J) + 1) >> (k % J)) & 1);

describe('a dominated mix', () => {
  it('is one from which a block can be left out without losing gain', () => {
    // blocks a, b: mixes a, b, ab; b harms beside a
    const keep = notDominated(allMixes(2), 2, Float64Array.from([3, -1, 2]));
    expect([0, 1, 2].map(keep)).toEqual([true, true, false]);
  });

  it('stays away when all blocks are needed together', () => {
    const keep = notDominated(allMixes(2), 2, Float64Array.from([1, 1, 3]));
    expect(keep(2)).toBe(true);
  });

  it('agrees with looking at every part of every mix', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 5 })
          .chain((J) =>
            fc.tuple(
              fc.constant(J),
              fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 2 ** J - 1, maxLength: 2 ** J - 1 }),
            ),
          ),
        ([J, gains]) => {
          const keep = notDominated(allMixes(J), J, Float64Array.from(gains));
          for (let mask = 1; mask < 2 ** J; mask++) {
            const parts = Array.from({ length: 2 ** J - 1 }, (_, i) => i + 1).filter(
              (p) => p !== mask && (p & mask) === p,
            );
            expect(keep(mask - 1)).toBe(parts.every((p) => gains[p - 1]! < gains[mask - 1]!));
          }
        },
      ),
    );
  });
});
