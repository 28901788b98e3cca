import { CoreError } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import type { RandomStream } from '../random/random-stream.ts';
import { averageModels } from './average-models.ts';
import { betweenExperimentVariance } from './between-experiment-variance.ts';
import { fitContextScale, scalePlace } from './context-scale.ts';
import { type ExperimentTable, type Place, placeOf } from './experiment-table.ts';
import { fitRidgeModel } from './ridge-model.ts';
import { fitFactorModel, fitNetworkModel, fitResidualModel, fitTreeModel } from './rival-models.ts';
import {
  defaultSetModelSettings,
  defaultSparseSettings,
  fitSetModel,
  fitSparseSetModel,
  meanEffects,
  predictRows,
  type RowPrediction,
  type SetModel,
} from './set-model.ts';
import type { SetNetwork } from './set-network.ts';

/** Every way to rank mixes that the leaderboard compares, simplest first. */
export const modelKinds = [
  'random',
  'popularity',
  'mix-means',
  'nearest',
  'constant',
  'additive',
  'r-learner',
  'boosted-trees',
  'factorisation',
  'set-network',
  'ridge',
  'set-kernel',
  'sparse-set',
  'averaged',
] as const;
export type ModelKind = (typeof modelKinds)[number];

/** Kinds that may be served: they give effects with a covariance. `constant` gives everybody the same mix. */
export const servableKinds = [
  'constant',
  'additive',
  'ridge',
  'set-kernel',
  'sparse-set',
  'averaged',
] as const satisfies readonly ModelKind[];
export type ServableKind = (typeof servableKinds)[number];

export interface EffectModel {
  /** what mixes are ranked by in a place, m values */
  scores(place: Place, mixes: Uint8Array): Float64Array;
  /** what rows of an unseen site and region should show */
  rows(table: ExperimentTable): RowPrediction;
}

/** Blocks that add up and contexts that shift the level: no pairs, nothing that depends on the place. */
const additiveWithout = ['blockByContext', 'pair', 'curvature', 'gradeByContext'] as const;

/** Fits the model of a kind that can be served. */
export function fitServable(
  kind: ServableKind,
  table: ExperimentTable,
  random: RandomStream,
  kernels: MatrixKernels,
): SetModel {
  if (kind === 'ridge') return fitRidgeModel(table, kernels);
  if (kind === 'averaged')
    return averageModels(fitRidgeModel(table, kernels), fitServable('sparse-set', table, random, kernels));
  if (kind === 'set-kernel') return fitSetModel(table, defaultSetModelSettings, kernels);
  const without = kind === 'constant' ? (['blockByContext'] as const) : kind === 'additive' ? additiveWithout : [];
  return fitSparseSetModel(table, { ...defaultSparseSettings, without }, random, kernels);
}

/**
 * Fits a model of a kind on a table. `random` is the seeded stream of what is drawn; `network` is the engine that `set-network` needs.
 *
 * - `random`: a random order per place
 * - `popularity`: the mix that was tried most
 * - `mix-means`: weighted mean effect per mix, shrunk to the mean of all
 * - `nearest`: the same over the 40 experiments nearest in context
 * - `constant`: the sparse set model without contexts: the same mix for everybody
 * - `additive`: the same without pairs: the differences that blocks make
 * - `r-learner`, `boosted-trees`, `factorisation`, `set-network`: rivals of another make (rival-models.ts)
 * - `ridge`, `set-kernel` (normal priors with estimated variances), `sparse-set` (and coefficients that may be 0)
 * - `averaged`: the even mixture of `ridge` and `sparse-set`
 */
export function fitEffectModel(
  kind: ModelKind,
  table: ExperimentTable,
  random: RandomStream,
  kernels: MatrixKernels,
  network: SetNetwork | null,
): EffectModel {
  switch (kind) {
    case 'random': {
      const base = mixMeans(table, null, kernels);
      return {
        scores: (_, mixes) => Float64Array.from({ length: mixes.length / table.blocks.length }, () => random.uniform()),
        rows: base.overall,
      };
    }
    case 'popularity': {
      const counts = new Map<string, number>();
      for (let i = 0; i < table.ids.length; i++) {
        const key = keyOf(table.mix, i, table.blocks.length);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      return {
        scores: (_, mixes) => byMix(mixes, table.blocks.length, (key) => counts.get(key) ?? 0),
        rows: mixMeans(table, null, kernels).overall,
      };
    }
    case 'mix-means': {
      return mixMeans(table, null, kernels);
    }
    case 'nearest': {
      return mixMeans(table, 40, kernels);
    }
    case 'r-learner': {
      return fitResidualModel(table, random, kernels);
    }
    case 'boosted-trees': {
      return fitTreeModel(table, random, kernels);
    }
    case 'factorisation': {
      return fitFactorModel(table, random, kernels);
    }
    case 'set-network': {
      return fitNetworkModel(table, requireNetwork(network), random, kernels);
    }
    default: {
      const model = fitServable(kind, table, random, kernels);
      return {
        scores: (place, mixes) => meanEffects(model, place, mixes, kernels),
        rows: (rows) => predictRows(model, rows, kernels),
      };
    }
  }
}

function requireNetwork(network: SetNetwork | null): SetNetwork {
  if (network !== null) return network;
  throw new CoreError(
    'invalid-argument',
    'The kind set-network needs an engine for neural networks and none was given. Leave the kind out, or give one.',
  );
}

const keyOf = (mixes: Uint8Array, row: number, blocks: number) =>
  mixes.subarray(row * blocks, (row + 1) * blocks).join('');

const byMix = (mixes: Uint8Array, blocks: number, value: (key: string) => number) =>
  Float64Array.from({ length: mixes.length / blocks }, (_, i) => value(keyOf(mixes, i, blocks)));

/** Weighted means per mix over all rows or the `nearest` ones, as if two more rows had shown the mean of all. */
function mixMeans(
  table: ExperimentTable,
  nearest: number | null,
  kernels: MatrixKernels,
): EffectModel & { readonly overall: (table: ExperimentTable) => RowPrediction } {
  const n = table.ids.length;
  const J = table.blocks.length;
  const P = table.contexts.length;
  const between = table.variance === null || n < 2 ? 0 : betweenExperimentVariance(table.effect, table.variance);
  const weight = Float64Array.from({ length: n }, (_, i) =>
    table.variance === null ? 1 : 1 / (table.variance[i]! + between),
  );
  const typical = weight.reduce((sum, w) => sum + w, 0) / n;
  const overallMean = weight.reduce((sum, w, i) => sum + w * table.effect[i]!, 0) / (typical * n);
  const residual = weight.reduce((sum, w, i) => sum + w * (table.effect[i]! - overallMean) ** 2, 0) / (typical * n);
  const scale = fitContextScale(table);
  const zOf = (place: Place) => scalePlace(scale, place, kernels).z;
  const evidence = nearest === null ? [] : Array.from({ length: n }, (_, i) => zOf(placeOf(table, i)));
  const keys = Array.from({ length: n }, (_, i) => keyOf(table.mix, i, J));

  const rowsNear = (place: Place): readonly number[] => {
    const all = Array.from({ length: n }, (_, i) => i);
    if (nearest === null || n <= nearest) return all;
    const z = zOf(place);
    const distance = Float64Array.from(evidence, (other) => {
      let sum = 0;
      for (let p = 0; p < P; p++) sum += (other[p]! - z[p]!) ** 2;
      return sum;
    });
    return all.sort((a, b) => distance[a]! - distance[b]! || a - b).slice(0, nearest);
  };
  const means = (place: Place) => {
    const rows = rowsNear(place);
    let total = 0;
    let sum = 0;
    const byKey = new Map<string, { weight: number; sum: number }>();
    for (const i of rows) {
      const w = weight[i]! / typical;
      total += w;
      sum += w * table.effect[i]!;
      const entry = byKey.get(keys[i]!) ?? { weight: 0, sum: 0 };
      byKey.set(keys[i]!, { weight: entry.weight + w, sum: entry.sum + w * table.effect[i]! });
    }
    const mean = sum / total;
    return (key: string) => {
      const entry = byKey.get(key) ?? { weight: 0, sum: 0 };
      return (entry.sum + 2 * mean) / (entry.weight + 2);
    };
  };
  // One set of means serves every place unless only near experiments count.
  const shared = nearest === null ? means({ context: new Float64Array(P), missing: new Uint8Array(P) }) : null;
  const predict = (rows: ExperimentTable, value: (i: number) => number): RowPrediction => ({
    mean: Float64Array.from(rows.ids, (_, i) => value(i)),
    variance: new Float64Array(rows.ids.length).fill(0),
    noise: Float64Array.from(rows.ids, (_, i) => (rows.variance === null ? residual : rows.variance[i]! + between)),
  });
  return {
    scores: (place, mixes) => byMix(mixes, J, shared ?? means(place)),
    rows: (rows) => predict(rows, (i) => (shared ?? means(placeOf(rows, i)))(keyOf(rows.mix, i, J))),
    overall: (rows) => predict(rows, () => overallMean),
  };
}
