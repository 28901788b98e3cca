import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heteroskedasticCovariance, standardErrors } from '../../../src/core/effects/robust-covariance.ts';
import { fitWeightedRegression } from '../../../src/core/effects/weighted-regression.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import type { Estimand } from '../../../src/core/matching/estimand.ts';
import { type DesignColumn, packMatrix } from '../../../src/core/propensity/design-matrix.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import {
  inverseProbabilitySlopes,
  inverseProbabilityWeights,
} from '../../../src/core/weighting/inverse-probability.ts';
import { mEstimationCovariance } from '../../../src/core/weighting/m-estimation.ts';
import { type WeightingDesign, weightUnits } from '../../../src/core/weighting/weight-units.ts';

function simulated(seed: number, n = 300) {
  const random = createRandom(seed);
  const x = Float64Array.from({ length: n }, () => random.normal());
  const z = Float64Array.from({ length: n }, () => (random.bernoulli(0.3) ? 1 : 0));
  const treated = Uint8Array.from(x, (v, i) =>
    random.bernoulli(1 / (1 + Math.exp(0.5 - 0.6 * v - 0.5 * z[i]!))) ? 1 : 0,
  );
  const columns: DesignColumn[] = [
    { name: 'x', values: x },
    { name: 'z', values: z },
  ];
  const outcome = Float64Array.from(x, (v, i) => v + z[i]! + 2 * treated[i]! + random.normal());
  return { columns, treated, outcome };
}

const weightedMean = (values: Float64Array, weights: Float64Array, holds: (i: number) => boolean): number => {
  let sum = 0;
  let total = 0;
  values.forEach((v, i) => {
    if (!holds(i)) return;
    sum += weights[i]! * v;
    total += weights[i]!;
  });
  return sum / total;
};

/** Largest difference of weighted means between the groups, over the columns. */
function imbalance(columns: readonly DesignColumn[], treated: Uint8Array, weights: Float64Array): number {
  return Math.max(
    ...columns.map(({ values }) =>
      Math.abs(
        weightedMean(values, weights, (i) => treated[i] === 1) - weightedMean(values, weights, (i) => treated[i] === 0),
      ),
    ),
  );
}

describe('inverse-probability weights', () => {
  it('are h/e and h/(1 - e) for each estimand', () => {
    const e = Float64Array.of(0.2, 0.8);
    const treated = Uint8Array.of(1, 0);
    const weights = (estimand: Estimand) => [...inverseProbabilityWeights(e, treated, estimand, false)];
    const expected: [Estimand, number, number][] = [
      ['ATE', 5, 5],
      ['ATT', 1, 4],
      ['ATC', 4, 1],
      ['ATO', 0.8, 0.8],
      ['ATM', 1, 1],
    ];
    for (const [estimand, first, second] of expected) {
      expect(weights(estimand)[0]).toBeCloseTo(first, 12);
      expect(weights(estimand)[1]).toBeCloseTo(second, 12);
    }
    expect(inverseProbabilityWeights(e, treated, 'ATE', true)[0]).toBeCloseTo(2.5, 12);
  });

  it('have slopes that a difference quotient confirms', () => {
    const treated = Uint8Array.of(1, 0, 1, 0);
    const eta = Float64Array.of(-1, -0.4, 0.3, 1.2);
    const at = (shift: number) => eta.map((v) => 1 / (1 + Math.exp(-v - shift)));
    for (const estimand of ['ATE', 'ATT', 'ATC', 'ATO', 'ATM'] as const) {
      const w = (shift: number) => inverseProbabilityWeights(at(shift), treated, estimand, false);
      const slopes = inverseProbabilitySlopes(at(0), treated, w(0), estimand);
      const [up, down] = [w(1e-6), w(-1e-6)];
      slopes.forEach((slope, i) => {
        expect(slope).toBeCloseTo((up[i]! - down[i]!) / 2e-6, 6);
      });
    }
  });

  it('of the overlap population balance every column of a logit model exactly (Li, Morgan and Zaslavsky 2018)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), (seed) => {
        const { columns, treated } = simulated(seed);
        const design = {
          method: 'inverse-probability',
          estimand: 'ATO',
          link: 'logit',
          stabilized: false,
          trim: 0,
        } as const;
        expect(imbalance(columns, treated, weightUnits(columns, treated, design, kernels).weights)).toBeLessThan(1e-9);
      }),
      { numRuns: 20 },
    );
  });

  it('refuse a propensity of 0 or 1', () => {
    expect(() => inverseProbabilityWeights(Float64Array.of(1), Uint8Array.of(0), 'ATE', false)).toThrow(
      expect.objectContaining({ code: 'no-overlap' }),
    );
  });
});

describe('balancing weights', () => {
  const designs: WeightingDesign[] = [
    ...(['ATT', 'ATC', 'ATE'] as const).map((estimand) => ({ method: 'balancing-score', estimand }) as const),
    ...(['ATT', 'ATC', 'ATE'] as const).map(
      (estimand) => ({ method: 'entropy-balancing', estimand, moments: 1 }) as const,
    ),
  ];

  it('give both groups exactly the means of the target', () => {
    for (const design of designs) {
      const { columns, treated } = simulated(7);
      const { weights } = weightUnits(columns, treated, design, kernels);
      expect(imbalance(columns, treated, weights), JSON.stringify(design)).toBeLessThan(1e-9);
      const holds = (i: number): boolean =>
        design.estimand === 'ATT' ? treated[i] === 1 : design.estimand === 'ATC' ? treated[i] === 0 : true;
      const target = weightedMean(
        columns[0]!.values,
        weights.map(() => 1),
        holds,
      );
      const reached = weightedMean(columns[0]!.values, weights, (i) => treated[i] === 0);
      if (design.method === 'entropy-balancing' || design.estimand !== 'ATE') expect(reached).toBeCloseTo(target, 8);
    }
  });

  it('of both kinds are proportional for ATT: exponential tilting of the controls', () => {
    const { columns, treated } = simulated(8);
    const [score, entropy] = [designs[0]!, designs[3]!].map((d) => weightUnits(columns, treated, d, kernels).weights);
    const rows = [...treated.keys()].filter((i) => treated[i] === 0);
    const ratio = score![rows[0]!]! / entropy![rows[0]!]!;
    for (const i of rows) expect(score![i]! / entropy![i]!).toBeCloseTo(ratio, 8);
  });

  it('balance squares too where two moments are asked for', () => {
    const { columns, treated } = simulated(9);
    const squares = [{ name: 'x^2', values: columns[0]!.values.map((v) => v * v) }];
    const weights = (moments: 1 | 2) =>
      weightUnits(columns, treated, { method: 'entropy-balancing', estimand: 'ATT', moments }, kernels).weights;
    expect(imbalance(squares, treated, weights(1))).toBeGreaterThan(1e-3);
    expect(imbalance(squares, treated, weights(2))).toBeLessThan(1e-8);
  });

  it('refuse a target that the other group cannot reach', () => {
    const { treated } = simulated(10);
    const apart = [{ name: 'x', values: Float64Array.from(treated, (t, i) => 10 * t + (i % 3)) }];
    for (const design of designs) {
      expect(() => weightUnits(apart, treated, design, kernels), JSON.stringify(design)).toThrow(
        expect.objectContaining({ code: 'no-overlap' }),
      );
    }
  });
});

describe('standard errors that know the weights are estimated', () => {
  it('agree with the spread of the estimates over many samples, where the naive ones are too large', {
    timeout: 60_000,
  }, () => {
    const design = {
      method: 'inverse-probability',
      estimand: 'ATE',
      link: 'logit',
      stabilized: false,
      trim: 0,
    } as const;
    const runs = Array.from({ length: 300 }, (_, r) => {
      const { columns, treated, outcome } = simulated(1000 + r, 250);
      const weighted = weightUnits(columns, treated, design, kernels);
      const { matrix, names } = packMatrix(treated.length, [{ name: 't', values: Float64Array.from(treated) }], true);
      const fit = fitWeightedRegression(matrix, names, outcome, weighted.weights, kernels);
      return {
        estimate: fit.coefficients[1]!,
        known: standardErrors(mEstimationCovariance(fit, weighted.equations(), kernels))[1]!,
        naive: standardErrors(heteroskedasticCovariance(fit, 'HC0', kernels))[1]!,
      };
    });
    const average = (pick: (r: (typeof runs)[number]) => number): number =>
      runs.reduce((s, r) => s + pick(r), 0) / runs.length;
    const centre = average((r) => r.estimate);
    const spread = Math.sqrt(average((r) => (r.estimate - centre) ** 2));
    expect(Math.abs(centre - 2)).toBeLessThan((4 * spread) / Math.sqrt(runs.length));
    expect(average((r) => r.known) / spread).toBeGreaterThan(0.87); // Monte Carlo error of a spread of 300: 4 %
    expect(average((r) => r.known) / spread).toBeLessThan(1.13);
    expect(average((r) => r.naive) / spread).toBeGreaterThan(1.2);
  });

  it('of entropy balancing count the target as a mean of the sample: taken as known it makes them too large', {
    timeout: 60_000,
  }, () => {
    const design = { method: 'entropy-balancing', estimand: 'ATT', moments: 1 } as const;
    const runs = Array.from({ length: 600 }, (_, r) => {
      const { columns, treated, outcome } = simulated(5000 + r);
      const weighted = weightUnits(columns, treated, design, kernels);
      const { matrix, names } = packMatrix(treated.length, [{ name: 't', values: Float64Array.from(treated) }], true);
      const fit = fitWeightedRegression(matrix, names, outcome, weighted.weights, kernels);
      const error = (isTargetFixed: boolean) =>
        standardErrors(mEstimationCovariance(fit, weighted.equations(isTargetFixed), kernels))[1]!;
      return { estimate: fit.coefficients[1]!, estimated: error(false), fixed: error(true) };
    });
    const average = (pick: (r: (typeof runs)[number]) => number): number =>
      runs.reduce((s, r) => s + pick(r), 0) / runs.length;
    const centre = average((r) => r.estimate);
    const spread = Math.sqrt(average((r) => (r.estimate - centre) ** 2));
    // Monte Carlo error of a spread of 600: 3 %
    expect(average((r) => r.estimated) / spread).toBeGreaterThan(0.91);
    expect(average((r) => r.estimated) / spread).toBeLessThan(1.09);
    expect(average((r) => r.fixed) / spread).toBeGreaterThan(1.1);
  });
});
