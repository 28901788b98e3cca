import { createHash } from 'node:crypto';
import type { AnswerState } from '../core/recommend/recommend-mixes.ts';
import type { ExperimentEvidence } from './experiment-evidence.ts';
import type { Experiment, ExperimentRegistry } from './experiments.ts';
import type { ExperimentRepository, PlannedExperiments } from './ports.ts';

/** What a recommendation promised of one KPI: effect and 90 % interval of the true effect. */
export interface PromisedEffect {
  readonly kpi: string;
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * An accepted recommendation: what will be tried where, and what was promised of it; or an experiment that nobody recommended, which
 * promised nothing. Never changed.
 */
export interface PlannedExperiment {
  readonly experiment: string;
  /** the result that it was accepted from, its model and its state; null where nothing was recommended */
  readonly recommendation: string | null;
  readonly model: { readonly name: string; readonly version: number; readonly dataDigest: string } | null;
  readonly state: AnswerState | null;
  readonly neighbourhood: string;
  readonly region: string;
  readonly context: Readonly<Record<string, number | null>>;
  readonly blocks: readonly string[];
  readonly promises: readonly PromisedEffect[];
  /** month, such as 2026-09 */
  readonly start: string;
  readonly months: number;
  /** when it was accepted or documented, ISO 8601 in UTC */
  readonly acceptedAt: string;
}

export type CorrectionReason = 'measurement-error' | 'longer-period' | 'better-comparison';

/** A result that disappoints is no reason. */
export type WithdrawalReason = 'consent-withdrawn' | 'erasure-asked';

/** What was found of one KPI. The first holds until a correction is added; both stay. */
export interface RecordedOutcome {
  /** unguessable; the event log keeps sha256 of the record with it */
  readonly outcome: string;
  readonly experiment: string;
  readonly kpi: string;
  /** more is better, in the unit of the KPI */
  readonly effect: number;
  /** of the effect, what a weak design may be off by included */
  readonly variance: number;
  readonly households: number;
  readonly grade: string;
  /** months, first and last */
  readonly from: string;
  readonly until: string;
  /** the study it was read from; null where typed in */
  readonly result: string | null;
  readonly evidence: ExperimentEvidence;
  readonly correction: CorrectionReason | null;
  readonly recordedAt: string;
}

export interface ExperimentWithdrawal {
  readonly experiment: string;
  readonly reason: WithdrawalReason;
  /** name of the model that its mix was accepted from; null for an experiment that was not planned here */
  readonly model: string | null;
  readonly at: string;
}

/** Everything the learning loop keeps. A plan or outcome that was withdrawn is not in it; its withdrawal is. */
export interface LearningRecords {
  /** in the order in which they were accepted */
  readonly plans: readonly PlannedExperiment[];
  /** in the order in which they were recorded */
  readonly outcomes: readonly RecordedOutcome[];
  readonly withdrawals: readonly ExperimentWithdrawal[];
}

/** The outcome that holds for each experiment and KPI: the newest. */
export function outcomesThatHold({ outcomes }: LearningRecords): readonly RecordedOutcome[] {
  return [...new Map(outcomes.map((outcome) => [`${outcome.experiment}\0${outcome.kpi}`, outcome])).values()];
}

/**
 * The registry as models read it: the documented experiments and the planned ones that were reported, failed ones like all others;
 * without those that were withdrawn.
 */
function withOutcomes(registry: ExperimentRegistry, records: LearningRecords): ExperimentRegistry {
  if (records.outcomes.length === 0 && records.withdrawals.length === 0) return registry;
  const plans = new Map(records.plans.map((plan) => [plan.experiment, plan]));
  const held = outcomesThatHold(records);
  const own = held.flatMap((outcome): Experiment[] => {
    const plan = plans.get(outcome.experiment);
    if (plan === undefined) return [];
    const { kpi, effect, variance, households, grade, evidence } = outcome;
    const { experiment, neighbourhood, region, start, blocks, context } = plan;
    return [
      {
        experiment,
        kpi,
        neighbourhood,
        region,
        start,
        grade,
        effect,
        variance,
        households,
        blocks,
        context,
        evidence,
      },
    ];
  });
  const gone = new Set(records.withdrawals.map(({ experiment }) => experiment));
  const order = (a: Experiment, b: Experiment) =>
    Buffer.compare(Buffer.from(`${a.experiment}\0${a.kpi}`), Buffer.from(`${b.experiment}\0${b.kpi}`));
  const experiments = [...registry.experiments, ...own].filter(({ experiment }) => !gone.has(experiment)).sort(order);
  const digest = createHash('sha256')
    .update(registry.digest)
    // With the ids of the outcomes, which nobody can guess: a digest of what is not listed must not be found by trying effects.
    .update(JSON.stringify([own, held.map(({ outcome }) => outcome), [...gone].sort()]))
    .digest('hex');
  return { ...registry, digest, experiments };
}

/** The documented experiments with what was learned since. */
export const joinExperiments = (
  documented: ExperimentRepository,
  planned: PlannedExperiments,
): ExperimentRepository => ({
  load: async () => withOutcomes(await documented.load(), await planned.load()),
});
