/**
 * Order of the options by score, highest first; equal scores in the order of the options.
 */
export function rankByScore(scores: Float64Array): Uint32Array {
  const order = Uint32Array.from(scores, (_, i) => i);
  return order.sort((a, b) => scores[b]! - scores[a]! || a - b);
}

/**
 * Normalised discounted cumulative gain of the first k of a ranking: gains max(truth, 0), discount 1 / log2(rank + 1).
 *
 * @returns 0 to 1; 1 where no option has a positive truth, for then nothing could be gained
 * Source: Jaervelin and Kekaelaeinen 2002, doi:10.1145/582415.582418.
 */
export function normalisedGain(scores: Float64Array, truth: Float64Array, k: number): number {
  const gain = (order: Uint32Array) => {
    let sum = 0;
    for (let i = 0; i < Math.min(k, order.length); i++) sum += Math.max(0, truth[order[i]!]!) / Math.log2(i + 2);
    return sum;
  };
  const ideal = gain(rankByScore(truth));
  return ideal > 0 ? gain(rankByScore(scores)) / ideal : 1;
}

/** What following the scores loses: the best truth minus the truth of the option with the highest score. */
export function regretOfPick(scores: Float64Array, truth: Float64Array): number {
  return truth[rankByScore(truth)[0]!]! - truth[rankByScore(scores)[0]!]!;
}
