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
 * Overlap of a score between the groups, with a histogram of at most `binCount` + 1 equal bins. Their width is 1, 2 or 5
 * times a power of ten and their edges are multiples of it, so that no edge is the score of a unit.
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
  const width = roundWidth((to - from) / binCount);
  const firstBin = Math.floor(from / width);
  const bins = Math.floor(to / width) - firstBin + 1;
  const counts = [new Uint32Array(bins), new Uint32Array(bins)];
  let outside = 0;
  for (let i = 0; i < score.length; i++) {
    const g = treated[i]!;
    if (g === focal && (score[i]! < low[1 - focal]! || score[i]! > high[1 - focal]!)) outside++;
    const bin = Math.floor(score[i]! / width) - firstBin;
    counts[g]![bin] = counts[g]![bin]! + 1;
  }
  let coefficient = 0;
  for (let b = 0; b < bins; b++) coefficient += Math.min(counts[0]![b]! / size[0]!, counts[1]![b]! / size[1]!);
  return {
    treated: { minimum: low[1]!, maximum: high[1]! },
    control: { minimum: low[0]!, maximum: high[0]! },
    focalOutside: outside / size[focal]!,
    coefficient,
    bins: Array.from({ length: bins }, (_, b) => ({
      from: (firstBin + b) * width,
      to: (firstBin + b + 1) * width,
      treated: counts[1]![b]!,
      control: counts[0]![b]!,
    })),
  };
}

/** The smallest of 1, 2 and 5 times a power of ten that is at least `width`; 1 where all scores are equal. */
function roundWidth(width: number): number {
  if (!(width > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(width));
  return power * ([1, 2, 5].find((step) => step * power >= width) ?? 10);
}
