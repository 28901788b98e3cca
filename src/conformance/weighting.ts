import { AppError } from '../app/errors.ts';
import type { Estimand } from '../core/matching/estimand.ts';
import { effectiveSampleSize } from '../core/matching/match-weights.ts';
import { designColumns } from '../core/propensity/design-matrix.ts';
import type { Link } from '../core/propensity/links.ts';
import { type WeightedSample, type WeightingDesign, weightUnits } from '../core/weighting/weight-units.ts';
import type { CaseContext } from './case.ts';
import { binaryColumn, frameFor, type TermWords, toTerms } from './words.ts';

export interface WeightingWords {
  readonly treatment: string;
  readonly estimand: Estimand;
  readonly method: string;
  readonly terms: readonly TermWords[];
  readonly link?: Link;
  readonly stabilized?: boolean;
  readonly moments?: 1 | 2 | 3;
}

export function runWeighting(
  words: WeightingWords,
  { table, kernels }: CaseContext,
): { readonly treated: Uint8Array; readonly weighted: WeightedSample } {
  const treated = binaryColumn(table, words.treatment);
  const columns = designColumns(frameFor(table, words.terms), toTerms(words.terms));
  return { treated, weighted: weightUnits(columns, treated, toDesign(words), kernels) };
}

function toDesign({ method, estimand, link, stabilized, moments }: WeightingWords): WeightingDesign {
  if (method === 'inverse-probability')
    return { method, estimand, link: link ?? 'logit', stabilized: stabilized ?? false, trim: 0 };
  if (method === 'entropy-balancing') return { method, estimand, moments: moments ?? 1 };
  const isBalancing = method === 'covariate-balancing-propensity-score' || method === 'inverse-probability-tilting';
  if (isBalancing && (estimand === 'ATE' || estimand === 'ATT' || estimand === 'ATC')) {
    return { method: 'balancing-score', estimand };
  }
  throw new AppError('not-implemented', `The weighting method "${method}" for ${estimand} is not built yet.`);
}

/** weighting.fit */
export function fitWeighting(words: WeightingWords, context: CaseContext): unknown {
  const { treated, weighted } = runWeighting(words, context);
  const { weights, propensity } = weighted;
  return {
    weights: [...weights],
    ...(propensity === null ? {} : { propensity: [...propensity] }),
    effectiveSampleSize: {
      treated: effectiveSampleSize(weights, treated, 1),
      control: effectiveSampleSize(weights, treated, 0),
    },
  };
}
