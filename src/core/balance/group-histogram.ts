/** How many units of each group have a value in [from, to). */
export interface GroupBin {
  readonly from: number;
  readonly to: number;
  readonly treated: number;
  readonly control: number;
}

/**
 * A histogram of both groups, with at most `binCount` + 1 equal bins. Their width is 1, 2 or 5 times a power of ten and their
 * edges are multiples of it, so that no edge is the value of a unit.
 *
 * @param values n finite numbers; @param treated n values, 0 or 1; @param rows the rows that count, or null for all
 * Cost: two passes.
 */
export function groupHistogram(
  values: Float64Array,
  treated: Uint8Array,
  rows: Uint32Array | null,
  binCount: number,
): readonly GroupBin[] {
  const size = rows === null ? values.length : rows.length;
  const rowAt = (i: number): number => (rows === null ? i : rows[i]!);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < size; i++) {
    low = Math.min(low, values[rowAt(i)]!);
    high = Math.max(high, values[rowAt(i)]!);
  }
  const width = roundWidth((high - low) / binCount);
  const first = Math.floor(low / width);
  const bins = Math.floor(high / width) - first + 1;
  const counts = [new Uint32Array(bins), new Uint32Array(bins)] as const;
  for (let i = 0; i < size; i++) {
    const bin = Math.floor(values[rowAt(i)]! / width) - first;
    counts[treated[rowAt(i)] as 0 | 1][bin]!++;
  }
  return Array.from({ length: bins }, (_, b) => ({
    from: (first + b) * width,
    to: (first + b + 1) * width,
    treated: counts[1][b]!,
    control: counts[0][b]!,
  }));
}

/** The smallest of 1, 2 and 5 times a power of ten that is at least `width`; 1 where all values are equal. */
function roundWidth(width: number): number {
  if (!(width > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(width));
  return power * ([1, 2, 5].find((step) => step * power >= width) ?? 10);
}
