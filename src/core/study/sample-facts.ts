import type { ComparedMeans } from '../balance/balance-table.ts';
import type { Overlap } from '../balance/overlap.ts';
import type { Inference } from '../effects/choose-inference.ts';
import type { LostUnits } from '../effects/lose-units.ts';
import type { GroupCounts } from '../effects/study-balance.ts';
import type { Estimand } from '../matching/estimand.ts';

/** Units that a study began with and those whose outcome is known at the end. */
export interface FollowedUp {
  readonly begun: number;
  readonly observed: number;
}

/** What of a verdict's facts is known of a sample without any value of the outcome. */
export interface SampleFacts {
  readonly overlap: {
    /** share of the focal group that is not in the sample */
    readonly leftOut: number;
    /** share of the focal group with a score outside the range of the other */
    readonly outside: number | null;
    readonly coefficient: number | null;
    readonly equipoise: number | null;
  };
  /**
   * of the sample; `error` = standard error of the difference, in the same standard deviations; null = the means differ and the
   * group of the denominator does not vary
   */
  readonly balance: readonly {
    readonly variable: string;
    readonly difference: number | null;
    readonly error: number;
    readonly varianceRatio: number | null;
    readonly logRatioError: number;
  }[];
  readonly sample: {
    /** of the smaller group */
    readonly effectiveUnits: number;
    /** effective by matched units, of the group where it is smaller */
    readonly effectiveShare: number;
  };
  /** where inference goes by clusters, those of the smaller group */
  readonly clusters: { readonly fewest: number } | null;
  /** units that were matched, by group, and those of them whose outcome is known */
  readonly attrition: { readonly treated: FollowedUp; readonly control: FollowedUp };
}

type Groups = { readonly treated: GroupCounts; readonly control: GroupCounts };

/** A sample as it was designed, and what is left of it at follow-up. */
export interface JudgedSample {
  readonly estimand: Estimand;
  /** of the design */
  readonly groups: Groups;
  readonly overlap: Pick<Overlap, 'focalOutside' | 'coefficient'> | null;
  readonly equipoise: number | null;
  /** of those who are left */
  readonly balance: readonly { readonly variable: string; readonly after: ComparedMeans }[];
  readonly left: Groups;
  readonly lost: { readonly treated: LostUnits; readonly control: LostUnits };
  readonly clusters: Inference['clusters'];
}

/** The facts of a sample; no value of the outcome is among them. */
export function sampleFactsOf({
  estimand,
  groups,
  overlap,
  equipoise,
  balance,
  left: { treated, control },
  lost,
  clusters,
}: JudgedSample): SampleFacts {
  const focal = groups[estimand === 'ATC' ? 'control' : 'treated'];
  return {
    overlap: {
      leftOut: 1 - focal.matched / focal.all,
      outside: overlap?.focalOutside ?? null,
      coefficient: overlap?.coefficient ?? null,
      equipoise,
    },
    balance: balanceFacts(balance, treated.effective, control.effective),
    sample: {
      effectiveUnits: Math.min(treated.effective, control.effective),
      effectiveShare: Math.min(treated.effective / treated.matched, control.effective / control.matched),
    },
    clusters: clusters === null ? null : { fewest: Math.min(clusters.treated, clusters.control) },
    attrition: { treated: followedUp(lost.treated), control: followedUp(lost.control) },
  };
}

const followedUp = ({ matched, unknown }: LostUnits): FollowedUp => ({ begun: matched, observed: matched - unknown });

/** Standard errors of differences and of log variance ratios of normal variables, from the effective sizes. */
function balanceFacts(balance: JudgedSample['balance'], treated: number, control: number): SampleFacts['balance'] {
  const error = Math.sqrt(1 / treated + 1 / control);
  const degrees = (effective: number): number => Math.max(1, effective - 1);
  const logRatioError = Math.sqrt(2 / degrees(treated) + 2 / degrees(control));
  return balance.map(({ variable, after }) => ({
    variable,
    difference: after.standardizedMeanDifference ?? (after.meanTreated === after.meanControl ? 0 : null),
    error,
    varianceRatio: after.varianceRatio,
    logRatioError,
  }));
}
