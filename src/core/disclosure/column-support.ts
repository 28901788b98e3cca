import { type DesignColumn, designColumns, type Frame } from '../propensity/design-matrix.ts';
import type { ModelTerm } from '../propensity/model-terms.ts';

/**
 * Of each design column of a term: how many units tell themselves apart in its mean, the fewest in any way that the mean can
 * be read.
 *
 * A mean is a share or a sum of few where few units differ from zero, where few differ from a value that more than half
 * share, or where a column of two values has few of either. A product or a sum adds what can be learned by comparing it with its parts: the
 * fewest of its parts, and for a product also its zeros. Ways with no unit at all say nothing and do not count.
 *
 * @param frame  n units, complete in the variables of the term
 * @param term   as `designColumns` reads it, all levels of a factor
 * @param within n values; units with 1 are counted, the others are not there
 * @returns per column a number of units, in the order of `designColumns(frame, [term], 'all')`; without units 0
 * Cost: O(n) per column and part.
 */
export function columnSupport(frame: Frame, term: ModelTerm, within: Uint8Array): readonly number[] {
  const columns = designColumns(frame, [term], 'all');
  if ('sum' in term) {
    const parts = term.sum.map((variable) => columnSupport(frame, { variable }, within)[0]!);
    return [Math.min(fewest(columns[0]!, within, false), ...parts)];
  }
  if (!('product' in term)) return columns.map((column) => fewest(column, within, false));
  const right = columnSupport(frame, term.product[1], within);
  const parts = columnSupport(frame, term.product[0], within).flatMap((a) => right.map((b) => Math.min(a, b)));
  return columns.map((column, c) => Math.min(fewest(column, within, true), parts[c]!));
}

function fewest({ values }: DesignColumn, within: Uint8Array, countsZeros: boolean): number {
  const counts = new Map<number, number>();
  let units = 0;
  for (let i = 0; i < values.length; i++) {
    if (within[i] === 0) continue;
    units++;
    counts.set(values[i]!, (counts.get(values[i]!) ?? 0) + 1);
  }
  const zeros = counts.get(0) ?? 0;
  const ways = [units, units - zeros];
  if (countsZeros) ways.push(zeros);
  if (counts.size === 2) ways.push(...counts.values());
  let commonest = 0;
  for (const count of counts.values()) commonest = Math.max(commonest, count);
  if (commonest * 2 > units) ways.push(units - commonest);
  return Math.min(...ways.filter((n) => n > 0), units);
}
