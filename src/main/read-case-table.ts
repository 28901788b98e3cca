import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { AppError } from '../app/errors.ts';
import type { CaseTable } from '../cli/command.ts';

const delimiters = [',', ';', '\t'] as const;

/**
 * A small CSV file as cases: separated by comma, semicolon (then with decimal commas) or tab, whichever the header has
 * most; a column `id` (else the only column of texts that differ, else the line number) names the cases.
 *
 * @throws invalid-file where the file cannot be read, is empty or ragged
 */
export async function readCaseTable(path: string): Promise<CaseTable> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new AppError('invalid-file', `The file ${path} cannot be read: ${cause.message}.`, { path }, { cause });
  });
  const header = text.slice(0, text.indexOf('\n') < 0 ? text.length : text.indexOf('\n'));
  const count = (delimiter: string) => header.split(delimiter).length;
  const delimiter = delimiters.reduce((best, other) => (count(other) > count(best) ? other : best));
  let records: string[][];
  try {
    records = parse(text, { bom: true, delimiter });
  } catch (cause) {
    throw new AppError(
      'invalid-file',
      `The file ${path} is no table: ${(cause as Error).message}.`,
      { path },
      { cause },
    );
  }
  const [columns = [], ...rows] = records;
  if (rows.length === 0)
    throw new AppError('invalid-file', `The file ${path} holds no cases below its header.`, { path });
  const cell = (value: string): string | number | null => {
    if (value.trim() === '') return null;
    const number = Number(delimiter === ';' ? value.replace(',', '.') : value);
    return Number.isFinite(number) ? number : value;
  };
  const names = columns.map((_, at) => rows.map((row) => row[at]!));
  const isNaming = (at: number) =>
    new Set(names[at]).size === rows.length && names[at]!.every((value) => typeof cell(value) === 'string');
  const declared = columns.findIndex((column) => column.toLowerCase() === 'id');
  const naming = columns.map((_, at) => at).filter(isNaming);
  const id = declared >= 0 ? declared : naming.length === 1 ? naming[0]! : -1;
  return {
    columns: columns.filter((_, at) => at !== id),
    ids: rows.map((row, at) => (id < 0 ? String(at + 1) : row[id]!)),
    rows: rows.map((row) => row.filter((_, at) => at !== id).map(cell)),
  };
}
