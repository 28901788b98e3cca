import { normalCdf, normalDensity, normalUpperTail } from '../stats/normal.ts';

export type Link = 'logit' | 'probit' | 'cloglog';

/** Mean and its derivative at one linear predictor; `complement` = 1 - mean without cancellation. */
export interface LinkValue {
  mean: number;
  complement: number;
  slope: number;
}

/** Writes mean, complement and slope of a link at `eta` into `out`; the logit has a pass of its own (`logisticPass`). */
export function evaluateLink(link: Exclude<Link, 'logit'>, eta: number, out: LinkValue): void {
  if (link === 'probit') {
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
