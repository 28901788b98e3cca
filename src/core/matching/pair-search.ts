import { CoreError } from '../errors.ts';
import type { Matrix } from '../linalg/matrix.ts';
import { inversePermutation } from '../stats/argsort.ts';
import { pairRule } from './eligibility.ts';
import { focalRows, type MatchingProblem } from './matching-problem.ts';
import { NearestTree, type Query } from './nearest-tree.ts';
import { layOutScoreLine, type ScoreLine } from './score-line.ts';

/** Units of other neighbourhoods are dearer by `penalty`, in units of the distance: near home if it costs no more. */
export interface Preference {
  /** n neighbourhood codes; -1 (unknown) is like nobody */
  readonly codes: Int32Array;
  readonly penalty: number;
}

/** What decides between equal totals: a pair costs up to `grain` more, by both lots. */
export interface PairLots {
  /** n numbers in (0, 1) */
  readonly lots: Float64Array;
  readonly grain: number;
}

/** Finds the allowed pairs of a problem by what they cost, from units of either group. */
export interface PairSearch {
  /** Visits every unit of the other group that may be paired with `row` at a cost of at most `radius`, in any order. */
  within(row: number, radius: number, visit: (other: number, cost: number) => void): void;
  /** Cost of the `count`-th cheapest allowed pair of `row`; Infinity where there are fewer. */
  reach(row: number, count: number): number;
  /** What a pair costs, allowed or not. */
  cost(row: number, other: number): number;
  /** For n reaches: visits every allowed pair of a row that costs at most its own reach plus that of the other unit. */
  touching(reaches: Float64Array): (row: number, visit: (other: number, cost: number) => void) => void;
}

/** Finds units of the other group by distance alone. */
interface Sweep {
  /** by radius; `visit` returns the radius from then on */
  within(row: number, radius: number, visit: (other: number, distance: number) => number): void;
  touching(reaches: Float64Array): (row: number, visit: (other: number, distance: number) => void) => void;
  distance(row: number, other: number): number;
}

/** Pairs on a score: the cost is |score difference|. Assumes a checked problem. */
export function searchOnScore(
  problem: MatchingProblem,
  preference: Preference | null = null,
  lots: PairLots | null = null,
): PairSearch {
  const { score, isFocal } = problem;
  const flipped = { ...problem, isFocal: isFocal.map((f) => 1 - f) };
  const sides = [layOutScoreLine(flipped), layOutScoreLine(problem)] as const;
  const positionOfRow = new Int32Array(isFocal.length).fill(-1);
  for (const { focal, focalAlongLine } of sides)
    for (let a = 0; a < focalAlongLine.length; a++) positionOfRow[focal[focalAlongLine[a]!]!] = a;
  const sideOf = (row: number): ScoreLine => sides[isFocal[row] as 0 | 1];
  return createSearch(problem, preference, lots, {
    distance: (row, other) => Math.abs(score[row]! - score[other]!),
    within: (row, radius, visit) => sweepLine(sideOf(row), positionOfRow[row]!, score[row]!, radius, visit),
    touching(reaches) {
      const ends = sides.map((side) => reachEnds(side, reaches));
      return (row, visit) =>
        sweepTouching(sideOf(row), ends[isFocal[row]!]!, positionOfRow[row]!, score[row]!, reaches[row]!, visit);
    },
  });
}

/** Of each partner position: how far left those from it on reach, and how far right those up to it, within its cell. */
interface ReachEnds {
  readonly leftmost: Float64Array;
  readonly rightmost: Float64Array;
}

function reachEnds({ partnerRow, partnerScore, cellStart, cellEnd }: ScoreLine, reaches: Float64Array): ReachEnds {
  const length = partnerRow.length;
  const leftmost = partnerScore.map((x, p) => x - reaches[partnerRow[p]!]!);
  const rightmost = partnerScore.map((x, p) => x + reaches[partnerRow[p]!]!);
  const endsCell = new Uint8Array(length + 1);
  for (let a = 0; a < cellStart.length; a++) {
    endsCell[cellStart[a]!] = 1;
    endsCell[cellEnd[a]!] = 1;
  }
  for (let p = length - 2; p >= 0; p--)
    if (endsCell[p + 1] === 0) leftmost[p] = Math.min(leftmost[p]!, leftmost[p + 1]!);
  for (let p = 1; p < length; p++) if (endsCell[p] === 0) rightmost[p] = Math.max(rightmost[p]!, rightmost[p - 1]!);
  return { leftmost, rightmost };
}

function sweepTouching(
  { partnerRow, partnerScore, insertion, cellStart, cellEnd }: ScoreLine,
  { leftmost, rightmost }: ReachEnds,
  a: number,
  x: number,
  own: number,
  visit: (other: number, distance: number) => void,
): void {
  if (a < 0) return;
  for (let p = insertion[a]!; p < cellEnd[a]! && leftmost[p]! <= x + own; p++)
    visit(partnerRow[p]!, partnerScore[p]! - x);
  for (let p = insertion[a]! - 1; p >= cellStart[a]! && rightmost[p]! >= x - own; p--)
    visit(partnerRow[p]!, x - partnerScore[p]!);
}

/** Outward from the unit's place on the line, the nearer side first. */
function sweepLine(
  { partnerRow, partnerScore, insertion, cellStart, cellEnd }: ScoreLine,
  a: number,
  x: number,
  radius: number,
  visit: (other: number, distance: number) => number,
): void {
  if (a < 0) return;
  let limit = radius;
  let left = insertion[a]! - 1;
  let right = insertion[a]!;
  const start = cellStart[a]!;
  const end = cellEnd[a]!;
  for (;;) {
    const toLeft = left >= start ? x - partnerScore[left]! : Number.POSITIVE_INFINITY;
    const toRight = right < end ? partnerScore[right]! - x : Number.POSITIVE_INFINITY;
    const distance = Math.min(toLeft, toRight);
    if (!(distance <= limit) || distance === Number.POSITIVE_INFINITY) return;
    limit = visit(partnerRow[toLeft <= toRight ? left-- : right++]!, distance);
  }
}

/** Pairs of points: the cost is their Euclidean distance. Assumes a checked problem; one tree for each cell and group. */
export function searchOnPoints(
  points: Matrix,
  problem: MatchingProblem,
  preference: Preference | null = null,
  lots: PairLots | null = null,
): PairSearch {
  const { isFocal, eligible, stratum, tieOrder, score, scoreCaliper } = problem;
  const place = tieOrder === null ? null : inversePermutation(tieOrder);
  const cellOf = (row: number): number => (stratum === null ? 0 : stratum[row]!);
  const isOut = (row: number): boolean => (eligible !== null && eligible[row] === 0) || cellOf(row) < 0;
  const members = [new Map<number, number[]>(), new Map<number, number[]>()] as const;
  for (let row = 0; row < isFocal.length; row++) {
    if (isOut(row)) continue;
    const group = members[isFocal[row] as 0 | 1];
    const list = group.get(cellOf(row));
    if (list) list.push(row);
    else group.set(cellOf(row), [row]);
  }
  const gate = scoreCaliper === null ? null : score;
  const trees = members.map(
    (group) => new Map([...group].map(([cell, list]) => [cell, createTree(points, gate, list, place)] as const)),
  );
  const treeFor = (row: number): CellTree | undefined =>
    isOut(row) ? undefined : trees[1 - isFocal[row]!]!.get(cellOf(row));
  const queryOf = (row: number): Query => queryAt(points, row, score[row]!, scoreCaliper);
  return createSearch(problem, preference, lots, {
    distance: (row, other) => Math.sqrt(squaredDistance(points, row, other)),
    within(row, radius, visit) {
      const found = treeFor(row);
      found?.tree.visitWithin(queryOf(row), squareAbove(radius), (position, squared) => {
        const distance = Math.sqrt(squared);
        return squareAbove(distance <= radius ? visit(found.rows[position]!, distance) : radius);
      });
    },
    touching(reaches) {
      const own = new Map(
        trees
          .flatMap((group) => [...group.values()])
          .map(({ tree, rows }) => {
            const values = Float64Array.from(rows, (row) => reaches[row]!);
            return [tree, { values, largest: tree.largestBelow(values) }] as const;
          }),
      );
      return (row, visit) => {
        const found = treeFor(row);
        if (found === undefined) return;
        const { values, largest } = own.get(found.tree)!;
        found.tree.visitReaching(queryOf(row), reaches[row]!, values, largest, (position, distance) =>
          visit(found.rows[position]!, distance),
        );
      };
    },
  });
}

/** The query of a unit: its point, and its score where a caliper on it limits the search. */
export function queryAt({ cols, values }: Matrix, row: number, score: number, scoreCaliper: number | null): Query {
  const point = values.subarray(row * cols, (row + 1) * cols);
  return { point, gate: score, width: scoreCaliper ?? Number.POSITIVE_INFINITY };
}

/** A square that no distance up to the radius exceeds, whatever the rounding. */
const squareAbove = (radius: number): number => radius * radius * (1 + 1e-12);

export function squaredDistance({ cols, values }: Matrix, a: number, b: number): number {
  let sum = 0;
  for (let j = 0; j < cols; j++) {
    const d = values[a * cols + j]! - values[b * cols + j]!;
    sum += d * d;
  }
  return sum;
}

export interface CellTree {
  readonly rows: Uint32Array;
  readonly tree: NearestTree;
}

/** A tree over some rows of `points`; positions in it are places in the list. */
export function createTree(
  points: Matrix,
  gate: Float64Array | null,
  list: readonly number[],
  place: Uint32Array | null,
): CellTree {
  const { cols } = points;
  const rows = Uint32Array.from(list);
  const values = new Float64Array(rows.length * cols);
  for (let p = 0; p < rows.length; p++)
    values.set(points.values.subarray(rows[p]! * cols, (rows[p]! + 1) * cols), p * cols);
  const rank = Uint32Array.from(rows, (row) => (place === null ? row : place[row]!));
  const ownGate = gate === null ? null : Float64Array.from(rows, (row) => gate[row]!);
  return { rows, tree: new NearestTree({ rows: rows.length, cols, values }, rank, ownGate) };
}

/**
 * Distances that the caller gives: one row for each focal unit and one column for each partner, both in row order; Infinity
 * forbids a pair.
 *
 * @throws dimension-mismatch; invalid-argument for a negative distance or one that is no number
 */
export function searchInMatrix(
  matrix: Matrix,
  problem: MatchingProblem,
  preference: Preference | null = null,
  lots: PairLots | null = null,
): PairSearch {
  const { isFocal, eligible, stratum } = problem;
  const focal = focalRows(isFocal);
  const partners = focalRows(isFocal.map((f) => 1 - f));
  checkDistances(matrix, focal.length, partners.length);
  const index = new Int32Array(isFocal.length);
  for (const rows of [focal, partners]) for (let k = 0; k < rows.length; k++) index[rows[k]!] = k;
  const isOut = (row: number): boolean =>
    (eligible !== null && eligible[row] === 0) || (stratum !== null && stratum[row]! < 0);
  const placeOf = (row: number, other: number): number =>
    isFocal[row] === 1 ? index[row]! * matrix.cols + index[other]! : index[other]! * matrix.cols + index[row]!;
  const within: Sweep['within'] = (row, radius, visit) => {
    if (isOut(row)) return;
    let limit = radius;
    const others = isFocal[row] === 1 ? partners : focal;
    for (let o = 0; o < others.length; o++) {
      const other = others[o]!;
      const distance = matrix.values[placeOf(row, other)]!;
      if (!(distance <= limit) || distance === Number.POSITIVE_INFINITY || isOut(other)) continue;
      if (stratum !== null && stratum[row] !== stratum[other]) continue;
      limit = visit(other, distance);
    }
  };
  return createSearch(problem, preference, lots, {
    distance: (row, other) => matrix.values[placeOf(row, other)]!,
    within,
    touching: (reaches) => (row, visit) =>
      within(row, Number.MAX_VALUE, (other, distance) => {
        if (distance <= reaches[row]! + reaches[other]!) visit(other, distance);
        return Number.MAX_VALUE;
      }),
  });
}

export function checkDistances({ rows, cols, values }: Matrix, focal: number, partners: number): void {
  if (rows !== focal || cols !== partners || values.length !== rows * cols) {
    throw new CoreError(
      'dimension-mismatch',
      `The distance matrix is ${rows} x ${cols}; there are ${focal} focal units and ${partners} possible partners.`,
      { rows, cols, focal, partners },
    );
  }
  const at = values.findIndex((distance) => !(distance >= 0));
  if (at >= 0) {
    throw new CoreError(
      'invalid-argument',
      `A distance must be 0 or more (Infinity forbids a pair); row ${Math.floor(at / cols)}, column ${at % cols} holds ${values[at]}.`,
      { row: Math.floor(at / cols), column: at % cols, received: values[at] },
    );
  }
}

/** Adds to a sweep by distance what the problem forbids and what the preference and the lots cost. */
function createSearch(
  problem: MatchingProblem,
  preference: Preference | null,
  lots: PairLots | null,
  sweep: Sweep,
): PairSearch {
  const { isFocal, score, scoreCaliper } = problem;
  const rule = pairRule(problem);
  const isAllowed = (row: number, other: number): boolean =>
    (scoreCaliper === null || Math.abs(score[row]! - score[other]!) <= scoreCaliper) &&
    (rule === null || (isFocal[row] === 1 ? rule(row, other) : rule(other, row)));
  const extra = (row: number, other: number): number => {
    const lot = lots === null ? 0 : lots.grain * drawOf(lots.lots[row]!, lots.lots[other]!);
    if (preference === null) return lot;
    const { codes, penalty } = preference;
    return codes[row]! >= 0 && codes[row] === codes[other] ? lot : penalty + lot;
  };
  return {
    cost: (row, other) => sweep.distance(row, other) + extra(row, other),
    within(row, radius, visit) {
      sweep.within(row, radius, (other, distance) => {
        const cost = distance + extra(row, other);
        if (cost <= radius && isAllowed(row, other)) visit(other, cost);
        return radius;
      });
    },
    reach(row, count) {
      const nearest: number[] = []; // the cheapest so far, ascending
      sweep.within(row, Number.POSITIVE_INFINITY, (other, distance) => {
        const cost = distance + extra(row, other);
        const worst = nearest.length < count ? Number.POSITIVE_INFINITY : nearest[count - 1]!;
        if (cost < worst && isAllowed(row, other)) {
          let at = Math.min(nearest.length, count - 1);
          for (; at > 0 && nearest[at - 1]! > cost; at--) nearest[at] = nearest[at - 1]!;
          nearest[at] = cost;
        }
        return nearest.length < count ? Number.POSITIVE_INFINITY : nearest[count - 1]!;
      });
      return nearest.length < count ? Number.POSITIVE_INFINITY : nearest[count - 1]!;
    },
    touching(reaches) {
      const touch = sweep.touching(reaches);
      return (row, visit) =>
        touch(row, (other, distance) => {
          const cost = distance + extra(row, other);
          if (cost <= reaches[row]! + reaches[other]! && isAllowed(row, other)) visit(other, cost);
        });
    },
  };
}

/**
 * What the lots of a pair say, from 0 to 1, whoever stands first. Each unit has a favourite of its own, so that among many equal
 * units nobody is everybody's; bent, so that no exchange between two pairs leaves the sum as it is.
 */
function drawOf(one: number, other: number): number {
  const sum = one + other;
  const turned = sum >= 1 ? sum - 1 : sum;
  return (turned + turned * turned) / 2;
}
