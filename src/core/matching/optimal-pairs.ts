import { identity } from '../stats/argsort.ts';
import { ArcList } from './arc-list.ts';
import { type Arcs, type Assignment, assign } from './assignment.ts';
import { type MatchSets, PairList } from './match-sets.ts';
import { focalRows, type MatchingProblem } from './matching-problem.ts';
import type { PairSearch } from './pair-search.ts';

type PairingProblem = Pick<MatchingProblem, 'isFocal' | 'eligible' | 'stratum' | 'ratio' | 'tieOrder'>;

/** One of the two groups of a cell. */
interface Side {
  /** in tie order */
  readonly rows: Uint32Array;
  /** how many of the other side each may have */
  readonly most: number;
}

/**
 * Optimal pairs under any constraint: as many pairs as possible, and among these choices the one with the smallest total
 * cost. No partner serves two; a focal unit gets up to `ratio` partners.
 *
 * Each exact cell is solved from the side that runs out last: where partners are scarce, they choose. Only near pairs are
 * looked at: each unit that chooses starts with its nearest ones, and gets more only while the prices of the solution say that
 * a farther one could pay. The last solution is optimal for all pairs, and no n1 x n0 matrix is formed.
 *
 * @param problem checked; `ratio` one number, without reuse
 * @throws limit-exceeded where more than 30 million pairs would have to be kept
 * Cost: that of the assignment on near pairs, a few times. Where calipers leave some of both sides alone, each of these is
 * a search through all who could make room for it. Source: Jonker and Volgenant 1987, doi:10.1007/BF02278710;
 * Rosenbaum 1989, doi:10.1080/01621459.1989.10478868.
 */
export function matchOptimalPairs(problem: PairingProblem, search: PairSearch): MatchSets {
  const { isFocal } = problem;
  const ratio = problem.ratio as number;
  const focal = focalRows(isFocal);
  const indexOf = new Uint32Array(isFocal.length);
  for (let k = 0; k < focal.length; k++) indexOf[focal[k]!] = k;
  const pairs = new PairList(1024, indexOf);
  const placeOf = new Uint32Array(isFocal.length);
  for (const cell of cellsInTieOrder(problem)) {
    const takers: Side = { rows: cell.filter((row) => isFocal[row] === 1), most: ratio };
    const partners: Side = { rows: cell.filter((row) => isFocal[row] === 0), most: 1 };
    if (takers.rows.length * ratio > partners.rows.length) {
      pairSides(partners, takers, placeOf, search, (partner, row) => pairs.add(row, partner));
    } else pairSides(takers, partners, placeOf, search, (row, partner) => pairs.add(row, partner));
  }
  return pairs.toMatchSets(focal);
}

/** Rows that may be paired, by exact cell. */
function cellsInTieOrder({ isFocal, eligible, stratum, tieOrder }: PairingProblem): Uint32Array[] {
  const cells = new Map<number, number[]>();
  for (const row of tieOrder ?? identity(isFocal.length)) {
    const cell = stratum === null ? 0 : stratum[row]!;
    if (cell < 0 || eligible?.[row] === 0) continue;
    const rows = cells.get(cell);
    if (rows === undefined) cells.set(cell, [row]);
    else rows.push(row);
  }
  return [...cells.values()].map((rows) => Uint32Array.from(rows));
}

/**
 * Visits the pairs of a cell, by unit that chooses and then by who is chosen, in tie order.
 *
 * @param placeOf n numbers to work in
 */
function pairSides(
  choosers: Side,
  chosen: Side,
  placeOf: Uint32Array,
  search: PairSearch,
  visit: (chooser: number, chosen: number) => void,
): void {
  const { rows, most } = choosers;
  for (let place = 0; place < chosen.rows.length; place++) placeOf[chosen.rows[place]!] = place;
  const known = Array.from(rows, (row) => nearestPairs(row, atOnce * most, placeOf, search));
  for (;;) {
    // Whole numbers: sums of them are exact, so that neither large prices nor long paths round small differences away.
    const grid = gridOf(known, rows.length * most);
    const assignment = assign(toArcs(choosers, chosen, known, grid.step), grid.skip);
    if (addPaying(choosers, chosen, placeOf, known, assignment, grid, search)) continue;
    for (let k = 0; k < rows.length; k++) {
      // Which copy took which seat means nothing.
      const taken = assignment.columnOf.slice(k * most, (k + 1) * most).sort();
      for (const column of taken) if (column >= 0) visit(rows[k]!, chosen.rows[Math.floor(column / chosen.most)]!);
    }
    return;
  }
}

/** Pairs that each unit starts with, and at most gets at a time, for each that it may have. */
const atOnce = 8;

/** A pair that is weighed: who is chosen, by place in tie order, and what it costs. */
interface Pair {
  readonly place: number;
  readonly cost: number;
}

function nearestPairs(row: number, count: number, placeOf: Uint32Array, search: PairSearch): Pair[] {
  const found: Pair[] = [];
  search.within(row, search.reach(row, count), (other, cost) => found.push({ place: placeOf[other]!, cost }));
  return found.sort((a, b) => a.place - b.place);
}

interface Grid {
  /** cost of one whole number */
  readonly step: number;
  /** what leaving a row out costs, in whole numbers: above every saving, as a path changes each row once, by at most the highest cost */
  readonly skip: number;
}

/** The finest grid on which prices stay below 2^52, where whole numbers are exact. */
function gridOf(known: readonly (readonly Pair[])[], rows: number): Grid {
  let highest = 0;
  for (const pairs of known) for (const { cost } of pairs) if (cost > highest) highest = cost;
  const step = highest > 0 ? highest / 2 ** (50 - Math.ceil(Math.log2(2 * (rows + 1)))) : 1;
  return { step, skip: 2 * (Math.round(highest / step) + 1) * (rows + 1) };
}

/** Arcs of as many copies of each unit as it may have others, to as many seats of each other; columns are in tie order. */
function toArcs(choosers: Side, chosen: Side, known: readonly (readonly Pair[])[], step: number): Arcs {
  const list = new ArcList(choosers.rows.length * choosers.most);
  for (const pairs of known) {
    for (let copy = 0; copy < choosers.most; copy++) {
      for (const { place, cost } of pairs)
        for (let seat = 0; seat < chosen.most; seat++) list.add(place * chosen.most + seat, Math.round(cost / step));
      list.endRow();
    }
  }
  return list.toArcs(chosen.rows.length * chosen.most);
}

interface Paying extends Pair {
  /** what the total would fall by at these prices, in whole numbers; Infinity for one pair more */
  readonly gain: number;
}

/** Adds to each unit the pairs that would pay most at these prices; false where none would. */
function addPaying(
  choosers: Side,
  chosen: Side,
  placeOf: Uint32Array,
  known: Pair[][],
  { price, columnPrice }: Assignment,
  { step, skip }: Grid,
  search: PairSearch,
): boolean {
  const own = Float64Array.from(choosers.rows, (_, k) => highestOf(price, k, choosers.most));
  const others = Float64Array.from(chosen.rows, (_, place) => highestOf(columnPrice, place, chosen.most));
  const reaches = new Float64Array(placeOf.length);
  // `skip` is above every saving among the pairs that are known, no more: who is left out, or could make room for who is, looks at all.
  // Prices that contain `skip` stand above half of it, the others far below.
  const looksFar = own.map((price) => (price > skip / 2 ? 1 : 0));
  // A little farther than the prices say, as they are rounded.
  for (let k = 0; k < own.length; k++)
    reaches[choosers.rows[k]!] = looksFar[k] === 1 ? Number.MAX_VALUE : (own[k]! + 2) * step;
  for (let place = 0; place < others.length; place++) reaches[chosen.rows[place]!] = others[place]! * step;
  const touching = search.touching(reaches);
  const more = atOnce * choosers.most;
  let isAny = false;
  for (let k = 0; k < own.length; k++) {
    const isKnown = new Set(known[k]!.map(({ place }) => place));
    const paying: Paying[] = [];
    touching(choosers.rows[k]!, (other, cost) => {
      const place = placeOf[other]!;
      const bringsPair = looksFar[k] === 1 && others[place]! > -skip / 2;
      const gain = bringsPair ? Number.POSITIVE_INFINITY : own[k]! + others[place]! - Math.round(cost / step);
      if (gain > 0 && !isKnown.has(place)) paying.push({ place, cost, gain });
    });
    if (paying.length === 0) continue;
    isAny = true;
    if (paying.length > more) paying.sort(byGain).length = more;
    known[k] = [...known[k]!, ...paying].sort((a, b) => a.place - b.place);
  }
  return isAny;
}

const byGain = (a: Paying, b: Paying): number =>
  (a.gain === b.gain ? a.cost - b.cost : b.gain - a.gain) || a.place - b.place;

function highestOf(prices: Float64Array, index: number, copies: number): number {
  let highest = prices[index * copies]!;
  for (let copy = 1; copy < copies; copy++) highest = Math.max(highest, prices[index * copies + copy]!);
  return highest;
}
