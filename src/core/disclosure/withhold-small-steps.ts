/**
 * Which counts of a flow (units left after each step) to withhold, so that no step shows how few it left out.
 *
 * The last count is what the rest of an answer is about, so it stays; an earlier one is shown when it is equal to the next shown
 * count, or larger by at least `minimum`; otherwise fewer than `minimum` units would be known to have something in common. A
 * count of 1 to `minimum` - 1 is never shown.
 *
 * @param counts  units left after each step, never rising
 * @param minimum smallest group that may be shown, >= 1
 * @returns the counts, null where withheld
 */
export function withholdSmallSteps(counts: readonly number[], minimum: number): readonly (number | null)[] {
  let next: number | null = null;
  return counts
    .toReversed()
    .map((count) => {
      const leftOut: number = next === null ? 0 : count - next;
      if ((count > 0 && count < minimum) || (leftOut > 0 && leftOut < minimum)) return null;
      next = count;
      return count;
    })
    .toReversed();
}
