import { describe, expect, it } from 'vitest';
import { designs, simulate } from '../../bench/simulate/designs.ts';
import { typescriptKernels } from '../../src/core/linalg/typescript-kernels.ts';

/** Runs of the short form; `npm run simulate` does 2000 and its results are stored in bench/results/simulate.json. */
const runs = 60;

describe('over simulated studies with a known effect', () => {
  it.each(
    designs,
  )('$name: intervals hold the truth as often as they should, and what would not is refused', (design) => {
    for (const { metric, value, goal } of simulate(design, runs, 7, typescriptKernels)) {
      const { least, most } = design.goals[metric]!;
      if (metric.startsWith('refuses')) expect(value, metric).toBe(1);
      else if (metric === 'coverage-if-independent') expect(value, metric).toBeLessThan(0.9);
      else {
        // 99.9 % of a binomial share of 60 runs around the nearest end of the goal
        const slack = (end: number) => 3.3 * Math.sqrt((end * (1 - end)) / runs);
        expect(value, `${metric}, goal ${goal}`).toBeGreaterThanOrEqual(least - slack(least));
        expect(value, `${metric}, goal ${goal}`).toBeLessThanOrEqual(Math.min(1, most + slack(most)));
      }
    }
  });
});
