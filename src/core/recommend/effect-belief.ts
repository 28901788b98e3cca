import { type Matrix, matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { scalePlace } from './context-scale.ts';
import type { Place } from './experiment-table.ts';
import type { ExperimentSite } from './next-experiments.ts';
import { addRowFeatures, featureLayout, writeMixFeatures } from './set-features.ts';
import { newSiteVariance } from './set-model.ts';
import type { WeighedGoal } from './weigh-goals.ts';

/** What is known of the effects of some mixes on one KPI: a covariance that shrinks with each experiment that is planned. */
export interface EffectBelief {
  /** share of the KPI in the score */
  readonly factor: number;
  mean(place: Place, mix: number): number;
  means(place: Place): Float64Array;
  /** posterior variance of the true effect in a new site */
  siteVariance(place: Place, mix: number): number;
  /** posterior variances of the differences of all mixes from one, in a place */
  variancesAgainst(place: Place, best: number): Float64Array;
  /** Adds a place to those served: its differences from `best` count with these weights. */
  serve(place: Place, best: number, weights: Float64Array): void;
  /** Makes what `worth` needs; again after each `learn`. */
  prepare(): void;
  /** weighted sum of the variances that an experiment would take away from the differences served */
  worth(site: ExperimentSite, mix: number): number;
  /** The covariance after an experiment, which does not depend on what it finds. */
  learn(site: ExperimentSite, mix: number): void;
}

/**
 * The belief of a trained KPI about all mixes.
 *
 * @param mixes m x blocks, 0 or 1
 */
export function createEffectBelief(
  { part, factor }: WeighedGoal,
  mixes: Uint8Array,
  kernels: MatrixKernels,
): EffectBelief {
  const { model, table } = part;
  const layout = featureLayout(model.shape);
  const { count: p, blocks: J } = layout;
  const m = mixes.length / J;
  const covariance = matrix(p, p, model.covariance.slice());
  const served = matrix(p, p);
  const half = matrix(p, p);
  const product = matrix(p, p);
  const regionVariance = newSiteVariance(model) - model.components.site;
  const sampling = table.variance === null ? 0 : Float64Array.from(table.variance).sort()[(table.ids.length - 1) >> 1]!;
  const noise = model.components.row + model.components.site + sampling;
  const scaled = new Map<Place, Float64Array>();
  const features = new Float64Array(p);
  const against = new Float64Array(p);
  const index = new Uint32Array(p);
  let listed = 0;

  const list = (): void => {
    listed = 0;
    for (let k = 0; k < p; k++) if (features[k] !== 0) index[listed++] = k;
  };
  /** f' A f over the features that are listed */
  const form = ({ values }: Matrix): number => {
    let sum = 0;
    for (let a = 0; a < listed; a++) {
      const at = index[a]! * p;
      let across = 0;
      for (let b = 0; b < listed; b++) across += values[at + index[b]!]! * features[index[b]!]!;
      sum += features[index[a]!]! * across;
    }
    return sum;
  };
  const zOf = (place: Place): Float64Array => {
    const z = scaled.get(place) ?? scalePlace(model.scale, place, kernels).z;
    scaled.set(place, z);
    return z;
  };
  const writeEffect = (place: Place, mix: number): void => {
    writeMixFeatures(layout, zOf(place), mixes, mix * J, features);
    list();
  };
  const writeDifference = (place: Place, mix: number): void => {
    writeMixFeatures(layout, zOf(place), mixes, mix * J, features);
    for (let k = 0; k < p; k++) features[k] = features[k]! - against[k]!;
    list();
  };
  /** The features of what would be observed; returns the variance that they leave. */
  const writeObserved = ({ place, region }: ExperimentSite, mix: number): number => {
    writeMixFeatures(layout, zOf(place), mixes, mix * J, features);
    const known = region === null ? -1 : table.regions.indexOf(region);
    addRowFeatures(layout, zOf(place), 0, known, features);
    list();
    return noise + (known < 0 ? regionVariance : 0);
  };
  const mean = (place: Place, mix: number): number => {
    writeEffect(place, mix);
    let sum = 0;
    for (let a = 0; a < listed; a++) sum += features[index[a]!]! * model.mean[index[a]!]!;
    return sum;
  };
  return {
    factor,
    mean,
    means: (place) => Float64Array.from({ length: m }, (_, mix) => mean(place, mix)),
    siteVariance(place, mix) {
      writeEffect(place, mix);
      return form(covariance) + newSiteVariance(model);
    },
    variancesAgainst(place, best) {
      writeMixFeatures(layout, zOf(place), mixes, best * J, against);
      return Float64Array.from({ length: m }, (_, mix) => {
        writeDifference(place, mix);
        return Math.max(0, form(covariance));
      });
    },
    serve(place, best, weights) {
      writeMixFeatures(layout, zOf(place), mixes, best * J, against);
      for (let mix = 0; mix < m; mix++) {
        if (weights[mix] === 0) continue;
        writeDifference(place, mix);
        for (let a = 0; a < listed; a++) {
          const value = weights[mix]! * features[index[a]!]!;
          const at = index[a]! * p;
          for (let b = 0; b < listed; b++) {
            const k = at + index[b]!;
            served.values[k] = served.values[k]! + value * features[index[b]!]!;
          }
        }
      }
    },
    prepare() {
      kernels.gemm(covariance, served, half);
      kernels.gemm(half, covariance, product);
    },
    worth(site, mix) {
      const unexplained = writeObserved(site, mix);
      return form(product) / (form(covariance) + unexplained);
    },
    learn(site, mix) {
      const unexplained = writeObserved(site, mix);
      const spread = form(covariance) + unexplained;
      const along = new Float64Array(p);
      kernels.gemv(covariance, features, along);
      const { values } = covariance;
      for (let k = 0; k < p; k++)
        for (let l = 0; l < p; l++) values[k * p + l] = values[k * p + l]! - (along[k]! * along[l]!) / spread;
    },
  };
}
