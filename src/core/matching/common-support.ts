/** Which group loses its units outside the other group's range of scores. */
export type Discard = 'none' | 'both' | 'treated' | 'control';

/**
 * Units inside common support: 0 for a unit of a named group whose score lies strictly outside the range of the other
 * group, else 1.
 *
 * @param score n finite scores; @param treated n values, 0 or 1, both occurring
 * Source: Dehejia and Wahba 1999, doi:10.1080/01621459.1999.10473858.
 */
export function commonSupport(score: Float64Array, treated: Uint8Array, discard: Discard): Uint8Array<ArrayBuffer> {
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < score.length; i++) {
    const g = treated[i]!;
    low[g] = Math.min(low[g]!, score[i]!);
    high[g] = Math.max(high[g]!, score[i]!);
  }
  const inside = new Uint8Array(score.length).fill(1);
  if (discard === 'none') return inside;
  for (let i = 0; i < score.length; i++) {
    const g = treated[i]!;
    if (discard === (g === 1 ? 'control' : 'treated')) continue;
    if (score[i]! < low[1 - g]! || score[i]! > high[1 - g]!) inside[i] = 0;
  }
  return inside;
}
