import { parse } from 'csv-parse';
import type { CsvDialect } from '../app/file-formats.ts';

const delimiters = [',', ';', '\t'] as const;
const sampleRecords = 1000;

/**
 * How a delimited file is written, from its first bytes (UTF-8). The delimiter is the one that gives most columns with
 * the same number of fields in nearly all records; a comma is the decimal sign where more numbers are written with
 * commas than with points. What was asked is not questioned.
 */
export async function csvDialect(
  head: Uint8Array,
  complete: boolean,
  asked: { readonly delimiter: CsvDialect['delimiter'] | null; readonly decimal: CsvDialect['decimal'] | null },
): Promise<CsvDialect> {
  const candidates = asked.delimiter === null ? delimiters : [asked.delimiter];
  let best: { delimiter: CsvDialect['delimiter']; records: readonly (readonly string[])[]; score: number } | null =
    null;
  for (const delimiter of candidates) {
    const records = await firstRecords(head, complete, delimiter);
    const width = records[0]?.length ?? 0;
    const agreeing = records.filter((record) => record.length === width).length;
    const score = width <= 1 ? 0 : (agreeing / records.length) * (1 + Math.log(width));
    if (best === null || score > best.score) best = { delimiter, records, score };
  }
  const [header = [], ...sample] = best!.records;
  return {
    delimiter: best!.delimiter,
    decimal: asked.decimal ?? decimalSign(sample),
    header: header.map((name) => name.trim()),
    sample,
  };
}

/** The records that are complete within the first bytes. */
async function firstRecords(head: Uint8Array, complete: boolean, delimiter: string): Promise<string[][]> {
  const parser = parse({ delimiter, bom: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true });
  const records: string[][] = [];
  await new Promise<void>((resolve) => {
    parser.on('readable', () => {
      for (let record = parser.read(); record !== null; record = parser.read()) records.push(record as string[]);
    });
    parser.on('error', () => resolve());
    parser.on('end', () => resolve());
    parser.write(head, () => {
      // Ending would hand out the cut-off last record as if it were whole.
      if (complete) parser.end();
      else resolve();
    });
  });
  return records.slice(0, sampleRecords + 1);
}

function decimalSign(sample: readonly (readonly string[])[]): '.' | ',' {
  let commas = 0;
  let points = 0;
  for (const record of sample) {
    for (const field of record) {
      const text = field.trim();
      if (/^[+-]?\d*,\d+$/.test(text)) commas++;
      else if (/^[+-]?\d*\.\d+$/.test(text)) points++;
    }
  }
  return commas > points ? ',' : '.';
}
