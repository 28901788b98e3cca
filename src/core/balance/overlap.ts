/** How much the score distributions of both groups share. */
export interface Overlap {
  readonly treated: { readonly minimum: number; readonly maximum: number };
  readonly control: { readonly minimum: number; readonly maximum: number };
  /** share of the focal group outside the range of the other group */
  readonly focalOutside: number;
  /** sum over the bins of the smaller of both shares, 0 (apart) to 1 (equal) */
  readonly coefficient: number;
  readonly bins: readonly {
    readonly from: number;
    readonly to: number;
    readonly treated: number;
    readonly control: number;
  }[];
}

/**
 * Overlap of a score between the groups, with a histogram of `binCount` equal bins over the joint range.
 *
 * @param score n finite scores; @param treated n values, 0 or 1, both occurring; @param focal value of the focal group
 * Cost: two passes. Source: overlapping coefficient, Inman and Bradley 1989, doi:10.1080/03610928908830127 (on bins).
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
  const from = Math.min(...low);
  const to = Math.max(...high);
  const width = (to - from) / binCount;
  const counts = [new Uint32Array(binCount), new Uint32Array(binCount)];
  let outside = 0;
  for (let i = 0; i < score.length; i++) {
    const g = treated[i]!;
    if (g === focal && (score[i]! < low[1 - focal]! || score[i]! > high[1 - focal]!)) outside++;
    const bin = width > 0 ? Math.min(binCount - 1, Math.floor((score[i]! - from) / width)) : 0;
    counts[g]![bin] = counts[g]![bin]! + 1;
  }
  let coefficient = 0;
  for (let b = 0; b < binCount; b++) coefficient += Math.min(counts[0]![b]! / size[0]!, counts[1]![b]! / size[1]!);
  return {
    treated: { minimum: low[1]!, maximum: high[1]! },
    control: { minimum: low[0]!, maximum: high[0]! },
    focalOutside: outside / size[focal]!,
    coefficient,
    bins: Array.from({ length: binCount }, (_, b) => ({
      from: from + b * width,
      to: b === binCount - 1 ? to : from + (b + 1) * width,
      treated: counts[1]![b]!,
      control: counts[0]![b]!,
    })),
  };
}
