import { standardizedDifferences } from '../balance/balance-table.ts';
import { CoreError } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { SolveIntegerProgram } from '../matching/integer-program.ts';
import { type DesignColumn, designColumns, type Frame } from '../propensity/design-matrix.ts';
import type { ModelTerm } from '../propensity/model-terms.ts';
import { noFurtherQuestions } from './answer-further.ts';
import type { Inference } from './choose-inference.ts';
import { drawSample, type StudyDesign, type StudySample } from './draw-sample.ts';
import type { EffectEstimate } from './estimate-effect.ts';
import { loseUnits } from './lose-units.ts';
import { planInference } from './plan-inference.ts';
import { rowsWithWeight } from './rows-with-weight.ts';
import { effectAmong, ifLargeEnough, supportAmong } from './sample-effects.ts';
import { countGroup, type GroupCounts } from './study-balance.ts';
import type { StudyEstimateInput } from './study-input.ts';

/** One way to do the study. */
export interface Specification {
  readonly design: StudyDesign;
  readonly covariates: readonly ModelTerm[];
}

/** One question, asked in many ways of the same units. */
export interface MultiverseInput
  extends Omit<StudyEstimateInput, 'design' | 'covariates' | 'balanceOf' | 'permutations' | 'further'> {
  readonly specifications: readonly Specification[];
}

/** What one way answers: the same to the last bit as a study of its own. */
export interface SpecificationEffect {
  /** units whose outcome is known, and of these the matched that are left */
  readonly groups: { readonly treated: GroupCounts; readonly control: GroupCounts };
  /** largest |standardised mean difference| of the covariates in the designed sample; null where none varies */
  readonly largestDifference: number | null;
  readonly inference: Pick<Inference, 'method' | 'reason'>;
  /** matched units that can be told apart in the outcome, see `outcomeSupport` */
  readonly outcomeSupport: number | null;
  readonly matched: EffectEstimate;
  readonly adjusted: EffectEstimate | null;
}

/** A way that is not possible with these units says why. */
export type SpecificationAnswer =
  | { readonly answer: SpecificationEffect; readonly refusal: null }
  | { readonly answer: null; readonly refusal: { readonly code: CoreError['code']; readonly message: string } };

/**
 * A study done in many ways: how much the answer depends on choices that could as well have been made otherwise.
 *
 * Ways that differ only in calipers, ratios, orders or exact cells share one propensity score; nothing else is shared, so each
 * answer equals that of `designStudy` and `estimateStudy`. Ways are independent of each other and of their order.
 *
 * @param solver of integer programs, for cardinality matching
 * Cost: one propensity fit for each model, one match and two regressions for each way. Source: Simonsohn, Simmons and Nelson
 * 2020, doi:10.1038/s41562-020-0912-z; Steegen et al. 2016, doi:10.1177/1745691616658637.
 */
export function runMultiverse(
  { specifications, ...question }: MultiverseInput,
  kernels: MatrixKernels,
  progress: (fraction: number, stage: string) => void = () => {},
  solver: SolveIntegerProgram | null = null,
): readonly SpecificationAnswer[] {
  const columns = rememberedColumns(question.frame);
  const scored = new Map<string, StudySample>();
  return specifications.map((specification, done): SpecificationAnswer => {
    progress(done / specifications.length, 'specifications');
    try {
      const key = scoreKey(specification.design);
      const earlier = key === null ? null : (scored.get(key) ?? null);
      const sample = drawSample(question.frame, question.treated, specification.design, null, kernels, solver, earlier);
      if (key !== null) scored.set(key, sample);
      return { answer: answerWith(question, specification, sample, columns, kernels), refusal: null };
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
      return { answer: null, refusal: { code: error.code, message: error.message } };
    }
  });
}

type Columns = (term: ModelTerm, contrast: 'reference' | 'all') => readonly DesignColumn[];

function answerWith(
  question: Omit<MultiverseInput, 'specifications'>,
  { design, covariates }: Specification,
  designed: StudySample,
  columns: Columns,
  kernels: MatrixKernels,
): SpecificationEffect {
  const { treated, confidence } = question;
  const { estimand } = design;
  const all = covariates.flatMap((term) => columns(term, 'all'));
  const differences = standardizedDifferences(all, { treated, estimand, weights: designed.weights }).filter(
    (difference) => difference !== null,
  );
  const study = { ...question, design, covariates, permutations: 0, further: noFurtherQuestions };
  const { study: left, sample } = loseUnits(study, designed);
  const columnsLeft = left.frame === question.frame ? columns : rememberedColumns(left.frame);
  const inference = planInference({ ...study, ...left }, sample, null);
  const used = rowsWithWeight(sample.weights);
  const effect = (adjustFor: readonly DesignColumn[]) =>
    effectAmong(left, used, sample.weights, adjustFor, inference, confidence, kernels);
  const matched = effect([]);
  const adjusted = ifLargeEnough(() => effect(covariates.flatMap((term) => columnsLeft(term, 'reference'))));
  const { method, reason } = inference;
  return {
    groups: { treated: countGroup(left.treated, 1, sample, null), control: countGroup(left.treated, 0, sample, null) },
    largestDifference: differences.length === 0 ? null : Math.max(...differences.map(Math.abs)),
    inference: { method, reason },
    outcomeSupport: supportAmong(left, used),
    matched,
    adjusted,
  };
}

/** What decides the score of a design; null where it has none to share. */
function scoreKey(design: StudyDesign): string | null {
  if (!('distance' in design) || design.distance.type !== 'propensity-score') return null;
  const { distance, discard, reestimate, samplingWeights = null } = design;
  return JSON.stringify([distance, discard, reestimate, samplingWeights]);
}

function rememberedColumns(frame: Frame): Columns {
  const known = new Map<string, readonly DesignColumn[]>();
  return (term, contrast) => {
    const key = JSON.stringify([term, contrast]);
    const columns = known.get(key) ?? designColumns(frame, [term], contrast);
    known.set(key, columns);
    return columns;
  };
}
