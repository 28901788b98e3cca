import { AppError } from '../app/errors.ts';
import type { FileProblem } from '../app/file-formats.ts';
import { quoteText, type Session } from './database.ts';
import type { ProblemList } from './problem-list.ts';
import { rowsTable, type StagedColumn } from './stage.ts';
import { unreadable } from './value-sql.ts';

/** A demand on every row: what breaks it, what to show of the row, and what to do about it. */
interface Check {
  readonly rule: string;
  readonly column: string;
  /** SQL: true for a row that breaks the rule */
  readonly breaks: string;
  /** SQL: the text to show */
  readonly shown: string;
  readonly remedy: (value: string | null) => string;
}

/** How many aggregates one statement holds; beyond it DuckDB spends longer planning than running. */
const batchSize = 100;

/** Finds every value that cannot be read or breaks what the schema demands. */
export async function checkValues(
  session: Session,
  key: number,
  columns: readonly StagedColumn[],
  errors: ProblemList,
): Promise<void> {
  const table = rowsTable(key);
  const checks = columns.flatMap((column) => [
    ...(column.isRead ? [] : [unreadableCheck(column)]),
    ...constraintChecks(column),
  ]);
  for (let start = 0; start < checks.length; start += batchSize) {
    const batch = checks.slice(start, start + batchSize);
    const [counts] = await counted(session, table, batch);
    for (const [i, check] of batch.entries()) {
      const count = counts![`n${i}`]!;
      if (count > 0) errors.add(count, await listed(session, table, check));
    }
  }
  for (const column of columns)
    if (column.planned.constraints.unique) await checkUnique(session, table, column, errors);
}

async function counted(
  session: Session,
  table: string,
  batch: readonly Check[],
): Promise<readonly Record<string, number>[]> {
  const aggregates = batch.map((check, i) => `count(*) FILTER (${check.breaks}) AS n${i}`);
  try {
    return await session.rows(`SELECT ${aggregates.join(', ')} FROM ${table}`);
  } catch (cause) {
    const { message } = cause as Error;
    if (!/regular expression|regex|no argument for repetition|missing closing/i.test(message)) throw cause;
    throw new AppError(
      'invalid-request',
      'A pattern in the schema is no regular expression of the kind RE2 (no look-around, no back references).',
      {},
      { cause },
    );
  }
}

async function listed(session: Session, table: string, check: Check): Promise<FileProblem[]> {
  const rows = await session.rows<{ record: number; value: string | null }>(
    `SELECT rowid AS record, ${check.shown} AS value FROM ${table} WHERE ${check.breaks} ORDER BY rowid LIMIT 100`,
  );
  return rows.map(({ record, value }) => ({
    rule: check.rule,
    record,
    column: check.column,
    value,
    remedy: check.remedy(value),
  }));
}

function unreadableCheck({ planned, place }: StagedColumn): Check {
  const what = { number: 'a number', integer: 'a number', boolean: 'true or false', date: 'a date (2024-12-31)' }[
    planned.variable.type as string
  ];
  const { decimal } = planned.format;
  return {
    rule:
      planned.variable.type === 'integer' || planned.variable.type === 'number'
        ? 'not-a-number'
        : `not-a-${planned.variable.type}`,
    column: planned.name,
    breaks: `status[${place}] = ${unreadable}`,
    shown: `written[${place}]`,
    remedy(value) {
      const text = (value ?? '').toLowerCase();
      if (/^[+-]?(nan|inf(inity)?)$/.test(text) || /e\+?\d{3,}$/.test(text)) {
        return 'NaN and infinity are no measurements; leave the field empty where the value is absent.';
      }
      if (/^[+-]?[\d.,]+$/.test(text)) {
        return `Write numbers with "${decimal}" as decimal sign and without thousands separators, or say which decimal sign the file uses.`;
      }
      return `Expected ${what}; correct it, leave the field empty where the value is absent, or declare the column as a string in a schema.`;
    },
  };
}

function constraintChecks({ planned, storedAs: c, place, isNumber }: StagedColumn): Check[] {
  const { constraints, variable } = planned;
  const checks: Check[] = [];
  const shown = `${c}::VARCHAR`;
  const add = (rule: string, breaks: string, remedy: string) =>
    checks.push({ rule, column: planned.name, breaks, shown, remedy: () => remedy });
  const bound = (limit: number | string) => (isNumber ? String(Number(limit)) : quoteText(String(limit)));
  if (variable.type === 'integer' && planned.typeDeclared) {
    add(
      'not-an-integer',
      `${c} <> trunc(${c})`,
      'Expected a whole number; correct it, or declare the column as "number".',
    );
  }
  if (constraints.required) {
    add('required', `${c} IS NULL AND coalesce(status[${place}], 1) = 1`, 'The schema demands a value here; give one.');
  }
  if (constraints.minimum !== null) {
    add('below-minimum', `${c} < ${bound(constraints.minimum)}`, `The schema allows ${constraints.minimum} and above.`);
  }
  if (constraints.maximum !== null) {
    add('above-maximum', `${c} > ${bound(constraints.maximum)}`, `The schema allows ${constraints.maximum} and below.`);
  }
  if (constraints.allowed !== null) {
    const allowed = isNumber
      ? constraints.allowed.map((text) => `try_cast(${quoteText(text)} AS DOUBLE)`)
      : constraints.allowed.map(quoteText);
    add(
      'not-allowed',
      `${c} IS NOT NULL AND ${c} NOT IN (${allowed.join(', ')})`,
      `The schema allows ${constraints.allowed.slice(0, 20).join(', ')}.`,
    );
  }
  if (isNumber) return checks;
  if (constraints.minimumLength !== null) {
    add(
      'too-short',
      `length(${c}) < ${constraints.minimumLength}`,
      `The schema asks for at least ${constraints.minimumLength} characters.`,
    );
  }
  if (constraints.maximumLength !== null) {
    add(
      'too-long',
      `length(${c}) > ${constraints.maximumLength}`,
      `The schema allows at most ${constraints.maximumLength} characters.`,
    );
  }
  if (constraints.pattern !== null) {
    add(
      'pattern',
      `NOT regexp_full_match(${c}, ${quoteText(constraints.pattern)})`,
      `The schema asks for the pattern ${constraints.pattern}.`,
    );
  }
  return checks;
}

async function checkUnique(session: Session, table: string, column: StagedColumn, errors: ProblemList): Promise<void> {
  const rows = await session.rows<{ record: number; value: string; total: number }>(
    `SELECT record, value, count(*) OVER () AS total FROM (
       SELECT rowid AS record, ${column.storedAs}::VARCHAR AS value,
         row_number() OVER (PARTITION BY ${column.storedAs} ORDER BY rowid) AS place
       FROM ${table} WHERE ${column.storedAs} IS NOT NULL)
     WHERE place > 1 ORDER BY record LIMIT 100`,
  );
  errors.add(
    rows[0]?.total ?? 0,
    rows.map(({ record, value }) => ({
      rule: 'not-unique',
      record,
      column: column.planned.name,
      value,
      remedy: 'The schema allows each value once.',
    })),
  );
}
