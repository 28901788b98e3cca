import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withholdInTables } from '../../../src/core/disclosure/withhold-in-tables.ts';
import { withholdSmallGroups } from '../../../src/core/disclosure/withhold-small-groups.ts';

describe('groups counted in several ways', () => {
  it('are shown where every way holds enough or none', () => {
    expect(
      withholdInTables(
        [
          [20, 30],
          [0, 30],
        ],
        10,
      ),
    ).toEqual({ groups: [null, null], total: null });
  });

  it('are withheld where one way holds few, with another that the same way would subtract it from', () => {
    expect(
      withholdInTables(
        [
          [20, 30, 40],
          [1, 30, 40],
        ],
        10,
      ).groups,
    ).toEqual(['small-group', 'protects-other', null]);
    expect(
      withholdInTables(
        [
          [20, 30],
          [1, 0],
        ],
        10,
      ),
    ).toEqual({
      groups: ['small-group', null],
      total: 'small-group',
    });
  });

  it('with one way are withheld as in one table', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { minLength: 1 }), (n) => {
        expect(withholdInTables([n], 10)).toEqual(withholdSmallGroups(n, 10));
      }),
    );
  });

  it('give no way whose hidden groups together are few', () => {
    const tables = fc
      .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 }))
      .chain(([groups, ways]) =>
        fc.array(fc.array(fc.nat(30), { minLength: groups, maxLength: groups }), { minLength: ways, maxLength: ways }),
      );
    fc.assert(
      fc.property(tables, (all) => {
        const { groups, total } = withholdInTables(all, 10);
        for (const counts of all) {
          const hidden = counts.filter((_, g) => groups[g] !== null).reduce((a, b) => a + b, 0);
          counts.forEach((n, g) => {
            if (n > 0 && n < 10) expect(groups[g]).not.toBeNull();
          });
          if (total === null) expect(hidden === 0 || hidden >= 10).toBe(true);
        }
      }),
    );
  });
});
