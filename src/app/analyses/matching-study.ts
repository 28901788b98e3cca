import { withholdSmallGroups } from '../../core/disclosure/withhold-small-groups.ts';
import type { EffectEstimate } from '../../core/effects/estimate-effect.ts';
import type { MatchingStudyOutput, StudyBalanceRow } from '../../core/effects/run-matching-study.ts';
import type { MatchingDesign, NamedCaliper } from '../../core/matching/match-units.ts';
import type { Link } from '../../core/propensity/links.ts';
import { type ModelTerm, variablesOf } from '../../core/propensity/model-terms.ts';
import { parseTerm } from '../../core/propensity/parse-term.ts';
import { isAboutPeople } from '../about-people.ts';
import type { Actor } from '../actor.ts';
import { AppError } from '../errors.ts';
import { loadColumns } from '../load-columns.ts';
import { minimumGroup } from '../minimum-group.ts';
import type { PanelDescription } from '../panels.ts';
import type { AnalysisContext } from '../ports.ts';
import type { Draft } from '../results.ts';
import { type StudyUnits, studyUnits } from './study-units.ts';

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

type Shown = Omit<MatchingStudyOutput, 'sample' | 'warnings' | 'balance' | 'effects' | 'overlap' | 'groups' | 'ties'>;

export interface ShownBalance {
  readonly variable: string;
  readonly before: ShownBalanceSide;
  readonly after: ShownBalanceSide;
  readonly counts: StudyBalanceRow['counts'];
  readonly withheld: boolean;
}

export interface ShownBalanceSide {
  readonly meanTreated: number | null;
  readonly meanControl: number | null;
  readonly standardizedMeanDifference: number | null;
  readonly varianceRatio: number | null;
  readonly ecdfMean: number | null;
  readonly ecdfMax: number | null;
  readonly standardizedPairDistance: number | null;
}

type Range = { readonly minimum: number; readonly maximum: number } | null;

export interface ShownOverlap {
  readonly treated: Range;
  readonly control: Range;
  readonly focalOutside: number;
  readonly coefficient: number;
  readonly bins: readonly { from: number; to: number; treated: number | null; control: number | null }[];
}

export interface ShownGroup {
  readonly all: number | null;
  readonly discarded: number | null;
  readonly matched: number | null;
  readonly effective: number | null;
}

export interface MatchingStudyBody extends Shown {
  readonly treatment: { readonly name: string; readonly title: string | null };
  readonly outcome: {
    readonly name: string;
    readonly title: string | null;
    readonly unit: string | null;
    readonly direction: string;
  };
  readonly estimand: 'ATT' | 'ATC' | 'ATE';
  /** true where the units are people's: small groups are then withheld from everybody but the operator */
  readonly protected: boolean;
  /** why the effects are null, or null where they are shown */
  readonly withheld: 'small-group' | null;
  readonly groups: { readonly treated: ShownGroup; readonly control: ShownGroup };
  readonly missing: readonly { readonly variable: string; readonly units: number | null }[];
  readonly overlap: ShownOverlap | null;
  readonly balance: readonly ShownBalance[];
  readonly effects: {
    readonly unmatched: EffectEstimate | null;
    readonly matched: EffectEstimate | null;
    readonly adjusted: EffectEstimate | null;
  };
  readonly ties: MatchingStudyOutput['ties'];
  /** only with `includeUnits` */
  readonly units: readonly StudyUnitRow[] | null;
}

/** One unit of the study; `partners` are the unit ids it was matched with. */
export interface StudyUnitRow {
  readonly unit: string;
  readonly treated: boolean;
  readonly score: number | null;
  readonly weight: number;
  readonly stratum: number | null;
  readonly partners: readonly string[];
}

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
    if (actor.role === 'operator' || !body.protected) return body;
    const { groups } = body;
    const few = (n: number | null): boolean => n !== null && n < minimumGroup;
    const tooSmall = [groups.treated, groups.control].some((g) => few(g.matched) || few(g.all));
    const hiddenGroup = { all: null, discarded: null, matched: null, effective: null };
    return {
      ...body,
      withheld: tooSmall ? 'small-group' : null,
      groups: tooSmall
        ? { treated: hiddenGroup, control: hiddenGroup }
        : { treated: gateGroup(groups.treated), control: gateGroup(groups.control) },
      missing: body.missing.map((m) => ({ ...m, units: few(m.units) ? null : m.units })),
      overlap: body.overlap === null || tooSmall ? null : gateOverlap(body.overlap),
      balance: tooSmall ? body.balance.map(hideRow) : gateBalance(body),
      effects: tooSmall ? { unmatched: null, matched: null, adjusted: null } : body.effects,
      ties: tooSmall ? null : body.ties,
      units: null,
    };
  },
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
    balance: balance.map(({ variable, before, after, counts }) => ({
      variable,
      before: toSide(before),
      after: toSide(after),
      counts,
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

/** Numbers that would give the few left out away by a difference are rounded away with them. */
function gateGroup(group: ShownGroup): ShownGroup {
  const { all, matched, discarded } = group;
  const out = all! - matched!;
  const hides = (n: number): boolean => n > 0 && n < minimumGroup;
  return hides(out) || hides(discarded!) ? { ...group, all: null, discarded: null } : group;
}

function gateOverlap(overlap: ShownOverlap): ShownOverlap {
  const gate = (counts: readonly (number | null)[]): readonly (number | null)[] => {
    const { groups } = withholdSmallGroups(
      counts.map((n) => n ?? 0),
      minimumGroup,
    );
    return counts.map((n, b) => (groups[b] === null ? n : null));
  };
  const treated = gate(overlap.bins.map((b) => b.treated));
  const control = gate(overlap.bins.map((b) => b.control));
  return {
    ...overlap,
    // The lowest and the highest score are somebody's, and so are the ends of the bins; keep the shape, not the ends.
    treated: null,
    control: null,
    bins: overlap.bins.map((bin, b) => ({ ...bin, treated: treated[b]!, control: control[b]! })),
  };
}

/**
 * Shares of a level are counts in disguise: a row whose level (or, for a variable of 0 and 1, its opposite) holds fewer
 * than the minimum in any group or sample is withheld, and with it whatever other level would give it away.
 */
function gateBalance({ balance, groups }: MatchingStudyBody): readonly ShownBalance[] {
  const hidden = new Set<string>();
  const sides = (['before', 'after'] as const).flatMap((side) =>
    (['treated', 'control'] as const).map((group) => ({ side, group })),
  );
  for (const [, rows] of levelsByFactor(balance)) {
    for (const { side, group } of sides) {
      const total = side === 'before' ? groups[group].all! : groups[group].matched!;
      const counts = rows.map((row) => row.counts![side][group]);
      const rest = total - counts.reduce((sum, n) => sum + n, 0);
      const verdict = withholdSmallGroups(rows.length === 1 ? [...counts, rest] : counts, minimumGroup);
      rows.forEach((row, r) => {
        if (verdict.groups[r] !== null || verdict.total !== null) hidden.add(row.variable);
      });
    }
  }
  return balance.map((row) => (hidden.has(row.variable) ? hideRow(row) : row));
}

/** Rows of 0/1 columns: the levels of one factor together, a variable of 0 and 1 alone. */
function levelsByFactor(balance: readonly ShownBalance[]): Map<string, ShownBalance[]> {
  const factors = new Map<string, ShownBalance[]>();
  for (const row of balance) {
    if (row.counts === null) continue;
    const factor = row.variable.split('=')[0]!;
    const known = factors.get(factor);
    if (known) known.push(row);
    else factors.set(factor, [row]);
  }
  return factors;
}

const hiddenSide: ShownBalanceSide = {
  meanTreated: null,
  meanControl: null,
  standardizedMeanDifference: null,
  varianceRatio: null,
  ecdfMean: null,
  ecdfMax: null,
  standardizedPairDistance: null,
};

function hideRow(row: ShownBalance): ShownBalance {
  return { variable: row.variable, before: hiddenSide, after: hiddenSide, counts: null, withheld: true };
}
