import { CoreError } from '../errors.ts';
import { normalQuantile } from '../stats/normal-quantile.ts';
import { philox4x32 } from './philox.ts';

/** Draws in a fixed order from one seeded sequence; `stream(…)` gives an independent one for a named part of the work. */
export interface RandomStream {
  /** integer, 0 to 2^32 - 1 */
  word(): number;
  /** in the open interval (0, 1), 52 bits */
  uniform(): number;
  /** standard normal: the inverse distribution function (AS 241) of one uniform */
  normal(): number;
  /** integer, 0 to bound - 1, without modulo bias. @throws invalid-argument unless bound is an integer, 1 to 2^32 */
  integer(bound: number): number;
  /** true with the given probability */
  bernoulli(probability: number): boolean;
  /** the numbers 0 to n - 1 in random order (Fisher and Yates, from the end) */
  permutation(n: number): Uint32Array;
  /** k different numbers of 0 to n - 1, in order of drawing. @throws invalid-argument when k > n */
  sampleWithoutReplacement(n: number, k: number): Uint32Array;
  /**
   * The stream of a named part: the same path gives the same stream whatever was drawn before, so work can be spread
   * over threads or skipped without moving other draws. Numbers in a path are integers from 0 to 2^53 - 1.
   */
  stream(...path: readonly (string | number)[]): RandomStream;
}

const drawBlock = 0;
const deriveText = 0xfffffffe;
const deriveNumber = 0xffffffff;

/** FNV-1a over UTF-16 units in two 32-bit lanes (different offsets); only has to spread names over counters. */
function hashText(text: string): readonly [number, number] {
  let low = 0x811c9dc5;
  let high = 0x050c5d1f;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ (unit + 0x9e37), 0x01000193);
  }
  return [low >>> 0, high >>> 0];
}

function requireInteger(value: number, what: string, minimum: number, maximum: number): void {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return;
  throw new CoreError(
    'invalid-argument',
    `Received ${value} as ${what}; expected an integer from ${minimum} to ${maximum}.`,
    { received: value, minimum, maximum },
  );
}

function derive(key0: number, key1: number, path: readonly (string | number)[]): readonly [number, number] {
  const block = new Uint32Array(4);
  let k0 = key0;
  let k1 = key1;
  for (const part of path) {
    if (typeof part === 'string') {
      const [low, high] = hashText(part);
      philox4x32(low, high, part.length, deriveText, k0, k1, block);
    } else {
      requireInteger(part, 'a number in the path of a random stream', 0, Number.MAX_SAFE_INTEGER);
      philox4x32(part >>> 0, Math.floor(part / 4294967296), 0, deriveNumber, k0, k1, block);
    }
    k0 = block[0]!;
    k1 = block[1]!;
  }
  return [k0, k1];
}

function open(key0: number, key1: number): RandomStream {
  const block = new Uint32Array(4);
  let used = 4;
  let low = 0;
  let high = 0;

  const word = (): number => {
    if (used === 4) {
      philox4x32(low, high, 0, drawBlock, key0, key1, block);
      low = (low + 1) >>> 0;
      if (low === 0) high++;
      used = 0;
    }
    return block[used++]!;
  };

  const uniform = (): number => {
    const upper = word() >>> 6;
    const lower = word() >>> 6;
    // 52 bits and a half: never 0, and never rounded up to 1 (which 53 bits and a half would be).
    return (upper * 67108864 + lower + 0.5) / 4503599627370496;
  };

  const integer = (bound: number): number => {
    requireInteger(bound, 'the bound of a random integer', 1, 4294967296);
    const limit = 4294967296 - (4294967296 % bound);
    let drawn = word();
    while (drawn >= limit) drawn = word();
    return drawn % bound;
  };

  return {
    word,
    uniform,
    normal: () => normalQuantile(uniform()),
    integer,
    bernoulli: (probability) => uniform() < probability,
    permutation(n) {
      requireInteger(n, 'the length of a permutation', 0, 4294967295);
      const order = Uint32Array.from({ length: n }, (_, i) => i);
      for (let last = n - 1; last > 0; last--) {
        const other = integer(last + 1);
        const kept = order[last]!;
        order[last] = order[other]!;
        order[other] = kept;
      }
      return order;
    },
    sampleWithoutReplacement(n, k) {
      requireInteger(n, 'the size of the population to sample from', 0, 4294967295);
      requireInteger(k, 'the size of a sample without replacement', 0, n);
      // Fisher and Yates from the front on 0..n-1, of which only the moved places are kept: O(k) memory.
      const moved = new Map<number, number>();
      const sample = new Uint32Array(k);
      for (let i = 0; i < k; i++) {
        const at = i + integer(n - i);
        sample[i] = moved.get(at) ?? at;
        moved.set(at, moved.get(i) ?? i);
      }
      return sample;
    },
    stream: (...path) => open(...derive(key0, key1, path)),
  };
}

/**
 * A seeded random stream (Philox4x32-10). The seed and the path choose the key; draws walk the counter, so the same
 * seed and path give the same numbers on every machine and with any number of threads.
 *
 * @param seed integer, 0 to 2^53 - 1
 * @param path names or integers of the part of the work, as in `stream`
 * @throws invalid-argument
 * Cost: one Philox block per two uniforms; no state but the counter.
 *
 * @example
 * const random = createRandom(20240501, 'bootstrap');
 * const first = random.stream(0).uniform();
 * random.stream(1).normal(); // does not touch the other stream
 * random.stream(0).uniform() === first; // → true
 */
export function createRandom(seed: number, ...path: readonly (string | number)[]): RandomStream {
  requireInteger(seed, 'the seed', 0, Number.MAX_SAFE_INTEGER);
  return open(...derive(seed >>> 0, Math.floor(seed / 4294967296), path));
}
