import { clusterCovariance, clusterScores, heteroskedasticCovariance, sandwich } from '../effects/robust-covariance.ts';
import { CoreError } from '../errors.ts';
import type { Matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { PanelFit } from './panel-regression.ts';
import { denseCodes } from './panel-structure.ts';

/**
 * How the errors may hang together. `classical`: not at all, one variance. `white`: not at all, any variance.
 * `cluster-unit`: within a unit (or within the cluster that holds it). `cluster-time`: within a period.
 * `two-way-cluster`: within both. `driscoll-kraay`: between all units, fading out over periods.
 */
export type PanelCovarianceType =
  | 'classical'
  | 'white'
  | 'cluster-unit'
  | 'cluster-time'
  | 'two-way-cluster'
  | 'driscoll-kraay';

/** `none`: no factor; `HC1`: n / (n - k); `CR1`: G / (G - 1) (n - 1) / (n - k), which Stata uses. */
export type SmallSample = 'none' | 'HC1' | 'CR1';

export interface PanelCovariance {
  readonly matrix: Matrix;
  /** degrees of freedom of the t distribution to use with it */
  readonly degreesOfFreedom: number;
  /** clusters (or periods) that the variance rests on; two numbers for two ways; null for classical and white */
  readonly clusters: readonly number[] | null;
}

/**
 * Covariance of the coefficients of a panel regression.
 *
 * With B = (X'X)^-1 of the transformed columns and s = x e: B S B with S the sum of ss' over rows (white), over the sums of s
 * by unit or by period, unit + period - rows (two-way), or S_0 + sum_l (1 - l/(L + 1)) (S_l + S_l') of the sums by period,
 * L = floor(T^(1/4)) (Driscoll-Kraay). k counts the columns of the transformed model, not the absorbed effects. Degrees
 * of freedom: those of the residual, clusters - 1, for two ways the smaller, periods - 1 for Driscoll-Kraay.
 *
 * @param clusterOfUnit a coarser cluster for each unit of `fit.panel`, or null for the units themselves
 * @throws too-few-groups with fewer than two clusters or periods, or where a two-way variance is not positive;
 *   invalid-argument for a variance over time of the between model
 * Cost: O(n k + (G + T) k^2). Source: Arellano 1987, doi:10.1111/j.1468-0084.1987.mp49004006.x; Cameron, Gelbach and
 * Miller 2011, doi:10.1198/jbes.2010.07136; Driscoll and Kraay 1998, doi:10.1162/003465398557825; Millo 2017,
 * doi:10.18637/jss.v082.i03.
 */
export function panelCovariance(
  fit: PanelFit,
  type: PanelCovarianceType,
  smallSample: SmallSample,
  kernels: MatrixKernels,
  clusterOfUnit: ArrayLike<number> | null = null,
): PanelCovariance {
  const { regression } = fit;
  const n = regression.units;
  const k = regression.x.cols;
  const correct = (matrix: Matrix, groups: number): Matrix => {
    if (smallSample === 'none') return matrix;
    if (smallSample === 'HC1') return scaled(matrix, n / (n - k));
    return scaled(matrix, ((groups / (groups - 1)) * (n - 1)) / (n - k));
  };
  const clustered = (codes: Int32Array, groups: number) =>
    correct(clusterCovariance(regression, codes, 'none', kernels), groups);
  const white = () => correct(heteroskedasticCovariance(regression, 'HC0', kernels), n);
  const residual = fit.residualDegreesOfFreedom;
  switch (type) {
    case 'classical': {
      const matrix = scaled(regression.bread, fit.residualSumOfSquares / residual);
      return { matrix, degreesOfFreedom: residual, clusters: null };
    }
    case 'white':
      return { matrix: white(), degreesOfFreedom: residual, clusters: null };
    case 'cluster-unit': {
      const { codes, count } = unitClusters(fit, clusterOfUnit);
      return { matrix: clustered(codes, count), degreesOfFreedom: count - 1, clusters: [count] };
    }
    case 'cluster-time': {
      const { codes, count } = periodClusters(fit);
      return { matrix: clustered(codes, count), degreesOfFreedom: count - 1, clusters: [count] };
    }
    case 'two-way-cluster': {
      const unit = unitClusters(fit, clusterOfUnit);
      const period = periodClusters(fit);
      const both = clusterOfUnit === null ? null : crossed(unit, period);
      const matrix = sum([
        [clustered(unit.codes, unit.count), 1],
        [clustered(period.codes, period.count), 1],
        [both === null ? white() : clustered(both.codes, both.count), -1],
      ]);
      requirePositive(matrix, regression.names, unit.count, period.count);
      return {
        matrix,
        degreesOfFreedom: Math.min(unit.count, period.count) - 1,
        clusters: [unit.count, period.count],
      };
    }
    case 'driscoll-kraay': {
      const { codes, count } = periodClusters(fit);
      const meat = driscollKraayMeat(clusterScores(regression, codes, count), count, k);
      const matrix = correct(sandwich(regression.bread, meat, kernels), count);
      return { matrix, degreesOfFreedom: count - 1, clusters: [count] };
    }
  }
}

interface Clusters {
  readonly codes: Int32Array;
  readonly count: number;
}

function unitClusters({ unit }: PanelFit, clusterOfUnit: ArrayLike<number> | null): Clusters {
  const raw = clusterOfUnit === null ? unit : Uint32Array.from(unit, (u) => clusterOfUnit[u]!);
  return requireTwo(denseCodes(raw), clusterOfUnit === null ? 'units' : 'clusters');
}

function periodClusters({ period }: PanelFit): Clusters {
  if (period !== null) return requireTwo(denseCodes(period), 'periods');
  throw new CoreError(
    'invalid-argument',
    'The between model has one row per unit and no periods; use classical, white or cluster-unit standard errors.',
  );
}

function requireTwo({ codes, count }: { codes: Uint32Array; count: number }, what: string): Clusters {
  if (count >= 2) return { codes: Int32Array.from(codes), count };
  throw new CoreError(
    'too-few-groups',
    `This standard error sums over ${what}, and there is one; at least two are needed. Choose another standard error.`,
    { groups: count },
  );
}

/** Cells of two clusterings that hold rows. */
function crossed(a: Clusters, b: Clusters): Clusters {
  const place = new Map<number, number>();
  const codes = a.codes.map((code, i) => {
    const key = code * b.count + b.codes[i]!;
    const known = place.get(key);
    if (known !== undefined) return known;
    place.set(key, place.size);
    return place.size - 1;
  });
  return { codes, count: place.size };
}

function driscollKraayMeat(sums: Float64Array, periods: number, k: number): Matrix {
  const meat = { rows: k, cols: k, values: new Float64Array(k * k) };
  const lags = Math.floor(periods ** 0.25);
  for (let lag = 0; lag <= lags; lag++) {
    const weight = 1 - lag / (lags + 1);
    for (let t = lag; t < periods; t++) {
      for (let a = 0; a < k; a++) {
        for (let b = 0; b < k; b++) {
          const product = weight * sums[t * k + a]! * sums[(t - lag) * k + b]!;
          meat.values[a * k + b] = meat.values[a * k + b]! + product;
          if (lag > 0) meat.values[b * k + a] = meat.values[b * k + a]! + product;
        }
      }
    }
  }
  return meat;
}

function requirePositive(matrix: Matrix, names: readonly string[], units: number, periods: number): void {
  const column = names.findIndex((_, j) => !(matrix.values[j * matrix.cols + j]! > 0));
  if (column < 0) return;
  throw new CoreError(
    'too-few-groups',
    `The two-way variance of "${names[column]}" is not positive, which happens with few clusters (${units} by unit, ${periods} by period). Use the larger of the two one-way standard errors.`,
    { column: names[column], groups: [units, periods] },
  );
}

function sum(parts: readonly (readonly [Matrix, number])[]): Matrix {
  const [first] = parts[0]!;
  const values = new Float64Array(first.values.length);
  for (const [{ values: part }, sign] of parts) {
    for (let i = 0; i < values.length; i++) values[i] = values[i]! + sign * part[i]!;
  }
  return { rows: first.rows, cols: first.cols, values };
}

function scaled(matrix: Matrix, factor: number): Matrix {
  return { ...matrix, values: matrix.values.map((value) => value * factor) };
}
