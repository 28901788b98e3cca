import { comparedMeans } from '../balance/balance-table.ts';
import { equipoise, overlapOf } from '../balance/overlap.ts';
import { noFurtherQuestions } from '../effects/answer-further.ts';
import type { Inference } from '../effects/choose-inference.ts';
import { drawSample, type StudyDesign, type StudySample } from '../effects/draw-sample.ts';
import type { EffectEstimate } from '../effects/estimate-effect.ts';
import { loseUnits } from '../effects/lose-units.ts';
import { planInference } from '../effects/plan-inference.ts';
import { rowsWithWeight } from '../effects/rows-with-weight.ts';
import { effectAmong, ifLargeEnough, supportAmong } from '../effects/sample-effects.ts';
import { countGroup, type GroupCounts } from '../effects/study-balance.ts';
import type { StudyEstimateInput } from '../effects/study-input.ts';
import { CoreError } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { SolveIntegerProgram } from '../matching/integer-program.ts';
import { type DesignColumn, designColumns, type Frame } from '../propensity/design-matrix.ts';
import type { ModelTerm } from '../propensity/model-terms.ts';
import { judgeSample, type VerdictReason } from './judge-study.ts';
import { sampleFactsOf } from './sample-facts.ts';

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
  /** what the rules of the verdict say of its sample, see `judgeSample` */
  readonly reasons: readonly VerdictReason[];
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
  const differencesOf = (of: Columns, among: Uint8Array, { weights }: StudySample) => {
    const all = covariates.flatMap((term) => of(term, 'all'));
    const means = comparedMeans(all, { treated: among, estimand, weights });
    return all.map(({ name }, c) => ({ variable: name, after: means[c]! }));
  };
  const balance = differencesOf(columns, treated, designed);
  const study = { ...question, design, covariates, permutations: 0, further: noFurtherQuestions };
  const { study: left, sample, lost } = loseUnits(study, designed);
  const isComplete = left.frame === question.frame;
  const columnsLeft = isComplete ? columns : rememberedColumns(left.frame);
  const inference = planInference({ ...study, ...left }, sample, null);
  const used = rowsWithWeight(sample.weights);
  const effect = (adjustFor: readonly DesignColumn[]) =>
    effectAmong(left, used, sample.weights, adjustFor, inference, confidence, kernels);
  const matched = effect([]);
  const adjusted = ifLargeEnough(() => effect(covariates.flatMap((term) => columnsLeft(term, 'reference'))));
  const groups = groupsOf(left.treated, sample);
  const { method, reason, clusters } = inference;
  const facts = sampleFactsOf({
    estimand,
    groups: isComplete ? groups : groupsOf(treated, designed),
    overlap: designed.score === null ? null : overlapOf(designed.score, treated, estimand === 'ATC' ? 0 : 1, 20),
    equipoise: designed.probability === null ? null : equipoise(designed.probability, treated),
    balance: isComplete ? balance : differencesOf(columnsLeft, left.treated, sample),
    ...{ left: groups, lost, clusters },
  });
  return {
    groups,
    largestDifference: largestOf(balance.map(({ after }) => after.standardizedMeanDifference)),
    inference: { method, reason },
    outcomeSupport: supportAmong(left, used),
    matched,
    adjusted,
    reasons: judgeSample(facts),
  };
}

const groupsOf = (treated: Uint8Array, sample: StudySample) => ({
  treated: countGroup(treated, 1, sample, null),
  control: countGroup(treated, 0, sample, null),
});

function largestOf(differences: readonly (number | null)[]): number | null {
  const known = differences.flatMap((difference) => (difference === null ? [] : [Math.abs(difference)]));
  return known.length === 0 ? null : Math.max(...known);
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
