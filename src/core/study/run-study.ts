import type { OutcomeBefore } from '../effects/answer-further.ts';
import {
  type DesignedStudy,
  designStudy,
  type PlannedPower,
  planPower,
  type StudyDesignOutput,
} from '../effects/design-study.ts';
import { estimateStudy, type StudyEstimate } from '../effects/estimate-study.ts';
import type { StudyDesignInput, StudyEstimateInput } from '../effects/study-input.ts';
import { hasTies } from '../effects/study-ties.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { SolveIntegerProgram } from '../matching/integer-program.ts';
import type { MatchedSample } from '../matching/match-units.ts';
import { judgeStudy, type StudyVerdict } from './judge-study.ts';
import { factsOf, type StudyCircumstances, type VerdictFacts } from './verdict-facts.ts';

export interface StudyDesignRun {
  readonly output: StudyDesignOutput;
  /** null where the outcome's variable is not known before the treatment */
  readonly power: PlannedPower | null;
  /** whether tied units could have been chosen otherwise */
  readonly hasTies: boolean;
  readonly sample: Pick<MatchedSample, 'weights' | 'score' | 'pairs' | 'strata'>;
}

/**
 * The design of a study as plain data: who is compared with whom, how alike they are, what the sample could find. It is given no
 * outcome after the baseline.
 *
 * @param input as of `designStudy`, with the outcome's variable before the treatment
 * @param solver of integer programs, for cardinality matching
 * Cost: that of `designStudy`, and up to eight rematches to see ties.
 */
export function runStudyDesign(
  input: StudyDesignInput & { readonly before: OutcomeBefore | null },
  kernels: MatrixKernels,
  progress: (fraction: number, stage: string) => void = () => {},
  solver: SolveIntegerProgram | null = null,
): StudyDesignRun {
  const designed = designStudy(input, kernels, progress, solver);
  const { weights, score, pairs, strata } = designed.sample;
  progress(0.8, 'ties');
  return {
    output: designed.output,
    power: input.before && planPower(input, designed.sample, input.before),
    hasTies: hasTies(input, designed.sample, kernels),
    sample: { weights, score, pairs, strata },
  };
}

export interface StudyRunInput extends StudyEstimateInput {
  readonly circumstances: Omit<StudyCircumstances, 'baselineOutcome'>;
}

export interface StudyRun {
  readonly estimate: StudyEstimate;
  readonly facts: VerdictFacts;
  readonly verdict: StudyVerdict;
}

/**
 * The estimate of a designed study and the verdict on it. The design is carried out again from the same input, to the same sample.
 *
 * @param input as of `estimateStudy`, with its circumstances
 * @throws everything that `designStudy` and `estimateStudy` throw
 */
export function runStudy(
  { circumstances, ...input }: StudyRunInput,
  kernels: MatrixKernels,
  progress: (fraction: number, stage: string) => void = () => {},
  solver: SolveIntegerProgram | null = null,
): StudyRun {
  const designed: DesignedStudy = designStudy(input, kernels, progress, solver);
  const estimate = estimateStudy(input, designed, kernels, progress);
  progress(0.95, 'verdict');
  const known = { ...circumstances, baselineOutcome: input.further.before };
  const facts = factsOf(input, designed, estimate, known, kernels);
  return { estimate, facts, verdict: judgeStudy(facts) };
}
