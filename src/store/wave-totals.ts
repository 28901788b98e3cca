import { AppError } from '../app/errors.ts';
import type { WaveTotals } from '../app/panels.ts';
import { CoreError } from '../core/errors.ts';
import type { ConsentedRevision } from './consented-revision.ts';
import type { Session } from './database.ts';
import type { StoredVariable } from './read-columns.ts';
import { differs, type ReferenceRow, referenceColumns, referencesOf, valuesWithCounts } from './reference-values.ts';

/**
 * Sums of numeric variables by wave, compensated, so that decimals add up as they do on paper; with how many units tell
 * themselves apart in each.
 *
 * @throws invalid-request for a variable of texts; non-finite where a sum is too large for a double
 */
export async function waveTotals(
  session: Session,
  { rows: table, waves }: ConsentedRevision,
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
  const references: (readonly number[])[] = [];
  for (const { storedAs } of variables) {
    const values = valuesWithCounts(table, storedAs);
    const [row] = await session.rows<ReferenceRow>(`SELECT ${referenceColumns} FROM ${values}`);
    references.push(referencesOf(row!));
  }
  const sums = variables.flatMap(({ storedAs: c }, i) => [
    `count(${c}) AS observed_${i}, coalesce(fsum(${c}), 0) AS sum_${i}`,
    ...references[i]!.map((value, way) => `count(*) FILTER (${differs(c, value)}) AS apart_${i}_${way}`),
  ]);
  const rows = await session.rows<Record<string, number> & { wave: never }>(
    hasWave
      ? `SELECT w.label AS wave, ${sums.join(', ')} FROM ${table} r
         JOIN ${waves} w ON w.written = r.wave
         GROUP BY w.label, w.wave_index ORDER BY w.wave_index`
      : `SELECT '' AS wave, ${sums.join(', ')} FROM ${table}`,
  );
  return rows.map((row) => ({
    wave: row.wave as string,
    totals: variables.map(({ name }, i) => {
      const sum = row[`sum_${i}`]!;
      const apart = references[i]!.map((_, way) => row[`apart_${i}_${way}`]!);
      if (Number.isFinite(sum)) return { variable: name, observed: row[`observed_${i}`]!, sum, apart, withheld: null };
      throw new CoreError('non-finite', `The sum of "${name}" is too large for a number of 64 bits.`, {
        variable: name,
      });
    }),
  }));
}
