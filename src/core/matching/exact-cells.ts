/**
 * Cells of units that agree in every variable, numbered 0, 1, … in order of first appearance.
 *
 * @param codes one code array for each variable, all of length n; -1 (no value) puts the unit in no cell
 * @returns n cell numbers, -1 where a unit has none
 * Cost: O(n) per variable.
 */
export function exactCells(n: number, codes: readonly Int32Array[]): Int32Array<ArrayBuffer> {
  let cells = new Int32Array(n);
  for (const variable of codes) {
    const seen = new Map<number, number>();
    const next = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      if (cells[i]! < 0 || variable[i]! < 0) {
        next[i] = -1;
        continue;
      }
      // Both numbers are below 2^26 in any data that fit in memory, so their pair is one exact double.
      const key = cells[i]! * 67108864 + variable[i]!;
      let cell = seen.get(key);
      if (cell === undefined) {
        cell = seen.size;
        seen.set(key, cell);
      }
      next[i] = cell;
    }
    cells = next;
  }
  return cells;
}

/** Codes of equal numbers, 0, 1, … in order of first appearance. */
export function codesOfValues(values: Float64Array): Int32Array<ArrayBuffer> {
  const seen = new Map<number, number>();
  return Int32Array.from(values, (value) => {
    const known = seen.get(value);
    if (known !== undefined) return known;
    seen.set(value, seen.size);
    return seen.size - 1;
  });
}
