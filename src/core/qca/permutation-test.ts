import { CoreError } from '../errors.ts';
import type { RandomStream } from '../random/random-stream.ts';
import { type CalibratedData, termMembership } from './calibrated-data.ts';
import type { Cube } from './cubes.ts';
import { sufficiencyFit } from './fit.ts';
import { buildTruthTable, type TruthTableSettings } from './truth-table.ts';

export interface PermutationTest {
  readonly permutations: number;
  /** per term: how often chance gives a consistency at least as high, (1 + hits) / (1 + permutations) */
  readonly pValues: readonly number[];
  /** the same, corrected for the number of terms by Holm's method */
  readonly adjustedPValues: readonly number[];
  /** share of the permutations in which some row would have counted as sufficient */
  readonly falsePositiveShare: number;
}

/**
 * Could chance alone give these terms? The outcome is dealt to the cases anew, many times: each term is held against
 * the consistencies it then has, and the truth table against those in which a row would count as sufficient.
 *
 * @param terms        the terms of a solution
 * @param permutations 1 to 100 000
 * @param random       seeded stream; the same stream gives the same answer
 * @throws invalid-argument
 * Cost: per permutation a truth table and a pass per term.
 * Source: Braumoeller 2015, doi:10.1093/pan/mpv017; Holm 1979.
 */
export function testByPermutation(
  data: CalibratedData,
  settings: TruthTableSettings,
  terms: readonly Cube[],
  permutations: number,
  random: RandomStream,
): PermutationTest {
  if (!Number.isInteger(permutations) || permutations < 1 || permutations > 100_000) {
    throw new CoreError(
      'invalid-argument',
      `Received ${permutations} permutations; expected a whole number from 1 to 100000.`,
      { permutations },
    );
  }
  const memberships = terms.map((term) => termMembership(data, term));
  const consistencyOf = (x: Float64Array, y: Float64Array) => sufficiencyFit(x, y, data.one).consistency ?? 0;
  const observed = memberships.map((x) => consistencyOf(x, data.outcome));
  const hits = new Uint32Array(terms.length);
  let falsePositives = 0;
  const outcome = data.outcome.slice();
  for (let round = 0; round < permutations; round++) {
    const order = random.stream('permutation', round).permutation(outcome.length);
    for (let i = 0; i < outcome.length; i++) outcome[i] = data.outcome[order[i]!]!;
    memberships.forEach((x, t) => {
      if (consistencyOf(x, outcome) >= observed[t]! - 1e-12) hits[t]!++;
    });
    if (buildTruthTable({ ...data, outcome }, settings).rows.some((row) => row.output === '1')) falsePositives++;
  }
  const pValues = Array.from(hits, (count) => (1 + count) / (1 + permutations));
  return { permutations, pValues, adjustedPValues: holm(pValues), falsePositiveShare: falsePositives / permutations };
}

/** Holm's step-down correction: the smallest p times m, the next times m - 1, and so on, never falling. */
function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, at) => at).sort((a, b) => pValues[a]! - pValues[b]! || a - b);
  const adjusted = new Array<number>(pValues.length);
  let least = 0;
  order.forEach((at, rank) => {
    least = Math.max(least, Math.min(1, pValues[at]! * (pValues.length - rank)));
    adjusted[at] = least;
  });
  return adjusted;
}
