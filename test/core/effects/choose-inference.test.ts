import { describe, expect, it } from 'vitest';
import {
  chooseInference,
  type InferenceDesign,
  type StandardErrorRequest,
} from '../../../src/core/effects/choose-inference.ts';
import { clustersByMost, treatmentBetweenClusters } from '../../../src/core/effects/treatment-by-cluster.ts';

/** `arms` = treated and control clusters of three units each. */
function whole(arms: readonly [number, number], asked: StandardErrorRequest = 'by-design'): InferenceDesign {
  const clusters = Array.from({ length: arms[0] + arms[1] }, (_, g) => g);
  return {
    treated: Uint8Array.from(clusters.flatMap((g) => Array(3).fill(g < arms[0] ? 1 : 0))),
    cluster: Int32Array.from(clusters.flatMap((g) => [g, g, g])),
    isAskedFor: false,
    betweenClusters: 0,
    clustersByMost: { treated: 0, control: 0 },
    matchedSet: null,
    sample: 'pairs',
    partners: null,
    near: null,
    equations: null,
    asked,
    seed: 1,
  };
}

const alone: InferenceDesign = { ...whole([4, 4]), cluster: null };
const pairs: InferenceDesign = { ...alone, matchedSet: Int32Array.from({ length: 24 }, (_, i) => i % 12) };
const again: InferenceDesign = {
  ...alone,
  partners: {
    focal: Uint32Array.of(0, 1),
    from: Uint32Array.of(0, 1),
    to: Uint32Array.of(1, 2),
    order: Uint32Array.of(20, 20),
    dropped: 0,
  },
  near: () => ({
    focal: Uint32Array.of(20),
    from: Uint32Array.of(0),
    to: Uint32Array.of(2),
    order: Uint32Array.of(20, 21),
    dropped: 0,
  }),
};
const withoutCoordinates: InferenceDesign = { ...again, near: null };
const ofAbadieAndImbens = ['by-design', 'abadie-imbens', 'abadie-imbens-homoskedastic'] as const;
const mixed = (clusters: number, asked: StandardErrorRequest = 'by-design'): InferenceDesign => ({
  ...alone,
  treated: Uint8Array.from({ length: clusters * 4 }, (_, i) => (i < clusters * 2 ? 1 : 0)),
  cluster: Int32Array.from({ length: clusters * 4 }, (_, i) => i % clusters),
  isAskedFor: true,
  asked,
});
const chosen = (design: InferenceDesign) => {
  const { method, reason } = chooseInference(design);
  return [method, reason];
};

describe('the choice of the standard error', () => {
  it('goes by the number of clusters of each group where whole clusters were treated', () => {
    expect(chosen(whole([3, 7]))).toEqual(['cluster-means', 'few-clusters']);
    expect(chosen(whole([9, 40]))).toEqual(['cluster-means', 'few-clusters']);
    expect(chosen(whole([10, 10]))).toEqual(['cluster-CR2', 'treatment-by-cluster']);
    expect(chosen(whole([500, 501]))).toEqual(['cluster-CR1', 'many-clusters']);
  });

  it('takes the wild bootstrap for few clusters that hold both groups, when they are asked for', () => {
    expect(chosen(mixed(19))).toEqual(['wild-cluster-bootstrap', 'few-mixed-clusters']);
    expect(chosen(mixed(20))).toEqual(['cluster-CR2', 'cluster-asked-for']);
    expect(chosen({ ...mixed(19), isAskedFor: false, sample: 'units' })).toEqual(['HC3', 'independent-units']);
  });

  it('counts clusters that hold a tenth of the treatment between them, unless units are asked for', () => {
    const mixed = (groups: number): InferenceDesign => {
      const cluster = Int32Array.from({ length: 20 * groups }, (_, i) => Math.floor(i / 20));
      const treated = Uint8Array.from(cluster, (g, i) => (i % 20 < (g % 2 === 0 ? 4 : 12) ? 1 : 0));
      return {
        ...pairs,
        treated,
        cluster,
        betweenClusters: treatmentBetweenClusters(treated, cluster),
        sample: 'units',
      };
    };
    // Shares of 0.2 and 0.6: between clusters a variance of 0.04, within them of 0.2.
    expect(mixed(400).betweenClusters).toBeCloseTo(0.04 / (0.04 + 0.2), 1);
    expect(chosen(mixed(30))).toEqual(['cluster-CR2', 'treatment-partly-by-cluster']);
    expect(chosen(mixed(12))).toEqual(['wild-cluster-bootstrap', 'treatment-partly-by-cluster']);
    expect(chosen(mixed(1002))).toEqual(['cluster-CR1', 'many-clusters']);
    expect(chosen(mixed(4))).toEqual(['HC3', 'independent-units']);
    expect(chosen({ ...mixed(30), betweenClusters: 0.09 })).toEqual(['HC3', 'independent-units']);
    expect(chosen({ ...mixed(30), asked: 'units' })).toEqual(['HC3', 'as-asked']);
    expect(chosen({ ...mixed(30), isAskedFor: true })).toEqual(['cluster-CR2', 'cluster-asked-for']);
  });

  it('counts clusters where a few of their units did otherwise, though nobody asked, and refuses what ignores them', () => {
    const leak = (groups: number, mostlyTreated = groups / 2): InferenceDesign => {
      const cluster = Int32Array.from({ length: 20 * groups }, (_, i) => Math.floor(i / 20));
      const treated = Uint8Array.from(cluster, (g, i) => (g < mostlyTreated && i > 0 ? 1 : 0));
      return {
        ...pairs,
        treated,
        cluster,
        betweenClusters: treatmentBetweenClusters(treated, cluster),
        clustersByMost: clustersByMost(treated, cluster, null, Uint32Array.from(cluster.keys())),
        sample: 'units',
      };
    };
    expect(leak(30).betweenClusters).toBeGreaterThan(0.9);
    expect(chosen(leak(30))).toEqual(['cluster-CR2', 'treatment-mostly-by-cluster']);
    expect(chosen(leak(12))).toEqual(['wild-cluster-bootstrap', 'treatment-mostly-by-cluster']);
    expect(chosen({ ...leak(30), asked: 'clusters' })).toEqual(['cluster-CR2', 'as-asked']);
    for (const asked of ['units', 'matched-sets', 'bootstrap', 'abadie-imbens', 'cluster-means'] as const) {
      expect(() => chooseInference({ ...leak(30), sample: 'pairs', asked }), asked).toThrow(
        expect.objectContaining({
          code: 'invalid-inference',
          details: { asked, use: ['by-design', 'clusters', 'wild-cluster-bootstrap'] },
        }),
      );
    }
    expect(() => chooseInference(leak(4))).toThrow(expect.objectContaining({ code: 'too-few-groups' }));
    for (const isAskedFor of [false, true]) {
      expect(chosen({ ...leak(12, 3), isAskedFor })).toEqual(['wild-cluster-bootstrap', 'treatment-mostly-by-cluster']);
      for (const [mostly, control] of [
        [1, 11],
        [2, 10],
        [10, 2],
      ] as const) {
        expect(() => chooseInference({ ...leak(12, mostly), isAskedFor })).toThrow(
          expect.objectContaining({ code: 'too-few-groups', details: { treated: mostly, control } }),
        );
      }
    }
    // Just below the half that makes it the clusters' treatment.
    expect(chosen({ ...leak(30), betweenClusters: 0.49 })).toEqual(['cluster-CR2', 'treatment-partly-by-cluster']);
    expect(chosen({ ...leak(30), betweenClusters: 0.5 })).toEqual(['cluster-CR2', 'treatment-mostly-by-cluster']);
  });

  it('goes by what was matched where units were treated one by one', () => {
    expect(chosen(pairs)).toEqual(['matched-sets', 'pairs-without-replacement']);
    expect(chosen(again)).toEqual(['abadie-imbens', 'partners-used-again']);
    expect(chooseInference(again).near).toBe(again.near);
    expect(chosen(withoutCoordinates)).toEqual(['abadie-imbens-homoskedastic', 'partners-used-again']);
    expect(chosen({ ...again, asked: 'abadie-imbens-homoskedastic' })).toEqual([
      'abadie-imbens-homoskedastic',
      'as-asked',
    ]);
    expect(chosen({ ...pairs, sample: 'strata' })).toEqual(['within-strata', 'strata']);
    const strata = {
      ...pairs,
      sample: 'strata' as const,
      matchedSet: Int32Array.from({ length: 24 }, (_, i) => i % 20),
    };
    expect(chosen(strata)).toEqual(['matched-sets', 'strata']);
    expect(chosen({ ...alone, sample: 'weights' })).toEqual(['HC3', 'weights-taken-as-known']);
  });

  it('counts a unit without a cluster as a cluster of its own', () => {
    const some = { ...whole([4, 4]), cluster: Int32Array.from({ length: 24 }, (_, i) => (i < 12 ? -1 : (i / 3) | 0)) };
    expect(chooseInference(some).clusters).toEqual({ treated: 12, control: 4 });
  });

  it.each<[string, InferenceDesign, StandardErrorRequest, readonly string[]]>([
    [
      'units of a cluster that was treated as a whole',
      whole([12, 12]),
      'units',
      ['by-design', 'cluster-means', 'clusters'],
    ],
    ['matched sets across such clusters', whole([12, 12]), 'matched-sets', ['by-design', 'cluster-means', 'clusters']],
    ['a bootstrap of such units', whole([12, 12]), 'bootstrap', ['by-design', 'cluster-means', 'clusters']],
    ['CR2 with three clusters on a side', whole([3, 20]), 'clusters', ['by-design', 'cluster-means']],
    [
      'the wild bootstrap with three clusters on a side',
      whole([3, 20]),
      'wild-cluster-bootstrap',
      ['by-design', 'cluster-means'],
    ],
    [
      'means of clusters that hold both groups',
      mixed(20),
      'cluster-means',
      ['by-design', 'clusters', 'wild-cluster-bootstrap'],
    ],
    ['the bootstrap where partners are used again', again, 'bootstrap', ofAbadieAndImbens],
    ['HC3 where partners are used again', again, 'units', ofAbadieAndImbens],
    ['matched sets where partners are used again', again, 'matched-sets', ofAbadieAndImbens],
    [
      'a variance of each partner by distances of the caller',
      withoutCoordinates,
      'abadie-imbens',
      ['by-design', 'abadie-imbens-homoskedastic'],
    ],
    ['Abadie and Imbens where partners serve once', pairs, 'abadie-imbens', ['by-design', 'matched-sets', 'bootstrap']],
    ['single units of pairs', pairs, 'units', ['by-design', 'matched-sets', 'bootstrap']],
    [
      'a bootstrap with weights taken as they are',
      { ...alone, sample: 'weights' },
      'bootstrap',
      ['by-design', 'units'],
    ],
    ['clusters that the data do not have', pairs, 'clusters', ['by-design']],
    ['matched sets where nothing was matched', { ...alone, sample: 'units' }, 'matched-sets', ['by-design', 'units']],
  ])('refuses %s, with what is valid', (_, design, asked, use) => {
    expect(() => chooseInference({ ...design, asked })).toThrow(
      expect.objectContaining({ code: 'invalid-inference', details: { asked, use } }),
    );
    for (const valid of use)
      expect(() => chooseInference({ ...design, asked: valid as StandardErrorRequest })).not.toThrow();
  });

  it('refuses one treated cluster whatever is asked, and fewer than five mixed ones', () => {
    for (const asked of ['by-design', 'units', 'wild-cluster-bootstrap'] as const) {
      expect(() => chooseInference(whole([1, 9], asked))).toThrow(
        expect.objectContaining({ code: 'too-few-groups', details: { treated: 1, control: 9 } }),
      );
    }
    expect(() => chooseInference(mixed(4))).toThrow(expect.objectContaining({ code: 'too-few-groups' }));
  });
});
