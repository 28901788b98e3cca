import { studentTQuantile } from '../stats/student-t.ts';
import type { LeftOutPredictions } from './cross-validate.ts';
import { errorWeights } from './error-weights.ts';
import type { ExperimentTable } from './experiment-table.ts';

/** By how much one kind of model forecasts better than another, judged over groups that were left out. */
export interface PairedGain {
  /** share of the rival's weighted squared error that is gone; negative where the rival is better */
  readonly share: number;
  /** one-sided 95 % lower bound of that share; null with a single group */
  readonly lower: number | null;
  readonly groups: number;
}

/**
 * Compares two kinds on the same left-out rows, paired by group: share = sum(d_g) / sum(s_g), where d_g is by how much less the squared
 * errors of group g weigh, and s_g what those of the rival weigh. Rows of a group err together, so the standard error is that
 * of a ratio over groups, sqrt(G / (G - 1) sum (d_g - share s_g)^2) / sum s_g, with Student's t of G - 1 degrees of freedom.
 *
 * @param own, rival forecasts of the n rows of `table`, each made without its group
 * @param group n indices of what was left out together
 * Cost: O(n). Source: Cochran 1977, Sampling Techniques, eq. 6.13 (ratio of cluster totals).
 */
export function pairedGain(
  table: ExperimentTable,
  group: Uint32Array,
  own: LeftOutPredictions,
  rival: LeftOutPredictions,
): PairedGain {
  const weight = errorWeights(table);
  const byGroup = new Map<number, { gained: number; rival: number }>();
  table.effect.forEach((effect, i) => {
    const entry = byGroup.get(group[i]!) ?? { gained: 0, rival: 0 };
    const lost = weight[i]! * (effect - rival.mean[i]!) ** 2;
    entry.gained += lost - weight[i]! * (effect - own.mean[i]!) ** 2;
    entry.rival += lost;
    byGroup.set(group[i]!, entry);
  });
  const groups = [...byGroup.values()];
  const G = groups.length;
  const total = groups.reduce((sum, entry) => sum + entry.rival, 0);
  // A rival without error leaves nothing to gain.
  if (total === 0) return { share: 0, lower: null, groups: G };
  const share = groups.reduce((sum, entry) => sum + entry.gained, 0) / total;
  if (G < 2) return { share, lower: null, groups: G };
  const squares = groups.reduce((sum, entry) => sum + (entry.gained - share * entry.rival) ** 2, 0);
  const error = Math.sqrt((G / (G - 1)) * squares) / total;
  return { share, lower: share - studentTQuantile(0.95, G - 1) * error, groups: G };
}
