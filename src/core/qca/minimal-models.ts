import type { RandomStream } from '../random/random-stream.ts';
import type { Condition } from './conditions.ts';
import { rowsOf } from './cover-classes.ts';
import { type Cube, compareCubes } from './cubes.ts';
import { findMinimumCovers, type MinimumCovers } from './minimum-covers.ts';
import {
  addPrimeImplicants,
  cubeOfPrimeImplicant,
  findPrimeImplicants,
  type PrimeImplicants,
} from './prime-implicants.ts';
import { coverGreedily, leastTerms } from './row-groups.ts';

export interface SearchLimits {
  /** prime implicants to find before giving up on completeness */
  readonly primeImplicants: number;
  /** models to list; all are counted */
  readonly models: number;
  /** nodes of the cover search before the count becomes a bound */
  readonly nodes: number;
}

export const defaultSearchLimits: SearchLimits = Object.freeze({
  primeImplicants: 2_000_000,
  models: 1000,
  nodes: 20_000_000,
});

export interface ModelTerm {
  readonly term: Cube;
  /** indices of the positive rows it covers */
  readonly rows: readonly number[];
  /** true if it stands in every model */
  readonly isEssential: boolean;
}

/** All minimal models of a set of positive rows, before any fit. */
export interface MinimalModels {
  readonly positives: readonly Cube[];
  /** terms that stand in a listed model, in order of presentation */
  readonly terms: readonly ModelTerm[];
  /** models as ascending indices of `terms`; all of them if `modelCount` does not exceed the limit */
  readonly models: readonly (readonly number[])[];
  readonly modelCount: bigint;
  readonly modelCountExact: boolean;
  readonly termsPerModel: number;
  /** false if a limit was met: then at least `lowerBound` and at most `termsPerModel` terms are needed */
  readonly complete: boolean;
  readonly lowerBound: number;
  readonly primes: PrimeImplicants;
}

export interface ModelOptions {
  /** drop implicants whose rows are a proper subset of another's before looking for models; hides ambiguity */
  readonly rowDominance: boolean;
  readonly limits: SearchLimits;
  /** called now and then with the share done (implicants to 0.5, models to 1) and the implicants found; false stops */
  readonly proceed?: (done: number, found: number) => boolean;
  /** list a random sample where there are more models than may be listed; otherwise the first found */
  readonly sample?: RandomStream | null;
}

/** Where not all implicants are known, no search can tell the shortest models: it is kept short. */
const cutListNodes = 100_000;
/** Groups of rows to try for a bound on the number of terms when not all implicants are known. */
const groupNodes = 300_000;

/**
 * Prime implicants and all minimum models of the positive rows, against cubes that no term may touch.
 *
 * @param positives distinct configurations in a canonical order; the answer's order follows from it
 * @param negatives cubes free of positive rows
 * @throws contradictory-configurations as `findPrimeImplicants`
 * Cost: `findPrimeImplicants` plus `findMinimumCovers`.
 */
export function findMinimalModels(
  positives: readonly Cube[],
  negatives: readonly Cube[],
  conditions: readonly Condition[],
  { rowDominance, limits, proceed = () => true, sample = null }: ModelOptions,
): MinimalModels {
  const all = findPrimeImplicants(positives, negatives, conditions, limits, (done, count) => proceed(done / 2, count));
  // A cut list may leave rows without an implicant; a few wide ones give models that do, if not the shortest.
  const found = all.complete
    ? all
    : addPrimeImplicants(all, positives, coverGreedily(positives, negatives, conditions));
  const primes = rowDominance ? dropDominated(found) : found;
  const chart = { rows: positives.length, words: primes.coverWords, count: primes.count, cover: primes.cover };
  const nodes = primes.complete ? limits.nodes : Math.min(limits.nodes, cutListNodes);
  const covers = findMinimumCovers(
    chart,
    { ...limits, nodes },
    {
      sample,
      proceed: (done) => proceed((1 + done) / 2, primes.count),
    },
  );
  return {
    positives,
    primes,
    ...presentModels(primes, positives, covers),
    // With implicants missing, fewer terms might do; how few, the rows themselves say.
    lowerBound: primes.complete ? covers.lowerBound : leastTerms(positives, negatives, conditions, groupNodes),
  };
}

function presentModels(
  primes: PrimeImplicants,
  positives: readonly Cube[],
  covers: MinimumCovers,
): Omit<MinimalModels, 'positives' | 'primes' | 'lowerBound'> {
  const used = [...new Set(covers.covers.flat())];
  const cubes = new Map(used.map((j) => [j, cubeOfPrimeImplicant(primes, j, positives)]));
  used.sort((a, b) => compareCubes(cubes.get(a)!, cubes.get(b)!));
  const position = new Map(used.map((j, at) => [j, at]));
  const essential = new Set(covers.essential);
  const models = covers.covers.map((cover) => cover.map((j) => position.get(j)!).sort((a, b) => a - b));
  models.sort((a, b) => {
    for (let t = 0; t < a.length; t++) if (a[t]! !== b[t]!) return a[t]! - b[t]!;
    return 0;
  });
  return {
    terms: used.map((j) => ({ term: cubes.get(j)!, rows: rowsCovered(primes, j), isEssential: essential.has(j) })),
    models,
    modelCount: covers.count,
    modelCountExact: covers.countExact && primes.complete,
    termsPerModel: covers.size,
    complete: primes.complete && covers.sizeExact && covers.countExact,
  };
}

/** Indices of the positive rows that implicant j covers. */
const rowsCovered = ({ cover, coverWords }: PrimeImplicants, j: number): number[] =>
  rowsOf(cover, j * coverWords, coverWords);

/** The first `limit` prime implicants in order of presentation, with the positive rows they cover. */
export function listPrimeImplicants(
  { primes, positives }: MinimalModels,
  limit: number,
): { readonly term: Cube; readonly rows: readonly number[] }[] {
  return Array.from({ length: primes.count }, (_, j) => ({
    term: cubeOfPrimeImplicant(primes, j, positives),
    rows: rowsCovered(primes, j),
  }))
    .sort((a, b) => compareCubes(a.term, b.term))
    .slice(0, limit);
}

function dropDominated(primes: PrimeImplicants): PrimeImplicants {
  const { count, careWords, care, owner, coverWords, cover } = primes;
  const kept: number[] = [];
  for (let j = 0; j < count; j++) {
    let dominated = false;
    for (let i = 0; i < count && !dominated; i++) {
      let more = 0;
      let missing = 0;
      for (let w = 0; w < coverWords; w++) {
        more |= cover[i * coverWords + w]! & ~cover[j * coverWords + w]!;
        missing |= cover[j * coverWords + w]! & ~cover[i * coverWords + w]!;
      }
      dominated = missing === 0 && more !== 0;
    }
    if (!dominated) kept.push(j);
  }
  const pick = (source: Int32Array, words: number) =>
    Int32Array.from(
      { length: kept.length * words },
      (_, at) => source[kept[Math.floor(at / words)]! * words + (at % words)]!,
    );
  return {
    ...primes,
    count: kept.length,
    care: pick(care, careWords),
    owner: pick(owner, 1),
    cover: pick(cover, coverWords),
  };
}
