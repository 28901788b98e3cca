import type { QcaColumn, QcaInput } from '../../../src/core/qca/analysis-records.ts';
import { defaultTruthTableSettings } from '../../../src/core/qca/truth-table.ts';

export const limits = { primeImplicants: 1e6, models: 100, nodes: 1e6, derivations: 20, listed: 200 };

export const nothingFurther: QcaInput['further'] = {
  theory: null,
  clusters: null,
  robustness: null,
  twoStep: null,
  chain: null,
  subsets: null,
};

/** A column as it is given; null is a missing cell. */
export function column(name: string, values: readonly (number | null)[]): QcaColumn {
  return {
    name,
    values: Float64Array.from(values, (x) => x ?? 0),
    observed: Uint8Array.from(values, (x) => (x === null ? 0 : 1)),
    calibration: null,
    type: null,
  };
}

/** An analysis of columns A, B, ... (the last is the outcome Y), one array of scores each. */
export function input(columns: readonly (readonly (number | null)[])[], change: Partial<QcaInput> = {}): QcaInput {
  const conditions = columns.slice(0, -1).map((values, c) => column(String.fromCharCode(65 + c), values));
  return {
    caseIds: columns[0]!.map((_, i) => `case ${i + 1}`),
    outcome: { ...column('Y', columns.at(-1)!), negated: false, expression: null, parts: [] },
    conditions,
    truthTable: defaultTruthTableSettings,
    explain: '1',
    includeContradictions: false,
    excludedRows: [],
    solutions: ['conservative', 'intermediate', 'parsimonious'],
    directionalExpectations: [],
    necessity: { consistencyCutoff: 0.9, coverageCutoff: 0, relevanceCutoff: 0.5 },
    enhanced: { contradictoryAssumptions: false, simultaneousSubsets: false, impossible: [] },
    listing: 'first',
    irredundant: false,
    anchorIntervals: false,
    further: nothingFurther,
    permutations: 0,
    seed: 1,
    limits,
    ...change,
  };
}
