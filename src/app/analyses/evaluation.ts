import type { Leaderboard, LeftOut } from '../../core/recommend/cross-validate.ts';
import { type ModelKind, modelKinds } from '../../core/recommend/effect-models.ts';
import { experimentTable, kpisOf, withLargeExperiments } from '../experiments.ts';
import type { AnalysisContext } from '../ports.ts';
import type { Draft } from '../results.ts';

export interface EvaluationSettings {
  /** null: the KPI that most experiments measured */
  readonly kpi: string | null;
  readonly leftOut: LeftOut;
  readonly folds: number;
  readonly kinds: readonly ModelKind[];
  readonly seed: number;
}

export type EvaluationRequest = Partial<EvaluationSettings>;

export interface EvaluationBody {
  readonly kpi: string;
  readonly leaderboard: Leaderboard;
}

const defaults: EvaluationSettings = { kpi: null, leftOut: 'region', folds: 10, kinds: modelKinds, seed: 20260101 };

/** Compares models on the documented experiments by leaving out whole neighbourhoods or regions. */
export const evaluation = {
  settings: (request: EvaluationRequest): EvaluationSettings => ({ ...defaults, ...request }),

  async run(
    settings: EvaluationSettings,
    context: AnalysisContext,
  ): Promise<Draft<EvaluationSettings, EvaluationBody>> {
    const { experiments, compute } = context.ports;
    const all = await experiments.load();
    const registry = withLargeExperiments(all);
    const kpi = settings.kpi ?? kpisOf(registry)[0] ?? '';
    const table = experimentTable(registry, kpi);
    const { leftOut, folds, kinds, seed } = settings;
    const leaderboard = await compute.run(
      'compareModels',
      { table, leftOut, folds, kinds, truth: null, seed },
      context,
    );
    return {
      class: 'release',
      settings,
      seed,
      sources: [{ panel: 'experiments', revision: 1, digest: registry.digest, units: null }],
      attrition: [
        { step: 'experiments', units: all.experiments.filter((row) => row.kpi === kpi).length },
        { step: 'experiments-large-enough', units: table.ids.length },
      ],
      warnings: [],
      body: { kpi, leaderboard },
    };
  },

  /** Scores over experiments that are all large enough. */
  release: (body: EvaluationBody): EvaluationBody => body,
};
