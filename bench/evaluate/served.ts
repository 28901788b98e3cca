import type { MatrixKernels } from '../../src/core/linalg/matrix-kernels.ts';
import { createRandom } from '../../src/core/random/random-stream.ts';
import { chooseKind } from '../../src/core/recommend/choose-kind.ts';
import { conformalReach } from '../../src/core/recommend/conformal-reach.ts';
import { crossValidate } from '../../src/core/recommend/cross-validate.ts';
import { fitEffectModel, type ServableKind, servableKinds } from '../../src/core/recommend/effect-models.ts';
import { type ExperimentTable, selectExperiments } from '../../src/core/recommend/experiment-table.ts';

/** What would have been served for every row, by a choice in which the row's fold had no part. */
export interface ServedPredictions {
  readonly mean: Float64Array;
  /** of the effect in a new site, and of what is observed of it beyond that */
  readonly variance: Float64Array;
  readonly noise: Float64Array;
  /** how many standard deviations its 90 % intervals reach, as training takes it from left-out sites */
  readonly reach: Float64Array;
  /** the kind of each fold */
  readonly chosen: readonly ServableKind[];
}

/** Half of what training uses: the choice is made anew for every fold. */
const innerFolds = 5;

/**
 * The rule of training, judged: in every training part the kind is chosen by `chooseKind` from all that may be served, by their errors over
 * whole sites left out of that part; it is fitted on the part and predicts the fold. Nobody looks at a fold before it is predicted.
 *
 * @param fold n numbers of folds; sites are whole
 */
export function servedPredictions(
  table: ExperimentTable,
  fold: Uint32Array,
  seed: number,
  kernels: MatrixKernels,
): ServedPredictions {
  const rows = [...table.ids.keys()];
  const mean = new Float64Array(rows.length);
  const variance = new Float64Array(rows.length);
  const noise = new Float64Array(rows.length);
  const reach = new Float64Array(rows.length);
  const chosen = [...new Set(fold)]
    .sort((a, b) => a - b)
    .map((f) => {
      const training = selectExperiments(
        table,
        rows.filter((i) => fold[i] !== f),
      );
      const outside = rows.filter((i) => fold[i] === f);
      const { leaderboard, predictions } = crossValidate(
        { table: training, leftOut: 'neighbourhood', folds: innerFolds, kinds: servableKinds, truth: null, seed },
        kernels,
        () => {},
      );
      const { kind } = chooseKind(leaderboard, servableKinds)!;
      const inner = predictions.find(({ model }) => model === kind)!;
      const scores = inner.mean.map(
        (value, i) => Math.abs(training.effect[i]! - value) / Math.sqrt(inner.variance[i]! + inner.noise[i]!),
      );
      const wide = conformalReach(scores, training.site, 0.9, createRandom(seed, 'conformal', f)).reach;
      const model = fitEffectModel(kind, training, createRandom(seed, 'model', kind, f), kernels, null);
      const predicted = model.rows(selectExperiments(table, outside));
      outside.forEach((i, at) => {
        mean[i] = predicted.mean[at]!;
        variance[i] = predicted.variance[at]!;
        noise[i] = predicted.noise[at]!;
        reach[i] = wide;
      });
      return kind;
    });
  return { mean, variance, noise, reach, chosen };
}
