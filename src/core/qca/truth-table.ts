import { CoreError } from '../errors.ts';
import { binomialUpperTail } from './binomial-tail.ts';
import type { CalibratedData } from './calibrated-data.ts';
import type { Condition } from './conditions.ts';
import { type Cube, rowNumberOf } from './cubes.ts';
import { reachesCutoff } from './cutoffs.ts';
import { ratio } from './fit.ts';
import { sumRows } from './row-sums.ts';

export interface TruthTableSettings {
  /** rows with fewer cases are treated as logical remainders; at least 1 */
  readonly frequencyCutoff: number;
  /** consistency from which a row counts as sufficient for the outcome */
  readonly consistencyCutoff: number;
  /** consistency from which a row below `consistencyCutoff` is contradictory instead of negative; null = never */
  readonly contradictionCutoff: number | null;
  /** PRI that a positive row needs as well; failing it makes the row negative, never contradictory */
  readonly priCutoff: number;
  /** one-sided binomial test instead of plain comparison; null = none */
  readonly binomialTest: { readonly alpha: number } | null;
}

/** `1` positive, `0` negative, `C` contradictory, `?` fewer cases than the frequency cutoff */
export type RowOutput = '1' | '0' | 'C' | '?';

export interface TruthTableRow {
  readonly configuration: Cube;
  /** 1 + mixed-radix number; null beyond the integers a double holds exactly */
  readonly rowNumber: number | null;
  readonly output: RowOutput;
  /** cases with membership above 0.5 */
  readonly n: number;
  readonly consistency: number | null;
  readonly pri: number | null;
  /** indices of those cases, in their order */
  readonly cases: readonly number[];
  /** p values of the binomial test against the two cutoffs; null without a test */
  readonly pValues: { readonly consistency: number; readonly contradiction: number | null } | null;
}

export interface TruthTable {
  readonly conditions: readonly Condition[];
  readonly settings: TruthTableSettings;
  /** the rows that hold a case, ascending by row number */
  readonly rows: readonly TruthTableRow[];
  /** cases with a membership of exactly 0.5 in a condition: they count in no row */
  readonly ambiguousCases: readonly number[];
  /** rows (indices) whose consistency or PRI equals a cutoff up to rounding, where exact and tolerant comparison differ */
  readonly borderlineRows: readonly number[];
}

export const defaultTruthTableSettings: TruthTableSettings = Object.freeze({
  frequencyCutoff: 1,
  consistencyCutoff: 0.8,
  contradictionCutoff: null,
  priCutoff: 0,
  binomialTest: null,
});

function checkSettings({
  frequencyCutoff,
  consistencyCutoff,
  contradictionCutoff,
  priCutoff,
  binomialTest,
}: TruthTableSettings): void {
  const within = (name: string, value: number) => {
    if (value >= 0 && value <= 1) return;
    throw new CoreError('invalid-argument', `${name} is ${value}; expected a number from 0 to 1.`, { [name]: value });
  };
  within('consistencyCutoff', consistencyCutoff);
  within('priCutoff', priCutoff);
  if (binomialTest !== null) within('alpha', binomialTest.alpha);
  if (contradictionCutoff !== null) {
    within('contradictionCutoff', contradictionCutoff);
    if (contradictionCutoff > consistencyCutoff) {
      throw new CoreError(
        'invalid-argument',
        `contradictionCutoff (${contradictionCutoff}) lies above consistencyCutoff (${consistencyCutoff}); contradictory rows lie between the two.`,
        { contradictionCutoff, consistencyCutoff },
      );
    }
  }
  if (!Number.isInteger(frequencyCutoff) || frequencyCutoff < 1) {
    throw new CoreError('invalid-argument', `frequencyCutoff is ${frequencyCutoff}; expected a whole number from 1.`, {
      frequencyCutoff,
    });
  }
}

/** Where each case lies in the property space. */
interface Location {
  /** n x k levels of the nearest corner: above 0.5 is 1, otherwise 0 */
  readonly corners: Int8Array;
  /** mixed-radix number of the corner; exact while the configurations are fewer than 2^53 */
  readonly numbers: Float64Array;
  /** 1 where a membership is exactly 0.5 */
  readonly ambiguous: Uint8Array;
}

function locate({ conditions, values, one, caseIds }: CalibratedData): Location {
  const n = caseIds.length;
  const k = conditions.length;
  const fuzzy = Uint8Array.from(conditions, ({ type }) => (type === 'fuzzy' ? 1 : 0));
  const levels = Int32Array.from(conditions, (condition) => condition.levels);
  const corners = new Int8Array(n * k);
  const numbers = new Float64Array(n);
  const ambiguous = new Uint8Array(n);
  for (let i = 0, at = 0; i < n; i++) {
    let number = 0;
    let half = 0;
    for (let c = 0; c < k; c++, at++) {
      const x = values[at]!;
      let level = x;
      if (fuzzy[c] === 1) {
        level = x * 2 > one ? 1 : 0;
        half |= x * 2 === one ? 1 : 0;
      }
      corners[at] = level;
      number = number * levels[c]! + level;
    }
    numbers[i] = number;
    ambiguous[i] = half;
  }
  return { corners, numbers, ambiguous };
}

/** The corner of the property space that each case is nearest to, n x k levels: above 0.5 is 1, otherwise 0. */
export const cornersOf = (data: CalibratedData): Int8Array => locate(data).corners;

/**
 * The truth table: every configuration that holds a case, its number of cases, its consistency and PRI as a
 * sufficient condition over ALL cases, and the output that the cutoffs give.
 *
 * `?` if n < frequencyCutoff; `1` if consistency and PRI reach their cutoffs; `C` if contradictionCutoff <=
 * consistency < consistencyCutoff; else `0`. Decimal memberships are compared with decimal cutoffs exactly, others
 * with an allowance of 1e-9; rows where the two rules differ are listed.
 *
 * @throws invalid-argument for a cutoff out of range
 * Cost: see `sumRows`. Source: Ragin 2008, doi:10.7208/chicago/9780226702797.001.0001. Differs from R QCA: a C row
 * cannot land on a wrong row when frequency and contradiction cutoffs are combined.
 *
 * @example
 * const conditions = [makeCondition('coach', 'crisp'), makeCondition('meeting', 'crisp')];
 * const data = makeCalibratedData(['a', 'b', 'c', 'd'], conditions, [[1, 1, 0, 0], [1, 0, 1, 1]], [1, 1, 0, 1]);
 * const table = buildTruthTable(data, { ...defaultTruthTableSettings, consistencyCutoff: 0.8 });
 * table.rows.map((row) => [row.rowNumber, row.n, row.consistency, row.output]); // → [[2, 2, 0.5, '0'], [3, 1, 1, '1'], [4, 1, 1, '1']]
 */
export function buildTruthTable(data: CalibratedData, settings: TruthTableSettings): TruthTable {
  checkSettings(settings);
  const { conditions } = data;
  const k = conditions.length;
  const location = locate(data);
  const { corners } = location;
  const { members, ambiguousCases } = groupByCorner(data, location);
  const found = members
    .map((cases) => ({ cases, configuration: corners.slice(cases[0]! * k, cases[0]! * k + k) }))
    .sort((a, b) => ascending(a.configuration, b.configuration));
  const sums = sumRows(
    data,
    found.map((row) => row.configuration),
    corners,
  );
  const borderlineRows: number[] = [];
  const rows = found.map(({ cases, configuration }, r): TruthTableRow => {
    const x = sums.membership[r]!;
    const shared = sums.shared[r]!;
    const ambiguous = sums.ambiguous[r]!;
    const consistency = ratio(shared, x);
    const pri = ratio(shared - ambiguous, x - ambiguous);
    const n = cases.length;
    let output: RowOutput;
    let pValues: TruthTableRow['pValues'] = null;
    const { consistencyCutoff, contradictionCutoff, priCutoff, binomialTest } = settings;
    const priVerdict = reachesCutoff(shared - ambiguous, x - ambiguous, priCutoff);
    let borderline = priVerdict.borderline;
    if (n < settings.frequencyCutoff) output = '?';
    else if (binomialTest !== null) {
      const successes = Math.round(n * (consistency ?? 0));
      pValues = {
        consistency: binomialUpperTail(successes, n, consistencyCutoff),
        contradiction: contradictionCutoff === null ? null : binomialUpperTail(successes, n, contradictionCutoff),
      };
      const contradictory = pValues.contradiction !== null && pValues.contradiction <= binomialTest.alpha;
      output = pValues.consistency <= binomialTest.alpha ? (priVerdict.passes ? '1' : '0') : contradictory ? 'C' : '0';
    } else {
      const upper = reachesCutoff(shared, x, consistencyCutoff);
      const lower = contradictionCutoff === null ? null : reachesCutoff(shared, x, contradictionCutoff);
      borderline ||= upper.borderline || (lower?.borderline ?? false);
      output = upper.passes ? (priVerdict.passes ? '1' : '0') : lower?.passes ? 'C' : '0';
    }
    if (borderline) borderlineRows.push(r);
    return {
      configuration,
      rowNumber: rowNumberOf(configuration, conditions),
      output,
      n,
      consistency,
      pri,
      cases,
      pValues,
    };
  });
  return Object.freeze({ conditions, settings, rows, ambiguousCases, borderlineRows });
}

/** Cases by the corner they are nearest to, without those that have a membership of exactly 0.5. */
function groupByCorner(
  { conditions, caseIds }: CalibratedData,
  { corners, numbers, ambiguous }: Location,
): { members: number[][]; ambiguousCases: number[] } {
  const k = conditions.length;
  const configurations = conditions.reduce((product, condition) => product * condition.levels, 1);
  const isExact = configurations <= Number.MAX_SAFE_INTEGER;
  // Few configurations are looked up in an array, many in a map.
  const direct = configurations <= 2 ** 20 ? new Int32Array(configurations).fill(-1) : null;
  const mapped = new Map<number | string, number>();
  const members: number[][] = [];
  const ambiguousCases: number[] = [];
  for (let i = 0; i < caseIds.length; i++) {
    if (ambiguous[i] === 1) {
      ambiguousCases.push(i);
      continue;
    }
    const number = numbers[i]!;
    const key = direct !== null || isExact ? number : corners.subarray(i * k, i * k + k).join();
    let at = direct === null ? (mapped.get(key) ?? -1) : direct[number]!;
    if (at < 0) {
      at = members.length;
      members.push([]);
      if (direct === null) mapped.set(key, at);
      else direct[number] = at;
    }
    members[at]!.push(i);
  }
  return { members, ambiguousCases };
}

function ascending(a: Cube, b: Cube): number {
  for (let i = 0; i < a.length; i++) if (a[i]! !== b[i]!) return a[i]! - b[i]!;
  return 0;
}
