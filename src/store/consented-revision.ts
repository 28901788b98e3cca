import type { UnitKind } from '../app/panels.ts';
import type { Purpose, PurposeRules, Withdrawal } from '../app/purposes.ts';
import { quoteText, type Session } from './database.ts';
import { rowsTable } from './stage.ts';

/** A revision as far as consent matters. */
export interface RevisionKey {
  readonly key: number;
  readonly unitKind: UnitKind;
}

/** What of a revision an answer may read, as SQL to stand behind FROM: the tables, or the tables without some units. */
export interface ConsentedRevision {
  readonly rows: string;
  /** unit_index, unit_id; in order and without gaps */
  readonly units: string;
  /** wave_index, label, written; in order and without gaps */
  readonly waves: string;
  readonly leftOut: ReadonlySet<string>;
}

/**
 * What of a revision may be read for a purpose: as if the households left out had not been in the file. Everything that reads
 * values of a revision for an answer starts here.
 *
 * Cost: nothing where nobody withdrew.
 */
export async function consentedRevision(
  session: Session,
  rules: PurposeRules,
  revision: RevisionKey,
  purpose: Purpose,
): Promise<ConsentedRevision> {
  const { key } = revision;
  const leftOut = rules[purpose].leftOut(await withdrawalsIn(session, revision));
  const rows = rowsTable(key);
  const units = `(SELECT unit_index, unit_id FROM panel_unit WHERE revision_key = ${key})`;
  const waves = `(SELECT wave_index, label, written FROM panel_wave WHERE revision_key = ${key})`;
  if (leftOut.size === 0) return { rows, units, waves, leftOut };
  const without = `NOT IN (${[...leftOut].map(quoteText).join(', ')})`;
  const rowsLeft = `(SELECT * FROM ${rows} WHERE unit ${without})`;
  return {
    rows: rowsLeft,
    units: `(SELECT (row_number() OVER (ORDER BY unit_index) - 1)::UINTEGER AS unit_index, unit_id
      FROM ${units} WHERE unit_id ${without})`,
    waves: `(SELECT (dense_rank() OVER (ORDER BY wave_index) - 1)::UINTEGER AS wave_index, label, written
      FROM ${waves} WHERE written IN (SELECT DISTINCT wave FROM ${rowsLeft}))`,
    leftOut,
  };
}

/** The withdrawals of households of a revision; a unit of another kind has no adults to ask. */
export async function withdrawalsIn(session: Session, { key, unitKind }: RevisionKey): Promise<readonly Withdrawal[]> {
  if (unitKind !== 'household') return [];
  return session.rows<Withdrawal>(
    `SELECT household_id AS household, purpose FROM withdrawn_consent WHERE household_id IN (
       SELECT unit_id FROM panel_unit WHERE revision_key = ?) ORDER BY household_id, purpose`,
    [key],
  );
}

/** The number of the newest consent event, see `DataSource.consents`. */
export async function newestConsent(session: Session, { unitKind }: RevisionKey): Promise<number | null> {
  if (unitKind !== 'household') return null;
  const [found] = await session.rows<{ newest: number }>(
    'SELECT coalesce(max(sequence), 0) AS newest FROM consent_event',
  );
  return found!.newest;
}
