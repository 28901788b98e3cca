import type { EffectSample } from '../effects/estimate-effect.ts';
import { CoreError } from '../errors.ts';
import { intraclassCorrelation } from '../sensitivity/minimum-detectable-effect.ts';

/**
 * How much too small a standard error is that takes the units of clusters as independent:
 * sqrt(1 + (m - 1) icc(treatment) icc(outcome)), at least 1, with m = sum m_g^2 / sum m_g, and the outcome less the mean of its group.
 *
 * @param cluster number of the cluster of each unit of the sample, -1 = none
 * @returns 1 where no cluster has two units
 * Cost: a few passes. Source: Moulton 1986, doi:10.1016/0304-4076(86)90021-7; for clusters of different size as in Angrist and
 * Pischke 2009, section 8.2.1.
 */
export function standardErrorInflation({ treated, outcome, weights }: EffectSample, cluster: Int32Array): number {
  const rows = Uint32Array.from(cluster.keys()).filter((row) => cluster[row]! >= 0);
  if (rows.length === 0) return 1;
  const place = new Map<number, number>();
  const codes = Int32Array.from(rows, (row) => {
    const code = cluster[row]!;
    if (!place.has(code)) place.set(code, place.size);
    return place.get(code)!;
  });
  const mean = [0, 1].map((group) => {
    let sum = 0;
    let total = 0;
    for (let i = 0; i < outcome.length; i++) {
      if (treated[i] !== group) continue;
      sum += weights[i]! * outcome[i]!;
      total += weights[i]!;
    }
    return sum / total;
  });
  const sizes = new Float64Array(place.size);
  for (const code of codes) sizes[code] = sizes[code]! + 1;
  const size = sizes.reduce((sum, m) => sum + m * m, 0) / rows.length;
  const share = (values: Float64Array): number => {
    try {
      return intraclassCorrelation(values, codes);
    } catch (error) {
      // Clusters of one unit each, or nothing that varies: nothing is shared.
      if (error instanceof CoreError) return 0;
      throw error;
    }
  };
  const ofTreatment = share(Float64Array.from(rows, (row) => treated[row]!));
  const ofOutcome = share(Float64Array.from(rows, (row) => outcome[row]! - mean[treated[row]!]!));
  return Math.sqrt(1 + Math.max(0, size - 1) * ofTreatment * ofOutcome);
}
