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
  const used = eligible === null ? values : values.filter((_, i) => eligible[i] === 1);
  return width * sampleStandardDeviation(used);
}
