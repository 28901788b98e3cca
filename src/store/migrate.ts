import { AppError } from '../app/errors.ts';
import type { Session } from './database.ts';
import type { Migration } from './migrations.ts';

/**
 * Brings the schema to the newest version, each step in one transaction.
 *
 * @throws store-too-new where the store was written by a newer version of this program
 */
export async function migrate(session: Session, migrations: readonly Migration[]): Promise<void> {
  await session.run('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY)');
  const [present] = await session.rows<{ version: number }>(
    'SELECT coalesce(max(version), 0) AS version FROM schema_version',
  );
  const version = present?.version ?? 0;
  const newest = migrations.at(-1)?.version ?? 0;
  if (version > newest) {
    throw new AppError(
      'store-too-new',
      `The store has schema version ${version}; this program knows up to ${newest}. Use the version of samenwijs that wrote it, or a newer one.`,
      { version, newest },
    );
  }
  for (const migration of migrations) {
    if (migration.version <= version) continue;
    await session.transaction(async () => {
      for (const statement of migration.statements) await session.run(statement);
      await session.run('INSERT INTO schema_version VALUES (?)', [migration.version]);
    });
  }
}
