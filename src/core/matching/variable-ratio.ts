import { CoreError } from '../errors.ts';
import { argsort } from '../stats/argsort.ts';

/**
 * Number of partners for each focal unit when the ratio may vary between `minimum` and `maximum` around `ratio`.
 *
 * With n1 focal units and m = ratio n1 pairs in all, floor((maximum n1 - m) / (maximum - minimum)) units get the
 * minimum, floor((m - minimum n1) / (maximum - minimum)) the maximum, a remaining one the rest. Units that are harder
 * to match get fewer: those with the highest scores where the focal mean is above the others', else the lowest.
 *
 * @param score      n scores; @param isFocal n values, 0 or 1; @param focal rows of the focal units, ascending
 * @throws invalid-argument unless 1 <= minimum <= ratio <= maximum and minimum < maximum, whole numbers but the ratio
 * Source: Ming and Rosenbaum 2001, doi:10.1198/106186001317114938.
 */
export function variableRatios(
  score: Float64Array,
  isFocal: Uint8Array,
  focal: Uint32Array,
  { ratio, minimum, maximum }: { readonly ratio: number; readonly minimum: number; readonly maximum: number },
): Uint32Array<ArrayBuffer> {
  const whole = Number.isInteger(minimum) && Number.isInteger(maximum);
  if (!(whole && minimum >= 1 && minimum < maximum && ratio >= minimum && ratio <= maximum)) {
    throw new CoreError(
      'invalid-argument',
      `A variable ratio needs 1 <= minimum <= ratio <= maximum with minimum below maximum; received ${minimum}, ${ratio}, ${maximum}.`,
      { minimum, ratio, maximum },
    );
  }
  const n1 = focal.length;
  const wanted = Math.round(ratio * n1);
  const span = maximum - minimum;
  const lowest = Math.floor((maximum * n1 - wanted) / span);
  const highest = Math.floor((wanted - minimum * n1) / span);
  const rest = wanted - minimum * lowest - maximum * highest;
  const sign = focalMeanIsHigher(score, isFocal) ? -1 : 1;
  const fewestFirst = argsort(Float64Array.from(focal, (row) => sign * score[row]!));
  const ratios = new Uint32Array(n1);
  fewestFirst.forEach((k, place) => {
    ratios[k] = place < lowest ? minimum : place < n1 - highest ? rest : maximum;
  });
  return ratios;
}

function focalMeanIsHigher(score: Float64Array, isFocal: Uint8Array): boolean {
  const sum = [0, 0];
  const count = [0, 0];
  for (let i = 0; i < score.length; i++) {
    const g = isFocal[i]!;
    sum[g] = sum[g]! + score[i]!;
    count[g] = count[g]! + 1;
  }
  return sum[1]! / count[1]! > sum[0]! / count[0]!;
}
