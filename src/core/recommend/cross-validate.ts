import { CoreError } from '../errors.ts';
import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { createRandom } from '../random/random-stream.ts';
import { normalQuantile } from '../stats/normal-quantile.ts';
import { fitEffectModel, type ModelKind } from './effect-models.ts';
import { errorWeights } from './error-weights.ts';
import { type ExperimentTable, placeOf, selectExperiments } from './experiment-table.ts';
import { groupedFolds } from './grouped-folds.ts';
import { normalisedGain, regretOfPick } from './ranking-metrics.ts';
import type { SetNetwork } from './set-network.ts';

/** What is left out together: rows of one neighbourhood, or of one region. */
export type LeftOut = 'neighbourhood' | 'region';

/** The truth, where it is known: effects of candidate mixes at the place of every row. */
export interface KnownTruth {
  /** m x blocks */
  readonly mixes: Uint8Array;
  /** n x m true effects */
  readonly effects: Float64Array;
}

export interface ModelScore {
  readonly model: ModelKind;
  /** root of the mean squared error of observed effects, weighted by 1 / (v + median v) */
  readonly rootMeanSquaredError: number;
  /** share of observed effects inside their 90 % interval; null for kinds without intervals */
  readonly intervalCoverage: number | null;
  /** its standard error over left-out groups; null without intervals or with a single group */
  readonly coverageError: number | null;
  /** the same in the region where it is lowest, of regions with at least 10 rows; null where there is none */
  readonly worstRegionCoverage: number | null;
  /** mean width of the 90 % intervals */
  readonly intervalWidth: number | null;
  /** slope of observed on predicted effects: 1 is calibrated, below 1 promises too much; null where predictions are equal */
  readonly calibrationSlope: number | null;
  /** its standard error over left-out groups; null without a slope or with a single group */
  readonly slopeError: number | null;
  /** where the truth is known: mean loss by following the model, and gain of its first three against the ideal */
  readonly regret: number | null;
  readonly normalisedGainAt3: number | null;
}

export interface Leaderboard {
  readonly leftOut: LeftOut;
  readonly folds: number;
  readonly groups: number;
  readonly rows: number;
  readonly models: readonly ModelScore[];
  /** what the set network ran on, and why not on what was asked for; null where it was not compared */
  readonly network: { readonly backend: string; readonly fallback: string | null } | null;
}

/** What every model expected of every row while the row's group was left out. */
export interface LeftOutPredictions {
  readonly model: ModelKind;
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly noise: Float64Array;
  readonly fold: Uint32Array;
}

/**
 * Compares models by leaving whole groups out: every row is predicted by models that never saw its group.
 *
 * @param folds number of parts the groups are spread over; fewer where there are fewer groups, at least 2
 * @param seed of the folds and of what models draw
 * @param network engine of the kind `set-network`; null where that is not compared
 * @throws too-few-groups with fewer than two groups; invalid-argument for `set-network` without its engine
 * Cost: folds times the cost of all models.
 */
export function crossValidate(
  input: {
    readonly table: ExperimentTable;
    readonly leftOut: LeftOut;
    readonly folds: number;
    readonly kinds: readonly ModelKind[];
    readonly truth: KnownTruth | null;
    readonly seed: number;
  },
  kernels: MatrixKernels,
  progress: (fraction: number) => void,
  network: SetNetwork | null = null,
): { readonly leaderboard: Leaderboard; readonly predictions: readonly LeftOutPredictions[] } {
  const { table, kinds, truth, seed } = input;
  const n = table.ids.length;
  const group = input.leftOut === 'region' ? table.region : table.site;
  const groups = new Set(group).size;
  if (groups < 2) {
    throw new CoreError(
      'too-few-groups',
      `Received experiments of ${groups} ${input.leftOut}; expected at least two, so that one can be left out. Add experiments elsewhere.`,
      { groups },
    );
  }
  const folds = Math.min(input.folds, groups);
  const fold = groupedFolds(group, folds, createRandom(seed, 'folds', input.leftOut));
  const predictions = kinds.map((model) => ({
    model,
    mean: new Float64Array(n),
    variance: new Float64Array(n),
    noise: new Float64Array(n),
    fold,
  }));
  const regret = new Float64Array(kinds.length);
  const gain = new Float64Array(kinds.length);
  const m = truth === null ? 0 : truth.mixes.length / table.blocks.length;
  for (let f = 0; f < folds; f++) {
    const inside: number[] = [];
    const outside: number[] = [];
    for (let i = 0; i < n; i++) (fold[i] === f ? outside : inside).push(i);
    const training = selectExperiments(table, inside);
    const test = selectExperiments(table, outside);
    kinds.forEach((kind, k) => {
      const model = fitEffectModel(kind, training, createRandom(seed, 'model', kind, f), kernels, network);
      const rows = model.rows(test);
      outside.forEach((i, at) => {
        predictions[k]!.mean[i] = rows.mean[at]!;
        predictions[k]!.variance[i] = rows.variance[at]!;
        predictions[k]!.noise[i] = rows.noise[at]!;
      });
      if (truth !== null) {
        for (const i of outside) {
          const scores = model.scores(placeOf(table, i), truth.mixes);
          const effects = truth.effects.subarray(i * m, (i + 1) * m);
          regret[k] = regret[k]! + regretOfPick(scores, effects);
          gain[k] = gain[k]! + normalisedGain(scores, effects, 3);
        }
      }
      progress((f * kinds.length + k + 1) / (folds * kinds.length));
    });
  }
  const models = predictions.map((prediction, k) => ({
    ...scorePredictions(table, group, prediction),
    regret: truth === null ? null : regret[k]! / n,
    normalisedGainAt3: truth === null ? null : gain[k]! / n,
  }));
  const ran = network !== null && kinds.includes('set-network');
  return {
    leaderboard: {
      leftOut: input.leftOut,
      folds,
      groups,
      rows: n,
      models,
      network: ran ? { backend: network.backend, fallback: network.fallback } : null,
    },
    predictions,
  };
}

const withoutInterval: ReadonlySet<ModelKind> = new Set([
  'random',
  'popularity',
  'mix-means',
  'nearest',
  'r-learner',
  'boosted-trees',
  'factorisation',
  'set-network',
]);

function scorePredictions(
  table: ExperimentTable,
  group: Uint32Array,
  { model, mean, variance, noise }: LeftOutPredictions,
): Omit<ModelScore, 'regret' | 'normalisedGainAt3'> {
  const n = table.ids.length;
  const reach = normalQuantile(0.95);
  const weight = errorWeights(table);
  let weights = 0;
  let squares = 0;
  const covered = new Uint8Array(n);
  let width = 0;
  const regionRows = new Map<number, { rows: number; covered: number }>();
  for (let i = 0; i < n; i++) {
    weights += weight[i]!;
    squares += weight[i]! * (table.effect[i]! - mean[i]!) ** 2;
    const half = reach * Math.sqrt(variance[i]! + noise[i]!);
    const inside = Math.abs(table.effect[i]! - mean[i]!) <= half;
    width += (2 * half) / n;
    covered[i] = inside ? 1 : 0;
    const entry = regionRows.get(table.region[i]!) ?? { rows: 0, covered: 0 };
    regionRows.set(table.region[i]!, { rows: entry.rows + 1, covered: entry.covered + (inside ? 1 : 0) });
  }
  const large = [...regionRows.values()].filter(({ rows }) => rows >= 10).map((entry) => entry.covered / entry.rows);
  const hasInterval = !withoutInterval.has(model);
  const coverage = covered.reduce((sum, inside) => sum + inside, 0) / n;
  // Kinds that expect the same everywhere differ only by their folds, which is no promise to compare with.
  const fit = model === 'random' || model === 'popularity' ? null : slopeOf(table, mean);
  return {
    model,
    rootMeanSquaredError: Math.sqrt(squares / weights),
    intervalCoverage: hasInterval ? coverage : null,
    coverageError: hasInterval ? groupError(group, (i) => (covered[i]! - coverage) / n) : null,
    worstRegionCoverage: hasInterval && large.length > 0 ? Math.min(...large) : null,
    intervalWidth: hasInterval ? width : null,
    calibrationSlope: fit?.slope ?? null,
    slopeError: fit === null ? null : groupError(group, fit.influence),
  };
}

/** Standard error over groups of an estimate to which row i adds `influence(i)`: sqrt(G / (G - 1) sum over groups of their squared sums). */
function groupError(group: Uint32Array, influence: (i: number) => number): number | null {
  const sums = new Map<number, number>();
  group.forEach((g, i) => {
    sums.set(g, (sums.get(g) ?? 0) + influence(i));
  });
  const G = sums.size;
  if (G < 2) return null;
  return Math.sqrt((G / (G - 1)) * [...sums.values()].reduce((sum, value) => sum + value ** 2, 0));
}

/** Weighted least-squares slope of observed on predicted, and what each row adds to its error. */
function slopeOf(
  table: ExperimentTable,
  predicted: Float64Array,
): { readonly slope: number; readonly influence: (i: number) => number } | null {
  const weight = (i: number) => (table.variance === null ? 1 : 1 / table.variance[i]!);
  let w = 0;
  let x = 0;
  let y = 0;
  for (let i = 0; i < predicted.length; i++) {
    w += weight(i);
    x += weight(i) * predicted[i]!;
    y += weight(i) * table.effect[i]!;
  }
  let xx = 0;
  let xy = 0;
  for (let i = 0; i < predicted.length; i++) {
    const dx = predicted[i]! - x / w;
    xx += weight(i) * dx * dx;
    xy += weight(i) * dx * (table.effect[i]! - y / w);
  }
  if (!(xx > 1e-18 * w)) return null;
  const slope = xy / xx;
  return {
    slope,
    influence: (i) => {
      const dx = predicted[i]! - x / w;
      return (weight(i) * dx * (table.effect[i]! - y / w - slope * dx)) / xx;
    },
  };
}
