import { CoreError } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { type Selection, selectBalanced, takeSelection } from '../matching/cardinality.ts';
import type { TieRule } from '../matching/draw-lots.ts';
import { exactCells } from '../matching/exact-cells.ts';
import { codesOf } from '../matching/frame-codes.ts';
import type { SolveIntegerProgram } from '../matching/integer-program.ts';
import { type MatchedSample, matchUnits } from '../matching/match-units.ts';
import type { CardinalityDesign, MatchingDesign, SampledUnits } from '../matching/matching-design.ts';
import { designColumns, type Frame } from '../propensity/design-matrix.ts';
import type { ModelTerm } from '../propensity/model-terms.ts';
import { samplingWeights } from '../propensity/sampling-weights.ts';
import type { WeightEquations } from '../weighting/m-estimation.ts';
import { type WeightingDesign, weightUnits } from '../weighting/weight-units.ts';

/** A weighting on covariate terms. */
export type WeightedDesign = WeightingDesign & SampledUnits & { readonly terms: readonly ModelTerm[] };

/** Every way to make the groups of a study comparable. */
export type StudyDesign = MatchingDesign | CardinalityDesign | WeightedDesign;

/** The sample of a study. */
export interface StudySample extends MatchedSample {
  /** define the weights; null where they are no estimates or have no equations */
  readonly equations: (() => WeightEquations) | null;
  /** of cardinality matching, else null */
  readonly selection: Selection | null;
}

export const isWeighting = (design: StudyDesign): design is WeightedDesign =>
  design.method === 'inverse-probability' ||
  design.method === 'balancing-score' ||
  design.method === 'entropy-balancing';

/**
 * Carries out the design of a study: who is compared, with which weight. Parameters and errors as `matchUnits`,
 * `weightUnits` and `selectBalanced`; the score of a weighting is the linear predictor of its propensity.
 *
 * @param solver  of integer programs, for cardinality matching
 * @param earlier the sample of an earlier call with the same units and a design with the same score or selection: it is kept
 */
export function drawSample(
  frame: Frame,
  treated: Uint8Array,
  design: StudyDesign,
  ties: TieRule,
  kernels: MatrixKernels,
  solver: SolveIntegerProgram | null = null,
  earlier: StudySample | null = null,
): StudySample {
  if (design.method === 'cardinality') {
    const selection = earlier?.selection ?? select(frame, treated, design, solver);
    return {
      ...unmatched(frame.rows),
      weights: takeSelection(selection, ties === 'row-order' ? null : ties),
      selection,
    };
  }
  if (!isWeighting(design)) {
    return { ...matchUnits(frame, treated, design, ties, kernels, earlier), equations: null, selection: null };
  }
  const columns = designColumns(frame, design.terms);
  const sampling = samplingWeights(frame, design.samplingWeights ?? null);
  const { weights, propensity, model, eligible, equations } = weightUnits(columns, treated, design, kernels, sampling);
  return {
    ...unmatched(frame.rows),
    weights,
    sampling,
    score: propensity === null ? null : propensity.map((e) => Math.log(e) - Math.log1p(-e)),
    probability: propensity,
    propensity: model,
    eligible,
    equations: hasEquations(design) ? equations : null,
  };
}

/** A sample without scores, pairs and strata. */
const unmatched = (n: number): Omit<StudySample, 'weights'> => ({
  score: null,
  probability: null,
  propensity: null,
  eligible: new Uint8Array(n).fill(1),
  caliperWidths: {},
  pairs: null,
  strata: null,
  cutPoints: null,
  sampling: null,
  equations: null,
  selection: null,
});

function select(
  frame: Frame,
  treated: Uint8Array,
  { terms, estimand, tolerance, ratio, exact, nodes }: CardinalityDesign,
  solver: SolveIntegerProgram | null,
): Selection {
  if (solver === null) {
    throw new CoreError(
      'invalid-argument',
      'Cardinality matching needs a solver of integer programs; received none. Pass one, such as that of samenwijs/solvers.',
    );
  }
  const columns = designColumns(frame, terms, 'all');
  const stratum = exact.length === 0 ? null : exactCells(frame.rows, codesOf(frame, exact));
  return selectBalanced({ columns, treated, estimand, tolerance, ratio, stratum, nodes }, solver);
}

/** Whether standard errors by M-estimation are built for a weighting. */
function hasEquations(design: WeightedDesign): boolean {
  switch (design.method) {
    case 'inverse-probability':
      return design.link === 'logit' && design.estimand !== 'ATM' && (design.penalty ?? null) === null;
    case 'balancing-score':
      return true;
    case 'entropy-balancing':
      return design.estimand === 'ATT' || design.estimand === 'ATC';
  }
}
