import { CoreError } from '../errors.ts';
import type { Estimand } from '../matching/estimand.ts';
import { forEachPair, type MatchSets } from '../matching/match-sets.ts';
import type { DesignColumn } from '../propensity/design-matrix.ts';
import { PairSorter } from '../stats/pair-sorter.ts';
import { meanPairDifferenceWithinStrata } from './pair-difference.ts';

/** Which standard deviation the differences are divided by. It always comes from the sample before matching. */
export type BalanceDenominator = 'treated' | 'control' | 'pooled';

/** What a balance table says of the means and variances of a column. */
export interface ComparedMeans {
  readonly meanTreated: number;
  readonly meanControl: number;
  /** treated minus control, in units of the denominator; null where that has no variation */
  readonly standardizedMeanDifference: number | null;
  /** variance of the treated / of the controls; null for a 0/1 variable and where the controls do not vary */
  readonly varianceRatio: number | null;
}

export interface BalanceRow extends ComparedMeans {
  readonly variable: string;
  readonly isBinary: boolean;
  readonly ecdfMean: number;
  readonly ecdfMax: number;
  /** what both weighted distributions have in common, 0 (apart) to 1 (equal) */
  readonly overlapCoefficient: number;
  /** mean |difference| within pairs, in units of the denominator; null without pairs or variation */
  readonly standardizedPairDistance: number | null;
}

/** Before matching, or after with weights and, where there are any, pairs or strata. */
export interface BalanceSample {
  readonly treated: Uint8Array;
  readonly estimand: Estimand;
  /** n non-negative weights, or null for 1 */
  readonly weights: Float64Array | null;
  readonly pairs: MatchSets | null;
  /** n stratum numbers, -1 = none */
  readonly strata: Int32Array | null;
}

export function denominatorOf(estimand: Estimand): BalanceDenominator {
  return estimand === 'ATT' ? 'treated' : estimand === 'ATC' ? 'control' : 'pooled';
}

/**
 * Balance of each column between treated and control units.
 *
 * Standardised mean difference: difference of weighted means / SD of the treated (ATT), the controls (ATC) or the root of
 * the mean of both variances (otherwise), always of the unweighted full sample; SD with n - 1, for a column of only 0
 * and 1 sqrt(p (1 - p)). Variance: sum w (x - m)^2 / (1 - sum w^2) with w summing to 1 in the group. eCDF: largest and
 * mean |difference of the weighted distribution functions| over the different values of the full sample; for 0/1
 * columns |difference of means|. Overlap coefficient: the sum of the smaller of both groups' shares over the different values
 * where there are at most 20, else over 20 bins of equal width over the full sample.
 *
 * @param columns n finite values each (all levels of factors); read only
 * @throws dimension-mismatch; empty-group where a group has no unit or no weight
 * Cost: five passes for a column, two of them sorting. Source: Austin 2009, doi:10.1002/sim.3697; Stuart 2010,
 * doi:10.1214/09-STS313; overlap: Inman and Bradley 1989, doi:10.1080/03610928908830127.
 *
 * @example
 * const age = { name: 'age', values: Float64Array.of(40, 60, 30, 50) };
 * const treated = Uint8Array.of(1, 1, 0, 0);
 * const [row] = balanceTable([age], { treated, estimand: 'ATT', weights: null, pairs: null, strata: null });
 * row!.standardizedMeanDifference; // → 0.7071
 */
export function balanceTable(columns: readonly DesignColumn[], sample: BalanceSample): readonly BalanceRow[] {
  const n = sample.treated.length;
  const weights = sample.weights ?? new Float64Array(n).fill(1);
  if (weights.length !== n || columns.some((c) => c.values.length !== n)) {
    throw new CoreError('dimension-mismatch', `Every column and the weights need ${n} values, one for each unit.`, {
      n,
    });
  }
  const groups = groupsOf(weights, sample.treated);
  const sorter = new PairSorter(n);
  return columns.map((column) => balanceRow(column, sample, groups, sorter));
}

/** What all columns have in common. */
interface Groups {
  /** rows of the controls and of the treated */
  readonly rows: readonly [Uint32Array, Uint32Array];
  /** n weights that sum to 1 in each group */
  readonly weights: Float64Array;
  /** the same, negative for controls */
  readonly signed: Float64Array;
}

function groupsOf(weights: Float64Array, treated: Uint8Array): Groups {
  const normalised = normalise(weights, treated);
  return {
    rows: rowsByGroup(treated),
    weights: normalised,
    signed: normalised.map((w, row) => (treated[row] === 1 ? w : -w)),
  };
}

/** Rows of the controls and of the treated, ascending. */
function rowsByGroup(treated: Uint8Array): readonly [Uint32Array, Uint32Array] {
  let treatedCount = 0;
  for (let row = 0; row < treated.length; row++) treatedCount += treated[row]!;
  const rows = [new Uint32Array(treated.length - treatedCount), new Uint32Array(treatedCount)] as const;
  const next = [0, 0];
  for (let row = 0; row < treated.length; row++) {
    const group = treated[row]!;
    rows[group as 0 | 1][next[group]!] = row;
    next[group] = next[group]! + 1;
  }
  return rows;
}

function balanceRow(
  { name, values }: DesignColumn,
  sample: BalanceSample,
  groups: Groups,
  sorter: PairSorter,
): BalanceRow {
  const means = compareMeans(values, sample.estimand, groups);
  const { isBinary, scale, difference } = means;
  const apart = Math.abs(difference);
  const shape = isBinary
    ? { ecdfMean: apart, ecdfMax: apart, overlapCoefficient: 1 - apart }
    : compareShapes(sorter.sort(values, groups.signed));
  const pairDistance = meanPairDistance(values, sample);
  return {
    variable: name,
    isBinary,
    ...shownMeans(means),
    ...shape,
    standardizedPairDistance: pairDistance === null || !(scale > 0) ? null : pairDistance / scale,
  };
}

interface MeanComparison {
  readonly isBinary: boolean;
  readonly scale: number;
  readonly treated: Moments;
  readonly control: Moments;
  /** of means, treated minus control */
  readonly difference: number;
}

function compareMeans(values: Float64Array, estimand: Estimand, { rows, weights }: Groups): MeanComparison {
  const isBinary = isZeroOne(values);
  const scale = Math.sqrt(denominatorVariance(values, rows, isBinary, denominatorOf(estimand)));
  const control = weightedMoments(values, rows[0], weights);
  const treated = weightedMoments(values, rows[1], weights);
  return { isBinary, scale, treated, control, difference: treated.mean - control.mean };
}

/**
 * Means, standardised mean difference and variance ratio of each column, as in `balanceTable` and nothing else of it: no sorting.
 *
 * @throws empty-group where a group has no weight
 */
export function comparedMeans(
  columns: readonly DesignColumn[],
  { treated, estimand, weights }: Pick<BalanceSample, 'treated' | 'estimand'> & { readonly weights: Float64Array },
): readonly ComparedMeans[] {
  const groups = groupsOf(weights, treated);
  return columns.map(({ values }) => shownMeans(compareMeans(values, estimand, groups)));
}

const shownMeans = ({ isBinary, scale, treated, control, difference }: MeanComparison): ComparedMeans => ({
  meanTreated: treated.mean,
  meanControl: control.mean,
  standardizedMeanDifference: scale > 0 ? difference / scale : null,
  varianceRatio: !isBinary && control.variance > 0 ? treated.variance / control.variance : null,
});

/** A loop instead of `every`: no call for each of a million values. */
export function isZeroOne(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (values[i] !== 0 && values[i] !== 1) return false;
  return true;
}

/** Weights that sum to 1 in each group. */
function normalise(weights: Float64Array, treated: Uint8Array): Float64Array {
  const sum = [0, 0];
  for (let i = 0; i < weights.length; i++) sum[treated[i]!] = sum[treated[i]!]! + weights[i]!;
  for (const g of [0, 1]) {
    if (!(sum[g]! > 0)) {
      throw new CoreError(
        'empty-group',
        `No ${g === 1 ? 'treated' : 'control'} unit has a positive weight, so balance does not exist. Widen the caliper or relax exact matching.`,
        { group: g === 1 ? 'treated' : 'control' },
      );
    }
  }
  return weights.map((weight, i) => weight / sum[treated[i]!]!);
}

interface Moments {
  readonly mean: number;
  /** sum w (x - m)^2 / (1 - sum w^2); 0 where one unit has all the weight */
  readonly variance: number;
}

/** Mean and variance of the rows by weights that sum to 1; the mean in two passes, so that offsets cost no digits. */
function weightedMoments(values: Float64Array, rows: Uint32Array, weights: Float64Array): Moments {
  let mean = 0;
  for (let i = 0; i < rows.length; i++) mean += weights[rows[i]!]! * values[rows[i]!]!;
  let rest = 0;
  let squares = 0;
  let concentration = 0;
  for (let i = 0; i < rows.length; i++) {
    const w = weights[rows[i]!]!;
    const d = values[rows[i]!]! - mean;
    rest += w * d;
    squares += w * d * d;
    concentration += w * w;
  }
  // `rest` corrects the rounding of the mean, in the squares too.
  return {
    mean: mean + rest,
    variance: concentration < 1 ? Math.max(0, squares - rest * rest) / (1 - concentration) : 0,
  };
}

/** Unweighted variance of the denominator group (of both: their mean); `rows` of the controls and of the treated. */
export function denominatorVariance(
  values: Float64Array,
  rows: readonly [Uint32Array, Uint32Array],
  isBinary: boolean,
  denominator: BalanceDenominator,
): number {
  if (denominator === 'pooled') {
    return (plainVariance(values, rows[0], isBinary) + plainVariance(values, rows[1], isBinary)) / 2;
  }
  return plainVariance(values, rows[denominator === 'treated' ? 1 : 0], isBinary);
}

function plainVariance(values: Float64Array, rows: Uint32Array, isBinary: boolean): number {
  let sum = 0;
  for (let i = 0; i < rows.length; i++) sum += values[rows[i]!]!;
  const mean = sum / rows.length;
  if (isBinary) return mean * (1 - mean);
  let squares = 0;
  let rest = 0;
  for (let i = 0; i < rows.length; i++) {
    const d = values[rows[i]!]! - mean;
    squares += d * d;
    rest += d;
  }
  return rows.length > 1 ? Math.max(0, squares - (rest * rest) / rows.length) / (rows.length - 1) : 0;
}

const overlapBins = 20;

/** Distribution functions and densities of both groups, from value and signed weight in ascending order. */
function compareShapes(pairs: Float64Array): Pick<BalanceRow, 'ecdfMean' | 'ecdfMax' | 'overlapCoefficient'> {
  const n = pairs.length / 2;
  const low = pairs[0]!;
  const width = (pairs[2 * n - 2]! - low) / overlapBins;
  let difference = 0;
  let sum = 0;
  let max = 0;
  let distinct = 0;
  let common = 0;
  const share = [new Float64Array(overlapBins), new Float64Array(overlapBins)] as const;
  for (let at = 0; at < n; ) {
    const value = pairs[2 * at]!;
    let treated = 0;
    let control = 0;
    for (; at < n && pairs[2 * at] === value; at++) {
      const w = pairs[2 * at + 1]!;
      difference += w;
      if (w > 0) treated += w;
      else control -= w;
    }
    distinct++;
    const size = Math.abs(difference);
    sum += size;
    if (size > max) max = size;
    if (distinct <= overlapBins) common += Math.min(treated, control);
    const bin = Math.min(overlapBins - 1, Math.floor((value - low) / width));
    share[1][bin] = share[1][bin]! + treated;
    share[0][bin] = share[0][bin]! + control;
  }
  if (distinct > overlapBins) {
    common = 0;
    for (let b = 0; b < overlapBins; b++) common += Math.min(share[0][b]!, share[1][b]!);
  }
  return { ecdfMean: sum / distinct, ecdfMax: max, overlapCoefficient: common };
}

function meanPairDistance(values: Float64Array, { pairs, strata, treated }: BalanceSample): number | null {
  if (strata !== null) return meanPairDifferenceWithinStrata(values, treated, strata);
  if (pairs === null || pairs.partners.length === 0) return null;
  let sum = 0;
  forEachPair(pairs, (f, p) => {
    sum += Math.abs(values[f]! - values[p]!);
  });
  return sum / pairs.partners.length;
}
