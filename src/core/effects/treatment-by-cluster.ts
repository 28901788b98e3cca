import { ifPossible } from '../if-possible.ts';
import { intraclassCorrelation } from '../sensitivity/minimum-detectable-effect.ts';

/** Units that are compared at several waves: the unit and the wave of each row, as codes 0, 1, … */
export interface UnitsAtWaves {
  readonly unit: Int32Array;
  readonly wave: Int32Array;
}

/**
 * How much of the treatment lies between clusters: its intra-class correlation, 1 where whole clusters were treated or not, about 0
 * where units were treated whatever their cluster. A unit without a cluster is one of its own; of clusters of one unit nothing is
 * known, so that it counts by the share of the treated, or of the others where that is larger, that have company in their cluster.
 *
 * Where units enter at different waves, the larger of two: of who enters among those who can at a wave, and of who ever enters.
 *
 * @param treated n values, 0 or 1; @param cluster n codes, -1 = none; @param moments of rows that are units at waves
 * @returns 0 where no cluster has two units, or the treatment does not vary
 * Cost: O(n). Source: Donner 1986, doi:10.2307/1403259, eq. 2.1.
 */
export function treatmentBetweenClusters(
  treated: Uint8Array,
  cluster: Int32Array,
  moments: UnitsAtWaves | null = null,
): number {
  if (moments === null) return shareBetween(Float64Array.from(treated), treated, withOwn(cluster, null));
  const { unit, wave } = moments;
  const own = withOwn(cluster, unit);
  const atWave = shareBetween(lessMeanOfWave(treated, wave), treated, cellsOf(own, wave));
  const first = firstRows(unit);
  const ever = everTreated(treated, unit).filter((_, row) => first[row] === 1);
  const everBetween = shareBetween(
    Float64Array.from(ever),
    ever,
    own.filter((_, row) => first[row] === 1),
  );
  return Math.max(atWave, everBetween);
}

/**
 * Clusters of a sample that were mostly treated, and that were mostly not, decided on all their units: half of them or more, ever,
 * and less than half, among those who are there at a wave. A cluster counts where it has a unit of that side in the sample.
 *
 * @param rows of the sample; other parameters as `treatmentBetweenClusters`
 * Cost: O(n).
 */
export function clustersByMost(
  treated: Uint8Array,
  cluster: Int32Array,
  moments: UnitsAtWaves | null,
  rows: Uint32Array,
): { readonly treated: number; readonly control: number } {
  const own = withOwn(cluster, moments?.unit ?? null);
  const cell = moments === null ? own : cellsOf(own, moments.wave);
  const first = moments === null ? null : firstRows(moments.unit);
  const ever = sharesOf(moments === null ? treated : everTreated(treated, moments.unit), own, first);
  const now = sharesOf(treated, cell, null);
  const mostly = { treated: new Set<number>(), control: new Set<number>() };
  for (const row of rows) {
    if (treated[row] === 1) {
      if (ever.get(own[row]!)! >= 0.5) mostly.treated.add(own[row]!);
    } else if (now.get(cell[row]!)! < 0.5) mostly.control.add(own[row]!);
  }
  return { treated: mostly.treated.size, control: mostly.control.size };
}

/** Codes in which every unit has a cluster. */
export function withOwn(cluster: Int32Array, unit: Int32Array | null): Int32Array {
  const free = cluster.reduce((most, code) => Math.max(most, code + 1), 0);
  return cluster.map((code, row) => (code >= 0 ? code : free + (unit?.[row] ?? row)));
}

function shareBetween(values: Float64Array, treated: Uint8Array, codes: Int32Array): number {
  const { dense, sizes } = renumber(codes);
  const correlation = ifPossible(() => intraclassCorrelation(values, dense)) ?? 0;
  const count = [0, 0];
  const withCompany = [0, 0];
  for (let row = 0; row < dense.length; row++) {
    const side = treated[row]!;
    count[side] = count[side]! + 1;
    if (sizes[dense[row]!]! > 1) withCompany[side] = withCompany[side]! + 1;
  }
  return count[0] === 0 || count[1] === 0
    ? 0
    : correlation * Math.max(withCompany[0]! / count[0]!, withCompany[1]! / count[1]!);
}

function renumber(codes: Int32Array): { dense: Int32Array; sizes: readonly number[] } {
  const place = new Map<number, number>();
  const sizes: number[] = [];
  const dense = codes.map((code) => {
    const known = place.get(code) ?? sizes.push(0) - 1;
    place.set(code, known);
    sizes[known] = sizes[known]! + 1;
    return known;
  });
  return { dense, sizes };
}

/** Waves differ in how many enter, which says nothing of clusters. */
function lessMeanOfWave(treated: Uint8Array, wave: Int32Array): Float64Array {
  const share = sharesOf(treated, wave, null);
  return Float64Array.from(treated, (t, row) => t - share.get(wave[row]!)!);
}

function cellsOf(own: Int32Array, wave: Int32Array): Int32Array {
  const waves = wave.reduce((most, w) => Math.max(most, w + 1), 0);
  return renumber(own).dense.map((code, row) => code * waves + wave[row]!);
}

function firstRows(unit: Int32Array): Uint8Array {
  const seen = new Set<number>();
  return Uint8Array.from(unit, (u) => {
    const isFirst = !seen.has(u);
    seen.add(u);
    return isFirst ? 1 : 0;
  });
}

function everTreated(treated: Uint8Array, unit: Int32Array): Uint8Array {
  const entered = new Set(unit.filter((_, row) => treated[row] === 1));
  return Uint8Array.from(unit, (u) => (entered.has(u) ? 1 : 0));
}

/** Share of ones by code, among the rows that are counted. */
function sharesOf(values: Uint8Array, codes: Int32Array, counted: Uint8Array | null): ReadonlyMap<number, number> {
  const sums = new Map<number, { sum: number; count: number }>();
  for (let row = 0; row < codes.length; row++) {
    if (counted !== null && counted[row] === 0) continue;
    const known = sums.get(codes[row]!) ?? { sum: 0, count: 0 };
    known.sum += values[row]!;
    known.count++;
    sums.set(codes[row]!, known);
  }
  return new Map([...sums].map(([code, { sum, count }]) => [code, sum / count]));
}
