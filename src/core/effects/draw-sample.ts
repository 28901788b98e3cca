import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { type MatchedSample, matchUnits } from '../matching/match-units.ts';
import type { MatchingDesign } from '../matching/matching-design.ts';
import type { Scores } from '../matching/pair-units.ts';
import { designColumns, type Frame } from '../propensity/design-matrix.ts';
import type { ModelTerm } from '../propensity/model-terms.ts';
import type { WeightEquations } from '../weighting/m-estimation.ts';
import { type WeightingDesign, weightUnits } from '../weighting/weight-units.ts';

/** A weighting on covariate terms. */
export type WeightedDesign = WeightingDesign & { readonly terms: readonly ModelTerm[] };

/** Every way to make the groups of a study comparable. */
export type StudyDesign = MatchingDesign | WeightedDesign;

/** The sample of a study; `equations` define its weights, null where they are no estimates or have no equations. */
export interface StudySample extends MatchedSample {
  readonly equations: (() => WeightEquations) | null;
}

export const isWeighting = (design: StudyDesign): design is WeightedDesign =>
  design.method === 'inverse-probability' ||
  design.method === 'balancing-score' ||
  design.method === 'entropy-balancing';

/**
 * Carries out the design of a study: who is compared, with which weight. Parameters and errors as `matchUnits` and
 * `weightUnits`; the score of a weighting is the linear predictor of its propensity.
 */
export function drawSample(
  frame: Frame,
  treated: Uint8Array,
  design: StudyDesign,
  tieOrder: Uint32Array | null,
  kernels: MatrixKernels,
  scored: Scores | null = null,
): StudySample {
  if (!isWeighting(design)) {
    return { ...matchUnits(frame, treated, design, tieOrder, kernels, scored), equations: null };
  }
  const columns = designColumns(frame, design.terms);
  const { weights, propensity, model, eligible, equations } = weightUnits(columns, treated, design, kernels);
  return {
    weights,
    score: propensity === null ? null : propensity.map((e) => Math.log(e) - Math.log1p(-e)),
    propensity: model,
    eligible,
    caliperWidths: {},
    pairs: null,
    strata: null,
    cutPoints: null,
    equations: hasEquations(design) ? equations : null,
  };
}

/** Whether standard errors by M-estimation are built for a weighting. */
function hasEquations(design: WeightedDesign): boolean {
  switch (design.method) {
    case 'inverse-probability':
      return design.link === 'logit' && design.estimand !== 'ATM';
    case 'balancing-score':
      return true;
    case 'entropy-balancing':
      return design.estimand === 'ATT' || design.estimand === 'ATC';
  }
}
