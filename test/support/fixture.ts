import { readFileSync } from 'node:fs';

/** A committed reference file under test/fixtures; its generator lies beside it. */
export function readFixture<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8')) as T;
}
