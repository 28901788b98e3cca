import { CoreError } from '../errors.ts';

/** In which order focal units choose: by score, by the tie order (`data`), the smallest difference first, or as given. */
export type FocalOrder = 'largest' | 'smallest' | 'data' | 'closest' | Uint32Array;

/** A pair needs |values[focal] - values[partner]| <= width. */
export interface CovariateCaliper {
  readonly name: string;
  readonly values: Float64Array;
  readonly width: number;
}

/** A nearest-neighbour problem on n units. All arrays have n entries, are read only and stay with the caller. */
export interface MatchingProblem {
  /** 1 = the unit belongs to the focal group, 0 = it may serve as a partner */
  readonly isFocal: Uint8Array;
  /** finite */
  readonly score: Float64Array;
  /** 0 = discarded: neither matched nor a partner; null = nobody is discarded */
  readonly eligible: Uint8Array | null;
  /** code of the exact-matching cell, or -1 where the unit has none; null = one cell */
  readonly stratum: Int32Array | null;
  /** a pair needs different codes in each of these */
  readonly antiExact: readonly Int32Array[];
  /** largest |score difference| of a pair; null = no limit */
  readonly scoreCaliper: number | null;
  readonly covariateCalipers: readonly CovariateCaliper[];
  readonly order: FocalOrder;
  /** partners per focal unit (whole, >= 1), or one number for each focal unit in row order (>= 0) */
  readonly ratio: number | Uint32Array;
  /** how many focal units one partner may serve: 1 = without replacement, Infinity = no limit */
  readonly maximumReuse: number;
  /** row numbers in the order that decides ties; null = row order */
  readonly tieOrder: Uint32Array | null;
  /**
   * code of the unit behind each row: rows of one unit together serve at most `maximumReuse`; not with order `closest`;
   * left out = each row its own
   */
  readonly unit?: Int32Array | null;
}

/** Rows of the focal units, ascending. */
export function focalRows(isFocal: Uint8Array): Uint32Array {
  let count = 0;
  for (let i = 0; i < isFocal.length; i++) count += isFocal[i]!;
  const rows = new Uint32Array(count);
  let k = 0;
  for (let i = 0; i < isFocal.length; i++) if (isFocal[i] === 1) rows[k++] = i;
  return rows;
}

/** Partners wanted by each focal unit. */
export function ratiosOf(problem: Pick<MatchingProblem, 'ratio'>, focal: number): Uint32Array {
  return typeof problem.ratio === 'number' ? new Uint32Array(focal).fill(problem.ratio) : problem.ratio;
}

/** @throws dimension-mismatch, empty-group, non-finite, invalid-argument */
export function checkProblem(problem: MatchingProblem): void {
  const n = problem.isFocal.length;
  const arrays: [string, { readonly length: number } | null][] = [
    ['score', problem.score],
    ['eligible', problem.eligible],
    ['stratum', problem.stratum],
    ['tieOrder', problem.tieOrder],
    ['unit', problem.unit ?? null],
    ...problem.antiExact.map((codes, i): [string, Int32Array] => [`antiExact ${i + 1}`, codes]),
    ...problem.covariateCalipers.map((c): [string, Float64Array] => [`caliper on ${c.name}`, c.values]),
  ];
  for (const [name, array] of arrays) {
    if (array !== null && array.length !== n) {
      throw new CoreError('dimension-mismatch', `${name} has ${array.length} entries, the groups have ${n} units.`, {
        name,
      });
    }
  }
  let focal = 0;
  for (let i = 0; i < n; i++) {
    focal += problem.isFocal[i]!;
    if (!Number.isFinite(problem.score[i]!)) {
      throw new CoreError(
        'non-finite',
        `The score of unit ${i} is ${problem.score[i]}; every unit needs a finite score.`,
        { row: i },
      );
    }
  }
  if (focal === 0 || focal === n) {
    throw new CoreError('empty-group', `Matching needs both groups; ${focal} of ${n} units are in the focal group.`, {
      focal,
      n,
    });
  }
  for (const width of [problem.scoreCaliper, ...problem.covariateCalipers.map((caliper) => caliper.width)]) {
    if (width !== null && !(width >= 0)) throw invalid(`A caliper width must be 0 or more, not ${width}.`);
  }
  const { ratio, maximumReuse } = problem;
  if (typeof ratio === 'number') {
    if (!Number.isInteger(ratio) || ratio < 1) throw invalid(`The ratio must be a whole number from 1, not ${ratio}.`);
  } else if (ratio.length !== focal) throw invalid(`There are ${ratio.length} ratios for ${focal} focal units.`);
  if (!(maximumReuse === Number.POSITIVE_INFINITY || (Number.isInteger(maximumReuse) && maximumReuse >= 1))) {
    throw invalid(`The reuse cap must be a whole number from 1 or no limit, not ${maximumReuse}.`);
  }
  if ((problem.unit ?? null) !== null && problem.order === 'closest') {
    throw invalid('Rows of one unit are matched in an order of focal units; the order closest has none.');
  }
}

function invalid(message: string): CoreError {
  return new CoreError('invalid-argument', message);
}
