/**
 * Published and peer numbers for effects. LaLonde's sample (185 trained men, 429 comparison men; LaLonde 1986, Dehejia and Wahba 1999)
 * as in R's MatchIt (datasets/lalonde); its numbers are of R 4.2.2 with MatchIt 4.7.2, sandwich 3.0-2, WeightIt 1.5.1.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kangSchafer } from '../../../bench/simulate/kang-schafer.ts';
import { tableFromCsv, toFrame } from '../../../src/conformance/case-table.ts';
import { noFurtherQuestions } from '../../../src/core/effects/answer-further.ts';
import type { StudyDesign } from '../../../src/core/effects/draw-sample.ts';
import { classicalCovariance, standardErrors } from '../../../src/core/effects/robust-covariance.ts';
import { runMatchingStudy } from '../../../src/core/effects/run-matching-study.ts';
import { stratifiedEffect } from '../../../src/core/effects/stratified-effect.ts';
import { fitWeightedRegression } from '../../../src/core/effects/weighted-regression.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import type { NearestDesign } from '../../../src/core/matching/matching-design.ts';
import { designColumns, type Frame, packMatrix } from '../../../src/core/propensity/design-matrix.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { normalQuantile } from '../../../src/core/stats/normal-quantile.ts';

describe('LaLonde’s sample', () => {
  const table = tableFromCsv(readFileSync(new URL('../../../datasets/lalonde/lalonde.csv', import.meta.url), 'utf8'));
  const names = ['age', 'educ', 'race', 'married', 'nodegree', 're74', 're75'];
  const frame = toFrame(table, names, new Set(['race']));
  const covariates = names.map((variable) => ({ variable }));
  const treated = Uint8Array.from(table.numbers('treat'));
  const outcome = table.numbers('re78');
  const run = (design: StudyDesign) =>
    runMatchingStudy(
      {
        ...{ frame, treated, outcome, design, covariates },
        ...{ cluster: null, isClusterAskedFor: false, standardError: 'by-design', permutations: null },
        ...{ confidence: 0.95, seed: 1, further: noFurtherQuestions, ties: 'row-order' },
      },
      kernels,
    );
  const distance = { type: 'propensity-score', link: 'logit', scale: 'probability', terms: covariates } as const;
  const nearest = (changes: Partial<NearestDesign>) =>
    run({
      ...{ method: 'nearest', estimand: 'ATT', distance, within: null, order: 'largest', ratio: 1, maximumReuse: 1 },
      ...{ variableRatio: null, calipers: [], exact: [], antiExact: [], discard: 'none', reestimate: false },
      ...changes,
    } as NearestDesign);

  it('V6: 635 dollars less as the groups are, 1548 (781) by regression', () => {
    const columns = [{ name: 'treat', values: Float64Array.from(treated) }, ...designColumns(frame, covariates)];
    const { matrix, names: all } = packMatrix(614, columns, true);
    const fit = fitWeightedRegression(matrix, all, outcome, new Float64Array(614).fill(1), kernels);
    expect(fit.coefficients[1]).toBeCloseTo(1548.244, 3);
    expect(standardErrors(classicalCovariance(fit))[1]).toBeCloseTo(781.279, 3);
    expect(nearest({}).effects.unmatched.estimate).toBeCloseTo(-635.0262, 4);
  });

  const expectAmong = (ties: { readonly minimum: number; readonly maximum: number } | null, value: number) => {
    expect(ties!.minimum).toBeLessThanOrEqual(value);
    expect(ties!.maximum).toBeGreaterThanOrEqual(value);
  };

  it('V7: greedy matching in the order of the file', () => {
    const plain = nearest({}).effects.matched;
    expect(plain.estimate).toBeCloseTo(894.367, 3);
    expect(plain.standardError).toBeCloseTo(705.23, 2);
    const caliper = nearest({ calipers: [{ on: 'distance', width: 0.2, unit: 'sd' }] });
    expect(caliper.groups.treated.matched).toBe(113);
    expect(caliper.effects.matched.estimate).toBeCloseTo(1571.744, 3);
    expect(caliper.effects.matched.standardError).toBeCloseTo(1010.948, 2);
    const again = nearest({ maximumReuse: Number.POSITIVE_INFINITY });
    expect(again.effects.matched.estimate).toBeCloseTo(1991.615, 3);
    expect(again.groups.control.effective).toBeCloseTo(46.3126, 4);
    const three = nearest({ maximumReuse: Number.POSITIVE_INFINITY, ratio: 3 });
    expect(three.effects.matched.estimate).toBeCloseTo(1573.749, 3);
    expect(three.groups.control.effective).toBeCloseTo(67.1517, 4);
    const exact = nearest({ exact: ['race'] });
    expect(exact.groups.treated.matched).toBe(116);
    expect(exact.effects.matched.estimate).toBeCloseTo(1472.687, 3);
    const largest = Math.max(...caliper.balance.map(({ after }) => Math.abs(after.standardizedMeanDifference!)));
    expect(largest).toBeCloseTo(0.1557, 4);
    const narrow = [{ on: 'distance', width: 0.2, unit: 'sd' as const }];
    const closest = nearest({ calipers: narrow, order: 'closest' });
    expect(closest.groups.treated.matched).toBe(111);
    // MatchIt takes another of equally close pairs: its answer is one of those that other orders give.
    expectAmong(closest.ties, 1176.405);
    const linear = nearest({ calipers: narrow, distance: { ...distance, scale: 'linear' } });
    expect(linear.groups.treated.matched).toBe(117);
    expect(linear.effects.matched.estimate).toBeCloseTo(1770.603, 3);
  });

  it('V7: Mahalanobis distances, with equal ones that MatchIt takes otherwise', () => {
    const by = (type: 'mahalanobis' | 'robust-mahalanobis') =>
      nearest({ distance: { type, terms: covariates }, order: 'data' });
    expectAmong(by('mahalanobis').ties, 538.563);
    expectAmong(by('robust-mahalanobis').ties, 118.657);
  });

  it('V8: methods without a choice among ties', () => {
    const subclasses = run({
      ...{ method: 'subclassification', estimand: 'ATT', distance, subclasses: 6, discard: 'none', reestimate: false },
    } as StudyDesign);
    expect(subclasses.effects.matched.estimate).toBeCloseTo(1359.4875, 4);
    expect(subclasses.groups.control.effective).toBeCloseTo(66.4855, 4);
    const exact = run({ method: 'exact', estimand: 'ATT', exact: ['race', 'married', 'nodegree'] });
    expect(exact.effects.matched.estimate).toBeCloseTo(1309.8972, 4);
    expect(exact.groups.control.effective).toBeCloseTo(111.5254, 4);
    const sturges = (variable: string) => ({
      variable,
      cut: variable === 'race' ? null : { bins: 'sturges' as const },
    });
    const coarsened = run({
      ...{ method: 'coarsened-exact', estimand: 'ATT', coarsening: names.map(sturges) },
    } as StudyDesign);
    expect(coarsened.effects.matched.estimate).toBeCloseTo(1070.9073, 4);
    expect(coarsened.groups.treated.matched).toBe(65);
    expect(coarsened.groups.control.matched).toBe(75);
    expect(coarsened.groups.control.effective).toBeCloseTo(41.2898, 4);
    const weighted = (estimand: 'ATT' | 'ATE' | 'ATO') =>
      run({
        ...{ method: 'inverse-probability', estimand, link: 'logit', stabilized: false, trim: 0, terms: covariates },
      } as StudyDesign);
    expect(weighted('ATT').effects.matched.estimate).toBeCloseTo(1214.071, 3);
    expect(weighted('ATT').groups.control.effective).toBeCloseTo(99.815, 3);
    expect(weighted('ATE').effects.matched.estimate).toBeCloseTo(224.676, 3);
    expect(weighted('ATO').effects.matched.estimate).toBeCloseTo(1242.201, 3);
  });
});

describe('theorems and formulas', () => {
  const random = createRandom(12, 'published');
  const n = 500;
  const status = new Uint8Array(n);
  const number = (values: Float64Array) => ({ type: 'number' as const, values, status });
  const a = Float64Array.from({ length: n }, () => random.normal());
  const b = Float64Array.from({ length: n }, () => random.normal() ** 2);
  const frame: Frame = { rows: n, columns: { a: number(a), b: number(b) } };
  const treated = Uint8Array.from(a, (v, i) => (random.bernoulli(1 / (1 + Math.exp(1 - v - 0.3 * b[i]!))) ? 1 : 0));
  const outcome = a.map((v, i) => v + treated[i]! + random.normal());
  const covariates = [{ variable: 'a' }, { variable: 'b' }];
  const run = (design: StudyDesign) =>
    runMatchingStudy(
      {
        ...{ frame, treated, outcome, design, covariates },
        ...{ cluster: null, isClusterAskedFor: false, standardError: 'by-design', permutations: null },
        ...{ confidence: 0.95, seed: 1, further: noFurtherQuestions },
      },
      kernels,
    );

  it('V12: overlap weights of a logistic score balance its covariates exactly (Li, Morgan and Zaslavsky 2018)', () => {
    const { balance } = run({
      ...{
        method: 'inverse-probability',
        estimand: 'ATO',
        link: 'logit',
        stabilized: false,
        trim: 0,
        terms: covariates,
      },
    } as StudyDesign);
    for (const { after } of balance) expect(Math.abs(after.meanTreated! - after.meanControl!)).toBeLessThan(1e-9);
  });

  it('V13: entropy balancing makes the moments of the controls those of the treated, or says that it cannot', () => {
    const { balance } = run({ method: 'entropy-balancing', estimand: 'ATT', moments: 1, terms: covariates });
    for (const { after } of balance) expect(Math.abs(after.meanTreated! - after.meanControl!)).toBeLessThan(1e-8);
    const apart = a.map((_, i) => treated[i]! * 5 + i / n);
    const impossible = { rows: n, columns: { a: number(apart), b: number(b) } };
    expect(() =>
      runMatchingStudy(
        {
          ...{ frame: impossible, treated, outcome, covariates, cluster: null, isClusterAskedFor: false },
          ...{ standardError: 'by-design', permutations: null, confidence: 0.95, seed: 1, further: noFurtherQuestions },
          design: { method: 'entropy-balancing', estimand: 'ATT', moments: 1, terms: covariates },
        },
        kernels,
      ),
    ).toThrow(expect.objectContaining({ code: expect.stringMatching(/no-overlap|not-converged/) }));
  });

  it('V26: subclassification leaves the bias that Cochran computed (1968, table 1)', () => {
    // A covariate half a standard deviation higher among the treated, in exact normal quantiles; strata by the controls.
    const m = 40_000;
    const grid = Float64Array.from({ length: m }, (_, i) => normalQuantile((i + 0.5) / m));
    const x = Float64Array.from({ length: 2 * m }, (_, i) => (i < m ? grid[i]! + 0.5 : grid[i - m]!));
    const group = Uint8Array.from(x, (_, i) => (i < m ? 1 : 0));
    for (const [strata, left] of [
      [2, 0.388],
      [3, 0.231],
      [5, 0.124],
      [10, 0.055],
    ] as const) {
      const cuts = Array.from({ length: strata - 1 }, (_, k) => normalQuantile((k + 1) / strata));
      const stratum = Int32Array.from(x, (v) => cuts.filter((cut) => v > cut).length);
      expect(Math.abs(stratifiedEffect(x, group, stratum).att.estimate / 0.5 - left)).toBeLessThan(0.005);
    }
  });

  it('V27: of two models one right is enough for the augmented estimate, two wrong ones are not (Kang and Schafer 2007)', () => {
    const reps = 60;
    const sums = new Map<string, number[]>();
    for (let r = 0; r < reps; r++) {
      for (const [name, value] of Object.entries(kangSchafer(createRandom(r, 'kang-schafer'), kernels))) {
        sums.set(name, [...(sums.get(name) ?? []), value]);
      }
    }
    const biasIn = (name: string): number => {
      const values = sums.get(name)!;
      const mean = values.reduce((s, v) => s + v, 0) / reps;
      const sd = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / (reps - 1));
      return Math.abs(mean) / (sd / Math.sqrt(reps));
    };
    for (const right of ['both', 'propensityRight', 'outcomeRight']) expect(biasIn(right), right).toBeLessThan(3);
    expect(biasIn('regressionWrong')).toBeGreaterThan(4);
    // Both wrong: the weights make it scatter more than the wrong regression alone, the point of the paper.
    const rootMeanSquare = (name: string) => Math.sqrt(sums.get(name)!.reduce((sum, v) => sum + v * v, 0) / reps);
    expect(rootMeanSquare('neither')).toBeGreaterThan(rootMeanSquare('regressionWrong'));
  });
});
