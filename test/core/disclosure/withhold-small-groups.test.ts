import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withholdSmallGroups } from '../../../src/core/disclosure/withhold-small-groups.ts';

describe('withholding small groups', () => {
  it('shows everything where every group is large enough', () => {
    expect(withholdSmallGroups([10, 25, 0], 10)).toEqual({ groups: [null, null, null], total: null });
  });

  it('withholds a second group where one small one could be found from the total', () => {
    expect(withholdSmallGroups([3, 40, 12], 10)).toEqual({
      groups: ['small-group', null, 'protects-other'],
      total: null,
    });
  });

  it('withholds a third where two small ones together are still fewer than the minimum', () => {
    expect(withholdSmallGroups([3, 4, 40, 12], 10)).toEqual({
      groups: ['small-group', 'small-group', null, 'protects-other'],
      total: null,
    });
  });

  it('withholds the total where no group is left to hide behind', () => {
    expect(withholdSmallGroups([3], 10)).toEqual({ groups: ['small-group'], total: 'small-group' });
    expect(withholdSmallGroups([3, 0, 0], 10).total).toBe('small-group');
    expect(withholdSmallGroups([5, 5], 10)).toEqual({ groups: ['small-group', 'small-group'], total: null });
  });

  it('never lets an attacker find a group below the minimum by taking shown groups from the total', () => {
    const counts = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(counts, fc.integer({ min: 2, max: 12 }), (n, minimum) => {
        const { groups, total } = withholdSmallGroups(n, minimum);
        for (const [g, count] of n.entries())
          if (groups[g] === null) expect(count === 0 || count >= minimum).toBe(true);
        const hidden = n.filter((_, g) => groups[g] !== null);
        const sum = n.reduce((a, b) => a + b, 0);
        if (total !== null || sum === 0) return;
        expect(sum).toBeGreaterThanOrEqual(minimum);
        // What remains of the total is nothing, or at least two groups of at least the minimum together.
        const rest = hidden.reduce((a, b) => a + b, 0);
        expect(hidden.length === 0 || (hidden.length >= 2 && rest >= minimum)).toBe(true);
      }),
    );
  });
});
