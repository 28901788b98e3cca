import { CoreError } from '../errors.ts';
import type { CalibratedSet, QcaColumn, QcaInput } from './analysis-records.ts';
import type { AnchoredCases } from './anchor-intervals.ts';
import { type Calibration, calibrate, decide } from './calibrate.ts';
import {
  type CalibratedData,
  makeCalibratedData,
  negateOutcome,
  termMembership,
  unionMembership,
} from './calibrated-data.ts';
import { type Condition, type ConditionType, makeCondition } from './conditions.ts';
import { parseExpression, toProducts } from './expression.ts';

/** A column of the complete cases after calibration. */
interface CalibratedColumn {
  readonly name: string;
  readonly raw: Float64Array;
  readonly scores: Float64Array;
  readonly type: ConditionType;
  readonly calibration: Calibration | null;
}

export interface CalibratedCases {
  readonly data: CalibratedData;
  /** ids of cases with a missing cell */
  readonly leftOut: readonly string[];
  /** indices of the other cases among those given */
  readonly kept: readonly number[];
  /** `A*B` for a configurational outcome, `~A` for a negated one */
  readonly outcomeName: string;
  readonly outcomeSet: CalibratedSet;
  readonly outcomeParts: readonly CalibratedSet[];
  readonly conditionSets: readonly CalibratedSet[];
  /** as they were calibrated, so that anchors can be moved; the parts of a configurational outcome cannot */
  readonly anchored: AnchoredCases;
  /** by name, what was given and what became of it, for complete cases; the outcome's own set and its parts included */
  readonly raw: Readonly<Record<string, readonly number[]>>;
  readonly sets: Readonly<Record<string, readonly number[]>>;
}

/**
 * Raw columns to cases with memberships: calibrated, types read from the values where none is stated, cases with a missing cell
 * left out and named, a configurational outcome evaluated (minimum for and, maximum for or).
 *
 * @throws as `calibrate`, `makeCondition`, `makeCalibratedData` and `parseExpression`; invalid-argument for an outcome that is no
 *   set, or that is a condition as well
 */
export function calibrateCases({ caseIds, outcome, conditions }: QcaInput): CalibratedCases {
  const given = [outcome, ...outcome.parts, ...conditions];
  const isComplete = (i: number) => given.every(({ observed }) => observed[i] === 1);
  const kept = Array.from(caseIds.keys()).filter(isComplete);
  const columns = given.map((column) => calibrateColumn(column, kept));
  const [own, ...others] = columns;
  const parts = others.slice(0, outcome.parts.length);
  const causes = others.slice(outcome.parts.length);
  const shared = causes.find(({ name }) => name === own!.name || parts.some((part) => part.name === name));
  if (shared !== undefined) {
    throw new CoreError('invalid-argument', `"${shared.name}" is the outcome and a condition; leave one out.`, {
      column: shared.name,
    });
  }
  const ids = kept.map((i) => caseIds[i]!);
  const effect = outcome.expression === null ? own! : evaluate(outcome.expression, [own!, ...parts], ids);
  if (effect.type === 'multi-value' || effect.type === 'temporal') {
    throw new CoreError(
      'invalid-argument',
      `The outcome "${effect.name}" holds whole numbers above 1; expected 0/1 or memberships from 0 to 1. Calibrate it with one threshold, or with anchors.`,
      { column: effect.name },
    );
  }
  const made = makeCalibratedData(
    ids,
    causes.map(conditionOf),
    causes.map(({ scores }) => scores),
    effect.scores,
  );
  const data = outcome.negated ? negateOutcome(made) : made;
  const isConfiguration = outcome.expression !== null;
  const unscaled = (x: Float64Array) => Array.from(x, (y) => y / data.one);
  return {
    data,
    leftOut: caseIds.filter((_, i) => !isComplete(i)),
    kept,
    outcomeName: outcome.negated ? (isConfiguration ? `~(${effect.name})` : `~${effect.name}`) : effect.name,
    outcomeSet: describeSet({ ...effect, scores: Float64Array.from(unscaled(data.outcome)) }),
    outcomeParts: isConfiguration ? [own!, ...parts].map(describeSet) : [],
    conditionSets: causes.map(describeSet),
    anchored: {
      ids,
      conditions: data.conditions,
      columns: causes,
      outcome: { ...effect, negated: outcome.negated },
    },
    raw: Object.fromEntries(
      columns.filter(({ calibration }) => calibration !== null).map(({ name, raw }) => [name, Array.from(raw)]),
    ),
    sets: Object.fromEntries(columns.map(({ name, scores }) => [name, Array.from(scores)])),
  };
}

function calibrateColumn({ name, values, calibration, type }: QcaColumn, kept: readonly number[]): CalibratedColumn {
  const raw = Float64Array.from(kept, (i) => values[i]!);
  const decided = calibration === null || raw.length === 0 ? calibration : decide(raw, calibration);
  const scores = decided === null ? raw : calibrate(raw, decided);
  return { name, raw, scores, type: type ?? typeOf(scores, decided), calibration: decided };
}

const conditionOf = ({ name, type, scores }: CalibratedColumn): Condition =>
  makeCondition(name, type, type === 'multi-value' ? Math.max(2, ...Array.from(scores, (x) => x + 1)) : undefined);

/** Memberships in an expression over calibrated columns, as a column of its own. */
function evaluate(text: string, columns: readonly CalibratedColumn[], ids: readonly string[]): CalibratedColumn {
  const conditions = columns.map(conditionOf);
  const products = toProducts(parseExpression(text, conditions), conditions);
  const data = makeCalibratedData(
    ids,
    conditions,
    columns.map(({ scores }) => scores),
    new Float64Array(ids.length),
  );
  const memberships = unionMembership(
    products.map((product) => termMembership(data, product)),
    ids.length,
  );
  return {
    name: text,
    raw: memberships,
    scores: memberships.map((x) => x / data.one),
    type: columns.some(({ type }) => type === 'fuzzy') ? 'fuzzy' : 'crisp',
    calibration: null,
  };
}

/** What the calibration implies; otherwise what the numbers are: 0/1 crisp, whole numbers multi-value, else fuzzy. */
function typeOf(scores: Float64Array, calibration: Calibration | null): ConditionType {
  if (calibration !== null && calibration.method !== 'crisp') return 'fuzzy';
  if (scores.some((x) => !Number.isInteger(x))) return 'fuzzy';
  return scores.some((x) => x > 1) ? 'multi-value' : 'crisp';
}

/** How many cases lie on which side of a set, or at which level. */
function describeSet(column: Omit<CalibratedColumn, 'raw'>): CalibratedSet {
  const { name, type, scores, calibration } = column;
  const having = (belongs: (x: number) => boolean) => scores.reduce((count, x) => (belongs(x) ? count + 1 : count), 0);
  const levels =
    type === 'multi-value' ? Math.max(2, ...Array.from(scores, (x) => x + 1)) : type === 'temporal' ? 3 : 2;
  const counts =
    type === 'fuzzy' || type === 'crisp'
      ? [having((x) => x < 0.5), having((x) => x === 0.5), having((x) => x > 0.5)]
      : Array.from({ length: levels }, (_, level) => having((x) => x === level));
  return { name, type, levels, counts, calibration };
}
