import type { CoverBlocks } from './cover-blocks.ts';
import { type CoverClasses, sizesOf } from './cover-classes.ts';
import type { SearchBudget } from './cover-search.ts';
import { popcount } from './minimal-hitting-sets.ts';

/**
 * The covers of implicants that a minimum cover of blocks stands for: one class from each block, one implicant from each
 * class. A class fits if it covers the rows that only its block reaches; the rows that several blocks reach (few) must each
 * be covered by one of the classes taken.
 *
 * `lookUp` a cover first; the other methods then speak of that one. Counting spends a node of the budget per step; a count
 * that ran out of it is too small.
 */
export class BlockMembers {
  private readonly budget: SearchBudget;
  private readonly classes: CoverClasses;
  private readonly blocks: CoverBlocks;
  /** implicants and rows of each class */
  private readonly ways: Int32Array;
  private readonly widths: Int32Array;
  /** rows that several blocks of the cover reach, and at i those that blocks i.. reach */
  private readonly shared: Int32Array;
  private readonly once: Int32Array;
  private reach = new Int32Array(0);
  /** classes that fit in block i of the cover: fitting[from[i] .. from[i+1]), widest first */
  private from = new Int32Array(0);
  private fitting = new Int32Array(64);
  /** shared rows still uncovered before block i is chosen from */
  private left = new Int32Array(0);

  constructor(blocks: CoverBlocks, budget: SearchBudget) {
    const { classes } = blocks;
    this.budget = budget;
    this.classes = classes;
    this.blocks = blocks;
    this.ways = Int32Array.from({ length: classes.count }, (_, c) => classes.start[c + 1]! - classes.start[c]!);
    this.widths = sizesOf(classes);
    this.once = new Int32Array(blocks.words);
    this.shared = new Int32Array(blocks.words);
  }

  lookUp(cover: Int32Array): void {
    const { words, start, cover: blockCover } = this.blocks;
    const once = this.once;
    const shared = this.shared;
    const widths = this.widths;
    const classCover = this.classes.cover;
    const m = cover.length;
    if (this.from.length !== m + 1) {
      this.from = new Int32Array(m + 1);
      this.reach = new Int32Array((m + 1) * words);
      this.left = new Int32Array((m + 1) * words);
    }
    once.fill(0);
    shared.fill(0);
    for (let i = 0; i < m; i++)
      for (let w = 0; w < words; w++) {
        const word = blockCover[cover[i]! * words + w]!;
        shared[w]! |= once[w]! & word;
        once[w]! |= word;
      }
    let size = 0;
    for (let i = 0; i < m; i++) {
      const b = cover[i]!;
      this.from[i] = size;
      if (size + start[b + 1]! - start[b]! > this.fitting.length) {
        const longer = new Int32Array(2 * (size + start[b + 1]! - start[b]!));
        longer.set(this.fitting);
        this.fitting = longer;
      }
      const ownFirst = blockCover[b * words]! & ~shared[0]!;
      let own = popcount(ownFirst);
      for (let w = 1; w < words; w++) own += popcount(blockCover[b * words + w]! & ~shared[w]!);
      for (let c = start[b]!, end = start[b + 1]!; c < end && widths[c]! >= own; c++) {
        let missing = ownFirst & ~classCover[c * words]!;
        for (let w = 1; w < words; w++)
          missing |= blockCover[b * words + w]! & ~shared[w]! & ~classCover[c * words + w]!;
        if (missing === 0) this.fitting[size++] = c;
      }
    }
    this.from[m] = size;
    for (let i = m - 1; i >= 0; i--)
      for (let w = 0; w < words; w++)
        this.reach[i * words + w] =
          this.reach[(i + 1) * words + w]! | (blockCover[cover[i]! * words + w]! & shared[w]!);
    for (let w = 0; w < words; w++) this.left[w] = shared[w]!;
  }

  /** How many covers there are; null where they are too many to count exactly in a double. */
  count(): number | null {
    let most = 1;
    for (let i = 0; i + 1 < this.from.length; i++) {
      let sum = 0;
      for (let at = this.from[i]!; at < this.from[i + 1]!; at++) sum += this.ways[this.fitting[at]!]!;
      most *= sum;
    }
    return most < 2 ** 52 ? this.countFrom(0) : null;
  }

  /** The same for any number. */
  countExactly(): bigint {
    return this.countExactlyFrom(0);
  }

  /** The implicants that stand in every one of the covers. */
  always(): number[] {
    const { start, members } = this.classes;
    const found: number[] = [];
    for (let i = 0; i + 1 < this.from.length; i++) {
      const c = this.fitting[this.from[i]!]!;
      if (this.from[i + 1]! - this.from[i]! === 1 && this.ways[c] === 1) found.push(members[start[c]!]!);
    }
    return found;
  }

  /** Adds the covers to `out`, until it holds `limit`. */
  list(out: number[][], limit: number): void {
    this.listFrom(0, [], out, limit);
  }

  /** Cover number n, from 0. */
  cover(n: bigint): number[] {
    const { start, members } = this.classes;
    const taken: number[] = [];
    let rest = n;
    for (let i = 0; i + 1 < this.from.length; i++)
      for (let at = this.from[i]!; at < this.from[i + 1]!; at++) {
        const c = this.fitting[at]!;
        if (!this.step(i, c)) continue;
        const below = this.countExactlyFrom(i + 1);
        const here = below * BigInt(this.ways[c]!);
        if (rest < here) {
          taken.push(members[start[c]! + Number(rest / below)]!);
          rest %= below;
          break;
        }
        rest -= here;
      }
    return taken.sort((a, b) => a - b);
  }

  /** Takes a class from block i: writes what then is left; false if later blocks cannot reach that. */
  private step(i: number, c: number): boolean {
    const { words } = this.blocks;
    const { left, reach } = this;
    const here = i * words;
    const next = here + words;
    let lost = 0;
    for (let w = 0; w < words; w++) {
      const word = left[here + w]! & ~this.classes.cover[c * words + w]!;
      left[next + w] = word;
      lost |= word & ~reach[next + w]!;
    }
    return lost === 0;
  }

  private countFrom(i: number): number {
    if (i + 1 === this.from.length) return 1;
    this.budget.nodes--;
    let total = 0;
    for (let at = this.from[i]!, end = this.from[i + 1]!; at < end && this.budget.nodes >= 0; at++) {
      const c = this.fitting[at]!;
      if (this.step(i, c)) total += this.ways[c]! * this.countFrom(i + 1);
    }
    return total;
  }

  private countExactlyFrom(i: number): bigint {
    if (i + 1 === this.from.length) return 1n;
    this.budget.nodes--;
    let total = 0n;
    for (let at = this.from[i]!, end = this.from[i + 1]!; at < end && this.budget.nodes >= 0; at++) {
      const c = this.fitting[at]!;
      if (this.step(i, c)) total += BigInt(this.ways[c]!) * this.countExactlyFrom(i + 1);
    }
    return total;
  }

  private listFrom(i: number, taken: readonly number[], out: number[][], limit: number): void {
    if (i + 1 === this.from.length) {
      out.push(taken.toSorted((a, b) => a - b));
      return;
    }
    const { start, members } = this.classes;
    for (let at = this.from[i]!; at < this.from[i + 1]!; at++) {
      const c = this.fitting[at]!;
      for (let m = start[c]!; m < start[c + 1]! && out.length < limit; m++)
        if (this.step(i, c)) this.listFrom(i + 1, [...taken, members[m]!], out, limit);
    }
  }
}
