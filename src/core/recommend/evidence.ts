import { matrix } from '../linalg/matrix.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { scalePlace } from './context-scale.ts';
import type { ExperimentTable, Place } from './experiment-table.ts';
import { featureLayout } from './set-features.ts';
import { mixFeatures, type SetModel, writeRowFeatures } from './set-model.ts';

/**
 * The weights with which the experiments make up a predicted effect: the estimate is the sum of weight times effect.
 *
 * estimate = f' mean and mean = operator F' V^-1 y, so the weights are V^-1 F operator' f; those of a mixture are the mean of its parts'.
 *
 * @param mix flags of the blocks
 * @returns n weights; their products with `table.effect` sum to the predicted effect (to rounding)
 * Cost: O(n p + p^2).
 */
export function evidenceWeights(
  table: ExperimentTable,
  model: SetModel,
  place: Place,
  mix: Uint8Array,
  kernels: MatrixKernels,
): Float64Array {
  if (model.parts) {
    const [first, second] = model.parts.map((part) => evidenceWeights(table, part, place, mix, kernels));
    return first!.map((value, i) => (value + second![i]!) / 2);
  }
  const layout = featureLayout(model.shape);
  const p = layout.count;
  const n = table.ids.length;
  const target = mixFeatures(layout, scalePlace(model.scale, place, kernels), mix);
  const direction = new Float64Array(p);
  kernels.gemv(matrix(p, p, model.operator), target.values, direction, { transpose: true });
  const along = new Float64Array(n);
  const row = new Float64Array(p);
  for (let i = 0; i < n; i++) {
    writeRowFeatures(table, model.scale, layout, i, row, kernels);
    let sum = 0;
    for (let k = 0; k < p; k++) sum += row[k]! * direction[k]!;
    along[i] = sum;
  }
  // The operator of a model with estimated noise already holds that noise: its V is the identity.
  const precision = (i: number) =>
    table.variance === null ? model.operatorPrecision : 1 / (table.variance[i]! + model.components.row);
  const { site } = model.components;
  const sums = new Float64Array(table.sites.length);
  const totals = new Float64Array(table.sites.length);
  for (let i = 0; i < n; i++) {
    const s = table.site[i]!;
    sums[s] = sums[s]! + precision(i) * along[i]!;
    totals[s] = totals[s]! + precision(i);
  }
  return along.map((value, i) => {
    const s = table.site[i]!;
    const kappa = site > 0 ? site / (1 + site * totals[s]!) : 0;
    return precision(i) * (value - kappa * sums[s]!);
  });
}
