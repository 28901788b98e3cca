import type { Matrix } from '../linalg/matrix.ts';
import type { Link } from '../propensity/links.ts';
import type { ModelTerm } from '../propensity/model-terms.ts';
import type { Penalty } from '../propensity/penalty.ts';
import type { CaliperSetting } from './caliper-width.ts';
import type { Coarsening } from './coarsen.ts';
import type { Discard } from './common-support.ts';
import type { Estimand } from './estimand.ts';
import type { FocalOrder } from './matching-problem.ts';
import type { CovariateDistance } from './whiten.ts';

/** A propensity score from a model: the fitted probability, or its linear predictor. */
export interface PropensityDistance {
  readonly type: 'propensity-score';
  readonly link: Link;
  readonly scale: 'probability' | 'linear';
  readonly terms: readonly ModelTerm[];
  /** left out: maximum likelihood */
  readonly penalty?: Penalty | null;
}

/** A distance between covariates; it has no score, so no order by score, no caliper on it and no discarding. */
export interface CovariatesDistance {
  readonly type: CovariateDistance;
  readonly terms: readonly ModelTerm[];
}

/**
 * Distances of the caller: a row for each focal unit and a column for each unit of the other group, both in row order; 0 or
 * more, Infinity forbids a pair.
 */
export interface GivenDistance {
  readonly type: 'given';
  readonly distances: Matrix;
}

export interface NamedCaliper extends CaliperSetting {
  /** `distance` or the name of a numeric variable */
  readonly on: string;
}

/** Focal units choose in a random order of the tie order's places: the same for the same seed and the same units. */
export interface RandomOrder {
  readonly seed: number;
}

/** Units may stand for more or fewer of the population than others. */
export interface SampledUnits {
  /** variable of their sampling weights; null or left out: all count the same */
  readonly samplingWeights?: string | null;
}

/** What designs that look for pairs have in common. Nothing has a default here: whoever calls decides. */
interface PairDesign extends SampledUnits {
  readonly distance: PropensityDistance | CovariatesDistance | GivenDistance;
  /** beside a propensity score: candidates are compared by their Mahalanobis distance on these terms */
  readonly within: readonly ModelTerm[] | null;
  readonly calipers: readonly NamedCaliper[];
  readonly exact: readonly string[];
  readonly antiExact: readonly string[];
  readonly discard: Discard;
  /** fit the model again without the discarded units, which keep their first score */
  readonly reestimate: boolean;
}

/**
 * Rows are units at waves (`riskSetMoments`): pairs are made within waves, wave by wave, and a unit that served as a partner at
 * one wave is used at the others too.
 */
export interface RiskSet {
  /** variables of the frame that hold the wave (a number, or a coded one with its levels in order of time) and the unit */
  readonly wave: string;
  readonly unit: string;
}

/** Nearest-neighbour matching. */
export interface NearestDesign extends PairDesign {
  readonly method: 'nearest';
  readonly estimand: 'ATT' | 'ATC';
  readonly order: FocalOrder | RandomOrder;
  readonly ratio: number;
  /** null: every focal unit gets `ratio` partners */
  readonly variableRatio: { readonly minimum: number; readonly maximum: number } | null;
  readonly maximumReuse: number;
  /** rows are units at waves: see `RiskSet`; left out: each row is a unit of its own */
  readonly riskSet?: RiskSet | null;
}

/** As many pairs as possible, then the smallest total distance; up to `ratio` partners for a focal unit. */
export interface OptimalDesign extends PairDesign {
  readonly method: 'optimal';
  readonly estimand: 'ATT' | 'ATC';
  readonly ratio: number;
  /** units with another value of the variable are dearer by `penalty`, in units of the distance; null = all the same */
  readonly prefer: { readonly variable: string; readonly penalty: number } | null;
}

/** Sets with one treated unit or one control that hold every unit with an allowed partner, at the smallest total distance. */
export interface FullDesign extends PairDesign {
  readonly method: 'full';
  readonly estimand: 'ATT' | 'ATC' | 'ATE';
}

/** Whole treated collectives with other collectives, and their units in pairs: as many as possible at the smallest total distance. */
export interface TwoLevelDesign extends PairDesign {
  readonly method: 'two-level';
  readonly estimand: 'ATT' | 'ATC';
  /** variable that holds the collectives */
  readonly collective: string;
  /** units with another value of the variable (a neighbourhood) are dearer by `penalty`, in units of the distance */
  readonly prefer: { readonly variable: string; readonly penalty: number } | null;
}

export interface SubclassDesign extends SampledUnits {
  readonly method: 'subclassification';
  readonly estimand: Estimand;
  readonly distance: PropensityDistance;
  readonly subclasses: number;
  readonly discard: Discard;
  readonly reestimate: boolean;
}

export interface ExactDesign extends SampledUnits {
  readonly method: 'exact';
  readonly estimand: Estimand;
  readonly exact: readonly string[];
}

export interface CoarsenedDesign extends SampledUnits {
  readonly method: 'coarsened-exact';
  readonly estimand: Estimand;
  /** variables with null are matched on exact values */
  readonly coarsening: readonly { readonly variable: string; readonly cut: Coarsening | null }[];
}

/** The largest groups whose means differ by at most `tolerance` standard deviations in every covariate column. */
export interface CardinalityDesign {
  readonly method: 'cardinality';
  /** names the standard deviation, as in the balance table */
  readonly estimand: 'ATT' | 'ATC' | 'ATE';
  readonly terms: readonly ModelTerm[];
  readonly tolerance: number;
  /** controls for each treated unit */
  readonly ratio: number;
  readonly exact: readonly string[];
  /** nodes of the search tree at most: after that the best selection so far is taken, with a caution */
  readonly nodes: number;
}

export type MatchingDesign =
  | NearestDesign
  | OptimalDesign
  | FullDesign
  | TwoLevelDesign
  | SubclassDesign
  | ExactDesign
  | CoarsenedDesign;
