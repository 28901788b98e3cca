/**
 * Holm's adjusted p-values: the probability of at least one false rejection in the family is at most the level,
 * whatever hangs together.
 *
 * @param pValues each in [0, 1]
 * @returns in the order given: the largest over the smaller p of (number of p at least as large) x p, at most 1
 * Cost: one sort. Source: Holm 1979, Scandinavian Journal of Statistics 6, 65-70.
 *
 * @example
 * holmAdjusted([0.01, 0.04, 0.03]); // → [0.03, 0.06, 0.06]
 */
export function holmAdjusted(pValues: readonly number[]): readonly number[] {
  const order = [...pValues.keys()].sort((a, b) => pValues[a]! - pValues[b]! || a - b);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((p, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * pValues[p]!));
    adjusted[p] = largest;
  });
  return adjusted;
}
