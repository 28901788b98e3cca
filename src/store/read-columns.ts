import type { DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { Column } from '../core/panel/columns.ts';
import type { ConsentedRevision } from './consented-revision.ts';
import type { Session } from './database.ts';
import { quoteText } from './database.ts';

/** One variable as it is stored. */
export interface StoredVariable {
  readonly name: string;
  /** column of the rows table */
  readonly storedAs: string;
  /** place in the list of statuses of a row, from 1 */
  readonly statusPlace: number;
  readonly isNumber: boolean;
}

export interface StoredRows {
  readonly unitIndex: Uint32Array;
  readonly waveIndex: Uint32Array;
  readonly columns: Readonly<Record<string, Column>>;
}

/**
 * Reads variables of one revision into typed arrays, no object per row: chunks are copied column by column from the
 * database's own vectors, then put in canonical order (unit, then wave) by a counting sort of the keys.
 *
 * @param rows how many rows there are, up to the last wave
 * @param lastWave number of the last wave to read; null = all
 * Cost: O(rows) per variable and one pass over the keys. Memory: the columns, and one more while it sorts.
 */
export async function readColumns(
  session: Session,
  { rows: table, units: unitTable, waves: waveTable }: ConsentedRevision,
  rows: number,
  units: number,
  waves: number,
  hasWave: boolean,
  variables: readonly StoredVariable[],
  lastWave: number | null,
): Promise<StoredRows> {
  const levels: (readonly string[])[] = [];
  for (const [i, variable] of variables.entries()) {
    if (variable.isNumber) {
      levels.push([]);
      continue;
    }
    const found = await session.rows<{ level: string }>(
      `SELECT DISTINCT ${variable.storedAs} AS level FROM ${table} WHERE level IS NOT NULL ORDER BY level`,
    );
    levels.push(found.map((row) => row.level));
    if (found.length > 0) {
      await session.run(
        `CREATE TEMPORARY TYPE level_${i} AS ENUM (${found.map((row) => quoteText(row.level)).join(', ')})`,
      );
    }
  }
  const selected = variables.flatMap((variable, i) => {
    const c = `r.${variable.storedAs}`;
    const value = variable.isNumber
      ? `coalesce(${c}, 0)`
      : levels[i]!.length > 0
        ? `coalesce(enum_code(${c}::level_${i})::INTEGER, -1)`
        : '-1::INTEGER';
    const status = `coalesce(r.status[${variable.statusPlace}], (${c} IS NULL)::UTINYINT)`;
    return [value, `${status}::UTINYINT`];
  });
  const result = await session.stream(
    `SELECT u.unit_index, ${hasWave ? 'w.wave_index' : '0::UINTEGER'}${selected.map((s) => `, ${s}`).join('')}
     FROM ${table} r JOIN ${unitTable} u ON u.unit_id = r.unit
     ${hasWave ? `JOIN ${waveTable} w ON w.written = r.wave` : ''}
     ${lastWave === null ? '' : `WHERE w.wave_index <= ${lastWave}`}`,
  );
  const unitIndex = new Uint32Array(rows);
  const waveIndex = new Uint32Array(rows);
  const values = variables.map((v) => (v.isNumber ? new Float64Array(rows) : new Int32Array(rows)));
  const status = variables.map(() => new Uint8Array(rows));
  const targets = [unitIndex, waveIndex, ...variables.flatMap((_, i) => [values[i]!, status[i]!])];
  let row = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    for (const [j, target] of targets.entries()) copyVector(chunk, j, target, row);
    row += chunk.rowCount;
  }
  const order = canonicalOrder(unitIndex, waveIndex, units, waves);
  if (order !== null) for (const target of targets) permute(target, order);
  const columns: Record<string, Column> = {};
  for (const [i, variable] of variables.entries()) {
    columns[variable.name] = variable.isNumber
      ? { type: 'number', values: values[i] as Float64Array, status: status[i]! }
      : { type: 'coded', levels: levels[i]!, codes: values[i] as Int32Array, status: status[i]! };
  }
  return { unitIndex, waveIndex, columns };
}

type Target = Float64Array | Int32Array | Uint32Array | Uint8Array;

/** Copies one column of a chunk; the query leaves no NULL in it, so that the bytes are the values. */
function copyVector(chunk: DuckDBDataChunk, column: number, target: Target, offset: number): void {
  const vector = duckdb.data_chunk_get_vector(chunk.chunk, column);
  const bytes = duckdb.vector_get_data(vector, chunk.rowCount * target.BYTES_PER_ELEMENT);
  new Uint8Array(target.buffer, target.byteOffset + offset * target.BYTES_PER_ELEMENT, bytes.length).set(bytes);
}

/** The stored row at each canonical place, or null where the rows already stand in that order. */
function canonicalOrder(unit: Uint32Array, wave: Uint32Array, units: number, waves: number): Uint32Array | null {
  const n = unit.length;
  let sorted = true;
  for (let i = 1; i < n && sorted; i++) {
    sorted = unit[i - 1]! < unit[i]! || (unit[i - 1] === unit[i] && wave[i - 1]! < wave[i]!);
  }
  if (sorted) return null;
  const byWave = countingSort(wave, waves, null);
  return countingSort(unit, units, byWave);
}

/** Stable order by key, starting from `before` (or from the order of the rows). */
function countingSort(keys: Uint32Array, distinct: number, before: Uint32Array | null): Uint32Array {
  const starts = new Uint32Array(distinct + 1);
  for (let i = 0; i < keys.length; i++) starts[keys[i]! + 1]!++;
  for (let k = 0; k < distinct; k++) starts[k + 1]! += starts[k]!;
  const order = new Uint32Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const row = before === null ? i : before[i]!;
    order[starts[keys[row]!]!++] = row;
  }
  return order;
}

function permute(target: Target, order: Uint32Array): void {
  const copy = target.slice();
  for (let i = 0; i < order.length; i++) target[i] = copy[order[i]!]!;
}
