import { normalCdf, normalDensity, normalUpperTail } from '../stats/normal.ts';

export type Link = 'logit' | 'probit' | 'cloglog';

/** Mean and its derivative at one linear predictor; `complement` = 1 - mean without cancellation. */
export interface LinkValue {
  mean: number;
  complement: number;
  slope: number;
}

/** Writes mean, complement and slope of a link at `eta` into `out`. */
export function evaluateLink(link: Link, eta: number, out: LinkValue): void {
  if (link === 'logit') {
    const e = Math.exp(-Math.abs(eta));
    const small = e / (1 + e);
    const large = 1 / (1 + e);
    out.mean = eta >= 0 ? large : small;
    out.complement = eta >= 0 ? small : large;
    out.slope = small * large;
  } else if (link === 'probit') {
    out.mean = normalCdf(eta);
    out.complement = normalUpperTail(eta);
    out.slope = normalDensity(eta);
  } else {
    const rate = Math.exp(Math.min(eta, 700));
    out.mean = -Math.expm1(-rate);
    out.complement = Math.exp(-rate);
    out.slope = rate * out.complement;
  }
}
