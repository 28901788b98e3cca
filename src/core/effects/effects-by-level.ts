import { groupSupport } from '../disclosure/group-support.ts';
import { CoreError } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { type DesignColumn, packMatrix } from '../propensity/design-matrix.ts';
import { fUpperTail } from '../stats/f-distribution.ts';
import { holmAdjusted } from '../stats/holm.ts';
import { effectOfPartnerLists } from './abadie-imbens.ts';
import type { Inference } from './choose-inference.ts';
import { clusterMeansEffect, clusterMeansOf } from './cluster-means.ts';
import { type EffectEstimate, type EffectSample, withInterval } from './estimate-effect.ts';
import type { PartnerLists } from './partner-lists.ts';
import { clusterCovariance, heteroskedasticCovariance } from './robust-covariance.ts';
import { fitWeightedRegression, type RegressionFit } from './weighted-regression.ts';

export interface LevelEffect {
  readonly treated: number;
  readonly control: number;
  /** null where the level has too few units of a group */
  readonly effect: EffectEstimate | null;
  /** Holm's, among the levels with an effect */
  readonly adjustedPValue: number | null;
  /** the fewest units behind the means of the outcome, see `groupSupport` */
  readonly support: number;
}

export interface EffectsByLevel {
  readonly levels: readonly LevelEffect[];
  /** test of equal effects; null with fewer than two levels with an effect, or where the design has no such test */
  readonly interaction: {
    readonly statistic: number;
    readonly numerator: number;
    readonly denominator: number;
    readonly pValue: number;
  } | null;
}

interface Joint {
  readonly estimates: Float64Array;
  /** covariance of the estimates, levels x levels */
  readonly covariance: readonly Float64Array[];
  readonly degreesOfFreedom: number;
  readonly adjustedFor: readonly string[];
  readonly leftOut: readonly string[];
}

/**
 * The effect within each level of a covariate, and whether the effects differ: differences within levels, adjusted for columns with
 * slopes that all levels share, with one covariance by the rule of the study's standard error; F test of their equality.
 *
 * @param columns covariate columns of the sample's units; those that depend on others are left out; none = plain differences
 * @param level n level numbers, 0 … `levels` - 1, -1 = unknown (left out)
 * @param inference as chosen for the whole sample: clusters and matched sets may cross levels; bootstraps are replaced by their
 *   analytic form; means of clusters are compared level by level, with a test of their equality for two levels only
 * @throws what the regressions throw; no-variation where the outcome is constant
 * Cost: O(n S^2) for S levels. Source: Wald test with the covariance named; Holm 1979 for the levels' p-values.
 */
export function effectsByLevel(
  sample: EffectSample,
  columns: readonly DesignColumn[],
  level: Int32Array,
  levels: number,
  inference: Inference,
  confidence: number,
  kernels: MatrixKernels,
): EffectsByLevel {
  const counts = Array.from({ length: levels }, () => ({ treated: 0, control: 0 }));
  for (let i = 0; i < level.length; i++) {
    if (level[i]! >= 0) counts[level[i]!]![sample.treated[i] === 1 ? 'treated' : 'control']++;
  }
  const supports = counts.map((_, l) =>
    Math.min(
      ...[0, 1].map((group) =>
        groupSupport(
          sample.outcome,
          sample.treated.map((t, i) => (t === group && level[i] === l ? 1 : 0)),
        ),
      ),
    ),
  );
  const usable = counts.flatMap(({ treated, control }, l) => (treated >= 2 && control >= 2 ? [l] : []));
  const empty = {
    levels: counts.map((c, l) => ({ ...c, effect: null, adjustedPValue: null, support: supports[l]! })),
    interaction: null,
  };
  if (usable.length === 0) return empty;
  const joint =
    inference.method === 'cluster-means'
      ? null
      : inference.partners !== null
        ? byPartners(sample, columns, level, usable, inference.partners, inference.near?.(kernels) ?? null, kernels)
        : byRegression(sample, columns, level, usable, inference, kernels);
  const effects =
    joint === null
      ? usable.map((l) => byClusterMeans(sample, columns, level, l, inference.cluster!, confidence, kernels))
      : usable.map((_, s) => effectAt(joint, s, confidence));
  const shown = effects.flatMap((effect) => (effect === null ? [] : [effect.pValue]));
  const adjusted = holmAdjusted(shown);
  let at = 0;
  const byLevel = new Map(
    usable.map((l, s) => [l, effects[s] === null ? null : { effect: effects[s]!, p: adjusted[at++]! }]),
  );
  return {
    levels: counts.map((c, l) => {
      const found = byLevel.get(l) ?? null;
      return { ...c, effect: found?.effect ?? null, adjustedPValue: found?.p ?? null, support: supports[l]! };
    }),
    interaction:
      joint === null
        ? contrastOfTwo(sample, columns, level, usable, inference.cluster!, kernels)
        : usable.length < 2
          ? null
          : equality(joint),
  };
}

function effectAt(
  { estimates, covariance, degreesOfFreedom, adjustedFor, leftOut }: Joint,
  s: number,
  confidence: number,
): EffectEstimate {
  const standardError = Math.sqrt(covariance[s]![s]!);
  return withInterval({ estimate: estimates[s]!, standardError, degreesOfFreedom, adjustedFor, leftOut }, confidence);
}

/** One regression with a mean and an effect per level, and the columns. */
function byRegression(
  sample: EffectSample,
  columns: readonly DesignColumn[],
  level: Int32Array,
  usable: readonly number[],
  { method, cluster }: Inference,
  kernels: MatrixKernels,
): Joint {
  const part = partOf(sample, columns, cluster, (i) => usable.includes(level[i]!));
  const own = part.rows.map((row) => level[row]!);
  const indicator = (l: number, isTreated: boolean): DesignColumn => ({
    name: `${isTreated ? 'effect' : 'mean'} ${l}`,
    values: Float64Array.from(own, (of, i) => (of === l && (!isTreated || part.sample.treated[i] === 1) ? 1 : 0)),
  });
  const first = [...usable.map((l) => indicator(l, false)), ...usable.map((l) => indicator(l, true))];
  const { coefficients, ...fit } = fitIndependent(first, part.columns, part.sample, kernels);
  const k = fit.x.cols;
  const groups = part.cluster.reduce((most, c) => Math.max(most, c + 1), 0);
  const isClustered = cluster !== null && method !== 'within-strata' && groups > k;
  const full = isClustered
    ? clusterCovariance({ coefficients, ...fit }, part.cluster, 'CR1', kernels)
    : heteroskedasticCovariance({ coefficients, ...fit }, 'HC3', kernels);
  const S = usable.length;
  return {
    estimates: coefficients.slice(S, 2 * S),
    covariance: usable.map((_, a) => Float64Array.from(usable, (__, b) => full.values[(S + a) * k + S + b]!)),
    degreesOfFreedom: isClustered ? groups - S : part.rows.length - k,
    ...splitNames(columns, fit.names),
  };
}

const splitNames = (columns: readonly DesignColumn[], used: readonly string[]) => ({
  adjustedFor: columns.map(({ name }) => name).filter((name) => used.includes(name)),
  leftOut: columns.map(({ name }) => name).filter((name) => !used.includes(name)),
});

/** The regression without the columns that depend on those before them. */
function fitIndependent(
  first: readonly DesignColumn[],
  columns: readonly DesignColumn[],
  { outcome, weights }: EffectSample,
  kernels: MatrixKernels,
): RegressionFit {
  let kept = columns;
  for (;;) {
    const { matrix, names } = packMatrix(outcome.length, [...first, ...kept], false);
    try {
      return fitWeightedRegression(matrix, names, outcome, weights, kernels);
    } catch (error) {
      const dependent =
        error instanceof CoreError && error.code === 'collinear' ? (error.details.columns as string[]) : [];
      if (!kept.some(({ name }) => dependent.includes(name))) throw error;
      kept = kept.filter(({ name }) => !dependent.includes(name));
    }
  }
}

/** Focal units of each level with their own partners; estimates of different levels count as independent. */
function byPartners(
  { treated, outcome }: EffectSample,
  columns: readonly DesignColumn[],
  level: Int32Array,
  usable: readonly number[],
  partners: PartnerLists,
  near: PartnerLists | null,
  kernels: MatrixKernels,
): Joint {
  const effects = usable.map((l) => {
    const kept = [...partners.focal.keys()].filter((k) => level[partners.focal[k]!] === l);
    const pick = (values: Uint32Array) => Uint32Array.from(kept, (k) => values[k]!);
    const list = { ...partners, focal: pick(partners.focal), from: pick(partners.from), to: pick(partners.to) };
    const adjustFor = columns.length === 0 ? null : columns;
    return effectOfPartnerLists([list], outcome, treated, adjustFor, near && [near], kernels);
  });
  return {
    estimates: Float64Array.from(effects, ({ estimate }) => estimate),
    covariance: effects.map(({ standardError }, a) =>
      Float64Array.from(effects, (_, b) => (a === b ? standardError ** 2 : 0)),
    ),
    degreesOfFreedom: Math.max(
      1,
      effects.reduce((sum, { focalUnits, effectivePartners }) => sum + Math.min(focalUnits, effectivePartners) - 1, 0),
    ),
    ...splitNames(
      columns,
      columns.map(({ name }) => name).filter((name) => !effects.some(({ leftOut }) => leftOut.includes(name))),
    ),
  };
}

function byClusterMeans(
  sample: EffectSample,
  columns: readonly DesignColumn[],
  level: Int32Array,
  l: number,
  cluster: Int32Array,
  confidence: number,
  kernels: MatrixKernels,
): EffectEstimate | null {
  const part = partOf(sample, columns, cluster, (i) => level[i] === l);
  const means = clusterMeansOf(part.sample, part.columns, part.cluster, kernels);
  const treated = means.treated.reduce((sum, t) => sum + t, 0);
  if (treated < 2 || means.treated.length - treated < 2) return null;
  const { adjustedFor, leftOut } = means;
  return withInterval({ ...clusterMeansEffect(means), adjustedFor, leftOut }, confidence);
}

/** With two levels: the difference of a cluster's two means, compared between treated and control clusters. */
function contrastOfTwo(
  sample: EffectSample,
  columns: readonly DesignColumn[],
  level: Int32Array,
  usable: readonly number[],
  cluster: Int32Array,
  kernels: MatrixKernels,
): EffectsByLevel['interaction'] {
  if (usable.length !== 2) return null;
  const seen = new Map<number, number>();
  for (let i = 0; i < level.length; i++) {
    const bit = level[i] === usable[0] ? 1 : level[i] === usable[1] ? 2 : 0;
    seen.set(cluster[i]!, (seen.get(cluster[i]!) ?? 0) | bit);
  }
  const [first, second] = usable.map((l) => {
    const part = partOf(sample, columns, cluster, (i) => level[i] === l && seen.get(cluster[i]!) === 3);
    return part.cluster.length === 0 ? null : clusterMeansOf(part.sample, part.columns, part.cluster, kernels);
  });
  if (!first || !second) return null;
  const treated = first.treated.reduce((sum, t) => sum + t, 0);
  if (treated < 2 || first.treated.length - treated < 2) return null;
  const { estimate, standardError, degreesOfFreedom } = clusterMeansEffect({
    ...first,
    means: first.means.map((mean, g) => mean - second.means[g]!),
  });
  if (!(standardError > 0)) return null;
  const statistic = (estimate / standardError) ** 2;
  return { statistic, numerator: 1, denominator: degreesOfFreedom, pValue: fUpperTail(statistic, 1, degreesOfFreedom) };
}

/** The units of some levels; without clusters each is its own. */
export function partOf(
  { treated, outcome, weights }: EffectSample,
  columns: readonly DesignColumn[],
  cluster: Int32Array | null,
  holds: (i: number) => boolean,
) {
  const rows = [...treated.keys()].filter(holds);
  const take = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]!);
  return {
    rows,
    sample: {
      treated: Uint8Array.from(rows, (row) => treated[row]!),
      outcome: take(outcome),
      weights: take(weights),
    },
    columns: columns.map(({ name, values }) => ({ name, values: take(values) })),
    cluster: denseCodes(rows.map((row) => (cluster === null ? row : cluster[row]!))),
  };
}

/** Numbers 0 … G - 1 in ascending order of the codes. */
function denseCodes(codes: readonly number[]): Int32Array {
  const place = new Map([...new Set(codes)].sort((a, b) => a - b).map((code, g) => [code, g]));
  return Int32Array.from(codes, (code) => place.get(code)!);
}

/** Wald statistic of the differences from the first, over their number. */
function equality({ estimates, covariance, degreesOfFreedom }: Joint): EffectsByLevel['interaction'] {
  const m = estimates.length - 1;
  // (d' V^-1 d) by elimination on the augmented matrix of V, d: V_ab = c_ab - c_a0 - c_0b + c_00.
  const rows = Array.from({ length: m }, (_, a) =>
    Float64Array.from({ length: m + 1 }, (__, b) =>
      b < m
        ? covariance[a + 1]![b + 1]! - covariance[a + 1]![0]! - covariance[0]![b + 1]! + covariance[0]![0]!
        : estimates[a + 1]! - estimates[0]!,
    ),
  );
  let statistic = 0;
  for (let a = 0; a < m; a++) {
    const pivot = rows[a]![a]!;
    if (!(pivot > 0)) return null;
    statistic += rows[a]![m]! ** 2 / pivot;
    for (let b = a + 1; b < m; b++) {
      const factor = rows[b]![a]! / pivot;
      for (let c = a; c <= m; c++) rows[b]![c] = rows[b]![c]! - factor * rows[a]![c]!;
    }
  }
  const f = statistic / m;
  return { statistic: f, numerator: m, denominator: degreesOfFreedom, pValue: fUpperTail(f, m, degreesOfFreedom) };
}
