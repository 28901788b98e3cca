import type { ServableKind } from '../../core/recommend/effect-models.ts';
import { servableKinds } from '../../core/recommend/effect-models.ts';
import type { NetworkBackend } from '../computations.ts';
import { blockRules, type ExperimentRegistry, experimentTable, kpisOf, withLargeExperiments } from '../experiments.ts';
import { fallbackWarnings } from '../fallback-warnings.ts';
import { modelCard } from '../model-card.ts';
import { describeModel, type ModelDescription } from '../models.ts';
import type { AnalysisContext } from '../ports.ts';
import type { Draft } from '../results.ts';

export interface TrainingSettings {
  /** name of the model; the training makes its next version */
  readonly name: string;
  readonly seed: number;
  /** parts the neighbourhoods and the regions are spread over when models are compared */
  readonly folds: number;
  /** kinds of models that may be served */
  readonly candidates: readonly ServableKind[];
  /** what the set network of the comparison runs on */
  readonly backend: NetworkBackend;
}

export type TrainingRequest = Partial<TrainingSettings>;

export interface TrainingBody {
  readonly model: ModelDescription;
}

const defaults: TrainingSettings = {
  name: 'warm-start',
  seed: 20260101,
  folds: 10,
  candidates: servableKinds,
  backend: 'wasm',
};

/** Trains a model on all documented experiments, compares it with its rivals and keeps it as a new version. */
export const training = {
  settings: (request: TrainingRequest): TrainingSettings => ({ ...defaults, ...request }),

  async run(settings: TrainingSettings, context: AnalysisContext): Promise<Draft<TrainingSettings, TrainingBody>> {
    const { experiments, models, compute } = context.ports;
    const all = await experiments.load();
    const registry = withLargeExperiments(all);
    const tables = kpisOf(registry).map((kpi) => ({ kpi, table: experimentTable(registry, kpi) }));
    const { name, ...input } = settings;
    const model = await compute.run('trainModel', { tables, ...input }, context);
    const controls = await compute.run('controlModel', { model, blocks: blockRules(registry) }, context);
    const version = await models.nextVersion(name);
    const origin = { model, candidates: settings.candidates, controls, dataDigest: registry.digest };
    const description = describeModel({ name, version }, origin, null);
    await models.save(description, model, modelCard(description));
    const pooled = model.kpis.filter((part) => part.pooled).map(({ kpi }) => kpi);
    return {
      class: 'release',
      settings,
      seed: settings.seed,
      sources: [{ panel: 'experiments', revision: 1, digest: registry.digest, units: null, consents: null }],
      attrition: [
        { step: 'experiments', units: countExperiments(all) },
        { step: 'experiments-large-enough', units: countExperiments(registry) },
      ],
      warnings: [
        ...(pooled.length > 0 ? [{ code: 'pooling-wins', parameters: { kpis: pooled } }] : []),
        ...fallbackWarnings(model.kpis[0]!.byRegion),
      ],
      body: { model: description },
    };
  },

  /** Scores over experiments that are all large enough. */
  release: (body: TrainingBody): TrainingBody => body,
};

const countExperiments = ({ experiments }: ExperimentRegistry): number =>
  new Set(experiments.map((row) => row.experiment)).size;
