/**
 * P(Binomial(n, p) >= k), by summing the shorter tail with ratios of neighbouring terms.
 *
 * @param k successes, integer; @param n trials, integer >= 0; @param p chance, 0 to 1
 * Cost: O(n). Relative error near n times 1e-16.
 */
export function binomialUpperTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  const tail = (from: number, trials: number, chance: number): number => {
    let log = 0;
    for (let i = 0; i < trials - from; i++) log += Math.log((trials - i) / (trials - from - i));
    let term = Math.exp(log + from * Math.log(chance) + (trials - from) * Math.log1p(-chance));
    let sum = 0;
    for (let i = from; i <= trials; i++) {
      sum += term;
      term *= ((trials - i) / (i + 1)) * (chance / (1 - chance));
    }
    return sum;
  };
  return k > n * p ? tail(k, n, p) : 1 - tail(n - k + 1, n, 1 - p);
}
