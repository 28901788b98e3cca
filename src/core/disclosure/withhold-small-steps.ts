/**
 * Which counts of a flow (units left after each step) to withhold, so that no step shows how few it left out.
 *
 * The first count is shown. A later one is shown when it is equal to the last shown count, or smaller by at least `minimum`;
 * otherwise fewer than `minimum` units would be known to have something in common.
 *
 * @param counts  units left after each step, never rising
 * @param minimum smallest group that may be shown, >= 1
 * @returns the counts, null where withheld
 */
export function withholdSmallSteps(counts: readonly number[], minimum: number): readonly (number | null)[] {
  let shown: number | null = null;
  return counts.map((count) => {
    if (shown !== null && count !== shown && shown - count < minimum) return null;
    shown = count;
    return count;
  });
}
