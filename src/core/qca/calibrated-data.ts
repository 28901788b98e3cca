import { CoreError } from '../errors.ts';
import type { Condition } from './conditions.ts';
import type { Cube } from './cubes.ts';

/**
 * Cases with set memberships, ready for a truth table. Memberships are stored as multiples of 1/`one`: where all
 * scores are decimals of at most six digits, `one` is the power of ten that makes them integers, so that sums are
 * exact and do not depend on the order of the cases; otherwise `one` is 1.
 */
export interface CalibratedData {
  readonly caseIds: readonly string[];
  readonly conditions: readonly Condition[];
  /** n x k row-major: fuzzy conditions hold membership x `one`, the others their level */
  readonly values: Float64Array;
  /** n outcome memberships x `one` */
  readonly outcome: Float64Array;
  readonly one: number;
}

const decimalPlaces = 6;

function scaleFor(columns: readonly { readonly values: ArrayLike<number>; readonly fuzzy: boolean }[]): number {
  let one = 1;
  for (const { values, fuzzy } of columns) {
    if (!fuzzy) continue;
    for (let i = 0; i < values.length; i++) {
      const x = values[i]!;
      while (Math.round(x * one) / one !== x) {
        one *= 10;
        if (one > 10 ** decimalPlaces) return 1;
      }
    }
  }
  return one;
}

/**
 * Checks memberships and stores them exactly where that is possible.
 *
 * @param caseIds    n names
 * @param conditions k conditions
 * @param columns    k arrays of n numbers: memberships in [0, 1] for fuzzy conditions, levels 0, 1, ... for the others
 * @param outcome    n memberships in [0, 1]
 * @throws dimension-mismatch, invalid-argument (`details`: column, first cases), empty-group without cases
 * Cost: one pass over n x (k + 1) numbers.
 */
export function makeCalibratedData(
  caseIds: readonly string[],
  conditions: readonly Condition[],
  columns: readonly ArrayLike<number>[],
  outcome: ArrayLike<number>,
): CalibratedData {
  const n = caseIds.length;
  const k = conditions.length;
  if (k === 0) throw new CoreError('invalid-argument', 'There is no condition; name at least one.', {});
  if (n === 0)
    throw new CoreError(
      'empty-group',
      'There is no case with all values; check the calibration and the missing cells.',
      {},
    );
  if (columns.length !== k || outcome.length !== n || columns.some((column) => column.length !== n)) {
    throw new CoreError('dimension-mismatch', `Expected ${k} condition columns and an outcome of ${n} cases each.`, {
      cases: n,
      conditions: k,
    });
  }
  const names = new Set<string>();
  for (const { name } of conditions) {
    if (names.has(name))
      throw new CoreError('invalid-argument', `Condition "${name}" is named twice.`, { condition: name });
    names.add(name);
  }
  const check = (column: string, values: ArrayLike<number>, levels: number | null) => {
    const bad: string[] = [];
    for (let i = 0; i < n; i++) {
      const x = values[i]!;
      const good = levels === null ? x >= 0 && x <= 1 : Number.isInteger(x) && x >= 0 && x < levels;
      if (!good) bad.push(`${caseIds[i]} (${x})`);
    }
    if (bad.length === 0) return;
    const expected = levels === null ? 'a membership from 0 to 1' : `a whole number from 0 to ${levels - 1}`;
    throw new CoreError(
      'invalid-argument',
      `Column "${column}" holds ${bad.length} values that are not ${expected}: ${bad.slice(0, 5).join(', ')}. Calibrate it first.`,
      { column, cases: bad.slice(0, 100) },
    );
  };
  conditions.forEach((condition, c) => {
    check(condition.name, columns[c]!, condition.type === 'fuzzy' ? null : condition.levels);
  });
  check('outcome', outcome, null);

  const one = scaleFor([
    ...conditions.map((condition, c) => ({ values: columns[c]!, fuzzy: condition.type === 'fuzzy' })),
    { values: outcome, fuzzy: true },
  ]);
  const scaled = (x: number) => (one === 1 ? x : Math.round(x * one));
  const values = new Float64Array(n * k);
  conditions.forEach((condition, c) => {
    const column = columns[c]!;
    const fuzzy = condition.type === 'fuzzy';
    for (let i = 0; i < n; i++) values[i * k + c] = fuzzy ? scaled(column[i]!) : column[i]!;
  });
  return Object.freeze({ caseIds, conditions, values, outcome: Float64Array.from(outcome, scaled), one });
}

/** Membership x `one` of every case in one literal. */
export function literalMembership(
  { conditions, values, one, caseIds }: CalibratedData,
  condition: number,
  level: number,
): Float64Array {
  const k = conditions.length;
  const fuzzy = conditions[condition]!.type === 'fuzzy';
  const membership = new Float64Array(caseIds.length);
  for (let i = 0; i < membership.length; i++) {
    const x = values[i * k + condition]!;
    membership[i] = fuzzy ? (level === 1 ? x : one - x) : x === level ? one : 0;
  }
  return membership;
}

/** Membership x `one` of every case in a product: the minimum over its literals; `one` for the product without literals. */
export function termMembership(data: CalibratedData, term: Cube): Float64Array {
  const { conditions, values, one } = data;
  const k = conditions.length;
  const membership = new Float64Array(data.caseIds.length).fill(one);
  for (let c = 0; c < k; c++) {
    const level = term[c]!;
    if (level < 0) continue;
    const fuzzy = conditions[c]!.type === 'fuzzy';
    for (let i = 0; i < membership.length; i++) {
      const x = values[i * k + c]!;
      const m = fuzzy ? (level === 1 ? x : one - x) : x === level ? one : 0;
      if (m < membership[i]!) membership[i] = m;
    }
  }
  return membership;
}

/** Element-wise maximum; zero for an empty list. */
export function unionMembership(memberships: readonly Float64Array[], cases: number): Float64Array {
  const union = new Float64Array(cases);
  for (const membership of memberships)
    for (let i = 0; i < cases; i++) if (membership[i]! > union[i]!) union[i] = membership[i]!;
  return union;
}

/** The same cases with the outcome turned into its negation. */
export const negateOutcome = (data: CalibratedData): CalibratedData =>
  Object.freeze({ ...data, outcome: data.outcome.map((y) => data.one - y) });
