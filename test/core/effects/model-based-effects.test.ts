import { describe, expect, it } from 'vitest';
import { type AbadieImbensInput, abadieImbensEffect } from '../../../src/core/effects/abadie-imbens.ts';
import { augmentedIpw } from '../../../src/core/effects/augmented-ipw.ts';
import { gComputation } from '../../../src/core/effects/g-computation.ts';
import type { PartnerLists } from '../../../src/core/effects/partner-lists.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { standardiseColumns, whitenByTotal } from '../../../src/core/matching/standardise-columns.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';

const points = (values: number[]) => ({ rows: values.length, cols: 1, values: Float64Array.from(values) });

function partnersOf(lists: readonly PartnerLists[]): Record<number, number[]> {
  return Object.fromEntries(
    lists.flatMap(({ focal, from, to, order }) =>
      [...focal].map((row, k) => [row, [...order.subarray(from[k]!, to[k]!)].sort((a, b) => a - b)]),
    ),
  );
}

describe('the estimator of Abadie and Imbens', () => {
  // treated at 0 and 10; controls at 1, -1 (tied for the first) and 12
  const base: AbadieImbensInput = {
    outcome: Float64Array.of(5, 9, 1, 3, 4),
    treated: Uint8Array.of(1, 1, 0, 0, 0),
    estimand: 'ATT',
    neighbours: 1,
    points: points([0, 10, 1, -1, 12]),
    caliper: null,
    stratum: null,
    adjustFor: null,
    varianceNeighbours: null,
  };

  it('lets tied partners share the weight', () => {
    const { lists, estimate, naiveStandardError } = abadieImbensEffect(base, kernels);
    expect(partnersOf(lists)).toEqual({ 0: [2, 3], 1: [4] });
    // differences 4, 2 (half each) and 5
    expect(estimate).toBeCloseTo((0.5 * 4 + 0.5 * 2 + 5) / 2, 13);
    expect(naiveStandardError).toBeCloseTo(Math.sqrt(0.5 * 0 + 0.5 * 4 + 1) / 2, 13);
  });

  it('has the variance of its formula', () => {
    // tau 3 and 5, estimate 4, s2 = (0.5 * 0 + 0.5 * 4 + 1) / 2 / 2 = 0.75; K = 1/2, 1/2, 1, K2 = 1/4, 1/4, 1: no reuse
    expect(abadieImbensEffect(base, kernels).standardError).toBeCloseTo(Math.sqrt((1 + 1) / 4), 13);
    const reused = abadieImbensEffect({ ...base, points: points([0, 0.5, 1, -30, 40]) }, kernels);
    // both treated take the control at 1: differences 4, 8; tau - 6 = -2, 2; s2 = 4 / 2 = 2; K = 2, K2 = 2
    expect(reused.standardError).toBeCloseTo(Math.sqrt((8 + 2 * (4 - 2)) / 4), 13);
  });

  it('drops focal units with fewer than M partners in the caliper or the cell, and refuses when none is left', () => {
    expect(abadieImbensEffect({ ...base, caliper: 1.5 }, kernels).droppedFocalUnits).toBe(1);
    expect(abadieImbensEffect({ ...base, stratum: Int32Array.of(0, 1, 0, 0, 0) }, kernels).droppedFocalUnits).toBe(1);
    expect(() => abadieImbensEffect({ ...base, caliper: 0.5 }, kernels)).toThrow(
      expect.objectContaining({ code: 'no-overlap' }),
    );
    expect(() => abadieImbensEffect({ ...base, neighbours: 0 }, kernels)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });

  it('takes no partner beyond the caliper, though it be tied with one inside', () => {
    const input = { ...base, points: points([0, 10, 1, -1.000001, 9.5]), caliper: 1 };
    expect(partnersOf(abadieImbensEffect(input, kernels).lists)).toEqual({ 0: [2], 1: [4] });
  });

  it('removes the bias of inexact matches where the outcome is linear, and swaps signs with the groups', () => {
    const random = createRandom(3);
    const x = Array.from({ length: 80 }, () => random.normal());
    const treated = Uint8Array.from(x, (v) => (random.bernoulli(v > 0 ? 0.7 : 0.2) ? 1 : 0));
    const outcome = Float64Array.from(x, (v, i) => 3 * v + 2 * treated[i]!);
    const adjustFor = [{ name: 'x', values: Float64Array.from(x) }];
    const input = { ...base, outcome, treated, points: points(x), adjustFor };
    const result = abadieImbensEffect(input, kernels);
    expect(result.estimate).toBeCloseTo(2, 10);
    expect(Math.abs(result.unadjustedEstimate - 2)).toBeGreaterThan(0.01);
    // What the adjustment leaves has no variance, whatever the outcome has.
    expect(abadieImbensEffect({ ...input, varianceNeighbours: 1 }, kernels).standardError).toBeCloseTo(0, 10);
    const swapped = abadieImbensEffect({ ...input, treated: treated.map((t) => 1 - t), estimand: 'ATC' }, kernels);
    expect(swapped.estimate).toBeCloseTo(-result.estimate, 10);
    expect(swapped.standardError).toBeCloseTo(result.standardError, 10);
  });

  it('finds the same partners on a line as by looking at all pairs, with ties, cells and calipers', () => {
    // A second coordinate that is 0 for everybody leaves the distances as they are and takes the road of all pairs.
    const random = createRandom(11, 'line');
    for (let draw = 0; draw < 60; draw++) {
      const n = 40;
      const values = Array.from({ length: n }, () => Math.round(random.normal() * 40) / (draw % 2 === 0 ? 20 : 2000));
      const input: AbadieImbensInput = {
        outcome: Float64Array.from({ length: n }, () => 1e3 + random.normal()),
        treated: Uint8Array.from({ length: n }, (_, i) => (i < 2 || (i > 3 && random.bernoulli(0.4)) ? 1 : 0)),
        estimand: (['ATT', 'ATC', 'ATE'] as const)[draw % 3]!,
        neighbours: 1 + (draw % 4),
        points: points(values),
        caliper: draw % 5 === 0 ? 0.8 : null,
        stratum: draw % 7 === 0 ? Int32Array.from({ length: n }, (_, i) => (i * 7) % 3) : null,
        adjustFor: draw % 4 === 0 ? [{ name: 'x', values: Float64Array.from(values) }] : null,
        varianceNeighbours: draw % 3 === 0 ? null : 1 + (draw % 2),
      };
      const flat = {
        rows: n,
        cols: 2,
        values: Float64Array.from({ length: 2 * n }, (_, j) => (j % 2 ? 0 : values[j / 2]!)),
      };
      const line = abadieImbensEffect(input, kernels);
      const all = abadieImbensEffect({ ...input, points: flat }, kernels);
      expect(partnersOf(line.lists)).toEqual(partnersOf(all.lists));
      for (const key of ['estimate', 'standardError', 'unadjustedEstimate', 'naiveStandardError'] as const) {
        expect(line[key]).toBeCloseTo(all[key], 10);
      }
      expect(line.droppedFocalUnits).toBe(all.droppedFocalUnits);
    }
  });

  it('does not depend on the order of units', () => {
    const order = [3, 0, 4, 1, 2];
    const moved = abadieImbensEffect(
      {
        ...base,
        outcome: Float64Array.from(order, (i) => base.outcome[i]!),
        treated: Uint8Array.from(order, (i) => base.treated[i]!),
        points: points(order.map((i) => base.points.values[i]!)),
      },
      kernels,
    );
    expect(moved.estimate).toBeCloseTo(abadieImbensEffect(base, kernels).estimate, 13);
  });
});

describe('augmented inverse-probability weighting', () => {
  const random = createRandom(4);
  const n = 4000;
  const x = Float64Array.from({ length: n }, () => random.normal());
  const e = x.map((v) => 1 / (1 + Math.exp(-v)));
  const treated = Uint8Array.from(e, (p) => (random.bernoulli(p) ? 1 : 0));
  const outcome = x.map((v, i) => 2 * v + treated[i]! + random.normal());
  const [right1, right0] = [x.map((v) => 2 * v + 1), x.map((v) => 2 * v)];
  const zero = new Float64Array(n);

  it('is, with one share and two means as models, the difference of means with its HC0 error', () => {
    // treated 3, 5, 10, controls 1, 2, 2, 3: squares 26 and 2
    const seven = Float64Array.of(3, 5, 10, 1, 2, 2, 3);
    const who = Uint8Array.of(1, 1, 1, 0, 0, 0, 0);
    const constant = (value: number) => new Float64Array(7).fill(value);
    const { ate, att } = augmentedIpw(seven, who, constant(3 / 7), constant(6), constant(2));
    for (const { estimate, standardError } of [ate, att]) {
      expect(estimate).toBeCloseTo(4, 13);
      expect(standardError).toBeCloseTo(Math.sqrt(26 / 9 + 2 / 16), 13);
    }
  });

  it('stands beside the estimates of its parts', () => {
    // Controls 1, 2, 2, 3 with odds 1, 1, 1/3, 1/3: weighted mean (1 + 2 + 2/3 + 1) / (8/3) = 1.75
    const seven = Float64Array.of(3, 5, 10, 1, 2, 2, 3);
    const e = Float64Array.of(0.5, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25);
    const m1 = Float64Array.of(4, 5, 6, 0, 0, 0, 0);
    const m0 = Float64Array.of(1, 2, 3, 0, 0, 0, 0);
    const found = augmentedIpw(seven, Uint8Array.of(1, 1, 1, 0, 0, 0, 0), e, m1, m0);
    expect(found.hajekAtt).toBeCloseTo(6 - 1.75, 13);
    expect(found.outcomeModelAtt).toBeCloseTo(3, 13);
    expect(found.outcomeModelMeanTreated).toBeCloseTo(15 / 7, 13);
  });

  it('is right when either model is right, and not when both are wrong', () => {
    const half = new Float64Array(n).fill(0.5);
    const off = (propensity: Float64Array, m1: Float64Array, m0: Float64Array) => {
      const { ate, att } = augmentedIpw(outcome, treated, propensity, m1, m0);
      return [Math.abs(ate.estimate - 1) / ate.standardError, Math.abs(att.estimate - 1) / att.standardError];
    };
    for (const right of [off(e, right1, right0), off(e, zero, zero), off(half, right1, right0)]) {
      expect(Math.max(...right)).toBeLessThan(3.5);
    }
    expect(Math.min(...off(half, zero, zero))).toBeGreaterThan(10);
  });

  it('is the weighted estimate without outcome models, and refuses a propensity of 1', () => {
    const plain = augmentedIpw(outcome, treated, e, zero, zero);
    expect(plain.ate.estimate).toBeCloseTo(plain.horvitzThompsonAte, 12);
    expect(() => augmentedIpw(outcome, treated, new Float64Array(n).fill(1), zero, zero)).toThrow(
      expect.objectContaining({ code: 'no-overlap' }),
    );
  });
});

describe('g-computation', () => {
  const one = { rows: 2, cols: 2, values: Float64Array.of(1, 1, 1, 1) };
  const zero = { rows: 2, cols: 2, values: Float64Array.of(1, 0, 1, 0) };
  const covariance = { rows: 2, cols: 2, values: Float64Array.of(0.04, -0.02, -0.02, 0.09) };

  it('gives the coefficient of a linear model with its standard error', () => {
    const model = { family: 'gaussian' as const, coefficients: Float64Array.of(3, 2), covariance };
    const { meanTreated, meanControl, difference, logRiskRatio } = gComputation(
      model,
      one,
      zero,
      Float64Array.of(1, 1),
    );
    expect([meanTreated, meanControl, difference.estimate, logRiskRatio]).toEqual([5, 3, 2, null]);
    expect(difference.standardError).toBeCloseTo(0.3, 14);
  });

  it('gives the log odds ratio of a logistic model with the standard error of its coefficient', () => {
    const model = { family: 'binomial' as const, coefficients: Float64Array.of(-1, 0.5), covariance };
    const { meanTreated, difference, logOddsRatio } = gComputation(model, one, zero, Float64Array.of(1, 3));
    expect(logOddsRatio!.estimate).toBeCloseTo(0.5, 13);
    expect(logOddsRatio!.standardError).toBeCloseTo(0.3, 13);
    expect(meanTreated).toBeCloseTo(1 / (1 + Math.exp(0.5)), 14);
    expect(difference.estimate).toBeCloseTo(1 / (1 + Math.exp(0.5)) - 1 / (1 + Math.E), 14);
  });

  it('refuses predictions of another size and target weights of 0', () => {
    const model = { family: 'gaussian' as const, coefficients: Float64Array.of(3), covariance };
    expect(() => gComputation(model, one, zero, Float64Array.of(1, 1))).toThrow(
      expect.objectContaining({ code: 'dimension-mismatch' }),
    );
    const fits = { ...model, coefficients: Float64Array.of(3, 2) };
    expect(() => gComputation(fits, one, zero, Float64Array.of(0, 0))).toThrow(
      expect.objectContaining({ code: 'empty-group' }),
    );
  });
});

describe('points for matching', () => {
  const columns = [
    { name: 'a', values: Float64Array.of(1, 2, 3, 6) },
    { name: 'b', values: Float64Array.of(2, 1, 0, 5) },
  ];
  it('have mean 0 and standard deviation 1, or the identity as covariance', () => {
    const z = standardiseColumns(columns);
    expect(z.values.filter((_, i) => i % 2 === 0).reduce((s, v) => s + v * v, 0)).toBeCloseTo(3, 12);
    const w = whitenByTotal(columns, kernels).values;
    let cross = 0;
    for (let i = 0; i < 4; i++) cross += w[2 * i]! * w[2 * i + 1]!;
    expect(cross).toBeCloseTo(0, 10);
  });
  it('do not exist for a constant column', () => {
    expect(() => standardiseColumns([{ name: 'c', values: Float64Array.of(1, 1) }])).toThrow(
      expect.objectContaining({ code: 'no-variation', details: { columns: ['c'] } }),
    );
  });
});
