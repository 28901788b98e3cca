import type { AnyResult } from '../app/analyses.ts';
import type { ResultStore } from '../app/ports.ts';
import type { Database } from './database.ts';
import type { Mutex } from './mutex.ts';
import { withdrawn } from './withdrawn.ts';

/** Results as JSON records; `result_source` says from which revisions and units each was derived. */
export function createResultStore(database: Database, writes: Mutex): ResultStore {
  const save: ResultStore['save'] = (result, job) =>
    database.session((session) =>
      session.transaction(async () => {
        const [maker] = await session.rows<{ record: string | null }>('SELECT record FROM job WHERE id = ?', [job]);
        if (maker?.record === null) throw withdrawn('job', job);
        await session.run('INSERT INTO result VALUES (?, ?, ?, ?)', [
          result.id,
          result.kind,
          result.class,
          JSON.stringify(result),
        ]);
        for (const source of result.sources) {
          await session.run(`INSERT INTO result_source SELECT ?, ?, ?, ?, CAST(CAST(? AS JSON) AS VARCHAR[])`, [
            result.id,
            source.panel,
            source.revision,
            source.digest,
            source.units === null ? null : JSON.stringify(source.units),
          ]);
        }
      }),
    );
  return {
    save: (result, job) => writes.run(() => save(result, job)),
    get: (id) =>
      database.session(async (session) => {
        const [row] = await session.rows<{ record: string | null }>('SELECT record FROM result WHERE id = ?', [id]);
        if (row?.record === null) throw withdrawn('result', id);
        return row ? (JSON.parse(row.record) as AnyResult) : null;
      }),
  };
}
