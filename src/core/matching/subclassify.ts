import { CoreError } from '../errors.ts';
import { argsort } from '../stats/argsort.ts';
import { quantileType7 } from '../stats/quantile.ts';
import { countAtOrBelow } from './coarsen.ts';
import type { Estimand } from './estimand.ts';

export interface Subclasses {
  /** 0 … S - 1 from the lowest score up; -1 for units that are not eligible */
  readonly subclass: Int32Array;
  /** S + 1 cut points, the first and last being the range */
  readonly cutPoints: Float64Array;
}

/**
 * Subclasses between quantiles (type 7) of the score in the focal group: the treated for ATT, the controls for ATC,
 * everybody for ATE. A score equal to an inner cut point belongs above it.
 *
 * @param score n finite scores; @param treated n values, 0 or 1; @param eligible n flags or null
 * @throws invalid-argument unless `subclasses` is a whole number from 1; empty-group where the focal group is empty
 * Source: Rosenbaum and Rubin 1984, doi:10.1080/01621459.1984.10478078.
 */
export function subclassify(
  score: Float64Array,
  treated: Uint8Array,
  eligible: Uint8Array | null,
  subclasses: number,
  estimand: Estimand,
): Subclasses {
  if (!(Number.isInteger(subclasses) && subclasses >= 1)) {
    throw new CoreError(
      'invalid-argument',
      `The number of subclasses must be a whole number from 1, not ${subclasses}.`,
    );
  }
  const focal = score.filter(
    (_, i) =>
      (eligible === null || eligible[i] === 1) &&
      (estimand === 'ATT' ? treated[i] === 1 : estimand === 'ATC' ? treated[i] === 0 : true),
  );
  const order = argsort(focal);
  const sorted = Float64Array.from(order, (row) => focal[row]!);
  const cutPoints = Float64Array.from({ length: subclasses + 1 }, (_, s) => quantileType7(sorted, s / subclasses));
  const inner = cutPoints.subarray(1, subclasses);
  const subclass = Int32Array.from(score, (x, i) =>
    eligible === null || eligible[i] === 1 ? countAtOrBelow(inner, x) : -1,
  );
  return { subclass, cutPoints };
}
