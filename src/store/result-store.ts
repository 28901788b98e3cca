import type { AnyResult } from '../app/analyses.ts';
import type { ResultStore } from '../app/ports.ts';
import type { Database } from './database.ts';

/** Results as JSON records; `result_source` says from which revisions and units each was derived. */
export function createResultStore(database: Database): ResultStore {
  return {
    save: (result) =>
      database.session((session) =>
        session.transaction(async () => {
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
      ),
    get: (id) =>
      database.session(async (session) => {
        const [row] = await session.rows<{ record: string }>('SELECT record FROM result WHERE id = ?', [id]);
        return row ? (JSON.parse(row.record) as AnyResult) : null;
      }),
  };
}
