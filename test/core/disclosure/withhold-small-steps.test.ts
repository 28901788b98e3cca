import { describe, expect, it } from 'vitest';
import { withholdSmallSteps } from '../../../src/core/disclosure/withhold-small-steps.ts';

describe('a flow of units', () => {
  it('shows a step that left out nobody or at least the minimum', () => {
    expect(withholdSmallSteps([100, 100, 90, 60], 10)).toEqual([100, 100, 90, 60]);
  });

  it('withholds a step that left out a few, and counts the next from the last one shown', () => {
    expect(withholdSmallSteps([100, 97, 92, 85], 10)).toEqual([100, null, null, 85]);
    expect(withholdSmallSteps([100, 97, 97], 10)).toEqual([100, null, null]);
  });
});
