export interface UnitsApartInput {
  readonly waves: number;
  readonly groups: number;
  readonly waveIndex: Uint32Array;
  /** -1 where the group is not known */
  readonly groupIndex: Int32Array;
  readonly values: Float64Array;
  readonly observed: Uint8Array;
  /** values that units tell themselves apart from, see `referenceValues` */
  readonly references: readonly number[];
}

/**
 * How many units tell themselves apart in the mean of each cell: those with another value than each of the references. A mean of
 * 0.05 of 20 is one household.
 *
 * @returns for each wave, for each reference, a count per group and, last, for the units without one
 * Cost: one pass, O(n).
 */
export function unitsApart(input: UnitsApartInput): readonly (readonly (readonly number[])[])[] {
  const { waves, groups, waveIndex, groupIndex, values, observed, references } = input;
  const counts = Array.from({ length: waves }, () => references.map(() => new Array<number>(groups + 1).fill(0)));
  for (let i = 0; i < values.length; i++) {
    if (observed[i] !== 1) continue;
    const group = groupIndex[i]!;
    references.forEach((value, way) => {
      if (values[i] !== value) counts[waveIndex[i]!]![way]![group < 0 ? groups : group]!++;
    });
  }
  return counts;
}
