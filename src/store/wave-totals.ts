import type { WaveTotals } from '../app/panels.ts';
import type { Session } from './database.ts';
import type { StoredVariable } from './read-columns.ts';
import { rowsTable } from './stage.ts';

/** Sums of numeric variables by wave, compensated, so that decimals add up as they do on paper. */
export async function waveTotals(
  session: Session,
  key: number,
  hasWave: boolean,
  variables: readonly StoredVariable[],
): Promise<WaveTotals[]> {
  const numeric = variables.filter((variable) => variable.isNumber);
  const sums = numeric.map(({ storedAs: c }, i) => `count(${c}) AS observed_${i}, coalesce(fsum(${c}), 0) AS sum_${i}`);
  const wave = hasWave ? 'w.label' : `''`;
  const rows = await session.rows<Record<string, number> & { wave: never }>(
    `SELECT ${[`${wave} AS wave`, ...sums].join(', ')} FROM ${rowsTable(key)} r
     ${hasWave ? `JOIN panel_wave w ON w.revision_key = ${key} AND w.written = r.wave GROUP BY w.label, w.wave_index ORDER BY w.wave_index` : ''}`,
  );
  return rows.map((row) => ({
    wave: row.wave as string,
    totals: Object.fromEntries(
      numeric.map(({ name }, i) => [name, { observed: row[`observed_${i}`]!, sum: row[`sum_${i}`]! }]),
    ),
  }));
}
