import { beforeAll, describe, expect, test } from 'vitest';
import { matrix } from '../../../src/core/linalg/matrix.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { fitServable, type ServableKind } from '../../../src/core/recommend/effect-models.ts';
import { evidenceWeights } from '../../../src/core/recommend/evidence.ts';
import { type ExperimentTable, placeOf, selectExperiments } from '../../../src/core/recommend/experiment-table.ts';
import { featureLayout } from '../../../src/core/recommend/set-features.ts';
import { meanEffects, type SetModel, writeRowFeatures } from '../../../src/core/recommend/set-model.ts';
import { fitSupportArea } from '../../../src/core/recommend/support.ts';
import type { TrainedKpi, TrainedModel } from '../../../src/core/recommend/trained-model.ts';
import { withoutExperiments } from '../../../src/core/recommend/without-experiments.ts';
import { heatTransitionTable } from '../../support/heat-transition.ts';

const table = selectExperiments(heatTransitionTable(20260101, 'gas-saving'), [...Array(150).keys()]);
/** Several experiments of one site among them. */
const gone = ['E001', 'E002', 'E005', 'E010', 'E020', 'E050', 'E077', 'E100'].filter((id) => table.ids.includes(id));
const rest = selectExperiments(
  table,
  [...table.ids.keys()].filter((i) => !gone.includes(table.ids[i]!)),
);

function trained(kind: ServableKind): TrainedModel {
  const model = fitServable(kind, table, createRandom(7, 'model', kind), kernels);
  const support = fitSupportArea(table, model, kernels);
  // The comparisons of a trained model are not looked at.
  return { seed: 7, kpis: [{ kpi: 'k', kind, table, model, support } as TrainedKpi] };
}

/** Posterior by dense algebra: (prior + F' V^-1 F)^-1 F' V^-1 y, V with a block for every site. */
function dense(given: ExperimentTable, model: SetModel): { mean: Float64Array; covariance: Float64Array } {
  const layout = featureLayout(model.shape);
  const p = layout.count;
  const n = given.ids.length;
  const features = matrix(n, p);
  for (let i = 0; i < n; i++)
    writeRowFeatures(given, model.scale, layout, i, features.values.subarray(i * p, (i + 1) * p), kernels);
  const v = matrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) if (given.site[i] === given.site[j]) v.values[i * n + j] = model.components.site;
    v.values[i * n + i] = v.values[i * n + i]! + model.components.row + given.variance![i]!;
  }
  const solved = matrix(n, p);
  const factor = matrix(n, n);
  kernels.choleskyFactor(v, factor);
  kernels.choleskySolve(factor, features, solved);
  const precision = matrix(p, p);
  kernels.gemm(features, solved, precision, { transposeA: true });
  for (let k = 0; k < p; k++)
    precision.values[k * p + k] = precision.values[k * p + k]! + 1 / model.components.family[layout.family[k]!]!;
  const cross = new Float64Array(p);
  kernels.gemv(solved, given.effect, cross, { transpose: true });
  const root = matrix(p, p);
  kernels.choleskyFactor(precision, root);
  const covariance = matrix(p, p);
  kernels.choleskyInverse(root, covariance);
  const mean = new Float64Array(p);
  kernels.gemv(covariance, cross, mean);
  return { mean, covariance: covariance.values };
}

const largest = (values: Iterable<number>) => {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
};

describe('withoutExperiments', () => {
  let before: TrainedModel;
  let after: TrainedModel;
  beforeAll(() => {
    before = trained('set-kernel');
    after = withoutExperiments(before, new Set(gone), kernels);
  });

  test('the downdated set kernel equals the fit without them to 1e-8, mean and covariance', () => {
    const { mean, covariance } = after.kpis[0]!.model;
    const oracle = dense(rest, before.kpis[0]!.model);
    expect(gone.length).toBeGreaterThan(4);
    expect(largest(mean.map((value, k) => value - oracle.mean[k]!))).toBeLessThan(1e-8 * largest(oracle.mean));
    expect(largest(covariance.map((value, k) => value - oracle.covariance[k]!))).toBeLessThan(
      1e-8 * largest(oracle.covariance),
    );
    expect(largest(mean.map((value, k) => value - before.kpis[0]!.model.mean[k]!))).toBeGreaterThan(1e-4);
  });

  test('the evidence no longer names them, and its weights still make up the estimate', () => {
    const part = after.kpis[0]!;
    expect(part.table.ids.filter((id) => gone.includes(id))).toEqual([]);
    const mix = Uint8Array.from([1, 1, 0, 0, 0, 0, 0, 0]);
    const place = placeOf(part.table, 3);
    const weights = evidenceWeights(part.table, part.model, place, mix, kernels);
    const sum = weights.reduce((total, weight, i) => total + weight * part.table.effect[i]!, 0);
    expect(sum).toBeCloseTo(meanEffects(part.model, place, mix, kernels)[0]!, 9);
  });

  test('one after the other is the same as all at once', () => {
    const stepwise = gone.reduce((model, id) => withoutExperiments(model, new Set([id]), kernels), before);
    const [a, b] = [stepwise.kpis[0]!.model.mean, after.kpis[0]!.model.mean];
    expect(largest(a.map((value, k) => value - b[k]!))).toBeLessThan(1e-9);
  });

  test('another kind is what training gives without them', () => {
    const { model } = withoutExperiments(trained('sparse-set'), new Set(gone), kernels).kpis[0]!;
    expect(model).toEqual(fitServable('sparse-set', rest, createRandom(7, 'model', 'sparse-set'), kernels));
  });

  test('ids that were never learned change nothing, and withdrawing all is refused', () => {
    expect(withoutExperiments(before, new Set(['E999']), kernels).kpis[0]).toBe(before.kpis[0]);
    expect(() => withoutExperiments(before, new Set(table.ids), kernels)).toThrow(
      expect.objectContaining({ code: 'empty-group' }),
    );
  });
});
