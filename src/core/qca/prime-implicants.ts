import { CoreError } from '../errors.ts';
import { type Condition, silentLevel } from './conditions.ts';
import { type Cube, cubeContains, free } from './cubes.ts';
import { enumerateMinimalHittingSets } from './minimal-hitting-sets.ts';

export interface PrimeImplicantLimits {
  /** stop after this many; the list is then marked incomplete */
  readonly primeImplicants: number;
}

const implicantsBetweenReports = 1 << 14;

/**
 * Prime implicants as flat arrays. Implicant j keeps the conditions in `care[j*careWords ..]` (bit i = condition i)
 * at the values that positive row `owner[j]` has, and covers the positive rows in `cover[j*coverWords ..]`.
 */
export interface PrimeImplicants {
  readonly count: number;
  readonly careWords: number;
  readonly care: Int32Array;
  readonly owner: Int32Array;
  readonly coverWords: number;
  readonly cover: Int32Array;
  /** false if a limit or the caller stopped the search: there may be others */
  readonly complete: boolean;
}

/**
 * All prime implicants that cover at least one positive row: products true of a positive row, true of no
 * configuration in the negative cubes, that lose the latter with any literal.
 *
 * A product true of row p excludes cube n iff it keeps a literal in which p and n conflict, so the implicants of p
 * are the minimal hitting sets of its conflict sets, over all n. Neither 2^k rows nor remainders ever appear.
 *
 * @param positives  distinct configurations, no -1
 * @param negatives  cubes that no implicant may touch; none of them holds a positive row
 * @param conditions the k conditions; level 2 of a temporal one holds no literal
 * @param limits     see above
 * @param proceed    called for every positive row done, and now and then between, with the share done and the number found;
 *   false stops
 * @returns each implicant once (owned by the first positive row it covers), in no particular order
 * @throws contradictory-configurations if a positive row lies in a negative cube (`details`: their indices)
 * Cost: per positive row O(|N| k + |N|^2 k/32) to set up, then proportional to the nodes of the search.
 */
export function findPrimeImplicants(
  positives: readonly Cube[],
  negatives: readonly Cube[],
  conditions: readonly Condition[],
  limits: PrimeImplicantLimits,
  proceed: (done: number, found: number) => boolean = () => true,
): PrimeImplicants {
  const k = conditions.length;
  const careWords = Math.max(1, (k + 31) >> 5);
  const coverWords = Math.max(1, (positives.length + 31) >> 5);
  const temporal = conditions.map((condition) => condition.type === 'temporal');

  let capacity = 256;
  let care = new Int32Array(capacity * careWords);
  let owner = new Int32Array(capacity);
  let cover = new Int32Array(capacity * coverWords);
  let count = 0;
  let complete = true;
  const grow = () => {
    capacity *= 2;
    const wider = (old: Int32Array, words: number) => {
      const fresh = new Int32Array(capacity * words);
      fresh.set(old);
      return fresh;
    };
    care = wider(care, careWords);
    owner = wider(owner, 1);
    cover = wider(cover, coverWords);
  };

  const masks = new Int32Array(negatives.length * careWords);
  const agrees = new Int32Array(k * coverWords);
  const everyPositive = new Int32Array(coverWords);
  for (let q = 0; q < positives.length; q++) everyPositive[q >> 5]! |= 1 << (q & 31);

  for (let p = 0; p < positives.length && complete; p++) {
    const row = positives[p]!;
    masks.fill(0);
    for (let n = 0; n < negatives.length; n++) {
      const cube = negatives[n]!;
      let conflict = 0;
      for (let i = 0; i < k; i++) {
        if (cube[i]! === free || cube[i]! === row[i]! || (temporal[i] && row[i]! === silentLevel)) continue;
        masks[n * careWords + (i >> 5)]! |= 1 << (i & 31);
        conflict = 1;
      }
      if (conflict === 0) {
        throw new CoreError(
          'contradictory-configurations',
          `Positive row ${p} cannot be told from negative row ${n} by any condition; move one of them or add a condition that separates them.`,
          { positive: p, negative: n },
        );
      }
    }
    agrees.fill(0);
    for (let i = 0; i < k; i++)
      for (let q = 0; q < positives.length; q++)
        if (positives[q]![i]! === row[i]!) agrees[i * coverWords + (q >> 5)]! |= 1 << (q & 31);

    const firstWord = p >> 5;
    const earlierBits = (1 << (p & 31)) - 1;
    const keep = (chosen: Int32Array, size: number): boolean => {
      if (count === capacity) grow();
      const at = count * coverWords;
      for (let w = 0; w < coverWords; w++) {
        let word = everyPositive[w]!;
        for (let j = 0; j < size; j++) word &= agrees[chosen[j]! * coverWords + w]!;
        // An earlier row that the product covers has brought it already.
        if (w < firstWord ? word !== 0 : w === firstWord && (word & earlierBits) !== 0) return true;
        cover[at + w] = word;
      }
      if (count >= limits.primeImplicants) {
        complete = false;
        return false;
      }
      const base = count * careWords;
      for (let w = 0; w < careWords; w++) care[base + w] = 0;
      for (let j = 0; j < size; j++) care[base + (chosen[j]! >> 5)]! |= 1 << (chosen[j]! & 31);
      owner[count++] = p;
      if (count % implicantsBetweenReports !== 0 || proceed(p / positives.length, count)) return true;
      complete = false;
      return false;
    };
    enumerateMinimalHittingSets({ vertices: k, words: careWords, edges: negatives.length, masks }, keep);
    if (complete && !proceed((p + 1) / positives.length, count)) complete = p + 1 === positives.length;
  }
  return {
    count,
    careWords,
    care: care.subarray(0, count * careWords),
    owner: owner.subarray(0, count),
    coverWords,
    cover: cover.subarray(0, count * coverWords),
    complete,
  };
}

/** The list with prime implicants that it may lack; those it holds already are not added again. Cost: O(count x cubes). */
export function addPrimeImplicants(
  primes: PrimeImplicants,
  positives: readonly Cube[],
  cubes: readonly Cube[],
): PrimeImplicants {
  const { careWords, coverWords } = primes;
  const fresh = cubes.filter((cube) => !holdsImplicant(primes, positives, cube));
  const count = primes.count + fresh.length;
  const longer = (old: Int32Array, words: number) => {
    const array = new Int32Array(count * words);
    array.set(old);
    return array;
  };
  const care = longer(primes.care, careWords);
  const owner = longer(primes.owner, 1);
  const cover = longer(primes.cover, coverWords);
  fresh.forEach((cube, at) => {
    const j = primes.count + at;
    for (let i = 0; i < cube.length; i++) if (cube[i]! !== free) care[j * careWords + (i >> 5)]! |= 1 << (i & 31);
    for (let p = positives.length - 1; p >= 0; p--) {
      if (!cubeContains(cube, positives[p]!)) continue;
      owner[j] = p;
      cover[j * coverWords + (p >> 5)]! |= 1 << (p & 31);
    }
  });
  return { ...primes, count, care, owner, cover };
}

function holdsImplicant(primes: PrimeImplicants, positives: readonly Cube[], cube: Cube): boolean {
  const { count, careWords, care, owner } = primes;
  const wanted = new Int32Array(careWords);
  for (let i = 0; i < cube.length; i++) if (cube[i]! !== free) wanted[i >> 5]! |= 1 << (i & 31);
  const first = positives.findIndex((row) => cubeContains(cube, row));
  for (let j = 0; j < count; j++) {
    if (owner[j] !== first) continue;
    let same = true;
    for (let w = 0; w < careWords && same; w++) same = care[j * careWords + w] === wanted[w];
    if (same) return true;
  }
  return false;
}

/** Implicant j as a cube. */
export function cubeOfPrimeImplicant(primes: PrimeImplicants, j: number, positives: readonly Cube[]): Cube {
  const row = positives[primes.owner[j]!]!;
  const cube = new Int8Array(row.length).fill(free);
  for (let i = 0; i < row.length; i++)
    if (primes.care[j * primes.careWords + (i >> 5)]! & (1 << (i & 31))) cube[i] = row[i]!;
  return cube;
}
