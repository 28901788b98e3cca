import { CoreError } from '../errors.ts';
import type { CalibratedSet, QcaInput } from './analysis-records.ts';
import { type Calibration, calibrate } from './calibrate.ts';
import { type CalibratedData, makeCalibratedData, negateOutcome } from './calibrated-data.ts';
import { type Condition, type ConditionType, makeCondition } from './conditions.ts';

/**
 * Raw columns to cases with memberships: calibrated, types read from the values where none is stated, cases with a missing cell
 * left out and named.
 *
 * @throws as `calibrate`, `makeCondition` and `makeCalibratedData`; invalid-argument for an outcome that is no set
 */
export function calibrateCases({ caseIds, outcome, conditions }: QcaInput): {
  data: CalibratedData;
  leftOut: string[];
  outcomeType: ConditionType;
} {
  const columns = [outcome, ...conditions];
  const complete = Array.from(caseIds.keys()).filter((i) => columns.every(({ observed }) => observed[i] === 1));
  const leftOut = caseIds.filter((_, i) => columns.some(({ observed }) => observed[i] !== 1));
  const scores = columns.map(({ values, calibration }) => {
    const kept = Float64Array.from(complete, (i) => values[i]!);
    return calibration === null ? kept : calibrate(kept, calibration);
  });
  const types = columns.map(({ type, calibration }, at) => type ?? typeOf(scores[at]!, calibration));
  const outcomeType = types[0]!;
  if (outcomeType === 'multi-value' || outcomeType === 'temporal') {
    throw new CoreError(
      'invalid-argument',
      `The outcome "${outcome.name}" holds whole numbers above 1; expected 0/1 or memberships from 0 to 1. Calibrate it with one threshold, or with anchors.`,
      { column: outcome.name },
    );
  }
  const made = conditions.map(({ name }, c) => {
    const type = types[c + 1]!;
    const levels = type === 'multi-value' ? Math.max(2, ...Array.from(scores[c + 1]!, (x) => x + 1)) : undefined;
    return makeCondition(name, type, levels);
  });
  if (conditions.some(({ name }) => name === outcome.name)) {
    throw new CoreError('invalid-argument', `"${outcome.name}" is the outcome and a condition; leave one out.`, {
      column: outcome.name,
    });
  }
  const data = makeCalibratedData(
    complete.map((i) => caseIds[i]!),
    made,
    scores.slice(1),
    scores[0]!,
  );
  return { data: outcome.negated ? negateOutcome(data) : data, leftOut, outcomeType };
}

/** What the calibration implies; otherwise what the numbers are: 0/1 crisp, whole numbers multi-value, else fuzzy. */
function typeOf(scores: Float64Array, calibration: Calibration | null): ConditionType {
  if (calibration !== null && calibration.method !== 'crisp') return 'fuzzy';
  if (scores.some((x) => !Number.isInteger(x))) return 'fuzzy';
  return scores.some((x) => x > 1) ? 'multi-value' : 'crisp';
}

const column = (data: CalibratedData, c: number): Float64Array =>
  Float64Array.from(data.caseIds, (_, i) => data.values[i * data.conditions.length + c]!);

/** How many cases lie on which side of a set, or at which level. */
function describeSet({ name, type, levels }: Condition, values: Float64Array, full: number): CalibratedSet {
  const having = (belongs: (x: number) => boolean) => values.reduce((count, x) => (belongs(x) ? count + 1 : count), 0);
  const counts =
    type === 'fuzzy' || type === 'crisp'
      ? [having((x) => x * 2 < full), having((x) => x * 2 === full), having((x) => x * 2 > full)]
      : Array.from({ length: levels }, (_, level) => having((x) => x === level));
  return { name, type, levels, counts };
}

/** The calibrated sets of an analysis with their counts. */
export function describeSets(
  data: CalibratedData,
  outcome: { readonly name: string; readonly type: ConditionType },
): { readonly conditions: readonly CalibratedSet[]; readonly outcomeSet: CalibratedSet } {
  return {
    conditions: data.conditions.map((condition, c) =>
      describeSet(condition, column(data, c), condition.type === 'fuzzy' ? data.one : 1),
    ),
    outcomeSet: describeSet({ ...outcome, levels: 2 }, data.outcome, data.one),
  };
}
