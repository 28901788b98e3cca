import { CoreError } from '../errors.ts';
import { matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { createRandom } from '../random/random-stream.ts';
import { fitServable } from './effect-models.ts';
import { type ExperimentTable, selectExperiments } from './experiment-table.ts';
import { featureLayout } from './set-features.ts';
import { type SetModel, writeRowFeatures } from './set-model.ts';
import { fitSupportArea } from './support.ts';
import type { TrainedKpi, TrainedModel } from './trained-model.ts';

/**
 * A trained model as if some experiments had never been in it: nothing they showed weighs in any answer.
 *
 * The `set-kernel`, linear given its variances, loses the experiments by a downdate that equals the fit without them under
 * the same variances and scale; the others are fitted again, with the seed of the model. How models compared, and how far intervals reach, stays what was found
 * with them until the model is trained again.
 *
 * @param withdrawn ids of experiments; those that the model never learned are ignored
 * @throws empty-group where fewer than two experiments of a KPI remain
 * Cost: per experiment O(p^2) for `set-kernel`, else a fit.
 */
export function withoutExperiments(
  model: TrainedModel,
  withdrawn: ReadonlySet<string>,
  kernels: MatrixKernels,
): TrainedModel {
  return { ...model, kpis: model.kpis.map((part) => withoutIn(part, withdrawn, model.seed, kernels)) };
}

function withoutIn(part: TrainedKpi, withdrawn: ReadonlySet<string>, seed: number, kernels: MatrixKernels): TrainedKpi {
  const { table, kind } = part;
  const kept: number[] = [];
  const gone: number[] = [];
  table.ids.forEach((id, i) => {
    (withdrawn.has(id) ? gone : kept).push(i);
  });
  if (gone.length === 0) return part;
  if (kept.length < 2) {
    throw new CoreError(
      'empty-group',
      `Without the withdrawn experiments ${kept.length} of ${part.kpi} remain; expected at least two. Train the model again.`,
      { kpi: part.kpi, experiments: kept.length },
    );
  }
  const rest = selectExperiments(table, kept);
  const model =
    kind === 'set-kernel'
      ? downdate(part.model, table, gone, rest, kernels)
      : fitServable(kind, rest, createRandom(seed, 'model', kind), kernels);
  return { ...part, table: rest, model, support: fitSupportArea(rest, model, kernels) };
}

/**
 * The posterior precision is prior + sum over sites of (sum of w f f' - kappa u u'), with w the precision of a row, u the sum of w f over
 * the site, and kappa = site variance / (1 + site variance x sum of w). Taking a row out of a site is three changes of rank one.
 */
function downdate(
  model: SetModel,
  table: ExperimentTable,
  gone: readonly number[],
  rest: ExperimentTable,
  kernels: MatrixKernels,
): SetModel {
  const layout = featureLayout(model.shape);
  const p = layout.count;
  const covariance = model.covariance.slice();
  const { site: between, row: spread } = model.components;
  const precisionOf = (from: ExperimentTable, i: number) =>
    1 / (spread + (from.variance === null ? 0 : from.variance[i]!));
  const features = new Float64Array(p);
  const along = new Float64Array(p);
  /** covariance of (precision + factor x v v'), by Sherman and Morrison */
  const change = (factor: number, v: Float64Array) => {
    kernels.gemv(matrix(p, p, covariance), v, along);
    const scale = factor / (1 + factor * dot(v, along));
    for (let k = 0; k < p; k++)
      for (let l = 0; l < p; l++) covariance[k * p + l] = covariance[k * p + l]! - scale * along[k]! * along[l]!;
  };
  const sums = siteSums(table, model, precisionOf, kernels);
  const kappa = (total: number) => (between > 0 ? between / (1 + between * total) : 0);
  for (const i of gone) {
    const site = sums.get(table.site[i]!)!;
    const w = precisionOf(table, i);
    writeRowFeatures(table, model.scale, layout, i, features, kernels);
    if (between > 0) change(kappa(site.total), site.features);
    change(-w, features);
    site.total = Math.max(0, site.total - w);
    for (let k = 0; k < p; k++) site.features[k] = site.features[k]! - w * features[k]!;
    if (between > 0) change(-kappa(site.total), site.features);
  }
  const cross = new Float64Array(p);
  const left = siteSums(rest, model, precisionOf, kernels);
  rest.ids.forEach((_, i) => {
    const w = precisionOf(rest, i);
    writeRowFeatures(rest, model.scale, layout, i, features, kernels);
    for (let k = 0; k < p; k++) cross[k] = cross[k]! + w * rest.effect[i]! * features[k]!;
  });
  for (const { total, outcome, features: u } of left.values())
    for (let k = 0; k < p; k++) cross[k] = cross[k]! - kappa(total) * outcome * u[k]!;
  const mean = new Float64Array(p);
  kernels.gemv(matrix(p, p, covariance), cross, mean);
  return { ...model, mean, covariance, operator: covariance };
}

interface SiteSums {
  total: number;
  readonly outcome: number;
  readonly features: Float64Array;
}

function siteSums(
  table: ExperimentTable,
  model: SetModel,
  precisionOf: (table: ExperimentTable, row: number) => number,
  kernels: MatrixKernels,
): Map<number, SiteSums> {
  const layout = featureLayout(model.shape);
  const row = new Float64Array(layout.count);
  const sums = new Map<number, SiteSums>();
  table.ids.forEach((_, i) => {
    const w = precisionOf(table, i);
    const before = sums.get(table.site[i]!) ?? { total: 0, outcome: 0, features: new Float64Array(layout.count) };
    writeRowFeatures(table, model.scale, layout, i, row, kernels);
    sums.set(table.site[i]!, {
      total: before.total + w,
      outcome: before.outcome + w * table.effect[i]!,
      features: before.features.map((value, k) => value + w * row[k]!),
    });
  });
  return sums;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
