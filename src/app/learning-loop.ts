import type { Actor } from './actor.ts';
import type { ResultOf } from './analyses.ts';
import { authorise } from './authorise.ts';
import { type DocumentInput, documentedExperiment, regionOf, requireNew } from './document-experiment.ts';
import { AppError } from './errors.ts';
import { type ExperimentRegistry, isLargeEnough } from './experiments.ts';
import { type FoundInput, findOutcome, storedResult } from './find-outcome.ts';
import { minimumGroup } from './minimum-group.ts';
import {
  type CorrectionReason,
  type ExperimentWithdrawal,
  type LearningRecords,
  outcomesThatHold,
  type PlannedExperiment,
  type RecordedOutcome,
  type WithdrawalReason,
} from './planned-experiments.ts';
import type { Ports } from './ports.ts';
import { type ModelPromises, modelPromises } from './promises.ts';
import { type Released, releasePlans, releasePromises, releaseUnrestricted } from './release.ts';

export interface AcceptInput {
  /** id of a recommendation result */
  readonly recommendation: string;
  /** place of the mix in its list, from 1; the first when left out */
  readonly mix?: number;
  /** code; that of the question when left out */
  readonly neighbourhood?: string;
  /** that of the table of neighbourhoods when left out */
  readonly region?: string;
  /** month of the start, YYYY-MM */
  readonly start: string;
  /** how long it runs; 12 when left out */
  readonly months?: number;
}

export interface OutcomeInput extends FoundInput {
  readonly experiment: string;
  readonly correction?: CorrectionReason;
}

/** A planned experiment with all that was recorded of it. */
export interface ExperimentInLoop extends PlannedExperiment {
  readonly outcomes: readonly Omit<RecordedOutcome, 'experiment' | 'outcome'>[];
}

export interface PlanList {
  readonly experiments: readonly ExperimentInLoop[];
  readonly withdrawals: readonly ExperimentWithdrawal[];
}

export interface WithdrawalReport extends ExperimentWithdrawal {
  /** stored answers that rested on experiments and are gone */
  readonly results: number;
}

/** What follows a recommendation: it is accepted, tried, reported, and held against what it promised; and what was tried without one. */
export interface LearningLoop {
  acceptRecommendation(actor: Actor, input: AcceptInput): Promise<Released<PlannedExperiment>>;
  listPlannedExperiments(actor: Actor, input: Record<string, never>): Promise<Released<PlanList>>;
  documentExperiment(actor: Actor, input: DocumentInput): Promise<Released<ExperimentInLoop>>;
  recordOutcome(actor: Actor, input: OutcomeInput): Promise<Released<RecordedOutcome>>;
  withdrawExperiment(
    actor: Actor,
    input: { readonly experiment: string; readonly reason: WithdrawalReason },
  ): Promise<Released<WithdrawalReport>>;
  modelPromises(
    actor: Actor,
    input: { readonly model: string; readonly version?: number },
  ): Promise<Released<ModelPromises>>;
}

export function createLearningLoop(ports: Ports): LearningLoop {
  const { plannedExperiments, experiments, models, clock, identifiers } = ports;

  return {
    async acceptRecommendation(actor, input) {
      authorise(actor, 'document', { kind: 'experiments' });
      const result = await storedResult(ports, input.recommendation);
      if (result.kind !== 'recommendation') {
        throw new AppError(
          'invalid-request',
          `Result "${result.id}" is of the kind "${result.kind}"; expected a recommendation to accept.`,
          { result: result.id, kind: result.kind },
        );
      }
      const registry = await experiments.load();
      const at = clock.now();
      requireToCome(input.start, at);
      const chosen = accepted(result, input, registry);
      requireNew(chosen, (await plannedExperiments.load()).plans, registry);
      const plan: PlannedExperiment = { experiment: identifiers.next('exp'), ...chosen, acceptedAt: at };
      await plannedExperiments.accept(plan);
      // Of a place and a forecast; no household is behind it.
      return releaseUnrestricted(plan);
    },

    async documentExperiment(actor, input) {
      authorise(actor, 'document', { kind: 'experiments' });
      const registry = await experiments.load();
      const documented = documentedExperiment(input, registry);
      requireNew(documented, (await plannedExperiments.load()).plans, registry);
      const at = clock.now();
      const plan: PlannedExperiment = { experiment: identifiers.next('exp'), ...documented, acceptedAt: at };
      const outcome: RecordedOutcome = {
        outcome: identifiers.next('out'),
        experiment: plan.experiment,
        ...(await findOutcome(ports, input, plan.start, registry)),
        correction: null,
        recordedAt: at,
      };
      await plannedExperiments.document(plan, outcome);
      // To the operator, who told it.
      return releaseUnrestricted(inLoop(plan, [outcome]));
    },

    async listPlannedExperiments(actor) {
      authorise(actor, 'read', { kind: 'experiments' });
      const { plans, outcomes, withdrawals } = await plannedExperiments.load();
      const all = plans.map((plan) => inLoop(plan, outcomes));
      return releasePlans({ experiments: all, withdrawals }, actor);
    },

    async recordOutcome(actor, input) {
      authorise(actor, 'document', { kind: 'experiments' });
      const registry = await experiments.load();
      const records = await plannedExperiments.load();
      const plan = records.plans.find(({ experiment }) => experiment === input.experiment);
      if (plan === undefined) throw notPlanned(input.experiment);
      const outcome: RecordedOutcome = {
        outcome: identifiers.next('out'),
        experiment: plan.experiment,
        ...(await findOutcome(ports, input, plan.start, registry)),
        correction: input.correction ?? null,
        recordedAt: clock.now(),
      };
      requireStaysEvidence(outcome, records);
      await plannedExperiments.record(outcome);
      // To the operator, who told it.
      return releaseUnrestricted(outcome);
    },

    async withdrawExperiment(actor, { experiment, reason }) {
      authorise(actor, 'document', { kind: 'experiments' });
      const { plans } = await plannedExperiments.load();
      const plan = plans.find((one) => one.experiment === experiment);
      if (plan === undefined) {
        const documented = (await experiments.load()).experiments;
        if (!documented.some((one) => one.experiment === experiment)) throw notPlanned(experiment);
      }
      const withdrawal = { experiment, reason, model: plan?.model?.name ?? null, at: clock.now() };
      return releaseUnrestricted({ ...withdrawal, results: await plannedExperiments.withdraw(withdrawal) });
    },

    async modelPromises(actor, { model, version }) {
      authorise(actor, 'read', { kind: 'model', id: model });
      const { description } = await models.load(model, version ?? null);
      const judge = (records: LearningRecords) => modelPromises(records, description, clock.now());
      return releasePromises(judge, await plannedExperiments.load(), actor);
    },
  };
}

const inLoop = (plan: PlannedExperiment, outcomes: readonly RecordedOutcome[]): ExperimentInLoop => ({
  ...plan,
  outcomes: outcomes
    .filter(({ experiment }) => experiment === plan.experiment)
    .map(({ experiment: _, outcome: _id, ...rest }) => rest),
});

/** Too few households are learned by no model: a correction down to them would drop a result that disappoints. */
function requireStaysEvidence({ experiment, kpi, households }: RecordedOutcome, records: LearningRecords): void {
  const held = outcomesThatHold(records).find((one) => one.experiment === experiment && one.kpi === kpi);
  if (held === undefined || !isLargeEnough(held) || isLargeEnough({ households })) return;
  throw new AppError(
    'invalid-request',
    `The outcome of "${experiment}" for ${kpi} rests on ${held.households} households and its correction on ${households}; expected at least ${minimumGroup}, because a result that is evidence stays evidence.`,
    { experiment, kpi, held: held.households, households, least: minimumGroup },
  );
}

/** What has begun may already be known to work; a forecast of it would be no promise. */
function requireToCome(start: string, now: string): void {
  const thisMonth = now.slice(0, 7);
  if (start >= thisMonth) return;
  throw new AppError(
    'invalid-request',
    `The experiment would have begun in ${start}, and it is now ${thisMonth}; expected a start from this month on. Document what began before, with what was found.`,
    { start, thisMonth },
  );
}

/** What of a recommendation becomes the plan. */
function accepted(
  { id, settings, body }: ResultOf<'recommendation'>,
  { mix = 1, start, months = 12, ...input }: AcceptInput,
  registry: ExperimentRegistry,
): Omit<PlannedExperiment, 'experiment' | 'acceptedAt'> {
  const chosen = body.mixes[mix - 1];
  if (chosen === undefined) {
    throw new AppError(
      'invalid-request',
      body.mixes.length === 0
        ? `Recommendation "${id}" abstained and lists no mix. There is nothing to accept.`
        : `Recommendation "${id}" lists ${body.mixes.length} mixes; received ${mix}. Give the place of one of them, from 1.`,
      { result: id, mixes: body.mixes.length },
    );
  }
  const neighbourhood = input.neighbourhood ?? settings.neighbourhood;
  if (neighbourhood === null) {
    throw new AppError(
      'invalid-request',
      'The recommendation was for parameters, not for a neighbourhood; expected its code, so that the outcome can be placed.',
    );
  }
  return {
    recommendation: id,
    model: body.model,
    state: body.state,
    neighbourhood,
    region: regionOf(neighbourhood, input.region, registry),
    context: Object.fromEntries(body.place.map(({ name, value }) => [name, value])),
    blocks: chosen.blocks,
    promises: chosen.effects.map(({ kpi, mean, lower, upper }) => ({ kpi, mean, lower, upper })),
    start,
    months,
  };
}

const notPlanned = (experiment: string): AppError =>
  new AppError(
    'experiment-not-found',
    `There is no experiment "${experiment}". List the experiments to see their ids.`,
    {
      experiment,
    },
  );
