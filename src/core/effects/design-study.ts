import type { BalanceDenominator } from '../balance/balance-table.ts';
import type { GroupBin } from '../balance/group-histogram.ts';
import { equipoise, type Overlap, overlapOf } from '../balance/overlap.ts';
import type { Warning } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { SolveIntegerProgram } from '../matching/integer-program.ts';
import { detectableBefore, type OutcomeBefore, supportOfBefore } from './answer-further.ts';
import { type Inference, partlyBetween } from './choose-inference.ts';
import { drawSample, isWeighting, type StudySample } from './draw-sample.ts';
import type { FurtherEffect } from './further-effects.ts';
import { planInference } from './plan-inference.ts';
import { rowsWithWeight } from './rows-with-weight.ts';
import { compareBalance, countGroup, type GroupCounts, type StudyBalanceRow, weightBins } from './study-balance.ts';
import type { StudyDesignInput } from './study-input.ts';
import { type EntryCounts, entriesOf, momentsOf, type StudyMoments } from './study-moments.ts';
import type { Detectable } from './study-sensitivity.ts';
import { treatmentBetweenClusters } from './treatment-by-cluster.ts';

export interface StudyDesignOutput {
  readonly groups: { readonly treated: GroupCounts; readonly control: GroupCounts };
  readonly overlap: Overlap | null;
  /** share of all units with a preference score from 0.3 to 0.7; null without a propensity */
  readonly equipoise: number | null;
  /** weights of the units in the sample, scaled to a mean of 1 in each group; null where they are all equal */
  readonly weightBins: readonly GroupBin[] | null;
  readonly caliperWidths: Readonly<Record<string, number>>;
  readonly denominator: BalanceDenominator;
  readonly balance: readonly StudyBalanceRow[];
  /** how the effect will be judged */
  readonly inference: Pick<Inference, 'method' | 'reason' | 'clusters'>;
  /** by wave of entry, of a study in risk sets; else null */
  readonly entries: readonly EntryCounts[] | null;
  readonly warnings: readonly Warning[];
}

/** A design that was carried out. */
export interface DesignedStudy {
  readonly output: StudyDesignOutput;
  readonly sample: StudySample;
}

/**
 * The design of a study carried out: who is compared with whom, how alike they are, and how the effect will be judged. It knows
 * no outcome.
 *
 * @param solver of integer programs, for cardinality matching
 * @throws everything that `drawSample`, `balanceTable` and `chooseInference` throw
 * Cost: that of the design and one balance table per side. Source: Rubin 2008, doi:10.1214/08-AOAS187.
 */
export function designStudy(
  input: StudyDesignInput,
  kernels: MatrixKernels,
  progress: (fraction: number, stage: string) => void = () => {},
  solver: SolveIntegerProgram | null = null,
): DesignedStudy {
  const { frame, treated, design } = input;
  progress(0.1, 'matching');
  const sample = drawSample(frame, treated, design, input.ties ?? null, kernels, solver);
  progress(0.5, 'balance');
  const { balance, denominator } = compareBalance(input, sample);
  const moments = momentsOf(frame, design);
  const planned = planInference(input, sample, moments);
  const { method, reason, clusters } = planned;
  const unit = moments?.unit ?? null;
  const shown = {
    groups: { treated: countGroup(treated, 1, sample, unit), control: countGroup(treated, 0, sample, unit) },
    overlap: sample.score === null ? null : overlapOf(sample.score, treated, design.estimand === 'ATC' ? 0 : 1, 20),
    balance,
    inference: { method, reason, clusters },
  };
  return {
    sample,
    output: {
      ...shown,
      equipoise: sample.probability === null ? null : equipoise(sample.probability, treated),
      weightBins: weightBins(sample.weights, treated, rowsWithWeight(sample.weights)),
      caliperWidths: sample.caliperWidths,
      denominator,
      entries: moments && entriesOf(moments, treated, sample.weights),
      warnings: [...cautions(shown, sample, design), ...clustersIgnored(input, moments, shown), ...fewSets(planned)],
    },
  };
}

/** What the values before the treatment say of the smallest effect the sample can find. */
export interface PlannedPower {
  readonly detectable: Detectable | null;
  readonly support: FurtherEffect['support'];
}

/** The smallest effect that the sample will find, from the outcome's variable before the treatment. */
export function planPower(input: StudyDesignInput, sample: StudySample, before: OutcomeBefore): PlannedPower {
  const inference = planInference(input, sample, momentsOf(input.frame, input.design));
  const facts = { ...input, weights: sample.weights, inference };
  return { detectable: detectableBefore(facts, before), support: supportOfBefore(facts, before) };
}

/**
 * Units that are compared one by one (asked for, or with too few collectives) though part of the treatment lies between collectives: a tenth and more makes
 * errors too small that are seen, see `standardErrorInflation`.
 */
function clustersIgnored(
  { treated, cluster }: StudyDesignInput,
  moments: StudyMoments | null,
  { inference }: Partial,
): readonly Warning[] {
  const isIgnored = inference.clusters === null && cluster !== null;
  const isShared = isIgnored && treatmentBetweenClusters(treated, cluster, moments) >= partlyBetween;
  return isShared ? [{ code: 'clusters-not-counted', parameters: {} }] : [];
}

/** Sets that share units are one observation; of fewer than twenty no standard error is worth much. */
function fewSets({ reason, cluster }: Inference): readonly Warning[] {
  if (reason !== 'units-at-several-waves') return [];
  const sets = cluster!.reduce((most, set) => Math.max(most, set + 1), 0);
  return sets < 20 ? [{ code: 'few-independent-sets', parameters: { sets } }] : [];
}

type Partial = Pick<StudyDesignOutput, 'groups' | 'overlap' | 'balance' | 'inference'>;

/** What a reader should know of the design before believing an estimate; texts under `warning` in messages. */
function cautions(
  { groups, overlap, balance, inference }: Partial,
  sample: StudySample,
  design: StudyDesignInput['design'],
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
  if (sample.selection !== null && [groups.treated, groups.control].some(({ matched, all }) => matched < all))
    warn('selection-not-unique', {});
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
  return warnings;
}
