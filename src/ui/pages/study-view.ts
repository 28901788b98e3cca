import type { MatchingStudyBody } from '../../app/analyses/matching-study.ts';
import type { AttritionStep } from '../../app/results.ts';
import type { Warning } from '../../core/errors.ts';
import type { SameAnswer } from '../design/same-answer.ts';

/** What the page of a study shows, in numbers and codes; the analyses' bodies are brought into this form. */
export interface StudyView {
  readonly id: string;
  readonly treatment: Pick<StudyVariable, 'name' | 'title'>;
  readonly outcome: StudyVariable;
  readonly estimand: string;
  /** null where withheld */
  readonly treated: number | null;
  readonly controls: number | null;
  readonly attrition: readonly AttritionStep[];
  readonly balance: readonly BalanceRow[];
  /** whether everything before matching is withheld: it would give away the few who were left out */
  readonly beforeWithheld: boolean;
  /** whether the design has a score; its overlap may be withheld all the same */
  readonly hasScore: boolean;
  readonly overlap: OverlapView | null;
  /** how much units count; null where they all count the same, or it is withheld */
  readonly weights: readonly GroupBin[] | null;
  /** absolute standardized mean difference below which a covariate counts as balanced */
  readonly threshold: number;
  /** null where the groups are too small to show it */
  readonly effect: Estimate | null;
  /** the effect in the matched sample, adjusted for what still differs */
  readonly adjusted: Estimate | null;
  /** the plain difference of the groups before matching, where it was computed */
  readonly unadjusted: Estimate | null;
  readonly further: MatchingStudyBody['further'];
  /** terms, as asked */
  readonly covariates: readonly string[];
  readonly confidence: number;
  readonly warnings: readonly Warning[];
  readonly recipes: RecipesView | null;
  readonly code: readonly SameAnswer[];
}

/** Units of each group with a value in [from, to); null where withheld. */
export interface GroupBin {
  readonly from: number;
  readonly to: number;
  readonly treated: number | null;
  readonly control: number | null;
}

export interface OverlapView {
  readonly bins: readonly GroupBin[];
  /** share that both score distributions have in common */
  readonly coefficient: number;
  /** share of units that could as well have been treated as not */
  readonly equipoise: number | null;
}

export interface StudyVariable {
  readonly name: string;
  readonly title: string | null;
  readonly unit: string | null;
  readonly direction: string;
}

export interface Estimate {
  readonly estimate: number;
  readonly lower: number | null;
  readonly upper: number | null;
}

export interface BalanceRow {
  readonly covariate: string;
  /** of a coded covariate: the level this row is about */
  readonly level: string | null;
  readonly before: number | null;
  readonly after: number | null;
  readonly withheld: boolean;
}

/** The recipes of a QCA beside the net effect. */
export interface RecipesView {
  readonly outcome: string;
  /** null where withheld */
  readonly cases: number | null;
  readonly conditions: readonly string[];
  readonly withheld: boolean;
  readonly solutions: readonly SolutionView[];
}

export interface SolutionView {
  readonly kind: 'conservative' | 'intermediate' | 'parsimonious';
  /** how many equally good models there are */
  readonly models: string;
  readonly consistency: number | null;
  readonly coverage: number | null;
  /** why consistency and coverage are null */
  readonly withheld: 'small-group' | 'protects-other' | null;
  readonly recipes: readonly RecipeView[];
}

export interface RecipeView {
  readonly literals: readonly { readonly condition: string; readonly present: boolean }[];
  readonly consistency: number | null;
  readonly rawCoverage: number | null;
  readonly uniqueCoverage: number | null;
  /** why the numbers are null */
  readonly withheld: 'small-group' | 'protects-other' | null;
}
