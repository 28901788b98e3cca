import { matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { scalePlace } from './context-scale.ts';
import { type Place, placeOf } from './experiment-table.ts';
import { addRowFeatures, featureLayout, writeMixFeatures } from './set-features.ts';
import { newSiteVariance, predictEffects } from './set-model.ts';
import type { TrainedKpi } from './trained-model.ts';

/** One effect, carried over to a place in three ways that fail for different reasons. */
export interface TransportEstimates {
  /** by the model of effects in contexts: right where that model is */
  readonly outcomeModel: number;
  /** blocks and the pairs of the mix, over experiments weighted by how near their place is: right where the weights are */
  readonly inverseOdds: number;
  /** standard error of `inverseOdds` */
  readonly inverseOddsError: number;
  /** the model, corrected by what near experiments that share blocks showed beyond it: right where either is */
  readonly doublyRobust: number;
  /** standard error of its correction */
  readonly doublyRobustError: number;
  /** standard deviation of the effect in a new site, by the model */
  readonly standardDeviation: number;
  /** (sum of weights)^2 / sum of squares: experiments that speak for the place */
  readonly effectiveExperiments: number;
  /** the others lie within one standard deviation of the first, give or take their own errors */
  readonly agree: boolean;
}

/** A second transport may differ by one standard deviation of the effect and by its own error, 95 % of the time. */
const reach = 1.96;
/** Penalty on squared block coefficients, in units of one experiment of weight 1. */
const penalty = 1;

/**
 * Effect of a mix in a place by three transports. Weights fall with the distance of an experiment's place, in contexts weighted by
 * how much effects depend on them: exp(-(d / h)^2 / 2) with h the reach of the support, over the variance of the experiment.
 *
 * What is transported is the effect part of an experiment: its outcome without what the model lays to its design, or to the level of its
 * place. The correction of the doubly robust form weighs an experiment also by the share of blocks it has in common with the mix.
 *
 * Cost: O(n (p + J^2)). Source: Dahabreh et al. 2020, doi:10.1002/sim.8426, eq. 5 (outcome model), 8 (weighting), 10 (augmented), with
 * kernel weights for one target place in place of odds.
 */
export function transportEstimates(
  part: TrainedKpi,
  place: Place,
  mix: Uint8Array,
  kernels: MatrixKernels,
): TransportEstimates {
  const { table, model, support } = part;
  const layout = featureLayout(model.shape);
  const n = table.ids.length;
  const J = table.blocks.length;
  const P = table.contexts.length;
  const p = layout.count;
  const { z } = scalePlace(model.scale, place, kernels);
  const effects = new Float64Array(n);
  const residuals = new Float64Array(n);
  const weights = new Float64Array(n);
  const row = new Float64Array(p);
  const bandwidth = Math.max(support.threshold, 1e-9);
  for (let i = 0; i < n; i++) {
    const here = scalePlace(model.scale, placeOf(table, i), kernels).z;
    writeMixFeatures(layout, here, table.dose ?? table.mix, i * J, row);
    const effect = dot(row, model.mean);
    addRowFeatures(layout, here, table.grade[i]!, -1, row);
    residuals[i] = table.effect[i]! - dot(row, model.mean);
    effects[i] = effect + residuals[i]!;
    let squares = 0;
    for (let c = 0; c < P; c++) squares += (support.weight[c]! * (here[c]! - z[c]!)) ** 2;
    const distance = Math.sqrt(squares) / support.meanDistance / bandwidth;
    const noise = model.components.row + (table.variance === null ? 0 : table.variance[i]!);
    weights[i] = Math.exp(-0.5 * distance * distance) / Math.max(noise, Number.MIN_VALUE);
  }
  const largest = Math.max(...weights);
  for (let i = 0; i < n; i++) weights[i] = largest > 0 ? weights[i]! / largest : 1;
  const near = weightedMix(part, mix, effects, weights, kernels);
  const size = mix.reduce((sum, flag) => sum + flag, 0);
  let total = 0;
  let squares = 0;
  let shared = 0;
  let correction = 0;
  let errors = 0;
  for (let i = 0; i < n; i++) {
    let common = 0;
    let either = size;
    for (let j = 0; j < J; j++) {
      if (table.mix[i * J + j] && mix[j]) common++;
      else if (table.mix[i * J + j]) either++;
    }
    const w = (weights[i]! * common) / either;
    shared += w;
    correction += w * residuals[i]!;
    errors += (w * residuals[i]!) ** 2;
    total += weights[i]!;
    squares += weights[i]! ** 2;
  }
  const own = predictEffects(model, place, mix, kernels);
  const outcomeModel = own.mean[0]!;
  const doublyRobust = outcomeModel + (shared > 0 ? correction / shared : 0);
  const doublyRobustError = shared > 0 ? Math.sqrt(errors) / shared : 0;
  const standardDeviation = Math.sqrt(own.variance[0]! + newSiteVariance(model));
  return {
    outcomeModel,
    inverseOdds: near.value,
    inverseOddsError: near.error,
    doublyRobust,
    doublyRobustError,
    standardDeviation,
    effectiveExperiments: (total * total) / squares,
    agree:
      Math.abs(near.value - outcomeModel) <= standardDeviation + reach * near.error &&
      Math.abs(doublyRobust - outcomeModel) <= standardDeviation + reach * doublyRobustError,
  };
}

/**
 * Blocks and the pairs of the mix, by least squares over weighted experiments: the effect of the mix and its standard error (sandwich,
 * the penalty as in `penalty`).
 */
function weightedMix(
  { table }: TrainedKpi,
  mix: Uint8Array,
  effects: Float64Array,
  weights: Float64Array,
  kernels: MatrixKernels,
): { readonly value: number; readonly error: number } {
  const n = effects.length;
  const J = mix.length;
  const inside = [...mix.keys()].filter((j) => mix[j]);
  const pairs = inside.flatMap((j) => inside.filter((l) => l > j).map((l) => [j, l] as const));
  const q = J + pairs.length;
  const amounts = table.dose ?? table.mix;
  const features = matrix(n, q);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < J; j++) features.values[i * q + j] = amounts[i * J + j]!;
    pairs.forEach(([j, l], k) => {
      features.values[i * q + J + k] = amounts[i * J + j]! * amounts[i * J + l]!;
    });
  }
  const gram = matrix(q, q);
  const cross = new Float64Array(q);
  kernels.gram(features, weights, gram, { z: effects, out: cross });
  for (let k = 0; k < q; k++) gram.values[k * q + k] = gram.values[k * q + k]! + penalty;
  kernels.choleskyFactor(gram, gram);
  const coefficients = new Float64Array(q);
  kernels.choleskySolve(gram, matrix(q, 1, cross), matrix(q, 1, coefficients));
  const target = Float64Array.from({ length: q }, (_, k) => (k < J ? mix[k]! : 1));
  const direction = new Float64Array(q);
  kernels.choleskySolve(gram, matrix(q, 1, target), matrix(q, 1, direction));
  let squares = 0;
  for (let i = 0; i < n; i++) {
    let fitted = 0;
    let along = 0;
    for (let k = 0; k < q; k++) {
      fitted += features.values[i * q + k]! * coefficients[k]!;
      along += features.values[i * q + k]! * direction[k]!;
    }
    squares += (weights[i]! * along * (effects[i]! - fitted)) ** 2;
  }
  return { value: dot(target, coefficients), error: Math.sqrt(squares) };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
