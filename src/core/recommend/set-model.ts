import { type Matrix, matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { RandomStream } from '../random/random-stream.ts';
import { type ContextScale, fitContextScale, type ScaledPlace, scalePlace } from './context-scale.ts';
import { type ExperimentTable, type Place, placeOf } from './experiment-table.ts';
import {
  addRowFeatures,
  type FeatureFamily,
  type FeatureLayout,
  type FeatureShape,
  featureFamilies,
  featureLayout,
  listMixFeatures,
  type SparseFeatures,
  writeMixFeatures,
} from './set-features.ts';
import { fitSparseCoefficients } from './sparse-coefficients.ts';
import { fitVarianceComponents, projectOnFeatures, type VarianceComponents } from './variance-components.ts';

/**
 * A fitted model of effects of mixes, as plain data. Coefficients are normal with this mean and covariance; the effect of
 * a mix in a place is linear in them, so means, variances and covariances of all mixes follow.
 */
export interface SetModel {
  readonly shape: FeatureShape;
  readonly scale: ContextScale;
  /** p posterior means of the coefficients */
  readonly mean: Float64Array;
  /** p x p posterior covariance */
  readonly covariance: Float64Array;
  /** p x p: mean = operator x F' V^-1 y, so that a prediction is a weighted sum of the experiments; empty where `parts` have one each */
  readonly operator: Float64Array;
  /** precision of a row inside V^-1 where no sampling variances are known; 1 where the operator holds it already */
  readonly operatorPrecision: number;
  /** prior variance by family, site and row variance */
  readonly components: VarianceComponents;
  readonly iterations: number;
  readonly converged: boolean;
  /** the fits of which it is the even mixture; absent: it is a fit itself */
  readonly parts?: readonly [SetModel, SetModel];
}

export interface SetModelSettings {
  /** families whose coefficients are left at 0 */
  readonly without: readonly FeatureFamily[];
  readonly maximumIterations: number;
  /** change of the log-likelihood per 100 rows below which the variances stand still */
  readonly tolerance: number;
  /** prior variances to keep instead of estimating them; null estimates */
  readonly fixed: VarianceComponents | null;
}

export const defaultSetModelSettings: SetModelSettings = {
  without: [],
  maximumIterations: 200,
  tolerance: 1e-4,
  fixed: null,
};

/** Effects of some mixes in one place. */
export interface EffectPrediction {
  /** m posterior means */
  readonly mean: Float64Array;
  /** m posterior variances of the effect at the average site, what is missing about the place included */
  readonly variance: Float64Array;
}

function shapeOf(table: ExperimentTable): FeatureShape {
  return {
    outcome: table.outcome,
    blocks: table.blocks.length,
    contexts: table.contexts.length,
    grades: table.grades.length,
    regions: table.regions.length,
  };
}

/** Features of all rows, n x p, with what beside the effect is in an observed row. */
function rowFeatures(
  table: ExperimentTable,
  scale: ContextScale,
  layout: FeatureLayout,
  kernels: MatrixKernels,
): Matrix {
  const n = table.ids.length;
  const features = matrix(n, layout.count);
  for (let i = 0; i < n; i++) {
    const out = features.values.subarray(i * layout.count, (i + 1) * layout.count);
    writeRowFeatures(table, scale, layout, i, out, kernels);
  }
  return features;
}

/** Features of one row into `out`, p values. */
export function writeRowFeatures(
  table: ExperimentTable,
  scale: ContextScale,
  layout: FeatureLayout,
  row: number,
  out: Float64Array,
  kernels: MatrixKernels,
): void {
  const { z } = scalePlace(scale, placeOf(table, row), kernels);
  writeMixFeatures(layout, z, table.dose ?? table.mix, row * layout.blocks, out);
  addRowFeatures(layout, z, table.grade[row]!, table.region[row]!, out);
}

/**
 * Hierarchical model of mixes: y = effect of the mix in the context + what the design adds + region + site + error.
 *
 * The effect is the sum of the blocks (around a shared mean), each block times each context, each pair of blocks, and a
 * loss per block beyond the first. Each family of coefficients is normal around 0 with a variance of its own, estimated
 * from the data, so a family that the data do not support is shrunk to nothing. Equal to a Gaussian process whose kernel
 * counts shared blocks (times one plus the product of contexts) and shared pairs of blocks.
 *
 * @param table checked; regions and sites may be absent from these rows
 * @throws singular-matrix, non-finite
 * Cost: about 100 steps of O(n p^2 + p^3), p about blocks (1 + contexts + blocks / 2). Source: Williams and Rasmussen
 * 1996 for the equivalence; DerSimonian and Laird 1986 for the between-experiment variance that `row` generalises.
 */
export function fitSetModel(table: ExperimentTable, settings: SetModelSettings, kernels: MatrixKernels): SetModel {
  const shape = shapeOf(table);
  const layout = featureLayout(shape);
  const scale = fitContextScale(table);
  const features = rowFeatures(table, scale, layout, kernels);
  for (const name of settings.without) {
    const from = layout.start[name];
    for (let i = 0; i < features.rows; i++)
      features.values.fill(0, i * layout.count + from, i * layout.count + from + layout.length[name]);
  }
  const spread = variance(table.effect);
  // Sites that are seen once cannot be told from rows; then the row variance takes both.
  const repeated = new Set(table.site).size < table.ids.length;
  const start: VarianceComponents = settings.fixed ?? {
    family: Float64Array.from(featureFamilies, (name) => spread * startShare[name]),
    site: repeated ? 0.1 * spread : 0,
    row: table.variance === null ? 0.5 * spread : 0.1 * spread,
  };
  const fit = fitVarianceComponents(
    {
      features,
      y: table.effect,
      samplingVariance: table.variance,
      family: layout.family,
      families: featureFamilies.length,
      flat: [featureFamilies.indexOf('intercept')],
      site: table.site,
      sites: table.sites.length,
    },
    start,
    { maximumIterations: settings.fixed ? 0 : settings.maximumIterations, tolerance: settings.tolerance },
    kernels,
  );
  clearFamilies(fit.covariance, layout, settings.without);
  return {
    shape,
    scale,
    mean: fit.mean,
    covariance: fit.covariance.values,
    operator: fit.covariance.values,
    operatorPrecision: 1 / fit.components.row,
    components: fit.components,
    iterations: fit.iterations,
    converged: fit.converged,
  };
}

/** Coefficients that are left at 0 vary with nothing: what the prior leaves of them would add weights that no prediction has. */
function clearFamilies({ values }: Matrix, layout: FeatureLayout, without: readonly FeatureFamily[]): void {
  const p = layout.count;
  for (const name of without) {
    for (let k = layout.start[name]; k < layout.start[name] + layout.length[name]; k++) {
      for (let l = 0; l < p; l++) {
        values[k * p + l] = 0;
        values[l * p + k] = 0;
      }
    }
  }
}

/** How the sparse model is sampled. */
export interface SparseSettings {
  readonly without: readonly FeatureFamily[];
  readonly burn: number;
  readonly kept: number;
  readonly thin: number;
}

export const defaultSparseSettings: SparseSettings = { without: [], burn: 200, kept: 80, thin: 8 };

/** Families of which most members may do nothing. */
const sparseFamilies: readonly FeatureFamily[] = ['blockByContext', 'pair', 'curvature', 'gradeByContext'];

/**
 * The hierarchical set model with coefficients that may be exactly 0: a block need not depend on every context, and few
 * pairs work together. Averages over which coefficients are in, so a doubtful one counts in part, and its doubt shows in
 * the covariance. Row and site variances are those of `fitSetModel` where sampling variances are known.
 *
 * @throws singular-matrix, non-finite
 * Cost: that of `fitSetModel` for effects, plus (burn + kept thin) p^2 + kept p^3.
 */
export function fitSparseSetModel(
  table: ExperimentTable,
  settings: SparseSettings,
  random: RandomStream,
  kernels: MatrixKernels,
): SetModel {
  const known = table.variance !== null;
  const { without } = settings;
  const dense = known ? fitSetModel(table, { ...defaultSetModelSettings, without }, kernels) : null;
  const shape = shapeOf(table);
  const layout = featureLayout(shape);
  const scale = dense?.scale ?? fitContextScale(table);
  const features = rowFeatures(table, scale, layout, kernels);
  const { gram, cross, sumOfSquares } = projectOnFeatures(
    features,
    table.effect,
    table.variance,
    table.site,
    table.sites.length,
    dense?.components ?? { row: 1, site: 0 },
    kernels,
  );
  const numbers = (names: readonly FeatureFamily[]) => names.map((name) => featureFamilies.indexOf(name));
  const fit = fitSparseCoefficients(
    {
      gram,
      cross,
      sumOfSquares,
      rows: table.ids.length,
      noise: known ? 'known' : 'estimated',
      family: layout.family,
      families: featureFamilies.length,
      sparse: numbers(sparseFamilies),
      flat: numbers(['intercept']),
      without: numbers(without),
      priorScale: 0.03 * variance(table.effect),
    },
    settings,
    random,
    kernels,
  );
  return {
    shape,
    scale,
    mean: fit.mean,
    covariance: fit.covariance.values,
    operator: fit.operator.values,
    operatorPrecision: 1,
    components: {
      family: fit.familyVariance,
      site: dense?.components.site ?? 0,
      row: dense?.components.row ?? fit.noiseVariance,
    },
    iterations: settings.burn + settings.kept * settings.thin,
    converged: dense?.converged ?? true,
  };
}

/** Where the search for the variances starts, as shares of the variance of the outcome. */
const startShare: Readonly<Record<FeatureFamily, number>> = {
  intercept: 1,
  context: 0.1,
  curvature: 0.01,
  grade: 0.1,
  gradeByContext: 0.02,
  size: 0.2,
  crowding: 0.05,
  block: 0.2,
  blockByContext: 0.03,
  pair: 0.03,
  region: 0.03,
};

/**
 * Effects of mixes in a place: mean and variance of the true effect at the average site.
 *
 * @param mixes m x blocks, 0 or 1
 * Cost: O(m q^2), q the features of a mix that are not 0, about blocks in it times contexts. What a missing parameter could still be adds to the variance by the slope of each mix on it.
 */
export function predictEffects(
  model: SetModel,
  place: Place,
  mixes: Uint8Array,
  kernels: MatrixKernels,
): EffectPrediction {
  const layout = featureLayout(model.shape);
  const p = layout.count;
  const scaled = scalePlace(model.scale, place, kernels);
  const m = mixes.length / layout.blocks;
  const mean = new Float64Array(m);
  const variance = new Float64Array(m);
  const features = sparseBuffer(p);
  const { index, value } = features;
  for (let i = 0; i < m; i++) {
    listMixFeatures(layout, scaled.z, mixes, i * layout.blocks, features);
    let expected = 0;
    let own = 0;
    for (let a = 0; a < features.count; a++) {
      const row = index[a]! * p;
      expected += value[a]! * model.mean[index[a]!]!;
      let across = 0;
      for (let b = 0; b < a; b++) across += value[b]! * model.covariance[row + index[b]!]!;
      own += value[a]! * (2 * across + value[a]! * model.covariance[row + index[a]!]!);
    }
    mean[i] = expected;
    variance[i] = own;
  }
  if (scaled.uncertainty !== null) {
    const extra = contextCovariance(model, layout, scaled.uncertainty, mixes);
    for (let i = 0; i < m; i++)
      variance[i] = variance[i]! + extra[i * m + i]! + slopeDoubt(model, layout, scaled.uncertainty, mixes, i);
  }
  return { mean, variance };
}

/** The means of `predictEffects` alone. Cost: O(m q). */
export function meanEffects(model: SetModel, place: Place, mixes: Uint8Array, kernels: MatrixKernels): Float64Array {
  const layout = featureLayout(model.shape);
  const { z } = scalePlace(model.scale, place, kernels);
  const features = sparseBuffer(layout.count);
  const { index, value } = features;
  return Float64Array.from({ length: mixes.length / layout.blocks }, (_, i) => {
    listMixFeatures(layout, z, mixes, i * layout.blocks, features);
    let sum = 0;
    for (let a = 0; a < features.count; a++) sum += value[a]! * model.mean[index[a]!]!;
    return sum;
  });
}

const sparseBuffer = (p: number): SparseFeatures => ({
  index: new Uint32Array(p),
  value: new Float64Array(p),
  count: 0,
});

/**
 * Posterior covariance of the effects of mixes in a place, m x m; its diagonal is the variance of `predictEffects`.
 * Cost: O(m p^2 + m^2 p).
 */
export function effectCovariance(model: SetModel, place: Place, mixes: Uint8Array, kernels: MatrixKernels): Matrix {
  const layout = featureLayout(model.shape);
  const p = layout.count;
  const scaled = scalePlace(model.scale, place, kernels);
  const features = mixFeatures(layout, scaled, mixes);
  const m = features.rows;
  const half = matrix(m, p);
  const covariance = matrix(m, m);
  kernels.gemm(features, matrix(p, p, model.covariance), half);
  kernels.gemm(half, features, covariance, { transposeB: true });
  if (scaled.uncertainty !== null) {
    const extra = contextCovariance(model, layout, scaled.uncertainty, mixes);
    for (let i = 0; i < m * m; i++) covariance.values[i] = covariance.values[i]! + extra[i]!;
    for (let i = 0; i < m; i++)
      covariance.values[i * m + i] =
        covariance.values[i * m + i]! + slopeDoubt(model, layout, scaled.uncertainty, mixes, i);
  }
  return covariance;
}

/** Features of the effects of mixes in a place, m x p. */
export function mixFeatures(layout: FeatureLayout, { z }: ScaledPlace, mixes: Uint8Array): Matrix {
  const m = mixes.length / layout.blocks;
  const p = layout.count;
  const features = matrix(m, p);
  for (let i = 0; i < m; i++)
    writeMixFeatures(layout, z, mixes, i * layout.blocks, features.values.subarray(i * p, (i + 1) * p));
  return features;
}

/** Slope of the effect of each mix on each context, m x contexts. */
function mixSlopes(model: SetModel, mixes: Uint8Array): Float64Array {
  const layout = featureLayout(model.shape);
  const { blocks: J, contexts: P } = layout;
  const m = mixes.length / J;
  const slopes = new Float64Array(m * P);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < J; j++) {
      if (!mixes[i * J + j]) continue;
      for (let p = 0; p < P; p++)
        slopes[i * P + p] = slopes[i * P + p]! + model.mean[layout.start.blockByContext + j * P + p]!;
    }
  }
  return slopes;
}

/** Covariance of effects because parameters of the place are missing: mean slopes times what could still be, m x m. */
function contextCovariance(
  model: SetModel,
  layout: FeatureLayout,
  uncertainty: Float64Array,
  mixes: Uint8Array,
): Float64Array {
  const { blocks: J, contexts: P } = layout;
  const m = mixes.length / J;
  const slopes = mixSlopes(model, mixes);
  const covariance = new Float64Array(m * m);
  const spread = new Float64Array(P);
  for (let a = 0; a < m; a++) {
    spread.fill(0);
    for (let p = 0; p < P; p++)
      for (let q = 0; q < P; q++) spread[p] = spread[p]! + slopes[a * P + q]! * uncertainty[q * P + p]!;
    for (let b = 0; b < m; b++) {
      let sum = 0;
      for (let p = 0; p < P; p++) sum += spread[p]! * slopes[b * P + p]!;
      covariance[a * m + b] = sum;
    }
  }
  return covariance;
}

/** The doubt about the slopes themselves times what could still be: trace of the product of both covariances. */
function slopeDoubt(
  model: SetModel,
  layout: FeatureLayout,
  uncertainty: Float64Array,
  mixes: Uint8Array,
  mix: number,
): number {
  const { blocks: J, contexts: P, count } = layout;
  const at = (j: number, p: number) => layout.start.blockByContext + j * P + p;
  let sum = 0;
  for (let j = 0; j < J; j++) {
    if (!mixes[mix * J + j]) continue;
    for (let l = 0; l < J; l++) {
      if (!mixes[mix * J + l]) continue;
      for (let p = 0; p < P; p++) {
        for (let q = 0; q < P; q++) {
          const c = uncertainty[p * P + q]!;
          if (c !== 0) sum += c * model.covariance[at(j, p) * count + at(l, q)]!;
        }
      }
    }
  }
  return sum;
}

/** What the model expects of observed rows, and how far the true effect of a new site may be from that. */
export interface RowPrediction {
  readonly mean: Float64Array;
  /** posterior variance plus the variance between regions and sites */
  readonly variance: Float64Array;
  /** variance of the outcome around that: sampling and row variance */
  readonly noise: Float64Array;
}

/** Predicts rows of a table as if their site and region had never been seen. Cost: O(n p^2). */
export function predictRows(model: SetModel, table: ExperimentTable, kernels: MatrixKernels): RowPrediction {
  const layout = featureLayout(model.shape);
  const n = table.ids.length;
  const p = layout.count;
  const features = rowFeatures(table, model.scale, layout, kernels);
  const { start, length } = layout;
  for (let i = 0; i < n; i++) features.values.fill(0, i * p + start.region, i * p + start.region + length.region);
  const mean = new Float64Array(n);
  kernels.gemv(features, model.mean, mean);
  const half = matrix(n, p);
  kernels.gemm(features, matrix(p, p, model.covariance), half);
  const between = newSiteVariance(model);
  const variance = new Float64Array(n);
  const noise = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let own = 0;
    for (let k = 0; k < p; k++) own += half.values[i * p + k]! * features.values[i * p + k]!;
    variance[i] = own + between;
    noise[i] = model.components.row + (table.variance === null ? 0 : table.variance[i]!);
  }
  return { mean, variance, noise };
}

/** Variance of the true effect of a new site around the prediction, beside the uncertainty of the coefficients. */
export function newSiteVariance(model: SetModel): number {
  const layout = featureLayout(model.shape);
  const region = layout.length.region > 0 ? model.components.family[featureFamilies.indexOf('region')]! : 0;
  return model.components.site + region;
}

function variance(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.max(squares / values.length, Number.MIN_VALUE);
}
