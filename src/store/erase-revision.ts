import type { Session } from './database.ts';
import { describeRows } from './describe-rows.ts';
import { rowsTable } from './stage.ts';
import { storedVariables } from './stored-variables.ts';

/** Removes a revision with all it holds; the number of its rows. */
export async function dropRevision(session: Session, key: number): Promise<number> {
  const [revision] = await session.rows<{ rows: number }>(
    'SELECT row_count AS rows FROM panel_revision WHERE revision_key = ?',
    [key],
  );
  await session.run(`DROP TABLE IF EXISTS ${rowsTable(key)}`);
  for (const table of ['panel_unit', 'panel_wave', 'panel_variable', 'panel_revision']) {
    await session.run(`DELETE FROM ${table} WHERE revision_key = ?`, [key]);
  }
  return revision!.rows;
}

/**
 * Removes one unit from a revision, which is then as if the unit had never been in the file: its rows, its place among the units,
 * waves that nobody else has, and its part in the counts and figures of every variable. A revision of this unit alone goes as
 * a whole. The report of the ingest, which quotes values, goes too.
 *
 * @returns the number of rows removed
 * Cost: as describing the revision when it was ingested.
 */
export async function removeUnit(session: Session, key: number, unit: string, digest: string): Promise<number> {
  const table = rowsTable(key);
  const [total] = await session.rows<{ rows: number; units: number; hasWave: boolean }>(
    `SELECT row_count AS rows, unit_count AS units, wave_column IS NOT NULL AS "hasWave" FROM panel_revision
     WHERE revision_key = ?`,
    [key],
  );
  if (total!.units === 1) return dropRevision(session, key);
  await session.run(`DELETE FROM ${table} WHERE unit = ?`, [unit]);
  const [left] = await session.rows<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`);
  await removeFromUnits(session, key, unit);
  const waves = total!.hasWave ? await removeUnusedWaves(session, key) : 1;
  await describeAgain(session, key, left!.rows);
  await session.run(
    `UPDATE panel_revision SET row_count = ?, unit_count = unit_count - 1, wave_count = ?, digest = ?, report = NULL
     WHERE revision_key = ?`,
    [left!.rows, waves, digest, key],
  );
  return total!.rows - left!.rows;
}

/** Those behind it move up: the index of a unit is its place in the order of ids. */
async function removeFromUnits(session: Session, key: number, unit: string): Promise<void> {
  await session.run(
    `UPDATE panel_unit SET unit_index = unit_index - 1 WHERE revision_key = ${key}
     AND unit_index > (SELECT unit_index FROM panel_unit WHERE revision_key = ${key} AND unit_id = ?)`,
    [unit],
  );
  await session.run('DELETE FROM panel_unit WHERE revision_key = ? AND unit_id = ?', [key, unit]);
}

/** @returns how many waves are left */
async function removeUnusedWaves(session: Session, key: number): Promise<number> {
  await session.run(
    `DELETE FROM panel_wave WHERE revision_key = ${key} AND written NOT IN (SELECT DISTINCT wave FROM ${rowsTable(key)})`,
  );
  await session.run(
    `UPDATE panel_wave SET wave_index = r.place FROM (
       SELECT DISTINCT wave_index AS index, dense_rank() OVER (ORDER BY wave_index) - 1 AS place
       FROM panel_wave WHERE revision_key = ${key}) r
     WHERE revision_key = ${key} AND wave_index = r.index`,
  );
  const [left] = await session.rows<{ waves: number }>(
    `SELECT count(DISTINCT wave_index) AS waves FROM panel_wave WHERE revision_key = ${key}`,
  );
  return left!.waves;
}

async function describeAgain(session: Session, key: number, rows: number): Promise<void> {
  const variables = await storedVariables(session, key);
  for (const { statusPlace, description } of await describeRows(session, rowsTable(key), rows, variables)) {
    await session.run('UPDATE panel_variable SET description = ? WHERE revision_key = ? AND position = ?', [
      JSON.stringify(description),
      key,
      statusPlace,
    ]);
  }
}
