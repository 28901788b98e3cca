import { CoreError } from '../errors.ts';
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

/** A rule that leaves units out of the study. */
export interface LeavesOut {
  /** which units stay, 1 or 0, by the first fit */
  readonly keep: (first: BinomialFit) => Uint8Array;
  readonly why: 'discard' | 'trim';
}

/**
 * Propensity scores of n units, with the units that a rule leaves out of the study.
 *
 * @param columns covariate columns without intercept; @param treated n values, 0 or 1, both occurring
 * @param refit   fit the model again without the others, which keep their first score
 * @param sampling n positive sampling weights, or null for 1
 * @param rule    who is left out, and what says so
 * @throws no-overlap where the rule leaves out a whole group; as `fitBinomialRegression`
 */
export function propensityScores(
  columns: readonly DesignColumn[],
  treated: Uint8Array,
  { link, penalty }: { readonly link: Link; readonly penalty: Penalty | null },
  { keep, why }: LeavesOut,
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
  refuseNobodyLeft(eligible, treated, why);
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

function refuseNobodyLeft(eligible: Uint8Array, treated: Uint8Array, why: LeavesOut['why']): void {
  const left = [0, 0];
  for (let i = 0; i < eligible.length; i++) if (eligible[i] === 1) left[treated[i]!] = left[treated[i]!]! + 1;
  const [control, ones] = left as [number, number];
  if (control > 0 && ones > 0) return;
  const counts = { treated: ones, control, units: eligible.length, by: why };
  throw why === 'discard'
    ? new CoreError(
        'no-overlap',
        `Discarding units outside the other group's range of scores leaves ${ones} treated and ${control} control units of ${eligible.length}: the scores of the groups do not overlap. Discard nobody (\`discard: none\`), or leave out covariates that decide the treatment.`,
        counts,
      )
    : new CoreError(
        'no-overlap',
        `Trimming leaves ${ones} treated and ${control} control units of ${eligible.length}: the propensity of the others is nearer to 0 or 1 than \`trim\` allows. Trim less, or leave out covariates that decide the treatment.`,
        counts,
      );
}
