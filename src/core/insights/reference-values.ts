/**
 * The values that units tell themselves apart from in a mean or a sum: both values of a variable that has only two; otherwise 0
 * and, where there is one, the value that more than half hold. The sum of a variable that is 5 everywhere but once is that one.
 * Counts only where `observed` is 1. `store/reference-values.ts` says the same in SQL.
 *
 * Cost: two passes, O(n). The majority is found by the vote of Boyer and Moore 1991, doi:10.1007/978-94-011-3488-0_5.
 */
export function referenceValues(values: Float64Array, observed: Uint8Array): readonly number[] {
  const found: number[] = [];
  let [count, commonest, votes, share] = [0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    if (observed[i] !== 1) continue;
    const value = values[i]!;
    count++;
    if (found.length < 3 && !found.includes(value)) found.push(value);
    if (votes === 0) commonest = value;
    votes += value === commonest ? 1 : -1;
  }
  if (found.length === 2) return found.sort((a, b) => a - b);
  for (let i = 0; i < values.length; i++) if (observed[i] === 1 && values[i] === commonest) share++;
  return share * 2 > count && commonest !== 0 ? [0, commonest] : [0];
}
