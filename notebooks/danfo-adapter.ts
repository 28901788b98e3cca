import { createRequire } from 'node:module';
import { type Column, type PanelColumns, valueStatus } from '../src/core/index.ts';

type Cell = string | number | null;

/** As much of a danfojs DataFrame as these notebooks use. */
export interface DataFrame {
  readonly shape: readonly number[];
  readonly columns: readonly string[];
  readonly values: readonly (readonly Cell[])[];
  groupby(keys: readonly string[]): { col(columns: readonly string[]): { mean(): DataFrame } };
}

export interface Danfo {
  readonly DataFrame: new (rows: readonly (readonly Cell[])[], options: { columns: readonly string[] }) => DataFrame;
}

/** danfojs, installed in this folder by `npm run notebooks -- --all`. @throws MODULE_NOT_FOUND where it is not */
export const loadDanfo = (): Danfo => createRequire(import.meta.url)('danfojs-node') as Danfo;

/** Names of the columns that hold unit and wave. */
const keys = ['unit', 'wave'] as const;

/** One row per unit and wave, `unit` and `wave` first; codes as their levels, every missing value as null. */
export function toDataFrame({ DataFrame }: Danfo, panel: PanelColumns): DataFrame {
  const columns = Object.entries(panel.columns);
  const rows = Array.from({ length: panel.rows }, (_, row) => [
    panel.unitIds[panel.unitIndex[row]!]!,
    panel.waves[panel.waveIndex[row]!]!,
    ...columns.map(([, column]) => cellOf(column, row)),
  ]);
  return new DataFrame(rows, { columns: [...keys, ...columns.map(([name]) => name)] });
}

function cellOf(column: Column, row: number): Cell {
  if (column.status[row] !== valueStatus.observed) return null;
  return column.type === 'number' ? column.values[row]! : column.levels[column.codes[row]!]!;
}

/** What the core takes, rows in canonical order whatever the order of the DataFrame. A column with a text is coded. */
export function fromDataFrame(
  frame: DataFrame,
): Pick<PanelColumns, 'rows' | 'unitIds' | 'unitIndex' | 'waves' | 'waveIndex' | 'columns'> {
  const [unitAt, waveAt] = keys.map((key) => frame.columns.indexOf(key)) as [number, number];
  if (unitAt < 0 || waveAt < 0)
    throw new Error(`A panel needs the columns ${keys.join(' and ')}; there are ${frame.columns.join(', ')}.`);
  const distinct = (at: number) => inByteOrder(frame.values.map((row) => String(row[at])));
  const [unitIds, waves] = [distinct(unitAt), distinct(waveAt)];
  const [unitNumber, waveNumber] = [placesOf(unitIds), placesOf(waves)];
  const unitOf = (row: readonly Cell[]) => unitNumber.get(String(row[unitAt]))!;
  const waveOf = (row: readonly Cell[]) => waveNumber.get(String(row[waveAt]))!;
  const rows = [...frame.values].sort((a, b) => unitOf(a) - unitOf(b) || waveOf(a) - waveOf(b));
  const variables = frame.columns.map((name, at) => ({ name, at })).filter(({ at }) => at !== unitAt && at !== waveAt);
  return {
    rows: rows.length,
    unitIds,
    unitIndex: Uint32Array.from(rows, unitOf),
    waves,
    waveIndex: Uint32Array.from(rows, waveOf),
    columns: Object.fromEntries(variables.map(({ name, at }) => [name, columnOf(rows.map((row) => row[at]!))])),
  };
}

function columnOf(cells: readonly Cell[]): Column {
  const isMissing = (cell: Cell) => cell === null || cell === undefined || Number.isNaN(cell);
  const status = Uint8Array.from(cells, (cell) => (isMissing(cell) ? valueStatus.absent : valueStatus.observed));
  const texts = cells.filter((cell) => typeof cell === 'string');
  if (texts.length === 0) {
    return { type: 'number', values: Float64Array.from(cells, (cell) => (isMissing(cell) ? 0 : Number(cell))), status };
  }
  const levels = inByteOrder(cells.filter((cell) => !isMissing(cell)).map(String));
  const code = placesOf(levels);
  return {
    type: 'coded',
    levels,
    codes: Int32Array.from(cells, (cell) => (isMissing(cell) ? -1 : code.get(String(cell))!)),
    status,
  };
}

const inByteOrder = (values: readonly string[]): readonly string[] =>
  [...new Set(values)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
const placesOf = (values: readonly string[]) => new Map(values.map((value, at) => [value, at]));
