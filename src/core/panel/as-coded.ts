import { CoreError } from '../errors.ts';
import type { CodedColumn, Column } from './columns.ts';
import { valueStatus } from './columns.ts';

/** More values than this are a measurement, not a set of groups. */
const mostLevels = 30;

/**
 * A column as groups. A coded column is returned as it is; a numeric one whose observed values are whole numbers with at most
 * `mostLevels` different ones (a band, a 0/1 mark) becomes coded, its levels in order of size.
 *
 * @param name for the message only
 * @throws invalid-argument where a numeric column is a measurement
 * Cost: O(rows).
 */
export function asCoded(column: Column, name: string): CodedColumn {
  if (column.type === 'coded') return column;
  const { values, status } = column;
  const found = new Set<number>();
  for (let i = 0; i < values.length; i++) {
    if (status[i] !== valueStatus.observed) continue;
    if (!Number.isInteger(values[i]!) || found.add(values[i]!).size > mostLevels) {
      throw new CoreError(
        'invalid-argument',
        `"${name}" is a measurement (it holds ${Number.isInteger(values[i]!) ? `more than ${mostLevels} different values` : `the value ${values[i]}`}); expected groups: texts, or at most ${mostLevels} whole numbers. Choose another attribute, or a column with bands.`,
        { variable: name },
      );
    }
  }
  const levels = [...found].sort((a, b) => a - b);
  const codeOf = new Map(levels.map((value, code) => [value, code]));
  const codes = new Int32Array(values.length).fill(-1);
  for (let i = 0; i < values.length; i++) if (status[i] === valueStatus.observed) codes[i] = codeOf.get(values[i]!)!;
  return { type: 'coded', levels: levels.map(String), codes, status };
}
