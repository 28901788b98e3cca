import type { StudyDesign } from '../../core/effects/draw-sample.ts';
import type { Coarsening } from '../../core/matching/coarsen.ts';
import type { Discard } from '../../core/matching/common-support.ts';
import type { Estimand } from '../../core/matching/estimand.ts';
import type { CovariatesDistance, NamedCaliper, PropensityDistance } from '../../core/matching/matching-design.ts';
import type { CovariateDistance } from '../../core/matching/whiten.ts';
import type { Link } from '../../core/propensity/links.ts';
import { type ModelTerm, variablesOf } from '../../core/propensity/model-terms.ts';
import type { Penalty } from '../../core/propensity/penalty.ts';
import { AppError } from '../errors.ts';

/** A propensity score on the covariates of the study. */
export interface ScoreDistance {
  readonly type: 'propensity-score';
  readonly link: Link;
  readonly scale: 'linear-predictor' | 'probability';
  /** keeps the model finite where covariates predict the treatment perfectly; null = maximum likelihood */
  readonly penalty: Penalty | null;
}

/** `within`: partners are compared by Mahalanobis distance on these terms, the score serves calipers and order. */
type PairDistance =
  | (ScoreDistance & { readonly within: readonly string[] | null })
  | { readonly type: CovariateDistance };

interface Limits {
  /** a pair needs differences of at most these; an empty list means no limit */
  readonly calipers: readonly NamedCaliper[];
  /** variables in which a pair must agree, and in which it must differ */
  readonly exact: readonly string[];
  readonly antiExact: readonly string[];
}

interface Support {
  /** leave out units whose score lies outside the range of the other group */
  readonly discard: Discard;
  /** and fit the model again without them */
  readonly reestimate: boolean;
}

/** How the groups are made comparable. Each method has its own fields; a field of another method is refused. */
export type DesignSettings =
  | ({
      readonly method: 'nearest';
      readonly distance: PairDistance;
      readonly order: 'largest' | 'smallest' | 'data' | 'random' | 'closest';
      readonly ratio: number;
      readonly variableRatio: { readonly minimum: number; readonly maximum: number } | null;
      /** how many units a partner may serve; null = no limit */
      readonly maximumReuse: number | null;
    } & Limits &
      Support)
  | ({
      readonly method: 'optimal';
      readonly distance: PairDistance;
      readonly ratio: number;
      /** partners with another value of the variable are dearer by `penalty`, in units of the distance */
      readonly prefer: { readonly variable: string; readonly penalty: number } | null;
    } & Limits &
      Support)
  | ({ readonly method: 'full'; readonly distance: PairDistance } & Limits & Support)
  | ({
      readonly method: 'two-level';
      readonly distance: PairDistance;
      /** variable that holds the collectives; null = the collective column of the panel */
      readonly collective: string | null;
      readonly prefer: { readonly variable: string; readonly penalty: number } | null;
    } & Limits &
      Support)
  | ({ readonly method: 'subclassification'; readonly distance: ScoreDistance; readonly subclasses: number } & Support)
  | { readonly method: 'exact'; readonly exact: readonly string[] }
  | {
      readonly method: 'coarsened-exact';
      readonly coarsening: readonly { readonly variable: string; readonly cut: Coarsening | null }[];
    }
  | {
      readonly method: 'cardinality';
      /** largest |standardised mean difference| of every column */
      readonly tolerance: number;
      readonly ratio: number;
      readonly exact: readonly string[];
      /** how far the search may go before the best selection so far is taken */
      readonly nodes: number;
    }
  | {
      readonly method: 'inverse-probability';
      readonly link: Link;
      readonly penalty: Penalty | null;
      readonly stabilized: boolean;
      /** leave out units whose propensity is nearer to 0 or 1 than this */
      readonly trim: number;
    }
  | { readonly method: 'entropy-balancing'; readonly moments: 1 | 2 | 3 }
  | { readonly method: 'balancing-score' };

export type StudyMethod = DesignSettings['method'];

type Of<M extends StudyMethod> = Extract<DesignSettings, { method: M }>;
type Needed = { exact: 'exact'; 'coarsened-exact': 'coarsening' };
type Loose<D> = Omit<Partial<D>, 'distance'> &
  (D extends { readonly distance: infer T } ? { readonly distance?: LooseDistance<T> } : unknown);
type LooseDistance<T> = T extends { readonly type: infer K } ? { readonly type: K } & Partial<Omit<T, 'type'>> : never;

/** What a caller must say of a design; the rest has defaults. */
export type DesignRequest = {
  [M in StudyMethod]: { readonly method: M } & Loose<Of<M>> &
    (M extends keyof Needed ? Pick<Of<M>, Needed[M] & keyof Of<M>> : unknown);
}[StudyMethod];

const score = { type: 'propensity-score', link: 'logit', scale: 'linear-predictor', penalty: null } as const;
// Austin 2011, doi:10.1002/pst.433: 0.2 standard deviations of the linear predictor.
const scoreCaliper = [{ on: 'distance', width: 0.2, unit: 'sd' }] as const;
const support = { discard: 'none', reestimate: false } as const;

const free = { exact: [], antiExact: [], ...support } as const;

/** The defaults of each method, in one place. */
const defaults = {
  nearest: { order: 'largest', ratio: 1, variableRatio: null, maximumReuse: 1, ...free },
  optimal: { ratio: 1, prefer: null, ...free },
  full: free,
  'two-level': { collective: null, prefer: null, ...free },
  subclassification: { subclasses: 5, ...support },
  exact: {},
  'coarsened-exact': {},
  cardinality: { tolerance: 0.05, ratio: 1, exact: [], nodes: 10_000 },
  'inverse-probability': { link: 'logit', penalty: null, stabilized: false, trim: 0 },
  'entropy-balancing': { moments: 1 },
  'balancing-score': {},
} as const;

/** The design with its defaults filled in. A distance between covariates has no score, so no caliper on it and no order by it. */
export function completeDesign(request: DesignRequest = { method: 'nearest' }): DesignSettings {
  const plain = { ...defaults[request.method], ...request };
  switch (request.method) {
    case 'nearest':
    case 'optimal':
    case 'full':
    case 'two-level': {
      const { distance, method } = request;
      if (distance !== undefined && distance.type !== 'propensity-score') {
        const order = method === 'nearest' ? { order: request.order ?? 'closest' } : {};
        return { ...plain, ...order, calipers: request.calipers ?? [] } as DesignSettings;
      }
      // Full matching is for keeping everybody.
      const calipers = request.calipers ?? (method === 'full' ? [] : scoreCaliper);
      return { ...plain, distance: { ...score, within: null, ...distance }, calipers } as DesignSettings;
    }
    case 'subclassification':
      return { ...plain, distance: { ...score, ...request.distance } } as DesignSettings;
    default:
      return plain as DesignSettings;
  }
}

/** The design with the collective column of the panel where it names none. */
export const withCollective = (design: DesignSettings, column: string | null): DesignSettings =>
  design.method === 'two-level' ? { ...design, collective: design.collective ?? column } : design;

/** What a design names, field by field: who is compared with whom depends on these variables. */
export function designFields(
  design: DesignSettings,
  parse: (text: string) => ModelTerm,
): readonly { readonly field: string; readonly variables: readonly string[] }[] {
  const names = (list: 'exact' | 'antiExact'): readonly string[] =>
    list in design ? (design as Partial<Limits>)[list]! : [];
  const within = 'distance' in design && 'within' in design.distance ? (design.distance.within ?? []) : [];
  const calipers = 'calipers' in design ? design.calipers.map(({ on }) => on).filter((on) => on !== 'distance') : [];
  return [
    { field: 'design.distance.within', variables: variablesOf(within.map(parse)) },
    { field: 'design.exact', variables: names('exact') },
    { field: 'design.antiExact', variables: names('antiExact') },
    { field: 'design.calipers', variables: calipers },
    { field: 'design.prefer', variables: 'prefer' in design && design.prefer !== null ? [design.prefer.variable] : [] },
    {
      field: 'design.collective',
      variables: 'collective' in design && design.collective !== null ? [design.collective] : [],
    },
    {
      field: 'design.coarsening',
      variables: 'coarsening' in design ? design.coarsening.map(({ variable }) => variable) : [],
    },
  ];
}

/** What each method can estimate. */
const estimands: Readonly<Record<StudyMethod, readonly Estimand[]>> = {
  nearest: ['ATT', 'ATC'],
  optimal: ['ATT', 'ATC'],
  full: ['ATT', 'ATC', 'ATE'],
  'two-level': ['ATT', 'ATC'],
  subclassification: ['ATT', 'ATC', 'ATE'],
  exact: ['ATT', 'ATC', 'ATE'],
  'coarsened-exact': ['ATT', 'ATC', 'ATE'],
  cardinality: ['ATT', 'ATC', 'ATE'],
  'inverse-probability': ['ATT', 'ATC', 'ATE', 'ATO', 'ATM'],
  'entropy-balancing': ['ATT', 'ATC', 'ATE'],
  'balancing-score': ['ATT', 'ATC', 'ATE'],
};

/** The core's record of a design; @param seed of a random order. @throws invalid-request where the method does not estimate that */
export function toStudyDesign(
  design: DesignSettings,
  estimand: Estimand,
  covariates: readonly ModelTerm[],
  parse: (text: string) => ModelTerm,
  seed: number,
): StudyDesign {
  refuseEstimand(design.method, estimand);
  switch (design.method) {
    case 'nearest': {
      const maximumReuse = design.maximumReuse ?? Number.POSITIVE_INFINITY;
      return {
        ...design,
        ...toDistance(design.distance, covariates, parse),
        estimand: pairEstimand(estimand),
        order: design.order === 'random' ? { seed } : design.order,
        maximumReuse,
      };
    }
    case 'optimal':
      return { ...design, ...toDistance(design.distance, covariates, parse), estimand: pairEstimand(estimand) };
    case 'two-level':
      return {
        ...design,
        ...toDistance(design.distance, covariates, parse),
        estimand: pairEstimand(estimand),
        collective: collectiveOf(design.collective),
      };
    case 'full':
      return {
        ...design,
        ...toDistance(design.distance, covariates, parse),
        estimand: estimand as 'ATT' | 'ATC' | 'ATE',
      };
    case 'subclassification':
      return { ...design, estimand, distance: toScore(design.distance, covariates) };
    case 'exact':
    case 'coarsened-exact':
      return { ...design, estimand };
    case 'inverse-probability':
    case 'entropy-balancing':
      return { ...design, estimand, terms: covariates };
    case 'cardinality':
    case 'balancing-score':
      return { ...design, estimand: estimand as 'ATT' | 'ATC' | 'ATE', terms: covariates };
  }
}

function collectiveOf(variable: string | null): string {
  if (variable !== null) return variable;
  throw new AppError(
    'invalid-request',
    'Two-level matching needs the variable that holds the collectives (`collective`): this panel has no collective column.',
    { method: 'two-level' },
  );
}

function refuseEstimand(method: StudyMethod, estimand: Estimand): void {
  const possible = estimands[method];
  if (possible.includes(estimand)) return;
  const others = Object.entries(estimands).flatMap(([name, list]) => (list.includes(estimand) ? [name] : []));
  throw new AppError(
    'invalid-request',
    `The method ${method} estimates ${possible.join(', ')}; received ${estimand}. For ${estimand} choose ${others.join(', ')}.`,
    { method, estimand },
  );
}

const pairEstimand = (estimand: Estimand): 'ATT' | 'ATC' => (estimand === 'ATC' ? 'ATC' : 'ATT');

function toDistance(
  distance: PairDistance,
  terms: readonly ModelTerm[],
  parse: (text: string) => ModelTerm,
): { distance: PropensityDistance | CovariatesDistance; within: readonly ModelTerm[] | null } {
  if (distance.type !== 'propensity-score') return { distance: { type: distance.type, terms }, within: null };
  return { distance: toScore(distance, terms), within: distance.within?.map(parse) ?? null };
}

const toScore = ({ link, scale, penalty }: ScoreDistance, terms: readonly ModelTerm[]): PropensityDistance => ({
  type: 'propensity-score',
  link,
  scale: scale === 'probability' ? 'probability' : 'linear',
  terms,
  penalty,
});
