import type { Session } from './database.ts';
import { describeVariables } from './describe-variables.ts';
import { describe } from './judge-variables.ts';
import type { DescribedVariable } from './stored-variables.ts';

/**
 * The variables of a revision, described anew over some of its rows; what was judged of them at the ingest stays.
 *
 * @param table rows of the revision, or a query for some of them in brackets
 * @param rows  how many rows that are
 */
export async function describeRows(
  session: Session,
  table: string,
  rows: number,
  variables: readonly DescribedVariable[],
): Promise<readonly DescribedVariable[]> {
  const columns = variables.map((variable) => ({ ...variable, place: variable.statusPlace }));
  const facts = await describeVariables(session, table, rows, columns);
  return facts.map((fact, v) => ({ ...variables[v]!, description: describe(fact, fact.column.description) }));
}
