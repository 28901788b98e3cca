import { createHash } from 'node:crypto';
import type { ConsentEvent, Consented, ConsentRequest, Consents } from '../app/consent.ts';
import type { UnitKind } from '../app/panels.ts';
import type { Purpose, PurposeRules } from '../app/purposes.ts';
import { withdrawalsIn } from './consented-revision.ts';
import type { Database, Session } from './database.ts';
import { appendEvent } from './event-log.ts';
import type { Mutex } from './mutex.ts';
import { findDerived, withdrawDerived } from './withdraw-derived.ts';

export interface ConsentsContext {
  readonly database: Database;
  readonly purposes: PurposeRules;
  /** the turns in which revisions come and go, the event log is written, and jobs and results are */
  readonly revisionTurns: Mutex;
  readonly eventTurns: Mutex;
  readonly recordTurns: Mutex;
}

/** Consent in DuckDB: events are added in one transaction with all they make out of date. */
export function createConsents({
  database,
  purposes,
  revisionTurns,
  eventTurns,
  recordTurns,
}: ConsentsContext): Consents {
  return {
    record: (request) =>
      revisionTurns.run(() =>
        eventTurns.run(() =>
          recordTurns.run(() =>
            database.session((session) => session.transaction(() => recordEvent(session, purposes, request))),
          ),
        ),
      ),
    of: (household) =>
      database.session((session) =>
        session.rows<ConsentEvent>(
          `SELECT sequence, person, purpose, kind, occurred_at AS "at" FROM consent_event
           WHERE household_id = ? ORDER BY sequence`,
          [household],
        ),
      ),
  };
}

interface Revision {
  readonly key: number;
  readonly panel: string;
  readonly unitKind: UnitKind;
}

async function recordEvent(session: Session, rules: PurposeRules, request: ConsentRequest): Promise<Consented> {
  const { household, person, purpose, kind, at, receipt } = request;
  const revisions = await session.rows<Revision>(
    `SELECT revision_key AS key, panel, unit_kind AS "unitKind" FROM panel_revision r
     WHERE unit_kind = 'household' AND EXISTS (FROM panel_unit u WHERE u.revision_key = r.revision_key AND u.unit_id = ?)
     ORDER BY panel, revision`,
    [household],
  );
  const before = await leftOutOfEach(session, rules, revisions);
  const [added] = await session.rows<{ sequence: number }>(
    `INSERT INTO consent_event VALUES (nextval('consent_sequence'), ?, ?, ?, ?, ?) RETURNING sequence`,
    [household, person, purpose, kind, at],
  );
  const after = await leftOutOfEach(session, rules, revisions);

  const outdated = { jobs: 0, results: 0, released: 0 };
  for (const affected of Object.keys(rules) as Purpose[]) {
    const changed = revisions.filter((_, r) => !sameSet(before[r]![affected], after[r]![affected]));
    // A table that was sent along and names the household is in no panel.
    if (changed.length === 0 && !(kind === 'withdrawn' && affected === purpose)) continue;
    const derived = await findDerived(session, {
      panels: changed.map(({ panel }) => panel),
      revisions: changed.map(({ key }) => key),
      unit: household,
      kinds: rules[affected].kinds,
    });
    await withdrawDerived(session, derived);
    outdated.jobs += derived.jobs.length;
    outdated.results += derived.results.length;
    outdated.released += derived.released;
  }
  await appendEvent(session, {
    type: 'consent-recorded',
    at,
    subject: purpose,
    details: { kind, consent: sha256(`${receipt}\n${household}\n${person}`) },
  });
  return { sequence: added!.sequence, panels: [...new Set(revisions.map(({ panel }) => panel))], ...outdated };
}

type LeftOut = Readonly<Record<Purpose, ReadonlySet<string>>>;

async function leftOutOfEach(
  session: Session,
  rules: PurposeRules,
  revisions: readonly Revision[],
): Promise<readonly LeftOut[]> {
  const sets: LeftOut[] = [];
  for (const revision of revisions) {
    const withdrawals = await withdrawalsIn(session, revision);
    sets.push({ collective: rules.collective.leftOut(withdrawals), research: rules.research.leftOut(withdrawals) });
  }
  return sets;
}

const sameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((household) => b.has(household));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
