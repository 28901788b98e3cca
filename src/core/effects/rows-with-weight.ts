/** Rows in the sample: those whose weight is not 0. */
export function rowsWithWeight(weights: Float64Array): Uint32Array {
  let count = 0;
  for (let i = 0; i < weights.length; i++) if (weights[i]! > 0) count++;
  const rows = new Uint32Array(count);
  let at = 0;
  for (let i = 0; i < weights.length; i++) if (weights[i]! > 0) rows[at++] = i;
  return rows;
}
