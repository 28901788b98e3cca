import type { Actor } from './actor.ts';
import type { ResultOf } from './analyses.ts';
import { authorise } from './authorise.ts';
import { AppError } from './errors.ts';
import { evidenceOf, evidenceOfGrade } from './experiment-evidence.ts';
import { type ExperimentRegistry, kpisOf } from './experiments.ts';
import type {
  CorrectionReason,
  ExperimentWithdrawal,
  PlannedExperiment,
  RecordedOutcome,
  WithdrawalReason,
} from './planned-experiments.ts';
import type { Ports } from './ports.ts';
import { type ModelPromises, modelPromises } from './promises.ts';
import { type Released, releasePlans, releaseUnrestricted } from './release.ts';
import { releaseStored } from './release-stored.ts';

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

export interface OutcomeInput {
  readonly experiment: string;
  readonly kpi: string;
  /** a study to read it from, instead of effect, variance, households and grade */
  readonly result?: string;
  /** factor from the unit of the study to that of the KPI, negative where less is better there; 1 or -1 by the direction of its outcome when left out */
  readonly scale?: number;
  readonly effect?: number;
  readonly variance?: number;
  /** of the KPI over households; instead of the variance, and always before and after */
  readonly standardDeviation?: number;
  readonly households?: number;
  readonly grade?: string;
  /** first and last month, YYYY-MM */
  readonly from: string;
  readonly until: string;
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

/** What follows a recommendation: it is accepted, tried, reported, and held against what it promised. */
export interface LearningLoop {
  acceptRecommendation(actor: Actor, input: AcceptInput): Promise<Released<PlannedExperiment>>;
  listPlannedExperiments(actor: Actor, input: Record<string, never>): Promise<Released<PlanList>>;
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

  async function storedResult(id: string) {
    const result = await ports.results.get(id);
    if (result !== null) return result;
    throw new AppError('result-not-found', `There is no result "${id}". A job names its result once it succeeded.`, {
      result: id,
    });
  }

  return {
    async acceptRecommendation(actor, input) {
      authorise(actor, 'document', { kind: 'experiments' });
      const result = await storedResult(input.recommendation);
      if (result.kind !== 'recommendation') {
        throw new AppError(
          'invalid-request',
          `Result "${result.id}" is of the kind "${result.kind}"; expected a recommendation to accept.`,
          { result: result.id, kind: result.kind },
        );
      }
      const plan: PlannedExperiment = {
        experiment: identifiers.next('exp'),
        ...accepted(result, input, await experiments.load()),
        acceptedAt: clock.now(),
      };
      await plannedExperiments.accept(plan);
      // Of a place and a forecast; no household is behind it.
      return releaseUnrestricted(plan);
    },

    async listPlannedExperiments(actor) {
      authorise(actor, 'read', { kind: 'experiments' });
      const { plans, outcomes, withdrawals } = await plannedExperiments.load();
      const all = plans.map((plan) => ({
        ...plan,
        outcomes: outcomes
          .filter(({ experiment }) => experiment === plan.experiment)
          .map(({ experiment: _, outcome: _id, ...rest }) => rest),
      }));
      return releasePlans({ experiments: all, withdrawals }, actor);
    },

    async recordOutcome(actor, input) {
      authorise(actor, 'document', { kind: 'experiments' });
      const registry = await experiments.load();
      const { plans } = await plannedExperiments.load();
      const plan = plans.find(({ experiment }) => experiment === input.experiment);
      if (plan === undefined) throw notPlanned(input.experiment);
      requireOutcomeOf(input, plan, registry);
      const { kpi, from, until, correction = null, result = null } = input;
      const found = result === null ? typedIn(input, registry) : await readFrom(result, input, registry);
      const outcome: RecordedOutcome = {
        outcome: identifiers.next('out'),
        experiment: plan.experiment,
        kpi,
        ...found,
        from,
        until,
        result,
        correction,
        recordedAt: clock.now(),
      };
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
      const withdrawal = { experiment, reason, model: plan?.model.name ?? null, at: clock.now() };
      return releaseUnrestricted({ ...withdrawal, results: await plannedExperiments.withdraw(withdrawal) });
    },

    async modelPromises(actor, { model, version }) {
      authorise(actor, 'read', { kind: 'model', id: model });
      const { description } = await models.load(model, version ?? null);
      // Over experiments that are all large enough, see `modelPromises`.
      return releaseUnrestricted(
        modelPromises(await plannedExperiments.load(), model, description.version, clock.now()),
      );
    },
  };

  /** The effect of a study, as it may be shown to everybody. */
  async function readFrom(id: string, input: OutcomeInput, registry: ExperimentRegistry) {
    const given = (['effect', 'variance', 'standardDeviation', 'households'] as const).filter(
      (name) => input[name] !== undefined,
    );
    if (given.length > 0) {
      throw new AppError(
        'invalid-request',
        `Received a study and also ${given.join(', ')}; expected one of both. Leave out what the study says.`,
      );
    }
    const studied = evidenceOf(await releaseStored(ports, await storedResult(id), { role: 'visitor' }));
    const scale = input.scale ?? (studied.lowerIsBetter ? -1 : 1);
    return {
      effect: scale * studied.effect,
      variance: scale ** 2 * studied.variance,
      households: studied.households,
      grade: knownGrade(input.grade ?? 'matched', registry),
      evidence: studied.evidence,
    };
  }
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
  const region = input.region ?? registry.regionOf[neighbourhood];
  if (region === undefined) {
    throw new AppError(
      'invalid-request',
      `The region of the neighbourhood "${neighbourhood}" is not known; expected it beside the code.`,
      { neighbourhood },
    );
  }
  return {
    recommendation: id,
    model: body.model,
    state: body.state,
    neighbourhood,
    region,
    context: Object.fromEntries(body.place.map(({ name, value }) => [name, value])),
    blocks: chosen.blocks,
    promises: chosen.effects.map(({ kpi, mean, lower, upper }) => ({ kpi, mean, lower, upper })),
    start,
    months,
  };
}

/** An outcome that somebody worked out elsewhere. */
function typedIn(input: OutcomeInput, registry: ExperimentRegistry) {
  const { effect, households, standardDeviation = null } = input;
  const grade = knownGrade(input.grade, registry);
  const needsSpread = grade === 'before-after' || input.variance === undefined;
  if (effect === undefined || households === undefined || (needsSpread && standardDeviation === null)) {
    throw new AppError(
      'invalid-request',
      'Received no study and no whole outcome; expected an effect, a number of households, a grade, and a variance or the standard deviation of the KPI (before and after always the latter).',
    );
  }
  const evidence = evidenceOfGrade(grade, standardDeviation);
  // Two halves are compared; before and after, each household with itself.
  const sampling = input.variance ?? ((grade === 'before-after' ? 1 : 4) * standardDeviation! ** 2) / households;
  return { effect, variance: sampling + evidence.biasVariance, households, grade, evidence };
}

function knownGrade(grade: string | undefined, { grades }: ExperimentRegistry): string {
  if (grade !== undefined && grades.includes(grade)) return grade;
  throw new AppError(
    'invalid-request',
    `The grade of evidence is ${grade === undefined ? 'not given' : `"${grade}"`}; expected one of ${grades.join(', ')}.`,
    { grades },
  );
}

function requireOutcomeOf(
  { kpi, from, until }: OutcomeInput,
  { start }: PlannedExperiment,
  registry: ExperimentRegistry,
): void {
  if (from < start || until < from) {
    throw new AppError(
      'invalid-request',
      `The outcome is of ${from} to ${until}; expected months in order, from the start of the experiment (${start}) on.`,
      { from, until, start },
    );
  }
  const known = kpisOf(registry);
  if (known.includes(kpi)) return;
  throw new AppError('invalid-request', `No experiment measured "${kpi}"; expected one of ${known.join(', ')}.`, {
    kpi,
    known,
  });
}

const notPlanned = (experiment: string): AppError =>
  new AppError(
    'experiment-not-found',
    `There is no experiment "${experiment}". List the experiments to see their ids.`,
    {
      experiment,
    },
  );
