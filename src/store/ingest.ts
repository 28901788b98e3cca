import { open } from 'node:fs/promises';
import { AppError } from '../app/errors.ts';
import type { CsvDialect, FileFormats, PlannedKeys, ReadingPlan } from '../app/file-formats.ts';
import type { IngestProblem, IngestReport, IngestRequest, VariableDescription } from '../app/panels.ts';
import type { Control } from '../app/ports.ts';
import { type Database, quoteText, type Session } from './database.ts';
import { describeVariables } from './describe-variables.ts';
import type { SpooledFile } from './spool.ts';
import { stagedColumns, stageWide, unreadable } from './stage.ts';

export interface IngestContext {
  readonly database: Database;
  readonly formats: FileFormats;
  readonly columnLimit: number;
  readonly now: () => string;
}

const headBytes = 1 << 20;

/** Reads one spooled file into a new revision, or says why not. Until the last transaction nobody sees anything of it. */
export async function ingestFile(
  context: IngestContext,
  request: IngestRequest,
  file: SpooledFile,
  control: Control,
): Promise<IngestReport> {
  const head = await readHead(file);
  const format = request.format ?? context.formats.detectFormat(head);
  if (format !== 'csv') throw new AppError('not-implemented', `Files of format ${format} cannot be read yet.`);
  const dialect = await context.formats.csvDialect(head, file.bytes <= headBytes, request);
  if (dialect.header.length > context.columnLimit) throw tooManyColumns(dialect.header.length, context.columnLimit);
  const plan = context.formats.plan(dialect.header, dialect.sample, dialect.decimal, request);
  control.progress(0.2, 'load');
  return context.database.session(async (session) => {
    const [next] = await session.rows<{ key: number }>(`SELECT nextval('revision_key') AS key`);
    const key = next!.key;
    try {
      return await stageAndKeep(context, session, key, request, file, dialect, plan, control);
    } catch (error) {
      await session.run(`DROP TABLE IF EXISTS panel_rows_${key}`).catch(() => {});
      throw error;
    }
  });
}

async function stageAndKeep(
  context: IngestContext,
  session: Session,
  key: number,
  request: IngestRequest,
  file: SpooledFile,
  dialect: CsvDialect,
  plan: ReadingPlan,
  control: Control,
): Promise<IngestReport> {
  const errors: IngestProblem[] = [...plan.errors];
  let errorCount = errors.length;
  const keys = plan.keys[0]!;
  const columns = stagedColumns(plan.columns, keys);
  await stageWide(session, key, csvRelation(file.path, dialect), columns, keys, dialect.decimal, request.panel);
  const table = `panel_rows_${key}`;
  control.progress(0.7, 'validate');
  const [shape] = await session.rows<{
    rows: number;
    units: number;
    broken: number;
    duplicates: number;
    keyless: number;
  }>(
    `SELECT count(*) AS rows, count(DISTINCT unit) AS units,
       count(*) FILTER (list_contains(status, ${unreadable})) AS broken,
       count(*) - count(DISTINCT (unit, wave)) AS duplicates,
       count(*) FILTER (unit IS NULL ${keys.wave === null ? '' : 'OR wave IS NULL'}) AS keyless FROM ${table}`,
  );
  const problem = (count: number, rule: string, remedy: string) => {
    if (count === 0) return;
    errorCount += count;
    errors.push({ rule, line: null, column: null, value: null, remedy });
  };
  problem(shape!.broken, 'unreadable-value', 'Correct the values, or declare the column as text in a schema.');
  problem(shape!.duplicates, 'duplicate-key', 'Keep one row for each unit and wave.');
  problem(shape!.keyless, 'missing-key', 'Give every row a unit and a wave.');
  problem(shape!.rows === 0 ? 1 : 0, 'no-rows', 'The file has no row of values.');
  const waves = keys.wave === null ? null : await readWaves(context, session, table, problem);
  const described = await describeVariables(session, key, columns);
  const name = (position: number | null): string | null => (position === null ? null : plan.columns[position]!.name);
  const report = (outcome: IngestReport['outcome'], revision: number | null): IngestReport => ({
    panel: request.panel,
    outcome,
    revision,
    digest: file.digest,
    format: 'csv',
    layout: 'wide',
    delimiter: dialect.delimiter,
    decimal: dialect.decimal,
    encoding: 'utf-8',
    unit: name(keys.unit) ?? (keys.wave === null ? 'row number' : 'panel'),
    wave: name(keys.wave),
    collective: name(keys.collective),
    rows: shape!.rows,
    units: shape!.units,
    waves: waves?.labels.length ?? 1,
    variables: described,
    errors: { count: errorCount, first: errors.slice(0, 100) },
    cautions: { count: plan.cautions.length, first: plan.cautions.slice(0, 100) },
  });
  if (errorCount > 0 || request.dryRun) {
    await session.run(`DROP TABLE ${table}`);
    return report(errorCount > 0 ? 'refused' : 'checked', null);
  }
  const reading = JSON.stringify({ ...keys, columns: plan.columns.map((c) => c.variable) });
  const [latest] = await session.rows<{ revision: number; digest: string; reading: string }>(
    'SELECT revision, digest, reading FROM panel_revision WHERE panel = ? ORDER BY revision DESC LIMIT 1',
    [request.panel],
  );
  if (latest?.digest === file.digest && latest.reading === reading) {
    await session.run(`DROP TABLE ${table}`);
    return report('unchanged', latest.revision);
  }
  const revision = (latest?.revision ?? 0) + 1;
  const kept = report(revision === 1 ? 'created' : 'revised', revision);
  await session.transaction(() => keep(context, session, key, request, plan, keys, kept, reading, waves));
  return kept;
}

async function keep(
  context: IngestContext,
  session: Session,
  key: number,
  request: IngestRequest,
  plan: ReadingPlan,
  keys: PlannedKeys,
  report: IngestReport,
  reading: string,
  waves: Waves | null,
): Promise<void> {
  const at = context.now();
  if (report.revision === 1) await session.run('INSERT INTO panel VALUES (?, ?)', [request.panel, at]);
  await session.run(
    `INSERT INTO panel_unit SELECT ${key}, row_number() OVER (ORDER BY unit) - 1, unit
     FROM (SELECT DISTINCT unit FROM panel_rows_${key})`,
  );
  for (const [written, index] of waves?.written ?? []) {
    await session.run('INSERT INTO panel_wave VALUES (?, ?, ?, ?)', [key, index, waves!.labels[index]!, written]);
  }
  const columns = stagedColumns(plan.columns, keys);
  for (const [i, column] of columns.entries()) {
    const description: VariableDescription = report.variables[i]!;
    await session.run('INSERT INTO panel_variable VALUES (?, ?, ?, ?, ?)', [
      key,
      column.statusPlace,
      column.storedAs,
      column.planned.name,
      JSON.stringify(description),
    ]);
  }
  await session.run('INSERT INTO panel_revision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', [
    key,
    request.panel,
    report.revision,
    report.digest,
    reading,
    at,
    request.title ?? request.panel,
    plan.unitKind,
    report.rows,
    report.units,
    report.waves,
    report.unit,
    report.wave,
    report.collective,
    JSON.stringify(report),
  ]);
}

interface Waves {
  readonly labels: readonly string[];
  /** text in the file → index of its label */
  readonly written: ReadonlyMap<string, number>;
}

async function readWaves(
  context: IngestContext,
  session: Session,
  table: string,
  problem: (count: number, rule: string, remedy: string) => void,
): Promise<Waves> {
  const texts = await session.rows<{ wave: string; n: number }>(
    `SELECT wave, count(*) AS n FROM ${table} WHERE wave IS NOT NULL GROUP BY wave ORDER BY wave`,
  );
  const parsed = texts.map((row) => ({ ...row, moment: context.formats.parseWave(row.wave) }));
  for (const row of parsed) {
    if (row.moment === null)
      problem(row.n, 'unreadable-wave', `Write "${row.wave}" as a year, quarter, month or date.`);
  }
  const good = parsed.flatMap((row) => (row.moment === null ? [] : [{ written: row.wave, ...row.moment }]));
  good.sort((a, b) => a.order - b.order);
  const labels = [...new Set(good.map((row) => row.label))];
  return { labels, written: new Map(good.map((row) => [row.written, labels.indexOf(row.label)])) };
}

function csvRelation(path: string, dialect: CsvDialect): string {
  const columns = dialect.header.map((_, j) => `'t${j}': 'VARCHAR'`).join(', ');
  return `read_csv(${quoteText(path)}, auto_detect = false, header = true, delim = ${quoteText(dialect.delimiter)},
    quote = '"', escape = '"', columns = {${columns}})`;
}

async function readHead(file: SpooledFile): Promise<Uint8Array> {
  const handle = await open(file.path, 'r');
  try {
    const buffer = new Uint8Array(Math.min(headBytes, file.bytes));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

export function tooManyColumns(columns: number, limit: number): AppError {
  return new AppError(
    'too-many-columns',
    `The file has ${columns} columns; this service reads up to ${limit}. Leave out what is not needed, or use the long form.`,
    { columns, limit },
  );
}
