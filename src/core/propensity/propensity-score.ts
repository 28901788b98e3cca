import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { type BinomialFit, fitBinomialRegression } from './binomial-regression.ts';
import { type DesignColumn, packMatrix } from './design-matrix.ts';
import type { Link } from './links.ts';
import type { Penalty } from './penalty.ts';

export interface PropensityScores {
  /** n fitted probabilities and their linear predictors */
  readonly probability: Float64Array;
  readonly linearPredictor: Float64Array;
  /** the last fit: of the eligible units where the model was fitted again */
  readonly model: BinomialFit;
  /** 0 for units that were left out */
  readonly eligible: Uint8Array;
}

/**
 * Propensity scores of n units, with the units that a rule leaves out of the study.
 *
 * @param columns covariate columns without intercept; @param treated n values, 0 or 1, both occurring
 * @param keep    which units stay, 1 or 0, by the first fit
 * @param refit   fit the model again without the others, which keep their first score
 * @param sampling n positive sampling weights, or null for 1
 * @throws as `fitBinomialRegression`
 */
export function propensityScores(
  columns: readonly DesignColumn[],
  treated: Uint8Array,
  { link, penalty }: { readonly link: Link; readonly penalty: Penalty | null },
  keep: (first: BinomialFit) => Uint8Array,
  refit: boolean,
  sampling: Float64Array | null,
  kernels: MatrixKernels,
): PropensityScores {
  const fitModel = (some: readonly DesignColumn[], response: Uint8Array, weights: Float64Array | null): BinomialFit => {
    const { matrix, names } = packMatrix(response.length, some, true);
    return fitBinomialRegression(matrix, names, Float64Array.from(response), weights, link, kernels, penalty);
  };
  const first = fitModel(columns, treated, sampling);
  const eligible = keep(first);
  const scores = { probability: first.fitted, linearPredictor: first.linearPredictor, model: first, eligible };
  if (!refit || !eligible.includes(0)) return scores;
  const again = fitModel(
    columns.map((column) => ({ ...column, values: column.values.filter((_, i) => eligible[i] === 1) })),
    treated.filter((_, i) => eligible[i] === 1),
    sampling === null ? null : sampling.filter((_, i) => eligible[i] === 1),
  );
  const merge = (before: Float64Array, fresh: Float64Array): Float64Array => {
    const merged = before.slice();
    let at = 0;
    for (let i = 0; i < merged.length; i++) if (eligible[i] === 1) merged[i] = fresh[at++]!;
    return merged;
  };
  return {
    probability: merge(first.fitted, again.fitted),
    linearPredictor: merge(first.linearPredictor, again.linearPredictor),
    model: again,
    eligible,
  };
}
