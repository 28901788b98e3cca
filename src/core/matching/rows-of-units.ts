/** Rows that belong together: the unit behind each, and its other rows. */
export interface RowsOfUnits {
  /** number of the unit of a row, 0, 1, … */
  unitOf(row: number): number;
  readonly units: number;
  forEachRow(unit: number, visit: (row: number) => void): void;
}

/** @param unit n codes, or null where each row is a unit of its own */
export function rowsOfUnits(unit: Int32Array | null, n: number): RowsOfUnits {
  if (unit === null) return { unitOf: (row) => row, units: n, forEachRow: (row, visit) => visit(row) };
  const place = new Map<number, number>();
  const number = Int32Array.from(unit, (code) => {
    const known = place.get(code);
    if (known !== undefined) return known;
    place.set(code, place.size);
    return place.size - 1;
  });
  const rows: number[][] = Array.from(place, () => []);
  for (let row = 0; row < n; row++) rows[number[row]!]!.push(row);
  return { unitOf: (row) => number[row]!, units: rows.length, forEachRow: (u, visit) => rows[u]!.forEach(visit) };
}
