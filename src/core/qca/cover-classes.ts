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

/** Word w of the set of all rows. */
export const fullWord = (rows: number, w: number): number => (rows >= (w + 1) * 32 ? -1 : (1 << (rows & 31)) - 1);

/** The rows of one set, ascending. */
export function rowsOf(cover: Int32Array, at: number, words: number): number[] {
  const rows: number[] = [];
  for (let w = 0; w < words; w++)
    for (let rest = cover[at + w]!; rest !== 0; rest &= rest - 1) rows.push((w << 5) + 31 - Math.clz32(rest & -rest));
  return rows;
}

/** How many rows each class covers. */
export function sizesOf({ words, count, cover }: Pick<CoverClasses, 'words' | 'count' | 'cover'>): Int32Array {
  const sizes = new Int32Array(count);
  for (let c = 0; c < count; c++) for (let w = 0; w < words; w++) sizes[c]! += popcount(cover[c * words + w]!);
  return sizes;
}

/** The classes in order of the rows they cover, most first; ties as before. */
export function sortWidestFirst(classes: CoverClasses): CoverClasses {
  const { rows, count } = classes;
  const sizes = sizesOf(classes);
  const first = new Int32Array(rows + 2);
  for (let c = 0; c < count; c++) first[rows - sizes[c]! + 1]!++;
  for (let s = 0; s <= rows; s++) first[s + 1]! += first[s]!;
  const order = new Int32Array(count);
  for (let c = 0; c < count; c++) order[first[rows - sizes[c]!]!++] = c;
  return reorder(classes, order);
}

/** The same classes in another order: class order[at] comes to stand at `at`. */
export function reorder(classes: CoverClasses, order: Int32Array): CoverClasses {
  const { words, count, cover, start, members } = classes;
  const sorted = new Int32Array(count * words);
  const sortedStart = new Int32Array(count + 1);
  const sortedMembers = new Int32Array(members.length);
  for (let at = 0, next = 0; at < count; at++) {
    const c = order[at]!;
    for (let w = 0; w < words; w++) sorted[at * words + w] = cover[c * words + w]!;
    for (let m = start[c]!; m < start[c + 1]!; m++) sortedMembers[next++] = members[m]!;
    sortedStart[at + 1] = next;
  }
  return { ...classes, cover: sorted, start: sortedStart, members: sortedMembers };
}

/**
 * Drops every row that is covered whenever another kept row is: its classes include all classes of the other. The rest
 * stand in order of rarity, so that the lowest bits of a set are its rarest rows.
 */
export function keepRareRows(classes: CoverClasses): CoverClasses {
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
  const having = Int32Array.from({ length: rows }, (_, r) => {
    let n = 0;
    for (let w = 0; w < classWords; w++) n += popcount(by[r * classWords + w]!);
    return n;
  });
  kept.sort((a, b) => having[a]! - having[b]! || a - b);
  const keptWords = Math.max(1, (kept.length + 31) >> 5);
  const narrow = new Int32Array(count * keptWords);
  kept.forEach((r, at) => {
    for (let c = 0; c < count; c++)
      if (cover[c * words + (r >> 5)]! & (1 << (r & 31))) narrow[c * keptWords + (at >> 5)]! |= 1 << (at & 31);
  });
  if (kept.length === rows) return { ...classes, cover: narrow };
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
