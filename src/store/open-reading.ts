import { open, rm } from 'node:fs/promises';
import type { CsvDialect, FileFormats, FileProblem, RecordLayout, TableSchema } from '../app/file-formats.ts';
import type { IngestRequest, VariableType } from '../app/panels.ts';
import { quoteName, quoteText, type Session } from './database.ts';
import { wholeFile } from './problem-list.ts';
import type { SpooledFile } from './spool.ts';

/** A file as a relation of texts that SQL can read. */
export interface Reading {
  readonly format: 'csv' | 'parquet' | 'jsonl';
  readonly delimiter: string | null;
  readonly decimal: '.' | ',';
  readonly encoding: 'utf-8' | 'windows-1252' | null;
  readonly header: readonly string[];
  readonly sample: readonly (readonly string[])[];
  /** types that the file itself declares */
  readonly fileTypes: readonly (VariableType | null)[];
  /**
   * SQL with the columns t0, t1, ... in the order of the file: texts, and numbers (DOUBLE) where they are asked for. Reading
   * numbers fails as a whole where one text is none.
   */
  readonly relation: (numbers: ReadonlySet<number>) => string;
  /** columns may be asked for as numbers: the reader takes the same texts for the same numbers as `valueSql` */
  readonly readsNumbers: boolean;
  /** no text has outer spaces, and an empty one is NULL */
  readonly isClean: boolean;
  /** where the lines of its records can be found; null for Parquet, whose records have numbers only */
  readonly records: { readonly path: string; readonly layout: RecordLayout } | null;
  readonly errors: readonly FileProblem[];
  /** more than are listed, where there are many */
  readonly errorCount: number;
  readonly cautions: readonly FileProblem[];
  /** The same file written again, for a database that could not read it as it is; null where that was done already. */
  readonly rewritten: (() => Promise<Reading>) | null;
}

const noHeader = wholeFile(
  'no-header',
  'The file has no header; its first record must name the columns, in at most 1 MiB.',
);
const headBytes = 1 << 20;
const sampleRecords = 1000;

/** Finds out how a file is to be read. What is wrong with it as a whole stands in `errors`; then nothing else holds. */
export async function openReading(
  session: Session,
  formats: FileFormats,
  request: IngestRequest,
  schema: TableSchema | null,
  file: SpooledFile,
  signal: AbortSignal,
): Promise<Reading> {
  const head = await readHead(file.path, file.bytes);
  const format = request.format ?? formats.detectFormat(head);
  if (file.bytes === 0) {
    return refused(format, 'empty-file', 'The file is empty; send one with a header and at least one row.');
  }
  if (format === 'parquet') return openParquet(session, file);
  if (file.hasNul) {
    return refused(
      format,
      'binary-file',
      'The file holds zero bytes: it is no text, or text in UTF-16. Save it as UTF-8 (in a spreadsheet: "CSV UTF-8").',
    );
  }
  if (startsWithJsonArray(head)) {
    return refused(
      format,
      'json-array',
      'The file looks like a JSON array; JSON lines are expected: one object a line, without brackets and commas around them.',
    );
  }
  if (format === 'jsonl') {
    if (!file.isUtf8) return refused(format, 'invalid-encoding', 'JSON lines are UTF-8; this file is not.');
    return openJsonLines(session, file);
  }
  return openCsv(formats, request, schema, file, head, signal);
}

/** A bracket before an object, a list or its end; a header may begin with a bracket too, but not so. */
const startsWithJsonArray = (head: Uint8Array): boolean =>
  /^\uFEFF?\s*\[\s*[{[\]]/.test(new TextDecoder('utf-8', { ignoreBOM: true }).decode(head.subarray(0, 1000)));

function refused(format: Reading['format'], rule: string, remedy: string): Reading {
  return {
    format,
    delimiter: null,
    decimal: '.',
    encoding: null,
    header: [],
    sample: [],
    fileTypes: [],
    relation: () => '',
    readsNumbers: false,
    isClean: false,
    records: null,
    errors: [wholeFile(rule, remedy)],
    errorCount: 1,
    cautions: [],
    rewritten: null,
  };
}

/** The line `sep=;` with which a spreadsheet tells another how a file is delimited; it stands before the header. */
function separatorLine(
  head: Uint8Array,
): { readonly delimiter: CsvDialect['delimiter']; readonly bytes: number } | null {
  const start = new TextDecoder('latin1').decode(head.subarray(0, 16));
  const found = /^(?:\u00ef\u00bb\u00bf)?sep=([,;\t])\r?\n/i.exec(start);
  return found === null ? null : { delimiter: found[1] as CsvDialect['delimiter'], bytes: found[0].length };
}

async function openCsv(
  formats: FileFormats,
  request: IngestRequest,
  schema: TableSchema | null,
  file: SpooledFile,
  head: Uint8Array,
  signal: AbortSignal,
): Promise<Reading> {
  const asked = request.encoding ?? schema?.encoding ?? null;
  if (asked === 'utf-8' && !file.isUtf8) {
    return refused(
      'csv',
      'invalid-encoding',
      'The file is said to be UTF-8 and is not. Leave the encoding out, say windows-1252, or save the file as UTF-8.',
    );
  }
  const encoding = asked ?? (file.isUtf8 ? 'utf-8' : 'windows-1252');
  const cautions =
    asked === null && encoding === 'windows-1252'
      ? [wholeFile('encoding-inferred', 'The file is not UTF-8 and was read as Windows-1252; look at its accents.')]
      : [];
  const first = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? head[3] : head[0];
  const startsBlank = first === 0x0a || first === 0x0d;
  const rewrittenPath = `${file.path}.rewritten`;
  const describe = async (path: string, bytes: number, mayRewrite: boolean): Promise<Reading> => {
    const firstBytes = await readHead(path, bytes);
    const separator = separatorLine(firstBytes);
    const dialect = await formats.csvDialect(firstBytes.subarray(separator?.bytes ?? 0), bytes <= headBytes, {
      delimiter: request.delimiter ?? schema?.delimiter ?? separator?.delimiter ?? null,
      decimal: request.decimal,
    });
    const skippedLines = separator === null ? 0 : 1;
    const columns = (numbers: ReadonlySet<number>) =>
      dialect.header.map((_, j) => `'t${j}': '${numbers.has(j) ? 'DOUBLE' : 'VARCHAR'}'`).join(', ');
    return {
      format: 'csv',
      delimiter: dialect.delimiter,
      decimal: dialect.decimal,
      encoding,
      header: dialect.header,
      sample: dialect.sample,
      fileTypes: [],
      relation: (numbers) =>
        `read_csv(${quoteText(path)}, auto_detect = false, header = true, skip = ${skippedLines}, delim = ${quoteText(dialect.delimiter)},
        quote = '"', escape = '"', decimal_separator = '${dialect.decimal}', columns = {${columns(numbers)}})`,
      readsNumbers: !file.hasDigitGroup,
      isClean: !file.hasSpace,
      records: {
        path: file.path,
        layout: { delimiter: dialect.delimiter, columns: dialect.header.length, skippedLines },
      },
      errors: dialect.header.length === 0 ? [noHeader] : [],
      errorCount: dialect.header.length === 0 ? 1 : 0,
      cautions: dialect.doubtful === null ? cautions : [...cautions, doubtfulDecimal(dialect)],
      rewritten: mayRewrite ? rewrite : null,
    };
  };
  const rewrite = async (): Promise<Reading> => {
    await formats.rewriteCsv(file.path, rewrittenPath, encoding, signal);
    const handle = await open(rewrittenPath, 'r');
    const { size } = await handle.stat();
    await handle.close();
    return describe(rewrittenPath, size, false);
  };
  // The database skips a line reliably only where all lines end alike.
  const mustRewrite = encoding === 'windows-1252' || startsBlank || separatorLine(head) !== null;
  return mustRewrite ? rewrite() : describe(file.path, file.bytes, true);
}

const doubtfulDecimal = ({ decimal, doubtful }: CsvDialect): FileProblem =>
  wholeFile(
    'doubtful-decimal',
    `No number of the file says whether the sign in such texts is decimal or marks thousands; "${decimal}" was taken as the decimal sign. Say which the file uses.`,
    null,
    doubtful,
  );

/** What a reading left beside the spooled file. */
export const removeRewritten = (file: SpooledFile): Promise<void> => rm(`${file.path}.rewritten`, { force: true });

async function openParquet(session: Session, file: SpooledFile): Promise<Reading> {
  const source = `read_parquet(${quoteText(file.path)})`;
  let described: readonly ParquetColumn[];
  try {
    described = await session.rows(`DESCRIBE SELECT * FROM ${source}`);
  } catch {
    return refused('parquet', 'unreadable-file', 'The file is no whole Parquet file; write it again.');
  }
  const wholeDays = await timestampsOfDays(session, source, described);
  const nested = described.filter(({ column_type: type }) => /\[|STRUCT|MAP|UNION|BLOB/.test(type));
  const relation = `(SELECT ${described.map((column, j) => `${wholeDays.has(column) ? `${inUtc(column)}::DATE::VARCHAR` : `${quoteName(column.column_name)}::VARCHAR`} AS t${j}`).join(', ')} FROM ${source})`;
  const errors = nested.map(({ column_name: name, column_type: type }) =>
    wholeFile(
      'nested-column',
      `A column holds one value a row; "${name}" holds ${type}. Unfold or leave it out.`,
      name,
    ),
  );
  return {
    format: 'parquet',
    delimiter: null,
    decimal: '.',
    encoding: null,
    header: described.map(({ column_name: name }) => name.trim()),
    sample: nested.length > 0 ? [] : await textRows(session, relation, described.length),
    fileTypes: described.map(({ column_type: type }) => typeOfParquet(type)),
    relation: () => relation,
    readsNumbers: false,
    isClean: false,
    records: null,
    errors,
    errorCount: errors.length,
    cautions: [],
    rewritten: null,
  };
}

interface ParquetColumn {
  readonly column_name: string;
  readonly column_type: string;
}

/** A timestamp as SQL, whatever the zone of the machine. */
const inUtc = ({ column_name: name, column_type: type }: ParquetColumn): string =>
  type.endsWith('WITH TIME ZONE') ? `(${quoteName(name)} AT TIME ZONE 'UTC')` : `${quoteName(name)}::TIMESTAMP`;

/** Columns of timestamps that all stand at the beginning of a day (UTC): dates, written by a tool that has only timestamps. */
async function timestampsOfDays(
  session: Session,
  source: string,
  columns: readonly ParquetColumn[],
): Promise<ReadonlySet<ParquetColumn>> {
  const timestamps = columns.filter(({ column_type: type }) => /^TIMESTAMP/.test(type));
  if (timestamps.length === 0) return new Set();
  const tests = timestamps.map((column, i) => {
    const moment = inUtc(column);
    return `coalesce(bool_and(${moment} = ${moment}::DATE::TIMESTAMP), false) AS days_${i}`;
  });
  const [found] = await session.rows<Record<string, boolean>>(`SELECT ${tests.join(', ')} FROM ${source}`);
  return new Set(timestamps.filter((_, i) => found![`days_${i}`] === true));
}

function typeOfParquet(type: string): VariableType | null {
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(type)) return 'integer';
  if (/^(FLOAT|DOUBLE|DECIMAL)/.test(type)) return 'number';
  if (type === 'BOOLEAN') return 'boolean';
  if (type === 'DATE') return 'date';
  return null;
}

/** Reads each line as a text first, so that a bad one has a place; keys are columns in order of appearance. */
async function openJsonLines(session: Session, file: SpooledFile): Promise<Reading> {
  const lines = `(SELECT line FROM read_csv(${quoteText(file.path)}, auto_detect = false, header = false,
    delim = '\x01', quote = '', escape = '', columns = {'line': 'VARCHAR'}) WHERE trim(line, ' \t') <> '')`;
  const layout: RecordLayout = { delimiter: null, columns: 1, skippedLines: 0 };
  const wrong = await session.rows<{ record: number; line: string; total: number }>(
    `SELECT record, line, count(*) OVER () AS total FROM (SELECT row_number() OVER () - 1 AS record, line FROM ${lines})
     WHERE CASE WHEN json_valid(line) THEN json_type(line) <> 'OBJECT' ELSE true END ORDER BY record LIMIT 100`,
  );
  const base = { ...refused('jsonl', '', ''), encoding: 'utf-8' as const, records: { path: file.path, layout } };
  if (wrong.length > 0) {
    return {
      ...base,
      errorCount: wrong[0]!.total,
      errors: wrong.map(({ record, line }) => ({
        rule: 'not-a-json-object',
        record,
        column: null,
        value: line.slice(0, 80),
        remedy: 'Every line is one JSON object, such as {"household": "H1", "month": "2024-01", "gas": 12.5}.',
      })),
    };
  }
  const keys = await session.rows<{ name: string }>(
    `SELECT name FROM (SELECT unnest(names) AS name, generate_subscripts(names, 1) AS place, record
       FROM (SELECT json_keys(line) AS names, row_number() OVER () AS record FROM ${lines}))
     GROUP BY name ORDER BY min(record * 1000000 + place)`,
  );
  const header = keys.map((row) => row.name);
  const pointer = (name: string) => quoteText(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  const relation = `(SELECT ${header.map((name, j) => `json_extract_string(line, ${pointer(name)}) AS t${j}`).join(', ')} FROM ${lines})`;
  const nested =
    header.length === 0
      ? []
      : await session.rows<{ place: number | null }>(
          `SELECT unnest([${header.map((name, j) => `CASE WHEN bool_or(json_type(line, ${pointer(name)}) IN ('OBJECT', 'ARRAY')) THEN ${j} END`).join(', ')}]) AS place FROM ${lines}`,
        );
  const errors =
    header.length === 0
      ? [wholeFile('no-rows', 'The file has no object with a key; send at least one row.')]
      : nested.flatMap(({ place }) =>
          place === null
            ? []
            : [
                wholeFile(
                  'nested-value',
                  `"${header[place]}" holds lists or objects; give it one value a line.`,
                  header[place],
                ),
              ],
        );
  return {
    ...base,
    header: header.map((name) => name.trim()),
    sample: errors.length > 0 ? [] : await textRows(session, relation, header.length),
    relation: () => relation,
    errors,
    errorCount: errors.length,
  };
}

async function textRows(session: Session, relation: string, columns: number): Promise<string[][]> {
  const rows = await session.rows<Record<string, string | null>>(`SELECT * FROM ${relation} LIMIT ${sampleRecords}`);
  return rows.map((row) => Array.from({ length: columns }, (_, j) => row[`t${j}`] ?? ''));
}

async function readHead(path: string, bytes: number): Promise<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    const buffer = new Uint8Array(Math.min(headBytes, bytes));
    let filled = 0;
    while (filled < buffer.length) {
      const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  } finally {
    await handle.close();
  }
}
