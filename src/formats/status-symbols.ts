import type { MissingStatus } from '../app/file-formats.ts';
import type { VariableType } from '../app/panels.ts';

/**
 * Texts that stand for a missing value in a column of numbers, dates or truth values. CBS (StatLine) writes `.` for a
 * figure that is unknown, unreliable or secret and `x` for a secret one; `-` says that there can be none; the rest are
 * habits of R, spreadsheets and Eurostat for "not there".
 */
export const numberSymbols: ReadonlyMap<string, MissingStatus> = new Map([
  ['.', 'suppressed'],
  ['x', 'suppressed'],
  ['X', 'suppressed'],
  ['*', 'suppressed'],
  ['-', 'notApplicable'],
  ['–', 'notApplicable'],
  ['n.v.t.', 'notApplicable'],
  ['nvt', 'notApplicable'],
  ['n.a.', 'notApplicable'],
  ['NA', 'absent'],
  ['N/A', 'absent'],
  ['n/a', 'absent'],
  ['#N/A', 'absent'],
  ['NULL', 'absent'],
  ['null', 'absent'],
  ['None', 'absent'],
  [':', 'absent'],
  ['..', 'absent'],
  ['...', 'absent'],
]);

/** In text and codes only a lone dot is a symbol: `NA` may be Namibia and `x` a code. */
const textSymbols: ReadonlyMap<string, MissingStatus> = new Map([['.', 'suppressed']]);

export const symbolsOf = (type: VariableType): ReadonlyMap<string, MissingStatus> =>
  type === 'code' || type === 'text' ? textSymbols : numberSymbols;
