import { CoreError } from '../errors.ts';

/** Which unit and which period each row belongs to, in canonical order: by unit, then by period. */
export interface PanelStructure {
  readonly rows: number;
  readonly units: number;
  readonly periods: number;
  /** row number of the caller for each ordered row */
  readonly order: Uint32Array;
  /** unit 0 … units - 1 and period 0 … periods - 1 of each ordered row */
  readonly unit: Uint32Array;
  readonly period: Uint32Array;
  /** units + 1 places: the ordered rows of unit u are start[u] … start[u + 1] - 1 */
  readonly start: Uint32Array;
  /** the caller's codes of units and periods */
  readonly unitCodes: Uint32Array;
  readonly periodCodes: Uint32Array;
  /** every unit has a row in every period */
  readonly balanced: boolean;
}

/**
 * Orders the rows of a panel by unit and period. What is computed from it does not depend on the order of the rows.
 *
 * @param unit   n unit codes, whole numbers >= 0 that rank the units; codes without rows may occur; read only
 * @param period n period codes, ranking the periods; read only
 * @throws dimension-mismatch; empty-group without rows; invalid-argument (details: unit, period, rows) where a unit has
 *   two rows in one period
 * Cost: O(n + largest code), two counting passes.
 */
export function panelStructure(unit: ArrayLike<number>, period: ArrayLike<number>): PanelStructure {
  const rows = unit.length;
  if (period.length !== rows) {
    throw new CoreError('dimension-mismatch', `There are ${rows} unit codes and ${period.length} period codes.`);
  }
  if (rows === 0) throw new CoreError('empty-group', 'The panel has no rows. Check which values are missing.');
  const units = denseCodes(unit);
  const periods = denseCodes(period);
  const byPeriod = countingOrder(periods.codes, periods.count, null);
  const order = countingOrder(units.codes, units.count, byPeriod);
  const start = new Uint32Array(units.count + 1);
  for (let i = 0; i < rows; i++) start[units.codes[i]! + 1] = start[units.codes[i]! + 1]! + 1;
  for (let u = 0; u < units.count; u++) start[u + 1] = start[u + 1]! + start[u]!;
  const unitOf = new Uint32Array(rows);
  const periodOf = new Uint32Array(rows);
  for (let k = 0; k < rows; k++) {
    const row = order[k]!;
    unitOf[k] = units.codes[row]!;
    periodOf[k] = periods.codes[row]!;
    if (k > 0 && unitOf[k] === unitOf[k - 1] && periodOf[k] === periodOf[k - 1]) {
      const pair = [order[k - 1]!, row];
      throw new CoreError(
        'invalid-argument',
        `Unit ${unit[row]} has two rows in period ${period[row]} (rows ${pair.join(' and ')}); a panel has one row per unit and period. Leave one out, or take their mean, first.`,
        { unit: unit[row], period: period[row], rows: pair },
      );
    }
  }
  return {
    rows,
    units: units.count,
    periods: periods.count,
    order,
    unit: unitOf,
    period: periodOf,
    start,
    unitCodes: units.values,
    periodCodes: periods.values,
    balanced: rows === units.count * periods.count,
  };
}

/** Codes 0 … count - 1 in the order of the given whole numbers; `values` holds the number of each code. */
export function denseCodes(codes: ArrayLike<number>): {
  readonly codes: Uint32Array;
  readonly values: Uint32Array;
  readonly count: number;
} {
  let largest = 0;
  for (let i = 0; i < codes.length; i++) largest = Math.max(largest, codes[i]!);
  const place = new Uint32Array(largest + 1);
  for (let i = 0; i < codes.length; i++) place[codes[i]!] = 1;
  let count = 0;
  for (let c = 0; c <= largest; c++) if (place[c] === 1) place[c] = ++count;
  const values = new Uint32Array(count);
  for (let c = 0; c <= largest; c++) if (place[c]! > 0) values[place[c]! - 1] = c;
  const dense = new Uint32Array(codes.length);
  for (let i = 0; i < codes.length; i++) dense[i] = place[codes[i]!]! - 1;
  return { codes: dense, values, count };
}

/** A stable order of the rows by code. */
function countingOrder(codes: Uint32Array, count: number, from: Uint32Array | null): Uint32Array {
  const next = new Uint32Array(count + 1);
  for (let i = 0; i < codes.length; i++) next[codes[i]! + 1] = next[codes[i]! + 1]! + 1;
  for (let c = 0; c < count; c++) next[c + 1] = next[c + 1]! + next[c]!;
  const order = new Uint32Array(codes.length);
  for (let i = 0; i < codes.length; i++) {
    const row = from === null ? i : from[i]!;
    const code = codes[row]!;
    order[next[code]!] = row;
    next[code] = next[code]! + 1;
  }
  return order;
}

/** The values of a caller's column in the order of the structure. */
export function inOrder(panel: PanelStructure, values: ArrayLike<number>): Float64Array {
  const ordered = new Float64Array(panel.rows);
  for (let k = 0; k < panel.rows; k++) ordered[k] = values[panel.order[k]!]!;
  return ordered;
}

/**
 * One code per unit out of one code per row.
 *
 * @param name how messages call the codes
 * @throws invalid-argument (details: unit, rows) where a unit has two different ones
 */
export function constantWithinUnits(panel: PanelStructure, codes: ArrayLike<number>, name: string): Float64Array {
  const result = new Float64Array(panel.units);
  for (let u = 0; u < panel.units; u++) {
    const first = panel.order[panel.start[u]!]!;
    result[u] = codes[first]!;
    for (let k = panel.start[u]! + 1; k < panel.start[u + 1]!; k++) {
      const row = panel.order[k]!;
      if (codes[row] === codes[first]) continue;
      throw new CoreError(
        'invalid-argument',
        `${name} changes within unit ${panel.unitCodes[u]} (rows ${first} and ${row}); it must be the same in every period of a unit. Take the value of one period for all.`,
        { variable: name, unit: panel.unitCodes[u]!, rows: [first, row] },
      );
    }
  }
  return result;
}
