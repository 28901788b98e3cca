import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { SolveIntegerProgram } from '../matching/integer-program.ts';
import type { MatchedSample } from '../matching/match-units.ts';
import { designStudy, type StudyDesignOutput } from './design-study.ts';
import { estimateStudy, type StudyEstimate } from './estimate-study.ts';
import type { StudyEstimateInput } from './study-input.ts';

/** A study with its outcome, known of every unit. */
export type MatchingStudyInput = Omit<StudyEstimateInput, 'isOutcomeKnown'>;

export interface MatchingStudyOutput extends StudyDesignOutput, Omit<StudyEstimate, 'lost'> {
  readonly sample: Pick<MatchedSample, 'weights' | 'score' | 'pairs' | 'strata'>;
}

/**
 * A matching study on prepared units: design, balance before and after, effect with the standard error that fits the design.
 * The outcome is read only after the matched sample is fixed.
 *
 * @throws everything that `designStudy` and `estimateStudy` throw
 * @param solver of integer programs, for cardinality matching
 * Cost: that of the design, one balance table per side, and up to 200 rematches where scores are tied.
 */
export function runMatchingStudy(
  input: MatchingStudyInput,
  kernels: MatrixKernels,
  progress: (fraction: number, stage: string) => void = () => {},
  solver: SolveIntegerProgram | null = null,
): MatchingStudyOutput {
  const designed = designStudy(input, kernels, progress, solver);
  const { lost: _, ...estimate } = estimateStudy(input, designed, kernels, progress);
  const { weights, score, pairs, strata } = designed.sample;
  return {
    ...designed.output,
    ...estimate,
    warnings: [...designed.output.warnings, ...estimate.warnings],
    sample: { weights, score, pairs, strata },
  };
}
