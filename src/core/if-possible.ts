import { CoreError, type CoreErrorCode } from './errors.ts';

/**
 * A number that nobody asked for by itself: null where the data do not give it.
 *
 * @param codes refusals that say so; left out: every refusal of the core
 */
export function ifPossible<T>(compute: () => T, codes: readonly CoreErrorCode[] | null = null): T | null {
  try {
    return compute();
  } catch (error) {
    if (error instanceof CoreError && (codes === null || codes.includes(error.code))) return null;
    throw error;
  }
}
