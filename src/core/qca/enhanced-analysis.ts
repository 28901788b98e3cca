import { type CalibratedData, negateOutcome } from './calibrated-data.ts';
import { spokenConditions } from './conditions.ts';
import { type Cube, complementOf, spokenPart } from './cubes.ts';
import { intersections, rowsSufficientForBoth } from './find-rows.ts';
import { type MinimizeSettings, solveParsimonious } from './solutions.ts';
import { buildTruthTable, type TruthTable } from './truth-table.ts';

/** What the enhanced standard analysis may not assume. */
export interface Enhancement {
  /** remainders that parsimonious models of the outcome and of its negation both cover */
  readonly contradictoryAssumptions: boolean;
  /** observed rows that are sufficient for the outcome and for its negation become negative */
  readonly simultaneousSubsets: boolean;
  /** products that cannot be: impossible combinations, or remainders at odds with a necessary condition */
  readonly impossible: readonly Cube[];
}

export interface EnhancedTable {
  readonly table: TruthTable;
  /** cubes of remainders that no term may cover; they hold no observed row */
  readonly excluded: readonly Cube[];
  /** numbers of the rows that lost their output 1, as far as they have one */
  readonly simultaneousRows: readonly number[];
}

/**
 * The truth table and exclusions of an enhanced standard analysis: no untenable assumption enters a solution.
 *
 * Observed rows are never excluded by `impossible` or as contradictory assumptions: those concern remainders. All
 * exclusions are cubes, so the number of conditions is not limited.
 *
 * @param table    truth table of `data`; @param settings as for the solutions that follow
 * Cost: a truth table and two minimisations where asked for.
 * Source: Schneider, Wagemann 2012, ch. 8. Differs from SetMethods 4.1, whose `esa` can empty observed rows as well.
 */
export function enhanceTable(
  data: CalibratedData,
  table: TruthTable,
  settings: MinimizeSettings,
  { contradictoryAssumptions, simultaneousSubsets, impossible }: Enhancement,
): EnhancedTable {
  const needsNegation = contradictoryAssumptions || simultaneousSubsets;
  const negation = needsNegation ? buildTruthTable(negateOutcome(data), table.settings) : null;
  const lost = new Set(simultaneousSubsets && negation ? rowsSufficientForBoth(table, negation) : []);
  const rows = table.rows.map((row) => (lost.has(row) ? { ...row, output: '0' as const } : row));
  const kept: TruthTable = lost.size === 0 ? table : { ...table, rows };
  const simultaneousRows = [...lost].flatMap(({ rowNumber }) => rowNumber ?? []);

  const cubes: Cube[] = [...impossible];
  if (contradictoryAssumptions && negation) {
    const termsOf = (of: TruthTable) => solveParsimonious(of, settings).terms.map(({ term }) => term);
    cubes.push(...intersections(termsOf(kept), termsOf(negation)));
  }
  const seen = table.rows
    .filter((row) => row.output !== '?')
    .map((row) => spokenPart(row.configuration, table.conditions));
  const unseen = cubes.length === 0 ? [] : complementOf(seen, spokenConditions(table.conditions));
  return { table: kept, excluded: intersections(cubes, unseen), simultaneousRows };
}
