/**
 * Share of the months of the year of the follow-up that are not among those of the baseline: 0 where both cover the same
 * season. Waves are years (2023), quarters (2023-Q1, 2023Q1), months (2023-01) or days (2023-01-15).
 *
 * @param baseline labels of the waves, at least one; @param followUp the same
 * @returns null where a label is none of these
 *
 * @example
 * otherMonths(['2022-01', '2022-02'], ['2023-02', '2023-03']); // → 0.5
 */
export function otherMonths(baseline: readonly string[], followUp: readonly string[]): number | null {
  const before = monthsOf(baseline);
  const after = monthsOf(followUp);
  if (before === null || after === null) return null;
  return [...after].filter((month) => !before.has(month)).length / after.size;
}

function monthsOf(waves: readonly string[]): ReadonlySet<number> | null {
  const months = new Set<number>();
  for (const wave of waves) {
    const [first, count] = spanOf(wave) ?? [0, 0];
    if (count === 0) return null;
    for (let m = 0; m < count; m++) months.add(first + m);
  }
  return months;
}

/** First month of a wave and how many it holds. */
function spanOf(wave: string): readonly [number, number] | null {
  if (/^\d{4}$/.test(wave)) return [1, 12];
  const quarter = /^\d{4}-?Q([1-4])$/.exec(wave);
  if (quarter) return [3 * Number(quarter[1]) - 2, 3];
  const month = Number(/^\d{4}-(\d{2})(?:-\d{2})?$/.exec(wave)?.[1]);
  return month >= 1 && month <= 12 ? [month, 1] : null;
}
