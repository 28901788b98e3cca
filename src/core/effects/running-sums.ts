import type { PartnerLists } from './partner-lists.ts';

export interface RunningSums {
  /** mean of y over the order; the sums are of values less this, so that little is lost in their differences */
  readonly centre: number;
  /** sums and sums of squares before each place of the order */
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/** Sums along the order of partner lists: those of a list, however long, are then two differences. Cost: O(n). */
export function runningSums({ order }: Pick<PartnerLists, 'order'>, y: Float64Array): RunningSums {
  let centre = 0;
  for (const row of order) centre += y[row]! / order.length;
  const sums = new Float64Array(order.length + 1);
  const squares = new Float64Array(order.length + 1);
  for (let p = 0; p < order.length; p++) {
    const value = y[order[p]!]! - centre;
    sums[p + 1] = sums[p]! + value;
    squares[p + 1] = squares[p]! + value * value;
  }
  return { centre, sums, squares };
}
