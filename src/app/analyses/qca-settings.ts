import type { QcaInput, QcaLimits, SolutionKind } from '../../core/qca/analysis-records.ts';
import type { Calibration } from '../../core/qca/calibrate.ts';
import type { ConditionType } from '../../core/qca/conditions.ts';
import type { ChainRequest, RobustnessRequest, SubsetRequest, TwoStepRequest } from '../../core/qca/further-records.ts';
import { AppError } from '../errors.ts';

/** How one column of the cases comes from a variable, and a set from the column. */
export interface QcaVariable {
  readonly variable: string;
  /** its name in expressions; the variable's when null */
  readonly name: string | null;
  /** wave to read it at; the analysis' wave when null */
  readonly wave: string | null;
  /** an earlier wave: the column is then the change since it */
  readonly since: string | null;
  /** for a coded variable: the value that counts as 1, all others as 0 */
  readonly level: string | null;
  /** null: read from the calibrated values, and reported */
  readonly type: ConditionType | null;
  /** null: the values are memberships or levels already */
  readonly calibration: Calibration | null;
}

/** What is to be explained: a variable's set, or an expression over it and further sets, such as `SAVED*~MOVED`. */
export interface QcaOutcomeVariable extends QcaVariable {
  readonly negated: boolean;
  /** null: the set itself */
  readonly expression: string | null;
  /** the further sets that the expression names */
  readonly parts: readonly QcaVariable[];
}

/** Cases given with the request: a cell is a number, a text or null (missing). */
export interface QcaTable {
  readonly columns: readonly string[];
  readonly ids: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

export interface QcaSettings {
  /** a panel, or null with `table` */
  readonly panel: string | null;
  readonly revision: number | null;
  readonly wave: string | null;
  /** what a case is: a unit of the panel, a unit at each wave, or a collective with the means of its units */
  readonly cases: 'unit' | 'unit-wave' | 'collective';
  readonly table: QcaTable | null;
  readonly outcome: QcaOutcomeVariable;
  readonly conditions: readonly QcaVariable[];
  readonly frequencyCutoff: number;
  readonly consistencyCutoff: number;
  readonly contradictionCutoff: number | null;
  readonly priCutoff: number;
  readonly explain: '1' | 'C';
  readonly includeContradictions: boolean;
  readonly excludedRows: readonly number[];
  /** enhanced standard analysis: what no solution may assume */
  readonly enhanced: QcaInput['enhanced'];
  readonly solutions: readonly SolutionKind[];
  readonly directionalExpectations: readonly string[];
  readonly necessity: QcaInput['necessity'];
  /** which models to list where there are more than `limits.models` */
  readonly listing: QcaInput['listing'];
  /** list the models that are irredundant, whatever their number of terms, as well */
  readonly irredundant: boolean;
  /** find for each anchor and threshold the interval with the same models */
  readonly anchorIntervals: boolean;
  /** an expression over the conditions that theory holds to be sufficient */
  readonly theory: string | null;
  /**
   * fit by cluster and by unit: columns that name them; null: the wave and the unit, where the cases are units at each wave,
   * else every case its own unit
   */
  readonly clusters: { readonly cluster: string | null; readonly unit: string | null } | null;
  /** other cutoffs that would be as plausible */
  readonly robustness: RobustnessRequest | null;
  readonly twoStep: TwoStepRequest | null;
  readonly chain: ChainRequest | null;
  readonly subsets: SubsetRequest | null;
  /** how often the outcome is dealt to the cases anew to see what chance gives; 0 = not */
  readonly permutations: number;
  readonly seed: number;
  readonly limits: QcaLimits;
}

type VariableRequest = Pick<QcaVariable, 'variable'> & Partial<QcaVariable>;

/** What a caller must say; the rest has the defaults below. */
export type QcaRequest = Partial<Omit<QcaSettings, Completed>> & {
  readonly outcome: VariableRequest & {
    readonly negated?: boolean;
    readonly expression?: string | null;
    readonly parts?: readonly VariableRequest[];
  };
  readonly conditions: readonly VariableRequest[];
  readonly necessity?: Partial<QcaSettings['necessity']>;
  readonly enhanced?: Partial<QcaSettings['enhanced']>;
  readonly limits?: Partial<QcaLimits>;
  readonly clusters?: Partial<NonNullable<QcaSettings['clusters']>> | null;
  readonly robustness?: Partial<RobustnessRequest> | null;
  readonly twoStep?: (Pick<TwoStepRequest, 'remote'> & Partial<TwoStepRequest>) | null;
  readonly chain?: Partial<ChainRequest> | null;
  readonly subsets?: Partial<SubsetRequest> | null;
};

/** Settings that are records or lists, of which a request need give a part only. */
type Completed =
  | 'outcome'
  | 'conditions'
  | 'limits'
  | 'necessity'
  | 'enhanced'
  | 'clusters'
  | 'robustness'
  | 'twoStep'
  | 'chain'
  | 'subsets';

const defaults = {
  panel: null,
  revision: null,
  wave: null,
  cases: 'unit',
  table: null,
  frequencyCutoff: 1,
  consistencyCutoff: 0.8,
  contradictionCutoff: null,
  priCutoff: 0,
  explain: '1',
  includeContradictions: false,
  excludedRows: [],
  solutions: ['conservative', 'parsimonious'],
  directionalExpectations: [],
  listing: 'first',
  irredundant: false,
  anchorIntervals: false,
  theory: null,
  permutations: 0,
  seed: 1,
} as const satisfies Partial<QcaSettings>;
const necessityDefaults = { consistencyCutoff: 0.9, coverageCutoff: 0, relevanceCutoff: 0.5 } as const;
const enhancedDefaults = { contradictoryAssumptions: false, simultaneousSubsets: false, impossible: [] } as const;
const limitDefaults = {
  primeImplicants: 1_000_000,
  models: 100,
  nodes: 5_000_000,
  derivations: 50,
  listed: 200,
} as const;
const variableDefaults = { name: null, wave: null, since: null, level: null, type: null, calibration: null } as const;
const furtherDefaults = {
  clusters: { cluster: null, unit: null },
  robustness: { consistencyCutoffs: [], priCutoffs: [], frequencyCutoffs: [] },
  twoStep: { consistencyCutoff: 0.7 },
  chain: {
    method: 'truth-table',
    ordering: null,
    strict: false,
    consistencyCutoff: 0.8,
    coverageCutoff: 0.8,
    maximumTerms: 5,
  },
  subsets: { consistencyCutoff: 0.8, priCutoff: 0, coverageCutoff: 0, maximumLiterals: 4 },
} as const;

/** A request with all defaults. @throws invalid-request unless it gives a panel or a table */
export function completeQcaSettings(request: QcaRequest): QcaSettings {
  const { outcome, conditions, necessity, enhanced, limits, clusters, robustness, twoStep, chain, subsets, ...rest } =
    request;
  if (((rest.panel ?? null) === null) === ((rest.table ?? null) === null)) {
    throw new AppError('invalid-request', 'Give either a panel or a table of cases, not both and not neither.', {});
  }
  return {
    ...defaults,
    ...rest,
    outcome: {
      ...variableDefaults,
      negated: false,
      expression: null,
      ...outcome,
      parts: (outcome.parts ?? []).map((part) => ({ ...variableDefaults, ...part })),
    },
    conditions: conditions.map((condition) => ({ ...variableDefaults, ...condition })),
    necessity: { ...necessityDefaults, ...necessity },
    enhanced: { ...enhancedDefaults, ...enhanced },
    limits: { ...limitDefaults, ...limits },
    clusters: complete(furtherDefaults.clusters, clusters),
    robustness: complete(furtherDefaults.robustness, robustness),
    twoStep: twoStep == null ? null : { ...furtherDefaults.twoStep, ...twoStep },
    chain: complete<ChainRequest>(furtherDefaults.chain, chain),
    subsets: complete<SubsetRequest>(furtherDefaults.subsets, subsets),
  };
}

/** What was asked for, with the defaults for the rest; null where it was not asked for. */
const complete = <T>(defaults: T, given: Partial<T> | null | undefined): T | null =>
  given == null ? null : { ...defaults, ...given };
