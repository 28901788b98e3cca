export interface YearlyInput {
  readonly units: number;
  readonly unitIndex: Uint32Array;
  /** rows in canonical order: by unit, then wave */
  readonly waveIndex: Uint32Array;
  /** year of each wave, 0 to years - 1 */
  readonly yearOfWave: Uint32Array;
  readonly years: number;
  readonly values: Float64Array;
  readonly observed: Uint8Array;
  readonly groupIndex: Int32Array;
  /** share of the year's waves with any value in which a unit must be observed to count, in (0, 1] */
  readonly minimumShare: number;
}

export interface YearlyValues {
  readonly unitIndex: Uint32Array;
  readonly yearIndex: Uint32Array;
  readonly values: Float64Array;
  readonly observed: Uint8Array;
  /** the unit's group in its last observed wave of the year, -1 if that has none */
  readonly groupIndex: Int32Array;
  /** unit-years that had some values, but too few to count */
  readonly leftOut: number;
}

/**
 * One value per unit and year: the mean over the unit's observed waves of that year. Readings with a season (gas, heat) can
 * be compared from year to year, not from one month to the next.
 *
 * A unit-year with fewer than `minimumShare` of the year's waves observed is left out and counted: a winter alone is no year.
 * Only waves count in which anybody has a value: a question asked four times a year needs three answers, not nine.
 * Cost: one pass, O(rows + units x years).
 */
export function yearlyValues(input: YearlyInput): YearlyValues {
  const { units, years, unitIndex, waveIndex, yearOfWave, values, observed, groupIndex, minimumShare } = input;
  const asked = new Uint8Array(yearOfWave.length);
  for (let i = 0; i < values.length; i++) if (observed[i] === 1) asked[waveIndex[i]!] = 1;
  const wavesOfYear = new Float64Array(years);
  for (let wave = 0; wave < asked.length; wave++) if (asked[wave] === 1) wavesOfYear[yearOfWave[wave]!]!++;
  const sum = new Float64Array(units * years);
  const count = new Float64Array(units * years);
  const group = new Int32Array(units * years).fill(-1);
  for (let i = 0; i < values.length; i++) {
    if (observed[i] !== 1) continue;
    const cell = unitIndex[i]! * years + yearOfWave[waveIndex[i]!]!;
    sum[cell]! += values[i]!;
    count[cell]!++;
    group[cell] = groupIndex[i]!;
  }
  const unit: number[] = [];
  const year: number[] = [];
  const value: number[] = [];
  const groups: number[] = [];
  let leftOut = 0;
  for (let cell = 0; cell < sum.length; cell++) {
    const n = count[cell]!;
    if (n === 0) continue;
    const y = cell % years;
    if (n < minimumShare * wavesOfYear[y]!) {
      leftOut++;
      continue;
    }
    unit.push((cell - y) / years);
    year.push(y);
    value.push(sum[cell]! / n);
    groups.push(group[cell]!);
  }
  return {
    unitIndex: Uint32Array.from(unit),
    yearIndex: Uint32Array.from(year),
    values: Float64Array.from(value),
    observed: new Uint8Array(value.length).fill(1),
    groupIndex: Int32Array.from(groups),
    leftOut,
  };
}
