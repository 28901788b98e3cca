import { describe, expect, test } from 'vitest';
import { normalQuantile } from '../../../src/core/stats/normal-quantile.ts';

/** mpmath 1.3.0 at 40 digits: root of log ncdf(x) = log p, p the double nearest to the number written; rounded to doubles. */
const reference = [
  [1e-300, -37.0470962993612],
  [1e-20, -9.262340089798407],
  [1e-8, -5.612001244174789],
  [0.001, -3.0902323061678136],
  [0.025, -1.9599639845400543],
  [0.07, -1.4757910281791706],
  [0.1, -1.2815515655446004],
  [0.3, -0.5244005127080408],
  [0.6, 0.2533471031357997],
  [0.975, 1.9599639845400538],
  [0.999999, 4.753424308817087],
] as const;

describe('normalQuantile', () => {
  test.each(reference)('at probability %d it is %d to 1e-15 relative', (probability, z) => {
    expect(Math.abs(normalQuantile(probability) / z - 1)).toBeLessThan(1e-15);
  });

  test('the median is exactly 0', () => {
    expect(normalQuantile(0.5)).toBe(0);
  });

  test.each([0, 1, -0.1, 1.1, Number.NaN])('probability %d is refused', (probability) => {
    expect(() => normalQuantile(probability)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
});
