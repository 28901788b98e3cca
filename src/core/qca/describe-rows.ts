import type { QcaRow } from './analysis-records.ts';
import type { CalibratedData } from './calibrated-data.ts';
import type { TruthTable } from './truth-table.ts';

/** The rows of a truth table in plain data, with case ids. */
export function describeRows(data: CalibratedData, table: TruthTable): QcaRow[] {
  const isPartial = partialCases(data);
  return table.rows.map(({ configuration, rowNumber, output, n, consistency, pri, cases }) => ({
    configuration: Array.from(configuration),
    rowNumber,
    output,
    n,
    withOutcome: cases.filter((i) => data.outcome[i]! * 2 > data.one).length,
    partial: cases.filter((i) => isPartial[i] === 1).length,
    consistency,
    pri,
    cases: cases.map((i) => data.caseIds[i]!),
  }));
}

/** 1 for a case with a membership strictly between 0 and 1 in the outcome or a fuzzy condition. */
function partialCases({ caseIds, conditions, values, outcome, one }: CalibratedData): Uint8Array {
  const between = (x: number) => x > 0 && x < one;
  return Uint8Array.from(caseIds, (_, i) => {
    const inCondition = conditions.some((c, at) => c.type === 'fuzzy' && between(values[i * conditions.length + at]!));
    return inCondition || between(outcome[i]!) ? 1 : 0;
  });
}
