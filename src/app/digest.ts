import { createHash } from 'node:crypto';

/** JSON with the fields of every object in the order of their names: the same text for the same value. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** sha256 of the canonical JSON of a value, hexadecimal. */
export const digestOf = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex');

/** sha256 of arrays of numbers, byte for byte; null counts as an array that is not there. */
export function digestOfArrays(
  arrays: readonly (Float64Array | Int32Array | Uint32Array | Uint8Array | null)[],
): string {
  const hash = createHash('sha256');
  for (const array of arrays) {
    hash.update(array === null ? 'none' : `${array.constructor.name} ${array.length}`);
    if (array !== null) hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  }
  return hash.digest('hex');
}
