/** Added to numerators and denominators, so that an empty group has a value. */
const epsilon = 1e-10;

export interface ClusterFit {
  readonly pooled: number;
  /** by cluster (commonly the wave), in order of first appearance */
  readonly between: ReadonlyMap<string, number>;
  /** by unit, in order of first appearance */
  readonly within: ReadonlyMap<string, number>;
}

export interface ClusterDiagnostics {
  readonly consistency: ClusterFit;
  readonly coverage: ClusterFit;
  /** distance of the groups' consistencies from equal shares, 0 if all are alike */
  readonly betweenDistance: number;
  readonly withinDistance: number;
}

/**
 * Consistency and coverage of a sufficient set in clustered cases: pooled, in each cluster, and in each unit.
 * For necessity the two change places.
 *
 * consistency = (sum min(x,y) + 1e-10) / (sum x + 1e-10), coverage with sum y;
 * distance = sqrt(sum_j ((c_j + 1e-10) / (sum c + 1e-10) - 1/J)^2).
 *
 * @param x        n memberships of the set, 0 to `one`
 * @param y        n memberships of the outcome, 0 to `one`
 * @param clusters n labels; @param units n labels
 * @param one      what full membership is stored as
 * Cost: one pass. Source: Garcia-Castro, Ariño 2016, doi:10.1177/0049124113500481.
 */
export function diagnoseClusters(
  x: Float64Array,
  y: Float64Array,
  clusters: readonly string[],
  units: readonly string[],
  one: number,
): ClusterDiagnostics {
  const fitOver = (base: Float64Array): ClusterFit => ({
    pooled: group(x, y, base, null, one).get('')!,
    between: group(x, y, base, clusters, one),
    within: group(x, y, base, units, one),
  });
  const consistency = fitOver(x);
  return {
    consistency,
    coverage: fitOver(y),
    betweenDistance: distance([...consistency.between.values()]),
    withinDistance: distance([...consistency.within.values()]),
  };
}

function group(
  x: Float64Array,
  y: Float64Array,
  base: Float64Array,
  labels: readonly string[] | null,
  one: number,
): Map<string, number> {
  const sums = new Map<string, { shared: number; base: number }>();
  for (let i = 0; i < x.length; i++) {
    const label = labels === null ? '' : labels[i]!;
    const sum = sums.get(label) ?? { shared: 0, base: 0 };
    sums.set(label, sum);
    sum.shared += Math.min(x[i]!, y[i]!);
    sum.base += base[i]!;
  }
  return new Map([...sums].map(([label, sum]) => [label, (sum.shared / one + epsilon) / (sum.base / one + epsilon)]));
}

function distance(values: readonly number[]): number {
  const total = values.reduce((sum, value) => sum + value, 0) + epsilon;
  return Math.sqrt(values.reduce((sum, value) => sum + ((value + epsilon) / total - 1 / values.length) ** 2, 0));
}
