import type { ExperimentTable } from './experiment-table.ts';

/**
 * What the error of each row counts for when models are compared, 1 / (v + median v): precise estimates say more about a model than
 * noisy ones, but none counts more than twice the median one. 1 for rows without a sampling variance.
 */
export function errorWeights({ variance, effect }: ExperimentTable): Float64Array {
  if (variance === null) return new Float64Array(effect.length).fill(1);
  const sorted = Float64Array.from(variance).sort();
  const median = sorted[Math.floor((sorted.length - 1) / 2)]!;
  return variance.map((v) => 1 / (v + median));
}
