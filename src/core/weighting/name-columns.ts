import { CoreError } from '../errors.ts';
import type { Estimand } from '../matching/estimand.ts';
import type { DesignColumn } from '../propensity/design-matrix.ts';

/**
 * Names the columns that stand in the way of balancing weights: those whose target mean no weighting of a group can have,
 * because all its values lie on one side. There may be none: then only columns together are out of reach.
 *
 * @param sampling n positive sampling weights, or null for 1
 * @returns the refusal with `details.columns`; any other error as it is
 * Cost: O(n) per column, after a refusal only.
 */
export function nameColumns(
  error: unknown,
  columns: readonly DesignColumn[],
  treated: Uint8Array,
  estimand: Estimand,
  sampling: Float64Array | null,
): unknown {
  if (!(error instanceof CoreError) || error.code !== 'no-overlap') return error;
  const isTarget = (i: number) => estimand === 'ATE' || treated[i] === (estimand === 'ATT' ? 1 : 0);
  const weighted = estimand === 'ATE' ? [0, 1] : [estimand === 'ATT' ? 0 : 1];
  const outside = columns.filter(({ values }) => {
    let sum = 0;
    let total = 0;
    for (let i = 0; i < values.length; i++) {
      if (!isTarget(i)) continue;
      const own = sampling === null ? 1 : sampling[i]!;
      sum += own * values[i]!;
      total += own;
    }
    return weighted.some((group) => {
      const among = values.filter((_, i) => treated[i] === group);
      const low = among.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
      const high = among.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
      return sum / total <= low !== sum / total >= high;
    });
  });
  const names = outside.map(({ name }) => name);
  const where = names.length === 0 ? 'No column is out of reach alone.' : `Out of reach: ${names.join(', ')}.`;
  return new CoreError('no-overlap', `${error.message} ${where}`, { columns: names }, { cause: error });
}
