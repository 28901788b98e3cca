import type { RandomStream } from '../random/random-stream.ts';
import { BlockMembers } from './block-members.ts';
import { blocksOf, type CoverBlocks } from './cover-blocks.ts';
import {
  type Chart,
  type CoverClasses,
  fullWord,
  groupByCover,
  keepRareRows,
  sortWidestFirst,
} from './cover-classes.ts';
import { CoverSearch, type SearchBudget } from './cover-search.ts';
import { popcount } from './minimal-hitting-sets.ts';

export interface CoverLimits {
  /** models that may be listed; all are counted */
  readonly models: number;
  /** nodes of the search, the count becomes a lower bound beyond */
  readonly nodes: number;
}

export interface CoverOptions {
  /** where there are more covers than may be listed: list a random sample, each as likely as the others; null = the first found */
  readonly sample: RandomStream | null;
  /** called now and then with the share of the search done; false stops it */
  readonly proceed: (done: number) => boolean;
}

export interface MinimumCovers {
  /** implicants in every minimum cover; 0 if there is nothing to cover, -1 if no cover exists */
  readonly size: number;
  /** how many there are; exact if `countExact` */
  readonly count: bigint;
  readonly countExact: boolean;
  /** true if `size` is proven; otherwise at least `lowerBound` and at most `size` */
  readonly sizeExact: boolean;
  readonly lowerBound: number;
  /** minimum covers as ascending lists of implicants; all of them if there are no more than the limit */
  readonly covers: readonly (readonly number[])[];
  /** implicants in every minimum cover; meaningful if `countExact` */
  readonly essential: readonly number[];
}

/**
 * All minimum covers of the rows: sets of the fewest implicants that together cover every row. Literals do not count.
 *
 * Implicants with equal coverage form one class, and classes stand in blocks under the widest class that contains them. Two
 * of a block never stand in one minimum cover, so covers are enumerated over blocks (`CoverSearch`), from a lower bound of
 * the size upwards, and counted by what each of them stands for (`BlockMembers`), without listing. Rows that are covered
 * whenever others are drop out. No implicant is dropped.
 *
 * If the search exceeds its nodes after the size is known, the count comes from inclusion and exclusion over at most 22 rows.
 *
 * Cost: exponential in the worst case (set cover), within `limits.nodes`; a sample takes the search twice.
 * Source: Quine 1955, McCluskey 1956; inclusion and exclusion: Björklund, Husfeldt, Koivisto 2009, doi:10.1137/070683933.
 */
export function findMinimumCovers(chart: Chart, limits: CoverLimits, options: CoverOptions = defaults): MinimumCovers {
  const nothing = { covers: [], essential: [], sizeExact: true, countExact: true } as const;
  if (chart.rows === 0) return { ...nothing, size: 0, lowerBound: 0, count: 1n, covers: [[]] };
  const grouped = sortWidestFirst(keepRareRows(groupByCover(chart)));
  if (!coversEveryRow(grouped)) return { ...nothing, size: -1, lowerBound: -1, count: 0n };
  const blocks = blocksOf(grouped);
  const { classes } = blocks;
  let passed = 0;
  const budget: SearchBudget = {
    nodes: limits.nodes,
    proceed: (done) => options.proceed(passed + ((1 - passed) * done) / 2),
  };
  const search = new CoverSearch(blocks, budget);
  const tally = new Tally(new BlockMembers(blocks, budget), limits.models);
  let size = search.lowerBound();
  let finished = search.run(size, tally.add);
  while (finished && tally.count === 0n) {
    // Nobody knows how many sizes are to come: each takes half of the share that is left.
    passed += (1 - passed) / 2;
    finished = search.run(++size, tally.add);
  }
  if (tally.count === 0n) {
    const one = greedyCover(blocks).map((b) => classes.members[classes.start[blocks.start[b]!]!]!);
    return {
      size: one.length,
      sizeExact: one.length === size,
      lowerBound: size,
      count: 1n,
      countExact: false,
      covers: [one.sort((a, b) => a - b)],
      essential: [],
    };
  }
  let { count, essential } = tally;
  const recount = !finished && classes.rows <= inclusionExclusionRows;
  if (recount) {
    count = countByInclusionExclusion(classes, size, -1);
    essential = essential.filter((j) => countByInclusionExclusion(classes, size, classOf(classes, j)) === 0n);
  }
  const sampled = options.sample !== null && finished && count > BigInt(limits.models);
  return {
    size,
    sizeExact: true,
    lowerBound: size,
    count,
    countExact: finished || recount,
    covers: sampled ? sampleCovers(blocks, size, count, limits, options.sample) : tally.listed,
    essential: essential.slice().sort((a, b) => a - b),
  };
}

const defaults: CoverOptions = { sample: null, proceed: () => true };

/** Counts the covers of implicants behind each cover of blocks, lists the first ones and keeps what all have in common. */
class Tally {
  readonly listed: number[][] = [];
  essential: readonly number[] = [];
  private readonly members: BlockMembers;
  private readonly limit: number;
  private none = true;
  private small = 0;
  private large = 0n;

  constructor(members: BlockMembers, limit: number) {
    this.members = members;
    this.limit = limit;
  }

  readonly add = (cover: Int32Array): void => {
    const members = this.members;
    members.lookUp(cover);
    const ways = members.count();
    if (ways === null) this.large += members.countExactly();
    else this.small += ways;
    if (this.small >= 2 ** 52) {
      this.large += BigInt(this.small);
      this.small = 0;
    }
    if (this.listed.length < this.limit) members.list(this.listed, this.limit);
    if (this.none) this.essential = members.always();
    else if (this.essential.length > 0) {
      const always = members.always();
      this.essential = this.essential.filter((j) => always.includes(j));
    }
    this.none = false;
  };

  get count(): bigint {
    return this.large + BigInt(this.small);
  }
}

/** Covers at random numbers of the enumeration, all different, in its order. */
function sampleCovers(
  blocks: CoverBlocks,
  size: number,
  count: bigint,
  { models }: CoverLimits,
  random: RandomStream | null,
): number[][] {
  const numbers = new Set<bigint>();
  while (numbers.size < models) numbers.add(drawBelow(count, random!));
  const wanted = [...numbers].sort((a, b) => (a < b ? -1 : 1));
  const budget: SearchBudget = { nodes: Number.MAX_SAFE_INTEGER, proceed: () => true };
  const members = new BlockMembers(blocks, budget);
  const covers: number[][] = [];
  let passed = 0n;
  new CoverSearch(blocks, budget).run(size, (cover) => {
    members.lookUp(cover);
    const next = passed + members.countExactly();
    for (; covers.length < wanted.length && wanted[covers.length]! < next; )
      covers.push(members.cover(wanted[covers.length]! - passed));
    passed = next;
    if (covers.length === wanted.length) budget.nodes = -1;
  });
  return covers;
}

/** A whole number from 0 to bound - 1, without bias: bits are drawn until they are below the bound. */
function drawBelow(bound: bigint, random: RandomStream): bigint {
  const bits = (bound - 1n).toString(2).length;
  for (;;) {
    let drawn = 0n;
    for (let have = 0; have < bits; have += 32) drawn = (drawn << 32n) | BigInt(random.word());
    drawn &= (1n << BigInt(bits)) - 1n;
    if (drawn < bound) return drawn;
  }
}

function coversEveryRow({ rows, words, count, cover }: CoverClasses): boolean {
  const reachable = new Int32Array(words);
  for (let c = 0; c < count; c++) for (let w = 0; w < words; w++) reachable[w]! |= cover[c * words + w]!;
  return reachable.every((word, w) => word === fullWord(rows, w));
}

/** The class that implicant j is the only member of. */
const classOf = ({ start, members }: CoverClasses, j: number): number =>
  start.findIndex((from, c) => c + 1 < start.length && start[c + 1]! - from === 1 && members[from] === j);

/** A cover by always taking the block that covers most of what is left. */
function greedyCover({ rows, words, count, cover }: CoverBlocks): number[] {
  const left = new Int32Array(words);
  for (let r = 0; r < rows; r++) left[r >> 5]! |= 1 << (r & 31);
  for (const chosen: number[] = []; ; ) {
    let best = -1;
    let most = 0;
    for (let c = 0; c < count; c++) {
      let gain = 0;
      for (let w = 0; w < words; w++) gain += popcount(left[w]! & cover[c * words + w]!);
      if (gain > most) {
        most = gain;
        best = c;
      }
    }
    if (best < 0) return chosen;
    chosen.push(best);
    for (let w = 0; w < words; w++) left[w]! &= ~cover[best * words + w]!;
  }
}

const inclusionExclusionRows = 22;

/** Sum over row sets T of (-1)^|T| times the ways to take `size` implicants, none of class `without`, that all avoid T. */
function countByInclusionExclusion(classes: CoverClasses, size: number, without: number): bigint {
  const { rows, count, cover, start } = classes;
  const subsets = 2 ** rows;
  const avoiding = new Float64Array(subsets);
  for (let c = 0; c < count; c++)
    if (c !== without) avoiding[(~cover[c]! & (subsets - 1)) >>> 0]! += start[c + 1]! - start[c]!;
  for (let r = 0; r < rows; r++) {
    const bit = 1 << r;
    for (let s = 0; s < subsets; s++) if (!(s & bit)) avoiding[s]! += avoiding[s | bit]!;
  }
  // avoiding[T] now counts implicants whose uncovered rows include T. Equal counts share one binomial coefficient.
  const signed = new Map<number, number>();
  for (let s = 0; s < subsets; s++) {
    const n = avoiding[s]!;
    if (n >= size) signed.set(n, (signed.get(n) ?? 0) + (popcount(s) & 1 ? -1 : 1));
  }
  let total = 0n;
  for (const [n, weight] of signed) total += BigInt(weight) * binomial(n, size);
  return total;
}

function binomial(n: number, k: number): bigint {
  let result = 1n;
  for (let i = 0; i < k; i++) result = (result * BigInt(n - i)) / BigInt(i + 1);
  return result;
}
