/** Up to so many rows four binary digits count them. */
const fewRows = 15;
const digits = 32;

/**
 * Which of 32 columns are in at least `least` of some rows: bit i of the answer speaks for column i.
 *
 * All 32 columns are counted at once: the binary digits of the 32 counts stand in words, and adding a row is a carry from
 * digit to digit.
 *
 * @param table   rows of words; column i of a group is bit i of the group's word
 * @param at      index of the group's word in each row, `at[0 .. listed)`
 * @param scratch at least 32 words
 * @param least   1 or more
 */
export function columnsInAtLeast(
  table: Int32Array,
  at: Int32Array,
  listed: number,
  group: number,
  least: number,
  scratch: Int32Array,
): number {
  if (listed > fewRows) return countMany(table, at, listed, group, least, scratch);
  let c0 = 0;
  let c1 = 0;
  let c2 = 0;
  let c3 = 0;
  for (let i = 0; i < listed; i++) {
    const x = table[at[i]! + group]!;
    const x1 = c0 & x;
    const x2 = c1 & x1;
    c0 ^= x;
    c1 ^= x1;
    c3 ^= c2 & x2;
    c2 ^= x2;
  }
  scratch[0] = c0;
  scratch[1] = c1;
  scratch[2] = c2;
  scratch[3] = c3;
  return compare(scratch, 4, least);
}

function countMany(
  table: Int32Array,
  at: Int32Array,
  listed: number,
  group: number,
  least: number,
  scratch: Int32Array,
): number {
  let used = 0;
  for (let i = 0; i < listed; i++) {
    let carry = table[at[i]! + group]!;
    for (let d = 0; carry !== 0; d++) {
      if (d === used) scratch[used++] = 0;
      const sum = scratch[d]!;
      scratch[d] = sum ^ carry;
      carry &= sum;
    }
  }
  return compare(scratch, used, least);
}

/** Columns whose count, given by its binary digits, is at least `least`. */
function compare(counts: Int32Array, used: number, least: number): number {
  if (used < digits && least >> used !== 0) return 0;
  let above = 0;
  let equal = -1;
  for (let d = used - 1; d >= 0; d--) {
    const digit = counts[d]!;
    if ((least >> d) & 1) equal &= digit;
    else {
      above |= equal & digit;
      equal &= ~digit;
    }
  }
  return above | equal;
}
