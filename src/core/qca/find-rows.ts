import type { Condition } from './conditions.ts';
import { type Cube, cubeContains, rowNumbersOfUnion } from './cubes.ts';
import { intersect } from './expression.ts';
import type { MinimalModels } from './minimal-models.ts';
import type { TruthTable, TruthTableRow } from './truth-table.ts';

const observed = (table: TruthTable): Set<number | null> =>
  new Set(table.rows.filter((row) => row.output !== '?').map((row) => row.rowNumber));

/** Products that hold exactly the configurations in a term of `a` and in a term of `b`. */
export function intersections(a: readonly Cube[], b: readonly Cube[]): Cube[] {
  return a.flatMap((x) => b.map((y) => intersect(x, y)).filter((cube) => cube !== null));
}

/**
 * Contradictory simplifying assumptions: remainders that some parsimonious model of the outcome and some
 * parsimonious model of its negation both take to be sufficient.
 *
 * @returns ascending row numbers
 * @throws limit-exceeded if there are more than `limit`
 */
export function findContradictoryAssumptions(
  table: TruthTable,
  outcome: MinimalModels,
  negation: MinimalModels,
  limit: number,
): number[] {
  const shared = intersections(
    outcome.terms.map(({ term }) => term),
    negation.terms.map(({ term }) => term),
  );
  const seen = observed(table);
  return rowNumbersOfUnion(shared, table.conditions, limit).filter((row) => !seen.has(row));
}

/** Observed rows that are sufficient for the outcome and for its negation. */
export function rowsSufficientForBoth(outcome: TruthTable, negation: TruthTable): TruthTableRow[] {
  const keyOf = ({ configuration }: TruthTableRow) => configuration.join();
  const sufficient = new Set(negation.rows.filter((row) => row.output === '1').map(keyOf));
  return outcome.rows.filter((row) => row.output === '1' && sufficient.has(keyOf(row)));
}

/** Simultaneous subset relations: the numbers of the observed rows that are sufficient for the outcome and for its negation. */
export const findSimultaneousSubsets = (outcome: TruthTable, negation: TruthTable): number[] =>
  rowsSufficientForBoth(outcome, negation).flatMap(({ rowNumber }) => rowNumber ?? []);

/**
 * Rows that lie in an expression, remainders only or observed rows too: the impossible or untenable ones once the
 * expression says what cannot be.
 */
export function findRowsInExpression(
  table: TruthTable,
  products: readonly Cube[],
  conditions: readonly Condition[],
  includeObserved: boolean,
  limit: number,
): number[] {
  const seen = observed(table);
  const numbers = rowNumbersOfUnion(products, conditions, limit);
  if (!includeObserved) return numbers.filter((row) => !seen.has(row));
  const silent = table.rows.filter(
    ({ rowNumber, configuration }) => seen.has(rowNumber) && products.some((cube) => cubeContains(cube, configuration)),
  );
  return [...new Set([...numbers, ...silent.flatMap(({ rowNumber }) => rowNumber ?? [])])].sort((a, b) => a - b);
}
