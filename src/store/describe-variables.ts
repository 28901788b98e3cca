import type { ValueStatus } from '../core/panel/columns.ts';
import type { Session } from './database.ts';
import { differs, type ReferenceRow, referenceColumns, referencesOf, valuesWithCounts } from './reference-values.ts';
import { rowsTable, type StagedColumn } from './stage.ts';
import { unreadable } from './value-sql.ts';

/** A variable described, with what is needed to judge its type and role. */
export interface VariableFacts {
  readonly column: StagedColumn;
  readonly counts: Readonly<Record<ValueStatus, number>>;
  readonly unitsObserved: number;
  readonly unitsApart: readonly number[];
  readonly distinct: number;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly mean: number | null;
  readonly standardDeviation: number | null;
  readonly sum: number | null;
  /** observed values that are no whole numbers */
  readonly fractions: number;
  /** texts that could not be read as the type of the column */
  readonly unreadable: number;
  /** for texts: characters of the longest */
  readonly longest: number;
  /** for texts: how many are numbers, and whether some of these begin with a zero digit */
  readonly numbers: number;
  readonly leadingZeros: boolean;
}

/** Counts by status and plain moments of every variable: one pass for many columns, one more for each column's values. */
export async function describeVariables(
  session: Session,
  key: number,
  rows: number,
  columns: readonly StagedColumn[],
): Promise<VariableFacts[]> {
  const facts: VariableFacts[] = [];
  const batchSize = 50;
  for (let start = 0; start < columns.length; start += batchSize) {
    const batch = columns.slice(start, start + batchSize);
    const moments = await momentsOf(session, key, batch);
    const values = await valuesOfEach(session, key, batch);
    const apart = await unitsApartOf(session, key, batch, values);
    for (const [i, column] of batch.entries()) {
      const get = (name: string): number => moments[`${name}_${i}`] ?? 0;
      const observed = get('observed');
      const suppressed = get('suppressed');
      const notApplicable = get('inapplicable');
      const bad = get('unreadable');
      facts.push({
        column,
        counts: { observed, suppressed, notApplicable, absent: rows - observed - suppressed - notApplicable - bad },
        unitsObserved: get('units'),
        unitsApart: apart[i]!,
        distinct: values[i]!.distinct,
        minimum: moments[`minimum_${i}`] ?? null,
        maximum: moments[`maximum_${i}`] ?? null,
        sum: column.isNumber && observed > 0 ? get('sum') : null,
        mean: column.isNumber && observed > 0 ? get('sum') / observed : null,
        standardDeviation: moments[`deviation_${i}`] ?? null,
        fractions: get('fractions'),
        unreadable: bad,
        longest: values[i]!.longest ?? 0,
        numbers: values[i]!.numbers ?? 0,
        leadingZeros: values[i]!.leadingZeros ?? false,
      });
    }
  }
  return facts;
}

async function momentsOf(
  session: Session,
  key: number,
  columns: readonly StagedColumn[],
): Promise<Readonly<Record<string, number | null>>> {
  const aggregates = columns.flatMap(({ storedAs: c, isNumber }, i) => [
    `count(${c}) AS observed_${i}`,
    `count(DISTINCT unit) FILTER (${c} IS NOT NULL) AS units_${i}`,
    ...(isNumber
      ? [
          `min(${c}) AS minimum_${i}`,
          `max(${c}) AS maximum_${i}`,
          `fsum(${c}) AS sum_${i}`,
          `stddev_samp(${c}) AS deviation_${i}`,
          `count(*) FILTER (${c} <> trunc(${c})) AS fractions_${i}`,
        ]
      : []),
  ]);
  const exceptions = columns.flatMap(({ place }, i) => [
    `count(*) FILTER (status[${place}] = 2) AS suppressed_${i}`,
    `count(*) FILTER (status[${place}] = 3) AS inapplicable_${i}`,
    `count(*) FILTER (status[${place}] = ${unreadable}) AS unreadable_${i}`,
  ]);
  const [values] = await session.rows<Record<string, number | null>>(
    `SELECT ${aggregates.join(', ')} FROM ${rowsTable(key)}`,
  );
  const [statuses] = await session.rows<Record<string, number | null>>(
    `SELECT ${exceptions.join(', ')} FROM ${rowsTable(key)} WHERE status IS NOT NULL`,
  );
  return { ...values, ...statuses };
}

interface ColumnValues extends ReferenceRow {
  readonly distinct: number;
  readonly longest?: number | null;
  readonly numbers?: number | null;
  readonly leadingZeros?: boolean | null;
}

async function valuesOfEach(
  session: Session,
  key: number,
  columns: readonly StagedColumn[],
): Promise<readonly ColumnValues[]> {
  const found: ColumnValues[] = [];
  for (const { storedAs, isNumber } of columns) {
    const [values] = await session.rows<ColumnValues>(
      `SELECT count(*) AS "distinct", ${
        isNumber
          ? referenceColumns
          : `NULL AS "first", NULL AS "second", max(length(v)) AS longest,
             sum(n) FILTER (try_cast(v AS DOUBLE) IS NOT NULL)::BIGINT AS numbers,
             bool_or(regexp_matches(v, '^0[0-9]')) AS "leadingZeros"`
      } FROM ${valuesWithCounts(rowsTable(key), storedAs)}`,
    );
    found.push(values!);
  }
  return found;
}

/** Of each numeric column, for each of its reference values, the units that ever hold another one; of texts none. */
async function unitsApartOf(
  session: Session,
  key: number,
  columns: readonly StagedColumn[],
  values: readonly ColumnValues[],
): Promise<readonly (readonly number[])[]> {
  const references = values.map(referencesOf);
  const counts = references.flatMap((own, i) =>
    own.map((value, way) => `count(DISTINCT unit) FILTER (${differs(columns[i]!.storedAs, value)}) AS n_${i}_${way}`),
  );
  if (counts.length === 0) return columns.map(() => []);
  const [found] = await session.rows<Record<string, number>>(`SELECT ${counts.join(', ')} FROM ${rowsTable(key)}`);
  return references.map((own, i) => own.map((_, way) => found![`n_${i}_${way}`]!));
}
