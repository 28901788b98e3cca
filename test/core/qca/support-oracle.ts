import type { Condition } from '../../../src/core/qca/conditions.ts';
import type { Cube } from '../../../src/core/qca/cubes.ts';

const bits = (x: number): number => {
  let n = 0;
  for (let rest = x; rest !== 0; rest &= rest - 1) n++;
  return n;
};

/**
 * Prime implicants of a partial function of two-valued conditions by trying all 3^k cubes: each cube's observed rows are a
 * mask, a cube is prime if it holds a positive and no negative row and every cube with one literal less holds a negative one.
 *
 * @returns cubes as keys (`1,-1,0`) with the positive rows they hold; at most 31 rows in all
 */
export function primesByAllCubes(
  positives: readonly Cube[],
  negatives: readonly Cube[],
  conditions: readonly Condition[],
): { readonly key: string; readonly mask: number }[] {
  const rows = [...positives, ...negatives];
  const k = conditions.length;
  const count = 3 ** k;
  const all = 2 ** rows.length - 1;
  const positive = 2 ** positives.length - 1;
  const literal = conditions.map((_, c) =>
    [0, 1].map((level) => rows.reduce((mask, row, r) => (row[c] === level ? mask | (1 << r) : mask), 0)),
  );
  // Digit 2 of a cube's base-3 number is "any".
  const masks = new Int32Array(count);
  masks[count - 1] = all;
  const power = Array.from({ length: k }, (_, c) => 3 ** c);
  const found: { key: string; mask: number }[] = [];
  for (let cube = count - 1; cube >= 0; cube--) {
    let mask = all;
    let isPrime = true;
    for (let c = 0; c < k; c++) {
      const level = Math.floor(cube / power[c]!) % 3;
      if (level === 2) continue;
      const wider = masks[cube + (2 - level) * power[c]!]!;
      mask = wider & literal[c]![level]!;
      if ((wider & ~positive) === 0) isPrime = false;
    }
    masks[cube] = mask;
    if (!isPrime || (mask & ~positive) !== 0 || (mask & positive) === 0) continue;
    const levels = power.map((p) => Math.floor(cube / p) % 3).map((level) => (level === 2 ? -1 : level));
    found.push({ key: levels.join(), mask });
  }
  return found;
}

/** Size and number of the smallest sets of masks whose union is everything, by inclusion and exclusion over the rows. */
export function minimumCoversByExclusion(masks: readonly number[], rows: number): { size: number; count: bigint } {
  const subsets = 2 ** rows;
  const avoiding = new Int32Array(subsets);
  for (const mask of masks) avoiding[~mask & (subsets - 1)]!++;
  for (let bit = 1; bit < subsets; bit *= 2)
    for (let s = 0; s < subsets; s++) if ((s & bit) === 0) avoiding[s]! += avoiding[s | bit]!;
  // avoiding[s]: sets that hold no row of s. Equal numbers share one binomial coefficient.
  const signed = new Int32Array(masks.length + 1);
  for (let s = 0; s < subsets; s++) signed[avoiding[s]!]! += bits(s) % 2 === 0 ? 1 : -1;
  for (let size = 0; ; size++) {
    let total = 0n;
    signed.forEach((weight, n) => {
      if (weight === 0) return;
      let ways = 1n;
      for (let i = 0; i < size; i++) ways = (ways * BigInt(n - i)) / BigInt(i + 1);
      total += BigInt(weight) * ways;
    });
    if (total > 0n) return { size, count: total };
  }
}
