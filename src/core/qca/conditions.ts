import { CoreError } from '../errors.ts';

export type ConditionType = 'crisp' | 'fuzzy' | 'multi-value' | 'temporal';

/**
 * One condition of a configuration. `levels` is 2 for crisp and fuzzy conditions, the number of values of a
 * multi-value one, and 3 for a temporal one, whose level 2 ("-", does not apply) holds no literal.
 */
export interface Condition {
  readonly name: string;
  readonly type: ConditionType;
  readonly levels: number;
}

/** What may stand in a name: everything that is no operator of the expression language and no space. */
const unusable = /[~*+()[\]\s]/;
const maximumLevels = 100;

/**
 * A checked condition.
 *
 * @throws invalid-argument if the name is empty or holds a space or one of `~ * + ( ) [ ]`, or the levels do not fit the type
 */
export function makeCondition(name: string, type: ConditionType, levels?: number): Condition {
  if (name === '' || unusable.test(name)) {
    throw new CoreError(
      'invalid-argument',
      `The condition name "${name}" cannot stand in an expression: it is empty or holds a space or one of ~ * + ( ) [ ]. Rename the column, or give the condition another name.`,
      { condition: name },
    );
  }
  const implied = type === 'temporal' ? 3 : type === 'multi-value' ? undefined : 2;
  const count = levels ?? implied;
  if (
    count === undefined ||
    !Number.isInteger(count) ||
    count < 2 ||
    count > maximumLevels ||
    (implied ?? count) !== count
  ) {
    throw new CoreError(
      'invalid-argument',
      `Condition "${name}" is ${type} with ${levels === undefined ? 'no number of' : levels} levels; expected ${implied ?? `2 to ${maximumLevels}`}.`,
      { condition: name, type, levels: levels ?? null },
    );
  }
  return Object.freeze({ name, type, levels: count });
}

/** True where two values of a condition name each other's opposite, so that `X` and `~X` can be written. */
export const isTwoValued = (condition: Condition): boolean => condition.type !== 'multi-value';

/** The level of a temporal condition that stands for "-", does not apply. */
export const silentLevel = 2;

/** True where a level holds no literal. */
export const isSilent = (condition: Condition, level: number): boolean =>
  condition.type === 'temporal' && level === silentLevel;

/** The conditions with the levels that can be spoken of only: a temporal "-" is no value beside the two. */
export const spokenConditions = (conditions: readonly Condition[]): readonly Condition[] =>
  conditions.map((condition) => (condition.type === 'temporal' ? { ...condition, levels: silentLevel } : condition));

/** The index of a condition by its name. @throws unknown-variable */
export function indexOfCondition(name: string, conditions: readonly Condition[]): number {
  const at = conditions.findIndex((condition) => condition.name === name);
  if (at >= 0) return at;
  throw new CoreError(
    'unknown-variable',
    `"${name}" is no condition; the conditions are ${conditions.map((c) => c.name).join(', ')}.`,
    { variable: name },
  );
}
