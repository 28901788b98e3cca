import { CoreError } from '../errors.ts';

/**
 * Quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan 1996, doi:10.2307/2684934).
 *
 * @param sorted ascending, finite, at least one value; read only
 * @param p in [0, 1]
 * @throws empty-group without values; invalid-argument for p outside [0, 1]
 */
export function quantileType7(sorted: Float64Array, p: number): number {
  const n = sorted.length;
  if (n === 0) throw new CoreError('empty-group', 'A quantile needs at least one value, none was given.', { n });
  if (!(p >= 0 && p <= 1)) {
    throw new CoreError('invalid-argument', `A quantile needs a probability in [0, 1], not ${p}.`, { received: p });
  }
  const position = (n - 1) * p;
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, n - 1)]!;
  return low + (position - below) * (high - low);
}
