import type { Warning } from '../../core/errors.ts';
import type { SameAnswer } from '../design/same-answer.ts';

export const verdicts = ['advice', 'cautious', 'borrow', 'abstain'] as const;
export type Verdict = (typeof verdicts)[number];

/** One parameter of a neighbourhood that the form asks for. */
export interface ContextField {
  readonly name: string;
  readonly unit: string | null;
  /** range seen in the evidence, as a help for who fills it in */
  readonly lowest: number | null;
  readonly highest: number | null;
}

export interface BlockChoice {
  readonly id: string;
  readonly costPerHousehold: number;
}

/** What the form can be filled with: the model's own parameters, goals and building blocks. */
export interface WarmStartForm {
  readonly fields: readonly ContextField[];
  readonly goals: readonly string[];
  readonly blocks: readonly BlockChoice[];
}

/** What the reader filled in. A parameter that is null is "I don't know". */
export interface WarmStartInput {
  readonly context: Readonly<Record<string, number | null>>;
  readonly goal: string;
  readonly budget: number | null;
  readonly required: readonly string[];
  readonly excluded: readonly string[];
}

export interface WarmStartAnswer {
  readonly verdict: Verdict;
  /** codes of the reasons, text `recommend.reason.<code>` */
  readonly reasons: readonly Warning[];
  readonly goal: string;
  readonly confidence: number;
  readonly mixes: readonly RankedMix[];
  readonly similar: readonly SimilarExperiment[];
  /** parameters whose measurement would help most */
  readonly measureFirst: readonly string[];
  readonly unknown: readonly string[];
  readonly experiments: number;
  readonly warnings: readonly Warning[];
  readonly code: SameAnswer;
}

export interface RankedMix {
  /** ties share a rank */
  readonly rank: number;
  readonly blocks: readonly string[];
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
  /** chance that the true effect is above 0; null where the model is not calibrated enough to say */
  readonly chance: number | null;
  readonly costPerHousehold: number;
}

export interface SimilarExperiment {
  readonly id: string;
  readonly place: string;
  readonly blocks: readonly string[];
  readonly estimate: number;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly grade: string;
  /** share of the answer that rests on this experiment, null where the model does not tell */
  readonly share: number | null;
}
