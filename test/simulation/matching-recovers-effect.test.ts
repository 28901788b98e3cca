import { describe, expect, it } from 'vitest';
import { noFurtherQuestions } from '../../src/core/effects/answer-further.ts';
import { runMatchingStudy } from '../../src/core/effects/run-matching-study.ts';
import { typescriptKernels } from '../../src/core/linalg/typescript-kernels.ts';
import type { Frame } from '../../src/core/propensity/design-matrix.ts';
import { createRandom } from '../../src/core/random/random-stream.ts';

const effect = 1;
const panels = 120;

/** 800 units; two covariates drive treatment and outcome, so that the naive difference is about 1.3 too large. */
function draw(seed: number) {
  const random = createRandom(seed, 'matching-recovers-effect');
  const n = 800;
  const status = new Uint8Array(n);
  const a = Float64Array.from({ length: n }, () => random.normal());
  const b = Float64Array.from({ length: n }, () => random.normal());
  const treated = Uint8Array.from(a, (v, i) =>
    random.bernoulli(1 / (1 + Math.exp(1.2 - 0.8 * v - 0.5 * b[i]!))) ? 1 : 0,
  );
  const outcome = Float64Array.from(a, (v, i) => v + b[i]! + effect * treated[i]! + random.normal());
  const frame: Frame = {
    rows: n,
    columns: { a: { type: 'number', values: a, status }, b: { type: 'number', values: b, status } },
  };
  return { frame, treated, outcome };
}

function study(seed: number) {
  const covariates = [{ variable: 'a' }, { variable: 'b' }];
  return runMatchingStudy(
    {
      ...draw(seed),
      covariates,
      design: {
        method: 'nearest',
        estimand: 'ATT',
        distance: { type: 'propensity-score', link: 'logit', scale: 'linear', terms: covariates },
        within: null,
        order: 'largest',
        ratio: 1,
        variableRatio: null,
        maximumReuse: 1,
        calipers: [{ on: 'distance', width: 0.2, unit: 'sd' }],
        exact: [],
        antiExact: [],
        discard: 'none',
        reestimate: false,
      },
      cluster: null,
      isClusterAskedFor: false,
      standardError: 'by-design',
      permutations: null,
      confidence: 0.95,
      seed: 1,
      further: noFurtherQuestions,
    },
    typescriptKernels,
  ).effects;
}

describe('over many simulated panels with a known effect', () => {
  const runs = Array.from({ length: panels }, (_, seed) => study(seed));
  const summary = (kind: 'unmatched' | 'matched' | 'adjusted') => {
    const estimates = runs.map((r) => r[kind]!.estimate);
    const mean = estimates.reduce((s, v) => s + v, 0) / panels;
    const sd = Math.sqrt(estimates.reduce((s, v) => s + (v - mean) ** 2, 0) / (panels - 1));
    const covered = runs.filter((r) => r[kind]!.lower <= effect && effect <= r[kind]!.upper).length;
    return { bias: mean - effect, monteCarloError: sd / Math.sqrt(panels), coverage: covered / panels };
  };

  it('the naive comparison is far off and never covers the truth', () => {
    const { bias, coverage } = summary('unmatched');
    expect(bias).toBeGreaterThan(1);
    expect(coverage).toBe(0);
  });

  it('matching with a caliper leaves a bias of a few hundredths, the adjusted effect none', () => {
    expect(Math.abs(summary('matched').bias)).toBeLessThan(0.08);
    const { bias, monteCarloError } = summary('adjusted');
    expect(Math.abs(bias)).toBeLessThan(3 * monteCarloError);
  });

  it('95 % intervals by matched set cover the truth as often as they should', () => {
    // binomial band of 120 runs at 0.95, 99.9 %: 0.875 to 1
    expect(summary('adjusted').coverage).toBeGreaterThan(0.875);
    expect(summary('matched').coverage).toBeGreaterThan(0.85);
  });
});
