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

/** Groups implicants by the rows they cover; classes in order of their first member. Cost O(count words). */
export function groupByCover({ rows, words, count, cover }: Chart): CoverClasses {
  const classOf = new Int32Array(count);
  const firsts: number[] = [];
  const sizes: number[] = [];
  const known = new Map<number | string, number>();
  for (let j = 0; j < count; j++) {
    const key = words === 1 ? cover[j]! : cover.subarray(j * words, (j + 1) * words).join();
    let c = known.get(key);
    if (c === undefined) {
      c = firsts.length;
      known.set(key, c);
      firsts.push(j);
      sizes.push(0);
    }
    classOf[j] = c;
    sizes[c]!++;
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
 * enumerated over classes and counted by products of class sizes, without listing. Depth-limited search from a lower
 * bound upwards: branch on the uncovered row with the fewest classes, forbid classes already tried beside it (each
 * cover appears once), leave when more classes are needed than allowed, by the larger of two bounds: uncovered rows
 * over the widest class, and rows no class shares. Row constraints implied by others are dropped; dominated
 * implicants are dropped only while the size is sought, never while models are enumerated.
 *
 * If the search exceeds its nodes after the size is known, the count comes from inclusion and exclusion over at most 22 rows.
 *
 * Cost: exponential in the worst case (set cover), within `limits.nodes`.
 * Source: Quine 1955, McCluskey 1956; inclusion and exclusion: Björklund, Husfeldt, Koivisto 2009, doi:10.1137/070683933.
 */
export function findMinimumCovers(chart: Chart, limits: CoverLimits): MinimumCovers {
  const nothing = { covers: [], essential: [], sizeExact: true, countExact: true } as const;
  if (chart.rows === 0) return { ...nothing, size: 0, lowerBound: 0, count: 1n, covers: [[]] };
  const classes = reduceRows(groupByCover(chart));
  const { words, rows } = classes;
  const all = new Int32Array(words);
  for (let r = 0; r < rows; r++) all[r >> 5]! |= 1 << (r & 31);
  const reachable = new Int32Array(words);
  for (let c = 0; c < classes.count; c++)
    for (let w = 0; w < words; w++) reachable[w]! |= classes.cover[c * words + w]!;
  for (let w = 0; w < words; w++)
    if (reachable[w] !== all[w]) return { ...nothing, size: -1, lowerBound: -1, count: 0n };

  const widest = keepMaximal(classes);
  const greedy = greedyCover(widest);
  let size = new CoverSearch(widest, 'first', limits).bound(all);
  for (; size < greedy.length; size++) {
    const search = new CoverSearch(widest, 'first', limits);
    search.run(all, size);
    if (search.found > 0) break;
    if (search.exhausted) {
      const one = greedy.map((c) => classes.members[classes.start[widest.members[c]!]!]!).sort((a, b) => a - b);
      return {
        size: one.length,
        sizeExact: false,
        lowerBound: size,
        count: 1n,
        countExact: false,
        covers: [one],
        essential: [],
      };
    }
  }

  const search = new CoverSearch(classes, 'all', limits);
  search.run(all, size);
  const covers = expandMembers(classes, search.listed, limits.models);
  let { count } = search;
  let essential = search.inAll();
  const recount = search.exhausted && rows <= inclusionExclusionRows;
  if (recount) {
    count = countByInclusionExclusion(classes, size, -1);
    essential = essential.filter((c) => countByInclusionExclusion(classes, size, c) === 0n);
  }
  const { start, members } = classes;
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

/** One depth-limited enumeration of covers over classes: the first one only, or all. */
class CoverSearch {
  readonly listed: number[][] = [];
  found = 0;
  count = 0n;
  exhausted = false;
  private readonly classes: CoverClasses;
  private readonly want: 'first' | 'all';
  private readonly listLimit: number;
  /** classes that cover row r, the widest first */
  private readonly rowClasses: number[][];
  /** rows that share a class with row r, r included */
  private readonly neighbours: Int32Array;
  private readonly widest: number;
  private readonly forbidden: Uint8Array;
  private readonly chosen: number[] = [];
  private nodes: number;
  private always: Set<number> | null = null;

  constructor(classes: CoverClasses, want: 'first' | 'all', limits: CoverLimits) {
    const { rows, words, count, cover } = classes;
    this.classes = classes;
    this.want = want;
    this.listLimit = limits.models;
    this.nodes = limits.nodes;
    this.rowClasses = Array.from({ length: rows }, () => []);
    this.neighbours = new Int32Array(rows * words);
    this.forbidden = new Uint8Array(count);
    const sizes = new Int32Array(count);
    for (let c = 0; c < count; c++) {
      for (let w = 0; w < words; w++) sizes[c]! += popcount(cover[c * words + w]!);
      for (let r = 0; r < rows; r++)
        if (cover[c * words + (r >> 5)]! & (1 << (r & 31))) {
          this.rowClasses[r]!.push(c);
          for (let w = 0; w < words; w++) this.neighbours[r * words + w]! |= cover[c * words + w]!;
        }
    }
    this.widest = sizes.reduce((most, size) => Math.max(most, size), 1);
    for (const options of this.rowClasses) options.sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  }

  /** Classes still needed at least: rows over the widest class, or rows of which no two share a class. */
  bound(uncovered: Int32Array): number {
    const { words } = this.classes;
    let rows = 0;
    for (let w = 0; w < words; w++) rows += popcount(uncovered[w]!);
    const left = uncovered.slice();
    let apart = 0;
    for (let w = 0; w < words; w++)
      while (left[w]! !== 0) {
        const r = (w << 5) + 31 - Math.clz32(left[w]! & -left[w]!);
        apart++;
        for (let x = 0; x < words; x++) left[x]! &= ~this.neighbours[r * words + x]!;
      }
    return Math.max(apart, Math.ceil(rows / this.widest));
  }

  /** Finds the covers of exactly `size` classes; no smaller one exists. */
  run(uncovered: Int32Array, size: number): void {
    this.search(uncovered, size, 1n);
  }

  private search(uncovered: Int32Array, allowed: number, ways: bigint): void {
    if (--this.nodes < 0) {
      this.exhausted = true;
      return;
    }
    if (allowed > 1 && this.bound(uncovered) > allowed) return;
    const { words, cover, start } = this.classes;
    const tried: number[] = [];
    for (const c of this.rowClasses[this.rarestRow(uncovered)]!) {
      if (this.forbidden[c]) continue;
      const left = new Int32Array(words);
      let any = 0;
      for (let w = 0; w < words; w++) any |= left[w] = uncovered[w]! & ~cover[c * words + w]!;
      const here = ways * BigInt(start[c + 1]! - start[c]!);
      this.chosen.push(c);
      if (any === 0) this.record(here);
      else if (allowed > 1) this.search(left, allowed - 1, here);
      this.chosen.pop();
      if (this.exhausted || (this.want === 'first' && this.found > 0)) break;
      this.forbidden[c] = 1;
      tried.push(c);
    }
    for (const c of tried) this.forbidden[c] = 0;
  }

  private rarestRow(uncovered: Int32Array): number {
    let row = -1;
    let fewest = Infinity;
    for (let w = 0; w < uncovered.length; w++)
      for (let rest = uncovered[w]!; rest !== 0; rest &= rest - 1) {
        const r = (w << 5) + 31 - Math.clz32(rest & -rest);
        const options = this.rowClasses[r]!.length;
        if (options < fewest) {
          fewest = options;
          row = r;
        }
      }
    return row;
  }

  private record(ways: bigint): void {
    this.found++;
    this.count += ways;
    if (this.listed.length < this.listLimit) this.listed.push(this.chosen.slice());
    if (this.always === null) this.always = new Set(this.chosen);
    else for (const c of this.always) if (!this.chosen.includes(c)) this.always.delete(c);
  }

  /** Classes that stand in every cover found. */
  inAll(): number[] {
    return [...(this.always ?? [])];
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
