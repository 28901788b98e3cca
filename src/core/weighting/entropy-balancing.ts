import { CoreError } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { Estimand } from '../matching/estimand.ts';
import { type DesignColumn, packMatrix } from '../propensity/design-matrix.ts';
import { independentColumns } from '../propensity/independent-columns.ts';
import { mean } from '../stats/moments.ts';
import { maximiseConcave, type RowTerm } from './concave-newton.ts';

/**
 * Entropy balancing: weights exp(linear in the columns) that give the reweighted group exactly the means of the target:
 * the focal group (ATT, ATC) or the full sample (ATE, both groups). Mean 1 within a reweighted group, 1 for focal units. With
 * sampling weights all means count by them, and the weights returned are the factors on them.
 *
 * @param columns n finite values each, without intercept; @param treated n values, 0 or 1, both occurring
 * @param sampling n positive sampling weights, or null for 1
 * @throws no-overlap where the target means cannot be reached; invalid-argument for ATO and ATM; not-converged
 * Cost: O(n k^2) per iteration. Source: Hainmueller 2012, doi:10.1093/pan/mpr025 (the dual, by Newton's method).
 */
export function entropyBalancingWeights(
  columns: readonly DesignColumn[],
  treated: Uint8Array,
  estimand: Estimand,
  sampling: Float64Array | null,
  kernels: MatrixKernels,
): Float64Array<ArrayBuffer> {
  const own = (i: number): number => (sampling === null ? 1 : sampling[i]!);
  if (estimand === 'ATO' || estimand === 'ATM') {
    throw new CoreError(
      'invalid-argument',
      `Entropy balancing has a target for ATT, ATC and ATE, not for ${estimand}.`,
    );
  }
  const n = treated.length;
  const weights = new Float64Array(n).fill(1);
  const all = packMatrix(n, columns, true).matrix;
  // One standardisation for everybody, so that the target is near 0 and columns that say nothing new fall out once.
  const { standardised: z } = independentColumns(all, null, kernels);
  const isTarget = (i: number): boolean =>
    estimand === 'ATT' ? treated[i] === 1 : estimand === 'ATC' ? treated[i] === 0 : true;
  const target = meansOf(z.values, z.cols, n, (i) => (isTarget(i) ? own(i) : 0));
  const groups: readonly number[] = estimand === 'ATT' ? [0] : estimand === 'ATC' ? [1] : [0, 1];
  for (const group of groups) {
    const rows = [...treated.keys()].filter((i) => treated[i] === group);
    const values = new Float64Array(rows.length * z.cols);
    rows.forEach((row, r) => {
      for (let j = 0; j < z.cols; j++)
        values[r * z.cols + j] = z.values[row * z.cols + j]! - (j === 0 ? 0 : target[j]!);
    });
    const total = rows.reduce((sum, row) => sum + own(row), 0);
    const linear = Float64Array.from({ length: z.cols }, (_, j) => (j === 0 ? total : 0));
    const term = (r: number, eta: number, out: RowTerm): void => {
      const w = own(rows[r]!) * Math.exp(eta);
      out.value = -w;
      out.slope = -w;
      out.curvature = w;
    };
    const { eta } = maximiseConcave({ rows: rows.length, cols: z.cols, values }, linear, term, kernels);
    rows.forEach((row, r) => {
      weights[row] = Math.exp(eta[r]!);
    });
  }
  return weights;
}

/**
 * Columns and the squares (moments 2) and cubes (3) of those that are not 0/1, of values about their mean: with the columns
 * themselves they span the same as raw powers, and large offsets cost no digits.
 */
export function withPowers(columns: readonly DesignColumn[], moments: 1 | 2 | 3): readonly DesignColumn[] {
  const numbers = columns.filter(({ values }) => values.some((v) => v !== 0 && v !== 1));
  const powers = [2, 3].filter((power) => power <= moments);
  return [
    ...columns,
    ...powers.flatMap((power) =>
      numbers.map(({ name, values }) => {
        const centre = mean(values);
        return { name: `${name}^${power}`, values: values.map((v) => (v - centre) ** power) };
      }),
    ),
  ];
}

function meansOf(values: Float64Array, cols: number, n: number, weight: (i: number) => number): Float64Array {
  const sums = new Float64Array(cols);
  let count = 0;
  for (let i = 0; i < n; i++) {
    const w = weight(i);
    if (w === 0) continue;
    count += w;
    for (let j = 0; j < cols; j++) sums[j] = sums[j]! + w * values[i * cols + j]!;
  }
  return sums.map((s) => s / count);
}
