import type { ModelControls } from '../core/recommend/control-model.ts';
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
  /** what the evaluation of the method found on data with a known truth; null for a model that was trained here */
  readonly goals: readonly MethodGoal[] | null;
}

/** A goal of the evaluation (`npm run evaluate`) and what was reached. */
export interface MethodGoal {
  readonly test: string;
  readonly metric: string;
  /** null where the data of the test were absent, and then `met` too */
  readonly value: number | null;
  readonly goal: string;
  readonly met: boolean | null;
}

export interface ModelKpi {
  readonly kpi: string;
  readonly kind: ServableKind;
  /** one mix for everybody did not do worse, so everybody gets the same advice */
  readonly pooled: boolean;
  /** kinds that could win; the rule is on the card */
  readonly candidates: readonly ServableKind[];
  readonly controls: Omit<ModelControls, 'kpi'>;
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

/** A model as training gives it, with what it was made of and what it was held against. */
interface ModelOrigin {
  readonly model: TrainedModel;
  readonly candidates: readonly ServableKind[];
  readonly controls: readonly ModelControls[];
  /** sha256 of the experiments */
  readonly dataDigest: string;
}

export function describeModel(
  { name, version }: { readonly name: string; readonly version: number },
  { model, candidates, controls, dataDigest }: ModelOrigin,
  goals: ModelDescription['goals'],
): ModelDescription {
  const { table } = model.kpis[0]!;
  return {
    name,
    version,
    seed: model.seed,
    dataDigest,
    blocks: table.blocks,
    contexts: table.contexts,
    kpis: model.kpis.map((part, k) => ({
      kpi: part.kpi,
      kind: part.kind,
      pooled: part.pooled,
      candidates,
      controls: withoutName(controls[k]!),
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
    goals,
  };
}

const withoutName = ({ asTrained, permutedOutcomes, permutedContexts }: ModelControls): ModelKpi['controls'] => ({
  asTrained,
  permutedOutcomes,
  permutedContexts,
});
