import type { IngestedVariable } from '../app/panels.ts';
import type { Session } from './database.ts';
import type { StoredVariable } from './read-columns.ts';

/** A variable of a revision: where its values stand, and how it was described. */
export interface DescribedVariable extends StoredVariable {
  readonly description: IngestedVariable;
}

/** The variables of a revision, in the order of the file. */
export async function storedVariables(session: Session, key: number): Promise<readonly DescribedVariable[]> {
  const rows = await session.rows<{ storedAs: string; statusPlace: number; description: string }>(
    `SELECT stored_as AS "storedAs", position AS "statusPlace", description FROM panel_variable
     WHERE revision_key = ? ORDER BY position`,
    [key],
  );
  return rows.map(({ storedAs, statusPlace, description: text }) => {
    const description = JSON.parse(text) as IngestedVariable;
    const isNumber = ['number', 'integer', 'boolean'].includes(description.type);
    return { name: description.name, storedAs, statusPlace, isNumber, description };
  });
}
