import type { PanelColumns } from '../core/panel/columns.ts';
import type { TrainedModel } from '../core/recommend/trained-model.ts';
import type { Role } from './actor.ts';
import type { AnalysisKind, AnyResult } from './analyses.ts';
import type { Computations } from './computations.ts';
import type { Consents } from './consent.ts';
import type { Erasure } from './erasure.ts';
import type { LoggedEvent, NewEvent } from './events.ts';
import type { ExperimentRegistry, GivenExperiments, GivenPlace, GivenTable } from './experiments.ts';
import type { JobRecord } from './jobs.ts';
import type { ModelDescription, ModelSummary, StoredModel } from './models.ts';
import type { IngestReport, IngestRequest, PanelDescription, PanelSummary, PanelTotals } from './panels.ts';
import type {
  ExperimentWithdrawal,
  LearningRecords,
  PlannedExperiment,
  RecordedOutcome,
} from './planned-experiments.ts';
import type { GivenLog } from './policy-log.ts';
import type { Purpose } from './purposes.ts';
import type { ReportWriter } from './reports.ts';

/** What work will cost, before it starts: to one significant digit. */
export interface CostEstimate {
  readonly seconds: number;
  readonly megabytes: number;
}

/** How long work reports where it is and learns that nobody wants it any more. */
export interface Control {
  readonly signal: AbortSignal;
  /** @param fraction 0 to 1; @param stage code of the stage, text `stage.<code>` in messages; @param cost once it is known */
  progress(fraction: number, stage: string, cost?: CostEstimate): void;
}

/** Columns, with what consent made of them. */
export interface ConsentedColumns extends PanelColumns {
  /** how many units consent leaves out */
  readonly leftOut: number;
  /** see `DataSource.consents` */
  readonly consents: number | null;
}

/** Descriptions, totals and the list serve the collective: households that are left out for that purpose are in none of them. */
export interface PanelStore {
  /** Atomic and idempotent: a file with errors changes nothing, the same content twice changes nothing. */
  ingest(request: IngestRequest, source: AsyncIterable<Uint8Array>, control: Control): Promise<IngestReport>;
  list(): Promise<readonly PanelSummary[]>;
  /** @throws panel-not-found, revision-not-found */
  describe(panel: string, revision: number | null): Promise<PanelDescription>;
  /**
   * Columns as typed arrays in canonical order, as if the households left out for this purpose were not in the file.
   *
   * @param upTo only rows up to this wave; units and waves are those of the whole panel. Left out: all rows
   * @throws panel-not-found, revision-not-found, unknown-variable; invalid-argument for a wave that is none
   */
  columns(
    panel: string,
    revision: number | null,
    variables: readonly string[],
    purpose: Purpose,
    upTo?: string,
  ): Promise<ConsentedColumns>;
  /** Sums of numeric variables, waves in order. @throws panel-not-found, revision-not-found, unknown-variable, invalid-request */
  totals(panel: string, revision: number | null, variables: readonly string[]): Promise<PanelTotals>;
}

export interface JobStore {
  insert(job: JobRecord): Promise<void>;
  /** Changes nothing of a job that was withdrawn. */
  update(job: JobRecord): Promise<void>;
  /** @throws data-withdrawn */
  get(id: string): Promise<JobRecord | null>;
  byIdempotencyKey(key: string): Promise<JobRecord | null>;
  /** newest first */
  list(limit: number): Promise<readonly JobRecord[]>;
  /** Marks what was queued or running when the process died as interrupted; returns how many. */
  markInterrupted(at: string): Promise<number>;
}

export interface ResultStore {
  /** @param job the id of the job that made it. @throws data-withdrawn where that was withdrawn meanwhile */
  save(result: AnyResult, job: string): Promise<void>;
  /** @throws data-withdrawn */
  get(id: string): Promise<AnyResult | null>;
  /** Keeps when a result first left to somebody of this role. */
  noteRelease(id: string, role: Role, at: string): Promise<void>;
}

/**
 * Append-only and hash-chained: what came in, was erased and was consented to, and when a study was sealed and its outcome read.
 * Never holds a value or an id of a unit.
 */
export interface EventLog {
  append(event: NewEvent): Promise<void>;
  /** All entries, or those of one type, or of one type about one subject, oldest first. */
  entries(type?: string, subject?: string): Promise<readonly LoggedEvent[]>;
  /** The sequence number of the first entry whose hash does not follow from the one before, or null. */
  firstBroken(): Promise<number | null>;
}

/** The documented experiments and the catalogue of building blocks. */
export interface ExperimentRepository {
  /** @throws invalid-file where a file of the registry does not hold what it should */
  load(): Promise<ExperimentRegistry>;
}

/**
 * Accepted recommendations and what came of them. Nothing is changed or dropped: an outcome that was wrong is corrected by another
 * one, and only a withdrawal removes an experiment, with its reason.
 */
export interface PlannedExperiments {
  load(): Promise<LearningRecords>;
  accept(plan: PlannedExperiment): Promise<void>;
  /** Keeps an experiment with its first outcome, both or neither. */
  document(plan: PlannedExperiment, outcome: RecordedOutcome): Promise<void>;
  /** @throws version-conflict for a second outcome of an experiment and KPI that is no correction, and a correction of nothing */
  record(outcome: RecordedOutcome): Promise<void>;
  /** Removes its plan and outcomes, and the stored answers that rest on experiments; returns how many of these. */
  withdraw(withdrawal: ExperimentWithdrawal): Promise<number>;
}

/** A table of experiments from outside as a registry of its own. @throws invalid-file, invalid-request */
export type ReadGivenTable = (table: GivenTable) => GivenExperiments;

/** The parameters of a place in a neighbourhood table of CBS. @throws invalid-file, invalid-request */
export type ReadCbsTable = (csv: string, code: string) => GivenPlace;

/** A log of choices from outside. @throws invalid-file */
export type ReadPolicyLog = (csv: string) => GivenLog;

/** Trained models: those that come with the service, and those trained here. */
export interface ModelRepository {
  list(): Promise<readonly ModelSummary[]>;
  /** @param version null: the newest. @throws model-not-found, model-incompatible */
  load(name: string, version: number | null): Promise<StoredModel>;
  /** The card as Markdown. @throws model-not-found */
  card(name: string, version: number | null): Promise<string>;
  /** The version a new model of that name will get. */
  nextVersion(name: string): Promise<number>;
  /** Atomic; a version that exists is never replaced. @throws version-conflict */
  save(description: ModelDescription, model: TrainedModel, card: string): Promise<void>;
}

/** Runs one core function in a worker thread, so that the service keeps answering. */
export interface Compute {
  run<Name extends keyof Computations>(
    name: Name,
    input: Computations[Name]['input'],
    control: Control,
  ): Promise<Computations[Name]['output']>;
}

export interface Clock {
  /** ISO 8601 in UTC */
  now(): string;
}

export interface Identifiers {
  /** a fresh, unguessable id with a readable prefix: `job_…`, `res_…` */
  next(prefix: string): string;
}

/** Everything the application needs from outside; built once per process in src/main. */
export interface Ports {
  readonly panels: PanelStore;
  readonly jobs: JobStore;
  readonly results: ResultStore;
  readonly consents: Consents;
  readonly erasure: Erasure;
  readonly events: EventLog;
  readonly experiments: ExperimentRepository;
  readonly plannedExperiments: PlannedExperiments;
  readonly readGivenTable: ReadGivenTable;
  readonly readPolicyLog: ReadPolicyLog;
  readonly readCbsTable: ReadCbsTable;
  readonly models: ModelRepository;
  readonly compute: Compute;
  readonly reports: ReportWriter;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly engine: { readonly version: string; readonly kernels: string };
}

/** What an analysis sees of the world. */
export interface AnalysisContext extends Control {
  readonly ports: Pick<
    Ports,
    | 'panels'
    | 'compute'
    | 'experiments'
    | 'plannedExperiments'
    | 'readGivenTable'
    | 'readPolicyLog'
    | 'readCbsTable'
    | 'models'
    | 'clock'
    | 'events'
    | 'engine'
  >;
}

export type { AnalysisKind };
