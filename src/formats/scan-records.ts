import { createReadStream } from 'node:fs';
import type { FileProblem, RecordFaults, RecordLayout } from '../app/file-formats.ts';

const QUOTE = 0x22;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;

interface ScannedRecord {
  /** 0 for the first record, which is the header of a delimited file */
  readonly index: number;
  /** where it begins, from 1 */
  readonly line: number;
  readonly fields: number;
  /** the last field holds nothing: a delimiter at the end of the line */
  readonly endsEmpty: boolean;
  readonly fault: 'text-after-quote' | 'unclosed-quote' | null;
}

/**
 * Goes through a file record by record, as RFC 4180 has them: a quote opens a field at its beginning, two quotes within
 * stand for one, line ends within quotes belong to the text. Blank lines are no records, unless there is one column.
 *
 * @param visit returns false to stop
 */
async function scanRecords(
  path: string,
  layout: RecordLayout,
  signal: AbortSignal | null,
  visit: (record: ScannedRecord) => boolean,
): Promise<void> {
  const delimiter = layout.delimiter === null ? -1 : layout.delimiter.charCodeAt(0);
  const quotes = layout.delimiter !== null;
  const keepsBlank = quotes && layout.columns === 1;
  let index = 0;
  let line = 1;
  let start = 1;
  let fields = 1;
  let bytes = 0;
  let fieldBytes = 0;
  let fault: ScannedRecord['fault'] = null;
  // 0 outside quotes, 1 within, 2 after a quote within
  let state = 0;
  let afterReturn = false;
  let bom = 0;
  const end = (): boolean => {
    const isRecord = start > layout.skippedLines && (quotes ? bytes > 0 || keepsBlank : fieldBytes > 0);
    const goOn = !isRecord || visit({ index, line: start, fields, endsEmpty: fieldBytes === 0, fault });
    if (isRecord) index++;
    fields = 1;
    bytes = 0;
    fieldBytes = 0;
    fault = null;
    state = 0;
    return goOn;
  };
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    signal?.throwIfAborted();
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (bom < 3) {
        if (byte === [0xef, 0xbb, 0xbf][bom]) {
          bom++;
          continue;
        }
        bom = 3;
      }
      if (byte === NEWLINE || byte === RETURN) {
        if (byte === NEWLINE && afterReturn) {
          afterReturn = false;
          if (state !== 1) start = line;
          continue;
        }
        afterReturn = byte === RETURN;
        line++;
        if (state === 1) {
          bytes++;
          continue;
        }
        if (!end()) return;
        start = line;
        continue;
      }
      afterReturn = false;
      bytes++;
      if (state === 1) {
        if (byte === QUOTE) state = 2;
        else fieldBytes++;
      } else if (byte === delimiter) {
        fields++;
        fieldBytes = 0;
        state = 0;
      } else if (byte === QUOTE && quotes && (state === 2 || fieldBytes === 0)) {
        if (state === 2) fieldBytes++;
        state = 1;
      } else if (state === 2) {
        if (byte !== SPACE) fault ??= 'text-after-quote';
      } else if ((byte !== SPACE && byte !== TAB) || fieldBytes > 0) fieldBytes++;
    }
  }
  if (state === 1) fault = 'unclosed-quote';
  if (bytes > 0) end();
}

/** Lines of records by number; the file is read up to the last of them. Delimited files have a header before record 0. */
export async function locateRecords(
  path: string,
  layout: RecordLayout,
  records: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const header = layout.delimiter === null ? 0 : 1;
  const wanted = new Set(records.map((record) => record + header));
  const lines = new Map<number, number>();
  if (wanted.size === 0) return lines;
  await scanRecords(path, layout, null, ({ index, line }) => {
    if (wanted.has(index)) lines.set(index - header, line);
    return lines.size < wanted.size;
  });
  return lines;
}

/** Records that are not well formed or have another number of fields than the header; 100 listed, all counted. */
export async function findRecordFaults(path: string, layout: RecordLayout, signal: AbortSignal): Promise<RecordFaults> {
  const first: (FileProblem & { line: number })[] = [];
  let count = 0;
  await scanRecords(path, layout, signal, ({ index, line, fields, endsEmpty, fault }) => {
    const tooMany = fields > layout.columns && !(fields === layout.columns + 1 && endsEmpty);
    if (fault === null && fields >= layout.columns && !tooMany) return true;
    count++;
    if (first.length < 100) {
      const rule = fault ?? (tooMany ? 'too-many-fields' : 'too-few-fields');
      const value = fault === null ? `${fields} fields` : null;
      first.push({ rule, record: index - 1, line, column: null, value, remedy: remedies[rule](layout.columns) });
    }
    return true;
  });
  return { count, first };
}

const remedies = {
  'too-many-fields': (columns: number) =>
    `The header has ${columns} columns; remove what is too much, or put texts that hold the delimiter in quotes.`,
  'too-few-fields': (columns: number) =>
    `The header has ${columns} columns; add what is missing (an empty field stands for an absent value).`,
  'text-after-quote': () => 'A quote within a quoted text is written twice; double it.',
  'unclosed-quote': () => 'The quote that opens a text on this line is never closed; close it.',
} as const;
