import { type MinimizeSettings, solveConservative, solveParsimonious, unlessContradictory } from './solutions.ts';
import type { RowOutput, TruthTable } from './truth-table.ts';

/** Values of one cutoff for which the models stay the same: above `from` (excluded; null = any from 0), up to `to` (included). */
export interface CutoffInterval {
  readonly cutoff: 'consistency' | 'pri' | 'frequency';
  readonly from: number | null;
  readonly to: number;
}

/**
 * For each cutoff, the largest interval around its present value in which the set of models of a solution stays the same,
 * the other cutoffs kept. Exact: outputs change only where a cutoff passes a row's own value, so each stretch between two
 * neighbouring values is tried once, outwards until the models differ.
 *
 * @param solution `conservative` or `parsimonious`
 * @returns one interval per cutoff; frequency in whole cases, up to one more than any row has (no row counts then)
 * Cost: a minimisation per row value passed. Differs from SetMethods, which steps by a fixed width and compares the first model only.
 */
export function findCutoffIntervals(
  table: TruthTable,
  settings: MinimizeSettings,
  solution: 'conservative' | 'parsimonious',
): CutoffInterval[] {
  const { consistencyCutoff, priCutoff, frequencyCutoff } = table.settings;
  const signature = (changed: TruthTable): string => modelSignature(changed, settings, solution);
  const present = signature(table);
  const memory = new Map<string, boolean>();
  const same = (outputs: readonly RowOutput[]): boolean => {
    const key = outputs.join('');
    let verdict = memory.get(key);
    if (verdict === undefined) {
      verdict = signature(withOutputs(table, outputs)) === present;
      memory.set(key, verdict);
    }
    return verdict;
  };
  const rows = table.rows;
  const outputsAt = (cutoff: CutoffInterval['cutoff'], value: number): RowOutput[] =>
    rows.map((row) => {
      if (row.n < (cutoff === 'frequency' ? value : frequencyCutoff)) return '?';
      const consistency = row.consistency ?? 0;
      const upper = cutoff === 'consistency' ? value : consistencyCutoff;
      if (consistency >= upper - 1e-12)
        return (row.pri ?? 0) >= (cutoff === 'pri' ? value : priCutoff) - 1e-12 ? '1' : '0';
      const lower = table.settings.contradictionCutoff;
      return lower !== null && consistency >= Math.min(lower, upper) - 1e-12 ? 'C' : '0';
    });

  const interval = (
    cutoff: CutoffInterval['cutoff'],
    now: number,
    values: readonly number[],
    least: number,
    most: number,
  ): CutoffInterval => {
    const steps = [...new Set([least, ...values, most])].filter((value) => value <= most).sort((a, b) => a - b);
    // The stretch (steps[s], steps[s + 1]] has one set of outputs, that of its upper end.
    let to = Math.max(
      1,
      steps.findIndex((value) => value >= now),
    );
    let from = to - 1;
    while (to + 1 < steps.length && same(outputsAt(cutoff, steps[to + 1]!))) to++;
    while (from > 0 && same(outputsAt(cutoff, steps[from]!))) from--;
    return { cutoff, from: from === 0 ? null : steps[from]!, to: steps[to]! };
  };
  const finite = (value: number | null) => value ?? 0;
  const largest = rows.reduce((most, row) => Math.max(most, row.n), 1);
  return [
    interval(
      'consistency',
      consistencyCutoff,
      rows.map((row) => finite(row.consistency)),
      -1,
      1,
    ),
    interval(
      'pri',
      priCutoff,
      rows.map((row) => finite(row.pri)),
      -1,
      1,
    ),
    interval(
      'frequency',
      frequencyCutoff,
      rows.map((row) => row.n),
      0,
      largest + 1,
    ),
  ];
}

const withOutputs = (table: TruthTable, outputs: readonly RowOutput[]): TruthTable => ({
  ...table,
  rows: table.rows.map((row, r) => ({ ...row, output: outputs[r]! })),
});

/** The models of a solution as text that does not depend on their order; with models unlisted, their count stands for them. */
export function modelSignature(
  table: TruthTable,
  settings: MinimizeSettings,
  solution: 'conservative' | 'parsimonious',
): string {
  const solve = solution === 'conservative' ? solveConservative : solveParsimonious;
  const found = unlessContradictory(() => solve(table, settings));
  if (found === null) return 'contradictory';
  const { terms, models, modelCount } = found;
  const listed = models
    .map((model) =>
      model
        .map((t) => terms[t]!.term.join())
        .sort()
        .join('+'),
    )
    .sort();
  return `${modelCount} ${listed.join(' | ')}`;
}
