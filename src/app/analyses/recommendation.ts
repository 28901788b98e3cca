import type { Warning } from '../../core/errors.ts';
import type { NextExperiments } from '../../core/recommend/next-experiments.ts';
import type { Recommendation } from '../../core/recommend/recommend-mixes.ts';
import type { EvidenceItem, ShownEvidence } from '../../core/recommend/show-evidence.ts';
import type { TrainedKpi, TrainedModel } from '../../core/recommend/trained-model.ts';
import type { ExperimentEvidence } from '../experiment-evidence.ts';
import type { ContextParameter, ExperimentRegistry } from '../experiments.ts';
import { type KpiPilotSize, pilotSizes } from '../pilot-sizes.ts';
import type { AnalysisContext } from '../ports.ts';
import { type KpiPromises, modelPromises } from '../promises.ts';
import type { Draft } from '../results.ts';
import { type MixSettings, mixQuestion } from './mix-question.ts';
import {
  codeFor,
  outsideSeen,
  placeOfValues,
  placeValues,
  requireLargeExperiments,
  requirePlausible,
  requireSameBlocks,
  seenContexts,
  withdrawnFrom,
} from './recommendation-inputs.ts';

export interface RecommendationSettings extends MixSettings {
  readonly model: string;
  /** null: the newest */
  readonly version: number | null;
  /** code of a neighbourhood whose parameters are known; what `context` says wins */
  readonly neighbourhood: string | null;
  /** a neighbourhood table of CBS as CSV, in which `neighbourhood` is looked up. A result does not keep it: its sources hold the digest */
  readonly cbs: string | null;
  /** parameters by name; null or absent: not known */
  readonly context: Readonly<Record<string, number | null>>;
  /** mixes to list */
  readonly count: number;
  readonly seed: number;
}

export type RecommendationRequest = Partial<RecommendationSettings>;

/** A mix to try in the place itself. */
export interface Pilot {
  readonly blocks: readonly string[];
  /** euro per household */
  readonly cost: number;
  /** share of the loss by not knowing that it would take away, 0 to 1 */
  readonly removes: number;
  /** how large it has to be to show what the mix does in the network on average, by goal */
  readonly sizes: readonly KpiPilotSize[];
}

/** An experiment as evidence, with the comparison behind it; null where nothing is kept of that. */
export interface DocumentedEvidence extends Omit<ShownEvidence, 'items'> {
  readonly items: readonly (EvidenceItem & { readonly documentation: ExperimentEvidence | null })[];
}

export interface RecommendationBody extends Omit<Recommendation, 'evidence'> {
  readonly evidence: readonly DocumentedEvidence[];
  /** without advice: the mix whose pilot here would teach most about what to choose here; null where all is said or nothing fits */
  readonly pilot: Pilot | null;
  /** how large a pilot of the first mix has to be to show what is expected of it here, by goal; empty without a ranking or a gain */
  readonly pilotSizes: readonly KpiPilotSize[];
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
  cbs: null,
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
    const cbs = settings.cbs === null ? null : context.ports.readCbsTable(settings.cbs, codeFor(settings));
    const values = placeValues(registry, { ...settings, table: cbs?.context ?? null });
    const known = registry.contexts.map(({ name }) => values[name] ?? null);
    const place = placeOfValues(registry, values);
    const withdrawn = withdrawnFrom(registry, model);
    const question = mixQuestion(settings, registry, model, withdrawn);
    const isGoal = ({ kpi }: { readonly kpi: string }) => question.goals.some((goal) => goal.kpi === kpi);
    const tables = model.kpis.filter(isGoal).map(({ table }) => table);
    const seen = seenContexts(tables, model.kpis[0]!.model.scale);
    requirePlausible(registry, seen, known);
    const { count, seed } = settings;
    const records = await context.ports.plannedExperiments.load();
    const promises = modelPromises(records, description, context.ports.clock.now()).kpis.filter(isGoal);
    const brokenPromises = Math.max(0, ...promises.map(({ broken }) => broken.length));
    const asked = { ...question, place, count, seed, brokenPromises };
    const answer = await compute.run('recommendMixes', asked, context);
    const isUnsure = (answer.state === 'abstain' || answer.state === 'borrow') && answer.exact;
    const sites = [{ id: settings.neighbourhood ?? '', place, region: null }];
    const next = isUnsure
      ? await compute.run('nextExperiments', { ...question, sites, targets: [place], count: 1 }, context)
      : null;
    const warnings: Warning[] = [...outsideSeen(registry, seen, known)];
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
      settings: { ...settings, cbs: null },
      seed: settings.seed,
      sources: [
        { panel: 'experiments', revision: 1, digest: description.dataDigest, units: null, consents: null },
        ...(cbs === null ? [] : [{ panel: 'cbs-table', revision: 1, digest: cbs.digest, units: null, consents: null }]),
      ],
      attrition: [
        { step: 'experiments', units: experimentsBehind(model.kpis.filter(isGoal), withdrawn) },
        { step: 'feasible-mixes', units: answer.considered },
      ],
      warnings,
      body: {
        ...answer,
        pilot: pilotOf(next, model, registry),
        pilotSizes: pilotSizes(answer.mixes[0]?.effects ?? [], model, registry),
        promises,
        evidence: documented(answer.evidence, registry),
        model: { name: description.name, version: description.version, dataDigest: description.dataDigest },
        place: registry.contexts.map((parameter, p) => ({ ...parameter, value: known[p]! })),
        calibration: model.kpis
          .filter(isGoal)
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

  /** A forecast from experiments that are all public evidence: a model that learned a smaller one is refused above. */
  release: (body: RecommendationBody): RecommendationBody => body,
};

/** An experiment that measured two goals is one. */
const experimentsBehind = (parts: readonly TrainedKpi[], withdrawn: readonly string[]): number =>
  new Set(parts.flatMap(({ table }) => table.ids).filter((id) => !withdrawn.includes(id))).size;

function pilotOf(next: NextExperiments | null, model: TrainedModel, registry: ExperimentRegistry): Pilot | null {
  const [first] = next?.experiments ?? [];
  if (first === undefined) return null;
  const { blocks, cost, removes, networkGains } = first;
  return { blocks, cost, removes, sizes: pilotSizes(networkGains, model, registry) };
}

function documented(evidence: readonly ShownEvidence[], registry: ExperimentRegistry): readonly DocumentedEvidence[] {
  const of = new Map(registry.experiments.map((row) => [`${row.experiment}\0${row.kpi}`, row.evidence ?? null]));
  return evidence.map((part) => ({
    ...part,
    items: part.items.map((item) => ({ ...item, documentation: of.get(`${item.experiment}\0${part.kpi}`) ?? null })),
  }));
}
