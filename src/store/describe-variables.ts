import type { VariableDescription } from '../app/panels.ts';
import type { Session } from './database.ts';
import type { StagedColumn } from './stage.ts';

/** Counts by status and plain moments of every variable, in one pass over the rows. */
export async function describeVariables(
  session: Session,
  key: number,
  columns: readonly StagedColumn[],
): Promise<VariableDescription[]> {
  if (columns.length === 0) return [];
  const aggregates = columns.flatMap(({ storedAs: c, statusPlace, isNumber }, i) => [
    `count(${c}) AS observed_${i}`,
    `count(*) FILTER (status[${statusPlace}] = 2) AS suppressed_${i}`,
    `count(*) FILTER (status[${statusPlace}] = 3) AS inapplicable_${i}`,
    `count(DISTINCT ${c}) AS distinct_${i}`,
    ...(isNumber
      ? [
          `min(${c}) AS minimum_${i}`,
          `max(${c}) AS maximum_${i}`,
          `fsum(${c}) AS sum_${i}`,
          `stddev_samp(${c}) AS deviation_${i}`,
        ]
      : []),
  ]);
  const [row] = await session.rows<Record<string, number | null>>(
    `SELECT count(*) AS row_count, ${aggregates.join(', ')} FROM panel_rows_${key}`,
  );
  return columns.map(({ planned, isNumber }, i) => {
    const get = (name: string): number | null => row![`${name}_${i}`] ?? null;
    const observed = get('observed')!;
    const suppressed = get('suppressed')!;
    const notApplicable = get('inapplicable')!;
    const sum = isNumber && observed > 0 ? get('sum') : null;
    return {
      ...planned.variable,
      counts: { observed, suppressed, notApplicable, absent: row!.row_count! - observed - suppressed - notApplicable },
      distinct: get('distinct')!,
      minimum: get('minimum'),
      maximum: get('maximum'),
      mean: sum === null ? null : sum / observed,
      standardDeviation: get('deviation'),
      sum,
    };
  });
}
