import { createHash } from 'node:crypto';
import type { LoggedEvent, NewEvent } from '../app/events.ts';
import type { EventLog } from '../app/ports.ts';
import type { Database, Session } from './database.ts';
import type { Mutex } from './mutex.ts';

/** The hash before the first entry. */
const genesis = '0'.repeat(64);

/** Appends an entry within the transaction of a session. The caller holds the turn of the log. */
export async function appendEvent(session: Session, entry: NewEvent): Promise<void> {
  const [last] = await session.rows<{ sequence: number; hash: string }>(
    'SELECT sequence, hash FROM event_log ORDER BY sequence DESC LIMIT 1',
  );
  const previousHash = last?.hash ?? genesis;
  const next = { ...entry, sequence: (last?.sequence ?? 0) + 1, details: JSON.stringify(entry.details), previousHash };
  await session.run('INSERT INTO event_log VALUES (?, ?, ?, ?, ?, ?, ?)', [
    next.sequence,
    next.at,
    next.type,
    next.subject,
    next.details,
    previousHash,
    hashOf(next),
  ]);
}

/** The log: each entry holds the hash of the one before, so that a change or a gap shows. @param turns in which it is written */
export function createEventLog(database: Database, turns: Mutex): EventLog {
  const entries = (type?: string, subject?: string) => {
    const asked = Object.entries({ type, subject }).flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value }],
    );
    const where = asked.map(({ name }) => `${name} = ?`).join(' AND ');
    return database.session((session) =>
      session.rows<LoggedEvent>(
        `SELECT sequence, occurred_at AS "at", type, subject, details, previous_hash AS "previousHash", hash FROM event_log
         ${where === '' ? '' : `WHERE ${where}`} ORDER BY sequence`,
        asked.map(({ value }) => value),
      ),
    );
  };
  return {
    append: (event) =>
      turns.run(() => database.session((session) => session.transaction(() => appendEvent(session, event)))),
    entries,
    async firstBroken() {
      let previousHash = genesis;
      let sequence = 0;
      for (const entry of await entries()) {
        sequence++;
        if (entry.sequence !== sequence || entry.previousHash !== previousHash || entry.hash !== hashOf(entry)) {
          return sequence;
        }
        previousHash = entry.hash;
      }
      return null;
    },
  };
}

function hashOf(entry: Omit<LoggedEvent, 'hash'>): string {
  const fields = [entry.sequence, entry.at, entry.type, entry.subject, entry.details, entry.previousHash];
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}
