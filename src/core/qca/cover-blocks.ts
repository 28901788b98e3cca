import { type CoverClasses, reorder } from './cover-classes.ts';

/**
 * Classes sorted under the widest class that contains them. Block b covers the rows cover[b*words ..), those of its widest
 * class; it holds the classes start[b] .. start[b+1], the widest first.
 */
export interface CoverBlocks {
  readonly rows: number;
  readonly words: number;
  readonly count: number;
  readonly cover: Int32Array;
  readonly start: Int32Array;
  /** the classes in order of their blocks */
  readonly classes: CoverClasses;
}

/**
 * One block for each class that no other contains; every other class goes to the first block that contains it.
 *
 * A minimum cover takes at most one class of a block, because two could be replaced by the widest one. So the minimum
 * covers fall apart by the blocks they use, and the widest classes of these blocks are a minimum cover themselves.
 *
 * @param classes widest first
 * Cost: O(classes x rows per class x blocks / 32) at worst; a contained class is mostly found at once.
 */
export function blocksOf(classes: CoverClasses): CoverBlocks {
  const { rows, words, count, cover } = classes;
  // by[r * blockWords ..): the blocks so far that cover row r
  let blockWords = 8;
  let by = new Int32Array(rows * blockWords);
  const owner = new Int32Array(count);
  const widest: number[] = [];
  const rowsOfClass = new Int32Array(rows);
  for (let c = 0; c < count; c++) {
    let size = 0;
    for (let w = 0; w < words; w++)
      for (let rest = cover[c * words + w]!; rest !== 0; rest &= rest - 1)
        rowsOfClass[size++] = (w << 5) + 31 - Math.clz32(rest & -rest);
    let block = -1;
    for (let b = 0, last = (widest.length + 31) >> 5; b < last && block < 0; b++) {
      let inside = -1;
      for (let j = 0; j < size && inside !== 0; j++) inside &= by[rowsOfClass[j]! * blockWords + b]!;
      if (inside !== 0) block = (b << 5) + 31 - Math.clz32(inside & -inside);
    }
    if (block < 0) {
      block = widest.length;
      widest.push(c);
      if (block >> 5 === blockWords) {
        const wider = new Int32Array(rows * blockWords * 2);
        for (let r = 0; r < rows; r++) wider.set(by.subarray(r * blockWords, (r + 1) * blockWords), r * blockWords * 2);
        blockWords *= 2;
        by = wider;
      }
      for (let j = 0; j < size; j++) by[rowsOfClass[j]! * blockWords + (block >> 5)]! |= 1 << (block & 31);
    }
    owner[c] = block;
  }
  const start = new Int32Array(widest.length + 1);
  for (let c = 0; c < count; c++) start[owner[c]! + 1]!++;
  for (let b = 0; b < widest.length; b++) start[b + 1]! += start[b]!;
  const order = new Int32Array(count);
  const next = start.slice();
  for (let c = 0; c < count; c++) order[next[owner[c]!]!++] = c;
  const sorted = reorder(classes, order);
  const widestCover = new Int32Array(widest.length * words);
  for (let b = 0; b < widest.length; b++)
    for (let w = 0; w < words; w++) widestCover[b * words + w] = sorted.cover[start[b]! * words + w]!;
  return { rows, words, count: widest.length, cover: widestCover, start, classes: sorted };
}
