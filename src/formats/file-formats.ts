import type { FileFormats } from '../app/file-formats.ts';
import { csvDialect } from './csv-dialect.ts';
import { detectFormat } from './detect-format.ts';
import { inferType } from './infer-type.ts';
import { parseWave, waveLabel } from './parse-wave.ts';
import { planReading } from './plan-reading.ts';
import { rewriteCsv } from './rewrite-csv.ts';
import { findRecordFaults, locateRecords } from './scan-records.ts';
import { symbolsOf } from './status-symbols.ts';
import { readTableSchema } from './table-schema.ts';

/** The knowledge of files that the store needs, as one value for `main` to pass on. */
export const fileFormats: FileFormats = {
  detectFormat,
  readTableSchema,
  csvDialect,
  rewriteCsv,
  plan: planReading,
  inferType,
  symbolsOf,
  parseWave,
  waveLabel,
  locateRecords,
  findRecordFaults,
};
