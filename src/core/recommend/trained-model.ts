import type { Leaderboard } from './cross-validate.ts';
import type { ServableKind } from './effect-models.ts';
import type { ExperimentTable } from './experiment-table.ts';
import type { SetModel } from './set-model.ts';
import type { SupportArea } from './support.ts';

/** How far the forecasts of left-out groups were off, and what intervals are made of it. */
export interface Calibration {
  /** good enough for the model to be served (acceptable-calibration.ts); else answers abstain */
  readonly acceptable: boolean;
  /** groups with a conformity score, one per left-out neighbourhood */
  readonly groups: number;
  /** 90 % intervals reach this many standard deviations; null where there are too few groups for a guarantee */
  readonly reach: number | null;
  /** slope of observed on predicted effects of left-out regions */
  readonly slope: number | null;
  readonly intervalCoverage: number | null;
  readonly worstRegionCoverage: number | null;
}

/** What was learned about one KPI. */
export interface TrainedKpi {
  readonly kpi: string;
  readonly kind: ServableKind;
  /** true where personalising did not beat one mix for everybody, so that everybody gets the same advice */
  readonly pooled: boolean;
  readonly table: ExperimentTable;
  readonly model: SetModel;
  readonly support: SupportArea;
  readonly calibration: Calibration;
  /** spread of the effects of the experiments: puts KPIs on one scale when goals are weighed */
  readonly spread: number;
  readonly byNeighbourhood: Leaderboard;
  readonly byRegion: Leaderboard;
}

/** A model that can be served: plain data, one part per KPI. */
export interface TrainedModel {
  readonly seed: number;
  readonly kpis: readonly TrainedKpi[];
}
