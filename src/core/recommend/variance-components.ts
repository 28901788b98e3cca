import { type Matrix, matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';

/** A linear model with random coefficients: y = features b + site effect + row effect + sampling error. */
export interface VarianceComponentsInput {
  /** n x p */
  readonly features: Matrix;
  /** n values */
  readonly y: Float64Array;
  /** n sampling variances; null where rows are outcomes and the row variance is all there is */
  readonly samplingVariance: Float64Array | null;
  /** p numbers of the family of a feature, whose coefficients share a prior variance */
  readonly family: Uint8Array;
  readonly families: number;
  /** families with a flat prior: their variance is not estimated */
  readonly flat: readonly number[];
  /** n indices of the site of a row */
  readonly site: Uint32Array;
  readonly sites: number;
}

/** Variances to start from, or to keep with `maximumIterations: 0`. */
export interface VarianceComponents {
  /** prior variance of the coefficients of each family */
  readonly family: Float64Array;
  /** variance of the effect of a site */
  readonly site: number;
  /** variance of a row beyond its sampling variance */
  readonly row: number;
}

export interface VarianceComponentsFit {
  readonly components: VarianceComponents;
  /** p posterior means */
  readonly mean: Float64Array;
  /** p x p posterior covariance */
  readonly covariance: Matrix;
  /** restricted to the flat families; comparable between fits of the same data and families */
  readonly logMarginalLikelihood: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** Stands for a flat prior: so wide that its coefficients are left to the data. */
const flatVarianceFactor = 1e6;
/** Components below this share of the variance of y are no longer told from 0. */
const floorShare = 1e-8;

/**
 * Posterior of the coefficients, with the variances that make the data most likely (empirical Bayes).
 *
 * The covariance of y is V = F diag(s) F' + W, W block diagonal by site: diagonal sampling and row variance plus the site
 * variance. Coefficients are normal given the variances: precision A = diag(1/s) + F' W^-1 F, mean A^-1 F' W^-1 y.
 * Each variance is multiplied by y'P K P y / tr(P K) until the likelihood stands still, P the projection onto what
 * coefficients do not explain, K the part of V that the variance scales. Where that step would lower the likelihood, the
 * square root of the ratio is taken, which never does.
 *
 * @throws dimension-mismatch, singular-matrix, non-finite
 * Cost: per step one Gram matrix, O(n p^2), and one inverse, O(p^3). Source: Zhou, Hu, Zhou, Sehl and Wang 2019, MM
 * algorithms for variance components models, doi:10.1080/10618600.2018.1529601, algorithm 1. Site blocks are inverted by
 * Sherman-Morrison, so no n x n matrix is formed.
 */
export function fitVarianceComponents(
  input: VarianceComponentsInput,
  initial: VarianceComponents,
  options: { readonly maximumIterations: number; readonly tolerance: number },
  kernels: MatrixKernels,
): VarianceComponentsFit {
  const { features, y, family } = input;
  const n = features.rows;
  const p = features.cols;
  const scaleOfY = Math.max(meanSquareAboutMean(y), Number.MIN_VALUE);
  const floor = floorShare * scaleOfY;
  const flat = new Set(input.flat);
  const present = new Set(family);
  let components: VarianceComponents = {
    family: initial.family.map((value, f) => (flat.has(f) ? flatVarianceFactor * scaleOfY : Math.max(value, floor))),
    site: Math.max(initial.site, 0),
    row: input.samplingVariance === null ? Math.max(initial.row, floor) : Math.max(initial.row, 0),
  };
  const plain = components.site === 0 && input.samplingVariance === null ? plainGram(input, kernels) : null;
  let state = solve(input, components, plain, kernels);
  let iterations = 0;
  let converged = options.maximumIterations === 0;
  while (iterations < options.maximumIterations) {
    iterations++;
    const ratios = improvementRatios(input, components, state, plain, kernels);
    const before = state.logLikelihood;
    const move = (exponent: number): VarianceComponents => ({
      family: components.family.map((value, f) =>
        flat.has(f) || !present.has(f) ? value : Math.max(floor, value * ratios.family[f]! ** exponent),
      ),
      site: components.site === 0 ? 0 : Math.max(floor, components.site * ratios.site ** exponent),
      row: components.row === 0 ? 0 : Math.max(floor, components.row * ratios.row ** exponent),
    });
    let next = move(1);
    let reached = solve(input, next, plain, kernels);
    if (reached.logLikelihood < before) {
      next = move(0.5);
      reached = solve(input, next, plain, kernels);
    }
    components = next;
    state = reached;
    if (Math.abs(state.logLikelihood - before) <= options.tolerance * (1 + n * 0.01)) {
      converged = true;
      break;
    }
  }
  return {
    components,
    mean: state.mean,
    covariance: matrix(p, p, state.covariance),
    logMarginalLikelihood: state.logLikelihood,
    iterations,
    converged,
  };
}

interface State {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
  readonly logLikelihood: number;
  /** n precisions 1 / (sampling + row variance) */
  readonly precision: Float64Array;
  /** sum of the precisions of a site */
  readonly sitePrecision: Float64Array;
  /** sites x p: sums of precision times features over a site */
  readonly siteFeatures: Float64Array;
  /** n: W^-1 (y - F mean) */
  readonly projected: Float64Array;
}

/** F'F and F'y: all that is needed where every row has the same variance and no site repeats. */
interface PlainGram {
  readonly gram: Matrix;
  readonly cross: Float64Array;
}

function plainGram({ features, y }: VarianceComponentsInput, kernels: MatrixKernels): PlainGram {
  const gram = matrix(features.cols, features.cols);
  const cross = new Float64Array(features.cols);
  kernels.gram(features, null, gram, { z: y, out: cross });
  return { gram, cross };
}

interface WeightedRows {
  readonly precision: Float64Array;
  readonly sitePrecision: Float64Array;
  readonly siteFeatures: Float64Array;
  readonly siteY: Float64Array;
  /** y' W^-1 y */
  readonly sumOfSquares: number;
  /** log determinant of W */
  readonly logDeterminant: number;
}

function weighRows(
  features: Matrix,
  y: Float64Array,
  samplingVariance: Float64Array | null,
  site: Uint32Array,
  sites: number,
  components: { readonly row: number; readonly site: number },
  withFeatures = true,
): WeightedRows {
  const { rows: n, cols: p, values: x } = features;
  const precision = new Float64Array(n);
  const sitePrecision = new Float64Array(sites);
  const siteY = new Float64Array(sites);
  const siteFeatures = new Float64Array(sites * p);
  let logDeterminant = 0;
  let sumOfSquares = 0;
  for (let i = 0; i < n; i++) {
    const d = (samplingVariance === null ? 0 : samplingVariance[i]!) + components.row;
    const w = 1 / d;
    precision[i] = w;
    logDeterminant += Math.log(d);
    sumOfSquares += w * y[i]! * y[i]!;
    const s = site[i]!;
    sitePrecision[s] = sitePrecision[s]! + w;
    siteY[s] = siteY[s]! + w * y[i]!;
    if (!withFeatures) continue;
    const from = i * p;
    const to = s * p;
    for (let k = 0; k < p; k++) siteFeatures[to + k] = siteFeatures[to + k]! + w * x[from + k]!;
  }
  if (components.site > 0) {
    for (let s = 0; s < sites; s++) {
      const grown = 1 + components.site * sitePrecision[s]!;
      logDeterminant += Math.log(grown);
      sumOfSquares -= (components.site / grown) * siteY[s]! ** 2;
    }
  }
  return { precision, sitePrecision, siteFeatures, siteY, sumOfSquares, logDeterminant };
}

/** W^-1 of a site = D^-1 - kappa D^-1 1 1' D^-1 with kappa = w / (1 + w h): takes the second part off the products. */
function takeSitesOff(
  { sitePrecision, siteFeatures, siteY }: WeightedRows,
  siteVariance: number,
  gram: Matrix,
  cross: Float64Array,
  kernels: MatrixKernels,
): void {
  if (siteVariance === 0) return;
  const sites = sitePrecision.length;
  const p = gram.cols;
  const kappa = sitePrecision.map((h) => siteVariance / (1 + siteVariance * h));
  const siteGram = matrix(p, p);
  const siteCross = new Float64Array(p);
  kernels.gram(matrix(sites, p, siteFeatures), kappa, siteGram, { z: siteY, out: siteCross });
  for (let k = 0; k < p * p; k++) gram.values[k] = gram.values[k]! - siteGram.values[k]!;
  for (let k = 0; k < p; k++) cross[k] = cross[k]! - siteCross[k]!;
}

function solve(
  input: VarianceComponentsInput,
  components: VarianceComponents,
  plain: PlainGram | null,
  kernels: MatrixKernels,
): State {
  const { features, y, samplingVariance, family, site, sites } = input;
  const n = features.rows;
  const p = features.cols;
  const weighted = weighRows(features, y, samplingVariance, site, sites, components, plain === null);
  const { precision, sitePrecision, siteFeatures } = weighted;
  let { logDeterminant } = weighted;
  const gram = matrix(p, p);
  const cross = new Float64Array(p);
  if (plain) {
    for (let k = 0; k < p * p; k++) gram.values[k] = plain.gram.values[k]! / components.row;
    for (let k = 0; k < p; k++) cross[k] = plain.cross[k]! / components.row;
  } else {
    kernels.gram(features, precision, gram, { z: y, out: cross });
    takeSitesOff(weighted, components.site, gram, cross, kernels);
  }
  for (let k = 0; k < p; k++) {
    const variance = components.family[family[k]!]!;
    gram.values[k * p + k] = gram.values[k * p + k]! + 1 / variance;
    logDeterminant += Math.log(variance);
  }
  const factor = matrix(p, p);
  kernels.choleskyFactor(gram, factor);
  for (let k = 0; k < p; k++) logDeterminant += 2 * Math.log(factor.values[k * p + k]!);
  const mean = new Float64Array(p);
  kernels.choleskySolve(factor, matrix(p, 1, cross), matrix(p, 1, mean));
  const covariance = matrix(p, p);
  kernels.choleskyInverse(factor, covariance);
  const fitted = new Float64Array(n);
  kernels.gemv(features, mean, fitted);
  const siteResidual = new Float64Array(sites);
  for (let i = 0; i < n; i++) siteResidual[site[i]!] = siteResidual[site[i]!]! + precision[i]! * (y[i]! - fitted[i]!);
  const projected = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const s = site[i]!;
    const kappa = components.site / (1 + components.site * sitePrecision[s]!);
    projected[i] = precision[i]! * (y[i]! - fitted[i]! - kappa * siteResidual[s]!);
  }
  let explained = 0;
  for (let k = 0; k < p; k++) explained += mean[k]! * cross[k]!;
  return {
    mean,
    covariance: covariance.values,
    logLikelihood: -0.5 * (logDeterminant + weighted.sumOfSquares - explained),
    precision,
    sitePrecision,
    siteFeatures,
    projected,
  };
}

/** For every component: what the data show of it over what they would show by chance. */
function improvementRatios(
  input: VarianceComponentsInput,
  components: VarianceComponents,
  state: State,
  plain: PlainGram | null,
  kernels: MatrixKernels,
): VarianceComponents {
  const { features, family, families, site, sites } = input;
  const n = features.rows;
  const p = features.cols;
  const shown = new Float64Array(families);
  const chance = new Float64Array(families);
  for (let k = 0; k < p; k++) {
    const f = family[k]!;
    shown[f] = shown[f]! + state.mean[k]! ** 2;
    chance[f] = chance[f]! + Math.max(0, components.family[f]! - state.covariance[k * p + k]!);
  }
  const ratio = (above: number, below: number) => (below > 0 && above > 0 ? above / below : 1);
  const byFamily = shown.map((above, f) => ratio(above, chance[f]!));

  const covariance = matrix(p, p, state.covariance);
  let rowRatio = 1;
  if (plain) {
    const above = kernels.dot(state.projected, state.projected);
    const explained = kernels.dot(covariance.values, plain.gram.values) / components.row;
    rowRatio = ratio(above, (n - explained) / components.row);
  } else if (components.row > 0) {
    let above = 0;
    let below = 0;
    // Rows of W^-1 F, then their quadratic forms in the covariance.
    const scaled = new Float64Array(n * p);
    for (let i = 0; i < n; i++) {
      const s = site[i]!;
      const w = state.precision[i]!;
      const kappa = components.site / (1 + components.site * state.sitePrecision[s]!);
      for (let k = 0; k < p; k++)
        scaled[i * p + k] = w * (features.values[i * p + k]! - kappa * state.siteFeatures[s * p + k]!);
      above += state.projected[i]! ** 2;
      below += w - kappa * w * w;
    }
    below -= quadraticForms(matrix(n, p, scaled), covariance, kernels);
    rowRatio = ratio(above, below);
  }
  let siteRatio = 1;
  if (components.site > 0) {
    let above = 0;
    let below = 0;
    const sums = new Float64Array(sites);
    for (let i = 0; i < n; i++) sums[site[i]!] = sums[site[i]!]! + state.projected[i]!;
    const scaled = new Float64Array(sites * p);
    for (let s = 0; s < sites; s++) {
      const shrunk = 1 + components.site * state.sitePrecision[s]!;
      above += sums[s]! ** 2;
      below += state.sitePrecision[s]! / shrunk;
      for (let k = 0; k < p; k++) scaled[s * p + k] = state.siteFeatures[s * p + k]! / shrunk;
    }
    below -= quadraticForms(matrix(sites, p, scaled), covariance, kernels);
    siteRatio = ratio(above, below);
  }
  return { family: byFamily, site: siteRatio, row: rowRatio };
}

/**
 * Gram matrix and cross products under the covariance of the rows: F' W^-1 F, F' W^-1 y and y' W^-1 y, with W diagonal
 * (sampling and row variance) plus the site variance within a site. Shapes as in `VarianceComponentsInput`.
 */
export function projectOnFeatures(
  features: Matrix,
  y: Float64Array,
  samplingVariance: Float64Array | null,
  site: Uint32Array,
  sites: number,
  components: { readonly row: number; readonly site: number },
  kernels: MatrixKernels,
): { readonly gram: Matrix; readonly cross: Float64Array; readonly sumOfSquares: number } {
  const weighted = weighRows(features, y, samplingVariance, site, sites, components);
  const { cols } = features;
  const gram = matrix(cols, cols);
  const cross = new Float64Array(cols);
  kernels.gram(features, weighted.precision, gram, { z: y, out: cross });
  takeSitesOff(weighted, components.site, gram, cross, kernels);
  return { gram, cross, sumOfSquares: weighted.sumOfSquares };
}

/** Sum over the rows of r' covariance r, as the trace of the covariance times the Gram matrix of the rows. */
function quadraticForms(rows: Matrix, covariance: Matrix, kernels: MatrixKernels): number {
  const gram = matrix(rows.cols, rows.cols);
  kernels.gram(rows, null, gram);
  return kernels.dot(covariance.values, gram.values);
}

function meanSquareAboutMean(y: Float64Array): number {
  let sum = 0;
  for (const value of y) sum += value;
  const mean = sum / y.length;
  let squares = 0;
  for (const value of y) squares += (value - mean) ** 2;
  return squares / y.length;
}
