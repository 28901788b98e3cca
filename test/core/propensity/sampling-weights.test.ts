import { describe, expect, it } from 'vitest';
import { drawSample, type StudyDesign } from '../../../src/core/effects/draw-sample.ts';
import { standardErrors } from '../../../src/core/effects/robust-covariance.ts';
import { fitWeightedRegression } from '../../../src/core/effects/weighted-regression.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { PairList } from '../../../src/core/matching/match-sets.ts';
import { pairWeights } from '../../../src/core/matching/match-weights.ts';
import { type Frame, packMatrix } from '../../../src/core/propensity/design-matrix.ts';
import { samplingWeights } from '../../../src/core/propensity/sampling-weights.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { mEstimationCovariance } from '../../../src/core/weighting/m-estimation.ts';

const number = (values: Iterable<number>) => {
  const all = Float64Array.from(values);
  return { type: 'number', values: all, status: new Uint8Array(all.length) } as const;
};

/** Units with a continuous and a 0/1 covariate; `w` is how many of the population each stands for. */
function simulated(seed: number, n: number, weightOf: (x: number, draw: number) => number) {
  const random = createRandom(seed);
  const x = Float64Array.from({ length: n }, () => random.normal());
  const z = Float64Array.from({ length: n }, () => random.integer(2));
  const treated = Uint8Array.from(x, (v, i) =>
    random.bernoulli(1 / (1 + Math.exp(0.5 - 0.6 * v - 0.5 * z[i]!))) ? 1 : 0,
  );
  const w = Float64Array.from(x, (v) => weightOf(v, random.integer(4)));
  const outcome = Float64Array.from(x, (v, i) => v + z[i]! + 2 * treated[i]! + random.normal());
  return {
    frame: { rows: n, columns: { x: number(x), z: number(z), w: number(w) } } satisfies Frame,
    treated,
    w,
    outcome,
  };
}

const terms = [{ variable: 'x' }, { variable: 'z' }];
const designs: readonly StudyDesign[] = [
  ...(['ATT', 'ATC', 'ATE', 'ATO', 'ATM'] as const).map(
    (estimand) =>
      ({ method: 'inverse-probability', estimand, link: 'logit', stabilized: false, trim: 0.1, terms }) as const,
  ),
  ...(['ATT', 'ATC', 'ATE'] as const).flatMap((estimand) => [
    { method: 'balancing-score', estimand, terms } as const,
    { method: 'entropy-balancing', estimand, moments: 2, terms } as const,
    { method: 'exact', estimand, exact: ['z'] } as const,
  ]),
];

/** Weights that sum to 1 in each group. */
function shares(weights: Float64Array, treated: Uint8Array): number[] {
  const sum = [0, 0];
  weights.forEach((weight, i) => {
    sum[treated[i]!] = sum[treated[i]!]! + weight;
  });
  return Array.from(weights, (weight, i) => weight / sum[treated[i]!]!);
}

describe('a unit with sampling weight 3', () => {
  it.each(designs)('counts as three units: %j', (design) => {
    const { frame, treated, w } = simulated(5, 200, (_, draw) => 1 + draw);
    const copies = [...w.keys()].flatMap((row) => Array<number>(w[row]!).fill(row));
    const take = (values: Float64Array) => number(copies.map((row) => values[row]!));
    const repeated = {
      rows: copies.length,
      columns: { x: take(frame.columns.x.values), z: take(frame.columns.z.values) },
    };
    const group = Uint8Array.from(copies, (row) => treated[row]!);
    const weighted = drawSample(frame, treated, { ...design, samplingWeights: 'w' } as StudyDesign, null, kernels);
    const many = shares(drawSample(repeated, group, design, null, kernels).weights, group);
    const expected = new Float64Array(w.length);
    copies.forEach((row, c) => {
      expected[row] = expected[row]! + many[c]!;
    });
    shares(weighted.weights, treated).forEach((share, row) => {
      expect(share).toBeCloseTo(expected[row]!, 9);
    });
  });
});

describe('sampling weights', () => {
  it('of a focal unit are shared by its partners, in proportion to theirs', () => {
    // unit 0 (weight 4) with partners 2 and 3 (weights 1 and 3); unit 1 (weight 2) with partner 4
    const list = new PairList();
    list.add(0, 2);
    list.add(0, 3);
    list.add(1, 4);
    const weights = pairWeights(list.toMatchSets(Uint32Array.of(0, 1)), 5, Float64Array.of(4, 2, 1, 3, 7));
    // 4 and 2 sum to what these units stand for, 6; 1, 3 and 2 are scaled to sum to 1 + 3 + 7
    [4, 2, 11 / 6, 33 / 6, 22 / 6].forEach((weight, i) => {
      expect(weights[i]).toBeCloseTo(weight, 12);
    });
  });

  it('have a mean of 1, and are refused with column, count and first rows where one is not positive', () => {
    const frame = (...values: number[]) => ({ rows: values.length, columns: { w: number(values) } });
    expect([...samplingWeights(frame(1, 2, 3), 'w')!]).toEqual([0.5, 1, 1.5]);
    expect(samplingWeights(frame(1), null)).toBeNull();
    expect(() => samplingWeights(frame(1, 0, 2, -1), 'w')).toThrow(
      expect.objectContaining({
        code: 'invalid-argument',
        details: { variable: 'w', count: 2, firstRows: [1, 3] },
        message: expect.stringMatching(/2 of 4 units.*Leave out/),
      }),
    );
  });

  it.each([
    'inverse-probability',
    'balancing-score',
    'entropy-balancing',
  ] as const)('leave the standard error of %s right: it agrees with the spread over many samples', {
    timeout: 60_000,
  }, (method) => {
    const design = {
      ...{ method, estimand: 'ATT', link: 'logit', stabilized: false, trim: 0, moments: 1, terms },
      samplingWeights: 'w',
    } as unknown as StudyDesign;
    const estimates: number[] = [];
    const errors: number[] = [];
    for (let seed = 1; seed <= 400; seed++) {
      const { frame, treated, outcome } = simulated(seed, 600, (_, draw) => 1 + draw);
      const sample = drawSample(frame, treated, design, null, kernels);
      const columns = [{ name: 'treatment', values: Float64Array.from(treated) }];
      const { matrix, names } = packMatrix(treated.length, columns, true);
      const fit = fitWeightedRegression(matrix, names, outcome, sample.weights, kernels);
      estimates.push(fit.coefficients[1]!);
      errors.push(standardErrors(mEstimationCovariance(fit, sample.equations!(), kernels))[1]!);
    }
    const mean = estimates.reduce((sum, e) => sum + e, 0) / 400;
    const spread = Math.sqrt(estimates.reduce((sum, e) => sum + (e - mean) ** 2, 0) / 399);
    const error = errors.reduce((sum, e) => sum + e, 0) / 400;
    // the spread of 400 draws is known to 1 / sqrt(800) = 3.5 %; three of these
    expect(error / spread).toBeGreaterThan(0.895);
    expect(error / spread).toBeLessThan(1.105);
    expect(Math.abs(mean - 2)).toBeLessThan((3.5 * spread) / 20);
  });
});
