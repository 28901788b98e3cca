import { type Column, type PanelColumns, valueStatus } from './columns.ts';
import { valuesInPeriod } from './unit-periods.ts';

/**
 * A panel with longer periods: the mean of a unit's observed numbers in the waves of a period, or its last observed code.
 *
 * @param periods      labels of the periods, ascending
 * @param wavesOf      wave numbers of each period
 * @param minimumShare share of a period's waves in which a value must be observed, (0, 1]
 * @returns one row for every unit and period in which some column has a value, in canonical order
 * Cost: one pass over the rows for each period and column.
 */
export function mergeWaves(
  panel: PanelColumns,
  periods: readonly string[],
  wavesOf: readonly (readonly number[])[],
  minimumShare: number,
): PanelColumns {
  const names = Object.keys(panel.columns);
  const merged = wavesOf.map((waves) =>
    names.map((name) => valuesInPeriod(panel, panel.columns[name]!, waves, minimumShare)),
  );
  const unitIndex: number[] = [];
  const waveIndex: number[] = [];
  for (let u = 0; u < panel.unitIds.length; u++) {
    for (let p = 0; p < periods.length; p++) {
      if (!merged[p]!.some((column) => column.status[u] === valueStatus.observed)) continue;
      unitIndex.push(u);
      waveIndex.push(p);
    }
  }
  const rows = unitIndex.length;
  const columns = names.map((name, j): [string, Column] => {
    const status = new Uint8Array(rows);
    for (let i = 0; i < rows; i++) status[i] = merged[waveIndex[i]!]![j]!.status[unitIndex[i]!]!;
    const source = panel.columns[name]!;
    if (source.type === 'coded') {
      const codes = new Int32Array(rows);
      for (let i = 0; i < rows; i++) {
        const column = merged[waveIndex[i]!]![j]!;
        codes[i] = column.type === 'coded' ? column.codes[unitIndex[i]!]! : -1;
      }
      return [name, { type: 'coded', levels: source.levels, codes, status }];
    }
    const values = new Float64Array(rows);
    for (let i = 0; i < rows; i++) {
      const column = merged[waveIndex[i]!]![j]!;
      values[i] = column.type === 'number' ? column.values[unitIndex[i]!]! : 0;
    }
    return [name, { type: 'number', values, status }];
  });
  return {
    ...panel,
    rows,
    waves: periods,
    unitIndex: Uint32Array.from(unitIndex),
    waveIndex: Uint32Array.from(waveIndex),
    columns: Object.fromEntries(columns),
  };
}
