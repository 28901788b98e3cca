import type { FileFormats, FileProblem } from '../app/file-formats.ts';
import type { IngestedVariable, IngestReport, IngestRequest } from '../app/panels.ts';
import type { Control } from '../app/ports.ts';
import { checkKeys } from './check-keys.ts';
import { checkValues } from './check-values.ts';
import type { Database, Session } from './database.ts';
import { describeVariables, type VariableFacts } from './describe-variables.ts';
import { refuseWithdrawnUpload } from './erase.ts';
import { appendEvent } from './event-log.ts';
import { type Cautioned, gatherCautions } from './gather-cautions.ts';
import { describe, judge, reconsiderType, sharedByWave } from './judge-variables.ts';
import { keepRevision, latestRevision, readingOf, titleOf } from './keep-revision.ts';
import { type Loaded, loadFile } from './load-file.ts';
import type { Loading, Retyped } from './loading.ts';
import { locateProblems } from './locate-problems.ts';
import type { Mutex } from './mutex.ts';
import { openReading, type Reading, removeRewritten } from './open-reading.ts';
import { createProblemList, type ProblemList } from './problem-list.ts';
import type { SpooledFile } from './spool.ts';
import { rowsTable } from './stage.ts';

export interface IngestContext {
  readonly database: Database;
  readonly formats: FileFormats;
  readonly columnLimit: number;
  /** the turns in which the event log is written */
  readonly eventTurns: Mutex;
  readonly now: () => string;
}

/**
 * Reads one spooled file into a new revision, or says why not. It loads into a table of its own, judges it there, and
 * only the last transaction makes it a revision: until then, and after any failure, nobody sees anything of it.
 *
 * @throws invalid-request, too-many-columns, store-full
 */
export async function ingestFile(
  context: IngestContext,
  request: IngestRequest,
  file: SpooledFile,
  control: Control,
): Promise<IngestReport> {
  const schema = context.formats.readTableSchema(request.schema);
  return context.database.session(async (session) => {
    await refuseWithdrawnUpload(session, request.panel, file.digest);
    const latest = await latestRevision(session, request.panel);
    if (!request.dryRun && latest?.digest === file.digest && latest.asked === askedOf(request)) {
      return { ...latest.report, file: request.file, outcome: 'unchanged', revision: latest.revision };
    }
    const [next] = await session.rows<{ key: number }>(`SELECT nextval('revision_key') AS key`);
    const { key } = next!;
    const stop = () => session.interrupt();
    control.signal.addEventListener('abort', stop);
    try {
      const { formats, columnLimit } = context;
      const loading = { session, key, formats, request, schema, columnLimit, signal: control.signal };
      return await judgeFile(context, loading, file, control);
    } catch (error) {
      // An interrupted statement fails in words of the database; the reason is that nobody wants it any more.
      control.signal.throwIfAborted();
      throw error;
    } finally {
      control.signal.removeEventListener('abort', stop);
      await removeRewritten(file);
      await dropUnkept(session, key);
    }
  });
}

/** What was asked of the bytes: asked the same of the same bytes, the answer is the same. */
function askedOf({ panel: _panel, file: _file, dryRun: _dryRun, ...asked }: IngestRequest): string {
  return JSON.stringify(asked);
}

async function judgeFile(
  context: IngestContext,
  loading: Loading,
  file: SpooledFile,
  control: Control,
): Promise<IngestReport> {
  const { session, key, request } = loading;
  const reading = await openReading(session, loading.formats, request, loading.schema, file, control.signal);
  const errors = createProblemList();
  errors.add(reading.errorCount, reading.errors);
  const done = (outcome: IngestReport['outcome'], revision: number | null, found: Found) =>
    writeReport(loading, file, reading, errors, outcome, revision, found);
  if (errors.count > 0) return done('refused', null, nothingFound);

  const { loaded, facts } = await loadAsItIs(loading, reading, errors, control);
  if (loaded === null) return done('refused', null, nothingFound);
  control.progress(0.7, 'validate');
  await checkKeys(session, key, loaded.plan, loaded.keys, loaded.duplicates, errors);
  await checkValues(session, key, loaded.columns, errors);
  control.signal.throwIfAborted();
  const judged = await judgeVariables(loading, loaded, facts);
  control.signal.throwIfAborted();
  control.progress(0.85, 'validate');
  const cautions = createProblemList();
  cautions.add(loaded.cautions.length, loaded.cautions);
  await gatherCautions(session, key, judged, loaded.keys.wave === null ? null : loaded.waves, cautions);
  control.signal.throwIfAborted();
  control.progress(0.95, 'keep');

  const found: Found = { loaded, variables: judged.map((one) => one.variable), cautions };
  if (errors.count > 0) return done('refused', null, found);
  if (request.dryRun) return done('checked', null, found);
  const latest = await latestRevision(session, request.panel);
  const candidate = await done('created', (latest?.revision ?? 0) + 1, found);
  const howRead = readingOf(loaded, candidate, titleOf(request, loaded));
  if (latest?.digest === file.digest && latest.reading === howRead) {
    return { ...candidate, outcome: 'unchanged', revision: latest.revision };
  }
  const report: IngestReport = latest === null ? candidate : { ...candidate, outcome: 'revised' };
  const at = context.now();
  await context.eventTurns.run(() =>
    session.transaction(async () => {
      await keepRevision(session, key, { request, loaded, report, reading: howRead, asked: askedOf(request), at });
      const { revision, digest, rows, units } = report;
      await appendEvent(session, {
        type: 'panel-ingested',
        at,
        subject: request.panel,
        details: { revision, digest, rows, units },
      });
    }),
  );
  return report;
}

/**
 * Loads the file and describes it, once more where most values of a column are of another type than the sample said, or where
 * the database took a text for infinite or no number, which are no measurements: read as a text it has a place.
 */
async function loadAsItIs(
  loading: Loading,
  opened: Reading,
  errors: ProblemList,
  control: Control,
): Promise<{ loaded: Loaded; facts: readonly VariableFacts[] } | { loaded: null; facts: null }> {
  let reading = opened;
  let retyped: Retyped = new Map();
  for (let attempt = 1; ; attempt++) {
    control.progress(0.2, 'load');
    const found = createProblemList();
    const loaded = await loadFile(loading, reading, retyped, found);
    if (loaded === null) {
      errors.add(found.count, found.first());
      return { loaded, facts: null };
    }
    control.signal.throwIfAborted();
    control.progress(0.6, 'validate');
    const facts = await describeVariables(loading.session, rowsTable(loading.key), loaded.rows, loaded.columns);
    control.signal.throwIfAborted();
    if (loaded.reading.readsNumbers && facts.some(isNotFinite)) {
      reading = { ...loaded.reading, readsNumbers: false };
      continue;
    }
    const changes = facts.flatMap((fact) => {
      const type = reconsiderType(fact);
      return type === null ? [] : [[fact.column.planned.name, type] as const];
    });
    if (changes.length === 0 || attempt >= 3) {
      errors.add(found.count, found.first());
      return { loaded, facts };
    }
    retyped = new Map([...retyped, ...changes]);
  }
}

/** The database sorts what is not a number above infinity. */
const isNotFinite = ({ minimum, maximum }: VariableFacts): boolean =>
  minimum !== null && maximum !== null && !(Number.isFinite(minimum) && Number.isFinite(maximum));

async function judgeVariables(loading: Loading, loaded: Loaded, facts: readonly VariableFacts[]): Promise<Cautioned[]> {
  const { keys, plan } = loaded;
  const collective = keys.collective === null ? null : plan.columns[keys.collective]!.name;
  const shared = keys.wave === null ? new Set() : await sharedByWave(loading.session, loading.key, facts);
  return facts.map((fact) => {
    const variable = judge(fact, loaded.units, shared.has(fact), fact.column.planned.name === collective);
    return { facts: fact, variable: describe(fact, variable) };
  });
}

interface Found {
  readonly loaded: Loaded | null;
  readonly variables: readonly IngestedVariable[];
  readonly cautions: ProblemList;
}

const nothingFound: Found = { loaded: null, variables: [], cautions: createProblemList() };

async function writeReport(
  { session, key, formats, request }: Loading,
  file: SpooledFile,
  opened: Reading,
  errors: ProblemList,
  outcome: IngestReport['outcome'],
  revision: number | null,
  { loaded, variables, cautions }: Found,
): Promise<IngestReport> {
  const reading = loaded?.reading ?? opened;
  const name = (position: number | null): string | null =>
    loaded === null || position === null ? null : loaded.plan.columns[position]!.name;
  const origin = { reading, fromLong: loaded !== null && loaded.keys.long !== null };
  const locate = (problems: readonly FileProblem[]) =>
    locateProblems(session, formats, key, origin, request.file, problems);
  const units = loaded?.keys.unit.map(name).join('/') || (loaded?.keys.wave == null ? 'row number' : 'whole file');
  return {
    panel: request.panel,
    file: request.file,
    outcome,
    revision,
    digest: file.digest,
    format: reading.format,
    layout: origin.fromLong ? 'long' : 'wide',
    delimiter: reading.delimiter,
    decimal: reading.format === 'csv' ? reading.decimal : null,
    encoding: reading.encoding,
    unit: loaded === null ? (request.unit ?? '') : units,
    unitKind: loaded?.keys.unitKind ?? request.unitKind,
    wave: name(loaded?.keys.wave ?? null),
    collective: name(loaded?.keys.collective ?? null),
    rows: loaded?.rows ?? 0,
    units: loaded?.units ?? 0,
    waves: loaded === null ? 0 : Math.max(1, loaded.waves.labels.length),
    variables,
    errors: { count: errors.count, first: await locate(errors.first()) },
    cautions: { count: cautions.count, first: await locate(cautions.first()) },
  };
}

/** Drops the table of a revision that did not come to be. */
async function dropUnkept(session: Session, key: number): Promise<void> {
  const [kept] = await session.rows('SELECT revision FROM panel_revision WHERE revision_key = ?', [key]);
  if (kept === undefined) await session.run(`DROP TABLE IF EXISTS ${rowsTable(key)}`);
}
