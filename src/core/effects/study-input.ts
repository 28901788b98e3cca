import type { FurtherQuestions } from './answer-further.ts';
import type { InferenceQuestion } from './plan-inference.ts';
import type { BalanceQuestion } from './study-balance.ts';

/** Everything that decides a design. No field holds an outcome after the baseline: see `StudyEstimateInput`. */
export interface StudyDesignInput extends BalanceQuestion, InferenceQuestion {
  readonly design: InferenceQuestion['design'];
  readonly confidence: number;
  /** `row-order` decides ties as MatchIt; left out: by lots in the order of the rows, which is that of unit ids */
  readonly ties?: 'row-order';
}

/** A designed study with its outcome. */
export interface StudyEstimateInput extends StudyDesignInput {
  /** n values; 0 where not known */
  readonly outcome: Float64Array;
  /** 1 where the outcome, and every further one, is known; left out: everywhere */
  readonly isOutcomeKnown?: Uint8Array;
  /** draws of the permutation test; null: 2000 where the means of few clusters are compared, elsewhere none */
  readonly permutations: number | null;
  readonly further: FurtherQuestions;
}
