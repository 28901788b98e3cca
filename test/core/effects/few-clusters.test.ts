import { describe, expect, it } from 'vitest';
import { bootstrapSets } from '../../../src/core/effects/bootstrap-sets.ts';
import { clusterMeansEffect, clusterMeansOf } from '../../../src/core/effects/cluster-means.ts';
import { permuteGroups, permuteSigns } from '../../../src/core/effects/permutation-test.ts';
import { clusterCovariance, standardErrors } from '../../../src/core/effects/robust-covariance.ts';
import { withinStrataError } from '../../../src/core/effects/stratified-effect.ts';
import { fitWeightedRegression } from '../../../src/core/effects/weighted-regression.ts';
import { wildClusterBootstrap } from '../../../src/core/effects/wild-cluster-bootstrap.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { packMatrix } from '../../../src/core/propensity/design-matrix.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';

const ones = (n: number) => new Float64Array(n).fill(1);

describe('means of clusters', () => {
  // means 3, 5 (treated) and 1, 2, 3 (control), from clusters of different sizes
  const sample = {
    treated: Uint8Array.of(1, 1, 1, 0, 0, 0, 0),
    outcome: Float64Array.of(2, 4, 5, 1, 2, 2, 4),
    weights: ones(7),
  };
  const cluster = Int32Array.of(0, 0, 1, 2, 3, 4, 4);

  it('are compared by the t test of two samples with a common variance', () => {
    const effect = clusterMeansEffect(clusterMeansOf(sample, [], cluster, kernels));
    // Student by hand: squares 2 + 2, df 3, variance 4/3 (1/2 + 1/3)
    expect(effect.estimate).toBeCloseTo(2, 14);
    expect(effect.standardError).toBeCloseTo(Math.sqrt((4 / 3) * (5 / 6)), 14);
    expect(effect.degreesOfFreedom).toBe(3);
  });

  it('weigh units within a cluster, and count every cluster once', () => {
    const weighted = { ...sample, weights: Float64Array.of(3, 1, 1, 1, 1, 1, 1) };
    expect(clusterMeansOf(weighted, [], cluster, kernels).means[0]).toBeCloseTo(2.5, 14);
    const doubled = { ...sample, weights: Float64Array.of(2, 2, 9, 1, 1, 1, 1) };
    expect(clusterMeansOf(doubled, [], cluster, kernels).means).toEqual(
      clusterMeansOf(sample, [], cluster, kernels).means,
    );
  });

  it('are free of a covariate that moves the outcome within clusters, and leave out one that does not vary there', () => {
    const x = Float64Array.of(0, 1, 2, 5, 5, 3, 4);
    const tilted = { ...sample, outcome: sample.outcome.map((_, i) => 10 + 3 * x[i]! + [1, 1, 2, 0, 0, 1, 1][i]!) };
    const columns = [
      { name: 'x', values: x },
      { name: 'by cluster', values: Float64Array.from(cluster, (g) => g * g) },
    ];
    const means = clusterMeansOf(tilted, columns, cluster, kernels);
    expect([...means.means].map((m) => Math.round(m * 1e9) / 1e9)).toEqual([11, 12, 10, 10, 11]);
    expect(means.adjustedFor).toEqual(['x']);
    expect(means.leftOut).toEqual(['by cluster']);
  });

  it('are as uncertain as the slopes that were taken out of them, too', () => {
    const means = { means: Float64Array.of(4, 6, 1, 3, 2), treated: Uint8Array.of(1, 1, 0, 0, 0) };
    const bare = { ...means, adjustedFor: [], leftOut: [] };
    // squares 2 + 2, df 3, variance 4/3 (1/2 + 1/3) = 10/9
    expect(clusterMeansEffect({ ...bare, slopeVariance: 0 }).standardError).toBeCloseTo(Math.sqrt(10 / 9), 14);
    expect(clusterMeansEffect({ ...bare, slopeVariance: 3 }).standardError).toBeCloseTo(Math.sqrt(10 / 9 + 3), 14);
  });

  it('refuse one cluster on a side, and a cluster with both groups', () => {
    const one = clusterMeansOf(sample, [], Int32Array.of(0, 0, 0, 1, 2, 3, 3), kernels);
    expect(() => clusterMeansEffect(one)).toThrow(
      expect.objectContaining({ code: 'too-few-groups', details: { treated: 1, control: 3 } }),
    );
    expect(() => clusterMeansOf(sample, [], Int32Array.of(0, 0, 1, 1, 2, 3, 3), kernels)).toThrow(
      expect.objectContaining({ code: 'too-few-groups' }),
    );
  });
});

describe('the permutation test', () => {
  it('looks at every choice where they are few: Fisher’s lady tasting tea', () => {
    // eight cups, four with the milk first, all told right: 1 in 70, two-sided 2 in 70
    const told = Float64Array.of(1, 1, 1, 1, 0, 0, 0, 0);
    const test = permuteGroups(told, Uint8Array.from(told), { draws: 100, seed: 1 });
    expect(test).toEqual({ pValue: 2 / 70, draws: 70, isExact: true });
  });

  it('within pairs is the sign test of Darwin’s maize by every sign (Fisher 1935: 863 of 32768 as large)', () => {
    const eighths = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
    const test = permuteSigns(Float64Array.from(eighths), { draws: 40_000, seed: 1 });
    expect(test.isExact).toBe(true);
    expect(test.draws).toBe(32_768);
    // Fisher counts 863 sums as large in one direction, 1726 in both.
    expect(test.pValue * 32_768).toBeCloseTo(1726, 6);
    const random = permuteSigns(Float64Array.from(eighths), { draws: 20_000, seed: 7 });
    expect(Math.abs(random.pValue - 1726 / 32_768)).toBeLessThan(4 * Math.sqrt((0.053 * 0.947) / 20_000));
  });

  it('at random agrees with every choice, and does not depend on which draws were made before', () => {
    const random = createRandom(5, 'permutation');
    const values = Float64Array.from({ length: 14 }, (_, i) => random.normal() + (i < 5 ? 1 : 0));
    const treated = Uint8Array.from({ length: 14 }, (_, i) => (i < 5 ? 1 : 0));
    const every = permuteGroups(values, treated, { draws: 3000, seed: 1 });
    const some = permuteGroups(values, treated, { draws: 2000, seed: 1 });
    expect([every.isExact, every.draws, some.isExact]).toEqual([true, 2002, false]);
    expect(Math.abs(some.pValue - every.pValue)).toBeLessThan(
      4 * Math.sqrt((every.pValue * (1 - every.pValue)) / 2000),
    );
    const moved = permuteGroups(
      values.map((v) => 1e6 + 1000 * v),
      treated,
      { draws: 2000, seed: 1 },
    );
    expect(moved.pValue).toBe(some.pValue);
  });

  it('reports its progress and ends when it is told to', () => {
    const values = Float64Array.from({ length: 60 }, (_, i) => Math.sin(i));
    const treated = Uint8Array.from(values, (_, i) => i % 2);
    const seen: number[] = [];
    const stop = (fraction: number) => {
      seen.push(fraction);
      return fraction < 0.5;
    };
    expect(() => permuteGroups(values, treated, { draws: 100, seed: 1 }, stop)).toThrow(
      expect.objectContaining({ code: 'cancelled', details: { draw: 50 } }),
    );
    expect(seen).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
  });

  it('refuses a group without blocks, no sets and no draws', () => {
    const options = { draws: 10, seed: 1 };
    expect(() => permuteGroups(ones(3), Uint8Array.of(1, 1, 1), options)).toThrow(
      expect.objectContaining({ code: 'empty-group', details: { treated: 3, control: 0 } }),
    );
    expect(() => permuteSigns(new Float64Array(0), options)).toThrow(expect.objectContaining({ code: 'empty-group' }));
    expect(() => permuteSigns(ones(3), { draws: 0, seed: 1 })).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });
});

/** Outcome with a shared error per cluster, treatment within clusters, one covariate. */
function clustered(seed: number, groups: number, each: number) {
  const random = createRandom(seed, 'clustered');
  const n = groups * each;
  const cluster = Int32Array.from({ length: n }, (_, i) => (i / each) | 0);
  const shared = Float64Array.from({ length: groups }, () => random.normal());
  const x = Float64Array.from({ length: n }, () => random.normal());
  const d = Float64Array.from({ length: n }, (_, i) => (random.bernoulli(cluster[i]! % 2 === 0 ? 0.7 : 0.3) ? 1 : 0));
  const y = Float64Array.from({ length: n }, (_, i) => 0.4 * d[i]! + x[i]! + shared[cluster[i]!]! + random.normal());
  const weights = Float64Array.from({ length: n }, () => 0.5 + random.uniform());
  const columns = [
    { name: 'd', values: d },
    { name: 'x', values: x },
  ];
  const { matrix, names } = packMatrix(n, columns, true);
  return { cluster, columns, y, weights, fit: fitWeightedRegression(matrix, names, y, weights, kernels) };
}

describe('the wild cluster bootstrap', () => {
  const groups = 9;
  const { cluster, columns, y, weights, fit } = clustered(3, groups, 8);
  const options = { draws: 399, seed: 11, weights: 'webb', confidence: 0.95 } as const;

  it('is the bootstrap written out: restricted fit, new outcomes, new regression, new t', () => {
    const n = y.length;
    const points = [-Math.sqrt(1.5), -1, -Math.sqrt(0.5), Math.sqrt(0.5), 1, Math.sqrt(1.5)];
    const without = packMatrix(n, [columns[1]!], true);
    const restricted = fitWeightedRegression(without.matrix, without.names, y, weights, kernels);
    const t = (outcome: Float64Array): number => {
      const again = fitWeightedRegression(fit.x, fit.names, outcome, weights, kernels);
      return again.coefficients[1]! / standardErrors(clusterCovariance(again, cluster, 'CR1', kernels))[1]!;
    };
    const observed = Math.abs(t(y));
    const random = createRandom(options.seed, 'wild-cluster-bootstrap');
    let count = 0;
    for (let draw = 0; draw < options.draws; draw++) {
      const stream = random.stream(draw);
      const v = Array.from({ length: groups }, () => points[stream.integer(6)]!);
      const outcome = y.map((value, i) => value + (v[cluster[i]!]! - 1) * restricted.residuals[i]!);
      if (Math.abs(t(outcome)) >= observed) count++;
    }
    const { pValue } = wildClusterBootstrap(fit, cluster, 1, options, kernels);
    expect(pValue).toBeCloseTo((1 + count) / (1 + options.draws), 12);
  });

  it('has an interval of the values it does not refuse: its p-value at the ends is the level', () => {
    const { lower, upper } = wildClusterBootstrap(fit, cluster, 1, options, kernels);
    expect(lower).toBeLessThan(fit.coefficients[1]!);
    expect(upper).toBeGreaterThan(fit.coefficients[1]!);
    for (const end of [lower, upper]) {
      const moved = y.map((value, i) => value - end * columns[0]!.values[i]!);
      const at = fitWeightedRegression(fit.x, fit.names, moved, weights, kernels);
      const { pValue } = wildClusterBootstrap(at, cluster, 1, options, kernels);
      expect(Math.abs(pValue - 0.05)).toBeLessThan(0.011);
    }
  });

  it('moves and stretches with the outcome', () => {
    const plain = wildClusterBootstrap(fit, cluster, 1, options, kernels);
    const stretched = fitWeightedRegression(
      fit.x,
      fit.names,
      y.map((value) => 7 + 4 * value),
      weights,
      kernels,
    );
    const result = wildClusterBootstrap(stretched, cluster, 1, options, kernels);
    expect(result.pValue).toBe(plain.pValue);
    for (const key of ['lower', 'upper', 'standardError'] as const) expect(result[key]).toBeCloseTo(4 * plain[key], 8);
  });

  it('refuses fewer than five clusters, too few draws, and clusters among which nothing can be refused', () => {
    const few = clustered(3, 4, 8);
    expect(() => wildClusterBootstrap(few.fit, few.cluster, 1, options, kernels)).toThrow(
      expect.objectContaining({ code: 'too-few-groups', details: { groups: 4 } }),
    );
    expect(() => wildClusterBootstrap(fit, cluster, 1, { ...options, draws: 20 }, kernels)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
    // five signs have 16 different statistics: never below 1 in 16
    const five = clustered(3, 5, 8);
    expect(() =>
      wildClusterBootstrap(five.fit, five.cluster, 1, { ...options, weights: 'rademacher' }, kernels),
    ).toThrow(expect.objectContaining({ code: 'too-few-groups' }));
  });
});

describe('the bootstrap of matched sets', () => {
  const { fit, cluster } = clustered(8, 60, 2);

  it('approaches the error by matched set', () => {
    const { standardError, degreesOfFreedom } = bootstrapSets(fit, cluster, 1, { draws: 3000, seed: 2 }, kernels);
    const analytic = standardErrors(clusterCovariance(fit, cluster, 'CR1', kernels))[1]!;
    expect(Math.abs(standardError / analytic - 1)).toBeLessThan(0.1);
    expect(degreesOfFreedom).toBe(59);
  });

  it('refuses few sets, few draws and what is too large', () => {
    const few = clustered(8, 9, 2);
    expect(() => bootstrapSets(few.fit, few.cluster, 1, { draws: 999, seed: 2 }, kernels)).toThrow(
      expect.objectContaining({ code: 'too-few-groups', details: { groups: 9 } }),
    );
    expect(() => bootstrapSets(fit, cluster, 1, { draws: 10, seed: 2 }, kernels)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });
});

describe('the variance within strata', () => {
  it('is the sum of squared shares times the variance of each mean', () => {
    const outcome = Float64Array.of(1, 3, 2, 6, 10, 14, 9, 9, 12);
    const treated = Uint8Array.of(1, 1, 0, 0, 1, 1, 0, 0, 0);
    const stratum = Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1, 1);
    // ATT: each treated 1; controls 2/2 and 2/3
    const weights = Float64Array.of(1, 1, 1, 1, 1, 1, 2 / 3, 2 / 3, 2 / 3);
    const { standardError, degreesOfFreedom } = withinStrataError(outcome, treated, weights, stratum)!;
    const variance = 0.25 * (2 / 2 + 8 / 2) + 0.25 * (8 / 2 + 3 / 3);
    expect(standardError).toBeCloseTo(Math.sqrt(variance), 14);
    expect(degreesOfFreedom).toBe(5);
  });
  it('does not exist where a stratum has one unit of a group', () => {
    const one = Uint8Array.of(1, 0, 0);
    expect(withinStrataError(ones(3), one, ones(3), new Int32Array(3))).toBeNull();
  });
});

describe('a permutation test by draws', () => {
  it('counts the data among the draws: where none is as large, p is 1 / (1 + draws)', () => {
    const same = new Float64Array(40).fill(1);
    expect(permuteSigns(same, { draws: 200, seed: 1 }).pValue).toBe(1 / 201);
    const apart = Float64Array.from({ length: 40 }, (_, i) => (i < 20 ? 1 : 0));
    const treated = Uint8Array.from(apart);
    expect(permuteGroups(apart, treated, { draws: 200, seed: 1 }).pValue).toBe(1 / 201);
  });
});
