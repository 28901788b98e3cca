import type { MatrixKernels } from '../linalg/matrix-kernels.ts';
import { createRandom } from '../random/random-stream.ts';
import { hasAcceptableCalibration } from './acceptable-calibration.ts';
import { crossValidate } from './cross-validate.ts';
import { fitServable, type ServableKind } from './effect-models.ts';
import { type ExperimentTable, placeOf } from './experiment-table.ts';
import type { BlockRules } from './feasible-mixes.ts';
import { permuteContexts, permuteOutcomes } from './permuted-tables.ts';
import { recommendMixes } from './recommend-mixes.ts';
import { fitSupportArea } from './support.ts';
import type { TrainedKpi, TrainedModel } from './trained-model.ts';

/** What must not work, tried on one KPI of a trained model. */
export interface ModelControls {
  readonly kpi: string;
  /** answers in known neighbourhoods, and how many of them are advice */
  readonly asTrained: AdviceGiven;
  /** the same by models of the same kind that were trained on outcomes dealt out over the experiments: nearly none should be advice */
  readonly permutedOutcomes: AdviceGiven & { readonly tables: number };
  /**
   * mean error over left-out regions with contexts dealt out (regions swap them, and neighbourhoods within regions), beside that of one mix for everybody on the same tables: it
   * should not be smaller; null where everybody gets the same ranking anyway
   */
  readonly permutedContexts: {
    readonly tables: number;
    readonly error: number;
    readonly errorOfConstant: number;
  } | null;
}

interface AdviceGiven {
  readonly answers: number;
  readonly advice: number;
}

const tables = 3;
const mostPlaces = 40;
const folds = 3;
const largestMix = 4;

/**
 * Controls of a trained model: the kind that is served, trained on outcomes or contexts that were dealt out at random.
 *
 * @param input.blocks the catalogue, in the order of the model's blocks; mixes of up to four are free to choose
 * @returns one record a KPI, in the order of the model
 * @throws too-few-groups with fewer than two regions; singular-matrix
 * Cost: 30 fits a KPI, and 160 answers.
 */
export function controlModel(
  input: { readonly model: TrainedModel; readonly blocks: readonly BlockRules[] },
  kernels: MatrixKernels,
  progress: (fraction: number) => void,
): readonly ModelControls[] {
  const { model, blocks } = input;
  const { seed, kpis } = model;
  const leaveOut = (table: ExperimentTable, kinds: readonly ServableKind[]) =>
    crossValidate({ table, leftOut: 'region', folds, kinds, truth: null, seed }, kernels, () => {}).leaderboard;
  const trainedOn = (part: TrainedKpi, table: ExperimentTable): TrainedKpi => {
    const { models, groups } = leaveOut(table, [part.kind]);
    const { calibrationSlope: slope, intervalCoverage, worstRegionCoverage } = models[0]!;
    const acceptable = hasAcceptableCalibration(models[0]!, groups);
    const fitted = fitServable(part.kind, table, createRandom(seed, 'model', part.kind), kernels);
    const calibration = { ...part.calibration, acceptable, slope, intervalCoverage, worstRegionCoverage };
    return { ...part, table, model: fitted, support: fitSupportArea(table, fitted, kernels), calibration };
  };
  const adviceBy = (part: TrainedKpi): AdviceGiven => {
    const rows = placesOf(part.table);
    const states = rows.map((row) => {
      const question = {
        model: { seed, kpis: [part] },
        place: placeOf(part.table, row),
        goals: [{ kpi: part.kpi, weight: 1 }],
        blocks,
        constraints: { budget: null, maximumSize: largestMix, required: [], excluded: [] },
        count: 1,
        seed,
      };
      return recommendMixes(question, kernels).state;
    });
    return { answers: rows.length, advice: states.filter((state) => state === 'advice').length };
  };
  return kpis.map((part, k) => {
    const asTrained = adviceBy(part);
    let answers = 0;
    let advice = 0;
    let error = 0;
    let errorOfConstant = 0;
    for (let t = 0; t < tables; t++) {
      const outcomes = createRandom(seed, 'permuted outcomes', part.kpi, t);
      const given = adviceBy(trainedOn(part, permuteOutcomes(part.table, outcomes)));
      answers += given.answers;
      advice += given.advice;
      if (!part.pooled) {
        const contexts = permuteContexts(
          part.table,
          part.table.region,
          createRandom(seed, 'permuted contexts', part.kpi, t),
        );
        const [constant, own] = leaveOut(contexts, ['constant', part.kind]).models;
        errorOfConstant += constant!.rootMeanSquaredError / tables;
        error += own!.rootMeanSquaredError / tables;
      }
      progress((k + (t + 1) / tables) / kpis.length);
    }
    return {
      kpi: part.kpi,
      asTrained,
      permutedOutcomes: { tables, answers, advice },
      permutedContexts: part.pooled ? null : { tables, error, errorOfConstant },
    };
  });
}

/** The first row of each site, of many sites every so many. */
function placesOf({ site }: ExperimentTable): readonly number[] {
  const first = new Map<number, number>();
  site.forEach((s, i) => {
    if (!first.has(s)) first.set(s, i);
  });
  const rows = [...first.values()];
  const step = Math.max(1, Math.floor(rows.length / mostPlaces));
  return rows.filter((_, at) => at % step === 0).slice(0, mostPlaces);
}
