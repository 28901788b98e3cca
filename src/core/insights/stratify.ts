import { CoreError } from '../errors.ts';
import { studentTQuantile } from '../stats/student-t.ts';

export interface InsightsInput {
  readonly waves: number;
  readonly groups: number;
  /** wave of each row, 0 to waves - 1 */
  readonly waveIndex: Uint32Array;
  /** group of each row, 0 to groups - 1, or -1 where the attribute is not observed (such rows are counted apart) */
  readonly groupIndex: Int32Array;
  /** the KPI, finite; counts only where `observed` is 1 */
  readonly values: Float64Array;
  readonly observed: Uint8Array;
  /** confidence level of the intervals, in (0, 1) */
  readonly confidence: number;
}

/** One cell of wave x group. What needs more households than there are is null, never 0: mean at 0, the rest at 1. */
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
  /** totals[wave]: every row with an observed KPI, whatever its group */
  readonly totals: readonly StratumCell[];
  /** withoutGroup[wave]: rows whose KPI is observed but whose attribute is not */
  readonly withoutGroup: readonly StratumCell[];
}

/**
 * Mean of a KPI per wave and group, with standard deviation (n - 1) and Student t interval.
 *
 * The interval is mean ± t(1 - (1 - confidence)/2; n - 1) sd/√n: it speaks of the households a group stands for, as if those
 * measured were a simple random sample of them.
 *
 * @param input arrays of one length; at most one row per unit and wave; read only
 * @throws dimension-mismatch where the arrays differ in length; invalid-argument for a confidence outside (0, 1);
 *   non-finite for an observed value that is not finite
 * Cost: two passes, O(rows + waves x groups). Source: Student 1908, doi:10.1093/biomet/6.1.1.
 * Agrees with R's `t.test(x)$conf.int`.
 *
 * @example
 * const table = stratify({
 *   waves: 1,
 *   groups: 2,
 *   waveIndex: Uint32Array.of(0, 0, 0),
 *   groupIndex: Int32Array.of(0, 0, 1),
 *   values: Float64Array.of(2, 4, 9),
 *   observed: Uint8Array.of(1, 1, 1),
 *   confidence: 0.95,
 * });
 * table.cells[0]!.map((cell) => cell.mean); // → [3, 9]
 * table.cells[0]![0]!.standardDeviation; // → 1.4142
 * table.totals[0]!.mean; // → 5
 */
export function stratify(input: InsightsInput): InsightsTable {
  const { waves, groups, waveIndex, groupIndex, values, observed, confidence } = input;
  const rows = values.length;
  if (waveIndex.length !== rows || groupIndex.length !== rows || observed.length !== rows) {
    throw new CoreError(
      'dimension-mismatch',
      `The arrays have ${rows} values, ${waveIndex.length} waves, ${groupIndex.length} groups and ${observed.length} flags; expected equal lengths.`,
    );
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new CoreError(
      'invalid-argument',
      `The confidence level is ${confidence}; expected a number between 0 and 1, such as 0.95.`,
    );
  }

  // Slot of a row: its group, or `groups` for rows without one; slot groups + 1 holds the total.
  const width = groups + 2;
  const count = new Float64Array(waves * width);
  const mean = new Float64Array(waves * width);
  const squares = new Float64Array(waves * width);
  for (let i = 0; i < rows; i++) {
    if (observed[i] !== 1) continue;
    const value = values[i]!;
    if (!Number.isFinite(value)) {
      throw new CoreError('non-finite', `Row ${i} holds ${value} as an observed value; expected a finite number.`, {
        row: i,
      });
    }
    const base = waveIndex[i]! * width;
    const group = groupIndex[i]!;
    const slot = base + (group < 0 ? groups : group);
    const total = base + groups + 1;
    count[slot]!++;
    mean[slot]! += value;
    count[total]!++;
    mean[total]! += value;
  }
  for (let s = 0; s < mean.length; s++) if (count[s]! > 0) mean[s]! /= count[s]!;
  for (let i = 0; i < rows; i++) {
    if (observed[i] !== 1) continue;
    const base = waveIndex[i]! * width;
    const group = groupIndex[i]!;
    const slot = base + (group < 0 ? groups : group);
    const total = base + groups + 1;
    squares[slot]! += (values[i]! - mean[slot]!) ** 2;
    squares[total]! += (values[i]! - mean[total]!) ** 2;
  }

  const cell = (s: number): StratumCell => {
    const n = count[s]!;
    if (n < 2) return { n, mean: n === 0 ? null : mean[s]!, standardDeviation: null, lower: null, upper: null };
    const standardDeviation = Math.sqrt(squares[s]! / (n - 1));
    const half = (studentTQuantile(1 - (1 - confidence) / 2, n - 1) * standardDeviation) / Math.sqrt(n);
    return { n, mean: mean[s]!, standardDeviation, lower: mean[s]! - half, upper: mean[s]! + half };
  };
  const cells: StratumCell[][] = [];
  const totals: StratumCell[] = [];
  const withoutGroup: StratumCell[] = [];
  for (let w = 0; w < waves; w++) {
    cells.push(Array.from({ length: groups }, (_, g) => cell(w * width + g)));
    withoutGroup.push(cell(w * width + groups));
    totals.push(cell(w * width + groups + 1));
  }
  return { cells, totals, withoutGroup };
}
