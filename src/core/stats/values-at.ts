/** The values at `rows`, in their order. A loop: `from` with a function costs ten times as much for a million rows. */
export function valuesAt<A extends Float64Array | Int32Array | Uint8Array>(values: A, rows: Uint32Array): A {
  const taken = new (values.constructor as new (length: number) => A)(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i]!]!;
  return taken;
}
