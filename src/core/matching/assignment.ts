import { PriorityQueue } from './priority-queue.ts';

/** Pairs that are allowed, by row: the arcs of row r are entries offsets[r] … offsets[r + 1] - 1 of `columns` and `costs`. */
export interface Arcs {
  readonly rows: number;
  readonly columns: number;
  readonly offsets: Uint32Array;
  readonly column: Uint32Array;
  /** finite, of either sign */
  readonly cost: Float64Array;
}

export interface Assignment {
  /** the column of each row, -1 = none */
  readonly columnOf: Int32Array;
  /** least cost at which each row would still take a free column that it has no arc to */
  readonly price: Float64Array;
  /** what each column that is taken adds to that, 0 or less: a row would take it at a cost below the sum of both prices */
  readonly columnPrice: Float64Array;
}

/**
 * Minimum-cost assignment: each row takes one column or pays `skip`, no column serves two rows, and the sum is the smallest
 * possible. With a `skip` above every saving that leaving a row out could bring, as many rows as possible take a column.
 *
 * Rows enter one by one, each along the shortest augmenting path in reduced costs (Dijkstra on a heap); a path may end at a
 * free column or at a row that is left out instead. A pair without an arc would be worth having only if it cost less than
 * the row's `price` and the column's together.
 *
 * Ties: rows earlier in the order of their numbers keep what they have, columns with smaller numbers come first.
 * Cost: O(rows (arcs + columns) log columns) at worst, mostly near linear. Source: Jonker and Volgenant 1987,
 * doi:10.1007/BF02278710 (shortest augmenting paths); Ahuja, Magnanti and Orlin 1993, section 12.4.
 */
export function assign({ rows, columns, offsets, column, cost }: Arcs, skip: number): Assignment {
  const columnOf = new Int32Array(rows).fill(-1);
  const rowOf = new Int32Array(columns).fill(-1);
  const rowPrice = new Float64Array(rows);
  const columnPrice = new Float64Array(columns);
  const distance = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  const previous = new Int32Array(columns).fill(-1);
  const isDone = new Uint8Array(columns);
  const touched: number[] = [];
  const waiting: number[] = [];

  // Whoever finds its cheapest column free takes it: with all column prices 0 that is a shortest path.
  for (let row = 0; row < rows; row++) {
    let best = -1;
    let least = skip;
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) {
      if (cost[at]! < least) {
        least = cost[at]!;
        best = column[at]!;
      }
    }
    rowPrice[row] = least;
    if (best < 0) continue; // leaving it out is cheapest now, and stays so: columns only become dearer
    if (rowOf[best] === -1) {
      rowOf[best] = row;
      columnOf[row] = best;
    } else waiting.push(row);
  }

  const queue = new PriorityQueue();
  for (const source of waiting) {
    queue.clear();
    rowPrice[source] = 0;
    let row = source;
    let base = 0;
    let end = skip;
    let lastColumn = -1;
    let lastRow = source; // the path ends by leaving this row out, unless it ends at a free column
    for (;;) {
      for (let at = offsets[row]!; at < offsets[row + 1]!; at++) {
        const to = column[at]!;
        if (isDone[to] === 1) continue;
        const length = base + cost[at]! - rowPrice[row]! - columnPrice[to]!;
        if (length >= distance[to]! || length >= end) continue;
        if (previous[to] === -1) touched.push(to);
        distance[to] = length;
        previous[to] = row;
        if (rowOf[to] === -1) {
          end = length;
          lastColumn = to;
          lastRow = -1;
        } else queue.push(length, to, to);
      }
      let next = -1;
      while (queue.pop()) {
        if (isDone[queue.value] === 0 && queue.key === distance[queue.value]) {
          next = queue.value;
          break;
        }
      }
      if (next < 0 || queue.key >= end) break;
      isDone[next] = 1;
      row = rowOf[next]!;
      base = distance[next]!;
      const leavingOut = base + skip - rowPrice[row]!;
      if (leavingOut < end) {
        end = leavingOut;
        lastColumn = -1;
        lastRow = row;
      }
    }
    rowPrice[source] = end;
    for (const to of touched) {
      if (isDone[to] === 1 && distance[to]! < end) {
        columnPrice[to] = columnPrice[to]! + distance[to]! - end;
        rowPrice[rowOf[to]!] = rowPrice[rowOf[to]!]! + end - distance[to]!;
      }
    }
    let to = lastColumn;
    if (to < 0 && lastRow !== source) {
      to = columnOf[lastRow]!;
      columnOf[lastRow] = -1;
    }
    while (to >= 0) {
      const taker = previous[to]!;
      const next = columnOf[taker]!;
      rowOf[to] = taker;
      columnOf[taker] = to;
      if (taker === source) break;
      to = next;
    }
    for (const to of touched) {
      distance[to] = Number.POSITIVE_INFINITY;
      previous[to] = -1;
      isDone[to] = 0;
    }
    touched.length = 0;
  }
  return { columnOf, price: rowPrice, columnPrice };
}
