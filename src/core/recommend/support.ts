import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { quantileType7 } from '../stats/quantile.ts';
import { scalePlace } from './context-scale.ts';
import { type ExperimentTable, type Place, placeOf } from './experiment-table.ts';
import { featureLayout } from './set-features.ts';
import type { SetModel } from './set-model.ts';

/** The area the evidence covers, made once per model. */
export interface SupportArea {
  /** P weights of the contexts in distances, sum of squares P: how much effects depend on each */
  readonly weight: Float64Array;
  /** sites x P, each site once, on the scale of the evidence */
  readonly places: Float64Array;
  readonly sites: number;
  /** mean distance between sites */
  readonly meanDistance: number;
  /** dissimilarity above which a place is outside */
  readonly threshold: number;
  /** P lowest and highest values on the scale of the evidence */
  readonly lowest: Float64Array;
  readonly highest: Float64Array;
}

export interface Support {
  /** distance to the nearest site over the mean distance between sites */
  readonly dissimilarity: number;
  readonly threshold: number;
  readonly inside: boolean;
  /** sites nearer than the threshold */
  readonly nearSites: number;
  /** contexts whose value lies more than half a standard deviation beyond all sites */
  readonly outsideContexts: readonly number[];
}

/** Half a standard deviation beyond what was seen is still taken as seen. */
const margin = 0.5;

/**
 * Where the evidence reaches: weights of the contexts, sites, and the largest dissimilarity that sites have to the others
 * when their own region is left out, outliers (above the upper whisker of a box plot) removed.
 *
 * Cost: O(sites^2 P). Source: Meyer and Pebesma 2021, doi:10.1111/2041-210X.13650, eq. 2-5; weights are the posterior
 * mean size of the slopes of the blocks, at least a tenth of the largest.
 */
export function fitSupportArea(table: ExperimentTable, model: SetModel, kernels: MatrixKernels): SupportArea {
  const layout = featureLayout(model.shape);
  const { blocks: J, contexts: P } = layout;
  const weight = new Float64Array(P);
  for (let p = 0; p < P; p++) {
    let squares = 0;
    for (let j = 0; j < J; j++) {
      const at = layout.start.blockByContext + j * P + p;
      squares += model.mean[at]! ** 2 + model.covariance[at * layout.count + at]!;
    }
    weight[p] = Math.sqrt(squares / J);
  }
  const largest = Math.max(...weight, 0);
  for (let p = 0; p < P; p++) weight[p] = largest > 0 ? Math.max(weight[p]!, 0.1 * largest) : 1;
  const norm = Math.sqrt(weight.reduce((sum, w) => sum + w * w, 0) / Math.max(1, P));
  for (let p = 0; p < P; p++) weight[p] = weight[p]! / norm;

  const seen = new Map<number, number>();
  table.site.forEach((site, i) => {
    if (!seen.has(site)) seen.set(site, i);
  });
  const rows = [...seen.values()];
  const places = new Float64Array(rows.length * P);
  const lowest = new Float64Array(P).fill(Number.POSITIVE_INFINITY);
  const highest = new Float64Array(P).fill(Number.NEGATIVE_INFINITY);
  rows.forEach((row, s) => {
    const { z } = scalePlace(model.scale, placeOf(table, row), kernels);
    places.set(z, s * P);
    for (let p = 0; p < P; p++) {
      lowest[p] = Math.min(lowest[p]!, z[p]!);
      highest[p] = Math.max(highest[p]!, z[p]!);
    }
  });
  const nearest = new Float64Array(rows.length).fill(Number.POSITIVE_INFINITY);
  let sum = 0;
  let pairs = 0;
  const distinctRegions = new Set(rows.map((row) => table.region[row]!)).size > 1;
  for (let a = 0; a < rows.length; a++) {
    for (let b = 0; b < a; b++) {
      const d = distance(places, a * P, places, b * P, weight);
      sum += d;
      pairs++;
      if (distinctRegions && table.region[rows[a]!] === table.region[rows[b]!]) continue;
      nearest[a] = Math.min(nearest[a]!, d);
      nearest[b] = Math.min(nearest[b]!, d);
    }
  }
  const meanDistance = pairs > 0 && sum > 0 ? sum / pairs : 1;
  const sorted = nearest
    .filter(Number.isFinite)
    .map((d) => d / meanDistance)
    .sort();
  let threshold = 0;
  if (sorted.length > 0) {
    const upper = quantileType7(sorted, 0.75);
    const whisker = upper + 1.5 * (upper - quantileType7(sorted, 0.25));
    for (const d of sorted) if (d <= whisker) threshold = d;
  }
  return { weight, places, sites: rows.length, meanDistance, threshold, lowest, highest };
}

/** How well the evidence covers a place. Cost: O(sites P). */
export function supportOf(area: SupportArea, model: SetModel, place: Place, kernels: MatrixKernels): Support {
  const P = area.weight.length;
  const { z } = scalePlace(model.scale, place, kernels);
  let nearest = Number.POSITIVE_INFINITY;
  let nearSites = 0;
  for (let s = 0; s < area.sites; s++) {
    const d = distance(z, 0, area.places, s * P, area.weight) / area.meanDistance;
    nearest = Math.min(nearest, d);
    if (d <= area.threshold) nearSites++;
  }
  const outsideContexts: number[] = [];
  for (let p = 0; p < P; p++) {
    if (place.missing[p]) continue;
    if (z[p]! < area.lowest[p]! - margin || z[p]! > area.highest[p]! + margin) outsideContexts.push(p);
  }
  const dissimilarity = Number.isFinite(nearest) ? nearest : 0;
  return {
    dissimilarity,
    threshold: area.threshold,
    inside: dissimilarity <= area.threshold && outsideContexts.length === 0,
    nearSites,
    outsideContexts,
  };
}

/**
 * Share of what effects depend on in a place that is not known: the variance of the missing contexts given the known ones, each
 * with its squared weight, over the same with nothing known. 0 where all is known, 1 where nothing is.
 *
 * Cost: that of `scalePlace`.
 */
export function unknownShare(area: SupportArea, model: SetModel, place: Place, kernels: MatrixKernels): number {
  const { uncertainty } = scalePlace(model.scale, place, kernels);
  if (uncertainty === null) return 0;
  const P = area.weight.length;
  return area.weight.reduce((sum, w, p) => sum + w * w * uncertainty[p * P + p]!, 0) / P;
}

/**
 * Effective number of experiments that say something about each block in a place: (sum w)^2 / sum w^2 over the
 * experiments with the block, w falling with their distance in context and their variance.
 */
export function evidencePerBlock(
  table: ExperimentTable,
  area: SupportArea,
  model: SetModel,
  place: Place,
  kernels: MatrixKernels,
): Float64Array {
  const J = table.blocks.length;
  const { z } = scalePlace(model.scale, place, kernels);
  const sum = new Float64Array(J);
  const squares = new Float64Array(J);
  for (let i = 0; i < table.ids.length; i++) {
    const other = scalePlace(model.scale, placeOf(table, i), kernels).z;
    const d = distance(z, 0, other, 0, area.weight) / area.meanDistance;
    const noise = model.components.row + (table.variance === null ? 0 : table.variance[i]!);
    const w = Math.exp(-0.5 * d * d) / Math.max(noise, Number.MIN_VALUE);
    for (let j = 0; j < J; j++) {
      if (!table.mix[i * J + j]) continue;
      sum[j] = sum[j]! + w;
      squares[j] = squares[j]! + w * w;
    }
  }
  return sum.map((total, j) => (squares[j]! > 0 ? total ** 2 / squares[j]! : 0));
}

function distance(a: Float64Array, fromA: number, b: Float64Array, fromB: number, weight: Float64Array): number {
  let sum = 0;
  for (let p = 0; p < weight.length; p++) sum += (weight[p]! * (a[fromA + p]! - b[fromB + p]!)) ** 2;
  return Math.sqrt(sum);
}
