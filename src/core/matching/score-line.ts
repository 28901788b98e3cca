import { argsort, identity, inversePermutation } from '../stats/argsort.ts';
import type { MatchingProblem } from './matching-problem.ts';
import { focalRows } from './matching-problem.ts';

/**
 * The units of a matching problem laid out on a line: by exact-matching cell, then score, then tie order. Partners
 * get compact positions; each focal unit knows where it stands among them and where its cell begins and ends.
 */
export interface ScoreLine {
  /** rows of all focal units, ascending */
  readonly focal: Uint32Array;
  /** row of each partner position */
  readonly partnerRow: Uint32Array;
  readonly partnerScore: Float64Array;
  /** per focal unit: number of partners before it on the line */
  readonly insertion: Int32Array;
  /** per focal unit: partner positions of its cell are cellStart <= position < cellEnd */
  readonly cellStart: Int32Array;
  readonly cellEnd: Int32Array;
  /** focal units (index into `focal`) in order of the line; discarded ones and those without a cell are absent */
  readonly focalAlongLine: Uint32Array;
  /** rows of all units on the line, in its order */
  readonly rows: Uint32Array;
}

/** Assumes a checked problem. Cost: O(n). */
export function layOutScoreLine(problem: MatchingProblem): ScoreLine {
  const { isFocal, score, eligible, stratum } = problem;
  const n = isFocal.length;
  let rows = argsort(score, problem.tieOrder);
  if (eligible !== null || stratum !== null) {
    rows = rows.filter((row) => (eligible === null || eligible[row] === 1) && (stratum === null || stratum[row]! >= 0));
  }
  if (stratum !== null) rows = groupByCell(rows, stratum);
  const focal = focalRows(isFocal);
  const indexOfRow = new Int32Array(n).fill(-1);
  for (let k = 0; k < focal.length; k++) indexOfRow[focal[k]!] = k;
  const insertion = new Int32Array(focal.length).fill(-1);
  const cellStart = new Int32Array(focal.length);
  const cellEnd = new Int32Array(focal.length);
  const partnerRow = new Uint32Array(rows.length);
  const along = new Uint32Array(focal.length);
  let partners = 0;
  let placed = 0;
  let cell = -1;
  let start = 0;
  let firstOfCell = 0;
  for (let at = 0; at <= rows.length; at++) {
    const row = at < rows.length ? rows[at]! : -1;
    const code = row < 0 ? -2 : stratum === null ? 0 : stratum[row]!;
    if (at === 0) cell = code;
    if (code !== cell) {
      for (let f = firstOfCell; f < placed; f++) cellEnd[along[f]!] = partners;
      cell = code;
      start = partners;
      firstOfCell = placed;
    }
    if (row < 0) break;
    const k = indexOfRow[row]!;
    if (k >= 0) {
      insertion[k] = partners;
      cellStart[k] = start;
      along[placed++] = k;
    } else partnerRow[partners++] = row;
  }
  const partnerScore = new Float64Array(partners);
  for (let j = 0; j < partners; j++) partnerScore[j] = score[partnerRow[j]!]!;
  return {
    focal,
    partnerRow: partnerRow.slice(0, partners),
    partnerScore,
    insertion,
    cellStart,
    cellEnd,
    focalAlongLine: along.slice(0, placed),
    rows,
  };
}

function groupByCell(rows: Uint32Array, stratum: Int32Array): Uint32Array<ArrayBuffer> {
  let cells = 0;
  for (let i = 0; i < rows.length; i++) cells = Math.max(cells, stratum[rows[i]!]! + 1);
  const next = new Uint32Array(cells + 1);
  for (let i = 0; i < rows.length; i++) {
    const c = stratum[rows[i]!]! + 1;
    next[c] = next[c]! + 1;
  }
  for (let c = 0; c < cells; c++) next[c + 1] = next[c + 1]! + next[c]!;
  const grouped = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const place = next[stratum[row]!]!;
    grouped[place] = row;
    next[stratum[row]!] = place + 1;
  }
  return grouped;
}

/** Focal units (indices) in the order in which they choose. `closest` has no such order. */
export function choosingOrder(problem: MatchingProblem, line: ScoreLine): Uint32Array {
  const { order, tieOrder, score, isFocal } = problem;
  const { focalAlongLine, focal } = line;
  if (order === 'smallest') return sortByScore(problem, line);
  if (order === 'largest') {
    // Descending, equal scores in tie order: reverse the runs, not the units within a run.
    const ascending = sortByScore(problem, line);
    const descending = new Uint32Array(ascending.length);
    let write = 0;
    for (let end = ascending.length; end > 0; ) {
      let start = end - 1;
      const value = score[focal[ascending[start]!]!]!;
      while (start > 0 && score[focal[ascending[start - 1]!]!]! === value) start--;
      for (let i = start; i < end; i++) descending[write++] = ascending[i]!;
      end = start;
    }
    return descending;
  }
  const onLine = new Uint8Array(focal.length);
  for (let i = 0; i < focalAlongLine.length; i++) onLine[focalAlongLine[i]!] = 1;
  const indexOfRow = new Int32Array(isFocal.length).fill(-1);
  for (let k = 0; k < focal.length; k++) if (onLine[k] === 1) indexOfRow[focal[k]!] = k;
  const rows = order === 'data' || order === 'closest' ? (tieOrder ?? identity(isFocal.length)) : order;
  return Uint32Array.from(rows, (row) => indexOfRow[row]! + 1)
    .filter((k) => k > 0)
    .map((k) => k - 1);
}

function sortByScore(problem: MatchingProblem, line: ScoreLine): Uint32Array {
  if (problem.stratum === null) return line.focalAlongLine;
  const place = problem.tieOrder === null ? null : inversePermutation(problem.tieOrder);
  const { focal, focalAlongLine } = line;
  const byTie = Uint32Array.from(focalAlongLine).sort((a, b) =>
    place === null ? a - b : place[focal[a]!]! - place[focal[b]!]!,
  );
  const scores = Float64Array.from(byTie, (k) => problem.score[focal[k]!]!);
  return argsort(scores).map((i) => byTie[i]!);
}
