import { CoreError } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { createRandom } from '../random/random-stream.ts';
import { type ChosenKind, chooseKind } from './choose-kind.ts';
import { conformalReach } from './conformal-reach.ts';
import { crossValidate, type Leaderboard, type LeftOutPredictions } from './cross-validate.ts';
import { fitServable, modelKinds, type ServableKind } from './effect-models.ts';
import { type ExperimentTable, requireExperimentTable } from './experiment-table.ts';
import { refuseLeaks } from './leakage.ts';
import type { SetNetwork } from './set-network.ts';
import { fitSupportArea } from './support.ts';
import type { Calibration, TrainedKpi, TrainedModel } from './trained-model.ts';

export interface TrainingInput {
  readonly tables: readonly { readonly kpi: string; readonly table: ExperimentTable }[];
  readonly seed: number;
  /** folds of the leave-out comparisons */
  readonly folds: number;
  /** kinds that may win; the leaderboard shows all */
  readonly candidates: readonly ServableKind[];
}

/**
 * Trains a model per KPI: compares all kinds by leaving out neighbourhoods and regions, takes the candidate with the
 * smallest error over left-out regions and acceptable calibration there, fits it on everything, and calibrates its intervals on left-out neighbourhoods.
 *
 * A candidate that does worse over left-out regions than one mix for everybody (`constant`) is not taken: then the
 * pooled model is, and says so. Where no kind is calibrated acceptably the pooled one is kept, and its answers abstain.
 *
 * @param network engine of the set network; without one it is not compared, and the leaderboards say so
 * @throws empty-group, invalid-argument (a context that gives the outcome away), too-few-groups, singular-matrix
 * Cost: about two times folds fits of every kind.
 */
export function trainModel(
  input: TrainingInput,
  kernels: MatrixKernels,
  progress: (fraction: number) => void,
  network: SetNetwork | null = null,
): TrainedModel {
  const { tables, seed } = input;
  if (tables.length === 0) {
    throw new CoreError(
      'empty-group',
      'Received no experiments; expected a table per KPI. Add experiments to the registry.',
    );
  }
  const kpis = tables.map(({ kpi, table }, k): TrainedKpi => {
    requireExperimentTable(table);
    refuseLeaks(table);
    const part = (from: number, to: number) => (fraction: number) =>
      progress((k + from + (to - from) * fraction) / tables.length);
    const kinds = modelKinds.filter((kind) => kind !== 'set-network' || network !== null);
    const shared = { table, folds: input.folds, kinds, truth: null, seed };
    const byRegion = crossValidate({ ...shared, leftOut: 'region' }, kernels, part(0, 0.45), network);
    const byNeighbourhood = crossValidate({ ...shared, leftOut: 'neighbourhood' }, kernels, part(0.45, 0.9), network);
    const { kind, calibrated } = chooseKind(byRegion.leaderboard, input.candidates)!;
    const model = fitServable(kind, table, createRandom(seed, 'model', kind), kernels);
    progress((k + 1) / tables.length);
    return {
      kpi,
      kind,
      pooled: kind === 'constant',
      table,
      model,
      support: fitSupportArea(table, model, kernels),
      calibration: calibrate(table, { kind, calibrated }, byRegion.leaderboard, byNeighbourhood.predictions, seed),
      spread: spreadOf(table.effect),
      byNeighbourhood: byNeighbourhood.leaderboard,
      byRegion: byRegion.leaderboard,
    };
  });
  return { seed, kpis };
}

function calibrate(
  table: ExperimentTable,
  { kind, calibrated }: ChosenKind,
  byRegion: Leaderboard,
  predictions: readonly LeftOutPredictions[],
  seed: number,
): Calibration {
  const { mean, variance, noise } = predictions.find(({ model }) => model === kind)!;
  const score = byRegion.models.find(({ model }) => model === kind)!;
  const scores = mean.map((value, i) => Math.abs(table.effect[i]! - value) / Math.sqrt(variance[i]! + noise[i]!));
  const shown = {
    acceptable: calibrated,
    slope: score.calibrationSlope,
    intervalCoverage: score.intervalCoverage,
    worstRegionCoverage: score.worstRegionCoverage,
  };
  try {
    const { reach, groups } = conformalReach(scores, table.site, 0.9, createRandom(seed, 'conformal'));
    return { groups, reach, ...shown };
  } catch (error) {
    if (error instanceof CoreError && error.code === 'too-few-groups') {
      return { groups: new Set(table.site).size, reach: null, ...shown };
    }
    throw error;
  }
}

function spreadOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, values.length - 1)) || 1;
}
