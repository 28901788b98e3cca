import type { StandardErrorRequest } from '../../core/effects/choose-inference.ts';
import type { StudyDesign } from '../../core/effects/draw-sample.ts';
import type { MatchingStudyOutput } from '../../core/effects/run-matching-study.ts';
import type { BalanceOf, StudyBalanceRow } from '../../core/effects/study-balance.ts';
import type { StudySensitivity } from '../../core/effects/study-sensitivity.ts';
import type { Estimand } from '../../core/matching/estimand.ts';
import type { RiskSetSettings } from '../../core/panel/risk-set-moments.ts';
import { type ModelTerm, variablesOf } from '../../core/propensity/model-terms.ts';
import { parseTerm } from '../../core/propensity/parse-term.ts';
import { isAboutPeople } from '../about-people.ts';
import type { Actor } from '../actor.ts';
import { AppError } from '../errors.ts';
import { loadColumns } from '../load-columns.ts';
import type { PanelDescription } from '../panels.ts';
import type { AnalysisContext } from '../ports.ts';
import type { Draft } from '../results.ts';
import { type FurtherSettings, furtherVariables, noFurtherSettings } from './further-questions.ts';
import { showFurther } from './further-release.ts';
import {
  gateStudy,
  gateStudyAttrition,
  gateStudyWarnings,
  type MatchingStudyBody,
  type ShownBalanceSide,
  type StudyUnitRow,
} from './matching-study-body.ts';
import { nameUnits } from './name-units.ts';
import { laggedVariable, momentColumns, riskSetUnits } from './risk-set-units.ts';
import { studyCost } from './study-cost.ts';
import {
  completeDesign,
  type DesignRequest,
  type DesignSettings,
  designVariables,
  toStudyDesign,
  withCollective,
} from './study-design.ts';
import { type StudyUnits, studyUnits } from './study-units.ts';

export type { MatchingStudyBody, ShownBalanceSide } from './matching-study-body.ts';

export interface MatchingStudySettings extends FurtherSettings {
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
  /**
   * units enter the treatment at different waves: each is compared with units that are not treated yet, nor for the look-ahead;
   * null: one entry between `baseline` and `followUp`
   */
  readonly riskSets: RiskSetSettings | null;
  /** share of a period's waves in which the outcome must be observed */
  readonly minimumShare: number;
  readonly estimand: Estimand;
  readonly design: DesignSettings;
  /** numeric variable, before the treatment: how many of the population a unit stands for; null: all count the same */
  readonly samplingWeights: string | null;
  /** also the balance of squares, and of products of every two covariates */
  readonly balanceOf: BalanceOf;
  /** null: the collective column where there is one and the treatment does not vary within collectives */
  readonly cluster: string | null;
  /** `by-design`, or a method that was asked for; one that is not valid for the design is refused */
  readonly standardError: StandardErrorRequest;
  /** draws of a permutation test; null: 2000 where few clusters are compared, elsewhere none */
  readonly permutations: number | null;
  readonly confidence: number;
  readonly seed: number;
  /** also return pairs, scores and weights of units: a workspace result, for the operator only */
  readonly includeUnits: boolean;
}

/** What a caller must say; the rest has the defaults below. */
export type MatchingStudyRequest = Pick<MatchingStudySettings, 'panel' | 'treatment' | 'outcome' | 'covariates'> &
  Partial<Omit<MatchingStudySettings, 'design' | 'riskSets'>> & {
    readonly design?: DesignRequest;
    readonly riskSets?: (Pick<RiskSetSettings, 'after'> & Partial<RiskSetSettings>) | null;
  };

const defaults = {
  revision: null,
  treatedLevel: null,
  outcomeIs: 'level',
  baseline: null,
  followUp: null,
  minimumShare: 0.75,
  estimand: 'ATT',
  samplingWeights: null,
  balanceOf: 'covariates',
  cluster: null,
  standardError: 'by-design',
  permutations: null,
  ...noFurtherSettings,
  confidence: 0.95,
  seed: 1,
  includeUnits: false,
} as const;

/** A matching study: like is compared with like, and the uncertainty fits the way the treatment was given. */
export const matchingStudy = {
  settings(request: MatchingStudyRequest): MatchingStudySettings {
    const { riskSets = null } = request;
    return {
      ...defaults,
      ...request,
      design: completeDesign(request.design),
      riskSets: riskSets && { lags: 1, lookAhead: riskSets.after, ...riskSets },
    };
  },

  async run(
    settings: MatchingStudySettings,
    context: AnalysisContext,
  ): Promise<Draft<MatchingStudySettings, MatchingStudyBody>> {
    const { panels, compute } = context.ports;
    const description = await panels.describe(settings.panel, settings.revision);
    const names = new Set(description.description.map((v) => v.name));
    const { riskSets } = settings;
    if (riskSets !== null) refuseWithRiskSets(settings);
    const isVariable = (name: string) => names.has(name);
    const baseOf = (name: string) => (riskSets === null ? name : laggedVariable(name, isVariable).variable);
    const parse = (text: string) => parseTerm(text, (name) => isVariable(baseOf(name)));
    // Computed in the order of their names, shown in the order asked for: the answer is the same to the last digit.
    const order = inOrderOfNames(settings.covariates);
    const terms = order.map((place) => parse(settings.covariates[place]!));
    refuseOutcomeInDisguise(settings, variablesOf(terms).map(baseOf));
    refuseAugmented(settings);
    refuseSampling(settings);
    const given = withCollective(settings.design, description.collectiveColumn);
    const plain = toStudyDesign(given, settings.estimand, terms, parse, settings.seed);
    const design = riskSets === null ? plain : withinRiskSets(plain);
    const variables = unique([
      ...variablesOf(terms),
      ...designVariables(given, parse),
      ...(settings.samplingWeights === null ? [] : [settings.samplingWeights]),
    ]);
    const cluster = settings.cluster ?? description.collectiveColumn;
    const wanted = unique([
      ...variables.map(baseOf),
      settings.treatment,
      settings.outcome,
      ...furtherVariables(settings),
      ...(cluster === null ? [] : [cluster]),
    ]);
    const loaded = await loadColumns(panels, description, wanted, 'matching-study');
    context.progress(0.1, 'reading');
    const asked = { ...settings, variables, cluster, isClusterAskedFor: settings.cluster !== null };
    const units = riskSets === null ? studyUnits(loaded.data, asked) : riskSetUnits(loaded.data, asked, riskSets);
    const asDesigned = withSampling(design, settings.samplingWeights);
    announceCost(units.frame, terms, asDesigned, context);
    const output = await compute
      .run(
        'matching-study',
        {
          frame: units.frame,
          treated: units.treated,
          outcome: units.outcome,
          design: asDesigned,
          covariates: terms,
          balanceOf: settings.balanceOf,
          cluster: units.cluster,
          isClusterAskedFor: settings.cluster !== null,
          standardError: settings.standardError,
          permutations: settings.permutations,
          confidence: settings.confidence,
          seed: settings.seed,
          further: units.further,
        },
        context,
      )
      .catch((error) => {
        throw nameUnits(error, units.unitIds);
      });
    const matched = new Set(units.unitIds.filter((_, row) => output.sample.weights[row]! > 0)).size;
    const warnings = [...output.warnings];
    if (settings.baseline === null && riskSets === null)
      warnings.unshift({ code: 'covariates-at-outcome', parameters: {} });
    return {
      class: settings.includeUnits ? 'workspace' : 'release',
      settings,
      seed: settings.seed,
      sources: [loaded.source],
      attrition: [...loaded.attrition, ...units.attrition, { step: 'matched', units: matched }],
      warnings,
      body: toBody(settings, description, units, inOrderAsked(output, order)),
    };
  },

  release(body: MatchingStudyBody, actor: Actor): MatchingStudyBody {
    return actor.role === 'operator' || !body.protected ? body : gateStudy(body);
  },

  releaseAttrition: gateStudyAttrition,
  releaseWarnings: gateStudyWarnings,
};

/** From two seconds on a run says what it will cost before it starts. */
function announceCost(
  frame: StudyUnits['frame'],
  terms: readonly ModelTerm[],
  design: StudyDesign,
  { progress }: AnalysisContext,
): void {
  const columns = variablesOf(terms).reduce((count, name) => {
    const column = frame.columns[name]!;
    return count + (column.type === 'coded' ? column.levels.length : 1);
  }, 0);
  const cost = studyCost(frame.rows, columns, design);
  if (cost !== null && cost.seconds >= 2) progress(0.1, 'matching', cost);
}

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)];

function refuseAugmented({ augmented, estimand }: MatchingStudySettings): void {
  if (augmented === null || estimand === 'ATT' || estimand === 'ATC' || estimand === 'ATE') return;
  throw new AppError(
    'invalid-request',
    `The augmented estimate is for ATT, ATC and ATE; received ${estimand}. Leave out \`augmented\`.`,
    { estimand },
  );
}

const withSampling = (design: StudyDesign, samplingWeights: string | null): StudyDesign =>
  samplingWeights === null || design.method === 'cardinality' ? design : { ...design, samplingWeights };

/** What counts units, whatever they stand for. */
function refuseSampling({ samplingWeights, design, augmented, standardError }: MatchingStudySettings): void {
  if (samplingWeights === null) return;
  const field = [
    ['design.method', design.method === 'cardinality'],
    ['design.maximumReuse', design.method === 'nearest' && design.maximumReuse !== 1],
    ['augmented', augmented !== null],
    ['standardError', standardError.startsWith('abadie-imbens')],
  ].find(([, isRefused]) => isRefused)?.[0];
  if (field === undefined) return;
  throw new AppError(
    'invalid-request',
    `With sampling weights units count unequally, and what \`${field}\` asks for counts them alike. Leave out \`samplingWeights\`, or choose another method: nearest without replacement, optimal, full, strata or weights.`,
    { field },
  );
}

/** The design within the waves of entry; the score has a level for each wave, as a hazard has. */
function withinRiskSets(design: StudyDesign): StudyDesign {
  if (design.method !== 'nearest') return design;
  const { distance } = design;
  const byWave: readonly ModelTerm[] = [{ variable: momentColumns.wave }];
  return {
    ...design,
    riskSet: momentColumns,
    distance: distance.type === 'propensity-score' ? { ...distance, terms: [...distance.terms, ...byWave] } : distance,
  };
}

/** What has no meaning, or no valid error, where each unit has a baseline of its own. */
function refuseWithRiskSets(settings: MatchingStudySettings): void {
  const { design, estimand, permutations, baseline, followUp } = settings;
  const isDefault = (name: keyof FurtherSettings): boolean =>
    JSON.stringify(settings[name]) === JSON.stringify(noFurtherSettings[name]);
  const field = [
    ['baseline', baseline === null],
    ['followUp', followUp === null],
    ...(Object.keys(noFurtherSettings) as (keyof FurtherSettings)[]).map((name) => [name, isDefault(name)] as const),
    ['permutations', permutations === null || permutations === 0],
  ].find(([, isFree]) => !isFree)?.[0];
  if (field !== undefined) {
    throw new AppError(
      'invalid-request',
      `In risk sets every unit has its own baseline and follow-up, and some units are compared at several waves: \`${field}\` cannot be asked for. Leave it out.`,
      { field },
    );
  }
  const isPossible =
    design.method === 'nearest' && design.order !== 'closest' && design.maximumReuse === 1 && estimand === 'ATT';
  if (isPossible) return;
  throw new AppError(
    'invalid-request',
    'Risk sets are matched one wave after the other: method nearest, order largest, smallest, data or random, without replacement, for ATT. Choose these, or leave out `riskSets`.',
    { method: design.method, estimand },
  );
}

/** A covariate measured with the outcome, or made of it, would explain the effect away. */
function refuseOutcomeInDisguise(
  { outcome, treatment, covariates, baseline, riskSets }: MatchingStudySettings,
  used: readonly string[],
): void {
  if (covariates.length === 0) {
    throw new AppError('invalid-request', 'A matching study needs at least one covariate; received none.', {
      covariates,
    });
  }
  if (used.includes(treatment)) {
    throw new AppError('invalid-request', `The treatment "${treatment}" cannot be its own covariate.`, {
      variable: treatment,
    });
  }
  if (baseline === null && riskSets === null && used.includes(outcome)) {
    throw new AppError(
      'invalid-request',
      `"${outcome}" is the outcome of the same wave and cannot be a covariate; name a baseline before the treatment.`,
      { variable: outcome },
    );
  }
}

const inOrderOfNames = (names: readonly string[]): readonly number[] =>
  names.map((_, place) => place).sort((a, b) => (names[a]! < names[b]! ? -1 : names[a]! > names[b]! ? 1 : a - b));

/** @param order place in the question of each term of the answer; squares and products come after them */
function inOrderAsked(output: MatchingStudyOutput, order: readonly number[]): MatchingStudyOutput {
  const placeOf = (term: number): number => order[term] ?? term;
  const { balance, further } = output;
  const inPlace = <T extends StudySensitivity | null>(sensitivity: T): T => {
    const benchmark = sensitivity?.robustness?.benchmark;
    if (!benchmark) return sensitivity;
    const robustness = { ...sensitivity.robustness, benchmark: { ...benchmark, term: placeOf(benchmark.term) } };
    return { ...sensitivity, robustness };
  };
  return {
    ...output,
    balance: balance.map((row) => ({ ...row, term: placeOf(row.term) })).sort((a, b) => a.term - b.term),
    further: {
      ...further,
      effects: further.effects.map((effect) => ({ ...effect, sensitivity: inPlace(effect.sensitivity) })),
      sensitivity: inPlace(further.sensitivity),
    },
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
  const { sample, warnings: _, balance, further, ...shown } = output;
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
    further: showFurther(further),
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
    wave: units.waves === null ? null : units.waves[row]!,
    treated: units.treated[row] === 1,
    score: sample.score === null ? null : sample.score[row]!,
    weight: sample.weights[row]!,
    stratum: sample.strata === null || sample.strata[row]! < 0 ? null : sample.strata[row]!,
    partners: partners[row]!,
  }));
}
