import type { JobRecord } from '../app/jobs.ts';
import type { JobStore } from '../app/ports.ts';
import type { Database } from './database.ts';
import type { Mutex } from './mutex.ts';
import { withdrawn } from './withdrawn.ts';

interface Row {
  readonly record: string;
}

/** Jobs as JSON records, one row each; `sequence` keeps the order of submission. Of a withdrawn job only the id is left. */
export function createJobStore(database: Database, writes: Mutex): JobStore {
  const parse = (row: Row | undefined): JobRecord | null => (row ? (JSON.parse(row.record) as JobRecord) : null);
  const update = (job: JobRecord): Promise<void> =>
    database.session((session) =>
      session.run('UPDATE job SET state = ?, record = ? WHERE id = ? AND record IS NOT NULL', [
        job.state,
        JSON.stringify(job),
        job.id,
      ]),
    );
  return {
    insert: (job) =>
      writes.run(() =>
        database.session((session) =>
          session.run('INSERT INTO job SELECT ?, coalesce(max(sequence), 0) + 1, ?, ?, ? FROM job', [
            job.id,
            job.state,
            job.idempotencyKey,
            JSON.stringify(job),
          ]),
        ),
      ),
    update: (job) => writes.run(() => update(job)),
    get: (id) =>
      database.session(async (session) => {
        const [row] = await session.rows<Row | { record: null }>('SELECT record FROM job WHERE id = ?', [id]);
        if (row?.record === null) throw withdrawn('job', id);
        return parse(row);
      }),
    byIdempotencyKey: (key) =>
      database.session(async (session) =>
        parse(
          (
            await session.rows<Row>('SELECT record FROM job WHERE idempotency_key = ? ORDER BY sequence LIMIT 1', [key])
          )[0],
        ),
      ),
    list: (limit) =>
      database.session(async (session) => {
        const rows = await session.rows<Row>(
          'SELECT record FROM job WHERE record IS NOT NULL ORDER BY sequence DESC LIMIT ?',
          [limit],
        );
        return rows.map((row) => JSON.parse(row.record) as JobRecord);
      }),
    markInterrupted: (at) =>
      writes.run(async () => {
        const open = await database.session((session) =>
          session.rows<Row>(`SELECT record FROM job WHERE state IN ('queued', 'running')`),
        );
        for (const row of open) {
          const job = JSON.parse(row.record) as JobRecord;
          await update({ ...job, state: 'interrupted', finishedAt: at });
        }
        return open.length;
      }),
  };
}
