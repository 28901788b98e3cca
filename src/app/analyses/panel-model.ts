import type { Warning } from '../../core/errors.ts';
import { type Column, type NumberColumn, type PanelColumns, valueStatus } from '../../core/panel/columns.ts';
import { mergeWaves } from '../../core/panel/merge-waves.ts';
import { observedLevels } from '../../core/panel/observed-levels.ts';
import { takeRows } from '../../core/panel/unit-periods.ts';
import type { BasePeriod, ControlGroup } from '../../core/panel-models/cohorts.ts';
import type { PanelCovarianceType } from '../../core/panel-models/panel-covariance.ts';
import type { PanelModel } from '../../core/panel-models/panel-regression.ts';
import type { PanelModelOutput } from '../../core/panel-models/run-panel-model.ts';
import type { TwoByTwoEstimator } from '../../core/panel-models/two-by-two.ts';
import type { Effects } from '../../core/panel-models/within-transformation.ts';
import { type ModelTerm, variablesOf } from '../../core/propensity/model-terms.ts';
import { parseTerm } from '../../core/propensity/parse-term.ts';
import { isAboutPeople } from '../about-people.ts';
import type { Actor } from '../actor.ts';
import { AppError } from '../errors.ts';
import { loadColumns } from '../load-columns.ts';
import { noteReading } from '../outcome-readings.ts';
import type { PanelDescription } from '../panels.ts';
import type { AnalysisContext } from '../ports.ts';
import type { AttritionStep, Draft } from '../results.ts';
import { wholeYears, yearOf } from '../whole-years.ts';
import {
  gatePanelModel,
  gatePanelModelWarnings,
  type PanelModelBody,
  shownDifferences,
  shownRegression,
} from './panel-model-body.ts';
import { clusterNumbers, treatmentColumn } from './study-units.ts';

export interface PanelModelSettings {
  readonly panel: string;
  /** null: the newest */
  readonly revision: number | null;
  /** a term: `gas_m3`, `log(gas_m3)` */
  readonly outcome: string;
  /** terms of a regression, covariates of a difference in differences */
  readonly terms: readonly string[];
  readonly model: PanelModel | 'difference-in-differences';
  /** `wave`: as measured; `year`: the mean over a unit's waves of a whole calendar year */
  readonly period: 'wave' | 'year';
  /** with `year`: share of the year's waves in which a value must be observed */
  readonly minimumShare: number;
  /** a variable that holds the units (a collective, a street); null: the collective column where there is one, else the units */
  readonly cluster: string | null;
  readonly confidence: number;
  readonly seed: number;
  /** fixed effects only, null elsewhere */
  readonly effects: Effects | null;
  /** regressions only, null for a difference in differences: its errors come from influence functions by cluster */
  readonly standardErrors: PanelCovarianceType | null;
  /** the following for a difference in differences only, null elsewhere */
  readonly treatment: string | null;
  readonly treatedLevel: string | null;
  readonly controlGroup: ControlGroup | null;
  readonly estimator: TwoByTwoEstimator | null;
  readonly basePeriod: BasePeriod | null;
  /** periods before treatment in which units may already react */
  readonly anticipation: number | null;
}

/** What a caller must say; the rest has the defaults below. */
export type PanelModelRequest = Pick<PanelModelSettings, 'panel' | 'outcome' | 'model'> &
  Partial<Omit<PanelModelSettings, 'panel' | 'outcome' | 'model'>>;

const defaults = {
  revision: null,
  terms: [],
  period: 'wave',
  minimumShare: 0.75,
  cluster: null,
  confidence: 0.95,
  seed: 1,
} as const;
const regressionDefaults = { standardErrors: 'cluster-unit' } as const;
const differenceDefaults = {
  controlGroup: 'not-yet-treated',
  estimator: 'doubly-robust',
  basePeriod: 'varying',
  anticipation: 0,
} as const;
const absent = {
  effects: null,
  standardErrors: null,
  treatment: null,
  treatedLevel: null,
  controlGroup: null,
  estimator: null,
  basePeriod: null,
  anticipation: null,
} as const;

/** Panel regressions and differences in differences: what goes with a change, with errors that respect the panel. */
export const panelModel = {
  settings(request: PanelModelRequest): PanelModelSettings {
    refuseForeignFields(request);
    if (request.model === 'difference-in-differences') {
      if (!request.treatment) {
        throw new AppError(
          'invalid-request',
          'A difference in differences needs `treatment`: a variable of 0 and 1 that says in which waves a unit is treated.',
        );
      }
      return { ...defaults, ...absent, ...differenceDefaults, ...request };
    }
    if (!request.terms || request.terms.length === 0) {
      throw new AppError('invalid-request', 'A panel regression needs at least one term (`terms`); received none.');
    }
    const effects = request.model === 'fixed-effects' ? ('two-way' as const) : null;
    return { ...defaults, ...absent, ...regressionDefaults, effects, ...request };
  },

  async run(
    settings: PanelModelSettings,
    context: AnalysisContext,
  ): Promise<Draft<PanelModelSettings, PanelModelBody>> {
    const { panels, compute } = context.ports;
    const description = await panels.describe(settings.panel, settings.revision);
    const names = new Set(description.description.map((v) => v.name));
    const parse = (text: string) => parseTerm(text, (name) => names.has(name));
    const outcome = parse(settings.outcome);
    const terms = settings.terms.map(parse);
    const used = unique(variablesOf([outcome, ...terms]));
    refuse(settings, outcome, terms);
    const cluster = settings.cluster ?? description.collectiveColumn;
    const extra = [cluster, settings.treatment].filter((name) => name !== null);
    await noteReading(
      'panel-model',
      settings.panel,
      {
        treatments: settings.treatment === null ? unique(variablesOf(terms)) : [settings.treatment],
        outcomes: variablesOf([outcome]),
        until: null,
      },
      context.ports,
    );
    const loaded = await loadColumns(panels, description, unique([...used, ...extra]), 'panel-model');
    const raw = loaded.data;
    context.progress(0.1, 'reading');

    const warnings: Warning[] = [];
    const attrition: AttritionStep[] = [...loaded.attrition, { step: 'rows-of-panel', units: raw.rows }];
    const { data, waves } = inPeriods(raw, settings, warnings, attrition);
    const first = settings.treatment === null ? null : firstTreatedPeriods(raw, settings, waves, warnings);
    const rows = completeRows(data, cluster === null ? used : [...used, cluster], first);
    attrition.push({ step: 'rows-complete', units: rows.length });
    if (rows.length === 0) {
      throw new AppError(
        'invalid-request',
        `No row of panel "${settings.panel}" has a value of ${used.join(', ')} together. Leave out a term, or look at the missing values with describe.`,
        { variables: used },
      );
    }
    const pick = (codes: ArrayLike<number>) => Uint32Array.from(rows, (row) => codes[row]!);
    const output = await compute.run(
      'panel-model',
      {
        frame: {
          rows: rows.length,
          columns: Object.fromEntries(used.map((name) => [name, observedLevels(takeRows(data.columns[name]!, rows))])),
        },
        unit: pick(data.unitIndex),
        period: pick(data.waveIndex),
        periods: data.waves.length,
        outcome,
        terms,
        model: settings.model,
        effects: settings.effects ?? 'unit',
        standardErrors: settings.standardErrors ?? 'cluster-unit',
        cluster: cluster === null ? null : clusterCodes(data.columns[cluster]!, rows),
        firstTreated: first === null ? null : Int32Array.from(rows, (row) => first[data.unitIndex[row]!]!),
        controlGroup: settings.controlGroup ?? differenceDefaults.controlGroup,
        estimator: settings.estimator ?? differenceDefaults.estimator,
        basePeriod: settings.basePeriod ?? differenceDefaults.basePeriod,
        anticipation: settings.anticipation ?? 0,
        confidence: settings.confidence,
        seed: settings.seed,
      },
      context,
    );
    return {
      class: 'release',
      settings,
      seed: settings.seed,
      sources: [loaded.source],
      attrition,
      warnings: [...warnings, ...output.warnings],
      body: toBody(settings, description, outcome, data.waves, output),
    };
  },

  release(body: PanelModelBody, actor: Actor): PanelModelBody {
    return actor.role === 'operator' || !body.protected ? body : gatePanelModel(body);
  },

  releaseWarnings: gatePanelModelWarnings,
};

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)];

/** A field that the model does not read must not be ignored silently. */
function refuseForeignFields(request: PanelModelRequest): void {
  const isDifference = request.model === 'difference-in-differences';
  const foreign = isDifference
    ? (['effects', 'standardErrors'] as const)
    : (['treatment', 'treatedLevel', 'controlGroup', 'estimator', 'basePeriod', 'anticipation'] as const);
  const given: string[] = foreign.filter((name) => (request[name] ?? null) !== null);
  if (!isDifference && request.model !== 'fixed-effects' && (request.effects ?? null) !== null) given.push('effects');
  if (given.length === 0) return;
  throw new AppError(
    'invalid-request',
    `The model "${request.model}" does not use ${given.join(', ')}. Leave ${given.length === 1 ? 'it' : 'them'} out, or choose another model.`,
    { model: request.model, fields: given },
  );
}

function refuse({ model, treatment }: PanelModelSettings, outcome: ModelTerm, terms: readonly ModelTerm[]): void {
  const outcomes = variablesOf([outcome]);
  const used = variablesOf(terms);
  const own = model === 'difference-in-differences' ? undefined : used.find((name) => outcomes.includes(name));
  if (own !== undefined) {
    throw new AppError(
      'invalid-request',
      `"${own}" is the outcome and cannot explain itself; leave it out of the terms.`,
      {
        variable: own,
      },
    );
  }
  if (treatment !== null && used.includes(treatment)) {
    throw new AppError('invalid-request', `The treatment "${treatment}" cannot be its own covariate.`, {
      variable: treatment,
    });
  }
}

/** The panel in the periods asked for, and for each wave the number of the first such period that does not end before it. */
function inPeriods(
  raw: PanelColumns,
  { period, minimumShare }: PanelModelSettings,
  warnings: Warning[],
  attrition: AttritionStep[],
): { readonly data: PanelColumns; readonly waves: readonly number[] } {
  if (period === 'wave') return { data: raw, waves: raw.waves.map((_, w) => w) };
  const { years, partial } = wholeYears(raw.waves);
  if (years.length === 0) {
    throw new AppError(
      'invalid-request',
      `The panel has no whole calendar year (waves ${raw.waves[0]} to ${raw.waves[raw.waves.length - 1]}); leave out \`period\`.`,
      { waves: raw.waves.length },
    );
  }
  if (partial.length > 0) warnings.push({ code: 'partial-calendar-years', parameters: { years: partial } });
  const wavesOf = years.map((year) => [...raw.waves.keys()].filter((w) => yearOf(raw.waves[w]!) === year));
  const data = mergeWaves(raw, years, wavesOf, minimumShare);
  attrition.push({ step: 'unit-years', units: data.rows });
  const place = (wave: string) => {
    const at = years.findIndex((year) => year >= yearOf(wave));
    return at < 0 ? years.length : at;
  };
  return { data, waves: raw.waves.map(place) };
}

const unknown = -2;

/** Period of first treatment of each unit; -1 = never, -2 = no treatment value observed. */
function firstTreatedPeriods(
  raw: PanelColumns,
  settings: PanelModelSettings,
  periodOfWave: readonly number[],
  warnings: Warning[],
): Int32Array {
  const treatment = settings.treatment!;
  const { treatedLevel } = settings;
  const column: NumberColumn = treatmentColumn(raw, { treatment, treatedLevel });
  const first = new Int32Array(raw.unitIds.length).fill(unknown);
  let stops = false;
  for (let row = 0; row < raw.rows; row++) {
    if (column.status[row] !== valueStatus.observed) continue;
    const value = column.values[row]!;
    const unit = raw.unitIndex[row]!;
    if (value === 0 && first[unit]! >= 0) stops = true;
    if (value === 0 && first[unit] === unknown) first[unit] = -1;
    if (value === 1 && first[unit]! < 0) first[unit] = periodOfWave[raw.waveIndex[row]!]!;
  }
  if (stops) warnings.push({ code: 'treatment-stops', parameters: { variable: treatment } });
  return first;
}

/** Rows with a value in every variable, of units whose treatment is known. */
function completeRows(data: PanelColumns, variables: readonly string[], first: Int32Array | null): Uint32Array {
  const status = variables.map((name) => data.columns[name]!.status);
  const rows = new Uint32Array(data.rows);
  let count = 0;
  for (let row = 0; row < data.rows; row++) {
    if (first !== null && first[data.unitIndex[row]!] === unknown) continue;
    if (status.every((s) => s[row] === valueStatus.observed)) rows[count++] = row;
  }
  return rows.subarray(0, count);
}

function clusterCodes(column: Column, rows: Uint32Array): Int32Array {
  const { codes } = column.type === 'coded' ? column : clusterNumbers(column);
  return Int32Array.from(rows, (row) => codes[row]!);
}

function toBody(
  settings: PanelModelSettings,
  { description, unitKind }: PanelDescription,
  outcome: ModelTerm,
  waves: readonly string[],
  { panel, regression, differences }: PanelModelOutput,
): PanelModelBody {
  const named = (name: string) => description.find((v) => v.name === name)!;
  const { title, unit, direction } = named(variablesOf([outcome])[0]!);
  return {
    model: settings.model,
    outcome: { name: settings.outcome, title, unit, direction },
    treatment:
      settings.treatment === null ? null : { name: settings.treatment, title: named(settings.treatment).title },
    protected: isAboutPeople(unitKind),
    withheld: null,
    panel,
    regression: regression === null ? null : shownRegression(regression),
    differences: differences === null ? null : shownDifferences(differences, waves),
  };
}
