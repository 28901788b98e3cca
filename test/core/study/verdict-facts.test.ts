import { describe, expect, it } from 'vitest';
import { noFurtherQuestions } from '../../../src/core/effects/answer-further.ts';
import { designStudy } from '../../../src/core/effects/design-study.ts';
import { estimateStudy } from '../../../src/core/effects/estimate-study.ts';
import type { StudyEstimateInput } from '../../../src/core/effects/study-input.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { exposureOfControls } from '../../../src/core/study/exposure-of-controls.ts';
import { otherMonths } from '../../../src/core/study/other-months.ts';
import { standardErrorInflation } from '../../../src/core/study/standard-error-inflation.ts';
import { factsOf, type StudyCircumstances } from '../../../src/core/study/verdict-facts.ts';

const ones = (n: number) => new Float64Array(n).fill(1);

describe('how much too small a standard error is that ignores clusters', () => {
  const cluster = Int32Array.from({ length: 32 }, (_, i) => Math.floor(i / 4));
  const levels = [3, 1, 4, 1, 5, 9, 2, 6];
  const shared = Float64Array.from(cluster, (g) => levels[g]!);

  it('is the root of the size of the cluster where treatment and outcome are the same within it', () => {
    const treated = Uint8Array.from(cluster, (g) => (g < 4 ? 1 : 0));
    expect(standardErrorInflation({ treated, outcome: shared, weights: ones(32) }, cluster)).toBeCloseTo(2, 12);
  });

  it('is 1 where the treatment is dealt out within clusters, where units have none, and where none holds two', () => {
    const treated = Uint8Array.from(cluster, (_, i) => i % 2);
    const sample = { treated, outcome: shared, weights: ones(32) };
    expect(standardErrorInflation(sample, cluster)).toBe(1);
    expect(standardErrorInflation(sample, new Int32Array(32).fill(-1))).toBe(1);
    expect(
      standardErrorInflation(
        sample,
        Int32Array.from(cluster, (_, i) => i),
      ),
    ).toBe(1);
  });
});

describe('the exposure of controls to treated neighbours', () => {
  // Six clusters of five, of which 0, 0, 1, 2, 3 and 4 are treated.
  const treatedIn = [0, 0, 1, 2, 3, 4];
  const cluster = Int32Array.from({ length: 30 }, (_, i) => Math.floor(i / 5));
  const treated = Uint8Array.from(cluster, (g, i) => (i % 5 < treatedIn[g]! ? 1 : 0));
  const noise = [0.3, -0.2, 0.1, -0.4, 0.2, 0.1];
  const outcome = Float64Array.from(cluster, (g, i) => (treated[i] === 1 ? 7 : 10 * (treatedIn[g]! / 5) + noise[g]!));
  const units = { sample: { treated, outcome, weights: ones(30) }, columns: [], cluster };

  it('is the share of controls in clusters with treated units, and what the line through the clusters says', () => {
    const { share, effect } = exposureOfControls(units, treated, cluster, kernels);
    // controls: 5, 5, 4, 3, 2, 1
    expect(share).toBeCloseTo(10 / 20, 12);
    // The line by its normal equations, one point per control.
    const points = [...cluster.keys()]
      .filter((i) => treated[i] === 0)
      .map((i) => [treatedIn[cluster[i]!]! / 5, outcome[i]!] as const);
    const mean = (at: 0 | 1) => points.reduce((s, p) => s + p[at], 0) / points.length;
    const [x, y] = [mean(0), mean(1)];
    const spread = points.reduce((s, p) => s + (p[0] - x) ** 2, 0);
    const slope = points.reduce((s, p) => s + (p[0] - x) * (p[1] - y), 0) / spread;
    const rest = points.reduce((s, p) => s + (p[1] - y - slope * (p[0] - x)) ** 2, 0);
    expect(effect!.estimate).toBeCloseTo(x * slope, 12);
    // Outcomes are the same within a cluster, so its controls stand for one another: 6 - 2 degrees of freedom.
    expect(effect!.standardError).toBeCloseTo(x * Math.sqrt(rest / 4 / spread), 12);
    expect(effect!.pValue).toBeLessThan(0.001);
  });

  it('cannot be read where all controls are exposed alike, and is none where no cluster holds both', () => {
    const alike = Uint8Array.from(cluster, (_, i) => (i % 5 === 0 ? 1 : 0));
    const sample = { ...units.sample, treated: alike };
    expect(exposureOfControls({ ...units, sample }, alike, cluster, kernels)).toEqual({ share: 1, effect: null });
    const whole = Uint8Array.from(cluster, (g) => (g < 3 ? 1 : 0));
    const apart = { ...units, sample: { ...units.sample, treated: whole } };
    expect(exposureOfControls(apart, whole, cluster, kernels)).toEqual({ share: 0, effect: null });
  });
});

describe('the months of the follow-up that the baseline does not have', () => {
  it.each([
    [['2022'], ['2023'], 0],
    [['2022-01', '2022-02', '2022-03'], ['2023-Q1'], 0],
    [['2022Q4'], ['2023-10', '2023-11', '2024-01'], 1 / 3],
    [['2022-01-15'], ['2022-07-15'], 1],
    [['2022-01'], ['2023'], 11 / 12],
    [['before'], ['2023'], null],
    [['2022-13'], ['2023-01'], null],
  ])('%j and %j: %s', (baseline, followUp, expected) => {
    expect(otherMonths(baseline, followUp)).toBe(expected);
  });
});

describe('the facts of a study', () => {
  const n = 400;
  const random = createRandom(5, 'verdict-facts');
  const number = (values: Float64Array) => ({ type: 'number' as const, values, status: new Uint8Array(n) });
  const draw = (of: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => of(i));
  const age = draw(() => random.normal());
  const earlier = draw((i) => age[i]! + random.normal());
  const before = draw((i) => age[i]! + random.normal());
  const treated = Uint8Array.from(age, (v) => (random.bernoulli(1 / (1 + Math.exp(1.2 - 0.6 * v))) ? 1 : 0));
  const outcome = draw((i) => before[i]! + 0.5 * treated[i]! + random.normal());
  const named = { variable: 'gas', period: '2021' };
  const input: StudyEstimateInput = {
    frame: { rows: n, columns: { age: number(age), before: number(before) } },
    treated,
    outcome,
    covariates: [{ variable: 'age' }, { variable: 'before' }],
    design: {
      method: 'nearest',
      estimand: 'ATT',
      distance: {
        type: 'propensity-score',
        link: 'logit',
        scale: 'linear',
        terms: [{ variable: 'age' }, { variable: 'before' }],
      },
      ...{ within: null, order: 'largest', ratio: 1, variableRatio: null, maximumReuse: 1 },
      calipers: [{ on: 'distance', width: 0.1, unit: 'sd' }],
      ...{ exact: [], antiExact: [], discard: 'none', reestimate: false },
    },
    cluster: null,
    isClusterAskedFor: false,
    standardError: 'by-design',
    permutations: 0,
    confidence: 0.95,
    seed: 1,
    further: {
      ...noFurtherQuestions,
      outcomes: [
        { kind: 'pre-period', ...named, values: earlier },
        { kind: 'placebo-date', ...named, values: before.map((v, i) => v - earlier[i]!) },
        { kind: 'outcome', ...named, values: outcome.map((v) => -v) },
      ],
    },
  };
  const circumstances: StudyCircumstances = {
    isConcurrent: new Uint8Array(n).fill(1),
    otherMonths: 0,
    baselineOutcome: { values: before, isKnown: new Uint8Array(n).fill(1) },
    outcomeIs: 'level',
    readBefore: { otherOutcomes: [], readBeforeSeal: 0 },
  };
  const study = (asked: StudyEstimateInput, about: StudyCircumstances) => {
    const designed = designStudy(asked, kernels);
    const estimate = estimateStudy(asked, designed, kernels);
    return { designed, estimate, facts: factsOf(asked, designed, estimate, about, kernels) };
  };
  const {
    designed: { output },
    facts,
  } = study(input, circumstances);

  it('hold the difference of the baseline outcome as the balance table has it', () => {
    const row = output.balance.find(({ variable }) => variable === 'before')!;
    expect(facts.baselineOutcome!.difference).toBeCloseTo(row.after.standardizedMeanDifference!, 12);
    const { treated: t, control: c } = output.groups;
    expect(facts.baselineOutcome!.error).toBeCloseTo(Math.sqrt(1 / t.effective + 1 / c.effective), 12);
  });

  it('count whom the caliper left out, and controls only where they were followed at the same time', () => {
    const { all, matched } = output.groups.treated;
    expect(matched).toBeLessThan(all);
    expect(facts.overlap.leftOut).toBe(1 - matched / all);
    expect(facts.comparison.concurrentControls).toBe(output.groups.control.matched);
    const { facts: apart } = study(input, { ...circumstances, isConcurrent: new Uint8Array(n) });
    expect(apart.comparison.concurrentControls).toBe(0);
  });

  it('take as placebo the same comparison one period earlier: of levels, or of changes', () => {
    expect(facts.placebos.map(({ kind }) => kind)).toEqual(['pre-period']);
    const { facts: ofChange } = study(input, { ...circumstances, outcomeIs: 'change' });
    expect(ofChange.placebos.map(({ kind }) => kind)).toEqual(['placebo-date']);
  });

  it('hold the spread of the outcome within the groups', () => {
    const variance = (group: number) => {
      const values = [...outcome].filter((_, i) => treated[i] === group);
      const mean = values.reduce((s, v) => s + v, 0) / values.length;
      return values.reduce((s, v) => s + (v - mean) ** 2, 0) / (values.length - 1);
    };
    expect(facts.effect.spread).toBeCloseTo(Math.sqrt((variance(0) + variance(1)) / 2), 12);
  });

  it('count the matched whose outcome is not known, and are of those who are left', () => {
    const isOutcomeKnown = Uint8Array.from(treated, (t, i) => (i % (t === 1 ? 3 : 20) === 0 ? 0 : 1));
    const { designed, estimate, facts: left } = study({ ...input, isOutcomeKnown }, circumstances);
    const { weights } = designed.sample;
    const count = (group: number, known: number) =>
      [...weights.keys()].filter((i) => weights[i]! > 0 && treated[i] === group && isOutcomeKnown[i]! >= known).length;
    expect(left.attrition).toEqual({
      treated: { begun: count(1, 0), observed: count(1, 1) },
      control: { begun: count(0, 0), observed: count(0, 1) },
    });
    expect(left.sample.effectiveUnits).toBe(estimate.groups.treated.effective);
    // The baseline outcome is a covariate: both ways to its difference among those who are left.
    const row = left.balance.find(({ variable }) => variable === 'before')!;
    expect(left.baselineOutcome!.difference).toBeCloseTo(row.difference!, 12);
    expect(left.overlap.leftOut).toBe(facts.overlap.leftOut);
  });

  it('are plain data without a value for each unit', () => {
    expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
    expect(JSON.stringify(facts).length).toBeLessThan(2500);
  });
});
