import { columnsInAtLeast } from './bit-counters.ts';
import type { CoverBlocks } from './cover-blocks.ts';
import { fullWord, rowsOf, sizesOf } from './cover-classes.ts';
import { popcount } from './minimal-hitting-sets.ts';

/** What a search may still spend; shared by the searches of one question. */
export interface SearchBudget {
  /** nodes left; below zero the search has given up */
  nodes: number;
  /** called now and then with the share of the present size done; false gives up */
  readonly proceed: (done: number) => boolean;
}

const nodesBetweenReports = 1 << 14;
/** The rarest row is branched on where it has so many times fewer blocks than there are wide ones. */
const rareRowFactor = 3;
/** After so many looks for a last block, blocks are listed by three rows, if that takes no more memory than so many entries. */
const looksWorthTriples = 2000;
const tripleLimit = 1 << 20;

/** Lists of blocks by key: list[from[key] .. from[key+1]), widest first. */
interface BlockLists {
  readonly from: Int32Array;
  readonly list: Int32Array;
}

/** Blocks that may still be taken below a depth, by falling gain at the node above. */
interface Pool {
  size: number;
  blocks: Int32Array;
  gains: Uint16Array;
  covers: Int32Array;
  /** the positions of the pool by the row they cover, in `rowWords` words a row; written where the last two blocks are sought */
  byRow: Int32Array;
  rowWords: number;
}

/**
 * Every set of exactly so many blocks that covers all rows, each once, provided that no smaller one does.
 *
 * At each node, with u rows uncovered and r blocks allowed, every cover must contain a block from each of two lists: those
 * that hold the rarest uncovered row, and those that gain at least u/r rows. The second is branched on, widest gain first,
 * unless the first is much shorter; a block tried is forbidden beside its later siblings, so each cover appears exactly
 * once, and what is left to gain shrinks from sibling to sibling. A branch ends when no block gains u/r rows, or when more
 * than r uncovered rows share no block pairwise. The last two blocks are a loop: the wider one from the pool of the
 * node above, 32 candidates at a time, the other from the blocks that hold the rarest rows left.
 */
export class CoverSearch {
  private readonly blocks: CoverBlocks;
  private readonly budget: SearchBudget;
  private readonly widest: number;
  private readonly perRow: BlockLists;
  private triples: BlockLists | null = null;
  private looks = 0;
  /** share of the first branchings done */
  private done = 0;
  /** rows that share a block with row r, r included */
  private readonly neighbours: Int32Array;
  /** the depth that forbade a block, plus one; 0 where it is allowed */
  private readonly forbidden: Uint16Array;
  private chosen = new Int32Array(0);
  private visit: (chosen: Int32Array) => void = () => {};
  /** uncovered rows by depth, and what the last block must cover */
  private readonly uncovered: Int32Array;
  private readonly last: Int32Array;
  private readonly pools: Pool[];
  private readonly scratch: {
    readonly words: Int32Array;
    readonly rows: Int32Array;
    readonly wanted: Int32Array;
    readonly gains: Uint16Array;
    readonly starts: Int32Array;
    readonly tried: Int32Array;
    readonly digits: Int32Array;
  };

  /** @param blocks widest first, covering every row together */
  constructor(blocks: CoverBlocks, budget: SearchBudget) {
    const { rows, words, count, cover } = blocks;
    this.blocks = blocks;
    this.budget = budget;
    const sizes = sizesOf(blocks);
    this.widest = sizes[0]!;
    this.forbidden = new Uint16Array(count);
    this.uncovered = new Int32Array((rows + 2) * words);
    for (let w = 0; w < words; w++) this.uncovered[w] = fullWord(rows, w);
    this.last = new Int32Array(words);
    this.perRow = listBy(blocks, rows, (of, put) => {
      for (const r of of) put(r);
    });
    this.neighbours = new Int32Array(rows * words);
    for (let r = 0; r < rows; r++)
      for (let at = this.perRow.from[r]!; at < this.perRow.from[r + 1]!; at++)
        for (let w = 0; w < words; w++) this.neighbours[r * words + w]! |= cover[this.perRow.list[at]! * words + w]!;
    this.scratch = {
      words: new Int32Array(words),
      rows: new Int32Array(rows),
      wanted: new Int32Array(rows),
      gains: new Uint16Array(count),
      starts: new Int32Array(rows + 2),
      tried: new Int32Array(count),
      digits: new Int32Array(32),
    };
    const all: Pool = {
      size: count,
      blocks: Int32Array.from({ length: count }, (_, b) => b),
      gains: Uint16Array.from(sizes),
      covers: cover,
      byRow: new Int32Array(0),
      rowWords: 0,
    };
    this.pools = [all];
    this.writeByRow(all);
  }

  /** Blocks that a cover needs at least. */
  lowerBound(): number {
    return Math.max(this.apart(0, this.blocks.rows + 1), Math.ceil(this.blocks.rows / this.widest));
  }

  /**
   * Visits the covers of exactly `size` blocks; the buffer of the visit is ours.
   *
   * @returns false if the budget ran out
   */
  run(size: number, visit: (chosen: Int32Array) => void): boolean {
    this.chosen = new Int32Array(size);
    this.visit = visit;
    if (size === 1) this.finish(0, this.uncovered);
    else if (size === 2) this.pair(0, 0, this.blocks.rows);
    else this.search(0, size);
    return this.budget.nodes >= 0;
  }

  /** Uncovered rows at depth of which no two share a block, found greedily; stops above `enough`. */
  private apart(depth: number, enough: number): number {
    const { words } = this.blocks;
    const left = this.scratch.words;
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

  /** Counts a node; true if the search has to end here. */
  private isSpent(): boolean {
    const { budget } = this;
    if (--budget.nodes < 0) return true;
    if (budget.nodes % nodesBetweenReports === 0 && !budget.proceed(this.done)) budget.nodes = -1;
    return budget.nodes < 0;
  }

  /** A node that allows three blocks or more. */
  private search(depth: number, allowed: number): void {
    if (this.isSpent()) return;
    const { words, cover } = this.blocks;
    const here = depth * words;
    const below = here + words;
    const { uncovered, forbidden } = this;
    let rows = 0;
    for (let w = 0; w < words; w++) rows += popcount(uncovered[here + w]!);
    const wide = this.narrow(depth, allowed, rows);
    if (wide === 0 || this.apart(depth, allowed) > allowed) return;
    const pool = this.pools[depth + 1]!;
    if (allowed === 3) this.writeByRow(pool);
    const { from, list } = this.perRow;
    const row = this.rarestRow(here);
    const isRare = (from[row + 1]! - from[row]!) * rareRowFactor < wide;
    const options = isRare ? list : pool.blocks;
    const first = isRare ? from[row]! : 0;
    const end = isRare ? from[row + 1]! : wide;
    const mark = depth + 1;
    let at = first;
    for (; at < end && this.budget.nodes >= 0; at++) {
      if (depth === 0) this.done = (at - first) / (end - first);
      const b = options[at]!;
      if (forbidden[b] !== 0) continue;
      let left = 0;
      for (let w = 0; w < words; w++) {
        const word = uncovered[here + w]! & ~cover[b * words + w]!;
        uncovered[below + w] = word;
        left += popcount(word);
      }
      this.chosen[depth] = b;
      // In the pool's order, those before are forbidden: the pair below need not look at them.
      if (allowed === 3) this.pair(depth + 1, isRare ? 0 : at + 1, left);
      else this.search(depth + 1, allowed - 1);
      forbidden[b] = mark;
    }
    for (let t = first; t < at; t++) if (forbidden[options[t]!] === mark) forbidden[options[t]!] = 0;
  }

  /**
   * Fills the pool below a node: of the pool above, the blocks that may still be the widest of a node, by falling gain.
   *
   * @returns how many of them, at the front, gain the average still needed
   */
  private narrow(depth: number, allowed: number, rows: number): number {
    const { words } = this.blocks;
    const { uncovered, forbidden } = this;
    const { gains, starts } = this.scratch;
    const above = this.pools[depth]!;
    const here = depth * words;
    const first = uncovered[here]!;
    const needed = Math.ceil(rows / allowed);
    starts.fill(0);
    let most = 0;
    let least = 1;
    let size = 0;
    for (; size < above.size && above.gains[size]! >= least; size++) {
      let gain = 0;
      if (forbidden[above.blocks[size]!] === 0) {
        gain = popcount(above.covers[size * words]! & first);
        for (let w = 1; w < words; w++) gain += popcount(above.covers[size * words + w]! & uncovered[here + w]!);
      }
      gains[size] = gain;
      starts[gain]!++;
      if (gain > most) most = gain;
      // A gain is never above the one before, and these fall: so no later gain exceeds the larger of the two.
      if (size % 16 === 0) least = leastGain(rows, allowed, Math.max(most, above.gains[size]!));
    }
    if (most < needed) return 0;
    least = leastGain(rows, allowed, most);
    let kept = 0;
    let wide = 0;
    for (let gain = most; gain >= least; gain--) {
      const having = starts[gain]!;
      starts[gain] = kept;
      kept += having;
      if (gain >= needed) wide = kept;
    }
    const pool = this.poolOf(depth + 1, kept);
    for (let p = 0; p < size; p++) {
      const gain = gains[p]!;
      if (gain < least) continue;
      const place = starts[gain]!++;
      pool.blocks[place] = above.blocks[p]!;
      pool.gains[place] = gain;
      for (let w = 0; w < words; w++) pool.covers[place * words + w] = above.covers[p * words + w]!;
    }
    return wide;
  }

  private poolOf(depth: number, size: number): Pool {
    const pool = this.pools[depth];
    if (pool !== undefined && pool.blocks.length >= size) {
      pool.size = size;
      return pool;
    }
    const room = Math.min(this.blocks.count, 2 * size);
    const fresh: Pool = {
      size,
      blocks: new Int32Array(room),
      gains: new Uint16Array(room),
      covers: new Int32Array(room * this.blocks.words),
      byRow: new Int32Array(0),
      rowWords: 0,
    };
    this.pools[depth] = fresh;
    return fresh;
  }

  private writeByRow(pool: Pool): void {
    const { words, rows } = this.blocks;
    const rowWords = (pool.size + 31) >> 5;
    pool.rowWords = rowWords;
    if (pool.byRow.length < rows * rowWords) pool.byRow = new Int32Array(rows * rowWords);
    else pool.byRow.fill(0, 0, rows * rowWords);
    for (let at = 0; at < pool.size; at++)
      for (let w = 0; w < words; w++)
        for (let rest = pool.covers[at * words + w]!; rest !== 0; rest &= rest - 1)
          pool.byRow[((w << 5) + 31 - Math.clz32(rest & -rest)) * rowWords + (at >> 5)]! |= 1 << (at & 31);
  }

  /** The last two blocks: one that covers half of what is left or more, from the pool at `depth`, and all it can go with. */
  private pair(depth: number, poolFrom: number, left: number): void {
    if (this.isSpent()) return;
    const { words, cover } = this.blocks;
    const { uncovered, forbidden } = this;
    const last = this.last;
    const { rows, tried, digits } = this.scratch;
    const here = depth * words;
    const { blocks, gains, byRow, rowWords } = this.pools[depth]!;
    const half = (left + 1) >> 1;
    let listed = 0;
    for (let w = 0; w < words; w++)
      for (let rest = uncovered[here + w]!; rest !== 0; rest &= rest - 1)
        rows[listed++] = ((w << 5) + 31 - Math.clz32(rest & -rest)) * rowWords;
    let triedCount = 0;
    for (let group = poolFrom >> 5; group < rowWords && gains[group << 5]! >= half; group++) {
      let hits = columnsInAtLeast(byRow, rows, listed, group, half, digits);
      if (group === poolFrom >> 5) hits &= -1 << (poolFrom & 31);
      for (; hits !== 0; hits &= hits - 1) {
        const b = blocks[(group << 5) + 31 - Math.clz32(hits & -hits)]!;
        if (forbidden[b] !== 0) continue;
        for (let w = 0; w < words; w++) last[w] = uncovered[here + w]! & ~cover[b * words + w]!;
        this.chosen[depth] = b;
        forbidden[b] = depth + 1;
        tried[triedCount++] = b;
        this.finish(depth + 1, last);
      }
    }
    for (let t = 0; t < triedCount; t++) forbidden[tried[t]!] = 0;
  }

  /** The last block must cover all that is left. */
  private finish(depth: number, left: Int32Array): void {
    const { words, rows } = this.blocks;
    const { wanted } = this.scratch;
    let listed = 0;
    for (let w = 0; w < words; w++)
      for (let rest = left[w]!; rest !== 0; rest &= rest - 1)
        wanted[listed++] = (w << 5) + 31 - Math.clz32(rest & -rest);
    if (listed >= 3 && this.triples !== null)
      this.finishByTriple(depth, left, (wanted[0]! * rows + wanted[1]!) * rows + wanted[2]!);
    else this.finishByRows(depth, listed);
  }

  /** Tries the blocks that hold three given rows: few, for the lowest rows are the rarest. */
  private finishByTriple(depth: number, left: Int32Array, key: number): void {
    const { words, cover } = this.blocks;
    const { from, list } = this.triples!;
    const first = left[0]!;
    for (let at = from[key]!, end = from[key + 1]!; at < end; at++) {
      const b = list[at]!;
      let missing = first & ~cover[b * words]!;
      for (let w = 1; w < words; w++) missing |= left[w]! & ~cover[b * words + w]!;
      if (missing !== 0 || this.forbidden[b] !== 0) continue;
      this.chosen[depth] = b;
      this.visit(this.chosen);
    }
  }

  private finishByRows(depth: number, listed: number): void {
    if (++this.looks === looksWorthTriples) this.triples = listByTriples(this.blocks);
    const { wanted } = this.scratch;
    const { byRow, rowWords } = this.pools[0]!;
    for (let group = 0; group < rowWords; group++) {
      let hits = -1;
      for (let i = 0; i < listed && hits !== 0; i++) hits &= byRow[wanted[i]! * rowWords + group]!;
      for (; hits !== 0; hits &= hits - 1) {
        const b = (group << 5) + 31 - Math.clz32(hits & -hits);
        if (this.forbidden[b] !== 0) continue;
        this.chosen[depth] = b;
        this.visit(this.chosen);
      }
    }
  }

  private rarestRow(here: number): number {
    const { from } = this.perRow;
    let row = -1;
    let fewest = 0x7fffffff;
    for (let w = 0; w < this.blocks.words; w++)
      for (let rest = this.uncovered[here + w]!; rest !== 0; rest &= rest - 1) {
        const r = (w << 5) + 31 - Math.clz32(rest & -rest);
        const options = from[r + 1]! - from[r]!;
        if (options < fewest) {
          fewest = options;
          row = r;
        }
      }
    return row;
  }
}

/**
 * Gain that a block needs at least to be the widest of a node at or below one with so many rows and blocks allowed: t
 * levels down, at least rows - t most are left for allowed - t blocks.
 */
function leastGain(rows: number, allowed: number, most: number): number {
  let least = Math.ceil(rows / allowed);
  for (let t = 1; t <= allowed - 2; t++) least = Math.min(least, Math.ceil((rows - t * most) / (allowed - t)));
  return Math.max(1, least);
}

/** The blocks by each three rows that they cover; null where that would take too much memory. */
function listByTriples(blocks: CoverBlocks): BlockLists | null {
  const { rows, count } = blocks;
  if (rows ** 3 > tripleLimit) return null;
  const sizes = sizesOf(blocks);
  let entries = 0;
  for (let b = 0; b < count; b++) entries += (sizes[b]! * (sizes[b]! - 1) * (sizes[b]! - 2)) / 6;
  if (entries > tripleLimit) return null;
  return listBy(blocks, rows ** 3, (of, put) => {
    for (let i = 0; i < of.length; i++)
      for (let j = i + 1; j < of.length; j++)
        for (let k = j + 1; k < of.length; k++) put((of[i]! * rows + of[j]!) * rows + of[k]!);
  });
}

/** Lists of the blocks by key; `keysOf` puts the keys of a block, given its rows. */
function listBy(
  { words, count, cover }: CoverBlocks,
  keys: number,
  keysOf: (rows: readonly number[], put: (key: number) => void) => void,
): BlockLists {
  const rows = Array.from({ length: count }, (_, b) => rowsOf(cover, b * words, words));
  const from = new Int32Array(keys + 1);
  for (const of of rows)
    keysOf(of, (key) => {
      from[key + 1]!++;
    });
  for (let key = 0; key < keys; key++) from[key + 1]! += from[key]!;
  const list = new Int32Array(from[keys]!);
  const next = from.slice(0, keys);
  rows.forEach((of, b) => {
    keysOf(of, (key) => {
      list[next[key]!++] = b;
    });
  });
  return { from, list };
}
