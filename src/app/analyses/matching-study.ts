import type { MatchingStudyOutput, StudyBalanceRow } from '../../core/effects/run-matching-study.ts';
import type { MatchingDesign, NamedCaliper } from '../../core/matching/match-units.ts';
import type { Link } from '../../core/propensity/links.ts';
import { type ModelTerm, variablesOf } from '../../core/propensity/model-terms.ts';
import { parseTerm } from '../../core/propensity/parse-term.ts';
import { isAboutPeople } from '../about-people.ts';
import type { Actor } from '../actor.ts';
import { AppError } from '../errors.ts';
import { loadColumns } from '../load-columns.ts';
import type { PanelDescription } from '../panels.ts';
import type { AnalysisContext } from '../ports.ts';
import type { Draft } from '../results.ts';
import {
  gateStudy,
  gateStudyWarnings,
  type MatchingStudyBody,
  type ShownBalanceSide,
  type StudyUnitRow,
} from './matching-study-body.ts';
import { type StudyUnits, studyUnits } from './study-units.ts';

export type { MatchingStudyBody, ShownBalanceSide } from './matching-study-body.ts';

export interface MatchingStudySettings {
  readonly panel: string;
  /** null: the newest */
  readonly revision: number | null;
  /** a variable of 0 and 1, or a coded one with `treatedLevel` */
  readonly treatment: string;
  readonly treatedLevel: string | null;
  readonly outcome: string;
  /** `level`: the outcome at follow-up; `change`: minus the outcome at baseline */
  readonly outcomeIs: 'level' | 'change';
  /** terms: `income`, `age^2`, `log1p(gas)`, `income:tenure` */
  readonly covariates: readonly string[];
  /** wave or period before the treatment; null only for a panel of one wave */
  readonly baseline: string | null;
  /** wave or period of the outcome; null only for a panel of one wave */
  readonly followUp: string | null;
  /** share of a period's waves in which the outcome must be observed */
  readonly minimumShare: number;
  readonly estimand: 'ATT' | 'ATC' | 'ATE';
  readonly method: 'nearest' | 'subclassification' | 'exact';
  readonly link: Link;
  readonly distance: 'probability' | 'linear-predictor';
  readonly order: 'largest' | 'smallest' | 'data' | 'closest';
  readonly ratio: number;
  readonly withReplacement: boolean;
  readonly calipers: readonly NamedCaliper[];
  readonly exact: readonly string[];
  readonly antiExact: readonly string[];
  readonly discard: 'none' | 'both' | 'treated' | 'control';
  readonly subclasses: number;
  /** null: the collective column where there is one and the treatment does not vary within collectives */
  readonly cluster: string | null;
  readonly confidence: number;
  readonly seed: number;
  /** also return pairs, scores and weights of units: a workspace result, for the operator only */
  readonly includeUnits: boolean;
}

/** What a caller must say; the rest has the defaults below. */
export type MatchingStudyRequest = Pick<MatchingStudySettings, 'panel' | 'treatment' | 'outcome' | 'covariates'> &
  Partial<MatchingStudySettings>;

const defaults = {
  revision: null,
  treatedLevel: null,
  outcomeIs: 'level',
  baseline: null,
  followUp: null,
  minimumShare: 0.75,
  estimand: 'ATT',
  method: 'nearest',
  link: 'logit',
  distance: 'linear-predictor',
  order: 'largest',
  ratio: 1,
  withReplacement: false,
  // Austin 2011, doi:10.1002/pst.433: 0.2 standard deviations of the linear predictor.
  calipers: [{ on: 'distance', width: 0.2, unit: 'sd' }],
  exact: [],
  antiExact: [],
  discard: 'none',
  subclasses: 5,
  cluster: null,
  confidence: 0.95,
  seed: 1,
  includeUnits: false,
} as const;

/** A matching study: like is compared with like, and the uncertainty fits the way the treatment was given. */
export const matchingStudy = {
  settings(request: MatchingStudyRequest): MatchingStudySettings {
    return { ...defaults, ...request };
  },

  async run(
    settings: MatchingStudySettings,
    context: AnalysisContext,
  ): Promise<Draft<MatchingStudySettings, MatchingStudyBody>> {
    const { panels, compute } = context.ports;
    const description = await panels.describe(settings.panel, settings.revision);
    const names = new Set(description.description.map((v) => v.name));
    const terms = settings.covariates.map((text) => parseTerm(text, (name) => names.has(name)));
    refuseOutcomeInDisguise(settings, terms);
    const design = toDesign(settings, terms);
    const variables = unique([
      ...variablesOf(terms),
      ...settings.exact,
      ...settings.antiExact,
      ...settings.calipers.map((c) => c.on).filter((on) => on !== 'distance'),
    ]);
    const cluster = settings.cluster ?? description.collectiveColumn;
    const wanted = unique([...variables, settings.treatment, settings.outcome, ...(cluster === null ? [] : [cluster])]);
    const data = await loadColumns(panels, description, wanted);
    context.progress(0.1, 'reading');
    const units = studyUnits(data, { ...settings, variables, cluster });
    const output = await compute.run(
      'matching-study',
      {
        frame: units.frame,
        treated: units.treated,
        outcome: units.outcome,
        design,
        covariates: terms,
        cluster: units.cluster,
        isClusterAskedFor: settings.cluster !== null,
        confidence: settings.confidence,
        seed: settings.seed,
      },
      context,
    );
    const matched = output.groups.treated.matched + output.groups.control.matched;
    const warnings = [...output.warnings];
    if (settings.baseline === null) warnings.unshift({ code: 'covariates-at-outcome', parameters: {} });
    return {
      class: settings.includeUnits ? 'workspace' : 'release',
      settings,
      seed: settings.seed,
      sources: [{ panel: settings.panel, revision: data.revision, digest: data.digest, units: null }],
      attrition: [...units.attrition, { step: 'matched', units: matched }],
      warnings,
      body: toBody(settings, description, units, output),
    };
  },

  release(body: MatchingStudyBody, actor: Actor): MatchingStudyBody {
    return actor.role === 'operator' || !body.protected ? body : gateStudy(body);
  },

  releaseWarnings: gateStudyWarnings,
};

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)];

/** A covariate measured with the outcome, or made of it, would explain the effect away. */
function refuseOutcomeInDisguise(
  { outcome, treatment, covariates, baseline }: MatchingStudySettings,
  terms: readonly ModelTerm[],
): void {
  if (covariates.length === 0) {
    throw new AppError('invalid-request', 'A matching study needs at least one covariate; received none.', {
      covariates,
    });
  }
  const used = variablesOf(terms);
  if (used.includes(treatment)) {
    throw new AppError('invalid-request', `The treatment "${treatment}" cannot be its own covariate.`, {
      variable: treatment,
    });
  }
  if (baseline === null && used.includes(outcome)) {
    throw new AppError(
      'invalid-request',
      `"${outcome}" is the outcome of the same wave and cannot be a covariate; name a baseline before the treatment.`,
      { variable: outcome },
    );
  }
}

function toDesign(settings: MatchingStudySettings, terms: readonly ModelTerm[]): MatchingDesign {
  const { method, estimand, exact, antiExact, calipers, discard } = settings;
  const scale = settings.distance === 'probability' ? ('probability' as const) : ('linear' as const);
  const distance = { type: 'propensity-score' as const, link: settings.link, scale, terms };
  if (method === 'subclassification') return { method, estimand, distance, subclasses: settings.subclasses, discard };
  if (method === 'exact') {
    if (exact.length === 0) {
      throw new AppError('invalid-request', 'Exact matching needs the variables to match on (`exact`); received none.');
    }
    return { method, estimand, exact };
  }
  if (estimand === 'ATE') {
    throw new AppError(
      'invalid-request',
      'Nearest matching estimates ATT or ATC; received ATE. Choose subclassification for the effect on everybody.',
      { estimand },
    );
  }
  return {
    method,
    estimand,
    distance,
    within: null,
    order: settings.order,
    ratio: settings.ratio,
    variableRatio: null,
    maximumReuse: settings.withReplacement ? Number.POSITIVE_INFINITY : 1,
    calipers,
    exact,
    antiExact,
    discard,
    reestimate: false,
  };
}

function toBody(
  settings: MatchingStudySettings,
  description: PanelDescription,
  units: StudyUnits,
  output: MatchingStudyOutput,
): MatchingStudyBody {
  const named = (name: string) => description.description.find((v) => v.name === name)!;
  const { name, title, unit, direction } = named(settings.outcome);
  const { sample, warnings: _, balance, ...shown } = output;
  return {
    ...shown,
    treatment: { name: settings.treatment, title: named(settings.treatment).title },
    outcome: { name, title, unit, direction },
    estimand: settings.estimand,
    protected: isAboutPeople(description.unitKind),
    withheld: null,
    missing: units.missing,
    balance: balance.map(({ before, after, ...row }) => ({
      ...row,
      before: toSide(before),
      after: toSide(after),
      withheld: false,
    })),
    units: settings.includeUnits ? unitRows(units, sample) : null,
  };
}

function toSide(row: StudyBalanceRow['before']): ShownBalanceSide {
  const { variable: _, isBinary: __, ...side } = row;
  return side;
}

function unitRows(units: StudyUnits, sample: MatchingStudyOutput['sample']): readonly StudyUnitRow[] {
  const partners: string[][] = units.unitIds.map(() => []);
  if (sample.pairs !== null) {
    const { focal, offsets, partners: rows } = sample.pairs;
    focal.forEach((row, k) => {
      for (let j = offsets[k]!; j < offsets[k + 1]!; j++) {
        partners[row]!.push(units.unitIds[rows[j]!]!);
        partners[rows[j]!]!.push(units.unitIds[row]!);
      }
    });
  }
  return units.unitIds.map((unit, row) => ({
    unit,
    treated: units.treated[row] === 1,
    score: sample.score === null ? null : sample.score[row]!,
    weight: sample.weights[row]!,
    stratum: sample.strata === null || sample.strata[row]! < 0 ? null : sample.strata[row]!,
    partners: partners[row]!,
  }));
}
