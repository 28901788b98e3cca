import type { MatchingStudyInput, MatchingStudyOutput } from '../core/effects/run-matching-study.ts';
import type { InsightsInput, InsightsTable } from '../core/insights/stratify.ts';
import type { PanelModelInput, PanelModelOutput } from '../core/panel-models/run-panel-model.ts';
import type { QcaAnalysis, QcaInput } from '../core/qca/analysis-records.ts';
import type { controlModel, ModelControls } from '../core/recommend/control-model.ts';
import type { EvaluationInput, TableEvaluation } from '../core/recommend/evaluate-table.ts';
import type { LoggedPolicyInput } from '../core/recommend/logged-policy.ts';
import type { NextExperiments, NextExperimentsInput } from '../core/recommend/next-experiments.ts';
import type { PolicyValue } from '../core/recommend/policy-value.ts';
import type { Recommendation, RecommendationInput } from '../core/recommend/recommend-mixes.ts';
import type { TrainingInput } from '../core/recommend/train-model.ts';
import type { TrainedModel } from '../core/recommend/trained-model.ts';
import type { MultiverseInput, SpecificationAnswer } from '../core/study/run-multiverse.ts';
import type { runStudyDesign, StudyDesignRun, StudyRun, StudyRunInput } from '../core/study/run-study.ts';

/** What the set network runs on: `node` is the optional native package, else WebAssembly on one thread. */
export type NetworkBackend = 'wasm' | 'node';
interface WithNetwork {
  readonly backend: NetworkBackend;
}

interface WithWithdrawn {
  /** experiments that the model learned and that may not weigh any more */
  readonly withdrawn: readonly string[];
}

/**
 * The core functions that run in worker threads, by name. A computation takes and gives plain data and typed arrays.
 * The room `workers` holds the matching table of functions; both must agree or the compiler objects.
 */
export interface Computations {
  insights: { input: InsightsInput; output: InsightsTable };
  qca: { input: QcaInput; output: QcaAnalysis };
  'matching-study': { input: MatchingStudyInput; output: MatchingStudyOutput };
  'study-design': { input: Parameters<typeof runStudyDesign>[0]; output: StudyDesignRun };
  study: { input: StudyRunInput; output: StudyRun };
  multiverse: { input: MultiverseInput; output: readonly SpecificationAnswer[] };
  'panel-model': { input: PanelModelInput; output: PanelModelOutput };
  trainModel: { input: TrainingInput & WithNetwork; output: TrainedModel };
  controlModel: { input: Parameters<typeof controlModel>[0]; output: readonly ModelControls[] };
  evaluateTable: { input: EvaluationInput & WithNetwork; output: TableEvaluation };
  recommendMixes: { input: RecommendationInput & WithWithdrawn; output: Recommendation };
  policyValue: { input: LoggedPolicyInput; output: PolicyValue };
  nextExperiments: { input: NextExperimentsInput & WithWithdrawn; output: NextExperiments };
}
