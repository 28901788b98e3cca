import { describe, expect, it } from 'vitest';
import { noFurtherQuestions } from '../../../src/core/effects/answer-further.ts';
import type { Inference } from '../../../src/core/effects/choose-inference.ts';
import type { StudyDesign } from '../../../src/core/effects/draw-sample.ts';
import { estimateEffect } from '../../../src/core/effects/estimate-effect.ts';
import { runMatchingStudy } from '../../../src/core/effects/run-matching-study.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import type { NearestDesign } from '../../../src/core/matching/matching-design.ts';
import type { Frame } from '../../../src/core/propensity/design-matrix.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';

interface Data {
  readonly frame: Frame;
  readonly treated: Uint8Array;
  readonly outcome: Float64Array;
  readonly cluster: Int32Array | null;
}

const terms = [{ variable: 'a' }, { variable: 'b' }];

function draw(n: number, withClusters: boolean): Data {
  const random = createRandom(21, 'invariance');
  const status = new Uint8Array(n);
  const a = Float64Array.from({ length: n }, () => random.normal());
  const b = Float64Array.from({ length: n }, () => random.integer(3));
  const cluster = Int32Array.from({ length: n }, (_, i) => i % 12);
  const treated = Uint8Array.from(a, (v, i) =>
    withClusters ? (cluster[i]! < 6 ? 1 : 0) : random.bernoulli(1 / (1 + Math.exp(0.8 - 0.7 * v))) ? 1 : 0,
  );
  // Values in eighths: sums and halves of them are exact.
  const outcome = Float64Array.from(a, (v, i) => Math.round(8 * (2 * v + b[i]! + treated[i]! + random.normal())) / 8);
  const columns = {
    a: { type: 'number' as const, values: a, status },
    b: { type: 'number' as const, values: b, status },
  };
  return { frame: { rows: n, columns }, treated, outcome, cluster: withClusters ? cluster : null };
}

const distance = { type: 'propensity-score', link: 'logit', scale: 'linear', terms } as const;
const nearest = (changes: Partial<NearestDesign>): StudyDesign =>
  ({
    ...{ method: 'nearest', estimand: 'ATT', distance, within: null, order: 'largest', ratio: 1, maximumReuse: 1 },
    ...{ variableRatio: null, calipers: [], exact: [], antiExact: [], discard: 'none', reestimate: false },
    ...changes,
  }) as StudyDesign;
const designs: Readonly<Record<string, StudyDesign>> = {
  pairs: nearest({}),
  'pairs in exact cells': nearest({ exact: ['b'] }),
  'partners used again': nearest({ maximumReuse: Number.POSITIVE_INFINITY, ratio: 2 }),
  // Quantiles cut subclasses, and those of the other group, or of twice as many, lie elsewhere: cells do not move.
  'exact cells': { method: 'exact', estimand: 'ATT', exact: ['b'] },
  weights: {
    ...{ method: 'inverse-probability', estimand: 'ATT', link: 'logit', stabilized: false, trim: 0, terms },
  } as StudyDesign,
  'entropy balancing': { method: 'entropy-balancing', estimand: 'ATT', moments: 1, terms },
};

const run = (data: Data, design: StudyDesign) =>
  runMatchingStudy(
    {
      ...data,
      ...{ design, covariates: terms, isClusterAskedFor: false, standardError: 'by-design', permutations: null },
      ...{ confidence: 0.95, seed: 1, further: noFurtherQuestions },
    },
    kernels,
  );
const kinds = ['unmatched', 'matched', 'adjusted'] as const;

describe.each(Object.entries(designs))('%s', (_, design) => {
  const data = draw(160, false);
  const own = run(data, design);

  it('give exactly four times the effect, error and interval for four times the outcome', () => {
    const scaled = run({ ...data, outcome: data.outcome.map((y) => 4 * y) }, design);
    for (const kind of kinds) {
      for (const key of ['estimate', 'standardError', 'lower', 'upper'] as const) {
        expect(scaled.effects[kind]![key]).toBe(4 * own.effects[kind]![key]);
      }
      expect(scaled.effects[kind]!.pValue).toBe(own.effects[kind]!.pValue);
    }
    expect(scaled.further.sensitivity.robustness).toMatchObject({ value: own.further.sensitivity.robustness!.value });
    expect(scaled.further.sensitivity.eValue!.eValue).toBeCloseTo(own.further.sensitivity.eValue!.eValue, 12);
  });

  it('give the same effect and error for an outcome that is 64 higher everywhere', () => {
    const shifted = run({ ...data, outcome: data.outcome.map((y) => y + 64) }, design);
    for (const kind of kinds) {
      expect(shifted.effects[kind]!.estimate).toBeCloseTo(own.effects[kind]!.estimate, 10);
      expect(shifted.effects[kind]!.standardError).toBeCloseTo(own.effects[kind]!.standardError, 10);
    }
  });

  it('give minus the effect on controls when the groups change names', () => {
    const atc = { ...design, estimand: 'ATC' } as StudyDesign;
    const swapped = run({ ...data, treated: data.treated.map((t) => 1 - t) }, atc);
    // The hardest to match choose first: that is the smallest score where names are changed.
    const mirrored =
      'order' in atc
        ? run({ ...data, treated: data.treated.map((t) => 1 - t) }, { ...atc, order: 'smallest' })
        : swapped;
    for (const kind of kinds) {
      expect(mirrored.effects[kind]!.estimate).toBeCloseTo(-own.effects[kind]!.estimate, 8);
      expect(mirrored.effects[kind]!.standardError).toBeCloseTo(own.effects[kind]!.standardError, 8);
    }
  });

  it('give the same estimate when everybody is there twice', () => {
    const twice = <T extends Float64Array | Uint8Array>(values: T): T => {
      const out = new (values.constructor as new (n: number) => T)(2 * values.length);
      values.forEach((v, i) => {
        out[2 * i] = v;
        out[2 * i + 1] = v;
      });
      return out;
    };
    const { a, b } = data.frame.columns as Record<string, { type: 'number'; values: Float64Array; status: Uint8Array }>;
    const double = (c: typeof a) => ({ ...c!, values: twice(c!.values), status: twice(c!.status) });
    const frame = { rows: 2 * data.frame.rows, columns: { a: double(a), b: double(b) } };
    const doubled = run({ ...data, frame, treated: twice(data.treated), outcome: twice(data.outcome) }, design);
    // Two partners each: both copies of the nearest, instead of the nearest two.
    if ('ratio' in design && design.ratio === 2) return;
    expect(doubled.effects.matched.estimate).toBeCloseTo(own.effects.matched.estimate, 8);
  });
});

describe('whole clusters', () => {
  const data = draw(160, true);
  const design: StudyDesign = { method: 'exact', estimand: 'ATT', exact: ['b'] };
  it('scale and change names too', () => {
    const own = run(data, design);
    expect(own.inference.method).toBe('cluster-means');
    const scaled = run({ ...data, outcome: data.outcome.map((y) => 4 * y) }, design);
    const swapped = run({ ...data, treated: data.treated.map((t) => 1 - t) }, { ...design, estimand: 'ATC' });
    expect(scaled.effects.matched.standardError).toBe(4 * own.effects.matched.standardError);
    expect(swapped.effects.matched.estimate).toBeCloseTo(-own.effects.matched.estimate, 10);
    expect(swapped.effects.matched.standardError).toBeCloseTo(own.effects.matched.standardError, 10);
    expect(swapped.permutation!.pValue).toBe(own.permutation!.pValue);
  });

  it('scale, shift and change names where one unit did otherwise', () => {
    const one = data.treated.indexOf(1);
    const leaky = { ...data, treated: data.treated.map((t, i) => (i === one ? 0 : t)) };
    const own = run(leaky, design);
    expect(own.inference.reason).toBe('treatment-mostly-by-cluster');
    const scaled = run({ ...leaky, outcome: leaky.outcome.map((y) => 4 * y) }, design);
    const shifted = run({ ...leaky, outcome: leaky.outcome.map((y) => y + 64) }, design);
    const swapped = run({ ...leaky, treated: leaky.treated.map((t) => 1 - t) }, { ...design, estimand: 'ATC' });
    const { estimate, lower, upper, pValue } = own.effects.matched;
    expect(scaled.effects.matched).toMatchObject({
      estimate: 4 * estimate,
      lower: 4 * lower,
      upper: 4 * upper,
      pValue,
    });
    for (const [one, other] of [
      [shifted.effects.matched.estimate, estimate],
      [shifted.effects.matched.lower, lower],
      [swapped.effects.matched.estimate, -estimate],
      [swapped.effects.matched.lower, -upper],
      [swapped.effects.matched.upper, -lower],
    ] as const)
      expect(one).toBeCloseTo(other, 8);
  });
});

describe('bad input of an effect', () => {
  const n = 30;
  const random = createRandom(2, 'bad');
  const cluster = Int32Array.from({ length: n }, (_, i) => i % 6);
  const base: Inference = {
    ...{ method: 'HC3', reason: 'independent-units', cluster: null, clusters: null },
    ...{ equations: null, partners: null, near: null, seed: 1 },
  };
  const sample = {
    treated: Uint8Array.from({ length: n }, (_, i) => (i < 15 ? 1 : 0)),
    outcome: Float64Array.from({ length: n }, () => random.normal()),
    weights: new Float64Array(n).fill(1),
  };
  const columns = ['p', 'q', 'r', 's'].map((name) => ({
    name,
    values: Float64Array.from({ length: n }, () => random.normal()),
  }));
  const refusal = (changes: object, inference: Inference = base, adjustFor: typeof columns = []) => {
    try {
      estimateEffect({ ...sample, ...changes }, adjustFor, inference, 0.95, kernels);
      return null;
    } catch (error) {
      const { code, details, message } = error as { code: string; details: object; message: string };
      return { code, details, message };
    }
  };

  it('a constant outcome', () => {
    expect(refusal({ outcome: new Float64Array(n).fill(3) })).toMatchObject({ code: 'no-variation' });
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('a weight of %d', (weight) => {
    const weights = sample.weights.map((w, i) => (i === 4 ? weight : w));
    expect(refusal({ weights })).toMatchObject({
      code: 'invalid-argument',
      details: { row: 4 },
      message: expect.stringContaining('Leave out units without weight'),
    });
  });

  it.each([
    'cluster-CR1',
    'cluster-CR2',
    'wild-cluster-bootstrap',
    'matched-sets',
  ] as const)('as many columns as clusters: %s', (method) => {
    expect(refusal({}, { ...base, method, cluster }, columns)).toMatchObject({
      code: 'too-few-groups',
      details: { groups: 6, columns: ['p', 'q', 'r', 's'] },
      message: expect.stringContaining('Leave out covariates'),
    });
    expect(refusal({}, { ...base, method, cluster }, columns.slice(0, 2))).toBeNull();
  });
});
