import type { AnalysisKind } from '../app/analyses.ts';
import { quoteText, type Session } from './database.ts';

/** Ids of jobs and results that hold something of erased rows. */
export interface Derived {
  readonly jobs: readonly string[];
  readonly results: readonly string[];
  /** how many of the results had left to others than the operator */
  readonly released: number;
}

/** What jobs and results are sought: made from a unit of these revisions of these panels. */
export interface DerivedFrom {
  readonly panels: readonly string[];
  readonly revisions: readonly number[];
  /** null: from the revisions as a whole */
  readonly unit: string | null;
  /** by these analyses only; null: by any */
  readonly kinds: readonly AnalysisKind[] | null;
}

interface Id {
  readonly id: string;
}

/**
 * Everything derived from a unit of some revisions: results by their sources; jobs by
 * their result and, where they have none, by the panel they ask about, for their errors quote what they met. Besides, jobs that the
 * household itself asked for and analyses of a table that was sent along and names the unit.
 */
export async function findDerived(session: Session, { panels, revisions, unit, kinds }: DerivedFrom): Promise<Derived> {
  const isOfKind = (kind: string) => (kinds === null ? 'true' : `list_contains(${textList(kinds)}, ${kind})`);
  const names = unit === null ? 'false' : namesUnit(unit);
  const bySource = await session.rows<Id>(
    `SELECT DISTINCT s.result_id AS id FROM result_source s JOIN result o ON o.id = s.result_id
     JOIN panel_revision r ON r.panel = s.panel AND r.revision = s.revision AND r.digest = s.digest
     WHERE ${isOfKind('o.kind')} AND list_contains([${revisions.join(', ')}]::INTEGER[], r.revision_key)
       ${unit === null ? '' : `AND (s.unit_ids IS NULL OR list_contains(s.unit_ids, ${quoteText(unit)}))`}`,
  );
  const byName = await session.rows<Id>(`SELECT id FROM result WHERE ${isOfKind('kind')} AND ${names}`);
  const results = [...new Set([...bySource, ...byName].map(({ id }) => id))];
  const jobs = await session.rows<Id>(
    `SELECT id FROM job WHERE record IS NOT NULL AND ${isOfKind(`(record->>'$.kind')`)} AND (${names}
       OR list_contains(${textList(results)}, record->>'$.resultId')
       OR (record->>'$.resultId' IS NULL AND list_contains(${textList(revisions.length > 0 ? panels : [])}, record->>'$.settings.panel')))`,
  );
  const [left] = await session.rows<{ released: number }>(
    `SELECT count(DISTINCT result_id) AS released FROM release WHERE list_contains(${textList(results)}, result_id)`,
  );
  return { jobs: jobs.map(({ id }) => id), results, released: left!.released };
}

function namesUnit(unit: string): string {
  const cases = `json_contains(record->'$.settings.table.ids', ${quoteText(JSON.stringify(unit))})`;
  return `(coalesce(${cases}, false) OR coalesce(record->>'$.actor.household' = ${quoteText(unit)}, false))`;
}

/** Leaves of each its id, so that who asks for it learns that its data were withdrawn. */
export async function withdrawDerived(session: Session, { jobs, results }: Derived): Promise<void> {
  await session.run(
    `UPDATE job SET state = 'withdrawn', idempotency_key = NULL, record = NULL WHERE list_contains(${textList(jobs)}, id)`,
  );
  await session.run(`UPDATE result SET record = NULL WHERE list_contains(${textList(results)}, id)`);
  await session.run(`DELETE FROM result_source WHERE list_contains(${textList(results)}, result_id)`);
  // What an experiment was found to do by a study that is gone is gone with it; the plan waits for a new outcome.
  await session.run(`UPDATE experiment_outcome SET record = NULL WHERE list_contains(${textList(results)}, result_id)`);
}

const textList = (texts: readonly string[]): string => `[${texts.map(quoteText).join(', ')}]::VARCHAR[]`;
