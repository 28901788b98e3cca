import { CoreError } from '../errors.ts';
import type { RandomStream } from '../random/random-stream.ts';

/**
 * Spreads whole groups over folds of about equal size: groups in random order, largest first, each to the smallest fold.
 *
 * @param group n indices of groups
 * @param folds at least 2; with as many folds as groups each group is left out alone
 * @returns n fold numbers, 0 to folds - 1; rows of one group share a fold
 * @throws too-few-groups when there are fewer groups than folds
 */
export function groupedFolds(group: Uint32Array, folds: number, random: RandomStream): Uint32Array {
  const sizes = new Map<number, number>();
  for (const g of group) sizes.set(g, (sizes.get(g) ?? 0) + 1);
  const present = [...sizes.keys()].sort((a, b) => a - b);
  if (present.length < folds) {
    throw new CoreError(
      'too-few-groups',
      `Received ${present.length} groups for ${folds} folds; expected at least as many groups as folds. Use fewer folds or more groups.`,
      { groups: present.length, folds },
    );
  }
  const shuffled = [...random.permutation(present.length)].map((at) => present[at]!);
  shuffled.sort((a, b) => sizes.get(b)! - sizes.get(a)!);
  const load = new Array<number>(folds).fill(0);
  const foldOf = new Map<number, number>();
  for (const g of shuffled) {
    const smallest = load.indexOf(Math.min(...load));
    foldOf.set(g, smallest);
    load[smallest] = load[smallest]! + sizes.get(g)!;
  }
  return Uint32Array.from(group, (g) => foldOf.get(g)!);
}
