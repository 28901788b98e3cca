export interface UnitsApartInput {
  readonly waves: number;
  readonly groups: number;
  readonly waveIndex: Uint32Array;
  /** -1 where the group is not known */
  readonly groupIndex: Int32Array;
  readonly values: Float64Array;
  readonly observed: Uint8Array;
  /** the only two values of the KPI, or null where it has more */
  readonly twoValues: readonly [number, number] | null;
}

/**
 * How many units tell themselves apart in the mean of each cell: those with a value other than zero or, of a KPI with two
 * values, those not at the first and those not at the second. A mean of 0.05 of 20 is one household.
 *
 * @returns for each wave, for each way, a count per group and, last, for the units without one
 * Cost: one pass, O(n).
 */
export function unitsApart(input: UnitsApartInput): readonly (readonly (readonly number[])[])[] {
  const { waves, groups, waveIndex, groupIndex, values, observed, twoValues } = input;
  const away = twoValues ?? [0];
  const counts = Array.from({ length: waves }, () => away.map(() => new Array<number>(groups + 1).fill(0)));
  for (let i = 0; i < values.length; i++) {
    if (observed[i] !== 1) continue;
    const group = groupIndex[i]!;
    away.forEach((value, way) => {
      if (values[i] !== value) counts[waveIndex[i]!]![way]![group < 0 ? groups : group]!++;
    });
  }
  return counts;
}

/** The two values of a KPI that has only two, or one beside 0; null where there are more. */
export function twoValuesOf(values: Float64Array, observed: Uint8Array): readonly [number, number] | null {
  const found: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (observed[i] !== 1 || found.includes(values[i]!)) continue;
    if (found.length === 2) return null;
    found.push(values[i]!);
  }
  return found.length === 2 ? [found[0]!, found[1]!] : null;
}
