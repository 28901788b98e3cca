import type {
  Direction,
  IngestRequest,
  MeasurementLevel,
  UnitKind,
  Variable,
  VariableRole,
  VariableType,
} from './panels.ts';

/** What a file of delimited text looks like, as far as its first part shows. */
export interface CsvDialect {
  readonly delimiter: ',' | ';' | '\t';
  readonly decimal: '.' | ',';
  /** a text such as `1.234` where no other number says whether its sign is decimal; null where there is no doubt */
  readonly doubtful: string | null;
  /** names in the first record, trimmed; empty where no record was complete */
  readonly header: readonly string[];
  /** first records after the header, as written */
  readonly sample: readonly (readonly string[])[];
}

export type MissingStatus = 'absent' | 'suppressed' | 'notApplicable';

/** What a schema demands of the values of a column. */
export interface ColumnConstraints {
  readonly required: boolean;
  readonly unique: boolean;
  readonly minimum: number | string | null;
  readonly maximum: number | string | null;
  readonly minimumLength: number | null;
  readonly maximumLength: number | null;
  /** texts as they are written in the file */
  readonly allowed: readonly string[] | null;
  /** a regular expression for the whole text */
  readonly pattern: string | null;
}

/** How the text of a value becomes a value. */
export interface ValueFormat {
  readonly decimal: '.' | ',';
  /** thousands separator, which then stands before every three digits */
  readonly group: string | null;
  /** date pattern of strptime, or null for ISO 8601 */
  readonly date: string | null;
  readonly trueTexts: readonly string[];
  readonly falseTexts: readonly string[];
}

/** One column of a file and how its values are read. */
export interface PlannedColumn {
  /** 0 for the first column of the file */
  readonly position: number;
  readonly name: string;
  readonly variable: Variable;
  /** a schema said the type; an inferred one may be reconsidered on the whole file */
  readonly typeDeclared: boolean;
  readonly roleDeclared: boolean;
  readonly levelDeclared: boolean;
  /** texts that stand for a status instead of a value; the empty text is always absent */
  readonly symbols: ReadonlyMap<string, MissingStatus>;
  readonly format: ValueFormat;
  /** every text of the sample is empty or a number without thousands separators */
  readonly isPlainNumbers: boolean;
  readonly constraints: ColumnConstraints;
}

/** Which columns make up the key of a row, by position. */
export interface PlannedKeys {
  /** empty: rows are numbered or, where there are waves, the file is one unit; several: joined with "/" */
  readonly unit: readonly number[];
  readonly wave: number | null;
  readonly collective: number | null;
  /** long form: the columns with the name of the variable and with its value */
  readonly long: { readonly variable: number; readonly value: number } | null;
  /** an uncertain choice gives way to the next where the whole file speaks against it */
  readonly certain: boolean;
  /** what a unit is: stated, or inferred from the unit's columns */
  readonly unitKind: UnitKind;
}

/** Something to say about a file. `record` counts from 0 after the header; null where it is about the whole file. */
export interface FileProblem {
  readonly rule: string;
  readonly record: number | null;
  readonly column: string | null;
  readonly value: string | null;
  readonly remedy: string;
}

/** How a file will be read: what was asked, what a schema says, and what was inferred for the rest. */
export interface ReadingPlan {
  readonly columns: readonly PlannedColumn[];
  /** best first; never empty */
  readonly keys: readonly PlannedKeys[];
  readonly title: string | null;
  readonly errors: readonly FileProblem[];
  readonly cautions: readonly FileProblem[];
}

/** A moment of measurement. `order` sorts moments of one kind; the following one is `order + 1`, except for `moment`. */
export interface Wave {
  readonly kind: 'year' | 'quarter' | 'month' | 'date' | 'moment' | 'number';
  readonly label: string;
  readonly order: number;
}

export interface SchemaField {
  readonly name: string;
  readonly title: string | null;
  readonly type: VariableType | 'wave' | 'string' | null;
  readonly role: VariableRole | null;
  readonly unit: string | null;
  readonly direction: Direction | null;
  readonly level: MeasurementLevel | null;
  readonly codebook: Readonly<Record<string, string>> | null;
  readonly symbols: ReadonlyMap<string, MissingStatus>;
  readonly format: Partial<ValueFormat>;
  readonly constraints: ColumnConstraints;
}

/** A Frictionless Table Schema, or a data resource with one, as far as this service uses it. */
export interface TableSchema {
  readonly fields: readonly SchemaField[];
  readonly primaryKey: readonly string[];
  /** the file may have columns that the schema does not name */
  readonly allowsOtherColumns: boolean;
  /** the file may lack columns that the schema names */
  readonly allowsMissingColumns: boolean;
  readonly title: string | null;
  readonly encoding: 'utf-8' | 'windows-1252' | null;
  readonly delimiter: CsvDialect['delimiter'] | null;
}

/** What the scan of a delimited file finds wrong with its records. */
export interface RecordFaults {
  readonly count: number;
  readonly first: readonly (FileProblem & { readonly line: number })[];
}

export interface RecordLayout {
  /** null for one text a line, without quotes */
  readonly delimiter: string | null;
  readonly columns: number;
  /** lines before the header that are no records: 1 where the first says the delimiter, else 0 */
  readonly skippedLines: number;
}

/** What the room `formats` offers to the store: knowledge of files, no database. */
export interface FileFormats {
  /** @param head the first bytes of the file */
  detectFormat(head: Uint8Array): 'csv' | 'parquet' | 'jsonl';
  /** @throws invalid-request naming the place in the schema */
  readTableSchema(schema: unknown): TableSchema | null;
  /** @param complete the head is the whole file */
  csvDialect(
    head: Uint8Array,
    complete: boolean,
    asked: { readonly delimiter: CsvDialect['delimiter'] | null; readonly decimal: CsvDialect['decimal'] | null },
  ): Promise<CsvDialect>;
  /** Writes the file again as UTF-8 with one kind of line end and no blank lines. */
  rewriteCsv(from: string, to: string, encoding: 'utf-8' | 'windows-1252', signal: AbortSignal): Promise<void>;
  plan(
    header: readonly string[],
    sample: readonly (readonly string[])[],
    decimal: '.' | ',',
    request: IngestRequest,
    schema: TableSchema | null,
    /** types that the file itself declares (Parquet), by position */
    fileTypes: readonly (VariableType | null)[],
  ): ReadingPlan;
  /** The type that a column of texts has, see docs/methods/ingestion.md. */
  inferType(values: readonly string[], decimal: '.' | ','): VariableType;
  /** Texts that stand for a status in a column of this type where no schema says otherwise. */
  symbolsOf(type: VariableType): ReadonlyMap<string, MissingStatus>;
  parseWave(text: string): Wave | null;
  /** The label of the moment with this order. */
  waveLabel(kind: 'year' | 'quarter' | 'month', order: number): string;
  /** Lines (from 1) of records by number; the file is read once up to the last of them. */
  locateRecords(path: string, layout: RecordLayout, records: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** Records that are not well formed or have another number of fields than the header. */
  findRecordFaults(path: string, layout: RecordLayout, signal: AbortSignal): Promise<RecordFaults>;
}
