import { CoreError } from '../errors.ts';
import type { Estimand } from '../matching/estimand.ts';

/**
 * Inverse-probability weights h/e for the treated and h/(1 - e) for controls: h = 1 (ATE), e (ATT), 1 - e (ATC),
 * e (1 - e) (ATO), min(e, 1 - e) (ATM). Not normalised.
 *
 * @param propensity n probabilities, strictly between 0 and 1; @param treated n values, 0 or 1
 * @param stabilized times the group's share of all units
 * @param sampling n positive sampling weights by which that share is taken, or null for 1
 * @throws no-overlap where a probability is 0 or 1
 * Source: Li, Morgan and Zaslavsky 2018, doi:10.1080/01621459.2016.1260466; Li and Greene 2013, doi:10.1515/ijb-2012-0030.
 */
export function inverseProbabilityWeights(
  propensity: Float64Array,
  treated: Uint8Array,
  estimand: Estimand,
  stabilized: boolean,
  sampling: Float64Array | null = null,
): Float64Array<ArrayBuffer> {
  const share = shareOfTreated(treated, sampling);
  return Float64Array.from(propensity, (e, i) => {
    if (!(e > 0 && e < 1)) {
      throw new CoreError(
        'no-overlap',
        `The propensity of unit ${i} is ${e}; a weight needs one strictly between 0 and 1. Trim, or leave out terms.`,
        { row: i },
      );
    }
    const t = treated[i] === 1;
    const weight = tilt(e, estimand) / (t ? e : 1 - e);
    return stabilized ? weight * (t ? share : 1 - share) : weight;
  });
}

function shareOfTreated(treated: Uint8Array, sampling: Float64Array | null): number {
  let ofTreated = 0;
  let all = 0;
  for (let i = 0; i < treated.length; i++) {
    const size = sampling === null ? 1 : sampling[i]!;
    all += size;
    if (treated[i] === 1) ofTreated += size;
  }
  return ofTreated / all;
}

function tilt(e: number, estimand: Estimand): number {
  switch (estimand) {
    case 'ATE':
      return 1;
    case 'ATT':
      return e;
    case 'ATC':
      return 1 - e;
    case 'ATO':
      return e * (1 - e);
    case 'ATM':
      return Math.min(e, 1 - e);
  }
}

/** d weight / d linear predictor under a logit model, by unit; for ATM at the unit's side of the kink. */
export function inverseProbabilitySlopes(
  propensity: Float64Array,
  treated: Uint8Array,
  weights: Float64Array,
  estimand: Estimand,
): Float64Array<ArrayBuffer> {
  return Float64Array.from(propensity, (e, i) => {
    const w = weights[i]!;
    const t = treated[i] === 1;
    // d ln w / d eta = d ln h / d eta - (1 - e) for treated, + e for controls
    const own = t ? -(1 - e) : e;
    switch (estimand) {
      case 'ATE':
        return w * own;
      case 'ATT':
        return w * (1 - e + own);
      case 'ATC':
        return w * (-e + own);
      case 'ATO':
        return w * (1 - 2 * e + own);
      case 'ATM':
        return w * ((e < 0.5 ? 1 - e : -e) + own);
    }
  });
}
