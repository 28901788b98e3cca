import type { Warning } from '../errors.ts';
import type { AnchorInterval } from './anchor-intervals.ts';
import type { Calibration } from './calibrate.ts';
import type { Certificate } from './certificate.ts';
import type { ConditionType } from './conditions.ts';
import type { CutoffInterval } from './cutoff-intervals.ts';
import type { ContrapositiveFit } from './fit.ts';
import type { FurtherAnalyses, FurtherRequest } from './further-records.ts';
import type { SearchLimits } from './minimal-models.ts';
import type { PermutationTest } from './permutation-test.ts';
import type { RowOutput, TruthTableSettings } from './truth-table.ts';

export const solutionKinds = ['conservative', 'intermediate', 'parsimonious'] as const;
export type SolutionKind = (typeof solutionKinds)[number];

export type ModelListing = 'first' | 'sample';

/** One raw or calibrated column; `observed[i]` is 0 where case i has no value. */
export interface QcaColumn {
  readonly name: string;
  readonly values: Float64Array;
  readonly observed: Uint8Array;
  /** null: the values are memberships or levels already */
  readonly calibration: Calibration | null;
  /** null: read from the values, and reported */
  readonly type: ConditionType | null;
}

/** What is to be explained: a set, or an expression over it and further sets. */
export interface QcaOutcome extends QcaColumn {
  readonly negated: boolean;
  /** null: the set itself */
  readonly expression: string | null;
  /** further sets that the expression names */
  readonly parts: readonly QcaColumn[];
}

export interface QcaLimits extends SearchLimits {
  /** pairs of a conservative and a parsimonious model to derive intermediate solutions from */
  readonly derivations: number;
  /** truth table rows, prime implicants and cases to list at most */
  readonly listed: number;
}

export interface QcaInput {
  readonly caseIds: readonly string[];
  readonly outcome: QcaOutcome;
  readonly conditions: readonly QcaColumn[];
  readonly truthTable: TruthTableSettings;
  readonly explain: '1' | 'C';
  readonly includeContradictions: boolean;
  readonly excludedRows: readonly number[];
  /** what no solution may assume (enhanced standard analysis) */
  readonly enhanced: {
    readonly contradictoryAssumptions: boolean;
    readonly simultaneousSubsets: boolean;
    /** expressions that cannot be true */
    readonly impossible: readonly string[];
  };
  readonly solutions: readonly SolutionKind[];
  readonly directionalExpectations: readonly string[];
  readonly necessity: {
    readonly consistencyCutoff: number;
    readonly coverageCutoff: number;
    readonly relevanceCutoff: number;
  };
  /** which models to list where there are more than may be listed: the first found, or a random sample of all */
  readonly listing: ModelListing;
  /** list the models that are irredundant, whatever their number of terms, as well */
  readonly irredundant: boolean;
  /** find for each anchor and threshold the interval with the same models */
  readonly anchorIntervals: boolean;
  readonly further: FurtherRequest;
  /** how often to deal the outcome anew for the permutation test; 0 = no test */
  readonly permutations: number;
  readonly seed: number;
  readonly limits: QcaLimits;
}

export interface CalibratedSet {
  readonly name: string;
  readonly type: ConditionType;
  readonly levels: number;
  /** cases below 0.5, at exactly 0.5 and above it; for multi-value sets cases per level */
  readonly counts: readonly number[];
  /** the rule, with thresholds that were to be found; null: the values were memberships or levels already */
  readonly calibration: Calibration | null;
}

export interface QcaRow {
  readonly configuration: readonly number[];
  readonly rowNumber: number | null;
  readonly output: RowOutput;
  readonly n: number;
  /** cases of the row with a membership in the outcome above 0.5 */
  readonly withOutcome: number;
  /** cases of the row with a membership strictly between 0 and 1, in the outcome or a condition */
  readonly partial: number;
  readonly consistency: number | null;
  readonly pri: number | null;
  readonly cases: readonly string[];
}

export interface QcaTerm {
  readonly text: string;
  /** per condition the level, -1 = any */
  readonly levels: readonly number[];
  /** per literal: stands in a parsimonious term that holds this one (`core`), or only here (`contributing`) */
  readonly literals: readonly { readonly text: string; readonly role: 'core' | 'contributing' }[];
  readonly consistency: number | null;
  readonly pri: number | null;
  readonly rawCoverage: number | null;
  readonly uniqueCoverage: number | null;
  readonly isEssential: boolean;
  readonly cases: readonly string[];
}

export interface QcaModel {
  readonly formula: string;
  /** indices of `terms` */
  readonly terms: readonly number[];
  readonly consistency: number | null;
  readonly pri: number | null;
  readonly coverage: number | null;
  readonly uniqueCoverages: readonly (number | null)[];
  /** remainders it covers, counted as decimal digits; listed up to the limit */
  readonly assumptionCount: string;
  readonly assumptions: readonly number[] | null;
  readonly typicalCases: readonly string[];
  readonly deviantConsistencyCases: readonly string[];
  readonly deviantCoverageCases: readonly string[];
  /** further measures of fit */
  readonly measures: QcaMeasures;
}

export interface QcaMeasures extends ContrapositiveFit {
  readonly haesebrouckConsistency: number | null;
}

/** Models with no term to spare, whatever their number of terms. */
export interface IrredundantModels {
  readonly formulas: readonly string[];
  /** false if the limit on models cut the list */
  readonly complete: boolean;
}

export interface QcaSolution {
  readonly kind: SolutionKind;
  /** the models an intermediate solution comes from */
  readonly derivedFrom: { readonly conservative: string; readonly parsimonious: string } | null;
  readonly terms: readonly QcaTerm[];
  readonly models: readonly QcaModel[];
  /** decimal digits; exact if `modelCountExact` */
  readonly modelCount: string;
  readonly modelCountExact: boolean;
  readonly termsPerModel: number;
  /** at least so many terms are needed; equal to `termsPerModel` unless a limit was met */
  readonly lowerBound: number;
  readonly complete: boolean;
  readonly primeImplicantCount: number;
  /** terms that cover the same positive rows: in any model one can stand for the other; groups of two or more, by text */
  readonly swapGroups: readonly (readonly string[])[];
  /** null if not asked for */
  readonly irredundant: IrredundantModels | null;
  /** up to the limit, in order of presentation */
  readonly primeImplicants: readonly { readonly text: string; readonly rows: readonly number[] }[];
  readonly easyCounterfactuals: readonly number[] | null;
  readonly difficultCounterfactuals: readonly number[] | null;
  readonly certificate: Certificate | null;
  /** for each cutoff, the values with the same models; null for intermediate solutions and for large ones */
  readonly cutoffIntervals: readonly CutoffInterval[] | null;
  /** for each anchor, the values with the same models; null if not asked for, and as `cutoffIntervals` */
  readonly anchorIntervals: readonly AnchorInterval[] | null;
  /** could chance alone give these terms? null if not asked for */
  readonly permutationTest: PermutationTest | null;
}

export interface QcaNecessity {
  readonly text: string;
  readonly consistency: number | null;
  readonly coverage: number | null;
  readonly relevance: number | null;
}

export interface QcaAnalysis {
  readonly outcome: string;
  readonly conditions: readonly CalibratedSet[];
  readonly outcomeSet: CalibratedSet;
  /** the sets of a configurational outcome; empty for a plain one */
  readonly outcomeParts: readonly CalibratedSet[];
  readonly caseCount: number;
  /** ids of cases left out because a cell is missing */
  readonly leftOut: readonly string[];
  /** ids of cases with a membership of exactly 0.5 in a condition: they count in no row */
  readonly ambiguousCases: readonly string[];
  readonly rows: readonly QcaRow[];
  /** number of configurations, as decimal digits */
  readonly configurations: string;
  /** row numbers that are negative because they are sufficient for the outcome and its negation, where that was asked for */
  readonly simultaneousRows: readonly number[];
  readonly solutions: readonly QcaSolution[];
  /** every literal as a necessary condition, then longer expressions that reach the cutoffs */
  readonly necessity: { readonly literals: readonly QcaNecessity[]; readonly expressions: readonly QcaNecessity[] };
  readonly further: FurtherAnalyses;
  /** memberships (levels of multi-value sets) of each case, and raw scores where they were calibrated; empty for many cases */
  readonly memberships: {
    readonly cases: readonly string[];
    readonly outcome: readonly number[];
    /** by name, the conditions and the parts of the outcome */
    readonly sets: Readonly<Record<string, readonly number[]>>;
    readonly raw: Readonly<Record<string, readonly number[]>>;
    /** by text, every term of every solution */
    readonly terms: Readonly<Record<string, readonly number[]>>;
    /** by formula, the first 20 listed models of every solution */
    readonly models: Readonly<Record<string, readonly number[]>>;
  };
  readonly warnings: readonly Warning[];
}
