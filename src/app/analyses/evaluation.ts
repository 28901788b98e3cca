import type { LeftOut } from '../../core/recommend/cross-validate.ts';
import { type ModelKind, modelKinds } from '../../core/recommend/effect-models.ts';
import type { TableEvaluation } from '../../core/recommend/evaluate-table.ts';
import type { NetworkBackend } from '../computations.ts';
import { AppError } from '../errors.ts';
import { experimentTable, kpisOf, withLargeExperiments } from '../experiments.ts';
import { fallbackWarnings } from '../fallback-warnings.ts';
import type { AnalysisContext } from '../ports.ts';
import type { Draft } from '../results.ts';

export interface EvaluationSettings {
  /** a table of experiments as CSV, with `schema`; null: the registry. A result does not keep it: its sources hold the digest */
  readonly experiments: string | null;
  /** the Table Schema of `experiments` */
  readonly schema: unknown;
  /** null: the KPI that most experiments measured */
  readonly kpi: string | null;
  /** null: regions where there are two or more, else neighbourhoods */
  readonly leftOut: LeftOut | null;
  readonly folds: number;
  readonly kinds: readonly ModelKind[];
  /** what the set network runs on */
  readonly backend: NetworkBackend;
  readonly seed: number;
}

export type EvaluationRequest = Partial<EvaluationSettings>;

export interface EvaluationBody extends TableEvaluation {
  readonly kpi: string;
}

const defaults: EvaluationSettings = {
  experiments: null,
  schema: null,
  kpi: null,
  leftOut: null,
  folds: 10,
  kinds: modelKinds,
  backend: 'wasm',
  seed: 20260101,
};

/** Judges the documented experiments, or any table of experiments: models compared by leaving out groups, controls, verdict. */
export const evaluation = {
  settings: (request: EvaluationRequest): EvaluationSettings => ({ ...defaults, ...request }),

  async run(
    settings: EvaluationSettings,
    context: AnalysisContext,
  ): Promise<Draft<EvaluationSettings, EvaluationBody>> {
    const { experiments, readGivenTable, compute } = context.ports;
    const csv = settings.experiments;
    if ((csv === null) !== (settings.schema === null)) {
      throw new AppError(
        'invalid-request',
        'Received a table of experiments without its schema, or a schema without its table; expected both or neither.',
      );
    }
    const given = csv === null ? null : readGivenTable({ csv, schema: settings.schema });
    const all = given?.registry ?? (await experiments.load());
    const registry = withLargeExperiments(all);
    const kpi = settings.kpi ?? kpisOf(registry)[0] ?? '';
    const table = experimentTable(registry, kpi);
    const { folds, kinds, backend, seed } = settings;
    const leftOut = settings.leftOut ?? (table.regions.length > 1 ? 'region' : 'neighbourhood');
    const body = await compute.run('evaluateTable', { table, leftOut, folds, kinds, backend, seed }, context);
    return {
      class: 'release',
      settings: { ...settings, experiments: null },
      seed,
      sources: [
        {
          panel: csv === null ? 'experiments' : 'given-table',
          revision: 1,
          digest: registry.digest,
          units: null,
          consents: null,
        },
      ],
      attrition: [
        { step: 'experiments', units: all.experiments.filter((row) => row.kpi === kpi).length },
        { step: 'experiments-large-enough', units: table.ids.length },
      ],
      warnings: [...(given?.warnings ?? []), ...fallbackWarnings(body.leaderboard)],
      body: { kpi, ...body },
    };
  },

  /** Scores over experiments that are all large enough. */
  release: (body: EvaluationBody): EvaluationBody => body,
};
