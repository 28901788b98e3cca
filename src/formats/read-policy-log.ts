import { createHash } from 'node:crypto';
import { AppError } from '../app/errors.ts';
import type { GivenLog } from '../app/policy-log.ts';
import { recordsOf } from './experiment-records.ts';

/** Columns `new:ACTION` hold the probability of an action under the other policy. */
const prefix = 'new:';

/**
 * Reads a log of choices: `group`, `action` and `outcome`; `probability` of the logged action under the policy that chose it, or no such
 * column where it is not known; `stratum`, if any; and what the other policy would have done: `new_action`, or a column `new:ACTION` with
 * a probability for each action. The order of the rows is irrelevant.
 *
 * @throws invalid-file naming line, column, value and what was expected
 */
export function readPolicyLog(csv: string): GivenLog {
  const records = [...recordsOf(csv, ['group', 'action', 'outcome'])].sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const [first] = records;
  if (first === undefined) throw new AppError('invalid-file', 'The log holds no rows; expected a row per choice.');
  const columns = Object.keys(first.row);
  const shares = columns.filter((name) => name.startsWith(prefix));
  const isSure = columns.includes('new_action');
  if (isSure === shares.length > 0) {
    throw new AppError(
      'invalid-file',
      `The log must say what the other policy would have done: a column new_action, or a column new:ACTION for each action; received ${columns.join(', ')}.`,
      { columns },
    );
  }
  const cell = (at: number, column: string): string => {
    const { row, line } = records[at]!;
    const text = row[column]!.trim();
    if (text !== '') return text;
    throw wrong(line, column, row[column]!, 'a text');
  };
  const number = (at: number, column: string): number => {
    const value = Number(cell(at, column));
    if (Number.isFinite(value)) return value;
    throw wrong(records[at]!.line, column, records[at]!.row[column]!, 'a number');
  };
  const texts = (column: string) => records.map((_, at) => cell(at, column));
  const chosen = texts('action');
  const named = isSure ? texts('new_action') : shares.map((name) => name.slice(prefix.length));
  const actions = distinct([...chosen, ...named]);
  const numbers = (values: readonly string[], list: readonly string[]) => {
    const index = new Map(list.map((value, i) => [value, i]));
    return Uint32Array.from(values, (value) => index.get(value)!);
  };
  const groups = texts('group');
  const strata = columns.includes('stratum') ? texts('stratum') : groups.map(() => '');
  const policy = new Float64Array(records.length * actions.length);
  records.forEach(({ line }, at) => {
    if (isSure) {
      policy[at * actions.length + actions.indexOf(named[at]!)] = 1;
      return;
    }
    let sum = 0;
    shares.forEach((name, k) => {
      const share = number(at, name);
      if (share < 0) throw wrong(line, name, String(share), 'a probability');
      policy[at * actions.length + actions.indexOf(named[k]!)] = share;
      sum += share;
    });
    if (Math.abs(sum - 1) > 1e-6) throw wrong(line, shares.join(' + '), String(sum), 'probabilities that sum to 1');
  });
  const probabilityAt = (at: number): number => {
    const value = number(at, 'probability');
    if (value > 0 && value <= 1) return value;
    throw wrong(
      records[at]!.line,
      'probability',
      String(value),
      'a probability above 0: what is never chosen is never logged',
    );
  };
  return {
    digest: createHash('sha256').update(csv).digest('hex'),
    groups: new Set(groups).size,
    log: {
      actions,
      action: numbers(chosen, actions),
      outcome: Float64Array.from(records, (_, at) => number(at, 'outcome')),
      probability: columns.includes('probability') ? Float64Array.from(records, (_, at) => probabilityAt(at)) : null,
      policy,
      stratum: numbers(strata, distinct(strata)),
      group: numbers(groups, distinct(groups)),
    },
  };
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)].sort();

const wrong = (line: number, column: string, value: string, expected: string): AppError =>
  new AppError('invalid-file', `Line ${line}, column ${column}: received "${value}"; expected ${expected}.`, {
    line,
    column,
    value,
  });
