/** The public face of the use cases: the service over ports that somebody else fills, its answers and its errors. */
export { type Actor, type Role, roles } from './actor.ts';
export type { StudyProtocol, StudyProtocolRequest } from './analyses/study-protocol.ts';
export {
  type AnalysisKind,
  type AnyResult,
  analyses,
  type BodyOf,
  type RequestOf,
  type ResultOf,
  type SettingsOf,
} from './analyses.ts';
export { AppError, type AppErrorCode, appErrorCodes } from './errors.ts';
export {
  type BuildingBlock,
  blockRules,
  type ContextParameter,
  type Experiment,
  type ExperimentRegistry,
  experimentTable,
  kpisOf,
} from './experiments.ts';
export { createJobs, type JobRecord, type JobState, type Jobs, type JobView } from './jobs.ts';
export { minimumGroup } from './minimum-group.ts';
export type { MethodGoal, ModelDescription, ModelSummary, StoredModel } from './models.ts';
export type { IngestReport, IngestRequest, PanelDescription, PanelSummary, Variable } from './panels.ts';
export type {
  Clock,
  Compute,
  Control,
  EventLog,
  ExperimentRepository,
  Identifiers,
  JobStore,
  ModelRepository,
  PanelStore,
  Ports,
  ResultStore,
} from './ports.ts';
export { purposes } from './purposes.ts';
export type { Released } from './release.ts';
export type { AttritionStep, DataSource, Engine, Result, ResultClass } from './results.ts';
export { createService, type Service } from './service.ts';
export type { StudySeal } from './study-seal.ts';
