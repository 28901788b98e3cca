import { describe, expect, it } from 'vitest';
import { clustersByMost, treatmentBetweenClusters } from '../../../src/core/effects/treatment-by-cluster.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';

const random = createRandom(1, 'treatment-by-cluster');

interface Unit {
  readonly cluster: number;
  /** wave of entry; as many as there are waves: never */
  readonly entry: number;
}

/** A row for each unit at each wave up to its entry, as in risk sets. */
function rowsOf(units: readonly Unit[], waves: number) {
  const rows = units.flatMap(({ cluster, entry }, unit) =>
    Array.from({ length: Math.min(entry + 1, waves) }, (_, wave) => ({ unit, cluster, wave, isEntry: wave === entry })),
  );
  return {
    treated: Uint8Array.from(rows, ({ isEntry }) => (isEntry ? 1 : 0)),
    cluster: Int32Array.from(rows, ({ cluster }) => cluster),
    moments: { unit: Int32Array.from(rows, ({ unit }) => unit), wave: Int32Array.from(rows, ({ wave }) => wave) },
    all: Uint32Array.from(rows.keys()),
  };
}

const units = (clusters: number, each: number, entry: (cluster: number, unit: number) => number): readonly Unit[] =>
  Array.from({ length: clusters * each }, (_, i) => ({
    cluster: Math.floor(i / each),
    entry: entry(Math.floor(i / each), i % each),
  }));

describe('the share of a treatment between clusters', () => {
  it('is the intra-class correlation: 1 for whole clusters, 0 for the same share in each, Donner’s for what lies between', () => {
    const cluster = Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1);
    expect(treatmentBetweenClusters(Uint8Array.of(1, 1, 1, 1, 0, 0, 0, 0), cluster)).toBe(1);
    expect(treatmentBetweenClusters(Uint8Array.of(1, 1, 0, 0, 1, 1, 0, 0), cluster)).toBe(0);
    // Mean squares between 0.5 and within 0.25: (0.5 - 0.25) / (0.5 + 3 * 0.25)
    expect(treatmentBetweenClusters(Uint8Array.of(1, 1, 1, 0, 1, 0, 0, 0), cluster)).toBeCloseTo(0.2, 12);
    expect(treatmentBetweenClusters(new Uint8Array(8), cluster)).toBe(0);
    expect(treatmentBetweenClusters(Uint8Array.of(1, 0), Int32Array.of(-1, -1))).toBe(0);
  });

  it('counts units without a cluster as their own, by the share of a group that has company', () => {
    // Three whole clusters of four, one unit of which did otherwise, against twelve controls without a cluster.
    const cluster = Int32Array.from({ length: 24 }, (_, i) => (i < 12 ? i >> 2 : -1));
    const leak = Uint8Array.from(cluster, (_, i) => (i > 0 && i < 12 ? 1 : 0));
    expect(treatmentBetweenClusters(leak, cluster)).toBeGreaterThan(0.5);
    // One whole cluster of four says nothing of 96 treated and 100 others without a cluster.
    const one = Int32Array.from({ length: 200 }, (_, i) => (i < 4 ? 0 : -1));
    const half = Uint8Array.from(one, (_, i) => (i < 100 ? 1 : 0));
    expect(treatmentBetweenClusters(half, one)).toBeCloseTo(0.04, 12);
  });

  it('where units enter at different waves is that of who enters at a wave, or of who ever does', () => {
    const share = (list: readonly Unit[], waves: number) => {
      const { treated, cluster, moments } = rowsOf(list, waves);
      return treatmentBetweenClusters(treated, cluster, moments);
    };
    // Whole clusters, each at its own wave; one never enters, or all do in the end.
    const each = (clusters: number) => units(clusters, 5, (g) => g);
    expect(share(each(6), 5)).toBe(1);
    expect(share(each(5), 5)).toBe(1);
    // But for one unit.
    const leak = share(
      units(6, 5, (g, u) => (g === 2 && u === 0 ? 9 : g)),
      5,
    );
    expect(leak).toBeGreaterThan(0.8);
    expect(leak).toBeLessThan(1);
    // Some clusters are offered it, and their units enter one by one.
    expect(
      share(
        units(10, 5, (g, u) => (g < 5 ? u : 9)),
        5,
      ),
    ).toBe(1);
    // Units enter whatever their cluster, more at one wave than at another.
    const hazards = [0.02, 0.7, 0.02, 0.3];
    const alone = share(
      units(40, 10, () => hazards.findIndex((hazard) => random.bernoulli(hazard))).map((unit) => ({
        ...unit,
        entry: unit.entry < 0 ? 9 : unit.entry,
      })),
      4,
    );
    expect(alone).toBeLessThan(0.05);
  });
});

describe('clusters mostly treated and mostly not', () => {
  it('are decided on all units, and count where the sample has a unit of that side', () => {
    const cluster = Int32Array.from({ length: 12 }, (_, i) => i >> 2);
    // Cluster 0 but for one unit, half of cluster 1, one unit of cluster 2.
    const treated = Uint8Array.of(1, 1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0);
    const of = (...rows: number[]) => clustersByMost(treated, cluster, null, Uint32Array.from(rows));
    expect(of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)).toEqual({ treated: 2, control: 1 });
    expect(of(0, 8, 3)).toEqual({ treated: 1, control: 0 });
    expect(of(4, 9)).toEqual({ treated: 1, control: 1 });
    expect(clustersByMost(treated, new Int32Array(12).fill(-1), null, Uint32Array.of(0, 1, 3))).toEqual({
      treated: 2,
      control: 1,
    });
  });

  it('at several waves: of those who enter it, and of those who are there before others enter', () => {
    // Cluster 0 enters at wave 1 and cluster 1 at wave 2, but for one unit; of cluster 2 one unit enters, of cluster 3 none.
    const entries = [1, 2, 9, 9];
    const list = units(4, 4, (g, u) => (g === 2 && u === 0 ? 1 : g === 1 && u === 0 ? 9 : entries[g]!));
    const { treated, cluster, moments, all } = rowsOf(list, 3);
    expect(clustersByMost(treated, cluster, moments, all)).toEqual({ treated: 2, control: 4 });
    const from = (wave: number) => all.filter((row) => moments.wave[row]! >= wave);
    expect(clustersByMost(treated, cluster, moments, from(2))).toEqual({ treated: 1, control: 2 });
    const alone = clustersByMost(treated, new Int32Array(all.length).fill(-1), moments, all);
    expect(alone).toEqual({ treated: 8, control: 16 });
    // Half of a cluster enters at once, the other half is there at three waves: units are counted, not rows.
    const half = rowsOf(
      units(1, 4, (_, u) => (u < 2 ? 0 : 9)),
      3,
    );
    expect(clustersByMost(half.treated, half.cluster, half.moments, half.all).treated).toBe(1);
  });
});
