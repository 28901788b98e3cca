/**
 * The earliest of some periods in the same season as the last: June with June, the second quarter with the second quarter.
 * Gas of July beside gas of January says nothing about saving. Labels without a season (years) give the first period.
 */
export function sameSeason<Period extends { readonly period: string }>(periods: readonly Period[]): Period | undefined {
  const season = (label: string) => /^\d{4}-?(.+)$/.exec(label)?.[1] ?? '';
  const last = periods.at(-1);
  return last && periods.find(({ period }) => season(period) === season(last.period));
}
