import { ifPossible } from '../if-possible.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { type MatchSets, setDifferences } from '../matching/match-sets.ts';
import { effectiveSampleSize } from '../matching/match-weights.ts';
import type { DesignColumn } from '../propensity/design-matrix.ts';
import { covariateStrengths } from '../sensitivity/covariate-strengths.ts';
import { eValue, eValueOfInterval, riskRatioOfStandardizedDifference } from '../sensitivity/e-value.ts';
import { type HodgesLehmannBound, hodgesLehmannBounds } from '../sensitivity/hodges-lehmann.ts';
import {
  intraclassCorrelation,
  minimumDetectableEffect,
  type PlannedGroup,
} from '../sensitivity/minimum-detectable-effect.ts';
import { asStrongAs, biasOf, equalShares } from '../sensitivity/robustness-value.ts';
import { signedRankTails, signTestTails, survivedGamma } from '../sensitivity/rosenbaum-bounds.ts';
import { studentTQuantile } from '../stats/student-t.ts';
import { type EffectEstimate, type EffectSample, regress } from './estimate-effect.ts';
import type { RiskRatios } from './risk-ratios.ts';
import { classicalCovariance, standardErrors } from './robust-covariance.ts';

/** How strong something unmeasured would have to be to change the answer. */
export interface StudySensitivity {
  /** null where the estimate has no scale: a constant outcome within groups */
  readonly eValue: {
    readonly scale: 'risk-ratio' | 'standardized-difference';
    readonly riskRatio: number;
    readonly eValue: number;
    readonly ofInterval: number;
  } | null;
  readonly robustness: {
    /** shares of variance that bring the estimate, and the interval, to 0 */
    readonly value: number;
    readonly interval: number;
    readonly benchmark: Benchmark | null;
  } | null;
  /** of one to one pairs; null for other samples */
  readonly rosenbaum: {
    readonly statistic: 'wilcoxon' | 'mcnemar';
    readonly bounds: GammaBounds['bounds'];
    readonly survivedGamma: GammaBounds['survivedGamma'];
    /** of the sign test, which asks only how many pairs differ in which way; null for 0 and 1, where it is McNemar's */
    readonly sign: Pick<GammaBounds, 'bounds' | 'survivedGamma'> | null;
    /** null for an outcome of 0 and 1 */
    readonly hodgesLehmann: readonly HodgesLehmannBound[] | null;
    /** pairs that differ; for 0 and 1 the fewer of the two ways in which they differ, where both occur */
    readonly support: number;
    /** the fewer of the two ways in which pairs differ, where both occur */
    readonly signSupport: number;
  } | null;
}

/** The largest one-sided p-value for each gamma. */
interface GammaBounds {
  readonly bounds: readonly { readonly gamma: number; readonly pUpper: number }[];
  /** null where the finding does not stand even without hidden bias */
  readonly survivedGamma: number | null;
}

/** The covariate after which the estimate would change most if something unmeasured were as strong. */
export interface Benchmark {
  /** place among the covariates of the study */
  readonly term: number;
  readonly withTreatment: number;
  readonly withOutcome: number;
  /** the estimate with a cause that strong beside it; null where none can be that strong */
  readonly remaining: number | null;
}

export interface SensitivityInput {
  readonly sample: EffectSample;
  /** columns of the adjusted effect, of the sample */
  readonly columns: readonly DesignColumn[];
  /** the effect that is judged: the adjusted one where there is one */
  readonly effect: EffectEstimate;
  readonly ratios: RiskRatios | null;
  readonly confidence: number;
  /** everybody before matching, by term */
  readonly terms: readonly (readonly DesignColumn[])[];
  readonly everybody: { readonly treated: Uint8Array; readonly outcome: Float64Array };
  /** one to one pairs without reuse, rows of everybody; else null */
  readonly pairs: MatchSets | null;
}

const gammas = [1, 1.25, 1.5, 2, 3] as const;

/**
 * E-value, robustness value with the strongest covariate as a benchmark, and Rosenbaum bounds for pairs.
 *
 * The interval of the robustness value takes the standard error of the design, where Cinelli and Hazlett take the classical one; with that
 * they agree. How strong covariates are is measured before matching, for afterwards those that were matched on are strong nowhere.
 * Cost: that of one adjusted regression, one pass over the data, and for pairs some 130 passes over them.
 */
export function studySensitivity(input: SensitivityInput, kernels: MatrixKernels): StudySensitivity {
  return { eValue: eValueOf(input), robustness: robustnessOf(input, kernels), rosenbaum: rosenbaumOf(input) };
}

/**
 * The same of an augmented estimate, which has no pairs: the robustness value is the share that an unmeasured cause would have to
 * explain of the outcome's residuals and of the weights alike, share / sqrt(1 - share) = |estimate| / biasScale; for a regression
 * that is Cinelli and Hazlett's. The interval's takes the limit next to 0 in place of the estimate, biasScale as known.
 *
 * @param sample everybody the estimate is of
 * Source: Chernozhukov and others 2022, doi:10.3386/w30302, section 3.
 */
export function augmentedSensitivity(
  sample: EffectSample,
  { biasScale, ...effect }: EffectEstimate & { readonly biasScale: number },
): StudySensitivity {
  const size = Math.abs(effect.estimate);
  const reach = (effect.upper - effect.lower) / 2;
  return {
    eValue: eValueOf({ sample, effect, ratios: null }),
    robustness:
      biasScale > 0
        ? { value: equalShares(size / biasScale), interval: equalShares((size - reach) / biasScale), benchmark: null }
        : null,
    rosenbaum: null,
  };
}

function eValueOf({
  sample,
  effect,
  ratios,
}: Pick<SensitivityInput, 'sample' | 'effect' | 'ratios'>): StudySensitivity['eValue'] {
  if (ratios !== null) {
    const { estimate, lower, upper } = ratios.riskRatio;
    const shown = { riskRatio: estimate, lower, upper };
    return { scale: 'risk-ratio', riskRatio: estimate, eValue: eValue(estimate), ofInterval: eValueOfInterval(shown)! };
  }
  const spread = standardDeviationWithin(sample);
  if (!(spread > 0)) return null;
  const half = (effect.upper - effect.lower) / 2;
  // The formula's 1.78 is 0.91 x 1.96: the half width of the study's own interval stands for 1.96 standard errors.
  const shown = riskRatioOfStandardizedDifference(effect.estimate / spread, half / 1.96 / spread);
  if (!Number.isFinite(shown.riskRatio) || !Number.isFinite(shown.upper!) || !(shown.lower! > 0)) return null;
  return {
    scale: 'standardized-difference',
    riskRatio: shown.riskRatio,
    eValue: eValue(shown.riskRatio),
    ofInterval: eValueOfInterval(shown)!,
  };
}

/** Standard deviation of the outcome around the weighted mean of each group, both groups together. */
function standardDeviationWithin({ treated, outcome, weights }: EffectSample): number {
  let squares = 0;
  let total = 0;
  for (const group of [0, 1]) {
    let sum = 0;
    let weight = 0;
    for (let i = 0; i < outcome.length; i++) {
      if (treated[i] !== group) continue;
      sum += weights[i]! * outcome[i]!;
      weight += weights[i]!;
    }
    for (let i = 0; i < outcome.length; i++) {
      if (treated[i] === group) squares += weights[i]! * (outcome[i]! - sum / weight) ** 2;
    }
    total += weight;
  }
  return Math.sqrt(squares / total);
}

function robustnessOf(
  { sample, columns, effect, confidence, terms, everybody }: SensitivityInput,
  kernels: MatrixKernels,
): StudySensitivity['robustness'] {
  const fitted = ifPossible(() => regress(sample, columns, kernels));
  if (fitted === null) return null;
  const { fit } = fitted;
  const df = fit.units - fit.x.cols;
  const classical = standardErrors(classicalCovariance(fit))[1]!;
  if (!(df > 1 && classical > 0)) return null;
  const reach = studentTQuantile((1 + confidence) / 2, Math.max(1, effect.degreesOfFreedom - 1)) * effect.standardError;
  const unit = classical * Math.sqrt(df);
  const strengths = covariateStrengths(terms, everybody.treated, everybody.outcome, kernels);
  let benchmark: Benchmark | null = null;
  strengths.forEach((strength, term) => {
    if (strength === null) return;
    const hidden = asStrongAs(strength, 1);
    const bias = hidden === null ? null : biasOf(hidden, classical, df);
    const remaining = bias === null ? null : Math.sign(effect.estimate) * (Math.abs(effect.estimate) - bias);
    const reduced = (b: Benchmark): number =>
      b.remaining === null ? Number.NEGATIVE_INFINITY : b.remaining * Math.sign(effect.estimate);
    const candidate = { term, ...strength, remaining };
    if (benchmark === null || reduced(candidate) < reduced(benchmark)) benchmark = candidate;
  });
  return {
    value: equalShares(Math.abs(effect.estimate) / unit),
    interval: equalShares((Math.abs(effect.estimate) - reach * Math.sqrt(df / (df - 1))) / unit),
    benchmark,
  };
}

function rosenbaumOf({ everybody, pairs, effect, confidence }: SensitivityInput): StudySensitivity['rosenbaum'] {
  if (pairs === null) return null;
  const all = setDifferences(pairs, everybody.outcome, everybody.treated);
  const sign = effect.estimate < 0 ? -1 : 1;
  const differences = all.map((d) => sign * d);
  if (differences.every((d) => d === 0)) return null;
  const isBinary = everybody.outcome.every((y) => y === 0 || y === 1);
  const { positive, negative, pUpper: bySign } = signTestTails(differences);
  const boundsOf = (upper: (gamma: number) => number): GammaBounds => ({
    bounds: gammas.map((gamma) => ({ gamma, pUpper: upper(gamma) })),
    survivedGamma: survivedGamma(upper, (1 - confidence) / 2),
  });
  const fewer = Math.min(...[positive, negative].filter((pairsOfKind) => pairsOfKind > 0));
  return {
    statistic: isBinary ? 'mcnemar' : 'wilcoxon',
    ...boundsOf(isBinary ? bySign : signedRankTails(differences).pUpper),
    sign: isBinary ? null : boundsOf(bySign),
    hodgesLehmann: isBinary ? null : hodgesLehmannBounds(all, gammas),
    support: isBinary ? fewer : positive + negative,
    signSupport: fewer,
  };
}

export interface Detectable {
  readonly standardDeviation: number;
  /** null where units were treated one by one */
  readonly intraclassCorrelation: number | null;
  readonly effect: number;
  readonly power: number;
}

const power = 0.8;

/**
 * The smallest effect that the design finds four times in five, by the spread of the outcome before the treatment.
 *
 * @param before values of the sample's units before the treatment, those that are known
 * @returns null with fewer than two units or clusters a side, or no spread
 */
export function detectableOf(
  before: { readonly values: Float64Array; readonly cluster: Int32Array | null },
  sample: Pick<EffectSample, 'treated' | 'weights'>,
  clusters: Int32Array | null,
  confidence: number,
): Detectable | null {
  return ifPossible(() => {
    const n = before.values.length;
    const mean = before.values.reduce((sum, v) => sum + v, 0) / n;
    const standardDeviation = Math.sqrt(before.values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1));
    const icc = clusters === null || before.cluster === null ? 0 : intraclassCorrelation(before.values, before.cluster);
    const group = (t: 0 | 1): PlannedGroup => ({
      units: effectiveSampleSize(sample.weights, sample.treated, t),
      clusterSizes: clusters === null ? null : sizesOf(clusters, sample.treated, t),
    });
    const { effect } = minimumDetectableEffect(group(1), group(0), {
      standardDeviation,
      intraclassCorrelation: icc,
      alpha: 1 - confidence,
      power,
    });
    return { standardDeviation, intraclassCorrelation: clusters === null ? null : icc, effect, power };
  });
}

function sizesOf(cluster: Int32Array, treated: Uint8Array, group: 0 | 1): readonly number[] {
  const sizes = new Map<number, number>();
  for (let i = 0; i < cluster.length; i++) {
    if (treated[i] === group) sizes.set(cluster[i]!, (sizes.get(cluster[i]!) ?? 0) + 1);
  }
  return [...sizes.values()];
}
