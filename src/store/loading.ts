import { AppError } from '../app/errors.ts';
import type { FileFormats, PlannedColumn, TableSchema } from '../app/file-formats.ts';
import type { IngestRequest, VariableType } from '../app/panels.ts';
import type { Session } from './database.ts';

/** What loading needs to know. */
export interface Loading {
  readonly session: Session;
  /** of the revision to be */
  readonly key: number;
  readonly formats: FileFormats;
  readonly request: IngestRequest;
  readonly schema: TableSchema | null;
  readonly columnLimit: number;
  readonly signal: AbortSignal;
}

/** Types that the whole file speaks for, by name of the variable; they replace what was inferred from the sample. */
export type Retyped = ReadonlyMap<string, VariableType>;

export function retypeColumn(
  column: PlannedColumn,
  type: VariableType | undefined,
  formats: FileFormats,
): PlannedColumn {
  if (type === undefined) return column;
  return { ...column, variable: { ...column.variable, type }, symbols: formats.symbolsOf(type) };
}

export function tooManyColumns(columns: number, limit: number): AppError {
  return new AppError(
    'too-many-columns',
    `The file has ${columns} columns; this service reads up to ${limit}. Leave out what is not needed, or split the file.`,
    { columns, limit },
  );
}
