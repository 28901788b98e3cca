import { CoreError } from '../errors.ts';
import { type Column, type PanelColumns, valueStatus } from './columns.ts';

/**
 * Waves of a period: the wave with that label, all that begin with it (`2023` takes the months of 2023), or all from one
 * to another (`2022-07..2023-06`), both included.
 *
 * @param waves labels, ascending
 * @returns wave numbers, ascending, at least one
 * @throws invalid-argument where the text names none
 */
export function wavesOfPeriod(waves: readonly string[], period: string): readonly number[] {
  const [from, to = from] = period.split('..') as [string, string?];
  const first = insideOf(waves, from)[0];
  const last = insideOf(waves, to).at(-1);
  if (first !== undefined && last !== undefined && first <= last) {
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  }
  throw new CoreError(
    'invalid-argument',
    `"${period}" is no wave and no period of waves; waves run from ${waves[0]} to ${waves[waves.length - 1]}. Write a wave, the beginning of several (a year), or first..last.`,
    { received: period },
  );
}

/** The wave with this label, or those whose label goes on after it with something else than a digit. */
function insideOf(waves: readonly string[], label: string): readonly number[] {
  const exact = waves.indexOf(label);
  if (exact >= 0) return [exact];
  if (label === '') return [];
  return [...waves.keys()].filter((w) => waves[w]!.startsWith(label) && !/^[0-9]/.test(waves[w]!.slice(label.length)));
}

/**
 * One value per unit out of a period: the mean of the observed numbers, or the last observed code.
 *
 * @param waves        wave numbers of the period, ascending
 * @param minimumShare share of the period's waves that must be observed, (0, 1]; 0 = one is enough
 * @returns a column with one entry per unit, absent where too few values are observed
 * Cost: one pass over the rows.
 */
export function valuesInPeriod(
  panel: PanelColumns,
  column: Column,
  waves: readonly number[],
  minimumShare: number,
): Column {
  const units = panel.unitIds.length;
  const inside = new Uint8Array(panel.waves.length);
  for (const wave of waves) inside[wave] = 1;
  const count = new Uint32Array(units);
  const status = new Uint8Array(units).fill(valueStatus.absent);
  const needed = Math.max(1, Math.ceil(minimumShare * waves.length - 1e-9));
  const collect = (use: (unit: number, row: number) => void): void => {
    for (let row = 0; row < panel.rows; row++) {
      if (inside[panel.waveIndex[row]!] === 0 || column.status[row] !== valueStatus.observed) continue;
      const unit = panel.unitIndex[row]!;
      count[unit] = count[unit]! + 1;
      use(unit, row);
    }
    for (let u = 0; u < units; u++) if (count[u]! >= needed) status[u] = valueStatus.observed;
  };
  if (column.type === 'coded') {
    const codes = new Int32Array(units).fill(-1);
    collect((unit, row) => {
      codes[unit] = column.codes[row]!; // rows of a unit stand in order of the waves: the last one stays
    });
    return { type: 'coded', levels: column.levels, codes: codes.map((c, u) => (status[u] === 0 ? c : -1)), status };
  }
  const values = new Float64Array(units);
  collect((unit, row) => {
    values[unit] = values[unit]! + column.values[row]!;
  });
  return { type: 'number', values: values.map((sum, u) => (status[u] === 0 ? sum / count[u]! : 0)), status };
}

/** Some rows of a column, in the order given. */
export function takeRows(column: Column, rows: ArrayLike<number>): Column {
  const status = Uint8Array.from(rows, (row) => column.status[row]!);
  return column.type === 'number'
    ? { type: 'number', values: Float64Array.from(rows, (row) => column.values[row]!), status }
    : { type: 'coded', levels: column.levels, codes: Int32Array.from(rows, (row) => column.codes[row]!), status };
}
