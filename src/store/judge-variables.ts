import type { IngestedVariable, MeasurementLevel, Variable, VariableRole, VariableType } from '../app/panels.ts';
import type { Session } from './database.ts';
import type { VariableFacts } from './describe-variables.ts';
import { type RowsColumn, rowsTable } from './stage.ts';

/**
 * The type that the whole file speaks for, where it was inferred from a sample: null where the inference stands. More
 * than half of the values decide, as in the sample.
 */
export function reconsiderType(facts: VariableFacts): VariableType | null {
  const { planned } = facts.column;
  if (planned.typeDeclared) return null;
  const { observed } = facts.counts;
  const words = facts.unreadable - facts.notFinite;
  if (words > 0 && words >= observed + facts.notFinite) return 'code';
  if (planned.variable.type === 'code' && facts.numbers * 2 > observed && !facts.leadingZeros) return 'number';
  return null;
}

/** A text whose values hardly repeat is free text, not a code: more than 20 values, and more than half as many as units. */
function isFreeText(facts: VariableFacts, units: number): boolean {
  return facts.longest > 100 || (facts.distinct > 20 && facts.distinct * 2 > Math.min(units, facts.counts.observed));
}

/** The variable as it is kept: what a schema declares stays, the rest follows from the values. */
export function judge(facts: VariableFacts, units: number, isShared: boolean, isCollective: boolean): Variable {
  const { planned } = facts.column;
  let { type, role, level } = planned.variable;
  if (!planned.typeDeclared) {
    if (type === 'number' || type === 'integer') type = facts.fractions > 0 ? 'number' : 'integer';
    if (type === 'code' && planned.variable.codebook === null && isFreeText(facts, units)) type = 'text';
  }
  if (!planned.roleDeclared) role = isCollective ? 'collective' : roleOf(facts, type, isShared);
  if (!planned.levelDeclared) level = levelOf(facts, type, level);
  return { ...planned.variable, type, role, level };
}

const treatmentName = /^(treat(ed|ment)?|behandeld|interventie)$/i;

function roleOf(facts: VariableFacts, type: VariableType, isShared: boolean): VariableRole {
  if (type === 'text') return 'text';
  const isBinary = facts.distinct <= 2 && facts.minimum === 0 && facts.maximum === 1;
  if (isBinary && treatmentName.test(facts.column.planned.name)) return 'treatment';
  if (type !== 'number' && type !== 'integer') return 'attribute';
  if (!isMeasured(facts)) return 'attribute';
  return isShared ? 'context' : 'kpi';
}

function levelOf(facts: VariableFacts, type: VariableType, given: MeasurementLevel): MeasurementLevel {
  if (type !== 'number' && type !== 'integer') return facts.column.planned.levelDeclared ? given : 'nominal';
  return facts.minimum !== null && facts.minimum < 0 ? 'interval' : 'ratio';
}

/** Numbers that change within units, and so are measured again and again: KPIs, or the context that all units share. */
const isMeasured = ({ column, unitsRepeated, unitsChanging }: VariableFacts): boolean =>
  column.isNumber && unitsRepeated > 0 && unitsChanging * 20 > unitsRepeated;

/** Of the variables that change within units those that all units of a wave share, in every wave. */
export async function sharedByWave(
  session: Session,
  key: number,
  facts: readonly VariableFacts[],
): Promise<ReadonlySet<VariableFacts>> {
  const measured = facts.filter(isMeasured);
  const shared = new Set<VariableFacts>();
  for (let start = 0; start < measured.length; start += 50) {
    const batch = measured.slice(start, start + 50);
    const spread = batch.map(
      ({ column: { storedAs: c } }, i) => `min(${c}) AS l${i}, max(${c}) AS h${i}, count(${c}) AS n${i}`,
    );
    const same = batch.map((_, i) => `coalesce(bool_and(l${i} = h${i}), false) AND max(n${i}) > 1 AS same_${i}`);
    const [found] = await session.rows<Record<string, boolean>>(
      `SELECT ${same.join(', ')} FROM (SELECT ${spread.join(', ')} FROM ${rowsTable(key)} GROUP BY wave)`,
    );
    for (const [i, fact] of batch.entries()) if (found![`same_${i}`] === true) shared.add(fact);
  }
  return shared;
}

export function describe(facts: VariableFacts<RowsColumn>, variable: Variable): IngestedVariable {
  const { counts, unitsObserved, unitsApart, distinct, minimum, maximum, mean, standardDeviation, sum } = facts;
  return { ...variable, counts, unitsObserved, unitsApart, distinct, minimum, maximum, mean, standardDeviation, sum };
}
