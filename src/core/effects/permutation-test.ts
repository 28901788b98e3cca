import { CoreError } from '../errors.ts';
import { createRandom, type RandomStream } from '../random/random-stream.ts';

export interface PermutedDifference {
  /** two-sided, of no effect on anybody */
  readonly pValue: number;
  readonly draws: number;
  /** whether every possible assignment was looked at */
  readonly isExact: boolean;
}

export interface PermutationOptions {
  /** random assignments; where there are no more than this in all, each is looked at once */
  readonly draws: number;
  readonly seed: number;
}

/** Told the share that is done; false ends the work with the error `cancelled`. */
export type Continue = (fraction: number) => boolean;

/** Sums this close to the observed one, relative to the largest there could be, count as equal to it. */
const tolerance = 1e-12;

/**
 * Permutation test of a difference of means: as many blocks are called treated as were, all choices equally likely.
 * A block is what was assigned: a unit, or a cluster with its mean.
 *
 * @param values mean outcome of each block, finite; read only
 * @param treated 0 or 1 for each block, both occurring
 * @returns p = (1 + as large) / (1 + draws), or the exact share; the same for any number of threads: draw d has its own stream
 * @throws empty-group where a group has no block; invalid-argument for fewer than 1 draw; cancelled
 * Cost: O(draws x smaller group). Source: Fisher 1935; Phipson and Smyth 2010, doi:10.2202/1544-6115.1585 (the 1 +).
 *
 * @example
 * const values = Float64Array.of(9, 8, 7, 1, 2, 3);
 * permuteGroups(values, Uint8Array.of(1, 1, 1, 0, 0, 0), { draws: 100, seed: 1 }).pValue; // → 0.1
 */
export function permuteGroups(
  values: Float64Array,
  treated: Uint8Array,
  options: PermutationOptions,
  proceed: Continue = () => true,
): PermutedDifference {
  const n = values.length;
  const n1 = treated.reduce((sum, t) => sum + t, 0);
  if (n1 === 0 || n1 === n) {
    throw new CoreError(
      'empty-group',
      `A permutation test needs treated and control blocks; received ${n1} of ${n} treated.`,
      { treated: n1, control: n - n1 },
    );
  }
  requireDraws(options.draws);
  // The difference of means is a monotone function of the sum over the smaller group, around the common mean.
  const size = Math.min(n1, n - n1);
  const small = n1 <= n - n1 ? 1 : 0;
  const mean = values.reduce((sum, v) => sum + v, 0) / n;
  const centred = values.map((v) => v - mean);
  let observed = 0;
  let scale = 0;
  for (let i = 0; i < n; i++) {
    if (treated[i] === small) observed += centred[i]!;
    scale += Math.abs(centred[i]!);
  }
  const isAsLarge = (sum: number): boolean => Math.abs(sum) >= Math.abs(observed) - tolerance * scale;
  if (choices(n, size) <= options.draws) return exact(everySum(centred, size), isAsLarge);
  const place = Uint32Array.from({ length: n }, (_, i) => i);
  const swapped = new Uint32Array(size);
  return randomly(options, 'permute-groups', isAsLarge, proceed, (random) => {
    let sum = 0;
    for (let i = 0; i < size; i++) {
      const j = i + random.integer(n - i);
      swapped[i] = j;
      const row = place[j]!;
      place[j] = place[i]!;
      place[i] = row;
      sum += centred[row]!;
    }
    // Back to the identity, so that a draw knows nothing of those before it.
    for (let i = size - 1; i >= 0; i--) {
      const j = swapped[i]!;
      const row = place[i]!;
      place[i] = place[j]!;
      place[j] = row;
    }
    return sum;
  });
}

/**
 * Permutation test within matched sets: in each set treated and control change places or not, both equally likely.
 *
 * @param differences treated minus control (mean of its controls) of each set, finite; read only
 * @throws empty-group without sets; invalid-argument; cancelled
 * Cost: O(draws x sets), 32 sets a random word. Source: Rosenbaum 2002, section 2.4.
 */
export function permuteSigns(
  differences: Float64Array,
  options: PermutationOptions,
  proceed: Continue = () => true,
): PermutedDifference {
  const n = differences.length;
  if (n === 0) throw new CoreError('empty-group', 'A permutation test within sets needs at least one set.');
  requireDraws(options.draws);
  const observed = differences.reduce((sum, d) => sum + d, 0);
  const scale = differences.reduce((sum, d) => sum + Math.abs(d), 0);
  const isAsLarge = (sum: number): boolean => Math.abs(sum) >= Math.abs(observed) - tolerance * scale;
  if (n < 31 && 2 ** n <= options.draws) return exact(everySign(differences), isAsLarge);
  return randomly(options, 'permute-signs', isAsLarge, proceed, (random) => {
    let flipped = 0;
    for (let start = 0; start < n; start += 32) {
      let bits = random.word();
      const end = Math.min(n, start + 32);
      for (let i = start; i < end; i++, bits >>>= 1) if (bits & 1) flipped += differences[i]!;
    }
    return observed - 2 * flipped;
  });
}

function requireDraws(draws: number): void {
  if (Number.isInteger(draws) && draws >= 1) return;
  throw new CoreError('invalid-argument', `Received ${draws} permutations; expected a whole number from 1.`, {
    received: draws,
  });
}

function randomly(
  { draws, seed }: PermutationOptions,
  name: string,
  isAsLarge: (sum: number) => boolean,
  proceed: Continue,
  sumOf: (random: RandomStream) => number,
): PermutedDifference {
  const random = createRandom(seed, name);
  let count = 0;
  for (let draw = 0; draw < draws; draw++) {
    if (draw % 10 === 0 && !proceed(draw / draws)) {
      throw new CoreError('cancelled', `The permutation test was ended after ${draw} of ${draws} draws.`, { draw });
    }
    if (isAsLarge(sumOf(random.stream(draw)))) count++;
  }
  return { pValue: (1 + count) / (1 + draws), draws, isExact: false };
}

function exact(sums: Iterable<number>, isAsLarge: (sum: number) => boolean): PermutedDifference {
  let all = 0;
  let count = 0;
  for (const sum of sums) {
    all++;
    if (isAsLarge(sum)) count++;
  }
  return { pValue: count / all, draws: all, isExact: true };
}

/** n over k, or infinity once it is past anything that is counted out. */
function choices(n: number, k: number): number {
  let product = 1;
  for (let i = 1; i <= k && product < 1e9; i++) product = (product * (n - k + i)) / i;
  return product < 1e9 ? Math.round(product) : Number.POSITIVE_INFINITY;
}

function* everySum(values: Float64Array, size: number): Generator<number> {
  const chosen = Array.from({ length: size }, (_, i) => i);
  for (;;) {
    yield chosen.reduce((sum, i) => sum + values[i]!, 0);
    let last = size - 1;
    while (last >= 0 && chosen[last] === values.length - size + last) last--;
    if (last < 0) return;
    chosen[last]!++;
    for (let i = last + 1; i < size; i++) chosen[i] = chosen[i - 1]! + 1;
  }
}

function* everySign(values: Float64Array): Generator<number> {
  for (let mask = 0; mask < 2 ** values.length; mask++) {
    yield values.reduce((sum, v, i) => sum + (((mask >>> i) & 1) === 1 ? -v : v), 0);
  }
}
