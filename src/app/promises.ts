import {
  fewestOutcomes,
  judgePromises,
  type PromiseJudgement,
  type PromiseOutcome,
} from '../core/recommend/judge-promises.ts';
import { normalQuantile } from '../core/stats/normal-quantile.ts';
import { isLargeEnough } from './experiments.ts';
import { type LearningRecords, outcomesThatHold, type PlannedExperiment } from './planned-experiments.ts';

/** Promises about one KPI, held against what came of them. */
export interface KpiPromises extends PromiseJudgement {
  readonly kpi: string;
  /** false: this version has too few outcomes yet, and is judged by what all models here promised */
  readonly ofThisVersion: boolean;
}

export interface ModelPromises {
  readonly model: string;
  readonly version: number;
  /** recommendations accepted here, of whatever model; so are the counts below */
  readonly accepted: number;
  /** experiments with an outcome */
  readonly reported: number;
  /** experiments past their end without an outcome */
  readonly overdue: number;
  /** accepted experiments that were withdrawn: they judge nobody */
  readonly withdrawn: number;
  readonly kpis: readonly KpiPromises[];
}

/**
 * What was promised here and what came of it. A version is judged by its own promises once they have outcomes in enough neighbourhoods, before that by
 * those of all models: every model here learned the same registry, and neither training again nor another name or kind wipes a broken promise out.
 *
 * @param now ISO 8601 in UTC
 */
export function modelPromises(
  records: LearningRecords,
  { name, version }: { readonly name: string; readonly version: number },
  now: string,
): ModelPromises {
  const plans = records.plans.filter((plan) => plan.model !== null);
  const own = plans.filter((plan) => plan.model!.name === name && plan.model!.version === version);
  const reported = new Set(records.outcomes.map(({ experiment }) => experiment));
  const isOverdue = (plan: PlannedExperiment) => !reported.has(plan.experiment) && monthAfter(plan) <= now.slice(0, 7);
  const kpis = [...new Set(plans.flatMap(({ promises }) => promises.map(({ kpi }) => kpi)))].sort();
  return {
    model: name,
    version,
    accepted: plans.length,
    reported: plans.filter(({ experiment }) => reported.has(experiment)).length,
    overdue: plans.filter(isOverdue).length,
    withdrawn: records.withdrawals.filter(({ model }) => model !== null).length,
    kpis: kpis.map((kpi) => judged(records, plans, own, kpi)),
  };
}

function judged(
  records: LearningRecords,
  plans: readonly PlannedExperiment[],
  ofThisVersion: readonly PlannedExperiment[],
  kpi: string,
): KpiPromises {
  const own = judgePromises(keptIn(records, ofThisVersion, kpi));
  if (own.neighbourhoods >= fewestOutcomes) return { kpi, ofThisVersion: true, ...own };
  const all = judgePromises(keptIn(records, plans, kpi));
  return { kpi, ofThisVersion: all.outcomes === own.outcomes, ...all };
}

/** A forecast of what had begun when it was accepted is no promise; such plans are refused, and older ones judge nobody. */
const isPromise = ({ start, acceptedAt }: PlannedExperiment): boolean => start >= acceptedAt.slice(0, 7);

/** Promises with the outcome that holds; one of too few households is for the operator to see and judges nothing. */
function keptIn(records: LearningRecords, plans: readonly PlannedExperiment[], kpi: string): readonly PromiseOutcome[] {
  const planOf = new Map(plans.filter(isPromise).map((plan) => [plan.experiment, plan]));
  return outcomesThatHold(records)
    .filter((outcome) => outcome.kpi === kpi && isLargeEnough(outcome))
    .flatMap(({ experiment, effect, variance }) => {
      const plan = planOf.get(experiment);
      const promise = plan?.promises.find((one) => one.kpi === kpi);
      if (plan === undefined || promise === undefined) return [];
      return [
        {
          neighbourhood: plan.neighbourhood,
          promised: promise.mean,
          standardDeviation: (promise.upper - promise.lower) / 2 / normalQuantile(0.95),
          realised: effect,
          variance,
        },
      ];
    });
}

/** The month after the last one of a plan, as YYYY-MM. */
function monthAfter({ start, months }: PlannedExperiment): string {
  const [year, month] = start.split('-').map(Number) as [number, number];
  const at = year * 12 + month - 1 + months;
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`;
}
