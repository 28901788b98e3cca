import { matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { ExperimentTable, Place } from './experiment-table.ts';

/** How the contexts of the evidence are centred and scaled, and how they go together. */
export interface ContextScale {
  /** P means of the observed values */
  readonly centre: Float64Array;
  /** P standard deviations; 1 where a context does not vary */
  readonly scale: Float64Array;
  /** P x P correlations of the observed values, shrunk towards 0 so that it is positive definite */
  readonly correlation: Float64Array;
}

/** A place on the scale of the evidence. */
export interface ScaledPlace {
  /** P values; a missing one has its expectation given the others */
  readonly z: Float64Array;
  /** P x P covariance of what is missing given the rest; null where nothing is missing */
  readonly uncertainty: Float64Array | null;
}

/** Share by which a correlation from few pairs is pulled towards 0. */
const shrinkage = 0.05;

/**
 * Means, standard deviations and correlations of the contexts over the experiments where they are known.
 *
 * Cost: O(n P^2). Correlations are from pairs of rows where both are known, times 0.95.
 */
export function fitContextScale(table: ExperimentTable): ContextScale {
  const n = table.ids.length;
  const P = table.contexts.length;
  const centre = new Float64Array(P);
  const scale = new Float64Array(P).fill(1);
  const known = (i: number, p: number) => table.contextMissing[i * P + p] === 0;
  for (let p = 0; p < P; p++) {
    let count = 0;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      if (!known(i, p)) continue;
      count++;
      sum += table.context[i * P + p]!;
    }
    if (count === 0) continue;
    const mean = sum / count;
    let squares = 0;
    for (let i = 0; i < n; i++) if (known(i, p)) squares += (table.context[i * P + p]! - mean) ** 2;
    centre[p] = mean;
    // A context whose spread is rounding error does not vary.
    if (count > 1 && squares > count * (1e-12 * Math.abs(mean)) ** 2) scale[p] = Math.sqrt(squares / (count - 1));
  }
  const correlation = new Float64Array(P * P);
  for (let p = 0; p < P; p++) {
    correlation[p * P + p] = 1;
    for (let q = 0; q < p; q++) {
      let pq = 0;
      let pp = 0;
      let qq = 0;
      for (let i = 0; i < n; i++) {
        if (!known(i, p) || !known(i, q)) continue;
        const zp = (table.context[i * P + p]! - centre[p]!) / scale[p]!;
        const zq = (table.context[i * P + q]! - centre[q]!) / scale[q]!;
        pq += zp * zq;
        pp += zp * zp;
        qq += zq * zq;
      }
      const value = pp > 0 && qq > 0 ? ((1 - shrinkage) * pq) / Math.sqrt(pp * qq) : 0;
      correlation[p * P + q] = value;
      correlation[q * P + p] = value;
    }
  }
  return { centre, scale, correlation };
}

/**
 * A place on the scale of the evidence. Missing parameters get their expectation given those that are known, under a
 * multivariate normal with the correlations of the evidence, and what stays unknown travels along as a covariance, so
 * that a missing parameter widens an interval instead of passing for average.
 *
 * Cost: O(P^3) where something is missing.
 */
export function scalePlace(scale: ContextScale, place: Place, kernels: MatrixKernels): ScaledPlace {
  const P = scale.centre.length;
  const z = new Float64Array(P);
  const known: number[] = [];
  const missing: number[] = [];
  for (let p = 0; p < P; p++) {
    if (place.missing[p]) missing.push(p);
    else {
      known.push(p);
      z[p] = (place.context[p]! - scale.centre[p]!) / scale.scale[p]!;
    }
  }
  if (missing.length === 0) return { z, uncertainty: null };
  const K = known.length;
  const M = missing.length;
  const uncertainty = new Float64Array(P * P);
  const at = (p: number, q: number) => scale.correlation[p * P + q]!;
  for (const p of missing) for (const q of missing) uncertainty[p * P + q] = at(p, q);
  if (K > 0) {
    const among = matrix(K, K, Float64Array.from(known.flatMap((p) => known.map((q) => at(p, q)))));
    const across = matrix(K, M, Float64Array.from(known.flatMap((p) => missing.map((q) => at(p, q)))));
    const coefficients = matrix(K, M);
    kernels.choleskyFactor(among, among);
    kernels.choleskySolve(among, across, coefficients);
    missing.forEach((p, a) => {
      for (let k = 0; k < K; k++) z[p] = z[p]! + coefficients.values[k * M + a]! * z[known[k]!]!;
      missing.forEach((q, b) => {
        let explained = 0;
        for (let k = 0; k < K; k++) explained += coefficients.values[k * M + a]! * across.values[k * M + b]!;
        uncertainty[p * P + q] = uncertainty[p * P + q]! - explained;
      });
    });
  }
  return { z, uncertainty };
}
