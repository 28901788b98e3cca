import type { QcaRow, QcaSolution, SolutionKind } from './analysis-records.ts';
import type { TheoryArea } from './theory.ts';

/** What may be asked for beside the solutions; null = not. */
export interface FurtherRequest {
  /** an expression over the conditions that theory holds to be sufficient */
  readonly theory: string | null;
  /** per case given, the cluster (commonly the wave) and the unit it belongs to */
  readonly clusters: { readonly clusters: readonly string[]; readonly units: readonly string[] } | null;
  /** other cutoffs that would be as plausible; each is tried with the others kept */
  readonly robustness: RobustnessRequest | null;
  readonly twoStep: TwoStepRequest | null;
  readonly chain: ChainRequest | null;
  /** minimal sufficient products over all cases, without a truth table */
  readonly subsets: SubsetRequest | null;
}

export interface RobustnessRequest {
  readonly consistencyCutoffs: readonly number[];
  readonly priCutoffs: readonly number[];
  readonly frequencyCutoffs: readonly number[];
}

/** First the remote conditions alone, with a cutoff of their own, then each context they give with the other conditions. */
export interface TwoStepRequest {
  readonly remote: readonly string[];
  readonly consistencyCutoff: number;
}

/** Every set in turn as the outcome of the others. */
export interface ChainRequest {
  readonly method: 'truth-table' | 'coincidence';
  /** names, causes before effects; null = no order */
  readonly ordering: readonly (readonly string[])[] | null;
  /** only sets of earlier levels may be causes */
  readonly strict: boolean;
  readonly consistencyCutoff: number;
  /** of a model; for the method `coincidence` */
  readonly coverageCutoff: number;
  /** terms of a model at most; for the method `coincidence` */
  readonly maximumTerms: number;
}

export interface SubsetRequest {
  readonly consistencyCutoff: number;
  readonly priCutoff: number;
  readonly coverageCutoff: number;
  readonly maximumLiterals: number | null;
}

export interface FurtherAnalyses {
  readonly theory: readonly QcaTheory[] | null;
  readonly clusters: readonly QcaClusters[] | null;
  readonly robustness: QcaRobustness | null;
  readonly twoStep: QcaTwoStep | null;
  readonly chain: readonly QcaChain[] | null;
  readonly subsets: readonly QcaSubset[] | null;
}

/** A model beside the theory: fit and cases of what both, one and neither explain. */
export interface QcaTheory {
  readonly kind: SolutionKind;
  readonly formula: string;
  readonly areas: readonly {
    readonly area: TheoryArea;
    readonly consistency: number | null;
    readonly pri: number | null;
    readonly coverage: number | null;
    readonly members: readonly string[];
    readonly nonMembers: readonly string[];
  }[];
}

export interface LabelledShare {
  readonly label: string;
  readonly value: number;
}

export interface QcaGroupFit {
  readonly pooled: number;
  readonly between: readonly LabelledShare[];
  readonly within: readonly LabelledShare[];
}

/** Consistency and coverage of a term or a model, over all cases, by cluster and by unit. */
export interface QcaClusters {
  readonly kind: SolutionKind;
  readonly text: string;
  readonly consistency: QcaGroupFit;
  readonly coverage: QcaGroupFit;
  readonly betweenDistance: number;
  readonly withinDistance: number;
}

export interface QcaRobustness {
  readonly tests: readonly {
    readonly kind: SolutionKind;
    readonly cutoff: 'consistency' | 'pri' | 'frequency';
    readonly value: number;
    readonly models: readonly string[];
    readonly modelCount: string;
  }[];
  readonly models: readonly {
    readonly kind: SolutionKind;
    readonly formula: string;
    /** coverage of what initial and test solutions share, over that of the initial one; and so on, see `RobustnessFit` */
    readonly coverage: number | null;
    readonly consistency: number | null;
    readonly smallestTestSet: number | null;
    readonly largestTestSet: number | null;
    readonly robustTypical: readonly string[];
    readonly robustDeviant: readonly string[];
    readonly shakyTypical: readonly string[];
    readonly shakyDeviant: readonly string[];
    readonly possibleTypical: readonly string[];
    readonly possibleDeviant: readonly string[];
    readonly typicalRatio: number | null;
    readonly deviantRatio: number | null;
    readonly rank: number;
  }[];
}

export interface QcaTwoStep {
  /** rows of the remote conditions */
  readonly rows: readonly QcaRow[];
  readonly steps: readonly {
    /** a product of remote conditions that makes the outcome possible */
    readonly context: string;
    /** its name in the solutions of the second step */
    readonly name: string;
    readonly conditions: readonly string[];
    readonly rows: readonly QcaRow[];
    readonly solutions: readonly QcaSolution[];
  }[];
}

export interface QcaChain {
  readonly outcome: string;
  readonly models: readonly string[];
  readonly complete: boolean;
}

export interface QcaSubset {
  readonly text: string;
  readonly consistency: number | null;
  readonly pri: number | null;
  readonly rawCoverage: number | null;
}
