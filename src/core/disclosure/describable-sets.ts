import type { WithheldReason } from './withhold-small-groups.ts';

/** Units with one configuration of conditions: one row of a truth table. */
export interface SplitRow {
  readonly n: number;
  /** of these, with the outcome */
  readonly withOutcome: number;
  /** of these, with a membership strictly between 0 and 1 in anything: their own value stands in every sum */
  readonly partial: number;
  /** whether n is shown */
  readonly isShown: boolean;
}

/**
 * Which sets of rows may be described by how they go with the outcome (consistency, coverage), when numbers of several sets stand
 * in one answer: their sums and differences are counts of units that have the outcome against expectation, or lack it.
 *
 * Sets are taken in the order given. The sets shown so far divide the rows into parts (rows that are in the same sets); every
 * union, intersection and difference of them is made of parts. A set is added only if in each part then as many or more than
 * `minimum` units, or none, have the outcome, lack it, are partial, and are in rows that are not shown.
 *
 * @param rows    all rows of the table
 * @param sets    for each set a flag per row
 * @param minimum smallest group that may be shown, >= 1
 * @returns why a set is not described, or null where it is
 * Cost: O(rows) per set.
 *
 * @example
 * const row = (n: number, withOutcome: number) => ({ n, withOutcome, partial: 0, isShown: true });
 * const rows = [row(40, 40), row(30, 12), row(25, 3)];
 * const sets = [Uint8Array.of(1, 0, 0), Uint8Array.of(0, 1, 0), Uint8Array.of(0, 1, 1)];
 * describableSets(rows, sets, 10); // → [null, 'protects-other', null]
 */
export function describableSets(
  rows: readonly SplitRow[],
  sets: readonly Uint8Array[],
  minimum: number,
): readonly WithheldReason[] {
  const few = (n: number) => n > 0 && n < minimum;
  const isFine = (part: readonly number[]): boolean => {
    const sum = (count: (row: SplitRow) => number) => part.reduce((total, r) => total + count(rows[r]!), 0);
    return ![
      sum((row) => row.withOutcome),
      sum((row) => row.n - row.withOutcome),
      sum((row) => row.partial),
      sum((row) => (row.isShown ? 0 : row.n)),
    ].some(few);
  };
  const all = [...rows.keys()];
  if (!isFine(all)) return sets.map(() => 'small-group');
  let parts: readonly (readonly number[])[] = [all];
  return sets.map((set) => {
    const isIn = (r: number) => set[r] === 1;
    const finer = parts.flatMap((part) => [part.filter(isIn), part.filter((r) => !isIn(r))]);
    if (!finer.every(isFine)) return isFine(all.filter(isIn)) ? 'protects-other' : 'small-group';
    parts = finer.filter((part) => part.length > 0);
    return null;
  });
}
