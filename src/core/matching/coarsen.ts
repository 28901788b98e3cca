import { CoreError } from '../errors.ts';
import { argsort } from '../stats/argsort.ts';
import { quantileType7 } from '../stats/quantile.ts';

/** How a numeric variable is cut into intervals, closed on the left: a value equal to a break belongs above it. */
export type Coarsening =
  | { readonly bins: number | 'sturges' }
  | { readonly cutPoints: readonly number[] }
  | { readonly quantileBins: number };

/**
 * Interval number of each value.
 *
 * `bins`: that many equal-width intervals of [min, max], where a value within 1e-7 of a width of a break is on it, so that the
 * unit of a variable decides nothing; `sturges`: ceiling(log2 n + 1) of them; `cutPoints`: inner breaks; `quantileBins`: inner
 * breaks at the type 7 quantiles.
 * @param values n finite numbers; read only
 * @throws invalid-argument for a number of bins that is not whole and positive, or cut points that are not finite
 * Cost: O(n log bins). Source: Iacus, King and Porro 2012, doi:10.1093/pan/mpr013.
 */
export function coarsen(values: Float64Array, coarsening: Coarsening): Int32Array<ArrayBuffer> {
  if ('bins' in coarsening) return equalWidth(values, coarsening.bins);
  const breaks = innerBreaks(values, coarsening);
  return Int32Array.from(values, (value) => countAtOrBelow(breaks, value));
}

/** Number of breaks <= value, in ascending `breaks`. */
export function countAtOrBelow(breaks: Float64Array, value: number): number {
  let low = 0;
  let high = breaks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (breaks[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function innerBreaks(values: Float64Array, coarsening: Exclude<Coarsening, { bins: unknown }>): Float64Array {
  if ('cutPoints' in coarsening) {
    if (coarsening.cutPoints.some((cut) => !Number.isFinite(cut))) {
      throw new CoreError('invalid-argument', 'Cut points must be finite numbers.', {
        cutPoints: coarsening.cutPoints,
      });
    }
    return Float64Array.from(coarsening.cutPoints).sort();
  }
  const bins = wholeBins(coarsening.quantileBins);
  const order = argsort(values);
  const sorted = Float64Array.from(order, (row) => values[row]!);
  return Float64Array.from({ length: bins - 1 }, (_, b) => quantileType7(sorted, (b + 1) / bins));
}

function equalWidth(values: Float64Array, asked: number | 'sturges'): Int32Array<ArrayBuffer> {
  const bins = asked === 'sturges' ? Math.ceil(Math.log2(values.length) + 1) : wholeBins(asked);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  if (!(high > low)) return new Int32Array(values.length);
  return Int32Array.from(values, (value) => {
    const place = ((value - low) / (high - low)) * bins;
    const nearest = Math.round(place);
    return Math.min(bins - 1, Math.abs(place - nearest) < 1e-7 ? nearest : Math.floor(place));
  });
}

function wholeBins(bins: number): number {
  if (Number.isInteger(bins) && bins >= 1) return bins;
  throw new CoreError('invalid-argument', `The number of bins must be a whole number from 1, not ${bins}.`, {
    received: bins,
  });
}
