import { type GroupBin, groupHistogram } from './group-histogram.ts';

/** How much the score distributions of both groups share. */
export interface Overlap {
  readonly treated: { readonly minimum: number; readonly maximum: number };
  readonly control: { readonly minimum: number; readonly maximum: number };
  /** share of the focal group outside the range of the other group */
  readonly focalOutside: number;
  /** sum over the bins of the smaller of both shares, 0 (apart) to 1 (equal) */
  readonly coefficient: number;
  readonly bins: readonly GroupBin[];
}

/**
 * Overlap of a score between the groups, with a histogram (see `groupHistogram`).
 *
 * @param score n finite scores; @param treated n values, 0 or 1, both occurring; @param focal value of the focal group
 * Cost: a few passes. Source: overlapping coefficient, Inman and Bradley 1989, doi:10.1080/03610928908830127 (on bins).
 */
export function overlapOf(score: Float64Array, treated: Uint8Array, focal: 0 | 1, binCount: number): Overlap {
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const size = [0, 0];
  for (let i = 0; i < score.length; i++) {
    const g = treated[i]!;
    size[g] = size[g]! + 1;
    low[g] = Math.min(low[g]!, score[i]!);
    high[g] = Math.max(high[g]!, score[i]!);
  }
  let outside = 0;
  for (let i = 0; i < score.length; i++) {
    if (treated[i] === focal && (score[i]! < low[1 - focal]! || score[i]! > high[1 - focal]!)) outside++;
  }
  const bins = groupHistogram(score, treated, null, binCount);
  let coefficient = 0;
  for (const { control, treated: own } of bins) coefficient += Math.min(control / size[0]!, own / size[1]!);
  return {
    treated: { minimum: low[1]!, maximum: high[1]! },
    control: { minimum: low[0]!, maximum: high[0]! },
    focalOutside: outside / size[focal]!,
    coefficient,
    bins,
  };
}

/**
 * Equipoise: the share of all units whose preference score lies between 0.3 and 0.7. The preference score is the propensity
 * freed from how common the treatment is: its log odds minus those of the treated share. Who lies in the middle could as
 * well have been treated as not.
 *
 * @param probability n propensities, strictly between 0 and 1; @param treated n values, 0 or 1, both occurring
 * Source: Walker et al. 2013, doi:10.2147/CER.S40357.
 *
 * @example
 * // half are treated, so that the preference is the propensity itself
 * equipoise(Float64Array.of(0.1, 0.35, 0.5, 0.65), Uint8Array.of(0, 1, 0, 1)); // → 0.75
 */
export function equipoise(probability: Float64Array, treated: Uint8Array): number {
  let ones = 0;
  for (let i = 0; i < treated.length; i++) ones += treated[i]!;
  const odds = ones / (treated.length - ones);
  let inside = 0;
  for (let i = 0; i < probability.length; i++) {
    const own = probability[i]! / (1 - probability[i]!) / odds;
    const preference = own / (1 + own);
    if (preference >= 0.3 && preference <= 0.7) inside++;
  }
  return inside / probability.length;
}
