import { parse } from 'csv-parse';
import type { CsvDialect } from '../app/file-formats.ts';

const delimiters = [',', ';', '\t'] as const;
const sampleRecords = 1000;

/**
 * How a delimited file is written, from its first bytes (UTF-8). The delimiter is the one that gives most columns with
 * the same number of fields in nearly all records; a comma is the decimal sign where more numbers are written with
 * commas than with points (`1.234,5` is a comma's, `1.234` may be either's and counts only where nothing else does). What
 * was asked is not questioned.
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
    ...(asked.decimal === null ? decimalSign(sample) : { decimal: asked.decimal, doubtful: null }),
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

function decimalSign(sample: readonly (readonly string[])[]): Pick<CsvDialect, 'decimal' | 'doubtful'> {
  let commas = 0;
  let points = 0;
  let doubtfulCommas = 0;
  let doubtfulPoints = 0;
  let doubtful: string | null = null;
  for (const record of sample) {
    for (const field of record) {
      const text = field.trim();
      if (/^[+-]?[1-9]\d{0,2}[.,]\d{3}$/.test(text)) {
        if (text.includes(',')) doubtfulCommas++;
        else doubtfulPoints++;
        doubtful ??= text;
      } else if (/^[+-]?(\d*|\d{1,3}(\.\d{3})+),\d+$/.test(text)) commas++;
      else if (/^[+-]?(\d*|\d{1,3}(,\d{3})+)\.\d+$/.test(text)) points++;
    }
  }
  if (commas + points > 0) return { decimal: commas > points ? ',' : '.', doubtful: null };
  return { decimal: doubtfulCommas > doubtfulPoints ? ',' : '.', doubtful };
}
