import type { FileFormats, FileProblem } from '../app/file-formats.ts';
import type { IngestProblem } from '../app/panels.ts';
import type { Session } from './database.ts';
import type { Reading } from './open-reading.ts';
import { rowsTable } from './stage.ts';
import { longTexts } from './stage-long.ts';

/** Where the rows of a staged table come from. */
export interface Origin {
  readonly reading: Reading;
  /** rows were gathered from a long file: their records are found by unit, wave and variable */
  readonly fromLong: boolean;
}

/** Gives problems the name of the file and the lines of their records. */
export async function locateProblems(
  session: Session,
  formats: FileFormats,
  key: number,
  origin: Origin,
  file: string | null,
  problems: readonly FileProblem[],
): Promise<IngestProblem[]> {
  const known = problems.map((problem) => (problem as FileProblem & { line?: number }).line);
  const records = origin.fromLong
    ? await longRecords(session, key, problems)
    : problems.map((problem) => problem.record);
  const wanted = records.filter((record, i): record is number => record !== null && known[i] === undefined);
  const { records: source } = origin.reading;
  const lines = source === null ? null : await formats.locateRecords(source.path, source.layout, wanted);
  return problems.map(({ rule, column, value, remedy }, i) => {
    const record = records[i]!;
    const line = known[i] ?? (record === null ? null : lines === null ? record + 1 : (lines.get(record) ?? null));
    return { rule, file, line, column, value, remedy };
  });
}

async function longRecords(
  session: Session,
  key: number,
  problems: readonly FileProblem[],
): Promise<(number | null)[]> {
  const found: (number | null)[] = [];
  for (const { record, column } of problems) {
    if (record === null) {
      found.push(null);
      continue;
    }
    const rows = await session.rows<{ record: number }>(
      `SELECT l.rowid AS record FROM ${longTexts} l JOIN ${rowsTable(key)} r
       ON l.unit IS NOT DISTINCT FROM r.unit AND l.wave IS NOT DISTINCT FROM r.wave
       WHERE r.rowid = ? ORDER BY l.variable IS DISTINCT FROM ?, l.rowid LIMIT 1`,
      [record, column],
    );
    found.push(rows[0]?.record ?? null);
  }
  return found;
}
