/**
 * The public face of the core: what a study calls, by method. Arrays are typed, records plain and frozen; functions on
 * matrices take the kernels that do the arithmetic, `typescriptKernels` or faster ones (`samenwijs/kernels`).
 * What is not listed here is a part of a stage and may change without notice (docs/decisions/0080-public-faces.md).
 */

// Errors and cautions

export { CoreError, type CoreErrorCode, coreErrorCodes, type Warning } from './errors.ts';

// Panels

export { asCoded } from './panel/as-coded.ts';
export {
  type CodedColumn,
  type Column,
  type NumberColumn,
  type PanelColumns,
  type ValueStatus,
  valueStatus,
} from './panel/columns.ts';
export { mergeWaves } from './panel/merge-waves.ts';
export { observedLevels } from './panel/observed-levels.ts';
export { fates, type Moments, type RiskSetSettings, riskSetMoments } from './panel/risk-set-moments.ts';
export { entry, treatmentEntry } from './panel/treatment-entry.ts';
export { takeRows, valuesInPeriod, wavesOfPeriod } from './panel/unit-periods.ts';

// Stratified KPIs and disclosure

export { columnSupport } from './disclosure/column-support.ts';
export { describableSets, type SplitRow } from './disclosure/describable-sets.ts';
export { outcomeSupport } from './disclosure/outcome-support.ts';
export { withholdInTables } from './disclosure/withhold-in-tables.ts';
export { type WithheldReason, type Withholding, withholdSmallGroups } from './disclosure/withhold-small-groups.ts';
export { withholdSmallSteps } from './disclosure/withhold-small-steps.ts';
export { type InsightsInput, type InsightsTable, type StratumCell, stratify } from './insights/stratify.ts';
export { type YearlyInput, type YearlyValues, yearlyValues } from './insights/yearly-values.ts';

// Propensity scores

export { type BinomialFit, fitBinomialRegression } from './propensity/binomial-regression.ts';
export {
  type DesignColumn,
  type DesignMatrix,
  designColumns,
  type Frame,
  modelMatrix,
  packMatrix,
} from './propensity/design-matrix.ts';
export type { Link } from './propensity/links.ts';
export { type ModelTerm, variablesOf } from './propensity/model-terms.ts';
export { parseTerm } from './propensity/parse-term.ts';
export type { Penalty } from './propensity/penalty.ts';
export { type LeavesOut, type PropensityScores, propensityScores } from './propensity/propensity-score.ts';
export { samplingWeights } from './propensity/sampling-weights.ts';

// Matching

export type { CaliperSetting } from './matching/caliper-width.ts';
export { type CardinalityProblem, type Selection, selectBalanced, takeSelection } from './matching/cardinality.ts';
export { type Coarsening, coarsen } from './matching/coarsen.ts';
export { commonSupport, type Discard } from './matching/common-support.ts';
export type { TieRule } from './matching/draw-lots.ts';
export type { Estimand } from './matching/estimand.ts';
export { exactCells } from './matching/exact-cells.ts';
export { matchFullOnLine } from './matching/full-line.ts';
export { matchFull } from './matching/full-match.ts';
export type { IntegerProgram, IntegerSolution, SolveIntegerProgram } from './matching/integer-program.ts';
export {
  forEachPair,
  type MatchSets,
  matchedFocalCount,
  setDifferences,
  totalDistance,
} from './matching/match-sets.ts';
export { type MatchedSample, matchUnits } from './matching/match-units.ts';
export { effectiveSampleSize, pairWeights, scaleGroups, stratumWeights } from './matching/match-weights.ts';
export type {
  CardinalityDesign,
  CoarsenedDesign,
  CovariatesDistance,
  ExactDesign,
  FullDesign,
  GivenDistance,
  MatchingDesign,
  NamedCaliper,
  NearestDesign,
  OptimalDesign,
  PropensityDistance,
  RandomOrder,
  RiskSet,
  SampledUnits,
  SubclassDesign,
  TwoLevelDesign,
} from './matching/matching-design.ts';
export type { CovariateCaliper, FocalOrder, MatchingProblem } from './matching/matching-problem.ts';
export { matchNearestCovariates } from './matching/nearest-covariates.ts';
export { matchNearestMatrix } from './matching/nearest-matrix.ts';
export { matchNearestScalar } from './matching/nearest-scalar.ts';
export { matchOptimalPairs } from './matching/optimal-pairs.ts';
export { matchOptimalScalar } from './matching/optimal-scalar.ts';
export {
  type PairLots,
  type PairSearch,
  type Preference,
  searchInMatrix,
  searchOnPoints,
  searchOnScore,
} from './matching/pair-search.ts';
export type { Scores } from './matching/pair-units.ts';
export { type Subclasses, subclassify } from './matching/subclassify.ts';
export { type CollectivePair, matchTwoLevels, type PairsAmong, type TwoLevelMatch } from './matching/two-level.ts';
export { type CovariateDistance, whiten } from './matching/whiten.ts';

// Balance and overlap

export {
  type BalanceDenominator,
  type BalanceRow,
  type BalanceSample,
  balanceTable,
  denominatorOf,
} from './balance/balance-table.ts';
export { type GroupBin, groupHistogram } from './balance/group-histogram.ts';
export { equipoise, type Overlap, overlapOf } from './balance/overlap.ts';
export { meanPairDifferenceWithinStrata } from './balance/pair-difference.ts';

// Weighting

export { mEstimationCovariance, type WeightEquations } from './weighting/m-estimation.ts';
export { type WeightedSample, type WeightingDesign, weightUnits } from './weighting/weight-units.ts';

// Effects and their sensitivity

export { groupSupport } from './disclosure/group-support.ts';
export {
  type AbadieImbensEffect,
  type AbadieImbensInput,
  abadieImbensEffect,
  effectOfPartnerLists,
} from './effects/abadie-imbens.ts';
export {
  answerFurther,
  type FurtherAnswers,
  type FurtherQuestions,
  noFurtherQuestions,
  type OutcomeBefore,
  type StudyFacts,
} from './effects/answer-further.ts';
export { type AugmentedEstimate, type AugmentedInput, augmentedEffect } from './effects/augmented-effect.ts';
export { type AugmentedEffects, augmentedIpw, type InfluenceEstimate } from './effects/augmented-ipw.ts';
export { type ClusterError, clusterRobustBellMcCaffrey } from './effects/bell-mccaffrey.ts';
export { bootstrapSets } from './effects/bootstrap-sets.ts';
export {
  chooseInference,
  type Inference,
  type InferenceDesign,
  type InferenceMethod,
  type InferenceReason,
  type StandardErrorRequest,
} from './effects/choose-inference.ts';
export {
  type ClusterMeans,
  type ClusterMeansEffect,
  clusterMeansEffect,
  clusterMeansOf,
} from './effects/cluster-means.ts';
export {
  type DesignedStudy,
  designStudy,
  type PlannedPower,
  planPower,
  type StudyDesignOutput,
} from './effects/design-study.ts';
export {
  drawSample,
  isWeighting,
  type StudyDesign,
  type StudySample,
  type WeightedDesign,
} from './effects/draw-sample.ts';
export { type EffectsByLevel, effectsByLevel, type LevelEffect } from './effects/effects-by-level.ts';
export { type EffectEstimate, type EffectSample, estimateEffect } from './effects/estimate-effect.ts';
export { estimateStudy, type StudyEstimate, type StudyPermutation } from './effects/estimate-study.ts';
export { type FurtherEffect, type FurtherOutcome, furtherEffects } from './effects/further-effects.ts';
export { type Contrast, gComputation, type MarginalEffects, type OutcomeModel } from './effects/g-computation.ts';
export type { LostUnits } from './effects/lose-units.ts';
export type { PartnerLists } from './effects/partner-lists.ts';
export {
  type Continue,
  type PermutationOptions,
  type PermutedDifference,
  permuteGroups,
  permuteSigns,
} from './effects/permutation-test.ts';
export { type Ratio, type RiskRatios, riskRatios } from './effects/risk-ratios.ts';
export { type MatchingStudyInput, type MatchingStudyOutput, runMatchingStudy } from './effects/run-matching-study.ts';
export {
  type StratifiedEffect,
  type StratumSummary,
  stratifiedEffect,
  withinStrataError,
} from './effects/stratified-effect.ts';
export type { BalanceOf, GroupCounts, LevelCounts, StudyBalanceRow } from './effects/study-balance.ts';
export type { StudyDesignInput, StudyEstimateInput } from './effects/study-input.ts';
export {
  augmentedSensitivity,
  type Benchmark,
  type Detectable,
  detectableOf,
  type SensitivityInput,
  type StudySensitivity,
  studySensitivity,
} from './effects/study-sensitivity.ts';
export type { TieSample } from './effects/study-ties.ts';
export { fitWeightedRegression, type RegressionFit } from './effects/weighted-regression.ts';
export {
  type WildBootstrap,
  type WildBootstrapOptions,
  wildClusterBootstrap,
} from './effects/wild-cluster-bootstrap.ts';
export { covariateStrengths } from './sensitivity/covariate-strengths.ts';
export { eValue, eValueOfInterval, type RiskRatio, riskRatioOfStandardizedDifference } from './sensitivity/e-value.ts';
export { type HodgesLehmannBound, hodgesLehmannBounds } from './sensitivity/hodges-lehmann.ts';
export {
  type DetectableEffect,
  intraclassCorrelation,
  minimumDetectableEffect,
  type PlannedGroup,
} from './sensitivity/minimum-detectable-effect.ts';
export { asStrongAs, biasOf, robustnessValue, type Strength } from './sensitivity/robustness-value.ts';
export {
  mcNemarBounds,
  type RosenbaumBound,
  type SignedRankBounds,
  signedRankBounds,
  signTestBounds,
  survivedGamma,
} from './sensitivity/rosenbaum-bounds.ts';
export { holmAdjusted } from './stats/holm.ts';

// The verdict on a study

export { concurrentUnits } from './study/concurrent-units.ts';
export { type Exposure, exposureOfControls } from './study/exposure-of-controls.ts';
export {
  judgeSample,
  judgeStudy,
  type StudyVerdict,
  type Verdict,
  type VerdictLevel,
  type VerdictReason,
} from './study/judge-study.ts';
export { otherMonths } from './study/other-months.ts';
export {
  type MultiverseInput,
  runMultiverse,
  type Specification,
  type SpecificationAnswer,
  type SpecificationEffect,
} from './study/run-multiverse.ts';
export { runStudy, runStudyDesign, type StudyDesignRun, type StudyRun, type StudyRunInput } from './study/run-study.ts';
export { type FollowedUp, type JudgedSample, type SampleFacts, sampleFactsOf } from './study/sample-facts.ts';
export { standardErrorInflation } from './study/standard-error-inflation.ts';
export { factsOf, type ReadBefore, type StudyCircumstances, type VerdictFacts } from './study/verdict-facts.ts';
export { type VerdictMeasure, type VerdictRule, type VerdictRuleName, verdictRules } from './study/verdict-rules.ts';

// Panel models

export type { Average, EventTimeAverage, GroupTimeAggregates } from './panel-models/aggregate-effects.ts';
export type { BasePeriod, ControlGroup } from './panel-models/cohorts.ts';
export {
  type CellNote,
  type DifferenceInDifferencesInput,
  estimateGroupTimeEffects,
  type GroupTimeCell,
  type GroupTimeEffects,
} from './panel-models/group-time-effects.ts';
export {
  type PanelCovariance,
  type PanelCovarianceType,
  panelCovariance,
  type SmallSample,
} from './panel-models/panel-covariance.ts';
export {
  fitPanelRegression,
  type PanelFit,
  type PanelModel,
  type PanelRegressionInput,
  type VarianceComponents,
} from './panel-models/panel-regression.ts';
export { type PanelStructure, panelStructure } from './panel-models/panel-structure.ts';
export { type PanelTest, type PanelTests, panelTests } from './panel-models/panel-tests.ts';
export { type PanelModelInput, type PanelModelOutput, runPanelModel } from './panel-models/run-panel-model.ts';
export {
  fitTwoByTwo,
  type TwoByTwoEstimator,
  type TwoByTwoFit,
  type TwoByTwoSample,
} from './panel-models/two-by-two.ts';
export type { Effects } from './panel-models/within-transformation.ts';

// Qualitative comparative analysis

export { analyseQca } from './qca/analysis.ts';
export {
  type CalibratedSet,
  type IrredundantModels,
  type ModelListing,
  type QcaAnalysis,
  type QcaColumn,
  type QcaInput,
  type QcaLimits,
  type QcaMeasures,
  type QcaModel,
  type QcaNecessity,
  type QcaOutcome,
  type QcaRow,
  type QcaSolution,
  type QcaTerm,
  type SolutionKind,
  solutionKinds,
} from './qca/analysis-records.ts';
export {
  type AnchoredCases,
  type AnchoredColumn,
  type AnchorInterval,
  findAnchorIntervals,
} from './qca/anchor-intervals.ts';
export { type Anchor, anchorsOf } from './qca/anchors-of.ts';
export { type Anchors, type Calibration, calibrate } from './qca/calibrate.ts';
export { type CalibratedData, makeCalibratedData, negateOutcome } from './qca/calibrated-data.ts';
export {
  deviantConsistencyCases,
  deviantCoverageCases,
  type SelectedCase,
  typicalCases,
} from './qca/case-selection.ts';
export { type Certificate, type Territory, writeCertificate } from './qca/certificate.ts';
export { checkCertificate } from './qca/check-certificate.ts';
export { type ClusterDiagnostics, type ClusterFit, diagnoseClusters } from './qca/clusters.ts';
export { type Condition, type ConditionType, makeCondition } from './qca/conditions.ts';
export { type Cube, formatCube, rowNumberOf } from './qca/cubes.ts';
export { type CutoffInterval, findCutoffIntervals } from './qca/cutoff-intervals.ts';
export { type EnhancedTable, type Enhancement, enhanceTable } from './qca/enhanced-analysis.ts';
export { type Expression, formatProducts, parseExpression, toProducts } from './qca/expression.ts';
export { findContradictoryAssumptions, findRowsInExpression, findSimultaneousSubsets } from './qca/find-rows.ts';
export { findThresholds } from './qca/find-thresholds.ts';
export {
  type ContrapositiveFit,
  contrapositiveFit,
  type NecessityFit,
  necessityFit,
  type SufficiencyFit,
  sufficiencyFit,
} from './qca/fit.ts';
export type {
  ChainRequest,
  FurtherAnalyses,
  FurtherRequest,
  QcaChain,
  QcaClusters,
  QcaRobustness,
  QcaSubset,
  QcaTheory,
  QcaTwoStep,
  RobustnessRequest,
  SubsetRequest,
  TwoStepRequest,
} from './qca/further-records.ts';
export {
  defaultSearchLimits,
  type MinimalModels,
  type ModelTerm as SolutionTerm,
  type SearchLimits,
} from './qca/minimal-models.ts';
export { type PermutationTest, testByPermutation } from './qca/permutation-test.ts';
export { type RobustnessCases, type RobustnessFit, robustnessCases, robustnessFit } from './qca/robustness.ts';
export { fitModels, type ModelFit, type SolutionFit, type TermFit } from './qca/solution-fit.ts';
export {
  type Assumptions,
  assignRoles,
  assumptionsOf,
  type Derivation,
  type DirectionalExpectation,
  type MinimizeSettings,
  type RowRoles,
  solveConservative,
  solveIntermediate,
  solveParsimonious,
} from './qca/solutions.ts';
export {
  findNecessaryExpressions,
  findSufficientProducts,
  type NecessaryExpression,
  type NecessitySearch,
  type SufficiencySearch,
  type SufficientProduct,
} from './qca/supersets.ts';
export { type AreaFit, evaluateTheory, type TheoryArea } from './qca/theory.ts';
export {
  buildTruthTable,
  defaultTruthTableSettings,
  type RowOutput,
  type TruthTable,
  type TruthTableRow,
  type TruthTableSettings,
} from './qca/truth-table.ts';

// Recommender

export { controlModel, type ModelControls } from './recommend/control-model.ts';
export {
  crossValidate,
  type KnownTruth,
  type Leaderboard,
  type LeftOut,
  type LeftOutPredictions,
  type ModelScore,
} from './recommend/cross-validate.ts';
export { type ModelKind, modelKinds, type ServableKind, servableKinds } from './recommend/effect-models.ts';
export {
  type BlockEffect,
  type EvaluationInput,
  evaluateTable,
  type SeparationReason,
  type TableControls,
  type TableEvaluation,
  type TableVerdict,
} from './recommend/evaluate-table.ts';
export { evidenceWeights } from './recommend/evidence.ts';
export { type ExperimentTable, type Place, placeOf, selectExperiments } from './recommend/experiment-table.ts';
export { type EffectTerm, explainEffect } from './recommend/explain-effect.ts';
export { type BlockRules, feasibleMixes, type MixConstraints } from './recommend/feasible-mixes.ts';
export { judgePromises, type PromiseJudgement, type PromiseOutcome } from './recommend/judge-promises.ts';
export { type LoggedPolicyInput, type PolicyLog, valueOfPolicy } from './recommend/logged-policy.ts';
export {
  type ExperimentSite,
  type NextExperiment,
  type NextExperiments,
  type NextExperimentsInput,
  nextExperiments,
} from './recommend/next-experiments.ts';
export { type LoggedChoices, type PolicyValue, policyValue } from './recommend/policy-value.ts';
export {
  type AnswerState,
  type PredictedEffect,
  type RankedMix,
  type Recommendation,
  type RecommendationInput,
  recommendMixes,
  type StateReason,
} from './recommend/recommend-mixes.ts';
export { type EffectPrediction, predictEffects, type SetModel } from './recommend/set-model.ts';
export type { NetworkInput, SetNetwork } from './recommend/set-network.ts';
export { type EvidenceItem, type ShownEvidence, showEvidence } from './recommend/show-evidence.ts';
export type { Support } from './recommend/support.ts';
export { type TrainingInput, trainModel } from './recommend/train-model.ts';
export type { TrainedKpi, TrainedModel } from './recommend/trained-model.ts';
export { type TransportEstimates, transportEstimates } from './recommend/transport.ts';
export { withoutExperiments } from './recommend/without-experiments.ts';

// Random numbers and distributions

export { createRandom, type RandomStream } from './random/random-stream.ts';
export { binomialCdf, binomialProbability, binomialUpperTail } from './stats/binomial.ts';
export { chiSquaredCdf, chiSquaredQuantile, chiSquaredUpperTail } from './stats/chi-squared.ts';
export { fCdf, fQuantile, fUpperTail } from './stats/f-distribution.ts';
export { mean, sampleStandardDeviation, sampleVariance, weightedMean } from './stats/moments.ts';
export { normalCdf, normalDensity, normalUpperTail } from './stats/normal.ts';
export { normalQuantile } from './stats/normal-quantile.ts';
export { quantileType7 } from './stats/quantile.ts';
export { studentTCdf, studentTDensity, studentTQuantile, studentTUpperTail } from './stats/student-t.ts';

// Matrices and the kernels that work on them

export { createMatrixKernels } from './linalg/create-matrix-kernels.ts';
export type { KernelEngine, KernelVariant, LogisticPassArrays, MembershipSums } from './linalg/kernel-engine.ts';
export { type Matrix, matrix } from './linalg/matrix.ts';
export type { LeastSquaresFit, MatrixKernels, ProductOptions } from './linalg/matrix-kernels.ts';
export { elementsPerBlock, rowsPerBlock } from './linalg/summation-order.ts';
export { typescriptEngine } from './linalg/typescript-engine.ts';
export { typescriptKernels } from './linalg/typescript-kernels.ts';
