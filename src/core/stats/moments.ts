import { CoreError } from '../errors.ts';

/**
 * Arithmetic mean in two passes: the second adds the mean of the deviations, so an offset of 1e9 costs no digits.
 *
 * @param values finite; read only
 * @throws empty-group without values; non-finite where a value is not finite or the sum overflows
 * Cost: two passes.
 */
export function mean(values: Float64Array): number {
  const n = values.length;
  if (n === 0) throw new CoreError('empty-group', 'A mean needs at least one value, none was given.', { n });
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]!;
  const first = sum / n;
  let rest = 0;
  for (let i = 0; i < n; i++) rest += values[i]! - first;
  return finite(first + rest / n);
}

/**
 * Sample variance with divisor n - 1, in two passes with the correction for the rounding of the mean.
 *
 * @throws empty-group with fewer than two values; non-finite
 * Source: Chan, Golub and LeVeque 1983, doi:10.1080/00031305.1983.10483115, eq. 1.7.
 */
export function sampleVariance(values: Float64Array): number {
  const n = values.length;
  if (n < 2) throw new CoreError('empty-group', `A sample variance needs at least two values, ${n} given.`, { n });
  const centre = mean(values);
  let squares = 0;
  let rest = 0;
  for (let i = 0; i < n; i++) {
    const d = values[i]! - centre;
    squares += d * d;
    rest += d;
  }
  return finite((squares - (rest * rest) / n) / (n - 1));
}

/** Root of `sampleVariance`. @throws empty-group, non-finite */
export function sampleStandardDeviation(values: Float64Array): number {
  return Math.sqrt(sampleVariance(values));
}

/**
 * Weighted mean in two passes.
 *
 * @param values, weights same length; weights non-negative, not all 0
 * @throws empty-group where the weights sum to 0; non-finite
 */
export function weightedMean(values: Float64Array, weights: Float64Array): number {
  let total = 0;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    total += weights[i]!;
    sum += weights[i]! * values[i]!;
  }
  if (!(total > 0)) throw new CoreError('empty-group', 'A weighted mean needs weights with a positive sum.', { total });
  const first = sum / total;
  let rest = 0;
  for (let i = 0; i < values.length; i++) rest += weights[i]! * (values[i]! - first);
  return finite(first + rest / total);
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new CoreError(
    'non-finite',
    'A mean or variance is not finite: a value is not finite, or the sum is too large.',
    {},
  );
}
