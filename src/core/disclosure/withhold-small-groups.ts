/** `small-group`: fewer than the minimum. `protects-other`: large enough, but showing it would give away a small one. */
export type WithheldReason = 'small-group' | 'protects-other' | null;

export interface Withholding {
  /** groups[g] says why group g is not shown, or null where it is */
  readonly groups: readonly WithheldReason[];
  readonly total: WithheldReason;
}

/**
 * Which groups of one table with a total to withhold, so that no group of fewer than `minimum` households is shown or can be
 * found by taking the shown groups from the total.
 *
 * Groups of 1 to minimum - 1 are withheld. While the total is shown, what is hidden together must be at least two non-empty
 * groups with at least `minimum` households between them; until that holds, the smallest shown group (ties: the first) is
 * withheld too, and where none is left, the total. Empty groups are shown: zero is not a small group.
 *
 * @param counts households per group that together make the total, whole numbers >= 0
 * @param minimum smallest group that may be shown, >= 1
 * Cost: O(groups²) at worst. Source: Hundepool et al. 2012, Statistical Disclosure Control, sections 4.2-4.3.
 *
 * @example
 * withholdSmallGroups([25, 4, 12], 10).groups; // → [null, 'small-group', 'protects-other']
 */
export function withholdSmallGroups(counts: readonly number[], minimum: number): Withholding {
  const groups: WithheldReason[] = counts.map((n) => (n > 0 && n < minimum ? 'small-group' : null));
  const sum = counts.reduce((a, b) => a + b, 0);
  if (sum > 0 && sum < minimum) return { groups, total: 'small-group' };
  for (;;) {
    const hidden = counts.filter((_, g) => groups[g] !== null);
    const together = hidden.reduce((a, b) => a + b, 0);
    if (hidden.length === 0 || (hidden.length >= 2 && together >= minimum)) return { groups, total: null };
    let smallest = -1;
    for (let g = 0; g < counts.length; g++) {
      if (groups[g] === null && counts[g]! > 0 && (smallest < 0 || counts[g]! < counts[smallest]!)) smallest = g;
    }
    if (smallest < 0) return { groups, total: 'protects-other' };
    groups[smallest] = 'protects-other';
  }
}
