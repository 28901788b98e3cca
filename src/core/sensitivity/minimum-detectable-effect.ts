import { CoreError } from '../errors.ts';
import { studentTQuantile } from '../stats/student-t.ts';

/** One side of a comparison: its units (an effective number, for weights), and its clusters where these were treated. */
export interface PlannedGroup {
  readonly units: number;
  /** units of each cluster; null = units are independent */
  readonly clusterSizes: readonly number[] | null;
}

export interface DetectableEffect {
  readonly effect: number;
  /** of the estimate that the design will give */
  readonly standardError: number;
  readonly degreesOfFreedom: number;
}

/**
 * The smallest true effect that a study of this design finds with the given power. It needs the design and the spread of the
 * outcome, not the outcome after treatment, so it can be had before anybody has seen that.
 *
 * Units: variance sd^2 (1/n1 + 1/n0), t(n - 2). Whole clusters: the mean of a cluster of m units has variance
 * sd^2 (icc + (1 - icc)/m); variance = sum of these over each side / G^2, t(G - 2). Effect = (t_{1 - alpha/2} + t_power) x root.
 *
 * @param standardDeviation of the outcome, > 0
 * @param intraclassCorrelation share of variance between clusters, [0, 1]; only used with clusters
 * @param alpha two-sided level; @param power wanted probability to find the effect, above alpha / 2
 * @throws invalid-argument; too-few-groups with fewer than two clusters on a side; empty-group with fewer than two units
 * Source: Bloom 1995, doi:10.1177/0193841X9501900504; Donner and Klar 2000, section 5.
 */
export function minimumDetectableEffect(
  treated: PlannedGroup,
  control: PlannedGroup,
  {
    standardDeviation,
    intraclassCorrelation,
    alpha,
    power,
  }: {
    readonly standardDeviation: number;
    readonly intraclassCorrelation: number;
    readonly alpha: number;
    readonly power: number;
  },
): DetectableEffect {
  const isPossible =
    standardDeviation > 0 &&
    Number.isFinite(standardDeviation) &&
    intraclassCorrelation >= 0 &&
    intraclassCorrelation <= 1 &&
    alpha > 0 &&
    alpha < 1 &&
    power > alpha / 2 &&
    power < 1;
  if (!isPossible) {
    throw new CoreError(
      'invalid-argument',
      `Received a standard deviation of ${standardDeviation}, an intra-class correlation of ${intraclassCorrelation}, level ${alpha} and power ${power}; expected a positive number, one from 0 to 1, and probabilities.`,
      { received: [standardDeviation, intraclassCorrelation, alpha, power] },
    );
  }
  const ofMeans = [treated, control].map(({ units, clusterSizes }) => {
    if (clusterSizes === null) return 1 / units;
    const each = clusterSizes.map((m) => intraclassCorrelation + (1 - intraclassCorrelation) / m);
    return each.reduce((sum, v) => sum + v, 0) / clusterSizes.length ** 2;
  });
  const isClustered = treated.clusterSizes !== null && control.clusterSizes !== null;
  const blocks = [treated, control].map((g) => (isClustered ? g.clusterSizes!.length : g.units));
  if (blocks.some((count) => !(count >= 2))) {
    throw new CoreError(
      isClustered ? 'too-few-groups' : 'empty-group',
      `The design has ${blocks[0]} treated and ${blocks[1]} control ${isClustered ? 'clusters' : 'units'}; at least two of each are needed.`,
      { treated: blocks[0], control: blocks[1] },
    );
  }
  const degreesOfFreedom = blocks[0]! + blocks[1]! - 2;
  const standardError = standardDeviation * Math.sqrt(ofMeans[0]! + ofMeans[1]!);
  const reach = studentTQuantile(1 - alpha / 2, degreesOfFreedom) + studentTQuantile(power, degreesOfFreedom);
  return { effect: reach * standardError, standardError, degreesOfFreedom };
}

/**
 * Intra-class correlation by analysis of variance: the share of variance that lies between clusters, at least 0.
 *
 * @param cluster n cluster numbers, 0 … G - 1, every one occurring
 * @throws too-few-groups with fewer than two clusters or none of two units; no-variation for a constant
 * Cost: O(n). Source: Donner 1986, doi:10.2307/1403259, eq. 2.1.
 */
export function intraclassCorrelation(values: Float64Array, cluster: Int32Array): number {
  const groups = cluster.reduce((most, c) => Math.max(most, c + 1), 0);
  const n = values.length;
  if (groups < 2 || n <= groups) {
    throw new CoreError(
      'too-few-groups',
      `An intra-class correlation needs at least two clusters, one of them with two units; received ${groups} clusters of ${n} units.`,
      { groups },
    );
  }
  const count = new Float64Array(groups);
  const centre = new Float64Array(groups);
  let within = 0;
  for (let i = 0; i < n; i++) {
    const g = cluster[i]!;
    count[g] = count[g]! + 1;
    const gap = values[i]! - centre[g]!;
    centre[g] = centre[g]! + gap / count[g]!;
    within += gap * (values[i]! - centre[g]!);
  }
  let grand = 0;
  let squares = 0;
  for (let g = 0; g < groups; g++) {
    grand += (count[g]! * centre[g]!) / n;
    squares += count[g]! * count[g]!;
  }
  let between = 0;
  for (let g = 0; g < groups; g++) between += count[g]! * (centre[g]! - grand) ** 2;
  const msb = between / (groups - 1);
  const msw = within / (n - groups);
  const size = (n - squares / n) / (groups - 1);
  const total = msb + (size - 1) * msw;
  if (!(total > 0)) {
    throw new CoreError('no-variation', 'Every value is the same, so there is no correlation within clusters.');
  }
  return Math.max(0, (msb - msw) / total);
}
