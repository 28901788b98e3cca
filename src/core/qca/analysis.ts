import type { QcaAnalysis, QcaInput, QcaSolution } from './analysis-records.ts';
import { collectWarnings } from './analysis-warnings.ts';
import { type CalibratedCases, calibrateCases } from './calibrate-cases.ts';
import { termMembership, unionMembership } from './calibrated-data.ts';
import { configurationOf, countConfigurations } from './cubes.ts';
import { describeNecessity } from './describe-necessity.ts';
import { describeRows } from './describe-rows.ts';
import { describeSolutions } from './describe-solutions.ts';
import { enhanceTable } from './enhanced-analysis.ts';
import { parseExpression, toProducts } from './expression.ts';
import { analyseFurther } from './further-analyses.ts';
import type { MinimizeSettings } from './solutions.ts';
import { buildTruthTable } from './truth-table.ts';

/**
 * A whole qualitative comparative analysis: calibration, truth table, every minimal model of the solutions asked
 * for, necessity, fit, counterfactuals, case types and certificates. Plain data in, plain data out.
 *
 * Cases with a missing cell in the outcome or a condition are left out and named. An outcome that no case or every
 * case belongs to, rows that all contradict, and the absence of negative rows are answered, with a warning.
 *
 * @param proceed called now and then with the share of all solutions done, never falling, and the prime implicants found so far;
 *   false stops the searches, which then say that they are incomplete
 * @throws invalid-argument, unknown-variable, empty-group, limit-exceeded as the stages do
 * Cost: that of its stages; certificates only while a solution lists at most 500 terms.
 */
export function analyseQca(
  input: QcaInput,
  proceed: (done: number, found: number) => boolean = () => true,
): QcaAnalysis {
  const cases = calibrateCases(input);
  const { data } = cases;
  const { conditions } = data;
  const observed = buildTruthTable(data, input.truthTable);
  const plain: MinimizeSettings = {
    explain: input.explain,
    includeContradictions: input.includeContradictions,
    excluded: input.excludedRows.map((row) => configurationOf(row, conditions)),
    rowDominance: false,
    limits: input.limits,
    proceed: (_, found) => proceed(0, found),
  };
  const productsOf = (text: string) => toProducts(parseExpression(text, conditions), conditions);
  const { table, excluded, simultaneousRows } = enhanceTable(data, observed, plain, {
    ...input.enhanced,
    impossible: input.enhanced.impossible.flatMap(productsOf),
  });
  const settings: MinimizeSettings = { ...plain, excluded: [...plain.excluded, ...excluded] };
  const solutions =
    input.solutions.length === 0 ? [] : describeSolutions(input, data, table, { ...settings, proceed }, cases.anchored);
  const analysis = {
    outcome: cases.outcomeName,
    conditions: cases.conditionSets,
    outcomeSet: cases.outcomeSet,
    outcomeParts: cases.outcomeParts,
    caseCount: data.caseIds.length,
    leftOut: cases.leftOut,
    ambiguousCases: table.ambiguousCases.map((i) => data.caseIds[i]!),
    rows: describeRows(data, table),
    configurations: countConfigurations(conditions).toString(),
    simultaneousRows,
    solutions,
    necessity: describeNecessity(input, data),
    further: analyseFurther(input, cases, table, settings, solutions),
    memberships: describeMemberships(cases, solutions, input.limits.listed),
  };
  return { ...analysis, warnings: collectWarnings(input, data, table, analysis) };
}

/** Listed models of a solution whose memberships travel along. */
const modelsDescribed = 20;

function describeMemberships(
  { data, sets, raw }: CalibratedCases,
  solutions: readonly QcaSolution[],
  listed: number,
): QcaAnalysis['memberships'] {
  if (data.caseIds.length > listed) return { cases: [], outcome: [], sets: {}, raw: {}, terms: {}, models: {} };
  const plain = (x: Float64Array) => Array.from(x, (m) => m / data.one);
  const terms = new Map<string, readonly number[]>();
  const models = new Map<string, readonly number[]>();
  for (const solution of solutions) {
    const memberships = solution.terms.map(({ levels }) => termMembership(data, Int8Array.from(levels)));
    solution.terms.forEach(({ text }, t) => {
      terms.set(text, plain(memberships[t]!));
    });
    for (const { formula, terms: of } of solution.models.slice(0, modelsDescribed))
      models.set(
        formula,
        plain(
          unionMembership(
            of.map((t) => memberships[t]!),
            data.caseIds.length,
          ),
        ),
      );
  }
  return {
    cases: data.caseIds,
    outcome: plain(data.outcome),
    sets,
    raw,
    terms: Object.fromEntries(terms),
    models: Object.fromEntries(models),
  };
}
