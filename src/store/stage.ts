import type { PlannedColumn, PlannedKeys } from '../app/file-formats.ts';
import { quoteText, type Session } from './database.ts';

/** Marks a value that could not be read in the list of statuses while a file is staged. */
export const unreadable = 255;

export interface StagedColumn {
  readonly planned: PlannedColumn;
  readonly storedAs: string;
  readonly statusPlace: number;
  readonly isNumber: boolean;
}

export const storesNumber = (column: PlannedColumn): boolean =>
  ['number', 'integer', 'boolean'].includes(column.variable.type);

/** The variables of a plan: every column that is not part of the key. */
export function stagedColumns(columns: readonly PlannedColumn[], keys: PlannedKeys): StagedColumn[] {
  return columns
    .filter((column) => column.position !== keys.unit && column.position !== keys.wave)
    .map((planned, i) => ({
      planned,
      storedAs: `c${planned.position}`,
      statusPlace: i + 1,
      isNumber: storesNumber(planned),
    }));
}

/**
 * Loads a relation of texts (columns t0, t1, ...) into the table of a revision in one pass: typed values, NULL where
 * there is none, and for the few rows with a symbol or an unreadable text the lists `status` and `written`.
 */
export async function stageWide(
  session: Session,
  key: number,
  relation: string,
  columns: readonly StagedColumn[],
  keys: PlannedKeys,
  decimal: '.' | ',',
  singleUnit: string,
): Promise<void> {
  const expressions = columns.map((column) => columnExpressions(column.planned, decimal));
  const any = expressions.map((e) => e.isException).join(' OR ') || 'false';
  const texts = columns.map((column) => `trim(t${column.planned.position})`);
  const unit =
    keys.unit !== null
      ? `nullif(trim(t${keys.unit}), '')`
      : keys.wave !== null
        ? quoteText(singleUnit)
        : 'NULL::VARCHAR';
  await session.run(
    `CREATE TABLE panel_rows_${key} AS SELECT ${unit} AS unit,
      ${keys.wave === null ? 'NULL::VARCHAR' : `nullif(trim(t${keys.wave}), '')`} AS wave,
      ${columns.map((column, i) => `${expressions[i]!.value} AS ${column.storedAs}, `).join('')}
      CASE WHEN ${any} THEN [${expressions.map((e) => e.status).join(', ')}]::UTINYINT[] END AS status,
      CASE WHEN ${any} THEN [${texts.join(', ')}]::VARCHAR[] END AS written
     FROM ${relation}`,
  );
  if (keys.unit === null && keys.wave === null) {
    await session.run(`UPDATE panel_rows_${key} SET unit = (rowid + 1)::VARCHAR`);
  }
}

interface ColumnExpressions {
  readonly value: string;
  readonly isException: string;
  /** status of the value where the row has an exception */
  readonly status: string;
}

function columnExpressions(column: PlannedColumn, decimal: '.' | ','): ColumnExpressions {
  const text = `t${column.position}`;
  const trimmed = `trim(${text})`;
  const symbols = [...column.symbols].filter(([symbol]) => symbol !== '');
  const codes = { absent: 1, suppressed: 2, notApplicable: 3 } as const;
  const symbolStatus = `CASE ${trimmed} WHEN '' THEN 1 ${symbols
    .map(([symbol, status]) => `WHEN ${quoteText(symbol)} THEN ${codes[status]}`)
    .join(' ')} ELSE ${unreadable} END`;
  const isSymbol =
    symbols.length === 0 ? 'false' : `${trimmed} IN (${symbols.map(([symbol]) => quoteText(symbol)).join(', ')})`;
  const { type } = column.variable;
  if (type === 'code' || type === 'text') {
    return {
      value: `CASE WHEN ${isSymbol} THEN NULL ELSE nullif(${trimmed}, '') END`,
      isException: `coalesce(${isSymbol}, false)`,
      status: `CASE WHEN ${text} IS NULL THEN 1 WHEN ${isSymbol} THEN ${symbolStatus} WHEN ${trimmed} = '' THEN 1 ELSE 0 END`,
    };
  }
  const read = typedRead(type, text, trimmed, decimal);
  return {
    value: `CASE WHEN ${read.isGood} THEN ${read.value} END`,
    isException: `(${text} IS NOT NULL AND NOT coalesce(${read.isGood}, false))`,
    status: `CASE WHEN ${text} IS NULL THEN 1 WHEN coalesce(${read.isGood}, false) THEN 0 ELSE ${symbolStatus} END`,
  };
}

/** How a text becomes a value of a type, and when that value counts. */
function typedRead(
  type: PlannedColumn['variable']['type'],
  text: string,
  trimmed: string,
  decimal: '.' | ',',
): { readonly value: string; readonly isGood: string } {
  if (type === 'boolean') {
    return {
      value: `(lower(${trimmed}) IN ('true', '1'))::DOUBLE`,
      isGood: `(lower(${trimmed}) IN ('true', 'false', '1', '0'))`,
    };
  }
  if (type === 'date') {
    const date = `try_cast(${trimmed} AS DATE)`;
    return { value: `${date}::VARCHAR`, isGood: `(${date} IS NOT NULL)` };
  }
  // DuckDB reads 1_000, NaN and infinity as numbers; this service does not.
  const plain = decimal === ',' ? `replace(${text}, ',', '.')` : text;
  const number = `try_cast(${plain} AS DOUBLE)`;
  const noPoint = decimal === ',' ? ` AND NOT contains(${text}, '.')` : '';
  return { value: number, isGood: `(isfinite(${number}) AND NOT contains(${text}, '_')${noPoint})` };
}
