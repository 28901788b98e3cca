import { normalQuantile } from '../stats/normal-quantile.ts';

export interface PilotSize {
  /** households of a pilot in the place itself that would show the gain there */
  readonly householdsHere: number;
  /** places, with `householdsPerSite` households each, in which it would show that the mix works in places in general */
  readonly sites: number;
  readonly householdsPerSite: number;
}

/** Two-sided test at 5 %, power 80 %. */
const level = 0.05;
const power = 0.8;

/**
 * How large a pilot has to be to show a gain: z^2 v / gain^2 with z = z(1 - level / 2) + z(power), where v is the variance of its effect estimate. In the place
 * itself with n households v = perHousehold / n; over m places with h households each v = (betweenSites + perHousehold / h) / m.
 *
 * @param gain expected effect, above 0
 * @param betweenSites variance of true effects between places
 * @param perHousehold sampling variance of an effect estimate times its households, as past experiments of the same design had it
 * @param fewest households below which nothing is shown of a pilot
 * Source: the usual normal approximation, as in Cohen 1988, Statistical Power Analysis, ch. 2; sites as clusters, Donner and Klar 2000, ch. 5.
 */
export function pilotSize({
  gain,
  betweenSites,
  perHousehold,
  householdsPerSite,
  fewest,
}: {
  readonly gain: number;
  readonly betweenSites: number;
  readonly perHousehold: number;
  readonly householdsPerSite: number;
  readonly fewest: number;
}): PilotSize {
  const needed = ((normalQuantile(1 - level / 2) + normalQuantile(power)) / gain) ** 2;
  return {
    householdsHere: Math.max(fewest, Math.ceil(needed * perHousehold)),
    sites: Math.max(1, Math.ceil(needed * (betweenSites + perHousehold / householdsPerSite))),
    householdsPerSite,
  };
}
