import type { IngestProblem, IngestRequest, UnitKind, Variable } from './panels.ts';

/** What a file of delimited text looks like, as far as its first part shows. */
export interface CsvDialect {
  readonly delimiter: ',' | ';' | '\t';
  readonly decimal: '.' | ',';
  /** names in the first record, as written; trimmed */
  readonly header: readonly string[];
  /** first records after the header, as written */
  readonly sample: readonly (readonly string[])[];
}

/** One column of a file and how its values are read. */
export interface PlannedColumn {
  /** 0 for the first column of the file */
  readonly position: number;
  readonly name: string;
  readonly variable: Variable;
  /** true where a schema said so; an inferred type may be reconsidered on the whole file */
  readonly declared: boolean;
  /** texts that stand for a status instead of a value, beside the empty one */
  readonly symbols: ReadonlyMap<string, 'absent' | 'suppressed' | 'notApplicable'>;
  readonly constraints: ColumnConstraints;
}

export interface ColumnConstraints {
  readonly required: boolean;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly allowed: readonly string[] | null;
  readonly pattern: string | null;
}

/** Which columns make up the key of a row. `null` for the unit: rows are numbered, or (with waves) are one unit. */
export interface PlannedKeys {
  readonly unit: number | null;
  readonly wave: number | null;
  readonly collective: number | null;
  /** long form: columns with the name of the variable and with its value */
  readonly long: { readonly variable: number; readonly value: number } | null;
  /** a weak choice gives way to the next where the whole file speaks against it */
  readonly certain: boolean;
}

/** How a file will be read: what was asked, what a schema says, and what was inferred for the rest. */
export interface ReadingPlan {
  readonly columns: readonly PlannedColumn[];
  /** best first; never empty */
  readonly keys: readonly PlannedKeys[];
  readonly unitKind: UnitKind;
  readonly errors: readonly IngestProblem[];
  readonly cautions: readonly IngestProblem[];
}

/** A moment of measurement. `order` sorts moments of one kind; `next` is the order of the following one. */
export interface Wave {
  readonly kind: 'year' | 'quarter' | 'month' | 'date' | 'moment' | 'number';
  readonly label: string;
  readonly order: number;
}

/** What the room `formats` offers to the store: pure knowledge of files, no database. */
export interface FileFormats {
  /** @param head the first bytes of the file; `complete` says that there are no more */
  detectFormat(head: Uint8Array): 'csv' | 'parquet' | 'jsonl';
  csvDialect(head: Uint8Array, complete: boolean, request: IngestRequest): Promise<CsvDialect>;
  plan(
    header: readonly string[],
    sample: readonly (readonly string[])[],
    decimal: '.' | ',',
    request: IngestRequest,
  ): ReadingPlan;
  parseWave(text: string): Wave | null;
}
