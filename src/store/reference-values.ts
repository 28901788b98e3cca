/** The values of one numeric column that units tell themselves apart from; `second` is null where there is one only. */
export interface ReferenceRow {
  readonly first: number | null;
  readonly second: number | null;
}

/** Columns `first` and `second` over values v, each with its number of rows n: what `core/insights/reference-values.ts` says. */
export const referenceColumns = `CASE WHEN count(*) = 2 THEN min(v)::DOUBLE ELSE 0 END AS "first",
  CASE WHEN count(*) = 2 THEN max(v)::DOUBLE
    WHEN max(n) * 2 > sum(n) AND arg_max(v, n) <> 0 THEN arg_max(v, n)::DOUBLE END AS "second"`;

export const referencesOf = ({ first, second }: ReferenceRow): readonly number[] =>
  [first, second].filter((value) => value !== null);

/** As a number of 64 bits: a decimal in SQL is of another type. */
export const differs = (column: string, value: number): string => `${column} <> '${value}'::DOUBLE`;

/** The values of a column, each with its number of rows. */
export const valuesWithCounts = (table: string, column: string): string =>
  `(SELECT ${column} AS v, count(*) AS n FROM ${table} WHERE ${column} IS NOT NULL GROUP BY v)`;
