import { type BlockRules, feasibleMixes, type MixConstraints, ruleNumbers } from './feasible-mixes.ts';

/** Partial mixes that are kept at each size. */
const beam = 50;
/** Rounds in which the best mixes try to swap a block, drop one or take one more. */
const rounds = 3;

/**
 * Mixes worth comparing where too many fit to enumerate: a beam search by size, then swaps around the best found.
 *
 * From the required blocks and what they need, each of the 50 best partial mixes of a size takes every block that budget, size and
 * exclusions allow, together with its prerequisites. Around the 50 best feasible mixes every swap, drop and addition is then tried, three times.
 *
 * @param score worth of each of m mixes (m x blocks flags), higher is better
 * @returns every feasible mix that was seen, m x blocks flags, in the order of size, then of the numbers of their blocks
 * @throws unknown-variable, invalid-argument as `feasibleMixes` for constraints that clash
 * Cost: about size x 50 x blocks scores. Exact where the worth of a mix is a sum over its blocks and each fits alone; else a heuristic, compared
 * with enumeration in the tests. Source: Lowerre 1976 (beam search).
 */
export function searchMixes(
  blocks: readonly BlockRules[],
  constraints: MixConstraints,
  score: (mixes: Uint8Array) => Float64Array,
): Uint8Array {
  const J = blocks.length;
  const rules = ruleNumbers(blocks, constraints);
  const limit = constraints.budget === null ? Number.POSITIVE_INFINITY : constraints.budget + 1e-9;
  /** The mix with a block and all it needs; null where that breaks a rule. */
  const withBlock = (mix: readonly number[], block: number): readonly number[] | null => {
    const next = new Set(mix);
    const add = (j: number): boolean => {
      if (next.has(j)) return true;
      if (rules.barred[j]) return false;
      next.add(j);
      return rules.needs[j]!.every(add);
    };
    if (!add(block)) return null;
    const list = [...next].sort((a, b) => a - b);
    return keeps(list) ? list : null;
  };
  const keeps = (list: readonly number[]): boolean =>
    list.length <= constraints.maximumSize &&
    list.reduce((sum, j) => sum + blocks[j]!.cost, 0) <= limit &&
    list.every((j) => list.every((k) => !rules.bars[j]!.has(k)));
  const isWhole = (list: readonly number[]): boolean =>
    list.length > 0 &&
    rules.required.every((j) => list.includes(j)) &&
    list.every((j) => rules.needs[j]!.every((k) => list.includes(k)));
  const keyOf = (list: readonly number[]) => list.join();
  const found = new Map<string, { readonly list: readonly number[]; readonly worth: number }>();
  const best = (lists: Iterable<readonly number[]>): (readonly number[])[] => {
    const fresh = [...new Map([...lists].map((list) => [keyOf(list), list])).values()];
    const flags = Uint8Array.from(fresh.flatMap((list) => blocks.map((_, j) => (list.includes(j) ? 1 : 0))));
    const worth = fresh.length > 0 ? score(flags) : new Float64Array(0);
    fresh.forEach((list, i) => {
      if (isWhole(list)) found.set(keyOf(list), { list, worth: worth[i]! });
    });
    return [...fresh.keys()]
      .sort((a, b) => worth[b]! - worth[a]! || compareLists(fresh[a]!, fresh[b]!))
      .slice(0, beam)
      .map((i) => fresh[i]!);
  };

  let start: readonly number[] | null = [];
  for (const j of rules.required) start = start && withBlock(start, j);
  // Where even the required blocks do not fit, enumeration stops at once and says which rules clash.
  if (start === null) return feasibleMixes(blocks, constraints);
  let level = start.length > 0 ? best([start]) : [start];
  while (level.length > 0) {
    const grown = level.flatMap((list) =>
      blocks.flatMap((_, j) => {
        const next = list.includes(j) ? null : withBlock(list, j);
        return next ? [next] : [];
      }),
    );
    level = best(grown);
  }
  for (let round = 0; round < rounds; round++) {
    const top = [...found.values()].sort((a, b) => b.worth - a.worth || compareLists(a.list, b.list)).slice(0, beam);
    const near = top.flatMap(({ list }) => {
      const shorter = list.map((_, at) => list.toSpliced(at, 1));
      const swapped = shorter.flatMap((rest) =>
        blocks.flatMap((_, j) => (list.includes(j) ? [] : [withBlock(rest, j)])),
      );
      return [...shorter, ...swapped].filter((next) => next !== null);
    });
    best(near.filter((list) => keeps(list) && isWhole(list) && !found.has(keyOf(list))));
  }
  if (found.size === 0) return feasibleMixes(blocks, constraints);
  const lists = [...found.values()].map(({ list }) => list).sort((a, b) => a.length - b.length || compareLists(a, b));
  const mixes = new Uint8Array(lists.length * J);
  lists.forEach((list, i) => {
    for (const j of list) mixes[i * J + j] = 1;
  });
  return mixes;
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
