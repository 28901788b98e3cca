import type { PlannedColumn, PlannedKeys } from '../app/file-formats.ts';
import { quoteText, type Session } from './database.ts';
import { readSql, storesNumber, valueSql } from './value-sql.ts';

/** Where the values of a variable stand. */
export interface RowsColumn {
  /** column of the rows table */
  readonly storedAs: string;
  /** place in the lists `status` and `written` of a row, from 1 */
  readonly place: number;
  readonly isNumber: boolean;
}

/** A variable on its way into a revision. */
export interface StagedColumn extends RowsColumn {
  readonly planned: PlannedColumn;
  /** the relation gives numbers, not texts */
  readonly isRead: boolean;
}

export const rowsTable = (key: number): string => `panel_rows_${key}`;

/** The variables of a wide file: every column that is not the whole unit, the wave. */
export function stagedColumns(
  columns: readonly PlannedColumn[],
  keys: PlannedKeys,
  numbers: ReadonlySet<number>,
): StagedColumn[] {
  const isKey = (position: number) => position === keys.wave || (keys.unit.length === 1 && keys.unit[0] === position);
  return columns
    .filter((column) => !isKey(column.position))
    .map((planned, i) => ({
      planned,
      storedAs: `c${planned.position}`,
      place: i + 1,
      isNumber: storesNumber(planned),
      isRead: numbers.has(planned.position),
    }));
}

/**
 * The columns that the database may read as numbers itself, which spares a text for each value: no part of the key, and
 * nothing in the sample that is no plain number. A text further down that is none makes the reading fail.
 */
export function readableNumbers(
  columns: readonly PlannedColumn[],
  keys: PlannedKeys,
  decimal: '.' | ',',
): ReadonlySet<number> {
  return new Set(
    columns
      .filter(
        ({ position, variable, format, symbols, isPlainNumbers }) =>
          (variable.type === 'number' || variable.type === 'integer') &&
          position !== keys.wave &&
          !keys.unit.includes(position) &&
          format.decimal === decimal &&
          isPlainNumbers &&
          // such as -99, which stands for a status
          ![...symbols.keys()].some((symbol) => /\d/.test(symbol)),
      )
      .map(({ position }) => position),
  );
}

/** What the unit and the wave of a row are, as SQL over the texts t0, t1, ... of a relation. */
export interface KeySql {
  readonly unit: string;
  readonly wave: string;
}

export function keySql(keys: PlannedKeys, singleUnit: string, isClean: boolean): KeySql {
  const unit =
    keys.unit.length > 0
      ? keys.unit.map((position) => clean(`t${position}`, isClean)).join(` || '/' || `)
      : keys.wave === null
        ? 'NULL::VARCHAR'
        : quoteText(singleUnit);
  return { unit, wave: keys.wave === null ? 'NULL::VARCHAR' : clean(`t${keys.wave}`, isClean) };
}

/** Outer spaces gone, NULL where nothing is left; most texts have none, and looking is cheaper than trimming. */
export const clean = (text: string, isClean: boolean): string =>
  isClean
    ? text
    : `CASE WHEN starts_with(${text}, ' ') OR ends_with(${text}, ' ') THEN nullif(trim(${text}), '') ELSE nullif(${text}, '') END`;

/**
 * Loads a relation (columns t0, t1, ...) into the table of a revision in one pass and in order: unit, wave,
 * typed values, NULL where there is none; and for the rows where a text is no value the lists `status` and `written`.
 */
export async function stageRows(
  session: Session,
  key: number,
  relation: string,
  columns: readonly StagedColumn[],
  { unit, wave }: KeySql,
  isClean: boolean,
): Promise<void> {
  const texts = columns.map(({ planned, isNumber, isRead }) => {
    const field = `t${planned.position}`;
    if (isRead) return field;
    return isNumber || planned.variable.type === 'date' ? `nullif(${field}, '')` : clean(field, isClean);
  });
  const values = columns.map(({ planned, isRead }, i) => (isRead ? readSql(`x${i}`) : valueSql(planned, `x${i}`)));
  const hasException = values.map((sql) => sql.isException).join(' OR ') || 'false';
  const list = (items: readonly string[], type: string): string =>
    items.length === 0 ? `[]::${type}[]` : `[${items.join(', ')}]::${type}[]`;
  await session.run(
    `CREATE TABLE ${rowsTable(key)} AS
     SELECT unit, wave, ${values.map((sql, i) => `${sql.value} AS ${columns[i]!.storedAs}, `).join('')}
       CASE WHEN ${hasException} THEN ${list(
         values.map((sql) => sql.status),
         'UTINYINT',
       )} END AS status,
       CASE WHEN ${hasException} THEN ${list(
         columns.map(({ isRead }, i) => (isRead ? 'NULL' : `trim(x${i})`)),
         'VARCHAR',
       )} END AS written
     FROM (SELECT ${unit} AS unit, ${wave} AS wave${texts.map((text, i) => `, ${text} AS x${i}`).join('')} FROM ${relation})`,
  );
}

/** Numbers the rows as units, with leading zeros, so that the canonical order is the order of the file. */
export async function numberRows(session: Session, key: number, rows: number): Promise<void> {
  await session.run(`UPDATE ${rowsTable(key)} SET unit = lpad((rowid + 1)::VARCHAR, ${String(rows).length}, '0')`);
}
