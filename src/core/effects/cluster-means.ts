import { CoreError } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { DesignColumn } from '../propensity/design-matrix.ts';
import type { EffectSample } from './estimate-effect.ts';
import { heteroskedasticCovariance } from './robust-covariance.ts';
import { fitWeightedRegression } from './weighted-regression.ts';

/** Each cluster's weighted mean outcome, after the covariates are taken out within clusters. */
export interface ClusterMeans {
  readonly means: Float64Array;
  /** 0 or 1 for each cluster */
  readonly treated: Uint8Array;
  /** variance that the estimated slopes add to the difference of the groups' means */
  readonly slopeVariance: number;
  readonly adjustedFor: readonly string[];
  readonly leftOut: readonly string[];
}

export interface ClusterMeansEffect {
  readonly estimate: number;
  readonly standardError: number;
  /** G - 2 */
  readonly degreesOfFreedom: number;
}

/**
 * Difference between treated and control clusters in which every cluster counts once, with the t test of two samples with
 * a common variance. Made for a handful of clusters: its only assumption about the households of a cluster is that they have a mean.
 *
 * @param cluster n cluster numbers, 0 … G - 1, every one occurring; a cluster holds treated units only or controls only
 * @throws too-few-groups with fewer than two clusters in a group
 * Cost: O(G). Source: Donald and Lang 2007, doi:10.1162/rest.89.2.221, section III (t with G - 2).
 */
export function clusterMeansEffect({ means, treated, slopeVariance }: ClusterMeans): ClusterMeansEffect {
  const groups = ([1, 0] as const).map((group) => means.filter((_, g) => treated[g] === group));
  const [ones, zeros] = groups as [Float64Array, Float64Array];
  if (ones.length < 2 || zeros.length < 2) {
    throw new CoreError(
      'too-few-groups',
      `There are ${ones.length} treated and ${zeros.length} control clusters; at least two of each are needed for a standard error. Add clusters, or describe the change without an effect.`,
      { treated: ones.length, control: zeros.length },
    );
  }
  const mean = (values: Float64Array): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  const squares = (values: Float64Array): number => {
    const centre = mean(values);
    return values.reduce((sum, v) => sum + (v - centre) ** 2, 0);
  };
  const degreesOfFreedom = means.length - 2;
  const variance = (squares(ones) + squares(zeros)) / degreesOfFreedom;
  return {
    estimate: mean(ones) - mean(zeros),
    standardError: Math.sqrt(variance * (1 / ones.length + 1 / zeros.length) + slopeVariance),
    degreesOfFreedom,
  };
}

/**
 * The means that `clusterMeansEffect` compares. Covariates are taken out with slopes from within clusters, which neither
 * the treatment nor anything else that whole clusters share can move; a column that does not vary within clusters says
 * nothing about these slopes and is left out.
 *
 * @throws too-few-groups where a cluster has treated units and controls
 * Cost: O(n k^2).
 */
export function clusterMeansOf(
  { treated, outcome, weights }: EffectSample,
  columns: readonly DesignColumn[],
  cluster: Int32Array,
  kernels: MatrixKernels,
): ClusterMeans {
  const groups = cluster.reduce((most, c) => Math.max(most, c + 1), 0);
  const total = new Float64Array(groups);
  const ofCluster = new Uint8Array(groups);
  for (let i = 0; i < cluster.length; i++) {
    const g = cluster[i]!;
    if (total[g]! > 0 && ofCluster[g] !== treated[i]) {
      throw new CoreError(
        'too-few-groups',
        `Cluster ${g} has treated units and controls; means of clusters compare whole clusters. Use clusters that were treated as a whole, or standard errors by cluster.`,
        { cluster: g },
      );
    }
    total[g] = total[g]! + weights[i]!;
    ofCluster[g] = treated[i]!;
  }
  const meansOf = (values: Float64Array): Float64Array => {
    const means = new Float64Array(groups);
    for (let i = 0; i < cluster.length; i++) {
      means[cluster[i]!] = means[cluster[i]!]! + (weights[i]! * values[i]!) / total[cluster[i]!]!;
    }
    return means;
  };
  const within = (values: Float64Array): Float64Array => {
    const means = meansOf(values);
    return values.map((v, i) => v - means[cluster[i]!]!);
  };
  const leftOut: string[] = [];
  let kept = columns.map((column) => ({ ...column, within: within(column.values) }));
  const isConstant = ({ values, within: w }: (typeof kept)[number]): boolean => {
    const scale = values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    return w.every((v) => Math.abs(v) <= 1e-10 * scale);
  };
  leftOut.push(...kept.filter(isConstant).map(({ name }) => name));
  kept = kept.filter((column) => !isConstant(column));
  const means = meansOf(outcome);
  if (kept.length === 0) return { means, treated: ofCluster, slopeVariance: 0, adjustedFor: [], leftOut };
  const y = within(outcome);
  let fit = null;
  while (fit === null && kept.length > 0) {
    const k = kept.length;
    const x = { rows: y.length, cols: k, values: new Float64Array(y.length * k) };
    kept.forEach((column, j) => {
      for (let i = 0; i < y.length; i++) x.values[i * k + j] = column.within[i]!;
    });
    try {
      fit = fitWeightedRegression(
        x,
        kept.map(({ name }) => name),
        y,
        weights,
        kernels,
      );
    } catch (error) {
      const dependent =
        error instanceof CoreError && error.code === 'collinear' ? (error.details.columns as string[]) : [];
      if (dependent.length === 0) throw error;
      leftOut.push(...dependent);
      kept = kept.filter(({ name }) => !dependent.includes(name));
    }
  }
  if (fit === null) return { means, treated: ofCluster, slopeVariance: 0, adjustedFor: [], leftOut };
  const gap = new Float64Array(kept.length);
  const count = [0, 0];
  for (const t of ofCluster) count[t] = count[t]! + 1;
  kept.forEach(({ values }, j) => {
    meansOf(values).forEach((mean, g) => {
      means[g] = means[g]! - mean * fit.coefficients[j]!;
      gap[j] = gap[j]! + (ofCluster[g] === 1 ? mean / count[1]! : -mean / count[0]!);
    });
  });
  const covariance = heteroskedasticCovariance(fit, 'HC0', kernels);
  let slopeVariance = 0;
  for (let a = 0; a < kept.length; a++) {
    for (let b = 0; b < kept.length; b++) slopeVariance += gap[a]! * covariance.values[a * kept.length + b]! * gap[b]!;
  }
  return { means, treated: ofCluster, slopeVariance, adjustedFor: kept.map(({ name }) => name), leftOut };
}
