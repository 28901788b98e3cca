import type { ValueStatus } from '../core/panel/columns.ts';
import type { Session } from './database.ts';
import { differs, type ReferenceRow, referenceColumns, referencesOf, valuesWithCounts } from './reference-values.ts';
import type { RowsColumn, StagedColumn } from './stage.ts';
import { unreadable } from './value-sql.ts';

/** A variable described, with what is needed to judge its type and role. */
export interface VariableFacts<C extends RowsColumn = StagedColumn> {
  readonly column: C;
  readonly counts: Readonly<Record<ValueStatus, number>>;
  readonly unitsObserved: number;
  readonly unitsApart: readonly number[];
  /** units with observations in two or more rows */
  readonly unitsRepeated: number;
  /** of these, units in which the variable takes more than one value */
  readonly unitsChanging: number;
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
  /** of these, texts such as NaN and infinity: meant as numbers */
  readonly notFinite: number;
  /** for texts: characters of the longest */
  readonly longest: number;
  /** for texts: how many are numbers, and whether some of these begin with a zero digit */
  readonly numbers: number;
  readonly leadingZeros: boolean;
}

/**
 * Counts by status and plain moments of every variable: for each column one pass over its values, and for up to 50 columns
 * together one over the rows and one by unit.
 *
 * @param table rows of a revision, or a query for some of them in brackets
 */
export async function describeVariables<C extends RowsColumn>(
  session: Session,
  table: string,
  rows: number,
  columns: readonly C[],
): Promise<VariableFacts<C>[]> {
  const facts: VariableFacts<C>[] = [];
  const batchSize = 50;
  for (let start = 0; start < columns.length; start += batchSize) {
    const batch = columns.slice(start, start + batchSize);
    const values = await valuesOfEach(session, table, batch);
    const references = values.map(referencesOf);
    const moments = {
      ...(await momentsOf(session, table, batch, values)),
      ...(await exceptionsOf(session, table, batch)),
      ...(await unitsOf(session, table, batch, references)),
    };
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
        unitsApart: references[i]!.map((_, way) => get(`apart_${way}`)),
        unitsRepeated: get('repeated'),
        unitsChanging: get('changing'),
        distinct: values[i]!.distinct,
        minimum: values[i]!.minimum ?? null,
        maximum: values[i]!.maximum ?? null,
        sum: finite(moments[`sum_${i}`]),
        mean: finite((moments[`sum_${i}`] ?? Number.NaN) / observed),
        standardDeviation: finite(moments[`deviation_${i}`]),
        fractions: values[i]!.fractions ?? 0,
        unreadable: bad,
        notFinite: get('not_finite'),
        longest: values[i]!.longest ?? 0,
        numbers: values[i]!.numbers ?? 0,
        leadingZeros: values[i]!.leadingZeros ?? false,
      });
    }
  }
  return facts;
}

/** What is too large for a number is not there. */
const finite = (value: number | null | undefined): number | null =>
  value != null && Number.isFinite(value) ? value : null;

type Counts = Readonly<Record<string, number | null>>;

/** Counts, sums and standard deviations; by powers of two within a range in which no square overflows. */
async function momentsOf(
  session: Session,
  table: string,
  columns: readonly RowsColumn[],
  values: readonly ColumnValues[],
): Promise<Counts> {
  const aggregates = columns.flatMap(({ storedAs: c, isNumber }, i) => {
    const largest = Math.max(Math.abs(values[i]!.minimum ?? 0), Math.abs(values[i]!.maximum ?? 0));
    const count = `count(${c}) AS observed_${i}`;
    if (!isNumber || !Number.isFinite(largest)) return [count];
    const scale = largest > 1e150 ? 2 ** 600 : 1;
    return [count, `fsum(${c}) AS sum_${i}`, `stddev_samp(${c} / ${scale}) * ${scale} AS deviation_${i}`];
  });
  const [found] = await session.rows<Counts>(`SELECT ${aggregates.join(', ')} FROM ${table}`);
  return found!;
}

/** Rows by status other than observed and absent; only rows with an exception carry any. */
async function exceptionsOf(session: Session, table: string, columns: readonly RowsColumn[]): Promise<Counts> {
  const aggregates = columns.flatMap(({ place }, i) => [
    `count(*) FILTER (status[${place}] = 2) AS suppressed_${i}`,
    `count(*) FILTER (status[${place}] = 3) AS inapplicable_${i}`,
    `count(*) FILTER (status[${place}] = ${unreadable}) AS unreadable_${i}`,
    `count(*) FILTER (status[${place}] = ${unreadable}
       AND regexp_full_match(lower(written[${place}]), '[+-]?(nan|inf(inity)?)')) AS not_finite_${i}`,
  ]);
  const [found] = await session.rows<Counts>(`SELECT ${aggregates.join(', ')} FROM ${table} WHERE status IS NOT NULL`);
  return found!;
}

/**
 * Of every column the units with a value, with several rows, with several values, and of a numeric one, for each of its
 * reference values, those that ever hold another one.
 */
async function unitsOf(
  session: Session,
  table: string,
  columns: readonly RowsColumn[],
  references: readonly (readonly number[])[],
): Promise<Counts> {
  const spread = columns.map(({ storedAs: c, isNumber }, i) => {
    const compared = isNumber ? c : `CASE WHEN ${c} IS NOT NULL THEN hash(${c}) END`;
    return `min(${compared}) AS l${i}, max(${compared}) AS h${i}, count(${c}) AS n${i}`;
  });
  const counts = columns.flatMap((_, i) => [
    `count(*) FILTER (n${i} > 0) AS units_${i}`,
    `count(*) FILTER (n${i} > 1) AS repeated_${i}`,
    `count(*) FILTER (l${i} <> h${i}) AS changing_${i}`,
    ...references[i]!.map(
      (value, way) => `count(*) FILTER (${differs(`l${i}`, value)} OR ${differs(`h${i}`, value)}) AS apart_${way}_${i}`,
    ),
  ]);
  const [found] = await session.rows<Counts>(
    `SELECT ${counts.join(', ')} FROM (SELECT ${spread.join(', ')} FROM ${table} WHERE unit IS NOT NULL GROUP BY unit)`,
  );
  return found!;
}

interface ColumnValues extends ReferenceRow {
  readonly distinct: number;
  readonly minimum?: number | null;
  readonly maximum?: number | null;
  readonly fractions?: number | null;
  readonly longest?: number | null;
  readonly numbers?: number | null;
  readonly leadingZeros?: boolean | null;
}

async function valuesOfEach(
  session: Session,
  table: string,
  columns: readonly RowsColumn[],
): Promise<readonly ColumnValues[]> {
  const found: ColumnValues[] = [];
  for (const { storedAs, isNumber } of columns) {
    const [values] = await session.rows<ColumnValues>(
      `SELECT count(*) AS "distinct", ${
        isNumber
          ? `${referenceColumns}, min(v) AS minimum, max(v) AS maximum,
             sum(n) FILTER (v <> trunc(v))::BIGINT AS fractions`
          : `NULL AS "first", NULL AS "second", max(length(v)) AS longest,
             sum(n) FILTER (try_cast(v AS DOUBLE) IS NOT NULL)::BIGINT AS numbers,
             bool_or(regexp_matches(v, '^0[0-9]')) AS "leadingZeros"`
      } FROM ${valuesWithCounts(table, storedAs)}`,
    );
    found.push(values!);
  }
  return found;
}
