import { describe, expect, it } from 'vitest';
import { noFurtherQuestions } from '../../../src/core/effects/answer-further.ts';
import type { Inference } from '../../../src/core/effects/choose-inference.ts';
import { type EffectSample, estimateEffect } from '../../../src/core/effects/estimate-effect.ts';
import { runMatchingStudy } from '../../../src/core/effects/run-matching-study.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';

const plain: Inference = {
  ...{ method: 'HC3', reason: 'independent-units', cluster: null, clusters: null, equations: null },
  ...{ partners: null, near: null, seed: 1 },
};

import { createRandom } from '../../../src/core/random/random-stream.ts';

const ones = (n: number) => new Float64Array(n).fill(1);

describe('an effect with its interval', () => {
  // Treated 3, 5, 10, controls 1, 2, 2, 3: HC3 variance 26 / 4 + 2 / 9; quantile and tail of t(5) by R 4.2.2.
  const sample: EffectSample = {
    treated: Uint8Array.of(1, 1, 1, 0, 0, 0, 0),
    outcome: Float64Array.of(3, 5, 10, 1, 2, 2, 3),
    weights: ones(7),
  };

  it('is the difference of means, HC3, t with n - 2', () => {
    const effect = estimateEffect(sample, [], plain, 0.95, kernels);
    const error = Math.sqrt(26 / 4 + 2 / 9);
    expect(effect.estimate).toBeCloseTo(4, 13);
    expect(effect.standardError).toBeCloseTo(error, 13);
    expect(effect.degreesOfFreedom).toBe(5);
    expect(effect.lower).toBeCloseTo(4 - 2.570581835636314 * error, 12);
    expect(effect.upper).toBeCloseTo(4 + 2.570581835636314 * error, 12);
    expect(effect.pValue).toBeCloseTo(0.1835292537778426, 12);
    const narrower = estimateEffect(sample, [], plain, 0.9, kernels);
    expect(narrower.upper).toBeCloseTo(4 + 2.015048373333023 * error, 12);
  });

  it('of pairs has the error of their differences, times the root of (2 G - 1) / (2 G - 2), t with G - 1', () => {
    const pairs: EffectSample = {
      treated: Uint8Array.of(1, 0, 1, 0, 1, 0, 1, 0),
      outcome: Float64Array.of(5, 4, 7, 3, 6, 6, 9, 2),
      weights: ones(8),
    };
    // differences 1, 4, 0, 7: mean 3, sum of squares 30
    const sets: Inference = { ...plain, method: 'matched-sets', cluster: Int32Array.of(0, 0, 1, 1, 2, 2, 3, 3) };
    const effect = estimateEffect(pairs, [], sets, 0.95, kernels);
    expect(effect.estimate).toBeCloseTo(3, 13);
    expect(effect.standardError).toBeCloseTo(Math.sqrt((30 / 4 / 3) * (7 / 6)), 12);
    expect(effect.degreesOfFreedom).toBe(3);
    expect(effect.upper).toBeCloseTo(3 + 3.182446305283711 * effect.standardError, 11);
  });

  it('of few strata has the variance within each; adjusted, HC3', () => {
    const strata: Inference = {
      ...plain,
      method: 'within-strata',
      cluster: Int32Array.of(0, 0, 0, 0, 1, 1, 1, 1),
    };
    const inStrata: EffectSample = {
      treated: Uint8Array.of(1, 1, 0, 0, 1, 1, 0, 0),
      outcome: Float64Array.of(4, 6, 1, 2, 9, 13, 5, 5),
      weights: ones(8),
    };
    // variances 2, 0.5 | 8, 0, each mean of two with a share of one half
    const effect = estimateEffect(inStrata, [], strata, 0.95, kernels);
    expect(effect.standardError).toBeCloseTo(Math.sqrt((2 + 0.5 + 8 + 0) / 2 / 4), 12);
    expect(effect.degreesOfFreedom).toBe(4);
    const column = [{ name: 'x', values: Float64Array.of(1, 2, 1, 3, 5, 6, 5, 4) }];
    const adjusted = estimateEffect(inStrata, column, strata, 0.95, kernels);
    expect(adjusted.standardError).toBe(estimateEffect(inStrata, column, plain, 0.95, kernels).standardError);
  });

  it('of weights from a model of two cells is post-stratification: its error knows that the weights are estimated', () => {
    const random = createRandom(5, 'cells');
    const n = 400;
    const cell = Float64Array.from({ length: n }, () => random.integer(2));
    const treated = Uint8Array.from(cell, (c) => (random.bernoulli(c === 1 ? 0.6 : 0.25) ? 1 : 0));
    const outcome = Float64Array.from(cell, (c, i) => 5 * c + 2 * treated[i]! + random.normal());
    const column = { type: 'number' as const, values: cell, status: new Uint8Array(n) };
    const terms = [{ variable: 'cell' }];
    const { effects, inference } = runMatchingStudy(
      {
        ...{ frame: { rows: n, columns: { cell: column } }, treated, outcome, covariates: terms, cluster: null },
        ...{ isClusterAskedFor: false, standardError: 'by-design', permutations: null, confidence: 0.95, seed: 1 },
        further: noFurtherQuestions,
        design: {
          ...{ method: 'inverse-probability', estimand: 'ATE', link: 'logit', stabilized: false, trim: 0, terms },
        },
      },
      kernels,
    );
    expect(inference.method).toBe('m-estimation');
    // Cell means and shares; the influence of a unit is m1 - m0 - effect + t (y - m1) / e - (1 - t) (y - m0) / (1 - e).
    const meanOf = (values: Float64Array, holds: (i: number) => boolean): number => {
      const kept = values.filter((_, i) => holds(i));
      return kept.reduce((sum, v) => sum + v, 0) / kept.length;
    };
    const cells = [0, 1].map((c) => ({
      e: meanOf(Float64Array.from(treated), (i) => cell[i] === c),
      m1: meanOf(outcome, (i) => cell[i] === c && treated[i] === 1),
      m0: meanOf(outcome, (i) => cell[i] === c && treated[i] === 0),
    }));
    const phi = outcome.map((y, i) => {
      const { e, m1, m0 } = cells[cell[i]!]!;
      return m1 - m0 + (treated[i] === 1 ? (y - m1) / e : -(y - m0) / (1 - e));
    });
    const effect = phi.reduce((sum, v) => sum + v, 0) / n;
    const squares = phi.reduce((sum, v) => sum + (v - effect) ** 2, 0);
    expect(effects.matched.estimate).toBeCloseTo(effect, 10);
    expect(effects.matched.standardError).toBeCloseTo(Math.sqrt(squares) / n, 10);
  });

  it('of partners used again counts effective partners, and takes a variance for each where neighbours are known', () => {
    // Two treated each with the controls 6, 7 and 8, whose outcomes are 1, 3 and 8.
    const lists = {
      focal: Uint32Array.of(0, 1, 2, 3, 4, 5),
      from: Uint32Array.of(0, 1, 2, 3, 4, 5),
      to: Uint32Array.of(1, 2, 3, 4, 5, 6),
      order: Uint32Array.of(6, 6, 7, 7, 8, 8),
      dropped: 0,
    };
    const again: EffectSample = {
      treated: Uint8Array.of(1, 1, 1, 1, 1, 1, 0, 0, 0),
      outcome: Float64Array.of(4, 4, 6, 6, 11, 11, 1, 3, 8),
      weights: ones(9),
    };
    const one: Inference = { ...plain, method: 'abadie-imbens-homoskedastic', partners: lists };
    // Every difference is 3: the homoskedastic variance is 0, and the one by neighbours is not.
    expect(estimateEffect(again, [], one, 0.95, kernels)).toMatchObject({ estimate: 3, standardError: 0 });
    const everybody = {
      focal: Uint32Array.of(6, 7, 8),
      from: Uint32Array.of(0, 0, 0),
      to: Uint32Array.of(3, 3, 3),
      order: Uint32Array.of(6, 7, 8),
      dropped: 0,
    };
    const each: Inference = { ...one, method: 'abadie-imbens', near: () => everybody };
    const effect = estimateEffect(again, [], each, 0.95, kernels);
    // variance 13 of 1, 3, 8 for each; K = 2, K2 = 2: 13 x (4 - 2) x 3 / 36
    expect(effect.standardError).toBeCloseTo(Math.sqrt((13 * 2 * 3) / 36), 12);
    expect(effect.degreesOfFreedom).toBeCloseTo(2, 12); // three effective partners
    const bare: Inference = { ...each, near: () => ({ ...everybody, focal: everybody.focal.subarray(0, 0) }) };
    const uneven = { ...again, outcome: again.outcome.map((y, i) => (i === 0 ? y + 1 : y)) };
    const shared = estimateEffect(uneven, [], one, 0.95, kernels).standardError;
    expect(shared).toBeGreaterThan(0.1);
    expect(estimateEffect(uneven, [], bare, 0.95, kernels).standardError).toBe(shared);
  });

  it('of six clusters takes six points: signs alone could not refuse it at 3 %', () => {
    const random = createRandom(2, 'six');
    const cluster = Int32Array.from({ length: 60 }, (_, i) => i % 6);
    const treated = Uint8Array.from(cluster, (_, i) => (i < 30 ? 1 : 0));
    const outcome = Float64Array.from(cluster, (g, i) => g + 20 * treated[i]! + random.normal());
    const wild: Inference = { ...plain, method: 'wild-cluster-bootstrap', cluster };
    // Of 2^6 draws of signs two are as large as the data whatever the effect: p is about 0.03 at least.
    expect(estimateEffect({ treated, outcome, weights: ones(60) }, [], wild, 0.95, kernels).pValue).toBeLessThan(0.02);
  });

  it('refuses a constant outcome, weights of 0 or without end, and as many columns as clusters', () => {
    const refuses = (changes: Partial<EffectSample>, code: string, inference = plain) =>
      expect(() => estimateEffect({ ...sample, ...changes }, [], inference, 0.95, kernels)).toThrow(
        expect.objectContaining({ code }),
      );
    refuses({ outcome: new Float64Array(7).fill(3) }, 'no-variation');
    refuses({ weights: Float64Array.of(1, 1, 0, 1, 1, 1, 1) }, 'invalid-argument');
    refuses({ weights: Float64Array.of(1, 1, Number.POSITIVE_INFINITY, 1, 1, 1, 1) }, 'invalid-argument');
    refuses({ weights: Float64Array.of(1, 1, Number.NaN, 1, 1, 1, 1) }, 'invalid-argument');
    const two: Inference = { ...plain, method: 'matched-sets', cluster: Int32Array.of(0, 0, 0, 1, 1, 1, 1) };
    refuses({}, 'too-few-groups', two);
    refuses({}, 'too-few-groups', { ...two, method: 'cluster-CR2' });
  });
});
