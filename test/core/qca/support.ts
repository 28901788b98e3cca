import { type Condition, makeCondition } from '../../../src/core/qca/conditions.ts';
import { type Cube, cubeContains, free } from '../../../src/core/qca/cubes.ts';

/** k two-valued conditions A, B, C, ... */
export const crispConditions = (k: number): Condition[] =>
  Array.from({ length: k }, (_, i) => makeCondition(String.fromCharCode(65 + i), 'crisp'));

/** Every configuration of the conditions, ascending by row number. */
export function allRows(conditions: readonly Condition[]): Cube[] {
  let rows: number[][] = [[]];
  for (const { levels } of conditions)
    rows = rows.flatMap((row) => Array.from({ length: levels }, (_, level) => [...row, level]));
  return rows.map((row) => Int8Array.from(row));
}

/** Every cube over the conditions. */
export function allCubes(conditions: readonly Condition[]): Cube[] {
  let cubes: number[][] = [[]];
  for (const { levels } of conditions)
    cubes = cubes.flatMap((cube) => Array.from({ length: levels + 1 }, (_, at) => [...cube, at - 1]));
  return cubes.map((cube) => Int8Array.from(cube));
}

/** The obviously right prime implicants: every cube true of a positive and of no negative row, none inside another. */
export function naivePrimeImplicants(
  positives: readonly Cube[],
  negatives: readonly Cube[],
  conditions: readonly Condition[],
): Cube[] {
  const implicants = allCubes(conditions).filter(
    (cube) => positives.some((row) => cubeContains(cube, row)) && !negatives.some((row) => cubeContains(cube, row)),
  );
  return implicants.filter((cube) => !implicants.some((other) => other !== cube && cubeContains(other, cube)));
}

/** The obviously right minimum covers: try all sets of 0, 1, 2, ... until some cover. */
export function naiveMinimumCovers(primes: readonly Cube[], positives: readonly Cube[]): number[][] {
  const covers = (chosen: readonly number[]) =>
    positives.every((row) => chosen.some((j) => cubeContains(primes[j]!, row)));
  for (let size = 0; size <= positives.length; size++) {
    const found: number[][] = [];
    const pick = (from: number, chosen: number[]): void => {
      if (chosen.length === size) {
        if (covers(chosen)) found.push(chosen);
        return;
      }
      for (let j = from; j < primes.length; j++) pick(j + 1, [...chosen, j]);
    };
    pick(0, []);
    if (found.length > 0) return found;
  }
  return [];
}

/** Small, fast, seeded: enough to draw test cases. */
export function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const texts = (cubes: readonly Cube[]): string[] => cubes.map((cube) => cube.join()).sort();
export const literals = (cube: Cube): number => cube.filter((level) => level !== free).length;
