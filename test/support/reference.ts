import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const root = new URL('../..', import.meta.url).pathname;
const configured = resolve(root, process.env.SAMENWIJS_REFERENCE ?? '../shared/reference');

/** Where the reference cases lie, or null (said loudly once per test file) where they do not. */
export const referenceFolder: string | null = existsSync(configured) ? configured : null;

if (referenceFolder === null) {
  console.warn(`SKIPPED: no reference data in ${configured}; set SAMENWIJS_REFERENCE to run these tests.`);
}
