import type { FileFormats } from '../app/file-formats.ts';
import { csvDialect } from './csv-dialect.ts';
import { detectFormat } from './detect-format.ts';
import { parseWave } from './parse-wave.ts';
import { planReading } from './plan-reading.ts';

/** The knowledge of files that the store needs, as one value for `main` to pass on. */
export const fileFormats: FileFormats = { detectFormat, csvDialect, plan: planReading, parseWave };
