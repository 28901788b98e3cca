import { createHash } from 'node:crypto';
import { AppError } from '../app/errors.ts';
import type { ExperimentWithdrawal, PlannedExperiment, RecordedOutcome } from '../app/planned-experiments.ts';
import type { PlannedExperiments } from '../app/ports.ts';
import type { Database, Session } from './database.ts';
import { rewriteWhereDue } from './erase.ts';
import { appendEvent } from './event-log.ts';
import type { Mutex } from './mutex.ts';
import { withdrawDerived } from './withdraw-derived.ts';

export interface PlannedExperimentsContext {
  readonly database: Database;
  readonly spoolFolder: string;
  /** the turns in which revisions come and go, the event log is written, and jobs and results are */
  readonly revisionTurns: Mutex;
  readonly eventTurns: Mutex;
  readonly recordTurns: Mutex;
}

interface Record {
  readonly record: string;
}

/**
 * Plans and outcomes in DuckDB, each with its entry in the event log in one transaction. Rows are only added; a withdrawal, and
 * the erasure of what an outcome was computed from, empties their records.
 */
export function createPlannedExperiments(context: PlannedExperimentsContext): PlannedExperiments {
  const { database, eventTurns, recordTurns, revisionTurns } = context;
  const inTurn = <T>(work: (session: Session) => Promise<T>): Promise<T> =>
    eventTurns.run(() =>
      recordTurns.run(() => database.session((session) => session.transaction(() => work(session)))),
    );
  const parsed = <T>(rows: readonly Record[]): readonly T[] => rows.map(({ record }) => JSON.parse(record) as T);
  return {
    load: () =>
      database.session(async (session) => ({
        plans: parsed<PlannedExperiment>(
          await session.rows('SELECT record FROM planned_experiment WHERE record IS NOT NULL ORDER BY sequence'),
        ),
        outcomes: parsed<RecordedOutcome>(
          await session.rows('SELECT record FROM experiment_outcome WHERE record IS NOT NULL ORDER BY sequence'),
        ),
        withdrawals: await session.rows<ExperimentWithdrawal>(
          'SELECT experiment_id AS experiment, reason, model, occurred_at AS "at" FROM experiment_withdrawal ORDER BY occurred_at, experiment_id',
        ),
      })),
    accept: (plan) => inTurn((session) => keepPlan(session, plan)),
    document: (plan, outcome) =>
      inTurn(async (session) => {
        await keepPlan(session, plan);
        await recordOutcome(session, outcome);
      }),
    record: (outcome) => inTurn((session) => recordOutcome(session, outcome)),
    withdraw: (withdrawal) =>
      revisionTurns.run(async () => {
        const results = await inTurn((session) => withdraw(session, withdrawal));
        await rewriteWhereDue(database, context.spoolFolder);
        return results;
      }),
  };
}

async function keepPlan(session: Session, plan: PlannedExperiment): Promise<void> {
  const { experiment, model } = plan;
  const record = JSON.stringify(plan);
  await session.run(`INSERT INTO planned_experiment VALUES (nextval('learning_sequence'), ?, ?)`, [experiment, record]);
  await appendEvent(session, {
    type: model === null ? 'experiment-documented' : 'experiment-planned',
    at: plan.acceptedAt,
    subject: experiment,
    details: { ...(model === null ? {} : { model: model.name, version: model.version }), plan: sha256(record) },
  });
}

async function recordOutcome(session: Session, outcome: RecordedOutcome): Promise<void> {
  const { experiment, kpi, correction } = outcome;
  const earlier = await session.rows(
    'SELECT sequence FROM experiment_outcome WHERE experiment_id = ? AND kpi = ? AND record IS NOT NULL',
    [experiment, kpi],
  );
  if (earlier.length > 0 && correction === null) {
    throw new AppError(
      'version-conflict',
      `Experiment "${experiment}" has an outcome for ${kpi}, and it stays. To add a better one say why it is better, as its correction.`,
      { experiment, kpi },
    );
  }
  if (earlier.length === 0 && correction !== null) {
    throw new AppError(
      'version-conflict',
      `Experiment "${experiment}" has no outcome for ${kpi} to correct. Record it without a correction.`,
      { experiment, kpi },
    );
  }
  const record = JSON.stringify(outcome);
  await session.run(`INSERT INTO experiment_outcome VALUES (nextval('learning_sequence'), ?, ?, ?, ?)`, [
    experiment,
    kpi,
    outcome.result,
    record,
  ]);
  await appendEvent(session, {
    type: 'outcome-recorded',
    at: outcome.recordedAt,
    subject: experiment,
    details: { kpi, correction, outcome: sha256(record) },
  });
}

/** Every stored answer of training, evaluation and recommendation rests on all experiments of its time. */
async function withdraw(session: Session, { experiment, reason, model, at }: ExperimentWithdrawal): Promise<number> {
  await session.run('UPDATE planned_experiment SET record = NULL WHERE experiment_id = ?', [experiment]);
  await session.run('UPDATE experiment_outcome SET record = NULL WHERE experiment_id = ?', [experiment]);
  await session.run('INSERT INTO experiment_withdrawal VALUES (?, ?, ?, ?)', [experiment, reason, model, at]);
  const resting = await session.rows<{ id: string }>(
    `SELECT DISTINCT result_id AS id FROM result_source WHERE panel = 'experiments'`,
  );
  const results = resting.map(({ id }) => id);
  const jobs = await session.rows<{ id: string }>(
    `SELECT id FROM job WHERE record IS NOT NULL AND list_contains(CAST(CAST(? AS JSON) AS VARCHAR[]), record->>'$.resultId')`,
    [JSON.stringify(results)],
  );
  await withdrawDerived(session, { jobs: jobs.map(({ id }) => id), results, released: 0 });
  await appendEvent(session, { type: 'experiment-withdrawn', at, subject: experiment, details: { reason } });
  await session.run('INSERT INTO rewrite_due VALUES (?)', [at]);
  return results.length;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
