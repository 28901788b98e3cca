import { describe, expect, it } from 'vitest';
import { groupSupport } from '../../../src/core/disclosure/group-support.ts';
import { augmentedEffect } from '../../../src/core/effects/augmented-effect.ts';
import type { Inference } from '../../../src/core/effects/choose-inference.ts';
import { effectsByLevel } from '../../../src/core/effects/effects-by-level.ts';
import { type EffectSample, estimateEffect } from '../../../src/core/effects/estimate-effect.ts';
import { furtherEffects } from '../../../src/core/effects/further-effects.ts';
import { riskRatios } from '../../../src/core/effects/risk-ratios.ts';
import { clusterCovariance, standardErrors } from '../../../src/core/effects/robust-covariance.ts';
import { fitWeightedRegression } from '../../../src/core/effects/weighted-regression.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { packMatrix } from '../../../src/core/propensity/design-matrix.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { covariateStrengths } from '../../../src/core/sensitivity/covariate-strengths.ts';
import { holmAdjusted } from '../../../src/core/stats/holm.ts';

const plain: Inference = {
  method: 'HC3',
  reason: 'independent-units',
  cluster: null,
  clusters: null,
  equations: null,
  partners: null,
  near: null,
  seed: 1,
};

function draw(seed: number, n: number) {
  const random = createRandom(seed, 'further');
  const x = Float64Array.from({ length: n }, () => random.normal());
  const treated = Uint8Array.from(x, (v) => (random.bernoulli(1 / (1 + Math.exp(-0.6 * v))) ? 1 : 0));
  const level = Int32Array.from({ length: n }, () => random.integer(3));
  const outcome = Float64Array.from(x, (v, i) => v + treated[i]! * (1 + level[i]!) + random.normal());
  return { random, x, level, sample: { treated, outcome, weights: new Float64Array(n).fill(1) } };
}

const part = ({ treated, outcome, weights }: EffectSample, holds: (i: number) => boolean): EffectSample => {
  const rows = [...treated.keys()].filter(holds);
  return {
    treated: Uint8Array.from(rows, (r) => treated[r]!),
    outcome: Float64Array.from(rows, (r) => outcome[r]!),
    weights: Float64Array.from(rows, (r) => weights[r]!),
  };
};

describe('effects by level', () => {
  const { sample, level } = draw(1, 600);

  it('are those of each level alone, with its own error', () => {
    const { levels } = effectsByLevel(sample, [], level, 3, plain, 0.95, kernels);
    levels.forEach(({ effect, treated, control }, l) => {
      const alone = part(sample, (i) => level[i] === l);
      const own = estimateEffect(alone, [], plain, 0.95, kernels);
      expect(effect!.estimate).toBeCloseTo(own.estimate, 10);
      expect(effect!.standardError).toBeCloseTo(own.standardError, 10);
      expect(treated + control).toBe(alone.treated.length);
      expect(effect!.degreesOfFreedom).toBe(600 - 6); // three means and three effects in one regression
    });
  });

  it('have p-values adjusted together, and with clusters across levels the test of one regression with an interaction', () => {
    const { levels } = effectsByLevel(sample, [], level, 3, plain, 0.95, kernels);
    expect(levels.map(({ adjustedPValue }) => adjustedPValue)).toEqual(
      holmAdjusted(levels.map(({ effect }) => effect!.pValue)),
    );
    const two = level.map((l) => Math.min(l, 1));
    const cluster = Int32Array.from(two, (_, i) => i % 40);
    const clustered: Inference = { ...plain, method: 'cluster-CR1', cluster };
    const { interaction } = effectsByLevel(sample, [], two, 2, clustered, 0.95, kernels);
    const columns = [
      { name: 't', values: Float64Array.from(sample.treated) },
      { name: 'l', values: Float64Array.from(two) },
      { name: 't x l', values: Float64Array.from(two, (l, i) => l * sample.treated[i]!) },
    ];
    const { matrix, names } = packMatrix(600, columns, true);
    const fit = fitWeightedRegression(matrix, names, sample.outcome, sample.weights, kernels);
    const error = standardErrors(clusterCovariance(fit, cluster, 'CR1', kernels))[3]!;
    expect(interaction!.statistic).toBeCloseTo((fit.coefficients[3]! / error) ** 2, 8);
  });

  it('have the F test of their equality: with two levels the square of the t of the difference', () => {
    const two = level.map((l) => (l === 2 ? -1 : l));
    const { levels, interaction } = effectsByLevel(sample, [], two, 2, plain, 0.95, kernels);
    const [a, b] = levels.map(({ effect }) => effect!);
    const t = (b!.estimate - a!.estimate) / Math.hypot(a!.standardError, b!.standardError);
    expect(interaction!.statistic).toBeCloseTo(t * t, 9);
    expect(interaction!.numerator).toBe(1);
    const three = effectsByLevel(sample, [], level, 3, plain, 0.95, kernels).interaction!;
    // by hand for three: weighted squares around the weighted mean of independent estimates
    const effects = effectsByLevel(sample, [], level, 3, plain, 0.95, kernels).levels.map(({ effect }) => effect!);
    const w = effects.map(({ standardError }) => standardError ** -2);
    const mean = effects.reduce((s, e, l) => s + w[l]! * e.estimate, 0) / w.reduce((s, v) => s + v, 0);
    const q = effects.reduce((s, e, l) => s + w[l]! * (e.estimate - mean) ** 2, 0);
    expect(three.statistic).toBeCloseTo(q / 2, 8);
  });

  it('has the right size: equal effects are called different in one of twenty', () => {
    let refused = 0;
    for (let seed = 0; seed < 400; seed++) {
      const { sample: drawn, level: levels } = draw(1000 + seed, 120);
      const same = { ...drawn, outcome: drawn.outcome.map((y, i) => y - drawn.treated[i]! * levels[i]!) };
      if (effectsByLevel(same, [], levels, 3, plain, 0.95, kernels).interaction!.pValue < 0.05) refused++;
    }
    // 99.9 % of Binomial(400, 0.05)
    expect(refused).toBeGreaterThan(5);
    expect(refused).toBeLessThan(36);
  });

  it('are sharper when adjusted, and those of one regression with shared slopes', () => {
    const { x } = draw(1, 600);
    const columns = [
      { name: 'x', values: x },
      { name: 'in level 1', values: Float64Array.from(level, (l) => (l === 1 ? 1 : 0)) },
    ];
    const plainLevels = effectsByLevel(sample, [], level, 3, plain, 0.95, kernels).levels;
    effectsByLevel(sample, columns, level, 3, plain, 0.95, kernels).levels.forEach(({ effect }, l) => {
      expect(Math.abs(effect!.estimate - (1 + l)) / effect!.standardError).toBeLessThan(3.5);
      expect(effect!.standardError).toBeLessThan(plainLevels[l]!.effect!.standardError);
    });
    const one = effectsByLevel(sample, columns.slice(0, 1), new Int32Array(600), 1, plain, 0.95, kernels).levels[0]!
      .effect!;
    const whole = estimateEffect(sample, columns.slice(0, 1), plain, 0.95, kernels);
    expect(one.estimate).toBeCloseTo(whole.estimate, 10);
    expect(one.standardError).toBeCloseTo(whole.standardError, 10);
  });

  it('leaves a level with one treated unit without an effect, however many controls it has', () => {
    const first = sample.treated.indexOf(1);
    const controls = [...sample.treated.keys()].filter((i) => sample.treated[i] === 0).slice(0, 20);
    const lonely = level.map((l, i) => (i === first || controls.includes(i) ? 3 : l));
    const { levels } = effectsByLevel(sample, [], lonely, 4, plain, 0.95, kernels);
    expect([levels[3]!.treated, levels[3]!.control]).toEqual([1, 20]);
    expect([levels[3]!.effect, levels[3]!.adjustedPValue]).toEqual([null, null]);
  });

  it('by means of clusters differ by the t test of what each cluster’s two means differ', () => {
    // differences first minus second level: 1, 3 and 5 in treated clusters, 0, 1 and 2 in the others
    const [treated, first, second] = [
      [1, 1, 1, 0, 0, 0],
      [5, 6, 9, 2, 2, 4],
      [4, 3, 4, 2, 1, 2],
    ];
    const rows = Array.from({ length: 24 }, (_, i) => ({ g: i >> 2, l: (i >> 1) & 1, e: i % 2 === 0 ? 0.5 : -0.5 }));
    const clusters: Inference = {
      ...plain,
      method: 'cluster-means',
      cluster: Int32Array.from(rows, ({ g }) => g),
    };
    const { interaction } = effectsByLevel(
      {
        treated: Uint8Array.from(rows, ({ g }) => treated![g]!),
        outcome: Float64Array.from(rows, ({ g, l, e }) => (l === 0 ? first! : second!)[g]! + e),
        weights: new Float64Array(24).fill(1),
      },
      [],
      Int32Array.from(rows, ({ l }) => l),
      2,
      clusters,
      0.95,
      kernels,
    );
    // means 3 and 1, squares 8 + 2, df 4: variance 2.5 (1/3 + 1/3), F = 4 / (5/3)
    expect(interaction).toMatchObject({ numerator: 1, denominator: 4 });
    expect(interaction!.statistic).toBeCloseTo(2.4, 10);
  });
});

describe('the augmented estimate', () => {
  it('covers the truth with and without cross-fitting, and by cluster; ATC is minus ATT of the groups exchanged', () => {
    const hits = { plain: 0, folds: 0 };
    for (let seed = 0; seed < 150; seed++) {
      const { x, sample } = draw(seed, 300);
      const columns = [{ name: 'x', values: x }];
      const base = { ...sample, columns, estimand: 'ATE' as const, cluster: null, confidence: 0.95, seed: 1 };
      for (const [name, folds] of [
        ['plain', 0],
        ['folds', 4],
      ] as const) {
        const { lower, upper } = augmentedEffect({ ...base, folds }, kernels);
        if (lower <= 2 && upper >= 2) hits[name]++;
      }
    }
    // 99.9 % of Binomial(150, 0.95)
    expect(Math.min(hits.plain, hits.folds)).toBeGreaterThanOrEqual(133);
    const { x, sample } = draw(7, 400);
    const base = { ...sample, columns: [{ name: 'x', values: x }], folds: 0, cluster: null, confidence: 0.95, seed: 1 };
    const atc = augmentedEffect({ ...base, estimand: 'ATC' }, kernels);
    const swapped = augmentedEffect({ ...base, treated: sample.treated.map((t) => 1 - t), estimand: 'ATT' }, kernels);
    expect(atc.estimate).toBeCloseTo(-swapped.estimate, 12);
    const own = Int32Array.from(x, (_, i) => i);
    const byUnit = augmentedEffect({ ...base, estimand: 'ATT', cluster: own }, kernels);
    const single = augmentedEffect({ ...base, estimand: 'ATT' }, kernels);
    expect(byUnit.standardError / single.standardError).toBeCloseTo(Math.sqrt(400 / 399), 12);
  });

  it('is of everybody or of the treated, as asked', () => {
    const { x, sample } = draw(3, 200);
    // No noise, an effect of 1 + x: the mean of that over whom it is about.
    const outcome = x.map((v, i) => 2 * v + sample.treated[i]! * (1 + v));
    const base = { ...sample, outcome, columns: [{ name: 'x', values: x }], folds: 0, cluster: null };
    const of = (estimand: 'ATT' | 'ATC' | 'ATE') =>
      augmentedEffect({ ...base, estimand, confidence: 0.95, seed: 1 }, kernels).estimate;
    const mean = (holds: (i: number) => boolean): number => {
      const kept = x.filter((_, i) => holds(i));
      return 1 + kept.reduce((sum, v) => sum + v, 0) / kept.length;
    };
    expect(of('ATE')).toBeCloseTo(
      mean(() => true),
      9,
    );
    expect(of('ATT')).toBeCloseTo(
      mean((i) => sample.treated[i] === 1),
      9,
    );
    expect(of('ATC')).toBeCloseTo(
      mean((i) => sample.treated[i] === 0),
      9,
    );
  });

  it('knows everybody once where everybody is there twice, as a cluster', () => {
    const { x, sample } = draw(4, 150);
    const twice = (values: Float64Array) => Float64Array.from({ length: 300 }, (_, i) => values[i >> 1]!);
    const base = { estimand: 'ATE' as const, folds: 0, confidence: 0.95, seed: 1 };
    const one = augmentedEffect({ ...base, ...sample, columns: [{ name: 'x', values: x }], cluster: null }, kernels);
    const both = augmentedEffect(
      {
        ...base,
        treated: Uint8Array.from({ length: 300 }, (_, i) => sample.treated[i >> 1]!),
        outcome: twice(sample.outcome),
        columns: [{ name: 'x', values: twice(x) }],
        cluster: Int32Array.from({ length: 300 }, (_, i) => i >> 1),
      },
      kernels,
    );
    expect(both.estimate).toBeCloseTo(one.estimate, 9);
    expect(both.standardError / one.standardError).toBeCloseTo(Math.sqrt(150 / 149), 9);
  });

  it('cross-fitted predicts nobody from the own fold: leaving out one unit, or one whole cluster, at a time', () => {
    const { sample } = draw(11, 60);
    const mean = (rows: readonly number[]) => rows.reduce((sum, r) => sum + sample.outcome[r]!, 0) / rows.length;
    // Without covariates the models are means of the groups and the share of the treated.
    const byHand = (block: (i: number) => number): number => {
      const phi = [...sample.outcome].map((y, i) => {
        const others = [...sample.treated.keys()].filter((j) => block(j) !== block(i));
        const [m0, m1] = [0, 1].map((t) => mean(others.filter((j) => sample.treated[j] === t)));
        const e = others.filter((j) => sample.treated[j] === 1).length / others.length;
        return m1! - m0! + (sample.treated[i] === 1 ? (y - m1!) / e : -(y - m0!) / (1 - e));
      });
      return phi.reduce((sum, v) => sum + v, 0) / phi.length;
    };
    const base = { ...sample, columns: [], estimand: 'ATE' as const, confidence: 0.95, seed: 5 };
    const one = augmentedEffect({ ...base, folds: 60, cluster: null }, kernels);
    expect(one.estimate).toBeCloseTo(
      byHand((i) => i),
      6,
    );
    const cluster = Int32Array.from({ length: 60 }, (_, i) => Math.floor(i / 6));
    const whole = augmentedEffect({ ...base, folds: 10, cluster }, kernels);
    expect(whole.estimate).toBeCloseTo(
      byHand((i) => cluster[i]!),
      6,
    );
  });

  it('refuses one fold, and more columns than a group has units', () => {
    const { x, sample } = draw(7, 40);
    const columns = [{ name: 'x', values: x }];
    const base = { ...sample, columns, estimand: 'ATT' as const, cluster: null, confidence: 0.95, seed: 1 };
    expect(() => augmentedEffect({ ...base, folds: 1 }, kernels)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
    const few = part({ ...sample, weights: x }, (i) => i < 6);
    const tiny = { ...base, treated: few.treated, outcome: few.outcome, columns: [{ name: 'x', values: few.weights }] };
    expect(() => augmentedEffect({ ...tiny, folds: 3 }, kernels)).toThrow(
      expect.objectContaining({ code: 'empty-group' }),
    );
  });
});

describe('ratios of risks', () => {
  // 30 of 40 against 10 of 50
  const treated = Uint8Array.from({ length: 90 }, (_, i) => (i < 40 ? 1 : 0));
  const outcome = Float64Array.from({ length: 90 }, (_, i) => (i < 30 || (i >= 40 && i < 50) ? 1 : 0));
  const sample = { treated, outcome, weights: new Float64Array(90).fill(1) };

  it('have the delta-method errors of the 2 x 2 table, but for n/(n - 2)', () => {
    const { riskRatio, oddsRatio, riskDifference } = riskRatios(sample, plain, 0.95, kernels)!;
    expect(riskRatio.estimate).toBeCloseTo(0.75 / 0.2, 9);
    expect(oddsRatio.estimate).toBeCloseTo(12, 8);
    const correction = Math.sqrt(90 / 88);
    const t = 1.987289823; // t(88), 0.975: R qt
    const logRatio = Math.sqrt(1 / 30 - 1 / 40 + 1 / 10 - 1 / 50) * correction;
    expect(Math.log(riskRatio.upper / riskRatio.estimate)).toBeCloseTo(t * logRatio, 6);
    const logOdds = Math.sqrt(1 / 30 + 1 / 10 + 1 / 10 + 1 / 40) * correction;
    expect(Math.log(oddsRatio.estimate / oddsRatio.lower)).toBeCloseTo(t * logOdds, 6);
    const risk = Math.sqrt((0.75 * 0.25) / 40 + (0.2 * 0.8) / 50) * correction;
    expect(riskDifference.upper - riskDifference.estimate).toBeCloseTo(t * risk, 6);
  });

  it('do not exist for other outcomes, nor where a group has no 0', () => {
    expect(riskRatios({ ...sample, outcome: outcome.map((y) => 2 * y) }, plain, 0.95, kernels)).toBeNull();
    const none = new Uint32Array(0);
    const again = { ...plain, partners: { focal: none, from: none, to: none, order: none, dropped: 0 } };
    expect(riskRatios(sample, again, 0.95, kernels)).toBeNull();
    expect(riskRatios({ ...sample, outcome: Float64Array.from(treated) }, plain, 0.95, kernels)).toBeNull();
  });
});

describe('what covariates explain', () => {
  it('is the drop of the residual variance of a regression without them', () => {
    const { x, sample, random } = draw(3, 80);
    const z = x.map((v) => 0.4 * v + random.normal());
    const terms = [[{ name: 'x', values: x }], [{ name: 'z', values: z }]];
    const rss = (y: ArrayLike<number>, columns: ArrayLike<number>[]): number => {
      const values = Float64Array.from({ length: 80 * (columns.length + 1) }, (_, at) => {
        const j = at % (columns.length + 1);
        return j === 0 ? 1 : columns[j - 1]![Math.floor(at / (columns.length + 1))]!;
      });
      const matrix = { rows: 80, cols: columns.length + 1, values };
      return kernels.leastSquares(matrix, Float64Array.from(y), null, 1e-9).residualSumOfSquares;
    };
    const [ofX, ofZ] = covariateStrengths(terms, sample.treated, sample.outcome, kernels);
    const d = sample.treated;
    const y = sample.outcome;
    expect(ofX!.withTreatment).toBeCloseTo(1 - rss(d, [x, z]) / rss(d, [z]), 10);
    expect(ofX!.withOutcome).toBeCloseTo(1 - rss(y, [x, z, d]) / rss(y, [z, d]), 10);
    expect(ofZ!.withOutcome).toBeCloseTo(1 - rss(y, [x, z, d]) / rss(y, [x, d]), 10);
    const twice = [...terms, [{ name: 'again', values: x.map((v) => 3 * v + 1) }]];
    expect(covariateStrengths(twice, d, y, kernels)[2]).toBeNull();
  });
});

describe('further outcomes', () => {
  it('leave negative controls out of the family of p-values', () => {
    const p = (pValue: number) => ({ ...estimateEffect(draw(1, 60).sample, [], plain, 0.95, kernels), pValue });
    const none = { eValue: null, robustness: null, rosenbaum: null };
    const { sample } = draw(1, 60);
    const named = (kind: 'outcome' | 'placebo-date', values: number) => ({
      kind,
      variable: 'v',
      period: null,
      values: sample.outcome.map((y) => y + values),
    });
    const { effects, ownAdjustedPValue } = furtherEffects(
      [named('outcome', 0), named('placebo-date', 1)],
      p(0.04),
      sample.treated,
      sample.weights,
      (values) => ({ matched: p(values[0] === sample.outcome[0] ? 0.03 : 0.001), adjusted: null }),
      () => none,
    );
    expect(ownAdjustedPValue).toBeCloseTo(0.06, 12);
    expect(effects.map(({ adjustedPValue }) => adjustedPValue)).toEqual([0.06, null]);
    expect(effects.map(({ sensitivity }) => sensitivity)).toEqual([none, null]);
  });
});

describe('how many units stand behind a mean', () => {
  const all = (values: number[]) => groupSupport(Float64Array.from(values), new Uint8Array(values.length).fill(1));
  it('counts those that differ from the value most have, the fewer of two values, and one that outweighs the rest', () => {
    expect(all([0, 0, 0, 0, 5, 5])).toBe(2);
    expect(all([1, 1, 0, 0, 0])).toBe(2);
    expect(all([1, 2, 3, 4, 1000])).toBe(1);
    expect(all([1, 2, 3, 4, 5, 6])).toBe(6);
    expect(all([7, 7, 7])).toBe(3);
    expect(groupSupport(Float64Array.of(1, 2), new Uint8Array(2))).toBe(0);
  });
});
