import type { TrainedModel } from '../../core/recommend/trained-model.ts';
import { blockRules, type ExperimentRegistry } from '../experiments.ts';

/** What decides which mixes are asked about, and by which goals. */
export interface MixSettings {
  /** weight of each KPI; null: the KPI most experiments measured */
  readonly goals: Readonly<Record<string, number>> | null;
  /** euro per household; null: no limit */
  readonly budget: number | null;
  readonly maximumSize: number;
  readonly required: readonly string[];
  readonly excluded: readonly string[];
}

/** The same as the core asks it. */
export function mixQuestion(
  settings: MixSettings,
  registry: ExperimentRegistry,
  model: TrainedModel,
  withdrawn: readonly string[],
) {
  const { budget, maximumSize, required, excluded } = settings;
  const goals = settings.goals ?? { [model.kpis[0]!.kpi]: 1 };
  return {
    model,
    withdrawn,
    goals: Object.entries(goals).map(([kpi, weight]) => ({ kpi, weight })),
    blocks: blockRules(registry),
    constraints: { budget, maximumSize, required, excluded },
  };
}
