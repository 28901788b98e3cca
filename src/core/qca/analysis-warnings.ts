import type { Warning } from '../errors.ts';
import { type QcaAnalysis, type QcaInput, solutionKinds } from './analysis-records.ts';
import type { CalibratedData } from './calibrated-data.ts';
import { countConfigurations } from './cubes.ts';
import type { RowOutput, TruthTable } from './truth-table.ts';

/** What a reader must know before using an analysis. */
export function collectWarnings(
  input: QcaInput,
  data: CalibratedData,
  table: TruthTable,
  analysis: Omit<QcaAnalysis, 'warnings'>,
): Warning[] {
  const warnings: Warning[] = [];
  const { rows } = table;
  const outputs = (output: RowOutput) => rows.filter((row) => row.output === output);

  if (analysis.leftOut.length > 0) {
    warnings.push({
      code: 'qca-missing-cells',
      parameters: { count: analysis.leftOut.length },
    });
  }
  if (table.ambiguousCases.length > 0) {
    warnings.push({
      code: 'qca-half-memberships',
      parameters: { count: table.ambiguousCases.length },
    });
  }
  const sum = data.outcome.reduce((total, y) => total + y, 0);
  if (sum === 0) warnings.push({ code: 'qca-outcome-empty', parameters: { outcome: analysis.outcome } });
  if (sum === data.one * data.caseIds.length)
    warnings.push({ code: 'qca-outcome-always', parameters: { outcome: analysis.outcome } });
  for (const set of [analysis.outcomeSet, ...analysis.conditions]) {
    if (set.type === 'multi-value' || set.type === 'temporal') continue;
    const share = Math.max(set.counts[0]!, set.counts[2]!) / data.caseIds.length;
    if (share > 0.85) warnings.push({ code: 'qca-skewed-set', parameters: { set: set.name, share } });
  }
  if (data.conditions.length > data.caseIds.length) {
    warnings.push({
      code: 'qca-few-cases',
      parameters: { conditions: data.conditions.length, cases: data.caseIds.length },
    });
  }
  const observed = rows.filter((row) => row.output !== '?').length;
  if (BigInt(observed) * 2n < countConfigurations(data.conditions)) {
    warnings.push({ code: 'qca-limited-diversity', parameters: { observed, possible: analysis.configurations } });
  }
  const contradictory = outputs('C');
  if (contradictory.length > 0) {
    warnings.push({
      code: 'qca-contradictory-rows',
      parameters: { count: contradictory.length },
    });
    if (input.includeContradictions)
      warnings.push({ code: 'qca-contradictions-included', parameters: { count: contradictory.length } });
  }
  if (table.borderlineRows.length > 0) {
    const borderline = table.borderlineRows.map((r) => rows[r]!);
    warnings.push({
      code: 'qca-borderline-rows',
      parameters: { count: borderline.length },
    });
  }
  const doubtful = outputs('1').filter((row) => row.pri !== null && row.pri < 0.5);
  if (doubtful.length > 0) warnings.push({ code: 'qca-low-pri', parameters: { count: doubtful.length } });
  const positives = outputs(input.explain).length;
  if (positives === 0) warnings.push({ code: 'qca-no-positive-rows', parameters: { outcome: analysis.outcome } });
  else if (rows.every((row) => row.output === input.explain || row.output === '?'))
    warnings.push({ code: 'qca-no-negative-rows', parameters: { outcome: analysis.outcome } });
  for (const kind of solutionKinds) {
    const ofKind = analysis.solutions.filter((solution) => solution.kind === kind);
    const models = ofKind.reduce((total, solution) => total + BigInt(solution.modelCount), 0n);
    if (models > 1n)
      warnings.push({ code: 'qca-model-ambiguity', parameters: { solution: kind, count: models.toString() } });
    if (ofKind.some((solution) => !solution.complete))
      warnings.push({ code: 'qca-incomplete-search', parameters: { solution: kind } });
    const shown = ofKind.reduce((total, solution) => total + BigInt(solution.models.length), 0n);
    if (shown < models)
      warnings.push({
        code: 'qca-models-not-listed',
        parameters: { solution: kind, shown: Number(shown), count: models.toString(), listing: input.listing },
      });
  }
  const trivial = analysis.necessity.literals.filter(
    ({ consistency, relevance }) =>
      consistency !== null && consistency >= input.necessity.consistencyCutoff && relevance !== null && relevance < 0.5,
  );
  if (trivial.length > 0)
    warnings.push({ code: 'qca-trivial-necessity', parameters: { sets: trivial.map(({ text }) => text) } });
  return warnings;
}
