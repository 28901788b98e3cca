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
  /** Noted already: the same answer is asked for again and again. */
  const noted = new Set<string>();
  return {
    save: (result, job) => writes.run(() => save(result, job)),
    async noteRelease(id, role, at) {
      const release = `${id} ${role}`;
      if (noted.has(release)) return;
      await writes.run(() =>
        database.session((session) =>
          session.run('INSERT INTO release VALUES (?, ?, ?) ON CONFLICT DO NOTHING', [id, role, at]),
        ),
      );
      noted.add(release);
    },
    get: (id) =>
      database.session(async (session) => {
        const [row] = await session.rows<{ record: string | null }>('SELECT record FROM result WHERE id = ?', [id]);
        if (row?.record === null) throw withdrawn('result', id);
        return row ? (JSON.parse(row.record) as AnyResult) : null;
      }),
  };
}
