import { type BalanceDenominator, type BalanceRow, balanceTable, denominatorOf } from '../balance/balance-table.ts';
import { type GroupBin, groupHistogram } from '../balance/group-histogram.ts';
import { equipoise, type Overlap, overlapOf } from '../balance/overlap.ts';
import { columnSupport } from '../disclosure/column-support.ts';
import { outcomeSupport } from '../disclosure/outcome-support.ts';
import { CoreError, type Warning } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { SolveIntegerProgram } from '../matching/integer-program.ts';
import { forEachPair, type MatchSets, setDifferences } from '../matching/match-sets.ts';
import type { MatchedSample } from '../matching/match-units.ts';
import { effectiveSampleSize } from '../matching/match-weights.ts';
import { isRandom } from '../matching/pair-units.ts';
import { type DesignColumn, designColumns, type Frame } from '../propensity/design-matrix.ts';
import type { ModelTerm } from '../propensity/model-terms.ts';
import { createRandom } from '../random/random-stream.ts';
import { answerFurther, type FurtherAnswers, type FurtherQuestions } from './answer-further.ts';
import {
  chooseInference,
  type Inference,
  type InferenceDesign,
  type StandardErrorRequest,
} from './choose-inference.ts';
import { clusterMeansOf } from './cluster-means.ts';
import { drawSample, isWeighting, type StudyDesign, type StudySample } from './draw-sample.ts';
import { type EffectEstimate, estimateEffect } from './estimate-effect.ts';
import { listsOfSets, type PartnerLists } from './partner-lists.ts';
import { type PermutedDifference, permuteGroups, permuteSigns } from './permutation-test.ts';
import {
  clustersAtMoments,
  type EntryCounts,
  entriesOf,
  joinSets,
  momentsOf,
  type StudyMoments,
} from './study-moments.ts';

/** Whose balance is shown. */
export type BalanceOf = 'covariates' | 'squares' | 'squares-and-products';

export interface MatchingStudyInput {
  /** n units, complete in every variable used */
  readonly frame: Frame;
  readonly treated: Uint8Array;
  readonly outcome: Float64Array;
  readonly design: StudyDesign;
  /** terms whose balance is shown and that the adjusted effect uses */
  readonly covariates: readonly ModelTerm[];
  /** also the balance of squares and of products of two covariates, which the design does not use; left out: of neither */
  readonly balanceOf?: BalanceOf;
  /** collective (or other cluster) of each unit, -1 = unknown; null = none */
  readonly cluster: Int32Array | null;
  readonly isClusterAskedFor: boolean;
  /** a method that was asked for, refused where it is not valid */
  readonly standardError: StandardErrorRequest;
  /** draws of the permutation test; null: 2000 where the means of few clusters are compared, elsewhere none */
  readonly permutations: number | null;
  readonly confidence: number;
  readonly seed: number;
  readonly further: FurtherQuestions;
}

export interface GroupCounts {
  readonly all: number;
  readonly discarded: number;
  readonly matched: number;
  readonly effective: number;
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

/** The estimate under other orders of units with equal scores; a sample of orders, not a bound. */
export interface TieSample {
  readonly draws: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Permutation test of no effect on anybody, and what changed places in it. */
export interface StudyPermutation extends PermutedDifference {
  readonly blocks: 'clusters' | 'matched-sets';
}

export interface MatchingStudyOutput {
  readonly groups: { readonly treated: GroupCounts; readonly control: GroupCounts };
  readonly overlap: Overlap | null;
  /** share of all units with a preference score from 0.3 to 0.7; null without a propensity */
  readonly equipoise: number | null;
  /** weights of the units in the sample, scaled to a mean of 1 in each group; null where they are all equal */
  readonly weightBins: readonly GroupBin[] | null;
  readonly caliperWidths: Readonly<Record<string, number>>;
  readonly denominator: BalanceDenominator;
  readonly balance: readonly StudyBalanceRow[];
  readonly effects: {
    /** the groups as they are: what a naive comparison would say */
    readonly unmatched: EffectEstimate;
    readonly matched: EffectEstimate;
    /** null where the matched sample is too small for the covariates */
    readonly adjusted: EffectEstimate | null;
  };
  /** units that can be told apart in the outcome, of everybody and of the matched, see `outcomeSupport` */
  readonly outcomeSupport: { readonly before: number | null; readonly after: number | null };
  readonly inference: Pick<Inference, 'method' | 'reason' | 'clusters'>;
  readonly permutation: StudyPermutation | null;
  readonly ties: TieSample | null;
  /** by wave of entry, of a study in risk sets; else null */
  readonly entries: readonly EntryCounts[] | null;
  readonly further: FurtherAnswers;
  readonly warnings: readonly Warning[];
  readonly sample: Pick<MatchedSample, 'weights' | 'score' | 'pairs' | 'strata'>;
}

/**
 * A matching study on prepared units: design, balance before and after, effect with the standard error that fits the design.
 * The outcome is read only after the matched sample is fixed.
 *
 * @throws everything that `drawSample`, `balanceTable`, `chooseInference` and `estimateEffect` throw
 * @param solver of integer programs, for cardinality matching
 * Cost: that of the design, one balance table per side, and up to 200 rematches where scores are tied.
 */
export function runMatchingStudy(
  input: MatchingStudyInput,
  kernels: MatrixKernels,
  progress: (fraction: number, stage: string) => void = () => {},
  solver: SolveIntegerProgram | null = null,
): MatchingStudyOutput {
  const { frame, treated, design, covariates, outcome } = input;
  progress(0.1, 'matching');
  const sample = drawSample(frame, treated, design, null, kernels, solver);
  progress(0.5, 'balance');
  const { balance, denominator } = compareBalance(input, sample);
  progress(0.7, 'effect');
  const moments = momentsOf(frame, design);
  const inference = inferenceFor(input, sample, moments);
  const everybody = new Float64Array(frame.rows).fill(1);
  const used = rowsWithWeight(sample.weights);
  const terms = covariates.map((term) => designColumns(frame, [term]));
  const adjustment = terms.flat();
  const estimate = (rows: Uint32Array, weights: Float64Array, by: Inference, adjustFor: readonly DesignColumn[]) =>
    estimateEffect(
      {
        treated: Uint8Array.from(rows, (row) => treated[row]!),
        outcome: Float64Array.from(rows, (row) => outcome[row]!),
        weights: Float64Array.from(rows, (row) => weights[row]!),
      },
      adjustFor.map(({ name, values }) => ({ name, values: Float64Array.from(rows, (row) => values[row]!) })),
      by,
      input.confidence,
      kernels,
    );
  const matched = estimate(used, sample.weights, inference, []);
  const adjusted = ifLargeEnough(() => estimate(used, sample.weights, inference, adjustment));
  const unmatched = estimate(rowsWithWeight(everybody), everybody, naiveInference(input, moments), []);
  const permutation = permute(input, sample, inference, kernels, (fraction) =>
    progress(0.7 + 0.15 * fraction, 'permutations'),
  );
  const { answers, warnings } = answerFurther(
    {
      treated,
      outcome,
      weights: sample.weights,
      eligible: sample.eligible,
      terms,
      estimand: design.estimand,
      // Pairs at several waves share units: no test of independent pairs.
      pairs: moments === null ? sample.pairs : null,
      cluster: input.cluster,
      inference,
      effects: { matched, adjusted },
      confidence: input.confidence,
      seed: input.seed,
    },
    input.further,
    kernels,
  );
  progress(0.85, 'ties');
  const ties = tieSample(input, sample, kernels);
  const unit = moments?.unit ?? null;
  const groups = { treated: countGroup(treated, 1, sample, unit), control: countGroup(treated, 0, sample, unit) };
  const focal = design.estimand === 'ATC' ? 0 : 1;
  const overlap = sample.score === null ? null : overlapOf(sample.score, treated, focal, 20);
  const { method, reason, clusters } = inference;
  const shownInference = { method, reason, clusters };
  const partial = {
    groups,
    overlap,
    balance,
    effects: { unmatched, matched, adjusted },
    inference: shownInference,
    permutation,
    ties,
  };
  return {
    ...partial,
    outcomeSupport: {
      before: supportIn(input, Uint32Array.from(treated.keys())),
      after: supportIn(input, used),
    },
    equipoise: sample.probability === null ? null : equipoise(sample.probability, treated),
    weightBins: weightBins(sample.weights, treated, used),
    caliperWidths: sample.caliperWidths,
    denominator,
    entries: moments && entriesOf(moments, treated, sample.weights),
    further: answers,
    warnings: [...cautions(partial, sample, design), ...fewSets(inference), ...warnings],
    sample: { weights: sample.weights, score: sample.score, pairs: sample.pairs, strata: sample.strata },
  };
}

/** Weights on one scale; null where every unit of a group counts the same. */
function weightBins(weights: Float64Array, treated: Uint8Array, rows: Uint32Array): readonly GroupBin[] | null {
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

const supportIn = ({ treated, outcome }: MatchingStudyInput, rows: Uint32Array): number | null =>
  outcomeSupport(
    Float64Array.from(rows, (row) => outcome[row]!),
    [Float64Array.from(rows, (row) => treated[row]!)],
    rows,
  );

function compareBalance(
  { frame, treated, covariates, balanceOf = 'covariates', design: { estimand } }: MatchingStudyInput,
  sample: MatchedSample,
) {
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
  const before = balanceTable(columns, { ...common, weights: null, pairs: null, strata: null });
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

function inferenceFor(
  { treated, cluster: given, isClusterAskedFor, standardError, seed, ...input }: MatchingStudyInput,
  sample: StudySample,
  moments: StudyMoments | null,
): Inference {
  const { design } = input;
  const rows = rowsWithWeight(sample.weights);
  const own = sample.strata ?? (sample.pairs === null ? null : setNumbers(sample.pairs, treated.length));
  const sets = own === null || moments === null ? own : joinSets(own, moments.unit);
  const { cluster, isByWave } = clustersAtMoments(given, isClusterAskedFor, treated, moments);
  const inference = chooseInference({
    treated: Uint8Array.from(rows, (row) => treated[row]!),
    cluster: cluster === null ? null : Int32Array.from(rows, (row) => cluster[row]!),
    isAskedFor: isClusterAskedFor || isByWave,
    matchedSet: sets === null ? null : Int32Array.from(rows, (row) => sets[row]!),
    sample: moments === null ? kindOfSample(design, sample) : 'risk-sets',
    partners: sets === null && sample.pairs !== null ? partnersAmong(sample.pairs, rows, treated.length) : null,
    equations: sample.equations,
    asked: standardError,
    seed,
  });
  const isOwnChoice = isByWave && !isClusterAskedFor && inference.reason === 'cluster-asked-for';
  return isOwnChoice ? { ...inference, reason: 'treatment-by-cluster' } : inference;
}

function kindOfSample(design: StudyDesign, { pairs, strata }: StudySample): InferenceDesign['sample'] {
  if (isWeighting(design)) return 'weights';
  return pairs !== null ? 'pairs' : strata !== null ? 'strata' : 'selection';
}

/** Blocks change places as they were assigned: whole clusters, or units within matched sets; other designs have no such test. */
function permute(
  { treated, outcome, permutations, seed }: MatchingStudyInput,
  sample: StudySample,
  { method, reason, cluster }: Inference,
  kernels: MatrixKernels,
  report: (fraction: number) => void,
): StudyPermutation | null {
  const isOfWholeClusters = method === 'cluster-means' || reason === 'treatment-by-cluster';
  const draws = permutations ?? (method === 'cluster-means' ? 2000 : 0);
  if (draws === 0) return null;
  const proceed = (fraction: number): boolean => {
    report(fraction);
    return true;
  };
  if (isOfWholeClusters) {
    const rows = rowsWithWeight(sample.weights);
    const among = {
      treated: Uint8Array.from(rows, (row) => treated[row]!),
      outcome: Float64Array.from(rows, (row) => outcome[row]!),
      weights: Float64Array.from(rows, (row) => sample.weights[row]!),
    };
    const means = clusterMeansOf(among, [], cluster!, kernels);
    return { ...permuteGroups(means.means, means.treated, { draws, seed }, proceed), blocks: 'clusters' };
  }
  if (sample.pairs === null || method === 'abadie-imbens' || reason === 'cluster-asked-for') return null;
  const differences = setDifferences(sample.pairs, outcome, treated);
  return { ...permuteSigns(differences, { draws, seed }, proceed), blocks: 'matched-sets' };
}

/** The partner lists with rows of the sample instead of rows of the data. */
function partnersAmong(pairs: MatchSets, rows: Uint32Array, n: number): PartnerLists {
  const place = new Uint32Array(n);
  rows.forEach((row, i) => {
    place[row] = i;
  });
  const lists = listsOfSets(pairs);
  return { ...lists, focal: lists.focal.map((row) => place[row]!), order: lists.order.map((row) => place[row]!) };
}

/**
 * The naive comparison gets the clusters too, where there are any, so that it is not made to look precise; units that are
 * compared at several waves are clusters of themselves.
 */
function naiveInference(
  { treated, cluster: given, isClusterAskedFor, seed }: MatchingStudyInput,
  moments: StudyMoments | null,
): Inference {
  const { cluster, isByWave } = clustersAtMoments(given, isClusterAskedFor, treated, moments);
  return chooseInference({
    treated,
    cluster: cluster ?? moments?.unit ?? null,
    isAskedFor: isClusterAskedFor || isByWave || moments !== null,
    matchedSet: null,
    sample: 'units',
    partners: null,
    equations: null,
    asked: 'by-design',
    seed,
  });
}

/** Set of each unit, or null where a partner serves several focal units. */
function setNumbers(pairs: MatchSets, n: number): Int32Array | null {
  const sets = new Int32Array(n).fill(-1);
  let isShared = false;
  forEachPair(pairs, (focal, partner, k) => {
    sets[focal] = k;
    if (sets[partner]! >= 0 && sets[partner] !== k) isShared = true;
    sets[partner] = k;
  });
  return isShared ? null : sets;
}

const tooSmall: readonly string[] = ['empty-group', 'no-variation', 'too-few-groups'];

/** The adjusted effect asks for more than the plain one, which was estimated before. */
function ifLargeEnough(estimate: () => EffectEstimate): EffectEstimate | null {
  try {
    return estimate();
  } catch (error) {
    if (error instanceof CoreError && tooSmall.includes(error.code)) return null;
    throw error;
  }
}

/** Orders that are tried before a design whose ties are not known beforehand counts as having none. */
const firstLook = 8;

/**
 * The difference of weighted means under random orders of tied units: what could have been the answer under another equally
 * good rule; with a random order of choice each draw is another such order. 200 orders, fewer (at least 20) in large data. Where pairs are made on a score, equal scores are ties; elsewhere
 * there are ties where one of the first orders changes a weight (a tie escapes eight orders with a chance of 1 in 256).
 */
function tieSample(input: MatchingStudyInput, sample: StudySample, kernels: MatrixKernels): TieSample | null {
  const { design, treated, frame, outcome } = input;
  if (!('distance' in design) && design.method !== 'cardinality') return null;
  if (design.method === 'subclassification') return null;
  const isOnScore = 'distance' in design && design.distance.type === 'propensity-score' && design.within === null;
  const isByChance = design.method === 'nearest' && isRandom(design.order);
  if (isOnScore && !isByChance && !hasTies(sample.score!)) return null;
  const most = Math.floor((isOnScore && design.method === 'nearest' ? 4_000_000 : 400_000) / frame.rows);
  const draws = Math.max(20, Math.min(200, most));
  const own = differenceOfMeans(outcome, treated, sample.weights);
  let minimum = own;
  let maximum = own;
  let hasChanged = isOnScore;
  const random = createRandom(input.seed, 'tie-order');
  for (let draw = 0; draw < draws; draw++) {
    if (draw === firstLook && !hasChanged) return null;
    const order = random.stream(draw).permutation(frame.rows);
    const { weights } = drawSample(frame, treated, design, order, kernels, null, sample);
    hasChanged ||= weights.some((weight, i) => weight !== sample.weights[i]);
    const difference = differenceOfMeans(outcome, treated, weights);
    minimum = Math.min(minimum, difference);
    maximum = Math.max(maximum, difference);
  }
  return { draws, minimum, maximum };
}

function hasTies(score: Float64Array): boolean {
  return new Set(score).size < score.length;
}

function differenceOfMeans(outcome: Float64Array, treated: Uint8Array, weights: Float64Array): number {
  const sum = [0, 0];
  const total = [0, 0];
  for (let i = 0; i < outcome.length; i++) {
    const g = treated[i]!;
    sum[g] = sum[g]! + weights[i]! * outcome[i]!;
    total[g] = total[g]! + weights[i]!;
  }
  return sum[1]! / total[1]! - sum[0]! / total[0]!;
}

/** @param unit code of the unit behind each row; null = each row its own */
function countGroup(
  treated: Uint8Array,
  group: 0 | 1,
  { weights, eligible }: MatchedSample,
  unit: Int32Array | null,
): GroupCounts {
  const all = Uint32Array.from(treated.keys()).filter((row) => treated[row] === group);
  const count = (rows: Uint32Array): number =>
    unit === null ? rows.length : new Set(Array.from(rows, (row) => unit[row]!)).size;
  const kept = all.filter((row) => eligible[row] !== 0);
  return {
    all: count(all),
    discarded: count(all) - count(kept),
    matched: count(all.filter((row) => weights[row]! > 0)),
    effective: effectiveSampleSize(weights, treated, group),
  };
}

function rowsWithWeight(weights: Float64Array): Uint32Array {
  let count = 0;
  for (let i = 0; i < weights.length; i++) if (weights[i]! > 0) count++;
  const rows = new Uint32Array(count);
  let at = 0;
  for (let i = 0; i < weights.length; i++) if (weights[i]! > 0) rows[at++] = i;
  return rows;
}

/** Sets that share units are one observation; of fewer than twenty no standard error is worth much. */
function fewSets({ reason, cluster }: Inference): readonly Warning[] {
  if (reason !== 'units-at-several-waves') return [];
  const sets = cluster!.reduce((most, set) => Math.max(most, set + 1), 0);
  return sets < 20 ? [{ code: 'few-independent-sets', parameters: { sets } }] : [];
}

type Partial = Pick<MatchingStudyOutput, 'groups' | 'overlap' | 'balance' | 'effects' | 'inference' | 'ties'>;

/** Everything a reader should know before believing the estimate; texts under `warning` in messages. */
function cautions(
  { groups, overlap, balance, effects, inference, ties }: Partial,
  sample: StudySample,
  design: StudyDesign,
): readonly Warning[] {
  const warnings: Warning[] = [];
  const warn = (code: string, parameters: Warning['parameters']): void => void warnings.push({ code, parameters });
  const focal = design.estimand === 'ATC' ? groups.control : groups.treated;
  if (focal.matched < focal.all) {
    const count = focal.all - focal.matched;
    const lost = { count, all: focal.all, share: count / focal.all };
    if (isWeighting(design)) warn('units-trimmed', lost);
    else if (design.method === 'cardinality') warn('units-not-selected', lost);
    else warn('units-without-partner', lost);
  }
  if (overlap !== null && (overlap.coefficient < 0.5 || overlap.focalOutside > 0.1)) {
    warn('weak-overlap', { coefficient: overlap.coefficient, outside: overlap.focalOutside });
  }
  const off = balance.filter(({ after }) => Math.abs(after.standardizedMeanDifference ?? 0) > 0.1);
  if (off.length > 0) {
    const largest = Math.max(...off.map(({ after }) => Math.abs(after.standardizedMeanDifference!)));
    warn('imbalance-after-matching', { variables: off.map((row) => row.variable), largest });
  }
  if (sample.propensity !== null && sample.propensity.collinear.length > 0) {
    warn('collinear-columns', { columns: sample.propensity.collinear });
  }
  if (inference.reason === 'treatment-by-cluster' || inference.reason === 'few-clusters')
    warn('treatment-by-cluster', { ...inference.clusters! });
  if (inference.clusters !== null && Math.min(inference.clusters.treated, inference.clusters.control) < 10) {
    warn('few-clusters', { ...inference.clusters });
  }
  if (sample.selection !== null && !sample.selection.isOptimal) {
    warn('selection-not-proven', { count: groups.treated.matched, bound: sample.selection.bound });
  }
  for (const group of ['treated', 'control'] as const) {
    const { matched, effective } = groups[group];
    if (isWeighting(design) && effective < 0.2 * matched) warn('weights-concentrated', { group, effective, matched });
  }
  if (inference.reason === 'partners-used-again') {
    const partners = design.estimand === 'ATC' ? groups.treated : groups.control;
    warn('partners-used-again', { effective: partners.effective, matched: partners.matched });
  }
  if (effects.adjusted === null) warn('no-adjusted-effect', { units: groups.treated.matched + groups.control.matched });
  else if (effects.adjusted.leftOut.length > 0) warn('adjustment-left-out', { columns: effects.adjusted.leftOut });
  if (ties !== null && ties.maximum - ties.minimum > 0.1 * effects.matched.standardError) {
    warn('ties-matter', { minimum: ties.minimum, maximum: ties.maximum, draws: ties.draws });
  }
  return warnings;
}
