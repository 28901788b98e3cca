/** Ten ways in which a study goes wrong, sound studies, and sound ones with a hidden cause too weak to be seen. */
export const modes = [
  'sound',
  'hidden-confounder',
  'no-overlap',
  'few-clusters',
  'attrition',
  'interference',
  'pre-trend',
  'wrong-level',
  'regression-to-the-mean',
  'seasonal-shock',
  'selective-reporting',
  'weak-hidden-confounder',
] as const;
export type Mode = (typeof modes)[number];

export type Method = 'nearest' | 'nearest-two' | 'nearest-again' | 'nearest-far' | 'weights' | 'entropy-balancing';

/**
 * A process that makes studies. Outcomes have a residual variance of 1 within a wave, of which `stable` belongs to the
 * household; covariates add `fit`. Everything is drawn once for a design; a redraw draws people.
 */
export interface Scenario {
  readonly mode: Mode;
  readonly number: number;
  /** whether the failure works on something that the study measures, and by more than it measures by chance */
  readonly isTraced: boolean;
  readonly units: number;
  readonly treatedShare: number;
  readonly covariates: number;
  /** how strongly the covariates drive the treatment (log odds per standard deviation) */
  readonly selection: number;
  readonly fit: number;
  readonly stable: number;
  readonly effect: number;
  /** change of the effect per standard deviation of the covariates, as a share of it */
  readonly heterogeneity: number;
  readonly method: Method;
  /** whether the outcome at the baseline is a covariate */
  readonly hasBaseline: boolean;
  readonly outcomeIs: 'level' | 'change';
  readonly hasPreperiod: boolean;
  readonly collectives: Collectives | null;
  /** a cause of treatment (log odds) and outcome that nobody measures */
  readonly hidden: { readonly pull: number; readonly push: number; readonly from: 'always' | 'follow-up' } | null;
  /** log odds of the treatment per unit of the residual outcome at the baseline */
  readonly pullOfBaseline: number;
  /** change per wave of those who will be treated, whatever they do */
  readonly trend: { readonly slope: number; readonly from: 'before' | 'baseline' } | null;
  /** change of a control for a share of 1 of treated neighbours */
  readonly spillover: number;
  /** share that drops out by group, and whether the worst (-1), anybody (0) or the best (1) do */
  readonly dropOut: { readonly treated: DropOut; readonly control: DropOut };
  /** slope of what happens up to the follow-up beyond 0.8 standard deviations of the covariates, where hardly a control is */
  readonly bend: number;
  /** share of the months of the follow-up that are another season; `before-after` has no comparison group but the past */
  readonly season: { readonly otherMonths: number; readonly isBeforeAfter: boolean; readonly shift: number };
  /** outcomes of which the one that looks best is shown: the others read under other seals, without one, or elsewhere */
  readonly fishing: {
    readonly outcomes: number;
    readonly shown: 'unplanned' | 'unsealed' | 'sealed-afterwards';
  } | null;
}

export interface Collectives {
  readonly count: number;
  /** who is treated: households, whole collectives, or whole ones up to some households */
  readonly assignment: 'households' | 'whole' | 'mostly';
  readonly treated: number;
  /** variance of collectives that stays, and of what happens to them in a wave */
  readonly stable: number;
  readonly shock: number;
  /** standard deviation over collectives of the log odds of treatment */
  readonly unevenness: number;
  /** standard deviation of the shock of treated collectives at follow-up, times that of the others */
  readonly odd: number;
  /** share of a collective that does otherwise, where it is `mostly` treated or not */
  readonly mixed: number;
  readonly isKnown: boolean;
}

export interface DropOut {
  readonly share: number;
  readonly who: -1 | 0 | 1;
}
