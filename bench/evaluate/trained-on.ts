import type { MatrixKernels } from '../../src/core/linalg/matrix-kernels.ts';
import { createRandom } from '../../src/core/random/random-stream.ts';
import { crossValidate } from '../../src/core/recommend/cross-validate.ts';
import { fitServable } from '../../src/core/recommend/effect-models.ts';
import type { ExperimentTable } from '../../src/core/recommend/experiment-table.ts';
import { fitSupportArea } from '../../src/core/recommend/support.ts';
import type { TrainedModel } from '../../src/core/recommend/trained-model.ts';

/** The sparse set model as training serves it, compared with nothing else, so that many can be made. */
export function trainedOn(table: ExperimentTable, seed: number, kernels: MatrixKernels): TrainedModel {
  const { leaderboard } = crossValidate(
    { table, leftOut: 'region', folds: 3, kinds: ['sparse-set'], truth: null, seed },
    kernels,
    () => {},
  );
  const score = leaderboard.models[0]!;
  const model = fitServable('sparse-set', table, createRandom(seed, 'model', 'sparse-set'), kernels);
  return {
    seed,
    kpis: [
      {
        kpi: 'gas-saving',
        kind: 'sparse-set',
        pooled: false,
        table,
        model,
        support: fitSupportArea(table, model, kernels),
        calibration: {
          acceptable: true,
          groups: table.sites.length,
          reach: 1.645,
          slope: score.calibrationSlope,
          intervalCoverage: score.intervalCoverage,
          worstRegionCoverage: score.worstRegionCoverage,
        },
        spread: 0.1,
        byNeighbourhood: leaderboard,
        byRegion: leaderboard,
      },
    ],
  };
}
