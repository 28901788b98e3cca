import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { AppError } from '../app/errors.ts';

/** A row of a table of experiments by column, and where it stands. */
export interface TableRecord {
  readonly row: Readonly<Record<string, string>>;
  readonly line: number;
  /** names the row by what stands in it, wherever it stands; equal rows are numbered */
  readonly digest: string;
}

/** The rows of a CSV text that has these columns. @throws invalid-file */
export function recordsOf(text: string, columns: readonly string[]): readonly TableRecord[] {
  let parsed: { record: Record<string, string>; info: { lines: number } }[];
  try {
    parsed = parse(text, { columns: true, bom: true, info: true, skip_empty_lines: true });
  } catch (cause) {
    throw new AppError(
      'invalid-file',
      `The table of experiments cannot be read: ${(cause as Error).message}.`,
      {},
      { cause },
    );
  }
  const present = parsed.length === 0 ? text.split('\n')[0]!.split(',') : Object.keys(parsed[0]!.record);
  const absent = columns.filter((column) => !present.includes(column));
  if (absent.length > 0) {
    throw new AppError(
      'invalid-file',
      `The table lacks the columns ${absent.join(', ')}; it has ${present.join(', ')}.`,
      { absent },
    );
  }
  const times = new Map<string, number>();
  return parsed.map(({ record, info }) => {
    const hash = createHash('sha256')
      .update(JSON.stringify(Object.values(record)))
      .digest('hex')
      .slice(0, 16);
    const time = (times.get(hash) ?? 0) + 1;
    times.set(hash, time);
    return { row: record, line: info.lines, digest: `${hash}-${time}` };
  });
}
