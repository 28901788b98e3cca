import { CoreError } from '../core/errors.ts';
import type { Column } from '../core/panel/columns.ts';
import { valueStatus } from '../core/panel/columns.ts';
import type { Frame } from '../core/propensity/design-matrix.ts';
import { parseCsv } from './parse-csv.ts';

/** The data of one case: text cells in file order, with the names of the units. */
export interface CaseTable {
  readonly columns: readonly string[];
  /** the column `id`, or 1, 2, … where there is none */
  readonly ids: readonly string[];
  readonly rows: number;
  /** cells of a column as text. @throws unknown-variable */
  text(column: string): readonly string[];
  /** cells of a column as numbers; an empty cell, NA or a word becomes NaN. @throws unknown-variable */
  numbers(column: string): Float64Array;
}

/** An inline table of the protocol. */
export interface InlineTable {
  readonly columns: readonly string[];
  readonly ids?: readonly string[] | null;
  readonly rows: readonly (readonly (string | number | null)[])[];
}

export function tableFromCsv(text: string): CaseTable {
  const [header = [], ...records] = parseCsv(text);
  return createTable(header, records, null);
}

export function tableFromInline(table: InlineTable): CaseTable {
  const records = table.rows.map((row) => row.map((cell) => (cell === null ? '' : String(cell))));
  return createTable(table.columns, records, table.ids ?? null);
}

function createTable(
  columns: readonly string[],
  records: readonly (readonly string[])[],
  ids: readonly string[] | null,
): CaseTable {
  const place = new Map(columns.map((name, at) => [name, at]));
  const text = (column: string): readonly string[] => {
    const at = place.get(column);
    if (at === undefined) {
      throw new CoreError('unknown-variable', `The data have no column "${column}"; they have ${columns.join(', ')}.`, {
        variable: column,
      });
    }
    return records.map((record) => record[at] ?? '');
  };
  return {
    columns,
    ids: ids ?? (place.has('id') ? text('id') : records.map((_, row) => String(row + 1))),
    rows: records.length,
    text,
    numbers: (column) => Float64Array.from(text(column), (cell) => (cell.trim() === '' ? Number.NaN : Number(cell))),
  };
}

/** The table as columns of the core: numbers where every cell is one, codes elsewhere and for the `factors` named. */
export function toFrame(table: CaseTable, columns: readonly string[], factors: ReadonlySet<string>): Frame {
  const entries = columns.map((name): [string, Column] => {
    const values = table.numbers(name);
    const cells = table.text(name);
    const numeric =
      !factors.has(name) && cells.every((cell, i) => Number.isFinite(values[i]!) || cell === '' || cell === 'NA');
    const isMissing = (cell: string): boolean => numeric && (cell === '' || cell === 'NA');
    const status = Uint8Array.from(cells, (cell) => (isMissing(cell) ? valueStatus.absent : valueStatus.observed));
    if (numeric) return [name, { type: 'number', values: values.map((v) => (Number.isNaN(v) ? 0 : v)), status }];
    const levels = [...new Set(cells)].sort();
    const place = new Map(levels.map((level, code) => [level, code]));
    return [name, { type: 'coded', levels, codes: Int32Array.from(cells, (cell) => place.get(cell)!), status }];
  });
  return { rows: table.rows, columns: Object.fromEntries(entries) };
}
