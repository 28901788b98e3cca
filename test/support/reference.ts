import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = resolve(process.env.SAMENWIJS_REFERENCE ?? '../shared/reference');

/** Where the reference data lie, or null where they are absent: tests that need them then skip, and say so. */
export const referenceFolder: string | null = existsSync(join(folder, 'compare.mjs')) ? folder : null;

if (referenceFolder === null) {
  console.warn(
    `SKIPPED: no reference data in ${folder}. Set SAMENWIJS_REFERENCE to run the tests that compare with them.`,
  );
}
