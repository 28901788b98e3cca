import type { Matrix } from '../linalg/matrix.ts';
import type { MatchSets } from '../matching/match-sets.ts';
import { NearestTree } from '../matching/nearest-tree.ts';
import { argsort, identity } from '../stats/argsort.ts';

/**
 * Who serves whom, with every tied partner: the partners of focal unit k are order[from[k] .. to[k]). Ranges may overlap,
 * so that a million units that share tied partners need no list of pairs.
 */
export interface PartnerLists {
  /** rows of the focal units that have partners */
  readonly focal: Uint32Array;
  readonly from: Uint32Array;
  /** exclusive */
  readonly to: Uint32Array;
  /** rows of partners */
  readonly order: Uint32Array;
  /** focal units without enough eligible partners */
  readonly dropped: number;
}

export interface NearestRule {
  /** M, partners per focal unit at least */
  readonly neighbours: number;
  /** largest |difference| in each coordinate; null = no limit */
  readonly caliper: number | null;
  /** n cell numbers; a partner is in the focal unit's cell; null = one cell */
  readonly stratum: Int32Array | null;
}

/** Partners whose squared distance exceeds the M-th smallest by no more than this count as tied with it. */
const tolerance = 1e-5;

/** The partners that a match already took; focal units without any count as dropped. */
export function listsOfSets({ focal, offsets, partners }: MatchSets): PartnerLists {
  const matched = focal.map((_, k) => k).filter((k) => offsets[k + 1]! > offsets[k]!);
  return {
    focal: matched.map((k) => focal[k]!),
    from: matched.map((k) => offsets[k]!),
    to: matched.map((k) => offsets[k + 1]!),
    order: partners,
    dropped: focal.length - matched.length,
  };
}

/**
 * For each focal unit all eligible partners within the M-th smallest squared distance.
 *
 * On one coordinate partners are sorted once, and each list is a range of that order: O(n log n). In more coordinates a k-d tree
 * finds them; with a caliper or cells all pairs are looked at, O(n1 n0 d), without keeping them.
 */
export function nearestWithTies(
  points: Matrix,
  focal: Uint32Array,
  partners: Uint32Array,
  rule: NearestRule,
): PartnerLists {
  if (points.cols === 1) return nearestOnLine(points.values, focal, partners, rule);
  const hasLimits = rule.caliper !== null || rule.stratum !== null;
  return hasLimits
    ? nearestOfAll(points, focal, partners, rule)
    : nearestInTree(points, focal, partners, rule.neighbours);
}

function nearestInTree(
  { cols, values }: Matrix,
  focal: Uint32Array,
  partners: Uint32Array,
  neighbours: number,
): PartnerLists {
  const among = new Float64Array(partners.length * cols);
  partners.forEach((row, i) => {
    among.set(values.subarray(row * cols, (row + 1) * cols), i * cols);
  });
  const tree = new NearestTree({ rows: partners.length, cols, values: among }, identity(partners.length));
  const isPossible = partners.length >= neighbours;
  const found = isPossible ? focal : new Uint32Array(0);
  const from = new Uint32Array(found.length);
  const to = new Uint32Array(found.length);
  const order: number[] = [];
  // The smallest squared distances so far, in ascending order.
  const smallest = new Float64Array(neighbours);
  found.forEach((row, k) => {
    const query = { point: values.subarray(row * cols, (row + 1) * cols), gate: 0, width: 0 };
    smallest.fill(Number.POSITIVE_INFINITY);
    tree.visitWithin(query, Number.POSITIVE_INFINITY, (_, squared) => {
      let at = neighbours - 1;
      for (; at > 0 && smallest[at - 1]! > squared; at--) smallest[at] = smallest[at - 1]!;
      smallest[at] = squared;
      return smallest[neighbours - 1]!;
    });
    const bound = smallest[neighbours - 1]! + tolerance;
    const tied: number[] = [];
    tree.visitWithin(query, bound, (position) => {
      tied.push(partners[position]!);
      return bound;
    });
    from[k] = order.length;
    for (const partner of tied.sort((a, b) => a - b)) order.push(partner);
    to[k] = order.length;
  });
  return { focal: found, from, to, order: Uint32Array.from(order), dropped: focal.length - found.length };
}

function nearestOnLine(
  value: Float64Array,
  focal: Uint32Array,
  partners: Uint32Array,
  { neighbours, caliper, stratum }: NearestRule,
): PartnerLists {
  const order = sortedRows(value, partners, stratum);
  const bounds = cellBounds(order, stratum);
  const sorted = Float64Array.from(order, (row) => value[row]!);
  // Focal units in the same order, so that neighbouring searches touch the same memory.
  const focalOrder = sortedRows(value, focal, stratum);
  const limit = caliper ?? Number.POSITIVE_INFINITY;
  const found = { focal: new Uint32Array(focal.length), from: new Uint32Array(focal.length) };
  const to = new Uint32Array(focal.length);
  let count = 0;
  for (const row of focalOrder) {
    const [start, end] = bounds(stratum === null ? 0 : stratum[row]!);
    const x = value[row]!;
    // [low, high) are the nearest partners taken so far, grown outwards from the place of x.
    let low = firstFrom(start, end, (p) => sorted[p]! >= x);
    let high = low;
    let taken = 0;
    let nearest = 0;
    while (taken < neighbours) {
      const left = low > start ? x - sorted[low - 1]! : Number.POSITIVE_INFINITY;
      const right = high < end ? sorted[high]! - x : Number.POSITIVE_INFINITY;
      const step = Math.min(left, right);
      if (!(step <= limit && step < Number.POSITIVE_INFINITY)) break;
      if (left <= right) low--;
      else high++;
      nearest = step * step;
      taken++;
    }
    if (taken < neighbours) continue;
    const isTied = (p: number): boolean => {
      const d = Math.abs(x - sorted[p]!);
      return d <= limit && d * d <= nearest + tolerance;
    };
    found.focal[count] = row;
    found.from[count] = firstFrom(start, low, isTied);
    to[count] = firstFrom(high, end, (p) => !isTied(p));
    count++;
  }
  return {
    focal: found.focal.subarray(0, count),
    from: found.from.subarray(0, count),
    to: to.subarray(0, count),
    order,
    dropped: focal.length - count,
  };
}

/** Rows by cell, then by value, then by row. */
function sortedRows(value: Float64Array, rows: Uint32Array, stratum: Int32Array | null): Uint32Array {
  const byValue = argsort(Float64Array.from(rows, (row) => value[row]!));
  const places =
    stratum === null
      ? byValue
      : argsort(
          Float64Array.from(rows, (row) => stratum[row]!),
          byValue,
        );
  return places.map((place) => rows[place]!);
}

function cellBounds(order: Uint32Array, stratum: Int32Array | null): (cell: number) => readonly [number, number] {
  if (stratum === null) return () => [0, order.length];
  const bounds = new Map<number, [number, number]>();
  order.forEach((row, place) => {
    const known = bounds.get(stratum[row]!);
    if (known === undefined) bounds.set(stratum[row]!, [place, place + 1]);
    else known[1] = place + 1;
  });
  return (cell) => bounds.get(cell) ?? [0, 0];
}

/** The first place of [start, end) from which `holds` is true; it is false before and true after. */
function firstFrom(start: number, end: number, holds: (place: number) => boolean): number {
  let low = start;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function nearestOfAll(
  { cols, values }: Matrix,
  focal: Uint32Array,
  partners: Uint32Array,
  { neighbours, caliper, stratum }: NearestRule,
): PartnerLists {
  const rows: number[] = [];
  const from: number[] = [];
  const to: number[] = [];
  const order: number[] = [];
  const distances = new Float64Array(partners.length);
  const eligible = new Uint32Array(partners.length);
  for (const row of focal) {
    let count = 0;
    for (const partner of partners) {
      if (stratum !== null && stratum[partner] !== stratum[row]) continue;
      let distance = 0;
      let isInside = true;
      for (let j = 0; j < cols; j++) {
        const d = values[row * cols + j]! - values[partner * cols + j]!;
        if (caliper !== null && Math.abs(d) > caliper) isInside = false;
        distance += d * d;
      }
      if (!isInside) continue;
      eligible[count] = partner;
      distances[count++] = distance;
    }
    if (count < neighbours) continue;
    const nearest = distances.slice(0, count).sort()[neighbours - 1]!;
    rows.push(row);
    from.push(order.length);
    for (let c = 0; c < count; c++) if (distances[c]! <= nearest + tolerance) order.push(eligible[c]!);
    to.push(order.length);
  }
  return {
    focal: Uint32Array.from(rows),
    from: Uint32Array.from(from),
    to: Uint32Array.from(to),
    order: Uint32Array.from(order),
    dropped: focal.length - rows.length,
  };
}
