import type { Place } from '../../core/recommend/experiment-table.ts';
import type { NextExperiments } from '../../core/recommend/next-experiments.ts';
import { AppError } from '../errors.ts';
import type { ExperimentRegistry } from '../experiments.ts';
import type { AnalysisContext } from '../ports.ts';
import type { Draft } from '../results.ts';
import { type MixSettings, mixQuestion } from './mix-question.ts';
import { placeOfValues, requireSameBlocks, withdrawnFrom } from './recommendation-inputs.ts';

export interface NextExperimentsSettings extends MixSettings {
  readonly model: string;
  /** null: the newest */
  readonly version: number | null;
  /** codes of where an experiment may be; null: every known neighbourhood */
  readonly neighbourhoods: readonly string[] | null;
  /** codes of whom it should serve; null: every known neighbourhood */
  readonly targets: readonly string[] | null;
  /** experiments to propose */
  readonly count: number;
}

export type NextExperimentsRequest = Partial<NextExperimentsSettings>;

export interface NextExperimentsBody extends Omit<NextExperiments, 'experiments'> {
  readonly model: { readonly name: string; readonly version: number; readonly dataDigest: string };
  readonly targets: number;
  readonly experiments: readonly {
    readonly neighbourhood: string;
    readonly region: string | null;
    readonly blocks: readonly string[];
    /** euro per household */
    readonly cost: number;
    /** share of the loss by not knowing that is gone after it and those before it */
    readonly removes: number;
  }[];
}

const defaults: NextExperimentsSettings = {
  model: 'warm-start',
  version: null,
  goals: null,
  budget: null,
  maximumSize: 4,
  required: [],
  excluded: [],
  neighbourhoods: null,
  targets: null,
  count: 5,
};

/** Which mix to try where, so that the network learns most about what to choose. */
export const nextExperiments = {
  settings: (request: NextExperimentsRequest): NextExperimentsSettings => ({ ...defaults, ...request }),

  async run(
    settings: NextExperimentsSettings,
    context: AnalysisContext,
  ): Promise<Draft<NextExperimentsSettings, NextExperimentsBody>> {
    const { experiments, models, compute } = context.ports;
    const registry = await experiments.load();
    const { description, model } = await models.load(settings.model, settings.version);
    requireSameBlocks(registry, model);
    const sites = knownPlaces(registry, settings.neighbourhoods);
    const targets = knownPlaces(registry, settings.targets);
    const withdrawn = withdrawnFrom(registry, model);
    const { experiments: proposed, ...answer } = await compute.run(
      'nextExperiments',
      {
        ...mixQuestion(settings, registry, model, withdrawn),
        sites: sites.map(({ code, place }) => ({ id: code, place, region: registry.regionOf[code] ?? null })),
        targets: targets.map(({ place }) => place),
        count: settings.count,
      },
      context,
    );
    return {
      class: 'release',
      settings,
      seed: model.seed,
      sources: [{ panel: 'experiments', revision: 1, digest: description.dataDigest, units: null, consents: null }],
      attrition: [
        { step: 'experiments', units: model.kpis[0]!.table.ids.filter((id) => !withdrawn.includes(id)).length },
      ],
      warnings:
        withdrawn.length > 0 ? [{ code: 'experiments-withdrawn', parameters: { count: withdrawn.length } }] : [],
      body: {
        ...answer,
        model: { name: description.name, version: description.version, dataDigest: description.dataDigest },
        targets: targets.length,
        experiments: proposed.map(({ site, networkGains: _, ...rest }) => ({
          neighbourhood: site,
          region: registry.regionOf[site] ?? null,
          ...rest,
        })),
      },
    };
  },

  /** About neighbourhoods and blocks, from experiments that are all large enough. */
  release: (body: NextExperimentsBody): NextExperimentsBody => body,
};

function knownPlaces(
  registry: ExperimentRegistry,
  codes: readonly string[] | null,
): readonly { readonly code: string; readonly place: Place }[] {
  return (codes ?? Object.keys(registry.neighbourhoods)).map((code) => {
    const values = registry.neighbourhoods[code];
    if (values) return { code, place: placeOfValues(registry, values) };
    throw new AppError(
      'invalid-request',
      `The neighbourhood "${code}" is not in the table of parameters; expected codes of known neighbourhoods.`,
      { neighbourhood: code },
    );
  });
}
