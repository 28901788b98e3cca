import type { Warning } from '../../core/errors.ts';
import type { Place } from '../../core/recommend/experiment-table.ts';
import { lowerState } from '../../core/recommend/judge-promises.ts';
import type { Recommendation } from '../../core/recommend/recommend-mixes.ts';
import type { EvidenceItem, ShownEvidence } from '../../core/recommend/show-evidence.ts';
import type { TrainedModel } from '../../core/recommend/trained-model.ts';
import type { Actor } from '../actor.ts';
import { AppError } from '../errors.ts';
import type { ExperimentEvidence } from '../experiment-evidence.ts';
import { blockRules, type ContextParameter, type ExperimentRegistry, isLargeEnough } from '../experiments.ts';
import type { AnalysisContext } from '../ports.ts';
import { type KpiPromises, modelPromises } from '../promises.ts';
import type { Draft } from '../results.ts';

export interface RecommendationSettings {
  readonly model: string;
  /** null: the newest */
  readonly version: number | null;
  /** code of a neighbourhood whose parameters are known; what `context` says wins */
  readonly neighbourhood: string | null;
  /** parameters by name; null or absent: not known */
  readonly context: Readonly<Record<string, number | null>>;
  /** weight of each KPI; null: the KPI most experiments measured */
  readonly goals: Readonly<Record<string, number>> | null;
  /** euro per household; null: no limit */
  readonly budget: number | null;
  readonly maximumSize: number;
  readonly required: readonly string[];
  readonly excluded: readonly string[];
  /** mixes to list */
  readonly count: number;
  readonly seed: number;
}

export type RecommendationRequest = Partial<RecommendationSettings>;

/** An experiment as evidence, with the comparison behind it; null where nothing is kept of that. */
export interface DocumentedEvidence extends Omit<ShownEvidence, 'items'> {
  readonly items: readonly (EvidenceItem & { readonly documentation: ExperimentEvidence | null })[];
}

export interface RecommendationBody extends Omit<Recommendation, 'evidence'> {
  readonly evidence: readonly DocumentedEvidence[];
  /** what came of earlier promises of the model, by goal; broken ones lower the state */
  readonly promises: readonly KpiPromises[];
  readonly model: { readonly name: string; readonly version: number; readonly dataDigest: string };
  /** the parameters the answer is for, with what was filled in from the neighbourhood */
  readonly place: readonly (ContextParameter & { readonly value: number | null })[];
  readonly calibration: readonly {
    readonly kpi: string;
    readonly slope: number | null;
    readonly intervalCoverage: number | null;
    readonly worstRegionCoverage: number | null;
    readonly pooled: boolean;
  }[];
}

const defaults: RecommendationSettings = {
  model: 'warm-start',
  version: null,
  neighbourhood: null,
  context: {},
  goals: null,
  budget: null,
  maximumSize: 4,
  required: [],
  excluded: [],
  count: 5,
  seed: 20260101,
};

/** Ranks the mixes that suit a neighbourhood, with intervals and evidence, or says that it does not know. */
export const recommendation = {
  settings: (request: RecommendationRequest): RecommendationSettings => ({ ...defaults, ...request }),

  async run(
    settings: RecommendationSettings,
    context: AnalysisContext,
  ): Promise<Draft<RecommendationSettings, RecommendationBody>> {
    const { experiments, models, compute } = context.ports;
    const registry = await experiments.load();
    const { description, model } = await models.load(settings.model, settings.version);
    requireSameBlocks(registry, model);
    requireLargeExperiments(registry, model);
    const values = placeValues(registry, settings);
    const known = registry.contexts.map(({ name }) => values[name] ?? null);
    const place: Place = {
      context: Float64Array.from(known, (value) => value ?? 0),
      missing: Uint8Array.from(known, (value) => (value === null ? 1 : 0)),
    };
    requirePlausible(registry, model, known);
    const withdrawn = withdrawnFrom(registry, model);
    const goals = settings.goals ?? { [model.kpis[0]!.kpi]: 1 };
    const answer = await compute.run(
      'recommendMixes',
      {
        model,
        withdrawn,
        place,
        goals: Object.entries(goals).map(([kpi, weight]) => ({ kpi, weight })),
        blocks: blockRules(registry),
        constraints: {
          budget: settings.budget,
          maximumSize: settings.maximumSize,
          required: settings.required,
          excluded: settings.excluded,
        },
        count: settings.count,
        seed: settings.seed,
      },
      context,
    );
    const records = await context.ports.plannedExperiments.load();
    const promises = modelPromises(
      records,
      description.name,
      description.version,
      context.ports.clock.now(),
    ).kpis.filter(({ kpi }) => kpi in goals);
    const steps = Math.max(0, ...promises.map(({ broken }) => broken.length));
    const warnings: Warning[] = [];
    if (answer.missing.length > 0)
      warnings.push({ code: 'contexts-missing', parameters: { contexts: answer.missing } });
    if (withdrawn.length > 0) warnings.push({ code: 'experiments-withdrawn', parameters: { count: withdrawn.length } });
    if (description.dataDigest !== registry.digest) {
      warnings.push({
        code: 'model-older-than-data',
        parameters: { model: description.name, version: description.version },
      });
    }
    for (const { kpi, slope, lower, upper, covered, neighbourhoods, broken } of promises) {
      if (broken.length === 0) continue;
      const numbers = { slope: slope ?? 0, lower: lower ?? 0, upper: upper ?? 0, covered, neighbourhoods };
      warnings.push({ code: 'promises-broken', parameters: { kpi, ...numbers } });
    }
    return {
      class: 'release',
      settings,
      seed: settings.seed,
      sources: [{ panel: 'experiments', revision: 1, digest: description.dataDigest, units: null, consents: null }],
      attrition: [
        { step: 'experiments', units: model.kpis[0]!.table.ids.filter((id) => !withdrawn.includes(id)).length },
        { step: 'feasible-mixes', units: answer.considered },
      ],
      warnings,
      body: {
        ...answer,
        state: lowerState(answer.state, steps),
        reasons: steps > 0 && answer.state !== 'abstain' ? [...answer.reasons, 'promises-broken'] : answer.reasons,
        promises,
        evidence: documented(answer.evidence, registry),
        model: { name: description.name, version: description.version, dataDigest: description.dataDigest },
        place: registry.contexts.map((parameter, p) => ({ ...parameter, value: known[p]! })),
        calibration: model.kpis
          .filter(({ kpi }) => kpi in goals)
          .map(({ kpi, pooled, calibration: { slope, intervalCoverage, worstRegionCoverage } }) => ({
            kpi,
            slope,
            intervalCoverage,
            worstRegionCoverage,
            pooled,
          })),
      },
    };
  },

  /** Which neighbourhood did an experiment is for those who run the network; others see its region. */
  release(body: RecommendationBody, actor: Actor): RecommendationBody {
    if (actor.role === 'operator' || actor.role === 'broker' || actor.role === 'researcher') return body;
    return {
      ...body,
      evidence: body.evidence.map((part) => ({
        ...part,
        items: part.items.map((item) => ({ ...item, experiment: '', neighbourhood: '' })),
      })),
    };
  },
};

function documented(evidence: readonly ShownEvidence[], registry: ExperimentRegistry): readonly DocumentedEvidence[] {
  const of = new Map(registry.experiments.map((row) => [`${row.experiment}\0${row.kpi}`, row.evidence ?? null]));
  return evidence.map((part) => ({
    ...part,
    items: part.items.map((item) => ({ ...item, documentation: of.get(`${item.experiment}\0${part.kpi}`) ?? null })),
  }));
}

/** The catalogue must be the one the model learned: else its columns would mean other blocks. */
function requireSameBlocks(registry: ExperimentRegistry, model: TrainedModel): void {
  const { blocks, contexts } = model.kpis[0]!.table;
  const now = registry.blocks.map(({ id }) => id);
  const names = registry.contexts.map(({ name }) => name);
  if (blocks.join() === now.join() && contexts.join() === names.join()) return;
  throw new AppError(
    'model-incompatible',
    `The model learned the building blocks ${blocks.join(', ')} and contexts ${contexts.join(', ')}; the registry now has ${now.join(', ')} and ${names.join(', ')}. Train it again.`,
  );
}

/** A model that learned an experiment which turned out too small would show it as evidence. */
function requireLargeExperiments(registry: ExperimentRegistry, model: TrainedModel): void {
  const small = new Set(registry.experiments.filter((row) => !isLargeEnough(row)).map((row) => row.experiment));
  if (!model.kpis.some(({ table }) => table.ids.some((id) => small.has(id)))) return;
  throw new AppError(
    'model-incompatible',
    'The model learned an experiment that the registry now says is of fewer than 10 households. Train it again: such experiments are then left out.',
  );
}

/** Experiments that the model learned and the registry no longer has: they were withdrawn, so they weigh in no answer. */
function withdrawnFrom(registry: ExperimentRegistry, model: TrainedModel): readonly string[] {
  const present = new Set(registry.experiments.map(({ experiment, kpi }) => `${experiment}\0${kpi}`));
  const gone = model.kpis.flatMap(({ kpi, table }) => table.ids.filter((id) => !present.has(`${id}\0${kpi}`)));
  return [...new Set(gone)];
}

function placeValues(
  registry: ExperimentRegistry,
  { neighbourhood, context }: RecommendationSettings,
): Readonly<Record<string, number | null>> {
  const names = registry.contexts.map(({ name }) => name);
  const strangers = Object.keys(context).filter((name) => !names.includes(name));
  if (strangers.length > 0) {
    throw new AppError(
      'invalid-request',
      `There is no parameter ${strangers.map((name) => `"${name}"`).join(', ')}; expected one of ${names.join(', ')}.`,
      { unknown: strangers, known: names },
    );
  }
  if (neighbourhood === null) return context;
  const known = registry.neighbourhoods[neighbourhood];
  if (known) return { ...known, ...context };
  throw new AppError(
    'invalid-request',
    `The neighbourhood "${neighbourhood}" is not in the table of parameters. Give its parameters as context instead: ${names.join(', ')}.`,
    { neighbourhood },
  );
}

/** Farther from all experience than this, in standard deviations, a number is taken for a mistake, such as another unit. */
const implausible = 8;

function requirePlausible(registry: ExperimentRegistry, model: TrainedModel, values: readonly (number | null)[]): void {
  const { centre, scale } = model.kpis[0]!.model.scale;
  registry.contexts.forEach(({ name, title, unit }, p) => {
    const value = values[p];
    if (value === null || value === undefined) return;
    const outside = unit === '%' && (value < 0 || value > 100);
    if (!outside && Math.abs(value - centre[p]!) <= implausible * scale[p]!) return;
    throw new AppError(
      'invalid-request',
      `${name} is ${value}; expected ${title.toLowerCase()} in ${unit}${outside ? ', from 0 to 100' : `, around ${centre[p]!.toPrecision(3)}`}. Check the number and its unit.`,
      { context: name, received: value, unit },
    );
  });
}
