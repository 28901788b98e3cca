import { AppError } from '../app/errors.ts';
import { CoreError } from '../core/errors.ts';
import { forEachPair } from '../core/matching/match-sets.ts';
import type { WeightEquations } from '../core/weighting/m-estimation.ts';
import type { CaseContext } from './case.ts';
import { type MatchWords, runMatching } from './matching.ts';
import { runWeighting, type WeightingWords } from './weighting.ts';
import { binaryColumn } from './words.ts';

/** The sample of an effect: a matching, a weighting, or weights with their sets. */
export interface SampleWords {
  readonly matching?: MatchWords;
  readonly weighting?: WeightingWords;
  readonly weights?: readonly number[];
  readonly matchedSets?: readonly (string | number | null)[];
  readonly treatment?: string;
}

export interface CaseSample {
  readonly treated: Uint8Array;
  /** n weights of all units */
  readonly weights: Float64Array;
  /** rows with a positive weight */
  readonly rows: readonly number[];
  /** cluster number of each of `rows`. @throws invalid-argument where the sample has no matched sets */
  clusters(): Int32Array;
  /** equations of estimated weights, for rows of all units. @throws invalid-argument where weights are fixed */
  equations(): WeightEquations;
}

export function loadSample(words: SampleWords, context: CaseContext): CaseSample {
  if (words.matching !== undefined) {
    const { treated, matched } = runMatching(words.matching, context);
    const sets = new Int32Array(treated.length).fill(-1);
    if (matched.strata !== null) sets.set(matched.strata);
    else if (matched.pairs !== null) {
      forEachPair(matched.pairs, (focal, partner, k) => {
        sets[focal] = k;
        sets[partner] = k;
      });
    }
    return createSample(treated, matched.weights, [...sets]);
  }
  if (words.weighting !== undefined) {
    const { treated, weighted } = runWeighting(words.weighting, context);
    return { ...createSample(treated, weighted.weights, null), equations: () => weighted.equations(true) };
  }
  if (words.weights !== undefined) {
    return createSample(
      binaryColumn(context.table, words.treatment!),
      Float64Array.from(words.weights),
      words.matchedSets ?? null,
    );
  }
  throw new AppError('not-implemented', 'This kind of sample is not built yet.');
}

function createSample(
  treated: Uint8Array,
  weights: Float64Array,
  sets: readonly (string | number | null)[] | null,
): CaseSample {
  const rows = [...weights.keys()].filter((row) => weights[row]! > 0);
  return {
    treated,
    weights,
    rows,
    clusters() {
      if (sets === null) throw new CoreError('invalid-argument', 'This sample has no matched sets to cluster by.');
      const place = new Map<string, number>();
      return Int32Array.from(rows, (row) => {
        const key = String(sets[row]);
        if (!place.has(key)) place.set(key, place.size);
        return place.get(key)!;
      });
    },
    equations() {
      throw new CoreError('invalid-argument', 'The weights of this sample are fixed, so they have no equations.');
    },
  };
}
