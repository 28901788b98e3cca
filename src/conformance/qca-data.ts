import { type CalibratedData, makeCalibratedData, negateOutcome } from '../core/qca/calibrated-data.ts';
import { type Condition, type ConditionType, makeCondition } from '../core/qca/conditions.ts';
import { type Cube, configurationOf, formatCube } from '../core/qca/cubes.ts';
import { parseExpression, toProducts } from '../core/qca/expression.ts';
import { buildTruthTable, type TruthTable } from '../core/qca/truth-table.ts';
import type { CaseTable } from './case-table.ts';

export interface ProtocolOutcome {
  readonly column: string;
  readonly level?: number;
  readonly negated: boolean;
}

export interface ProtocolCondition {
  readonly column: string;
  readonly type: ConditionType;
  readonly levels?: number;
}

export interface TruthTableRequest {
  readonly outcome: ProtocolOutcome;
  readonly conditions: readonly ProtocolCondition[];
  readonly inclusionCut: number;
  readonly contradictionCut: number | null;
  readonly priCut: number;
  readonly frequencyCut: number;
  readonly test?: { readonly type: 'binomial'; readonly alpha: number };
}

/** A column as numbers; temporal "-" is level 2. */
export const numbersOf = (table: CaseTable, column: string): Float64Array =>
  Float64Array.from(table.text(column), (cell) => (cell === '-' ? 2 : cell.trim() === '' ? Number.NaN : Number(cell)));

export const conditionsOf = (conditions: readonly ProtocolCondition[]): Condition[] =>
  conditions.map(({ column, type, levels }) => makeCondition(column, type, levels));

export function dataOf(
  table: CaseTable,
  conditions: readonly ProtocolCondition[],
  outcome: ProtocolOutcome,
): CalibratedData {
  const scores = numbersOf(table, outcome.column);
  const { level } = outcome;
  const data = makeCalibratedData(
    table.ids,
    conditionsOf(conditions),
    conditions.map(({ column }) => numbersOf(table, column)),
    level === undefined ? scores : scores.map((y) => (y === level ? 1 : 0)),
  );
  return outcome.negated ? negateOutcome(data) : data;
}

export const truthTableOf = (data: CalibratedData, request: TruthTableRequest): TruthTable =>
  buildTruthTable(data, {
    frequencyCutoff: request.frequencyCut,
    consistencyCutoff: request.inclusionCut,
    contradictionCutoff: request.contradictionCut,
    priCutoff: request.priCut,
    binomialTest: request.test ? { alpha: request.test.alpha } : null,
  });

export const excludedOf = (rows: readonly number[] | undefined, conditions: readonly Condition[]): Cube[] =>
  (rows ?? []).map((row) => configurationOf(row, conditions));

export const productsOf = (text: string, conditions: readonly Condition[]): Cube[] =>
  toProducts(parseExpression(text, conditions), conditions);

/** A list of terms as an object keyed by their text. */
export const byTerm = <T>(
  terms: readonly Cube[],
  conditions: readonly Condition[],
  value: (at: number) => T,
): Record<string, T> => Object.fromEntries(terms.map((term, at) => [formatCube(term, conditions), value(at)]));
