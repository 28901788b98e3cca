import type { MissingStatus, PlannedColumn, ValueFormat } from '../app/file-formats.ts';
import { quoteText } from './database.ts';

/** Marks a text that could not be read in the list of statuses while a file is staged. */
export const unreadable = 255;

const codes: Readonly<Record<MissingStatus, number>> = { absent: 1, suppressed: 2, notApplicable: 3 };

/** How one column of texts becomes values, as SQL. `text` is the column cleaned of outer spaces, NULL where empty. */
export interface ValueSql {
  readonly value: string;
  /** the text is there but is no value */
  readonly isException: string;
  /** status of the value, given that its row has an exception */
  readonly status: string;
}

export const storesNumber = (column: PlannedColumn): boolean =>
  ['number', 'integer', 'boolean'].includes(column.variable.type);

/** The same for a column that the database reads as numbers itself: without exceptions, or not at all. */
export const readSql = (number: string): ValueSql => ({
  value: number,
  isException: 'false',
  status: `(${number} IS NULL)::UTINYINT`,
});

export function valueSql(column: PlannedColumn, text: string): ValueSql {
  const symbols = [...column.symbols].filter(([symbol]) => symbol !== '');
  const cases = symbols.map(([symbol, status]) => `WHEN ${quoteText(symbol)} THEN ${codes[status]}`).join(' ');
  const { type } = column.variable;
  if (type === 'code' || type === 'text') {
    if (symbols.length === 0) return { value: text, isException: 'false', status: `(${text} IS NULL)::UTINYINT` };
    const isSymbol =
      symbols.length === 1
        ? `${text} = ${quoteText(symbols[0]![0])}`
        : `${text} IN (${symbols.map(([symbol]) => quoteText(symbol)).join(', ')})`;
    return {
      value: `CASE WHEN ${isSymbol} THEN NULL ELSE ${text} END`,
      isException: `coalesce(${isSymbol}, false)`,
      status: `CASE WHEN ${text} IS NULL THEN 1 ELSE CASE ${text} ${cases} ELSE 0 END END`,
    };
  }
  const { value, isGood: isReadable } = typed(type, text, column.format);
  // A schema may name a text that reads as a value, such as -99: it stands for a status all the same.
  const likeValues = symbols
    .filter(([symbol]) => /\d|^(true|false)$/i.test(symbol))
    .map(([symbol]) => quoteText(symbol));
  const isGood =
    likeValues.length === 0 ? isReadable : `(trim(${text}) NOT IN (${likeValues.join(', ')}) AND ${isReadable})`;
  const symbolStatus = symbols.length === 0 ? String(unreadable) : `CASE trim(${text}) ${cases} ELSE ${unreadable} END`;
  return {
    value: `CASE WHEN ${isGood} THEN ${value} END`,
    isException: `(${text} IS NOT NULL AND NOT coalesce(${isGood}, false))`,
    status: `CASE WHEN ${text} IS NULL THEN 1 WHEN coalesce(${isGood}, false) THEN 0 ELSE ${symbolStatus} END`,
  };
}

const hex = (character: string): string => character.codePointAt(0)!.toString(16);

/** The value of a text of some type, and when it counts as one. */
function typed(
  type: PlannedColumn['variable']['type'],
  text: string,
  format: ValueFormat,
): { readonly value: string; readonly isGood: string } {
  const list = (texts: readonly string[]) => texts.map(quoteText).join(', ');
  if (type === 'boolean') {
    return {
      value: `(trim(${text}) IN (${list(format.trueTexts)}))::DOUBLE`,
      isGood: `(trim(${text}) IN (${list([...format.trueTexts, ...format.falseTexts])}))`,
    };
  }
  if (type === 'date') {
    const date =
      format.date === null
        ? `CASE WHEN length(trim(${text})) = 10 THEN try_cast(${text} AS DATE) END`
        : `try_strptime(trim(${text}), ${quoteText(format.date)})::DATE`;
    return { value: `(${date})::VARCHAR`, isGood: `((${date}) IS NOT NULL)` };
  }
  let plain = text;
  if (format.group !== null) {
    const group = quoteText(format.group);
    const grouped = quoteText(`[+-]?\\d{1,3}(\\x{${hex(format.group)}}\\d{3})+(\\x{${hex(format.decimal)}}\\d+)?`);
    plain = `CASE WHEN NOT contains(${text}, ${group}) THEN ${text}
      WHEN regexp_full_match(trim(${text}), ${grouped}) THEN replace(${text}, ${group}, '') END`;
    plain = `(${plain})`;
  }
  const noPoint = format.decimal === ',' ? ` AND NOT contains(${plain}, '.')` : '';
  const number = `try_cast(${format.decimal === ',' ? `replace(${plain}, ',', '.')` : plain} AS DOUBLE)`;
  // DuckDB takes 1_000, NaN and infinity for numbers; this service does not.
  return { value: number, isGood: `(isfinite(${number}) AND NOT contains(${text}, '_')${noPoint})` };
}
