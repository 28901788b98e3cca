import type { StandardErrorRequest } from '../../core/effects/choose-inference.ts';
import type { BalanceOf } from '../../core/effects/study-balance.ts';
import type { Estimand } from '../../core/matching/estimand.ts';
import type { RiskSetSettings } from '../../core/panel/risk-set-moments.ts';
import { type FurtherSettings, noFurtherSettings } from './further-questions.ts';
import { completeDesign, type DesignRequest, type DesignSettings } from './study-design.ts';

export interface MatchingStudySettings extends FurtherSettings {
  readonly panel: string;
  /** null: the newest */
  readonly revision: number | null;
  /** a variable of 0 and 1, or a coded one with `treatedLevel` */
  readonly treatment: string;
  readonly treatedLevel: string | null;
  readonly outcome: string;
  /** `level`: the outcome at follow-up; `change`: minus the outcome at baseline */
  readonly outcomeIs: 'level' | 'change';
  /** terms: `income`, `age^2`, `log1p(gas)`, `income:tenure` */
  readonly covariates: readonly string[];
  /** wave or period before the treatment; null only for a panel of one wave */
  readonly baseline: string | null;
  /** wave or period of the outcome; null only for a panel of one wave */
  readonly followUp: string | null;
  /**
   * units enter the treatment at different waves: each is compared with units that are not treated yet, nor for the look-ahead;
   * null: one entry between `baseline` and `followUp`
   */
  readonly riskSets: RiskSetSettings | null;
  /** share of a period's waves in which the outcome must be observed */
  readonly minimumShare: number;
  readonly estimand: Estimand;
  readonly design: DesignSettings;
  /** numeric variable, before the treatment: how many of the population a unit stands for; null: all count the same */
  readonly samplingWeights: string | null;
  /** also the balance of squares, and of products of every two covariates */
  readonly balanceOf: BalanceOf;
  /** null: the collective column where there is one and the treatment does not vary within collectives */
  readonly cluster: string | null;
  /** `by-design`, or a method that was asked for; one that is not valid for the design is refused */
  readonly standardError: StandardErrorRequest;
  /** draws of a permutation test; null: 2000 where few clusters are compared, elsewhere none */
  readonly permutations: number | null;
  readonly confidence: number;
  readonly seed: number;
  /** also return pairs, scores and weights of units: a workspace result, for the operator only */
  readonly includeUnits: boolean;
}

/** What a caller must say; the rest has the defaults below. */
export type MatchingStudyRequest = Pick<MatchingStudySettings, 'panel' | 'treatment' | 'outcome' | 'covariates'> &
  Partial<Omit<MatchingStudySettings, 'design' | 'riskSets'>> & {
    readonly design?: DesignRequest;
    readonly riskSets?: (Pick<RiskSetSettings, 'after'> & Partial<RiskSetSettings>) | null;
  };

const defaults = {
  revision: null,
  treatedLevel: null,
  outcomeIs: 'level',
  baseline: null,
  followUp: null,
  minimumShare: 0.75,
  estimand: 'ATT',
  samplingWeights: null,
  balanceOf: 'covariates',
  cluster: null,
  standardError: 'by-design',
  permutations: null,
  ...noFurtherSettings,
  confidence: 0.95,
  seed: 1,
  includeUnits: false,
} as const;

export function completeStudy(request: MatchingStudyRequest): MatchingStudySettings {
  const { riskSets = null } = request;
  return {
    ...defaults,
    ...request,
    design: completeDesign(request.design),
    riskSets: riskSets && { lags: 1, lookAhead: riskSets.after, ...riskSets },
  };
}
