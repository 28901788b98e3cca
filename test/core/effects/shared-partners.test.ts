import { describe, expect, it } from 'vitest';
import { noFurtherQuestions } from '../../../src/core/effects/answer-further.ts';
import { runMatchingStudy } from '../../../src/core/effects/run-matching-study.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import type { NearestDesign } from '../../../src/core/matching/matching-design.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';

const n = 120;
const random = createRandom(8, 'shared-partners');
const a = Float64Array.from({ length: n }, () => random.normal());
const b = Float64Array.from({ length: n }, () => random.normal());
const treated = Uint8Array.from(a, (v) => (random.bernoulli(1 / (1 + Math.exp(-v))) ? 1 : 0));
// Noise that grows with a: one variance for all would be wrong.
const outcome = a.map((v, i) => v + treated[i]! + Math.exp(v) * random.normal());
const status = new Uint8Array(n);
const number = (values: Float64Array) => ({ type: 'number' as const, values, status });
const frame = { rows: n, columns: { a: number(a), b: number(b) } };
const terms = [{ variable: 'a' }, { variable: 'b' }];

const run = (changes: Partial<NearestDesign>) =>
  runMatchingStudy(
    {
      ...{ frame, treated, outcome, covariates: terms, cluster: null, isClusterAskedFor: false, seed: 1 },
      ...{ standardError: 'by-design', permutations: null, confidence: 0.95, further: noFurtherQuestions },
      design: {
        ...{ method: 'nearest', estimand: 'ATT', within: null, order: 'closest', ratio: 1, variableRatio: null },
        ...{ maximumReuse: Number.POSITIVE_INFINITY, calipers: [], exact: [], antiExact: [], discard: 'none' },
        ...{ reestimate: false, distance: { type: 'scaled-euclidean', terms } },
        ...changes,
      } as NearestDesign,
    },
    kernels,
  );

/** The formula of Abadie and Imbens (2006), section 4, looking at everybody: J = 2 in the partner's own matched group. */
function bruteError(
  { sample: { pairs, weights } }: ReturnType<typeof run>,
  distance: (i: number, j: number) => number,
) {
  const { focal, offsets, partners } = pairs!;
  const tau: number[] = [];
  const served = new Map<number, { k: number; squares: number }>();
  focal.forEach((row, k) => {
    const own = [...partners.subarray(offsets[k]!, offsets[k + 1]!)];
    if (own.length === 0) return;
    const imputed = own.reduce((sum, p) => sum + outcome[p]!, 0) / own.length;
    tau.push((treated[row] === 1 ? 1 : -1) * (outcome[row]! - imputed));
    for (const p of own) {
      const { k: weight, squares } = served.get(p) ?? { k: 0, squares: 0 };
      served.set(p, { k: weight + 1 / own.length, squares: squares + 1 / own.length ** 2 });
    }
  });
  const estimate = tau.reduce((sum, t) => sum + t, 0) / tau.length;
  let sum = tau.reduce((total, t) => total + (t - estimate) ** 2, 0);
  for (const [p, { k, squares }] of served) {
    const arm = [...weights.keys()].filter((i) => weights[i]! > 0 && treated[i] === treated[p]);
    const near = arm.toSorted((i, j) => distance(p, i) - distance(p, j)).slice(0, 3);
    const mean = near.reduce((total, i) => total + outcome[i]!, 0) / 3;
    sum += (near.reduce((total, i) => total + (outcome[i]! - mean) ** 2, 0) / 2) * (k * k - squares);
  }
  return Math.sqrt(sum) / tau.length;
}

describe('the error of a study whose partners are used again', () => {
  const spread = (values: Float64Array, group: 0 | 1): number => {
    const own = values.filter((_, i) => treated[i] === group);
    const mean = own.reduce((sum, v) => sum + v, 0) / own.length;
    return own.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  };
  const within = (values: Float64Array) => Math.sqrt((spread(values, 0) + spread(values, 1)) / (n - 2));
  const [sa, sb] = [within(a), within(b)];
  const byCovariates = (i: number, j: number) => Math.hypot((a[i]! - a[j]!) / sa, (b[i]! - b[j]!) / sb);

  it.each([
    'ATT',
    'ATC',
  ] as const)('takes a variance for each partner from its two nearest by the covariates, %s', (estimand) => {
    for (const ratio of [1, 2]) {
      const study = run({ estimand, ratio });
      expect(study.inference.method).toBe('abadie-imbens');
      expect(study.effects.matched.standardError).toBeCloseTo(bruteError(study, byCovariates), 10);
    }
  });

  it.each([
    'ATT',
    'ATC',
  ] as const)('and from its two nearest by the score where pairs are made on a score, %s', (estimand) => {
    const distance = { type: 'propensity-score', link: 'logit', scale: 'linear', terms } as const;
    const study = run({ estimand, distance, order: 'largest' });
    const score = study.sample.score!;
    const byScore = (i: number, j: number) => Math.abs(score[i]! - score[j]!);
    // Scores this close count as tied, which with 120 units hardly changes who is near.
    expect(study.effects.matched.standardError / bruteError(study, byScore)).toBeCloseTo(1, 2);
  });
});
