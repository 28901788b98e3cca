import type { CalibratedData } from './calibrated-data.ts';
import type { Cube } from './cubes.ts';

/** Sums over all cases for one truth table row, in units of `one`. */
export interface RowSums {
  /** sum of row memberships x */
  readonly membership: Float64Array;
  /** sum of min(x, y) */
  readonly shared: Float64Array;
  /** sum of min(x, y, 1 - y) */
  readonly ambiguous: Float64Array;
}

/** Above this many accumulators, or for few cases, rows are summed one by one. */
const accumulatorLimit = 600_000;

/**
 * Membership sums of truth table rows over all cases.
 *
 * Let d_c be the smaller of x_c and 1 - x_c (0 for a condition that is not fuzzy). A case belongs to its own corner
 * with 1 - max d, and to any other row with the smallest d_c among the conditions c in which that row differs from
 * the corner. Taking the conditions by ascending d, each case therefore adds k + 1 constants, each to a whole cube
 * of rows; cubes collect the sums and hand them down to rows at the end.
 *
 * @param data  n cases, k conditions
 * @param rows  the configurations to sum
 * @param corners n x k levels of the corner each case is nearest to
 * Cost: O(n k log k + k product of (levels + 1)), or O(n rows k) where that product is large.
 */
export function sumRows(data: CalibratedData, rows: readonly Cube[], corners: Int8Array): RowSums {
  const cells = data.conditions.reduce((product, condition) => product * (condition.levels + 1), 1);
  const n = data.caseIds.length;
  return cells <= accumulatorLimit && cells * data.conditions.length < n * rows.length
    ? sumByCubes(data, rows, corners, cells)
    : sumByRows(data, rows, corners);
}

/** Fills `distance` with d_c of case i and `order` with the conditions by ascending d_c (insertion sort, k is small). */
function rank(data: CalibratedData, i: number, distance: Float64Array, order: Int32Array): void {
  const k = order.length;
  for (let c = 0; c < k; c++) {
    const x = data.values[i * k + c]!;
    const d = data.conditions[c]!.type === 'fuzzy' ? Math.min(x, data.one - x) : 0;
    distance[c] = d;
    let at = c;
    for (; at > 0 && distance[order[at - 1]!]! > d; at--) order[at] = order[at - 1]!;
    order[at] = c;
  }
}

export function sumByRows(data: CalibratedData, rows: readonly Cube[], corners: Int8Array): RowSums {
  const { one, outcome } = data;
  const k = data.conditions.length;
  const membership = new Float64Array(rows.length);
  const shared = new Float64Array(rows.length);
  const ambiguous = new Float64Array(rows.length);
  const distance = new Float64Array(k);
  const order = new Int32Array(k);
  for (let i = 0; i < outcome.length; i++) {
    rank(data, i, distance, order);
    const y = outcome[i]!;
    for (let r = 0; r < rows.length; r++) {
      const row = rows[r]!;
      let x = one - distance[order[k - 1]!]!;
      for (let j = 0; j < k; j++) {
        const c = order[j]!;
        if (row[c]! !== corners[i * k + c]!) {
          x = distance[c]!;
          break;
        }
      }
      const both = x < y ? x : y;
      membership[r]! += x;
      shared[r]! += both;
      ambiguous[r]! += both < one - y ? both : one - y;
    }
  }
  return { membership, shared, ambiguous };
}

export function sumByCubes(data: CalibratedData, rows: readonly Cube[], corners: Int8Array, cells: number): RowSums {
  const { one, outcome, conditions } = data;
  const k = conditions.length;
  // Mixed radix with one digit more per condition: digit `levels` stands for "any".
  const stride = new Int32Array(k);
  let allFree = 0;
  for (let c = k - 1, step = 1; c >= 0; c--) {
    stride[c] = step;
    allFree += step * conditions[c]!.levels;
    step *= conditions[c]!.levels + 1;
  }
  const sums = new Float64Array(cells * 3);
  const distance = new Float64Array(k);
  const order = new Int32Array(k);
  const levels = Int32Array.from(conditions, (condition) => condition.levels);
  for (let i = 0; i < outcome.length; i++) {
    rank(data, i, distance, order);
    const y = outcome[i]!;
    const notY = one - y;
    const add = (cell: number, x: number) => {
      const both = x < y ? x : y;
      sums[cell * 3]! += x;
      sums[cell * 3 + 1]! += both;
      sums[cell * 3 + 2]! += both < notY ? both : notY;
    };
    let cell = allFree;
    for (let j = 0; j < k; j++) {
      const c = order[j]!;
      const own = corners[i * k + c]!;
      const d = distance[c]!;
      // Only a fuzzy condition has d > 0, and it has one other level.
      if (d > 0) add(cell + stride[c]! * (1 - own - levels[c]!), d);
      cell += stride[c]! * (own - levels[c]!);
    }
    add(cell, one - distance[order[k - 1]!]!);
  }
  for (let c = 0; c < k; c++) {
    const step = stride[c]!;
    const block = step * (levels[c]! + 1);
    for (let base = 0; base < cells; base += block)
      for (let offset = 0; offset < step; offset++) {
        const any = (base + offset + step * levels[c]!) * 3;
        for (let level = 0; level < levels[c]!; level++) {
          const at = (base + offset + step * level) * 3;
          sums[at]! += sums[any]!;
          sums[at + 1]! += sums[any + 1]!;
          sums[at + 2]! += sums[any + 2]!;
        }
      }
  }
  const membership = new Float64Array(rows.length);
  const shared = new Float64Array(rows.length);
  const ambiguous = new Float64Array(rows.length);
  rows.forEach((row, r) => {
    let cell = 0;
    for (let c = 0; c < k; c++) cell += stride[c]! * row[c]!;
    membership[r] = sums[cell * 3]!;
    shared[r] = sums[cell * 3 + 1]!;
    ambiguous[r] = sums[cell * 3 + 2]!;
  });
  return { membership, shared, ambiguous };
}
