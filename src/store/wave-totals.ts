import { AppError } from '../app/errors.ts';
import type { WaveTotals } from '../app/panels.ts';
import { CoreError } from '../core/errors.ts';
import type { Session } from './database.ts';
import type { StoredVariable } from './read-columns.ts';
import { rowsTable } from './stage.ts';

/**
 * Sums of numeric variables by wave, compensated, so that decimals add up as they do on paper.
 *
 * @throws invalid-request for a variable of texts; non-finite where a sum is too large for a double
 */
export async function waveTotals(
  session: Session,
  key: number,
  hasWave: boolean,
  variables: readonly StoredVariable[],
): Promise<WaveTotals[]> {
  const text = variables.find((variable) => !variable.isNumber);
  if (text !== undefined) {
    throw new AppError(
      'invalid-request',
      `"${text.name}" holds texts, which have no sum; ask for totals of numeric variables.`,
      { variable: text.name },
    );
  }
  const sums = variables.map(
    ({ storedAs: c }, i) => `count(${c}) AS observed_${i}, coalesce(fsum(${c}), 0) AS sum_${i}`,
  );
  const rows = await session.rows<Record<string, number> & { wave: never }>(
    hasWave
      ? `SELECT w.label AS wave, ${sums.join(', ')} FROM ${rowsTable(key)} r
         JOIN panel_wave w ON w.revision_key = ${key} AND w.written = r.wave
         GROUP BY w.label, w.wave_index ORDER BY w.wave_index`
      : `SELECT '' AS wave, ${sums.join(', ')} FROM ${rowsTable(key)}`,
  );
  return rows.map((row) => ({
    wave: row.wave as string,
    totals: variables.map(({ name }, i) => {
      const sum = row[`sum_${i}`]!;
      if (Number.isFinite(sum)) return { variable: name, observed: row[`observed_${i}`]!, sum, withheld: null };
      throw new CoreError('non-finite', `The sum of "${name}" is too large for a number of 64 bits.`, {
        variable: name,
      });
    }),
  }));
}
