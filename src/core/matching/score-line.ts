import { argsort, identity, inversePermutation } from '../stats/argsort.ts';
import { PairSorter } from '../stats/pair-sorter.ts';
import { focalRows, type MatchingProblem } from './matching-problem.ts';

/**
 * The units of a matching problem laid out on a line: by exact-matching cell, then score, then tie order. Partners get
 * positions 0, 1, … along it, and so do focal units; each focal unit knows where it stands among the partners and where its
 * cell begins and ends. Discarded units and those without a cell are absent. Whoever goes along the line reads its arrays from
 * front to back: with millions of units that is what keeps matching linear.
 */
export interface ScoreLine {
  /** rows of all focal units, ascending; on the line or not */
  readonly focal: Uint32Array;
  /** row and score of each partner position */
  readonly partnerRow: Uint32Array;
  readonly partnerScore: Float64Array;
  /** per focal position: its index into `focal`, its score, and the number of partners before it */
  readonly focalAlongLine: Uint32Array;
  readonly focalScore: Float64Array;
  readonly insertion: Int32Array;
  /** per focal position: partner positions of its cell are cellStart <= position < cellEnd */
  readonly cellStart: Int32Array;
  readonly cellEnd: Int32Array;
  /** rows of all units on the line, in its order */
  readonly rows: Uint32Array;
}

/** Assumes a checked problem. Cost: one sort and a pass. */
export function layOutScoreLine(problem: MatchingProblem): ScoreLine {
  const { isFocal, stratum } = problem;
  const focal = focalRows(isFocal);
  const pairs = sortedUnits(problem);
  const units = pairs.length / 2;
  const rows = new Uint32Array(units);
  let onLine = 0;
  for (let at = 0; at < units; at++) if (pairs[2 * at + 1]! < 0) onLine++;
  const line = {
    focal,
    partnerRow: new Uint32Array(units - onLine),
    partnerScore: new Float64Array(units - onLine),
    focalAlongLine: new Uint32Array(onLine),
    focalScore: new Float64Array(onLine),
    insertion: new Int32Array(onLine),
    cellStart: new Int32Array(onLine),
    cellEnd: new Int32Array(onLine),
    rows,
  };
  let partners = 0;
  let placed = 0;
  let cell = -1;
  let start = 0;
  let firstOfCell = 0;
  for (let at = 0; at < units; at++) {
    const unit = pairs[2 * at + 1]!;
    const k = -unit - 1;
    const row = unit < 0 ? focal[k]! : unit;
    rows[at] = row;
    if (stratum !== null && stratum[row] !== cell) {
      line.cellEnd.fill(partners, firstOfCell, placed);
      cell = stratum[row]!;
      start = partners;
      firstOfCell = placed;
    }
    if (unit < 0) {
      line.focalAlongLine[placed] = k;
      line.focalScore[placed] = pairs[2 * at]!;
      line.insertion[placed] = partners;
      line.cellStart[placed++] = start;
    } else {
      line.partnerRow[partners] = row;
      line.partnerScore[partners++] = pairs[2 * at]!;
    }
  }
  line.cellEnd.fill(partners, firstOfCell, placed);
  return line;
}

/**
 * Score and unit of everybody on the line, in its order: a partner as its row, a focal unit as -1 - its index, so that nobody
 * has to be looked up while the line is walked.
 */
function sortedUnits({ isFocal, score, eligible, stratum, tieOrder }: MatchingProblem): Float64Array {
  const n = isFocal.length;
  const indexOfRow = tieOrder === null ? null : indicesOf(isFocal);
  const values = new Float64Array(n);
  const units = new Float64Array(n);
  let count = 0;
  let focal = 0;
  for (let i = 0; i < n; i++) {
    const row = tieOrder === null ? i : tieOrder[i]!;
    const k = isFocal[row] === 1 ? (indexOfRow === null ? focal++ : indexOfRow[row]!) : -1;
    if ((eligible !== null && eligible[row] === 0) || (stratum !== null && stratum[row]! < 0)) continue;
    values[count] = score[row]!;
    units[count++] = k >= 0 ? -1 - k : row;
  }
  const pairs = new PairSorter(count).sort(values.subarray(0, count), units.subarray(0, count));
  return stratum === null ? pairs : groupByCell(pairs, stratum, focalRows(isFocal));
}

function indicesOf(isFocal: Uint8Array): Int32Array {
  const index = new Int32Array(isFocal.length).fill(-1);
  let k = 0;
  for (let row = 0; row < isFocal.length; row++) if (isFocal[row] === 1) index[row] = k++;
  return index;
}

/** Stable: within a cell the order stays. */
function groupByCell(pairs: Float64Array, stratum: Int32Array, focal: Uint32Array): Float64Array {
  const units = pairs.length / 2;
  const cellOf = (at: number): number => {
    const unit = pairs[2 * at + 1]!;
    return stratum[unit < 0 ? focal[-unit - 1]! : unit]!;
  };
  let cells = 0;
  for (let at = 0; at < units; at++) cells = Math.max(cells, cellOf(at) + 1);
  const next = new Uint32Array(cells + 1);
  for (let at = 0; at < units; at++) {
    const c = cellOf(at) + 1;
    next[c] = next[c]! + 1;
  }
  for (let c = 0; c < cells; c++) next[c + 1] = next[c + 1]! + next[c]!;
  const grouped = new Float64Array(pairs.length);
  for (let at = 0; at < units; at++) {
    const cell = cellOf(at);
    const place = next[cell]!;
    grouped[2 * place] = pairs[2 * at]!;
    grouped[2 * place + 1] = pairs[2 * at + 1]!;
    next[cell] = place + 1;
  }
  return grouped;
}

/** Focal positions in the order in which they choose. `closest` has no such order and gets that of `data`. */
export function choosingOrder(problem: MatchingProblem, line: ScoreLine): Uint32Array {
  const { order, tieOrder, isFocal } = problem;
  const { focalAlongLine, focal, focalScore } = line;
  if (order === 'smallest') return sortByScore(problem, line);
  if (order === 'largest') {
    // Descending, equal scores in tie order: reverse the runs, not the units within a run.
    const ascending = sortByScore(problem, line);
    const descending = new Uint32Array(ascending.length);
    let write = 0;
    for (let end = ascending.length; end > 0; ) {
      let start = end - 1;
      const value = focalScore[ascending[start]!]!;
      while (start > 0 && focalScore[ascending[start - 1]!]! === value) start--;
      for (let i = start; i < end; i++) descending[write++] = ascending[i]!;
      end = start;
    }
    return descending;
  }
  const positionOfRow = new Int32Array(isFocal.length).fill(-1);
  for (let a = 0; a < focalAlongLine.length; a++) positionOfRow[focal[focalAlongLine[a]!]!] = a;
  const rows = order === 'data' || order === 'closest' ? tieOrder : order;
  const chosen = new Uint32Array(focalAlongLine.length);
  let count = 0;
  for (let i = 0; i < (rows ?? isFocal).length; i++) {
    const a = positionOfRow[rows === null ? i : rows[i]!]!;
    if (a >= 0) chosen[count++] = a;
  }
  return chosen.subarray(0, count);
}

/** Without cells the line is in this order; with cells it has to be sorted again. */
function sortByScore({ stratum, tieOrder }: MatchingProblem, { focal, focalAlongLine, focalScore }: ScoreLine) {
  const positions = identity(focalAlongLine.length);
  if (stratum === null) return positions;
  const place = tieOrder === null ? null : inversePermutation(tieOrder);
  const byTie = positions.sort((a, b) => {
    const [p, q] = [focalAlongLine[a]!, focalAlongLine[b]!];
    return place === null ? p - q : place[focal[p]!]! - place[focal[q]!]!;
  });
  return argsort(focalScore, byTie);
}
