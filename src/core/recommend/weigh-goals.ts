import { CoreError } from '../errors.ts';
import type { TrainedKpi, TrainedModel } from './trained-model.ts';

export interface WeighedGoal {
  readonly part: TrainedKpi;
  /** weight over the spread of the KPI: turns its effect into a share of the score */
  readonly factor: number;
}

/**
 * KPIs with their factors in the score, heaviest first.
 *
 * @throws unknown-variable for a goal without a model; invalid-argument for no goal, or weights that are not positive
 */
export function weighGoals(
  model: TrainedModel,
  goals: readonly { readonly kpi: string; readonly weight: number }[],
): readonly WeighedGoal[] {
  const total = goals.reduce((sum, { weight }) => sum + weight, 0);
  if (goals.length === 0 || goals.some(({ weight }) => !(weight > 0 && Number.isFinite(weight)))) {
    throw new CoreError(
      'invalid-argument',
      `Received the goals ${goals.map(({ kpi, weight }) => `${kpi}=${weight}`).join(', ') || '(none)'}; expected at least one KPI, each with a weight above 0.`,
    );
  }
  const weighed = goals.map(({ kpi, weight }) => {
    const part = model.kpis.find((candidate) => candidate.kpi === kpi);
    if (part) return { part, factor: weight / total / part.spread };
    const known = model.kpis.map((candidate) => candidate.kpi);
    throw new CoreError('unknown-variable', `The model knows no KPI "${kpi}"; expected one of ${known.join(', ')}.`, {
      kpi,
      known,
    });
  });
  return weighed.sort((a, b) => b.factor * b.part.spread - a.factor * a.part.spread);
}
