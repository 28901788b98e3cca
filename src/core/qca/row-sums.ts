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

/** 1 for each fuzzy condition. */
const fuzzyFlags = (data: CalibratedData): Uint8Array =>
  Uint8Array.from(data.conditions, ({ type }) => (type === 'fuzzy' ? 1 : 0));

/** Fills `distance` with d_c of the case whose values begin at `base`, ascending, and `order` with the conditions (insertion sort, k is small). */
function rank(
  values: Float64Array,
  base: number,
  one: number,
  fuzzy: Uint8Array,
  distance: Float64Array,
  order: Int32Array,
): void {
  const k = fuzzy.length;
  for (let c = 0; c < k; c++) {
    const x = values[base + c]!;
    const d = fuzzy[c] === 0 ? 0 : x * 2 > one ? one - x : x;
    let at = c;
    for (; at > 0 && distance[at - 1]! > d; at--) {
      distance[at] = distance[at - 1]!;
      order[at] = order[at - 1]!;
    }
    distance[at] = d;
    order[at] = c;
  }
}

export function sumByRows(data: CalibratedData, rows: readonly Cube[], corners: Int8Array): RowSums {
  const { one, outcome, values } = data;
  const k = data.conditions.length;
  const fuzzy = fuzzyFlags(data);
  const membership = new Float64Array(rows.length);
  const shared = new Float64Array(rows.length);
  const ambiguous = new Float64Array(rows.length);
  const distance = new Float64Array(k);
  const order = new Int32Array(k);
  for (let i = 0; i < outcome.length; i++) {
    rank(values, i * k, one, fuzzy, distance, order);
    const y = outcome[i]!;
    for (let r = 0; r < rows.length; r++) {
      const row = rows[r]!;
      let x = one - distance[k - 1]!;
      for (let j = 0; j < k; j++) {
        const c = order[j]!;
        if (row[c]! !== corners[i * k + c]!) {
          x = distance[j]!;
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
  const { one, outcome, conditions, values } = data;
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
  const fuzzy = fuzzyFlags(data);
  for (let i = 0; i < outcome.length; i++) {
    const base = i * k;
    rank(values, base, one, fuzzy, distance, order);
    const y = outcome[i]!;
    const notY = one - y;
    let cell = allFree;
    // Once for each condition by ascending distance d, and at j = k for the corner itself.
    for (let j = 0; j <= k; j++) {
      let x = one - distance[k - 1]!;
      let at = cell;
      if (j < k) {
        const c = order[j]!;
        const own = corners[base + c]!;
        x = distance[j]!;
        // Only a fuzzy condition has d > 0, and it has one other level.
        at += stride[c]! * (1 - own - levels[c]!);
        cell += stride[c]! * (own - levels[c]!);
        if (x === 0) continue;
      }
      const both = x < y ? x : y;
      at *= 3;
      sums[at]! += x;
      sums[at + 1]! += both;
      sums[at + 2]! += both < notY ? both : notY;
    }
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
