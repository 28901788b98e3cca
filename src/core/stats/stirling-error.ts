/**
 * Error of Stirling's formula: delta(x) in ln Gamma(x + 1) = (x + 1/2) ln x - x + ln sqrt(2 pi) + delta(x), for x > 0.
 * Keeping it apart lets densities be computed without subtracting large logarithms.
 *
 * Absolute error about 1e-15. Source: Loader 2000, "Fast and accurate computation of binomial probabilities", sec. 2.
 */
export function stirlingError(x: number): number {
  let sum = 0;
  let y = x;
  // delta(y) = delta(y + 1) + (y + 1/2) ln(1 + 1/y) - 1, until the series is exact to double precision.
  for (; y < 15; y++) sum += (y + 0.5) * Math.log1p(1 / y) - 1;
  const z = 1 / (y * y);
  return sum + (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - z / 1188) * z) * z) * z) / y;
}

/**
 * x ln(x / m) + m - x for x, m > 0, without cancellation where x is near m.
 * Source: Loader 2000, function bd0 (deviance part of Poisson and binomial probabilities).
 */
export function devianceTerm(x: number, m: number): number {
  const difference = x - m;
  if (Math.abs(difference) >= 0.1 * (x + m)) return x * Math.log(x / m) + m - x;
  const v = difference / (x + m);
  let sum = difference * v;
  let term = 2 * x * v;
  for (let j = 1; j < 1000; j++) {
    term *= v * v;
    const next = sum + term / (2 * j + 1);
    if (next === sum) break;
    sum = next;
  }
  return sum;
}
