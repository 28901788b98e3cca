/** The calendar year of a wave's label. */
export const yearOf = (wave: string): string => wave.slice(0, 4);

/**
 * The calendar years of which every month or quarter is a wave, and the others: the first half of a year is warmer or colder
 * than a year. Waves with other labels are taken as they are.
 */
export function wholeYears(waves: readonly string[]): {
  readonly years: readonly string[];
  readonly partial: readonly string[];
} {
  const all = [...new Set(waves.map(yearOf))];
  const perYear = waves.every((wave) => /^\d{4}-\d{2}$/.test(wave))
    ? 12
    : waves.every((wave) => /^\d{4}-?Q[1-4]$/.test(wave))
      ? 4
      : 1;
  const isWhole = (year: string) => waves.filter((wave) => yearOf(wave) === year).length >= perYear;
  return { years: all.filter(isWhole), partial: all.filter((year) => !isWhole(year)) };
}
