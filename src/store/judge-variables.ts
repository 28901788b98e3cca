import type { IngestedVariable, MeasurementLevel, Variable, VariableRole, VariableType } from '../app/panels.ts';
import type { Session } from './database.ts';
import type { VariableFacts } from './describe-variables.ts';
import { rowsTable } from './stage.ts';

/** How a variable moves: within units over waves, and within waves over units. */
export interface Variation {
  /** units with observations in two or more waves */
  readonly repeated: number;
  /** of these, units in which the variable takes more than one value */
  readonly changing: number;
  /** all units of a wave share one value, in every wave */
  readonly sameWithinWaves: boolean;
}

/**
 * The type that the whole file speaks for, where it was inferred from a sample: null where the inference stands. More
 * than half of the values decide, as in the sample.
 */
export function reconsiderType(facts: VariableFacts): VariableType | null {
  const { planned } = facts.column;
  if (planned.typeDeclared) return null;
  const { observed } = facts.counts;
  if (facts.unreadable > 0 && facts.unreadable >= observed) return 'code';
  if (planned.variable.type === 'code' && facts.numbers * 2 > observed && !facts.leadingZeros) return 'number';
  return null;
}

/** A text whose values hardly repeat is free text, not a code: more than 20 values, and more than half as many as units. */
function isFreeText(facts: VariableFacts, units: number): boolean {
  return facts.longest > 100 || (facts.distinct > 20 && facts.distinct * 2 > Math.min(units, facts.counts.observed));
}

/** The variable as it is kept: what a schema declares stays, the rest follows from the values. */
export function judge(facts: VariableFacts, units: number, variation: Variation, isCollective: boolean): Variable {
  const { planned } = facts.column;
  let { type, role, level } = planned.variable;
  if (!planned.typeDeclared) {
    if (type === 'number' || type === 'integer') type = facts.fractions > 0 ? 'number' : 'integer';
    if (type === 'code' && planned.variable.codebook === null && isFreeText(facts, units)) type = 'text';
  }
  if (!planned.roleDeclared) role = isCollective ? 'collective' : roleOf(facts, type, variation);
  if (!planned.levelDeclared) level = levelOf(facts, type, level);
  return { ...planned.variable, type, role, level };
}

const treatmentName = /^(treat(ed|ment)?|behandeld|interventie)$/i;

function roleOf(facts: VariableFacts, type: VariableType, variation: Variation): VariableRole {
  if (type === 'text') return 'text';
  const isBinary = facts.distinct <= 2 && facts.minimum === 0 && facts.maximum === 1;
  if (isBinary && treatmentName.test(facts.column.planned.name)) return 'treatment';
  if (type !== 'number' && type !== 'integer') return 'attribute';
  if (variation.repeated === 0 || variation.changing * 20 <= variation.repeated) return 'attribute';
  return variation.sameWithinWaves ? 'context' : 'kpi';
}

function levelOf(facts: VariableFacts, type: VariableType, given: MeasurementLevel): MeasurementLevel {
  if (type !== 'number' && type !== 'integer') return facts.column.planned.levelDeclared ? given : 'nominal';
  return facts.minimum !== null && facts.minimum < 0 ? 'interval' : 'ratio';
}

/** How every column moves within units and within waves, in two passes over the rows for every 50 columns. */
export async function variationOf(
  session: Session,
  key: number,
  facts: readonly VariableFacts[],
  hasWave: boolean,
): Promise<Variation[]> {
  if (!hasWave) return facts.map(() => ({ repeated: 0, changing: 0, sameWithinWaves: false }));
  const table = rowsTable(key);
  const found: Variation[] = [];
  for (let start = 0; start < facts.length; start += 50) {
    const batch = facts.slice(start, start + 50).map((fact) => fact.column);
    const compared = batch.map(({ storedAs: c, isNumber }) =>
      isNumber ? c : `CASE WHEN ${c} IS NOT NULL THEN hash(${c}) END`,
    );
    const spread = (by: string) =>
      `SELECT ${compared.map((c, i) => `min(${c}) AS l${i}, max(${c}) AS h${i}, count(${c}) AS n${i}`).join(', ')} FROM ${table} GROUP BY ${by}`;
    const [units] = await session.rows<Record<string, number>>(
      `SELECT ${batch.map((_, i) => `count(*) FILTER (n${i} > 1) AS repeated_${i}, count(*) FILTER (l${i} <> h${i}) AS changing_${i}`).join(', ')}
       FROM (${spread('unit')})`,
    );
    const [waves] = await session.rows<Record<string, boolean>>(
      `SELECT ${batch.map((_, i) => `coalesce(bool_and(l${i} = h${i}), false) AND max(n${i}) > 1 AS same_${i}`).join(', ')}
       FROM (${spread('wave')})`,
    );
    for (const i of batch.keys()) {
      found.push({
        repeated: units![`repeated_${i}`]!,
        changing: units![`changing_${i}`]!,
        sameWithinWaves: waves![`same_${i}`] === true,
      });
    }
  }
  return found;
}

export function describe(facts: VariableFacts, variable: Variable): IngestedVariable {
  const { counts, unitsObserved, unitsApart, distinct, minimum, maximum, mean, standardDeviation, sum } = facts;
  return { ...variable, counts, unitsObserved, unitsApart, distinct, minimum, maximum, mean, standardDeviation, sum };
}
