import type { AnyResult } from '../../src/app/analyses.ts';
import { AppError } from '../../src/app/errors.ts';
import type { LoggedEvent } from '../../src/app/events.ts';
import type { JobRecord } from '../../src/app/jobs.ts';
import { hasEnded } from '../../src/app/jobs.ts';
import type { StoredModel } from '../../src/app/models.ts';
import type { PanelDescription, VariableDescription, VariableTotal } from '../../src/app/panels.ts';
import {
  type ExperimentWithdrawal,
  joinExperiments,
  type PlannedExperiment,
  type RecordedOutcome,
} from '../../src/app/planned-experiments.ts';
import type {
  Compute,
  ConsentedColumns,
  JobStore,
  ModelRepository,
  PlannedExperiments,
  Ports,
  ResultStore,
} from '../../src/app/ports.ts';
import { referenceValues } from '../../src/core/insights/reference-values.ts';
import { typescriptKernels } from '../../src/core/linalg/typescript-kernels.ts';
import type { Column, NumberColumn } from '../../src/core/panel/columns.ts';
import { takeRows } from '../../src/core/panel/unit-periods.ts';
import { readCbsNeighbourhood } from '../../src/formats/read-cbs-neighbourhood.ts';
import { readExperimentTable } from '../../src/formats/read-experiment-table.ts';
import { readExperiments } from '../../src/formats/read-experiments.ts';
import { readPolicyLog } from '../../src/formats/read-policy-log.ts';
import { loadSetNetwork } from '../../src/neural/load-set-network.ts';
import { loadIntegerSolver } from '../../src/solvers/load-integer-solver.ts';
import { createExperimentFiles } from '../../src/store/experiment-files.ts';
import { renderReport } from '../../src/ui/report/report-renderer.ts';
import { computations } from '../../src/workers/computations.ts';

/** Ports in memory: the application without a database, threads or a clock of its own. */
export function memoryPorts(panels: readonly MemoryPanel[] = [], overrides: Partial<Ports> = {}): Ports {
  let next = 0;
  let tick = 0;
  const plannedExperiments = overrides.plannedExperiments ?? memoryPlannedExperiments();
  return {
    panels: memoryPanels(panels),
    jobs: memoryJobs(),
    results: memoryResults(),
    consents: {
      async record() {
        throw new AppError('not-implemented', 'Ports in memory keep no consent.');
      },
      of: async () => [],
    },
    erasure: {
      panelsOf: async () => [],
      async erase() {
        throw new AppError('not-implemented', 'Ports in memory cannot erase.');
      },
    },
    events: memoryEvents(),
    experiments: joinExperiments(createExperimentFiles(heatTransition, readExperiments), plannedExperiments),
    plannedExperiments,
    readGivenTable: readExperimentTable,
    readPolicyLog,
    readCbsTable: readCbsNeighbourhood,
    models: memoryModels(),
    compute: directCompute,
    reports: { write: async (result, language) => renderReport(result, language) },
    clock: { now: () => new Date(Date.UTC(2026, 0, 1, 0, 0, tick++)).toISOString() },
    identifiers: { next: (prefix) => `${prefix}_${String(++next).padStart(4, '0')}` },
    engine: { version: '0.0.0-test', kernels: 'typescript' },
    ...overrides,
  };
}

const heatTransition = new URL('../../datasets/heat-transition', import.meta.url).pathname;

/** Plans and outcomes that are gone with the test. */
export function memoryPlannedExperiments(): PlannedExperiments {
  let plans: PlannedExperiment[] = [];
  let outcomes: RecordedOutcome[] = [];
  const withdrawals: ExperimentWithdrawal[] = [];
  return {
    load: async () => ({ plans: [...plans], outcomes: [...outcomes], withdrawals: [...withdrawals] }),
    async accept(plan) {
      plans.push(plan);
    },
    async document(plan, outcome) {
      plans.push(plan);
      outcomes.push(outcome);
    },
    async record(outcome) {
      outcomes.push(outcome);
    },
    async withdraw(withdrawal) {
      const isOther = ({ experiment }: { readonly experiment: string }) => experiment !== withdrawal.experiment;
      plans = plans.filter(isOther);
      outcomes = outcomes.filter(isOther);
      withdrawals.push(withdrawal);
      return 0;
    },
  };
}

/** Models that are gone with the test. */
export function memoryModels(): ModelRepository {
  const kept: { readonly stored: StoredModel; readonly card: string }[] = [];
  const find = (name: string, version: number | null) => {
    const found = kept.findLast(
      ({ stored: { description } }) =>
        description.name === name && (version === null || description.version === version),
    );
    if (found) return found;
    throw new AppError('model-not-found', `There is no model "${name}".`);
  };
  return {
    list: async () =>
      kept
        .map(({ stored: { description } }) => ({ ...description, shipped: false }))
        .map(({ name, version, shipped }) => ({ name, version, shipped })),
    load: async (name, version) => find(name, version).stored,
    card: async (name, version) => find(name, version).card,
    nextVersion: async (name) => kept.filter(({ stored }) => stored.description.name === name).length + 1,
    async save(description, model, card) {
      kept.push({ stored: { description, model }, card });
    },
  };
}

/** Runs the computation where it is asked for. */
export const directCompute: Compute = {
  async run(name, input, control) {
    const computation = computations[name] as (input: unknown, environment: unknown) => unknown;
    return (await computation(input, {
      kernels: typescriptKernels,
      loadIntegerSolver,
      loadSetNetwork,
      progress: control.progress.bind(control),
    })) as never;
  },
};

export interface MemoryPanel {
  readonly panel: string;
  readonly title?: string;
  /** what a schema would say of its variables; the rest is plain */
  readonly variables?: Readonly<Record<string, Partial<VariableDescription>>>;
  readonly unitKind: PanelDescription['unitKind'];
  readonly collectiveColumn?: string;
  readonly unitIds: readonly string[];
  readonly waves: readonly string[];
  readonly unitIndex: readonly number[];
  readonly waveIndex: readonly number[];
  readonly columns: Readonly<Record<string, Column>>;
}

/** A numeric column; null is absent. */
export const numbers = (values: readonly (number | null)[]): Column => ({
  type: 'number',
  values: Float64Array.from(values, (v) => v ?? 0),
  status: Uint8Array.from(values, (v) => (v === null ? 1 : 0)),
});

/** A coded column; null is absent. */
export function codes(values: readonly (string | null)[]): Column {
  const levels = [...new Set(values.filter((v) => v !== null))].sort();
  return {
    type: 'coded',
    levels,
    codes: Int32Array.from(values, (v) => (v === null ? -1 : levels.indexOf(v))),
    status: Uint8Array.from(values, (v) => (v === null ? 1 : 0)),
  };
}

const isObserved = (status: number): number => (status === 0 ? 1 : 0);

function memoryPanels(panels: readonly MemoryPanel[]): Ports['panels'] {
  const find = (name: string): MemoryPanel => {
    const panel = panels.find((p) => p.panel === name);
    if (panel) return panel;
    throw new AppError('panel-not-found', `There is no panel "${name}". List the panels to see their names.`, {
      panel: name,
    });
  };
  const describe = (p: MemoryPanel): PanelDescription => ({
    panel: p.panel,
    revision: 1,
    title: p.title ?? p.panel,
    unitKind: p.unitKind,
    rows: p.unitIndex.length,
    units: p.unitIds.length,
    waves: p.waves.length,
    variables: Object.keys(p.columns).length,
    digest: 'd'.repeat(64),
    unitColumn: 'unit',
    waveColumn: 'wave',
    collectiveColumn: p.collectiveColumn ?? null,
    waveLabels: p.waves,
    description: Object.entries(p.columns).map(([name, column]): VariableDescription => {
      const rows = [...column.status.keys()].filter((row) => column.status[row] === 0);
      const observed = rows.length;
      const unitsWhere = (holds: (row: number) => boolean): number =>
        new Set(rows.filter(holds).map((row) => p.unitIndex[row]!)).size;
      const values = column.type === 'number' ? rows.map((row) => column.values[row]!) : [];
      const distinct = new Set(column.type === 'number' ? values : rows.map((row) => column.codes[row]!)).size;
      const references = column.type === 'number' ? referenceValues(column.values, column.status.map(isObserved)) : [];
      const holds = (value: number) => (row: number) => column.type === 'number' && column.values[row] === value;
      const sum = values.reduce((total, value) => total + value, 0);
      const mean = values.length === 0 ? null : sum / values.length;
      return {
        name,
        title: null,
        role: column.type === 'number' ? 'kpi' : 'attribute',
        type: column.type === 'number' ? 'number' : 'code',
        unit: null,
        direction: 'neutral',
        level: column.type === 'number' ? 'ratio' : 'nominal',
        codebook: null,
        counts: { observed, absent: column.status.length - observed, suppressed: 0, notApplicable: 0 },
        unitsObserved: unitsWhere(() => true),
        unitsApart: references.map((value) => unitsWhere((row) => !holds(value)(row))),
        distinct,
        minimum: values.length === 0 ? null : values.reduce((a, b) => Math.min(a, b)),
        maximum: values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b)),
        mean,
        standardDeviation:
          values.length < 2
            ? null
            : Math.sqrt(values.reduce((total, value) => total + (value - mean!) ** 2, 0) / (values.length - 1)),
        sum: values.length === 0 ? null : sum,
        ...p.variables?.[name],
      };
    }),
    revisions: [{ revision: 1, digest: 'd'.repeat(64), ingestedAt: '2026-01-01T00:00:00.000Z' }],
  });
  return {
    async ingest() {
      throw new AppError('not-implemented', 'Panels in memory cannot be ingested.');
    },
    async list() {
      return panels.map((p) => {
        const { panel, revision, title, unitKind, rows, units, waves, variables, digest } = describe(p);
        return { panel, revision, title, unitKind, rows, units, waves, variables, digest };
      });
    },
    async describe(panel) {
      return describe(find(panel));
    },
    async columns(name, _revision, variables, _purpose, upTo): Promise<ConsentedColumns> {
      const p = find(name);
      const last = upTo === undefined ? p.waves.length : p.waves.indexOf(upTo);
      const rows = [...p.waveIndex.keys()].filter((row) => p.waveIndex[row]! <= last);
      const chosen: Record<string, Column> = {};
      for (const variable of variables) {
        const column = p.columns[variable];
        if (!column)
          throw new AppError('invalid-request', `Panel "${name}" has no variable "${variable}".`, { variable });
        chosen[variable] = takeRows(column, rows);
      }
      return {
        panel: name,
        revision: 1,
        digest: 'd'.repeat(64),
        rows: rows.length,
        unitIds: p.unitIds,
        unitIndex: Uint32Array.from(rows, (row) => p.unitIndex[row]!),
        waves: p.waves,
        waveIndex: Uint32Array.from(rows, (row) => p.waveIndex[row]!),
        columns: chosen,
        leftOut: 0,
        consents: p.unitKind === 'household' ? 0 : null,
      };
    },
    async totals(name, _revision, variables) {
      const p = find(name);
      const totalOf = (variable: string, w: number): VariableTotal => {
        const { values, status } = p.columns[variable] as NumberColumn;
        const references = referenceValues(values, status.map(isObserved));
        const found = [...values].filter((_, row) => status[row] === 0 && p.waveIndex[row] === w);
        return {
          variable,
          observed: found.length,
          sum: found.reduce((sum, value) => sum + value, 0),
          apart: references.map((reference) => found.filter((value) => value !== reference).length),
          withheld: null,
        };
      };
      const { panel, revision, digest, unitKind } = describe(p);
      const waves = p.waves.map((wave, w) => ({ wave, totals: variables.map((variable) => totalOf(variable, w)) }));
      return { panel, revision, digest, unitKind, waves };
    },
  };
}

/** A log without a chain. */
export function memoryEvents(): Ports['events'] {
  const kept: LoggedEvent[] = [];
  return {
    async append({ details, ...event }) {
      const hash = String(kept.length + 1).padStart(64, '0');
      kept.push({ ...event, sequence: kept.length + 1, details: JSON.stringify(details), previousHash: '', hash });
    },
    entries: async (type, subject) =>
      kept.filter(
        (event) => (type === undefined || event.type === type) && (subject === undefined || event.subject === subject),
      ),
    firstBroken: async () => null,
  };
}

export function memoryJobs(initial: readonly JobRecord[] = []): JobStore {
  const jobs = new Map(initial.map((job) => [job.id, job]));
  return {
    async insert(job) {
      jobs.set(job.id, job);
    },
    async update(job) {
      jobs.set(job.id, job);
    },
    async get(id) {
      return jobs.get(id) ?? null;
    },
    async byIdempotencyKey(key) {
      return [...jobs.values()].find((job) => job.idempotencyKey === key) ?? null;
    },
    async list(limit) {
      return [...jobs.values()].reverse().slice(0, limit);
    },
    async markInterrupted(at) {
      const open = [...jobs.values()].filter((job) => !hasEnded(job.state));
      for (const job of open) jobs.set(job.id, { ...job, state: 'interrupted', finishedAt: at });
      return open.length;
    },
  };
}

function memoryResults(): ResultStore {
  const results = new Map<string, AnyResult>();
  return {
    async save(result) {
      results.set(result.id, structuredClone(result));
    },
    async get(id) {
      return results.get(id) ?? null;
    },
    async noteRelease() {},
  };
}
