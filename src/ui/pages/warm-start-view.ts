import type { Warning } from '../../core/errors.ts';
import type { SameAnswer } from '../design/same-answer.ts';

export const verdicts = ['advice', 'cautious', 'borrow', 'abstain'] as const;
export type Verdict = (typeof verdicts)[number];

/** What the form offers: the parameters, goals and building blocks that the evidence knows. */
export interface WarmStartForm {
  readonly fields: readonly { readonly name: string; readonly title: string; readonly unit: string }[];
  readonly goals: readonly string[];
  readonly blocks: readonly BlockChoice[];
}

export interface BlockChoice {
  readonly id: string;
  readonly name: { readonly en: string; readonly nl: string };
  readonly description: { readonly en: string; readonly nl: string };
  readonly costPerHousehold: number;
}

/** The parts of a recommendation that the page shows. */
export interface WarmStartAnswer {
  readonly body: {
    readonly state: Verdict;
    readonly reasons: readonly string[];
    /** the state had earlier promises come true; null where they did */
    readonly demotedFrom: Verdict | null;
    readonly mixes: readonly RankedMix[];
    readonly support: { readonly outside: readonly string[] };
    readonly missing: readonly string[];
    readonly evidence: readonly GoalEvidence[];
    readonly measureFirst: readonly { readonly context: string }[];
    readonly pilotSizes: readonly PilotSize[];
    readonly pilot: {
      readonly blocks: readonly string[];
      readonly removes: number;
      readonly sizes: readonly PilotSize[];
    } | null;
    readonly place: readonly { readonly name: string; readonly value: number | null }[];
    readonly calibration: readonly { readonly kpi: string; readonly slope: number | null }[];
  };
  readonly warnings: readonly Warning[];
  readonly code: SameAnswer;
}

/** Of a pilot that would show a gain in one goal. */
export interface PilotSize {
  readonly kpi: string;
  readonly gain: number;
  readonly householdsHere: number;
  readonly sites: number;
  readonly householdsPerSite: number;
  readonly grade: string;
  readonly experiments: number;
}

interface Interval {
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
}

export interface RankedMix {
  /** mixes that cannot be told apart share a rank */
  readonly rank: number;
  readonly blocks: readonly string[];
  /** euro per household */
  readonly cost: number;
  readonly effects: readonly (Interval & { readonly kpi: string; readonly probabilityPositive: number })[];
  readonly marks: readonly string[];
}

export interface GoalEvidence {
  readonly kpi: string;
  readonly experiments: number;
  readonly items: readonly EvidenceItem[];
  readonly rest: { readonly experiments: number; readonly share: number };
}

export interface EvidenceItem {
  readonly region: string;
  readonly grade: string;
  readonly share: number;
  readonly effect: number;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly sharedBlocks: readonly string[];
  readonly otherBlocks: readonly string[];
  /** the neighbourhood of the experiment minus this one */
  readonly differences: readonly { readonly context: string; readonly difference: number }[];
  readonly contrary: boolean;
  /** the comparison behind the experiment; null where nothing is kept of that */
  readonly documentation: {
    readonly overlap: number | null;
    readonly largestDifference: number | null;
    readonly eValue: number | null;
  } | null;
}
