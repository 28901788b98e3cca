import type { IngestReport, IngestRequest } from '../app/panels.ts';
import { stagedWave, unitSummary } from './check-keys.ts';
import type { Session } from './database.ts';
import type { Loaded } from './load-file.ts';

/** What makes a staged table a revision. */
export interface Keeping {
  readonly request: IngestRequest;
  readonly loaded: Loaded;
  readonly report: IngestReport;
  /** how the file was read, see `readingOf` */
  readonly reading: string;
  /** what was asked, see `askedOf` */
  readonly asked: string;
  readonly at: string;
}

export interface LatestRevision {
  readonly revision: number;
  readonly digest: string;
  readonly asked: string;
  readonly reading: string;
  readonly report: IngestReport;
}

export async function latestRevision(session: Session, panel: string): Promise<LatestRevision | null> {
  const [row] = await session.rows<Omit<LatestRevision, 'report'> & { report: string }>(
    'SELECT revision, digest, asked, reading, report FROM panel_revision WHERE panel = ? ORDER BY revision DESC LIMIT 1',
    [panel],
  );
  return row ? { ...row, report: JSON.parse(row.report) as IngestReport } : null;
}

/** How the bytes of a file became values: with the same bytes it gives the same revision. */
export function readingOf(loaded: Loaded, report: IngestReport, title: string): string {
  const { keys, columns, reading } = loaded;
  return JSON.stringify({
    title,
    unitKind: keys.unitKind,
    keys: [report.unit, report.wave, report.collective, keys.long !== null],
    format: [reading.format, reading.delimiter, reading.decimal, reading.encoding],
    variables: report.variables.map(({ name, title, role, type, unit, direction, level, codebook }) => [
      name,
      title,
      role,
      type,
      unit,
      direction,
      level,
      codebook,
    ]),
    texts: columns.map(({ planned }) => [[...planned.symbols], planned.format]),
  });
}

/** Makes a staged table a revision of its panel, all or nothing. */
export async function keepRevision(session: Session, key: number, keeping: Keeping): Promise<void> {
  const { request, loaded, report, reading, asked, at } = keeping;
  if (report.revision === 1) await session.run('INSERT INTO panel VALUES (?, ?)', [request.panel, at]);
  await session.run(
    `INSERT INTO panel_unit SELECT ${key}, row_number() OVER (ORDER BY unit) - 1, unit FROM ${unitSummary}`,
  );
  await session.run(`INSERT INTO panel_wave SELECT ${key}, wave_index, label, written FROM ${stagedWave}`);
  for (const [i, column] of loaded.columns.entries()) {
    const variable = report.variables[i]!;
    await session.run('INSERT INTO panel_variable VALUES (?, ?, ?, ?, ?)', [
      key,
      column.place,
      column.storedAs,
      variable.name,
      JSON.stringify(variable),
    ]);
  }
  await session.run('INSERT INTO panel_revision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', [
    key,
    request.panel,
    report.revision,
    report.digest,
    asked,
    reading,
    at,
    titleOf(request, loaded),
    loaded.keys.unitKind,
    report.rows,
    report.units,
    report.waves,
    report.unit,
    report.wave,
    report.collective,
    JSON.stringify(report),
  ]);
}

export const titleOf = (request: IngestRequest, loaded: Loaded): string => loaded.plan.title ?? request.panel;
