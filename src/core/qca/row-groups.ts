import { type Condition, isSilent } from './conditions.ts';
import { type Cube, cubeContains, free, meets } from './cubes.ts';

/** The smallest cube that holds both, without literals on levels that hold none. */
export function joinCubes(a: Cube, b: Cube, conditions: readonly Condition[]): Cube {
  return a.map((level, c) => (level !== b[c]! || isSilent(conditions[c]!, level) ? free : level));
}

/** True if the cube touches none of the others. */
export const isPermitted = (cube: Cube, outside: readonly Cube[]): boolean =>
  !outside.some((other) => meets(cube, other));

/**
 * A number of terms that no model can do without, from the rows alone: no implicant need be known.
 *
 * One term covers a group of positive rows only if the literals they share conflict with every negative cube. If no such
 * group has more than g rows, a model has at least rows / g terms.
 *
 * @param nodes groups to try; beyond them the answer is 1
 * Cost: O(nodes x rows x negatives x conditions / 32).
 */
export function leastTerms(
  positives: readonly Cube[],
  negatives: readonly Cube[],
  conditions: readonly Condition[],
  nodes: number,
): number {
  const words = Math.max(1, (conditions.length + 31) >> 5);
  let left = nodes;
  let widest = 1;
  for (let start = 0; start + widest < positives.length && left >= 0; start++) {
    const row = positives[start]!;
    const conflicts = negatives.map((cube) =>
      maskOf(row, words, (c) => cube[c]! !== free && cube[c]! !== row[c]! && speaks(row, c, conditions)),
    );
    const shared = positives
      .slice(start + 1)
      .map((other) => maskOf(row, words, (c) => other[c]! === row[c]! && speaks(row, c, conditions)));
    const grow = (size: number, literals: Int32Array, candidates: readonly Int32Array[]): void => {
      widest = Math.max(widest, size);
      if (--left < 0) return;
      const wider = candidates.map((mask) => mask.map((word, w) => word & literals[w]!)).filter(hitsAll);
      for (let at = 0; at < wider.length && size + wider.length - at > widest; at++)
        grow(size + 1, wider[at]!, wider.slice(at + 1));
    };
    const hitsAll = (literals: Int32Array) =>
      conflicts.every((conflict) => conflict.some((word, w) => (word & literals[w]!) !== 0));
    grow(1, new Int32Array(words).fill(-1), shared);
  }
  return left < 0 ? Math.min(1, positives.length) : Math.ceil(positives.length / widest);
}

/** False for a temporal "-", which holds no literal. */
const speaks = (row: Cube, c: number, conditions: readonly Condition[]): boolean => !isSilent(conditions[c]!, row[c]!);

function maskOf(row: Cube, words: number, holds: (condition: number) => boolean): Int32Array {
  const mask = new Int32Array(words);
  for (let c = 0; c < row.length; c++) if (holds(c)) mask[c >> 5]! |= 1 << (c & 31);
  return mask;
}

/**
 * A cover of the positive rows by wide prime implicants, found without a search: each starts with the first row not yet
 * covered, takes in every further row that it may, and loses the literals it does not need.
 *
 * Cost: O(rows^2 x negatives x conditions) at most.
 */
export function coverGreedily(
  positives: readonly Cube[],
  negatives: readonly Cube[],
  conditions: readonly Condition[],
): Cube[] {
  const implicants: Cube[] = [];
  for (const start of positives) {
    if (implicants.some((cube) => cubeContains(cube, start))) continue;
    let cube = joinCubes(start, start, conditions);
    for (const row of positives) {
      const wider = joinCubes(cube, row, conditions);
      if (isPermitted(wider, negatives)) cube = wider;
    }
    for (let c = 0; c < cube.length; c++) {
      if (cube[c] === free) continue;
      const wider = cube.slice();
      wider[c] = free;
      if (isPermitted(wider, negatives)) cube = wider;
    }
    implicants.push(cube);
  }
  return implicants;
}
