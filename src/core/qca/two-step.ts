import { CoreError } from '../errors.ts';
import type { QcaInput } from './analysis-records.ts';
import { type CalibratedData, termMembership } from './calibrated-data.ts';
import { type Condition, indexOfCondition, makeCondition } from './conditions.ts';
import { formatCube } from './cubes.ts';
import { describeRows } from './describe-rows.ts';
import { describeSolutions } from './describe-solutions.ts';
import { parseExpression, toProducts } from './expression.ts';
import type { QcaTwoStep, TwoStepRequest } from './further-records.ts';
import { assignRoles, type MinimizeSettings, solveParsimonious } from './solutions.ts';
import { buildTruthTable } from './truth-table.ts';

/** The cases with some of their conditions, and perhaps one more. */
function withConditions(
  data: CalibratedData,
  chosen: readonly number[],
  added: { readonly condition: Condition; readonly values: Float64Array } | null,
): CalibratedData {
  const k = data.conditions.length;
  const n = data.caseIds.length;
  const conditions = [...chosen.map((c) => data.conditions[c]!), ...(added === null ? [] : [added.condition])];
  const values = new Float64Array(n * conditions.length);
  for (let i = 0; i < n; i++) {
    chosen.forEach((c, at) => {
      values[i * conditions.length + at] = data.values[i * k + c]!;
    });
    if (added !== null) values[i * conditions.length + chosen.length] = added.values[i]!;
  }
  return { ...data, conditions, values };
}

/** A name that no condition has: CONTEXT, or with underscores after it. */
function contextName(conditions: readonly Condition[]): string {
  let name = 'CONTEXT';
  while (conditions.some((condition) => condition.name === name)) name += '_';
  return name;
}

/**
 * Two steps: the parsimonious terms of the remote conditions alone are contexts that make the outcome possible; each context then
 * stands as one condition (membership: minimum) beside the others in a truth table of its own.
 *
 * @param settings for both steps; rows excluded by number or as untenable speak of all conditions and are not kept out here
 * @throws unknown-variable, invalid-argument where no condition is remote or none is left
 * Source: Schneider, Wagemann 2006, doi:10.1111/j.1475-6765.2006.00635.x.
 */
export function analyseInTwoSteps(
  input: QcaInput,
  data: CalibratedData,
  settings: MinimizeSettings,
  { remote, consistencyCutoff }: TwoStepRequest,
): QcaTwoStep {
  const far = remote.map((name) => indexOfCondition(name, data.conditions));
  const near = data.conditions.map((_, c) => c).filter((c) => !far.includes(c));
  if (far.length === 0 || near.length === 0) {
    throw new CoreError(
      'invalid-argument',
      `Two steps need remote conditions and others; ${far.length} of ${data.conditions.length} are remote.`,
      { remote },
    );
  }
  const plain: MinimizeSettings = { ...settings, excluded: [], proceed: () => true };
  const remoteData = withConditions(data, far, null);
  const remoteTable = buildTruthTable(remoteData, {
    ...input.truthTable,
    consistencyCutoff,
    contradictionCutoff: null,
  });
  const contexts =
    assignRoles(remoteTable, plain).positives.length === 0 ? [] : solveParsimonious(remoteTable, plain).terms;
  const name = contextName(data.conditions);
  const inner: QcaInput = {
    ...input,
    directionalExpectations: input.directionalExpectations.filter((text) => speaksOf(text, near, data.conditions)),
    permutations: 0,
    anchorIntervals: false,
    irredundant: false,
  };
  return {
    rows: describeRows(remoteData, remoteTable),
    steps: contexts.map(({ term }) => {
      const context = termMembership(remoteData, term);
      const fuzzy = context.some((x) => x !== 0 && x !== data.one);
      const condition = makeCondition(name, fuzzy ? 'fuzzy' : 'crisp');
      const values = fuzzy ? context : context.map((x) => x / data.one);
      const nearData = withConditions(data, near, { condition, values });
      const nearTable = buildTruthTable(nearData, input.truthTable);
      return {
        context: formatCube(term, remoteData.conditions),
        name,
        conditions: nearData.conditions.map((c) => c.name),
        rows: describeRows(nearData, nearTable),
        solutions: describeSolutions(inner, nearData, nearTable, plain),
      };
    }),
  };
}

/** True if an expectation names none but the chosen conditions. */
function speaksOf(text: string, chosen: readonly number[], conditions: readonly Condition[]): boolean {
  const products = toProducts(parseExpression(text, conditions), conditions);
  return products.every((cube) => cube.every((level, c) => level < 0 || chosen.includes(c)));
}
