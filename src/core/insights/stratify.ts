import { CoreError } from '../errors.ts';

export interface InsightsInput {
  readonly rows: number;
  readonly waves: number;
  readonly groups: number;
  /** wave of each row, 0 to waves - 1 */
  readonly waveIndex: Uint32Array;
  /** group of each row, 0 to groups - 1, or -1 where the attribute is not observed (such rows are counted apart) */
  readonly groupIndex: Int32Array;
  /** the KPI; counts only where `observed` is 1 */
  readonly values: Float64Array;
  readonly observed: Uint8Array;
}

/** One cell of wave x group. `mean`, `standardDeviation` and the interval are null where n is too small for them. */
export interface StratumCell {
  readonly n: number;
  readonly mean: number | null;
  readonly standardDeviation: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

export interface InsightsTable {
  /** cells[wave][group] */
  readonly cells: readonly (readonly StratumCell[])[];
  /** totals[wave]: all rows with an observed KPI, whatever their group */
  readonly totals: readonly StratumCell[];
  /** rows whose KPI is observed but whose attribute is not, per wave */
  readonly withoutGroup: readonly StratumCell[];
}
void CoreError;
