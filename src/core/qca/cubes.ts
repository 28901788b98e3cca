import { CoreError } from '../errors.ts';
import { type Condition, isSilent, isTwoValued, spokenConditions } from './conditions.ts';

/**
 * A product of literals over k conditions: `cube[i]` is the level that condition i must have, -1 if it may have any.
 * A configuration (truth table row) is a cube without -1.
 */
export type Cube = Int8Array;

export const free = -1;

/** True if every configuration of `inner` lies in `outer`. */
export function cubeContains(outer: Cube, inner: Cube): boolean {
  for (let i = 0; i < outer.length; i++) if (outer[i]! !== free && outer[i]! !== inner[i]!) return false;
  return true;
}

/** A row as a term sees it: where it holds a temporal "-", any value will do. */
export const spokenPart = (row: Cube, conditions: readonly Condition[]): Cube =>
  row.map((level, c) => (isSilent(conditions[c]!, level) ? free : level));

/** True if some configuration lies in both. */
export function meets(a: Cube, b: Cube): boolean {
  for (let i = 0; i < a.length; i++) if (a[i]! !== free && b[i]! !== free && a[i]! !== b[i]!) return false;
  return true;
}

/** The literals of a cube as pairs of condition and level, in the order of the conditions. */
export function literalsOf(cube: Cube): { readonly condition: number; readonly level: number }[] {
  const literals: { condition: number; level: number }[] = [];
  for (let i = 0; i < cube.length; i++) if (cube[i]! !== free) literals.push({ condition: i, level: cube[i]! });
  return literals;
}

/** `X` or `~X` for two-valued conditions, `X[v]` for multi-value ones. */
export function formatLiteral(condition: Condition, level: number): string {
  if (!isTwoValued(condition)) return `${condition.name}[${level}]`;
  return level === 1 ? condition.name : `~${condition.name}`;
}

/** The text of a product; the product without literals, always true, is `1`. */
export function formatCube(cube: Cube, conditions: readonly Condition[]): string {
  const literals = literalsOf(cube);
  return literals.length === 0
    ? '1'
    : literals.map(({ condition, level }) => formatLiteral(conditions[condition]!, level)).join('*');
}

/**
 * Order of presentation: fewer literals first, then by the first condition in which they differ, where the higher
 * level comes first and "any" last. Total, so that sorted output does not depend on the order of the input.
 */
export function compareCubes(a: Cube, b: Cube): number {
  let difference = 0;
  let literals = 0;
  for (let i = 0; i < a.length; i++) {
    if (a[i]! !== free) literals++;
    if (b[i]! !== free) literals--;
    if (difference === 0) difference = b[i]! - a[i]!;
  }
  return literals === 0 ? difference : literals;
}

/** Number of configurations of the whole space, as an exact integer. */
export function countConfigurations(conditions: readonly Condition[]): bigint {
  return conditions.reduce((product, condition) => product * BigInt(condition.levels), 1n);
}

/**
 * Row number of a configuration: 1 + mixed-radix number, first condition most significant.
 * Null where it exceeds the integers that a double holds exactly (more than 52 two-valued conditions).
 */
export function rowNumberOf(configuration: Cube, conditions: readonly Condition[]): number | null {
  let number = 0;
  for (let i = 0; i < configuration.length; i++) {
    number = number * conditions[i]!.levels + configuration[i]!;
    if (number >= Number.MAX_SAFE_INTEGER) return null;
  }
  return number + 1;
}

/**
 * The configuration of a row number; the inverse of `rowNumberOf`.
 *
 * @throws invalid-argument if the number is no integer from 1 to the number of configurations
 */
export function configurationOf(rowNumber: number, conditions: readonly Condition[]): Cube {
  const rows = countConfigurations(conditions);
  if (!Number.isSafeInteger(rowNumber) || rowNumber < 1 || BigInt(rowNumber) > rows) {
    throw new CoreError(
      'invalid-argument',
      `There is no truth table row ${rowNumber}; rows are numbered 1 to ${rows}.`,
      { rowNumber },
    );
  }
  const configuration = new Int8Array(conditions.length);
  let rest = rowNumber - 1;
  for (let i = conditions.length - 1; i >= 0; i--) {
    const levels = conditions[i]!.levels;
    configuration[i] = rest % levels;
    rest = Math.floor(rest / levels);
  }
  return configuration;
}

/**
 * The configurations that lie in none of `cubes`, as disjoint cubes: Shannon expansion on the condition most cubes
 * care about, with no list of 2^k rows. At most sum over cubes of (literals x (levels - 1)) pieces for disjoint cubes;
 * worst case exponential in the number of conditions that the cubes care about.
 */
export function complementOf(cubes: readonly Cube[], conditions: readonly Condition[]): Cube[] {
  const pieces: Cube[] = [];
  const prefix = new Int8Array(conditions.length).fill(free);
  const cares = new Uint32Array(conditions.length);

  function expand(rest: readonly Cube[]): void {
    if (rest.length === 0) {
      pieces.push(prefix.slice());
      return;
    }
    cares.fill(0);
    let pivot = -1;
    for (const cube of rest) {
      let literals = 0;
      for (let i = 0; i < prefix.length; i++)
        if (cube[i]! !== free && prefix[i]! === free) {
          literals++;
          cares[i]!++;
        }
      if (literals === 0) return; // this cube fills the whole branch
    }
    for (let i = 0; i < prefix.length; i++) if (cares[i]! > 0 && (pivot < 0 || cares[i]! > cares[pivot]!)) pivot = i;
    for (let level = 0; level < conditions[pivot]!.levels; level++) {
      prefix[pivot] = level;
      expand(rest.filter((cube) => cube[pivot]! === free || cube[pivot]! === level));
    }
    prefix[pivot] = free;
  }
  expand(cubes);
  return pieces;
}

const sizeOf = (cube: Cube, conditions: readonly Condition[]): bigint =>
  conditions.reduce((product, condition, i) => (cube[i]! === free ? product * BigInt(condition.levels) : product), 1n);

/** Exact number of configurations in the union of `cubes`. Cost as `complementOf`. */
export function countUnion(cubes: readonly Cube[], conditions: readonly Condition[]): bigint {
  let outside = 0n;
  for (const piece of complementOf(cubes, conditions)) outside += sizeOf(piece, conditions);
  return countConfigurations(conditions) - outside;
}

/**
 * Row numbers of the union of `cubes`, ascending. A condition that a cube leaves free has each of its values, not a temporal "-".
 *
 * @throws limit-exceeded if there are more than `limit` or the row numbers exceed exact integers
 */
export function rowNumbersOfUnion(cubes: readonly Cube[], conditions: readonly Condition[], limit: number): number[] {
  const numbers = new Set<number>();
  const values = spokenConditions(conditions).map(({ levels }) => levels);
  if (cubes.length > 0 && countConfigurations(conditions) > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new CoreError(
      'limit-exceeded',
      `Rows of ${conditions.length} conditions cannot be numbered exactly; read the terms instead.`,
      {
        conditions: conditions.length,
      },
    );
  }
  const visit = (cube: Cube, i: number, number: number): void => {
    if (i === cube.length) {
      numbers.add(number + 1);
      if (numbers.size > limit) {
        throw new CoreError(
          'limit-exceeded',
          `More than ${limit} truth table rows would be listed; raise the limit or read the terms instead.`,
          { limit },
        );
      }
      return;
    }
    const levels = conditions[i]!.levels;
    if (cube[i]! !== free) visit(cube, i + 1, number * levels + cube[i]!);
    else for (let level = 0; level < values[i]!; level++) visit(cube, i + 1, number * levels + level);
  };
  for (const cube of cubes) visit(cube, 0, 0);
  return [...numbers].sort((a, b) => a - b);
}
