import { popcount } from './minimal-hitting-sets.ts';

/** Which rows each prime implicant covers: implicant j has the bits cover[j*words .. (j+1)*words). */
export interface Chart {
  readonly rows: number;
  readonly words: number;
  readonly count: number;
  readonly cover: Int32Array;
}

/** Implicants with equal coverage: class c covers cover[c*words ..] and has members[start[c] .. start[c+1]). */
export interface CoverClasses {
  readonly rows: number;
  readonly words: number;
  readonly count: number;
  readonly cover: Int32Array;
  readonly start: Int32Array;
  readonly members: Int32Array;
}

export interface CoverLimits {
  /** models that may be listed; all are counted */
  readonly models: number;
  /** nodes of the search, the count becomes a lower bound beyond */
  readonly nodes: number;
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

/** Groups implicants by the rows they cover; classes in order of their first member. Cost O(count words), by hashing. */
export function groupByCover({ rows, words, count, cover }: Chart): CoverClasses {
  const classOf = new Int32Array(count);
  let slots = 16;
  while (slots < count * 2) slots *= 2;
  const slot = new Int32Array(slots).fill(-1);
  const firsts: number[] = [];
  const sizes: number[] = [];
  for (let j = 0; j < count; j++) {
    const at = j * words;
    let hash = 0;
    for (let w = 0; w < words; w++) hash = Math.imul(hash ^ cover[at + w]!, 0x9e3779b1) ^ (hash >>> 15);
    let place = (hash ^ (hash >>> 16)) & (slots - 1);
    for (; slot[place]! >= 0; place = (place + 1) & (slots - 1)) {
      const other = firsts[slot[place]!]! * words;
      let same = true;
      for (let w = 0; w < words && same; w++) same = cover[at + w] === cover[other + w];
      if (same) break;
    }
    if (slot[place]! < 0) {
      slot[place] = firsts.length;
      firsts.push(j);
      sizes.push(0);
    }
    classOf[j] = slot[place]!;
    sizes[slot[place]!]!++;
  }
  const start = new Int32Array(firsts.length + 1);
  for (let c = 0; c < firsts.length; c++) start[c + 1] = start[c]! + sizes[c]!;
  const members = new Int32Array(count);
  const next = start.slice();
  for (let j = 0; j < count; j++) members[next[classOf[j]!]!++] = j;
  const classCover = new Int32Array(firsts.length * words);
  firsts.forEach((j, c) => {
    for (let w = 0; w < words; w++) classCover[c * words + w] = cover[j * words + w]!;
  });
  return { rows, words, count: firsts.length, cover: classCover, start, members };
}

/**
 * All minimum covers of the rows: sets of the fewest implicants that together cover every row. Literals do not count.
 *
 * Implicants with equal coverage form one class; two of a class never stand in one minimum cover, so covers are
 * enumerated over classes and counted by products of class sizes, without listing. Sizes are tried from a lower bound
 * upwards. At each node, with u rows uncovered and r classes allowed, every cover must contain a class from each of
 * two lists: those that hold the rarest uncovered row, and those that gain at least u/r rows. The shorter list is
 * branched on, and a class tried is forbidden beside its later siblings, so each cover appears exactly once. A branch
 * ends when u exceeds r times the widest class, or when more than r uncovered rows share no class pairwise. Row constraints
 * implied by others are dropped; dominated implicants are dropped only while the size is sought, never while models
 * are enumerated.
 *
 * If the search exceeds its nodes after the size is known, the count comes from inclusion and exclusion over at most 22 rows.
 *
 * Cost: exponential in the worst case (set cover), within `limits.nodes`.
 * Source: Quine 1955, McCluskey 1956; inclusion and exclusion: Björklund, Husfeldt, Koivisto 2009, doi:10.1137/070683933.
 */
export function findMinimumCovers(chart: Chart, limits: CoverLimits): MinimumCovers {
  const nothing = { covers: [], essential: [], sizeExact: true, countExact: true } as const;
  if (chart.rows === 0) return { ...nothing, size: 0, lowerBound: 0, count: 1n, covers: [[]] };
  const classes = widestFirst(reduceRows(groupByCover(chart)));
  const { words, rows, start, members } = classes;
  const reachable = new Int32Array(words);
  for (let c = 0; c < classes.count; c++)
    for (let w = 0; w < words; w++) reachable[w]! |= classes.cover[c * words + w]!;
  if (reachable.some((word, w) => word !== fullWord(rows, w)))
    return { ...nothing, size: -1, lowerBound: -1, count: 0n };

  const decisive = classes.count <= dominanceLimit ? keepMaximal(classes) : classes;
  const greedy = greedyCover(decisive);
  const sizing = new CoverSearch(decisive, 'first', limits);
  let size = sizing.lowerBound();
  for (; size < greedy.length; size++) {
    sizing.run(size);
    if (sizing.found > 0) break;
    if (sizing.exhausted) {
      const one = greedy
        .map((c) => decisive.members[decisive.start[c]!]!)
        .map((c) => (decisive === classes ? c : members[start[c]!]!));
      return {
        size: one.length,
        sizeExact: false,
        lowerBound: size,
        count: 1n,
        countExact: false,
        covers: [one.sort((a, b) => a - b)],
        essential: [],
      };
    }
  }

  const search = new CoverSearch(classes, 'all', limits);
  search.run(size);
  const covers = expandMembers(classes, search.listed, limits.models);
  let count = search.count();
  let essential = search.inAll();
  const recount = search.exhausted && rows <= inclusionExclusionRows;
  if (recount) {
    count = countByInclusionExclusion(classes, size, -1);
    essential = essential.filter((c) => countByInclusionExclusion(classes, size, c) === 0n);
  }
  return {
    size,
    sizeExact: true,
    lowerBound: size,
    count,
    countExact: !search.exhausted || recount,
    covers,
    essential: essential
      .filter((c) => start[c + 1]! - start[c]! === 1)
      .map((c) => members[start[c]!]!)
      .sort((a, b) => a - b),
  };
}

/** Up to so many classes, dominated ones are looked for before the size is sought. */
const dominanceLimit = 1500;

/** Word w of the set of all rows. */
const fullWord = (rows: number, w: number): number => (rows >= (w + 1) * 32 ? -1 : (1 << (rows & 31)) - 1);

function sizesOf({ words, count, cover }: CoverClasses): Int32Array {
  const sizes = new Int32Array(count);
  for (let c = 0; c < count; c++) for (let w = 0; w < words; w++) sizes[c]! += popcount(cover[c * words + w]!);
  return sizes;
}

/** The classes in order of the rows they cover, most first; ties as before. */
function widestFirst(classes: CoverClasses): CoverClasses {
  const { rows, words, count, cover, start, members } = classes;
  const sizes = sizesOf(classes);
  const first = new Int32Array(rows + 2);
  for (let c = 0; c < count; c++) first[rows - sizes[c]! + 1]!++;
  for (let s = 0; s <= rows; s++) first[s + 1]! += first[s]!;
  const order = new Int32Array(count);
  for (let c = 0; c < count; c++) order[first[rows - sizes[c]!]!++] = c;
  const sorted = new Int32Array(count * words);
  const sortedStart = new Int32Array(count + 1);
  const sortedMembers = new Int32Array(members.length);
  for (let at = 0, next = 0; at < count; at++) {
    const c = order[at]!;
    for (let w = 0; w < words; w++) sorted[at * words + w] = cover[c * words + w]!;
    for (let m = start[c]!; m < start[c + 1]!; m++) sortedMembers[next++] = members[m]!;
    sortedStart[at + 1] = next;
  }
  return { rows, words, count, cover: sorted, start: sortedStart, members: sortedMembers };
}

/** Drops every row that is covered whenever another kept row is: its classes include all classes of the other. */
function reduceRows(classes: CoverClasses): CoverClasses {
  const { rows, words, count, cover } = classes;
  const classWords = (count + 31) >> 5;
  const by = new Int32Array(rows * classWords);
  for (let c = 0; c < count; c++)
    for (let r = 0; r < rows; r++)
      if (cover[c * words + (r >> 5)]! & (1 << (r & 31))) by[r * classWords + (c >> 5)]! |= 1 << (c & 31);
  const inside = (inner: number, outer: number) => {
    for (let w = 0; w < classWords; w++) if (by[inner * classWords + w]! & ~by[outer * classWords + w]!) return false;
    return true;
  };
  const kept: number[] = [];
  for (let r = 0; r < rows; r++) {
    let implied = false;
    for (let s = 0; s < rows && !implied; s++) implied = s !== r && inside(s, r) && (!inside(r, s) || s < r);
    if (!implied) kept.push(r);
  }
  if (kept.length === rows) return classes;
  const keptWords = Math.max(1, (kept.length + 31) >> 5);
  const narrow = new Int32Array(count * keptWords);
  for (let c = 0; c < count; c++)
    kept.forEach((r, at) => {
      if (cover[c * words + (r >> 5)]! & (1 << (r & 31))) narrow[c * keptWords + (at >> 5)]! |= 1 << (at & 31);
    });
  // Classes may coincide now; merging them keeps the products of class sizes right. A class that covers no kept row is in no minimum cover.
  const merged = groupByCover({ rows: kept.length, words: keptWords, count, cover: narrow });
  const members: number[] = [];
  const start = [0];
  const cells: number[] = [];
  for (let c = 0; c < merged.count; c++) {
    let any = 0;
    for (let w = 0; w < keptWords; w++) any |= merged.cover[c * keptWords + w]!;
    if (any === 0) continue;
    for (let m = merged.start[c]!; m < merged.start[c + 1]!; m++) {
      const old = merged.members[m]!;
      for (let o = classes.start[old]!; o < classes.start[old + 1]!; o++) members.push(classes.members[o]!);
    }
    start.push(members.length);
    for (let w = 0; w < keptWords; w++) cells.push(merged.cover[c * keptWords + w]!);
  }
  return {
    rows: kept.length,
    words: keptWords,
    count: start.length - 1,
    cover: Int32Array.from(cells),
    start: Int32Array.from(start),
    members: Int32Array.from(members),
  };
}

/** Only the classes that no other class contains. */
function keepMaximal(classes: CoverClasses): CoverClasses {
  const { words, count, cover } = classes;
  const kept: number[] = [];
  for (let c = 0; c < count; c++) {
    let dominated = false;
    for (let d = 0; d < count && !dominated; d++) {
      if (d === c) continue;
      dominated = true;
      for (let w = 0; w < words && dominated; w++) dominated = (cover[c * words + w]! & ~cover[d * words + w]!) === 0;
    }
    if (!dominated) kept.push(c);
  }
  const narrow = new Int32Array(kept.length * words);
  kept.forEach((c, at) => {
    for (let w = 0; w < words; w++) narrow[at * words + w] = cover[c * words + w]!;
  });
  const start = Int32Array.from({ length: kept.length + 1 }, (_, at) => at);
  return { ...classes, count: kept.length, cover: narrow, start, members: Int32Array.from(kept) };
}

/** A cover by always taking the class that covers most of what is left. */
function greedyCover({ rows, words, count, cover }: CoverClasses): number[] {
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

/** Depth-limited enumeration of covers over classes that stand widest first: the first one only, or all. */
class CoverSearch {
  readonly listed: number[][] = [];
  found = 0;
  exhausted = false;
  private readonly classes: CoverClasses;
  private readonly firstOnly: boolean;
  private readonly listLimit: number;
  private readonly sizes: Int32Array;
  /** classes that cover row r, widest first: list[from[r] .. from[r+1]) */
  private readonly from: Int32Array;
  private readonly list: Int32Array;
  /** rows that share a class with row r, r included */
  private readonly neighbours: Int32Array;
  private readonly forbidden: Uint8Array;
  private readonly chosen: number[] = [];
  /** uncovered rows by depth, and scratch for the bound */
  private readonly uncovered: Int32Array;
  private readonly scratch: Int32Array;
  /** pools[d]: classes that may be branched on at depth d, by gain; pools[d+1] is filled at depth d */
  private readonly pools: Int32Array[];
  private readonly poolSizes: number[];
  private readonly gains: Int32Array[] = [];
  private nodes: number;
  private always: number[] | null = null;
  private small = 0;
  private large = 0n;

  constructor(classes: CoverClasses, want: 'first' | 'all', limits: CoverLimits) {
    const { rows, words, count, cover } = classes;
    this.classes = classes;
    this.firstOnly = want === 'first';
    this.listLimit = limits.models;
    this.nodes = limits.nodes;
    this.sizes = sizesOf(classes);
    this.neighbours = new Int32Array(rows * words);
    this.forbidden = new Uint8Array(count);
    this.uncovered = new Int32Array((rows + 2) * words);
    this.scratch = new Int32Array(words);
    this.from = new Int32Array(rows + 1);
    for (let c = 0; c < count; c++) this.eachRow(cover, c * words, (r) => this.from[r + 1]!++);
    for (let r = 0; r < rows; r++) this.from[r + 1]! += this.from[r]!;
    this.list = new Int32Array(this.from[rows]!);
    const next = this.from.slice();
    for (let c = 0; c < count; c++)
      this.eachRow(cover, c * words, (r) => {
        this.list[next[r]!++] = c;
        for (let w = 0; w < words; w++) this.neighbours[r * words + w]! |= cover[c * words + w]!;
      });
    for (let w = 0; w < words; w++) this.uncovered[w] = fullWord(rows, w);
    this.pools = [Int32Array.from({ length: count }, (_, c) => c)];
    this.poolSizes = [count];
  }

  private eachRow(set: Int32Array, at: number, visit: (row: number) => void): void {
    for (let w = 0; w < this.classes.words; w++)
      for (let rest = set[at + w]!; rest !== 0; rest &= rest - 1) visit((w << 5) + 31 - Math.clz32(rest & -rest));
  }

  /** Classes that a cover needs at least. */
  lowerBound(): number {
    return Math.max(this.apart(0, this.classes.rows + 1), Math.ceil(this.classes.rows / this.sizes[0]!));
  }

  /** Uncovered rows at depth of which no two share a class, found greedily; stops above `enough`. */
  private apart(depth: number, enough: number): number {
    const { words } = this.classes;
    const left = this.scratch;
    for (let w = 0; w < words; w++) left[w] = this.uncovered[depth * words + w]!;
    let count = 0;
    for (let w = 0; w < words; w++)
      while (left[w]! !== 0) {
        const r = (w << 5) + 31 - Math.clz32(left[w]! & -left[w]!);
        if (++count > enough) return count;
        for (let x = 0; x < words; x++) left[x]! &= ~this.neighbours[r * words + x]!;
      }
    return count;
  }

  /** Finds the covers of exactly `size` classes; no smaller one exists. */
  run(size: number): void {
    this.search(0, size);
  }

  private search(depth: number, allowed: number): void {
    if (--this.nodes < 0) {
      this.exhausted = true;
      return;
    }
    const { words, cover } = this.classes;
    const here = depth * words;
    const uncovered = this.uncovered;
    let rows = 0;
    for (let w = 0; w < words; w++) rows += popcount(uncovered[here + w]!);
    if (rows > allowed * this.sizes[0]!) return;
    const row = this.rarestRow(here);
    const rowFrom = this.from[row]!;
    const rowTo = this.from[row + 1]!;
    if (allowed === 1) {
      this.finish(here, rows, rowFrom, rowTo);
      return;
    }
    if (this.apart(depth, allowed) > allowed) return;

    const { pool, wide, gainful } = this.narrow(depth, allowed, rows);
    let options: Int32Array = this.list;
    let at = rowFrom;
    let end = rowTo;
    if (wide < rowTo - rowFrom) {
      options = pool;
      at = 0;
      end = wide;
    }
    this.poolSizes[depth + 1] = gainful;
    const below = here + words;
    const tried: number[] = [];
    for (; at < end; at++) {
      const c = options[at]!;
      if (this.forbidden[c]) continue;
      for (let w = 0; w < words; w++) uncovered[below + w] = uncovered[here + w]! & ~cover[c * words + w]!;
      this.chosen.push(c);
      this.search(depth + 1, allowed - 1);
      this.chosen.pop();
      if (this.exhausted || (this.firstOnly && this.found > 0)) break;
      this.forbidden[c] = 1;
      tried.push(c);
    }
    for (const c of tried) this.forbidden[c] = 0;
  }

  /**
   * Candidates at a node, from its parent's: those that gain the average still needed (`wide`, first in the pool), then
   * those that gain what a node further down may need (`gainful` in all). With g the largest gain, a node t levels
   * down has at least rows - t g rows left for allowed - t classes.
   */
  private narrow(depth: number, allowed: number, rows: number): { pool: Int32Array; wide: number; gainful: number } {
    const { words, cover } = this.classes;
    const here = depth * words;
    const parent = this.pools[depth]!;
    const size = this.poolSizes[depth]!;
    this.pools[depth + 1] ??= new Int32Array(this.classes.count);
    this.gains[depth] ??= new Int32Array(this.classes.count);
    const pool = this.pools[depth + 1]!;
    const gains = this.gains[depth]!;
    let most = 0;
    for (let p = 0; p < size; p++) {
      const c = parent[p]!;
      let gain = 0;
      if (this.forbidden[c] === 0)
        for (let w = 0; w < words; w++) gain += popcount(this.uncovered[here + w]! & cover[c * words + w]!);
      gains[p] = gain;
      if (gain > most) most = gain;
    }
    let least = rows;
    for (let t = 1; t <= allowed - 2; t++) least = Math.min(least, Math.ceil((rows - t * most) / (allowed - t)));
    const needed = Math.ceil(rows / allowed);
    least = Math.max(1, Math.min(least, needed));
    let wide = 0;
    for (let p = 0; p < size; p++) if (gains[p]! >= needed) pool[wide++] = parent[p]!;
    let gainful = wide;
    for (let p = 0; p < size; p++) if (gains[p]! >= least && gains[p]! < needed) pool[gainful++] = parent[p]!;
    return { pool, wide, gainful };
  }

  /** The last class must cover all that is left. */
  private finish(here: number, rows: number, rowFrom: number, rowTo: number): void {
    const { words, cover } = this.classes;
    for (let at = rowFrom; at < rowTo; at++) {
      const c = this.list[at]!;
      if (this.sizes[c]! < rows) return;
      if (this.forbidden[c]) continue;
      let left = 0;
      for (let w = 0; w < words; w++) left |= this.uncovered[here + w]! & ~cover[c * words + w]!;
      if (left !== 0) continue;
      this.record(c);
      if (this.firstOnly) return;
    }
  }

  private rarestRow(here: number): number {
    let row = -1;
    let fewest = 0x7fffffff;
    for (let w = 0; w < this.classes.words; w++)
      for (let rest = this.uncovered[here + w]!; rest !== 0; rest &= rest - 1) {
        const r = (w << 5) + 31 - Math.clz32(rest & -rest);
        const options = this.from[r + 1]! - this.from[r]!;
        if (options < fewest) {
          fewest = options;
          row = r;
        }
      }
    return row;
  }

  private record(last: number): void {
    const { start } = this.classes;
    this.found++;
    let ways = start[last + 1]! - start[last]!;
    for (const c of this.chosen) ways *= start[c + 1]! - start[c]!;
    if (ways < 2 ** 52) this.small += ways;
    else this.large += [...this.chosen, last].reduce((product, c) => product * BigInt(start[c + 1]! - start[c]!), 1n);
    if (this.small >= 2 ** 52) {
      this.large += BigInt(this.small);
      this.small = 0;
    }
    if (this.listed.length < this.listLimit) this.listed.push([...this.chosen, last]);
    if (this.always === null) this.always = [...this.chosen, last];
    else if (this.always.length > 0) this.always = this.always.filter((c) => c === last || this.chosen.includes(c));
  }

  /** How many covers of implicants the class covers found stand for. */
  count(): bigint {
    return this.large + BigInt(this.small);
  }

  /** Classes that stand in every cover found. */
  inAll(): readonly number[] {
    return this.always ?? [];
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

/** Every choice of one member per class, for each class cover, up to the limit. */
function expandMembers({ start, members }: CoverClasses, classCovers: readonly number[][], limit: number): number[][] {
  const covers: number[][] = [];
  for (const chosen of classCovers) {
    const pick = (at: number, picked: number[]): boolean => {
      if (covers.length >= limit) return false;
      if (at === chosen.length) {
        covers.push(picked.slice().sort((a, b) => a - b));
        return true;
      }
      const c = chosen[at]!;
      for (let m = start[c]!; m < start[c + 1]!; m++) {
        picked.push(members[m]!);
        const more = pick(at + 1, picked);
        picked.pop();
        if (!more) return false;
      }
      return true;
    };
    if (!pick(0, [])) break;
  }
  return covers;
}
