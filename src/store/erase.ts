import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Erased, Erasure, ErasureRequest } from '../app/erasure.ts';
import { AppError } from '../app/errors.ts';
import { type Database, isStoreFull, quoteText, type Session } from './database.ts';
import { dropRevision, removeUnit } from './erase-revision.ts';
import { appendEvent } from './event-log.ts';
import type { Mutex } from './mutex.ts';
import { findDerived, withdrawDerived } from './withdraw-derived.ts';

export interface ErasureContext {
  readonly database: Database;
  readonly spoolFolder: string;
  /** the turns in which revisions come and go, the event log is written, and jobs and results are */
  readonly revisionTurns: Mutex;
  readonly eventTurns: Mutex;
  readonly recordTurns: Mutex;
}

/**
 * Erasure in DuckDB, in two steps. One transaction removes the rows and what was derived, and notes that the file is to be
 * rewritten; from then on nobody reads them. Rewriting the file removes their bytes; a process that dies before that leaves the
 * note, and the next start rewrites, see `rewriteWhereDue`.
 */
export function createErasure(context: ErasureContext): Erasure {
  const { database, revisionTurns, eventTurns, recordTurns } = context;
  return {
    panelsOf: (household) =>
      database.session(async (session) => {
        const rows = await session.rows<{ panel: string }>(
          'SELECT panel FROM household WHERE household_id = ? ORDER BY panel',
          [household],
        );
        return rows.map(({ panel }) => panel);
      }),
    erase: (request) =>
      revisionTurns.run(() =>
        eventTurns.run(() =>
          recordTurns.run(async () => {
            const erased = await database.session((session) => session.transaction(() => eraseRows(session, request)));
            await rewriteWhereDue(database, context.spoolFolder);
            return erased;
          }),
        ),
      ),
  };
}

/** Finishes an erasure: the database file without the bytes of what was removed. */
export async function rewriteWhereDue(database: Database, spoolFolder: string): Promise<void> {
  const due = await database.session((session) => session.rows('SELECT since FROM rewrite_due'));
  if (due.length === 0) return;
  try {
    await database.rewrite(join(spoolFolder, 'rewritten.duckdb'));
  } catch (cause) {
    if (!isStoreFull(cause)) throw cause;
    throw new AppError(
      'store-full',
      'The data are erased for every reader, but there is no room on the disk to rewrite the file of the store, in which their bytes may still stand. Free as much space as the file takes and start the service again: it finishes then.',
      {},
      { cause },
    );
  }
  await database.session((session) => session.run('DELETE FROM rewrite_due'));
}

interface Revision {
  readonly key: number;
  readonly panel: string;
  readonly revision: number;
  readonly digest: string;
}

async function eraseRows(session: Session, request: ErasureRequest): Promise<Erased> {
  const { panels, unit } = request;
  const revisions: Revision[] = [];
  for (const panel of panels) revisions.push(...(await revisionsWith(session, panel, unit)));
  const keys = revisions.map(({ key }) => key);
  const derived = await findDerived(session, { panels, revisions: keys, unit, kinds: null });
  const consentEvents = request.withConsents && unit !== null ? await eraseConsents(session, unit) : 0;
  const found = revisions.length + derived.jobs.length + derived.results.length + consentEvents;
  if (found === 0) {
    throw new AppError(
      'unit-not-found',
      `There is no unit "${unit}" in ${panels.length === 0 ? 'any panel of households' : `panel "${panels.join('", "')}"`}, nor in a job, a result or a consent event; nothing was erased. Check the id.`,
      { unit, panels },
    );
  }
  await withdrawDerived(session, derived);
  const withdrawal = unit === null ? null : withdrawalDigest(request.receipt, unit);
  const erased = panels.map((panel) => ({ panel, revisions: 0, rows: 0 }));
  for (const revision of revisions) {
    const of = erased.find(({ panel }) => panel === revision.panel)!;
    of.rows += await eraseRevision(session, revision, unit, withdrawal);
    of.revisions++;
  }
  await session.run('DELETE FROM panel WHERE panel NOT IN (SELECT panel FROM panel_revision)');
  await appendEvent(session, {
    type: unit === null ? 'panel-erased' : 'unit-erased',
    at: request.at,
    subject: panels.join(', '),
    details: { revisions: revisions.map(({ panel, revision }) => ({ panel, revision })), withdrawal },
  });
  await session.run('INSERT INTO rewrite_due VALUES (?)', [request.at]);
  return {
    panels: erased,
    jobs: derived.jobs.length,
    results: derived.results.length,
    released: derived.released,
    consentEvents,
  };
}

/** @returns how many there were */
async function eraseConsents(session: Session, household: string): Promise<number> {
  const erased = await session.rows('DELETE FROM consent_event WHERE household_id = ? RETURNING sequence', [household]);
  return erased.length;
}

async function eraseRevision(
  session: Session,
  { key, panel, digest }: Revision,
  unit: string | null,
  withdrawal: string | null,
): Promise<number> {
  if (unit === null || withdrawal === null) return dropRevision(session, key);
  await session.run('INSERT INTO withdrawn_upload VALUES (?, ?)', [panel, digest]);
  return removeUnit(session, key, unit, digestWithout(digest, withdrawal));
}

/** @throws panel-not-found */
async function revisionsWith(session: Session, panel: string, unit: string | null): Promise<readonly Revision[]> {
  const all = await session.rows<Revision & { holdsUnit: boolean }>(
    `SELECT revision_key AS key, panel, revision, digest,
       ${unit === null ? 'true' : `EXISTS (FROM panel_unit u WHERE u.revision_key = r.revision_key AND u.unit_id = ${quoteText(unit)})`} AS "holdsUnit"
     FROM panel_revision r WHERE panel = ? ORDER BY revision`,
    [panel],
  );
  if (all.length === 0) {
    throw new AppError('panel-not-found', `There is no panel "${panel}". List the panels to see their names.`, {
      panel,
    });
  }
  return all.filter(({ holdsUnit }) => holdsUnit);
}

/**
 * What the event log says instead of the unit: a digest that only who holds the receipt can tie to it. A digest of the id
 * alone could be undone by trying all ids.
 */
const withdrawalDigest = (receipt: string, unit: string): string => sha256(`${receipt}\n${unit}`);

/** The digest of a revision that lost a unit: follows from the one before and the event log, and is that of no file. */
const digestWithout = (before: string, withdrawal: string): string => sha256(`${before}\n${withdrawal}`);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Refuses a file that held a unit which was withdrawn since: a script that sends it once more must not bring the unit back.
 *
 * @throws data-withdrawn
 */
export async function refuseWithdrawnUpload(session: Session, panel: string, digest: string): Promise<void> {
  const found = await session.rows('SELECT digest FROM withdrawn_upload WHERE panel = ? AND digest = ? LIMIT 1', [
    panel,
    digest,
  ]);
  if (found.length === 0) return;
  throw new AppError(
    'data-withdrawn',
    `This file was sent to panel "${panel}" before, and a unit has been withdrawn from it since. Take the unit out of the file and send it again.`,
    { panel, digest },
  );
}
