import { sampleStandardDeviation } from '../stats/moments.ts';

/** A caliper as it is asked for: `sd` counts in standard deviations over all units that were not discarded. */
export interface CaliperSetting {
  readonly width: number;
  readonly unit: 'sd' | 'raw';
}

/**
 * Width in raw units. The standard deviation is the plain one (n - 1) over all eligible units, both groups together.
 *
 * @throws empty-group with fewer than two eligible units and unit `sd`
 */
export function caliperWidth(
  values: Float64Array,
  eligible: Uint8Array | null,
  { width, unit }: CaliperSetting,
): number {
  if (unit === 'raw') return width;
  return width * sampleStandardDeviation(eligible === null ? values : eligibleOf(values, eligible));
}

/** A loop: a call for each of a million values costs more than the deviation. */
function eligibleOf(values: Float64Array, eligible: Uint8Array): Float64Array {
  const used = new Float64Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) if (eligible[i] === 1) used[count++] = values[i]!;
  return used.subarray(0, count);
}
