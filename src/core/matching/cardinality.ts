import { denominatorOf, denominatorVariance, isZeroOne } from '../balance/balance-table.ts';
import { CoreError } from '../errors.ts';
import type { DesignColumn } from '../propensity/design-matrix.ts';
import { sampleVariance } from '../stats/moments.ts';
import type { Estimand } from './estimand.ts';
import type { IntegerProgram, SolveIntegerProgram } from './integer-program.ts';

export interface CardinalityProblem {
  /** n finite values each, all levels of factors */
  readonly columns: readonly DesignColumn[];
  /** n values, 0 or 1, both occurring */
  readonly treated: Uint8Array;
  /** names the standard deviation that differences are divided by, as in the balance table */
  readonly estimand: Estimand;
  /** largest |standardised mean difference| of each column, >= 0 */
  readonly tolerance: number;
  /** controls for each treated unit, whole, >= 1 */
  readonly ratio: number;
  /** n codes of cells that hold `ratio` controls for each treated unit too; null = one cell */
  readonly stratum: Int32Array | null;
  /** nodes of the search tree at most */
  readonly nodes: number;
}

/** How many units of each kind are taken. Units of one kind agree in group, cell and every column: which of them, is a tie. */
export interface Selection {
  /** n numbers of kinds */
  readonly kind: Int32Array;
  readonly wanted: Uint32Array;
  /** no selection has more treated units */
  readonly bound: number;
  readonly isOptimal: boolean;
}

/**
 * Cardinality matching: the largest groups of treated units and controls whose means differ by at most a tolerance in every
 * column. It fixes the balance and asks how many units can be kept, where other methods fix the units and see what balance comes.
 *
 * Units that agree in everything are one whole-number variable, so that the search does not try them one by one and the
 * program does not depend on the order of rows.
 *
 * @param solve solver of integer programs
 * @throws no-overlap where no two units may be kept; invalid-argument
 * Cost: one integer program with a variable for each kind of unit and two rows for each column; its search may be long, and
 * after `nodes` nodes the best selection so far is given with the bound.
 * Source: Zubizarreta, Paredes and Rosenbaum 2014, doi:10.1214/13-AOAS713.
 */
export function selectBalanced(problem: CardinalityProblem, solve: SolveIntegerProgram): Selection {
  const { tolerance, ratio, nodes } = problem;
  if (!(tolerance >= 0) || !Number.isInteger(ratio) || ratio < 1) {
    throw new CoreError(
      'invalid-argument',
      `Cardinality matching takes a tolerance from 0 and a whole ratio from 1; received ${tolerance} and ${ratio}.`,
      { tolerance, ratio },
    );
  }
  const { kind, members } = kindsOf(problem);
  const solution = solve(toProgram(problem, members), { nodes });
  const wanted = solution === null ? new Uint32Array(members.length) : Uint32Array.from(solution.values);
  const kept = members.reduce((sum, { row }, k) => sum + (problem.treated[row] === 1 ? wanted[k]! : 0), 0);
  if (solution === null || kept === 0) {
    throw new CoreError(
      'no-overlap',
      `No groups with ${ratio} control(s) for each treated unit are within ${tolerance} standard deviations of each other in every column. Raise the tolerance, or leave out a covariate.`,
      { tolerance, ratio },
    );
  }
  return { kind, wanted, bound: solution.bound, isOptimal: solution.isOptimal };
}

/**
 * n flags of the units that a selection takes: of each kind the first in tie order.
 *
 * @param tieOrder rows in the order that decides ties, or null for row order
 */
export function takeSelection({ kind, wanted }: Selection, tieOrder: Uint32Array | null): Float64Array<ArrayBuffer> {
  const left = wanted.slice();
  const taken = new Float64Array(kind.length);
  for (let i = 0; i < kind.length; i++) {
    const row = tieOrder === null ? i : tieOrder[i]!;
    const k = kind[row]!;
    if (left[k] === 0) continue;
    left[k] = left[k]! - 1;
    taken[row] = 1;
  }
  return taken;
}

interface Kind {
  /** one of its units */
  readonly row: number;
  readonly units: number;
}

/** Kinds of units, in an order that only their values decide. */
function kindsOf({ columns, treated, stratum }: CardinalityProblem): { kind: Int32Array; members: readonly Kind[] } {
  const n = treated.length;
  const compare = (a: number, b: number): number => {
    let difference = treated[b]! - treated[a]!;
    if (difference === 0 && stratum !== null) difference = stratum[a]! - stratum[b]!;
    for (let c = 0; c < columns.length && difference === 0; c++) {
      difference = columns[c]!.values[a]! - columns[c]!.values[b]!;
    }
    return difference;
  };
  const order = Uint32Array.from(treated, (_, i) => i).sort((a, b) => compare(a, b) || a - b);
  const kind = new Int32Array(n);
  const members: Kind[] = [];
  for (let i = 0; i < n; i++) {
    const row = order[i]!;
    const last = members.at(-1);
    if (last !== undefined && compare(last.row, row) === 0)
      members[members.length - 1] = { ...last, units: last.units + 1 };
    else members.push({ row, units: 1 });
    kind[row] = members.length - 1;
  }
  return { kind, members };
}

/** With n treated units kept: |sum over treated x - sum over controls x / ratio| <= tolerance scale n, for each column. */
function toProgram(problem: CardinalityProblem, members: readonly Kind[]): IntegerProgram {
  const { columns, treated, estimand, tolerance, ratio, stratum } = problem;
  const rows = createRows(members.length);
  const isTreated = members.map(({ row }) => treated[row] === 1);
  const cells = stratum === null ? [null] : [...new Set(members.map(({ row }) => stratum[row]!))];
  for (const cell of cells) {
    const holds = (k: number): boolean => cell === null || stratum![members[k]!.row] === cell;
    const isNowhere = cell !== null && cell < 0; // a unit without a cell is not taken
    rows.add((k) => (holds(k) ? (isTreated[k] ? ratio : isNowhere ? ratio : -1) : 0), 0, 0);
  }
  const all = Uint32Array.from(treated, (_, row) => row);
  const groups = [all.filter((row) => treated[row] === 0), all.filter((row) => treated[row] === 1)] as const;
  for (const { values } of columns) {
    const variance = denominatorVariance(values, groups, isZeroOne(values), denominatorOf(estimand));
    // Without variation in the group that gives the scale the means must agree.
    const scale = Math.sqrt(variance > 0 ? variance : sampleVariance(values));
    if (!(scale > 0)) continue;
    const slack = variance > 0 ? tolerance : 0;
    const centre = values[members[0]!.row]!;
    const standardised = members.map(({ row }) => (values[row]! - centre) / scale);
    rows.add((k) => (isTreated[k] ? standardised[k]! - slack : -standardised[k]! / ratio), Number.NEGATIVE_INFINITY, 0);
    rows.add((k) => (isTreated[k] ? standardised[k]! + slack : -standardised[k]! / ratio), 0, Number.POSITIVE_INFINITY);
  }
  return {
    objective: Float64Array.from(isTreated, Number),
    most: Float64Array.from(members, ({ units }) => units),
    ...rows.all(),
  };
}

function createRows(columns: number) {
  const offsets = [0];
  const column: number[] = [];
  const value: number[] = [];
  const lower: number[] = [];
  const upper: number[] = [];
  return {
    add(coefficient: (column: number) => number, low: number, high: number): void {
      for (let k = 0; k < columns; k++) {
        const c = coefficient(k);
        if (c === 0) continue;
        column.push(k);
        value.push(c);
      }
      offsets.push(column.length);
      lower.push(low);
      upper.push(high);
    },
    all: () => ({
      offsets: Int32Array.from(offsets),
      column: Int32Array.from(column),
      value: Float64Array.from(value),
      lower: Float64Array.from(lower),
      upper: Float64Array.from(upper),
    }),
  };
}
