import { type CalibratedData, termMembership, unionMembership } from './calibrated-data.ts';
import { type SufficiencyFit, sufficiencyFit, uniqueCoverages } from './fit.ts';
import type { MinimalModels } from './minimal-models.ts';

export interface TermFit extends SufficiencyFit {
  /** among the terms of the same model, or of all listed models; null for a single term */
  readonly uniqueCoverage: number | null;
}

export interface ModelFit extends SufficiencyFit {
  /** unique coverage of each of the model's terms, in their order */
  readonly uniqueCoverages: readonly (number | null)[];
}

export interface SolutionFit {
  /** per term of the solution; unique coverage among the terms of ALL listed models, so 0 for most ambiguous terms */
  readonly terms: readonly TermFit[];
  readonly models: readonly ModelFit[];
}

/**
 * Fit of every term and every listed model, over all cases.
 *
 * Cost: O((terms + terms over models) n).
 */
export function fitModels(data: CalibratedData, { terms, models }: MinimalModels): SolutionFit {
  const { outcome, one } = data;
  const memberships = terms.map(({ term }) => termMembership(data, term));
  const unique = uniqueCoverages(memberships, outcome);
  return {
    terms: memberships.map((x, t) => ({ ...sufficiencyFit(x, outcome, one), uniqueCoverage: unique[t]! })),
    models: models.map((model) => {
      const sets = model.map((t) => memberships[t]!);
      return {
        ...sufficiencyFit(unionMembership(sets, outcome.length), outcome, one),
        uniqueCoverages: uniqueCoverages(sets, outcome),
      };
    }),
  };
}
