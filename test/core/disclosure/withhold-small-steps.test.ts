import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withholdSmallSteps } from '../../../src/core/disclosure/withhold-small-steps.ts';

describe('a flow of units', () => {
  it('shows a step that left out nobody or at least the minimum', () => {
    expect(withholdSmallSteps([100, 100, 90, 60], 10)).toEqual([100, 100, 90, 60]);
    expect(withholdSmallSteps([40, 0], 10)).toEqual([40, 0]);
  });

  it('keeps the last count, and withholds those before it that would show how few were left out', () => {
    expect(withholdSmallSteps([100, 97, 92, 85], 10)).toEqual([null, 97, null, 85]);
    expect(withholdSmallSteps([100, 97, 97], 10)).toEqual([null, 97, 97]);
  });

  it('shows no small count, and no small difference of two counts', () => {
    expect(withholdSmallSteps([40, 14, 6], 10)).toEqual([40, 14, null]);
    fc.assert(
      fc.property(fc.array(fc.nat(50)), (counts) => {
        const shown = withholdSmallSteps(
          counts.toSorted((a, b) => b - a),
          10,
        ).filter((n) => n !== null);
        for (const n of shown) {
          expect(n > 0 && n < 10).toBe(false);
          for (const other of shown) expect(n - other > 0 && n - other < 10).toBe(false);
        }
      }),
    );
  });
});
