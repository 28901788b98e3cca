import type { StudyDesign } from '../../core/effects/draw-sample.ts';
import { type ModelTerm, variablesOf } from '../../core/propensity/model-terms.ts';
import { parseTerm } from '../../core/propensity/parse-term.ts';
import { AppError } from '../errors.ts';
import type { PanelDescription } from '../panels.ts';
import { type FurtherSettings, noFurtherSettings } from './further-questions.ts';
import { laggedVariable, momentColumns } from './risk-set-units.ts';
import { designFields, toStudyDesign, withCollective } from './study-design.ts';
import type { MatchingStudySettings } from './study-settings.ts';

/** The settings of a study read against its panel. */
export interface PreparedStudy {
  readonly design: StudyDesign;
  /** in the order of their names, in which everything is computed: the answer is the same to the last digit for any order */
  readonly terms: readonly ModelTerm[];
  /** place in the question of each of them */
  readonly order: readonly number[];
  /** variables of covariates and design, as the study names them */
  readonly variables: readonly string[];
  /** the same as the panel names them */
  readonly columns: readonly string[];
  readonly cluster: string | null;
}

/**
 * Reads terms, design and clusters, and refuses what has no meaning, before anything is loaded.
 *
 * @throws invalid-request
 */
export function prepareStudy(settings: MatchingStudySettings, panel: PanelDescription): PreparedStudy {
  const names = new Set(panel.description.map((v) => v.name));
  const { riskSets } = settings;
  if (riskSets !== null) refuseWithRiskSets(settings);
  const isVariable = (name: string) => names.has(name);
  const baseOf = (name: string) => (riskSets === null ? name : laggedVariable(name, isVariable).variable);
  const parse = (text: string) => parseTerm(text, (name) => isVariable(baseOf(name)));
  const order = inOrderOfNames(settings.covariates);
  const terms = order.map((place) => parse(settings.covariates[place]!));
  refuseOutcomeInDisguise(settings, variablesOf(terms).map(baseOf));
  refuseAugmented(settings);
  refuseSampling(settings);
  const given = withCollective(settings.design, panel.collectiveColumn);
  const plain = toStudyDesign(given, settings.estimand, terms, parse, settings.seed);
  const fields = [
    ...designFields(given, parse),
    { field: 'samplingWeights', variables: settings.samplingWeights === null ? [] : [settings.samplingWeights] },
  ];
  for (const { field, variables } of fields) refuseDecidingVariable(settings, field, variables.map(baseOf));
  // Within its levels units are compared, too.
  if (settings.effectsBy !== null) refuseDecidingVariable(settings, 'effectsBy', [settings.effectsBy]);
  const variables = unique([...variablesOf(terms), ...fields.flatMap((of) => of.variables)]);
  return {
    design: withSampling(riskSets === null ? plain : withinRiskSets(plain), settings.samplingWeights),
    terms,
    order,
    variables,
    columns: variables.map(baseOf),
    cluster: settings.cluster ?? panel.collectiveColumn,
  };
}

export const unique = (names: readonly string[]): readonly string[] => [...new Set(names)];

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
function refuseOutcomeInDisguise(settings: MatchingStudySettings, used: readonly string[]): void {
  const { treatment, covariates } = settings;
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
  const outcome = outcomeOfSameWave(settings, used);
  if (outcome !== null) {
    throw new AppError(
      'invalid-request',
      `"${outcome}" is the outcome of the same wave and cannot be a covariate; name a baseline before the treatment.`,
      { variable: outcome },
    );
  }
}

/** The first outcome among variables that are read in its own wave, or null. */
const outcomeOfSameWave = (
  { outcome, otherOutcomes, baseline, riskSets }: MatchingStudySettings,
  used: readonly string[],
): string | null =>
  baseline !== null || riskSets !== null
    ? null
    : ([outcome, ...otherOutcomes].find((name) => used.includes(name)) ?? null);

/** Groups that are chosen by the outcome differ in it, whatever the treatment does. */
function refuseDecidingVariable(settings: MatchingStudySettings, field: string, used: readonly string[]): void {
  const { treatment } = settings;
  if (used.includes(treatment)) {
    throw new AppError(
      'invalid-request',
      `The treatment "${treatment}" cannot decide who is compared with whom, as \`${field}\` asks. Leave it out there.`,
      { field, variable: treatment },
    );
  }
  const outcome = outcomeOfSameWave(settings, used);
  if (outcome === null) return;
  throw new AppError(
    'invalid-request',
    `"${outcome}" is the outcome of the same wave and cannot decide who is compared with whom, as \`${field}\` asks; name a baseline before the treatment, or leave it out there.`,
    { field, variable: outcome },
  );
}

const inOrderOfNames = (names: readonly string[]): readonly number[] =>
  names.map((_, place) => place).sort((a, b) => (names[a]! < names[b]! ? -1 : names[a]! > names[b]! ? 1 : a - b));
