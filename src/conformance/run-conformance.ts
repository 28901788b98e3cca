import { AppError } from '../app/errors.ts';
import { CoreError } from '../core/errors.ts';
import type { MatrixKernels } from '../core/linalg/matrix-kernels.ts';
import type { SolveIntegerProgram } from '../core/matching/integer-program.ts';
import type { CaseContext } from './case.ts';
import { type CaseTable, type InlineTable, tableFromCsv, tableFromInline } from './case-table.ts';
import { handlers } from './handlers.ts';

export interface ConformanceDependencies {
  readonly kernels: MatrixKernels;
  loadIntegerSolver(): Promise<SolveIntegerProgram>;
  /** the text of a file of a data folder */
  readText(folder: string, name: string): Promise<string>;
}

interface CaseLine {
  readonly id: string;
  readonly kind: string;
  readonly dataDir: string | null;
  readonly data: string | InlineTable | null;
  readonly request: unknown;
}

/**
 * The engine of the conformance protocol: one JSON line in for each case, one JSON line out, in the same order. A kind
 * that is not built answers `not-implemented`; a refusal of the core answers with its code. Never throws for a case.
 */
export async function runConformance(
  lines: AsyncIterable<string>,
  write: (line: string) => void,
  dependencies: ConformanceDependencies,
): Promise<void> {
  const tables = new Map<string, Promise<CaseTable>>();
  for await (const line of lines) {
    if (line.trim() === '') continue;
    write(JSON.stringify(await answer(line, tables, dependencies)));
  }
}

async function answer(
  line: string,
  tables: Map<string, Promise<CaseTable>>,
  { kernels, loadIntegerSolver, readText }: ConformanceDependencies,
): Promise<object> {
  let id: string | null = null;
  try {
    const asked = JSON.parse(line) as CaseLine;
    id = asked.id;
    const handler = Object.hasOwn(handlers, asked.kind) ? handlers[asked.kind] : undefined;
    if (!handler) {
      return { id, error: { code: 'not-implemented', message: `The kind "${asked.kind}" is not built yet.` } };
    }
    const table = await loadTable(asked, tables, readText);
    return { id, result: await handler(asked.request, createContext({ kernels, loadIntegerSolver }, table)) };
  } catch (error) {
    const isKnown = error instanceof CoreError || error instanceof AppError;
    const code = isKnown ? error.code : error instanceof SyntaxError ? 'invalid-argument' : 'internal-error';
    return { id, error: { code, message: error instanceof Error ? error.message : String(error) } };
  }
}

function createContext(tools: Omit<CaseContext, 'table'>, table: CaseTable | null): CaseContext {
  return {
    ...tools,
    get table(): CaseTable {
      if (table !== null) return table;
      throw new CoreError('invalid-argument', 'This kind needs data, but `data` is null.');
    },
  };
}

async function loadTable(
  { data, dataDir }: CaseLine,
  tables: Map<string, Promise<CaseTable>>,
  readText: ConformanceDependencies['readText'],
): Promise<CaseTable | null> {
  if (data === null || data === undefined) return null;
  if (typeof data !== 'string') return tableFromInline(data);
  const key = `${dataDir}\n${data}`;
  let table = tables.get(key);
  if (table === undefined) {
    table = readText(dataDir ?? '.', data).then(tableFromCsv);
    tables.set(key, table);
  }
  return table;
}
