import { type BalanceDenominator, type BalanceRow, balanceTable, denominatorOf } from '../balance/balance-table.ts';
import { type GroupBin, groupHistogram } from '../balance/group-histogram.ts';
import { columnSupport } from '../disclosure/column-support.ts';
import type { MatchedSample } from '../matching/match-units.ts';
import { effectiveSampleSize } from '../matching/match-weights.ts';
import { designColumns, type Frame } from '../propensity/design-matrix.ts';
import type { ModelTerm } from '../propensity/model-terms.ts';
import type { StudyDesign } from './draw-sample.ts';

/** Whose balance is shown. */
export type BalanceOf = 'covariates' | 'squares' | 'squares-and-products';

export interface GroupCounts {
  readonly all: number;
  readonly discarded: number;
  readonly matched: number;
  readonly effective: number;
  /** what all units of the group are worth by their sampling weights; their number without these */
  readonly effectiveAll: number;
}

/** Units of each group with value 1, before and after matching; null for a variable that is not 0/1. */
export interface LevelCounts {
  readonly before: { readonly treated: number; readonly control: number };
  readonly after: { readonly treated: number; readonly control: number };
}

export interface StudyBalanceRow {
  readonly variable: string;
  /** place of the term in `covariates`; the levels of a factor share it */
  readonly term: number;
  /** `levels`: one of a factor's columns, which together make 1; `combination`: a product or a sum */
  readonly kind: 'number' | 'levels' | 'combination';
  readonly before: BalanceRow;
  readonly after: BalanceRow;
  readonly counts: LevelCounts | null;
  /** the fewest units that can be told apart in the row's means, see `columnSupport` */
  readonly support: LevelCounts;
}

/** What is compared before and after the design. */
export interface BalanceQuestion {
  readonly frame: Frame;
  readonly treated: Uint8Array;
  readonly covariates: readonly ModelTerm[];
  /** left out: of neither squares nor products */
  readonly balanceOf?: BalanceOf;
  readonly design: Pick<StudyDesign, 'estimand'>;
}

/** Balance of the covariates before and after, with the units behind each figure. */
export function compareBalance(
  { frame, treated, covariates, balanceOf = 'covariates', design: { estimand } }: BalanceQuestion,
  sample: MatchedSample,
): { readonly balance: readonly StudyBalanceRow[]; readonly denominator: BalanceDenominator } {
  const columns = [...covariates, ...furtherTerms(frame, covariates, balanceOf)].flatMap((term, t) => {
    const support = supportOf(frame, term, treated, sample.weights);
    return designColumns(frame, [term], 'all').map(({ name, values }, c) => ({
      name,
      values,
      term: t,
      kind: kindOf(frame, term),
      support: support(c),
    }));
  });
  const common = { treated, estimand };
  const before = balanceTable(columns, { ...common, weights: sample.sampling, pairs: null, strata: null });
  const after = balanceTable(columns, {
    ...common,
    weights: sample.weights,
    pairs: sample.pairs,
    strata: sample.strata,
  });
  const balance = columns.map(
    ({ name, values, term, kind, support }, c): StudyBalanceRow => ({
      variable: name,
      term,
      kind,
      before: before[c]!,
      after: after[c]!,
      counts: before[c]!.isBinary ? countOnes(values, treated, sample.weights) : null,
      support,
    }),
  );
  return { balance, denominator: denominatorOf(estimand) };
}

/** What balance is asked for beside the covariates: squares of numbers, and products of every two covariates. */
function furtherTerms(frame: Frame, covariates: readonly ModelTerm[], balanceOf: BalanceOf): readonly ModelTerm[] {
  if (balanceOf === 'covariates') return [];
  const squares = covariates.flatMap((term): readonly ModelTerm[] =>
    'variable' in term && kindOf(frame, term) === 'number' && term.power === undefined ? [{ ...term, power: 2 }] : [],
  );
  const isNew = (term: ModelTerm) => !covariates.some((known) => JSON.stringify(known) === JSON.stringify(term));
  if (balanceOf === 'squares') return squares.filter(isNew);
  const products = covariates.flatMap((a, i) => covariates.slice(i + 1).map((b): ModelTerm => ({ product: [a, b] })));
  return [...squares, ...products].filter(isNew);
}

function kindOf(frame: Frame, term: ModelTerm): StudyBalanceRow['kind'] {
  if (!('variable' in term)) return 'combination';
  return term.levels !== undefined || frame.columns[term.variable]!.type === 'coded' ? 'levels' : 'number';
}

/** Support of the columns of a term in each group, before and after. */
function supportOf(frame: Frame, term: ModelTerm, treated: Uint8Array, weights: Float64Array) {
  const among = (holds: (row: number) => boolean) =>
    columnSupport(
      frame,
      term,
      treated.map((_, row) => (holds(row) ? 1 : 0)),
    );
  const isMatched = (row: number) => weights[row]! > 0;
  const before = { treated: among((r) => treated[r] === 1), control: among((r) => treated[r] === 0) };
  const after = {
    treated: among((r) => treated[r] === 1 && isMatched(r)),
    control: among((r) => treated[r] === 0 && isMatched(r)),
  };
  return (c: number): LevelCounts => ({
    before: { treated: before.treated[c]!, control: before.control[c]! },
    after: { treated: after.treated[c]!, control: after.control[c]! },
  });
}

function countOnes(values: Float64Array, treated: Uint8Array, weights: Float64Array): LevelCounts {
  const counts = { before: { treated: 0, control: 0 }, after: { treated: 0, control: 0 } };
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== 1) continue;
    const group = treated[i] === 1 ? 'treated' : 'control';
    counts.before[group]++;
    if (weights[i]! > 0) counts.after[group]++;
  }
  return counts;
}

/** Weights on one scale; null where every unit of a group counts the same. */
export function weightBins(weights: Float64Array, treated: Uint8Array, rows: Uint32Array): readonly GroupBin[] | null {
  const sum = [0, 0];
  const count = [0, 0];
  for (const row of rows) {
    const g = treated[row]!;
    sum[g] = sum[g]! + weights[row]!;
    count[g] = count[g]! + 1;
  }
  const scaled = weights.map((weight, row) => (weight * count[treated[row]!]!) / sum[treated[row]!]!);
  return rows.every((row) => Math.abs(scaled[row]! - 1) < 1e-9) ? null : groupHistogram(scaled, treated, rows, 20);
}

/** Units of a group, before and after. @param unit code of the unit behind each row; null = each row its own */
export function countGroup(
  treated: Uint8Array,
  group: 0 | 1,
  { weights, eligible, sampling }: MatchedSample,
  unit: Int32Array | null,
): GroupCounts {
  let all = 0;
  let kept = 0;
  let matched = 0;
  // A unit with several rows counts once.
  const seen = unit === null ? null : ([new Set<number>(), new Set<number>(), new Set<number>()] as const);
  for (let row = 0; row < treated.length; row++) {
    if (treated[row] !== group) continue;
    const isKept = eligible[row] !== 0;
    const isMatched = weights[row]! > 0;
    all++;
    if (isKept) kept++;
    if (isMatched) matched++;
    if (seen === null) continue;
    seen[0].add(unit![row]!);
    if (isKept) seen[1].add(unit![row]!);
    if (isMatched) seen[2].add(unit![row]!);
  }
  if (seen !== null) [all, kept, matched] = [seen[0].size, seen[1].size, seen[2].size];
  return {
    all,
    discarded: all - kept,
    matched,
    effective: effectiveSampleSize(weights, treated, group),
    effectiveAll: sampling === null ? all : effectiveSampleSize(sampling, treated, group),
  };
}
