import type { Leaderboard } from '../core/recommend/cross-validate.ts';
import type { ServableKind } from '../core/recommend/effect-models.ts';
import type { Calibration, TrainedModel } from '../core/recommend/trained-model.ts';

/** What a trained model is and how well it did, without its weights. */
export interface ModelDescription {
  readonly name: string;
  readonly version: number;
  readonly seed: number;
  /** sha256 of the experiments it was trained on */
  readonly dataDigest: string;
  readonly blocks: readonly string[];
  readonly contexts: readonly string[];
  readonly kpis: readonly ModelKpi[];
}

export interface ModelKpi {
  readonly kpi: string;
  readonly kind: ServableKind;
  /** one mix for everybody did not do worse, so everybody gets the same advice */
  readonly pooled: boolean;
  readonly experiments: number;
  readonly neighbourhoods: number;
  readonly regions: number;
  readonly grades: readonly { readonly grade: string; readonly experiments: number }[];
  readonly calibration: Calibration;
  readonly byNeighbourhood: Leaderboard;
  readonly byRegion: Leaderboard;
}

export interface StoredModel {
  readonly description: ModelDescription;
  readonly model: TrainedModel;
}

/** A model as the list shows it. */
export interface ModelSummary {
  readonly name: string;
  readonly version: number;
  /** true for the model that comes with the service */
  readonly shipped: boolean;
}

export function describeModel(
  name: string,
  version: number,
  model: TrainedModel,
  dataDigest: string,
): ModelDescription {
  const { table } = model.kpis[0]!;
  return {
    name,
    version,
    seed: model.seed,
    dataDigest,
    blocks: table.blocks,
    contexts: table.contexts,
    kpis: model.kpis.map((part) => ({
      kpi: part.kpi,
      kind: part.kind,
      pooled: part.pooled,
      experiments: part.table.ids.length,
      neighbourhoods: new Set(part.table.site).size,
      regions: new Set(part.table.region).size,
      grades: part.table.grades.map((grade, g) => ({
        grade,
        experiments: part.table.grade.filter((x) => x === g).length,
      })),
      calibration: part.calibration,
      byNeighbourhood: part.byNeighbourhood,
      byRegion: part.byRegion,
    })),
  };
}
