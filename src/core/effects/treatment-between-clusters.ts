import { ifPossible } from '../if-possible.ts';
import { intraclassCorrelation } from '../sensitivity/minimum-detectable-effect.ts';

/**
 * How much of the treatment lies between clusters: its intra-class correlation, 1 where whole clusters were treated or not, about 0
 * where units were treated whatever their cluster.
 *
 * @param treated n values, 0 or 1; @param cluster n codes, -1 = none
 * @returns 0 where no cluster has two units, or the treatment does not vary
 */
export function treatmentBetweenClusters(treated: Uint8Array, cluster: Int32Array): number {
  const place = new Map<number, number>();
  const values: number[] = [];
  const codes: number[] = [];
  cluster.forEach((code, row) => {
    if (code < 0) return;
    if (!place.has(code)) place.set(code, place.size);
    values.push(treated[row]!);
    codes.push(place.get(code)!);
  });
  return ifPossible(() => intraclassCorrelation(Float64Array.from(values), Int32Array.from(codes))) ?? 0;
}
