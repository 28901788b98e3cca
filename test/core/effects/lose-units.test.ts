import { describe, expect, it } from 'vitest';
import { noFurtherQuestions } from '../../../src/core/effects/answer-further.ts';
import { designStudy } from '../../../src/core/effects/design-study.ts';
import type { StudyDesign, StudySample } from '../../../src/core/effects/draw-sample.ts';
import { estimateStudy } from '../../../src/core/effects/estimate-study.ts';
import { runMatchingStudy } from '../../../src/core/effects/run-matching-study.ts';
import type { StudyEstimateInput } from '../../../src/core/effects/study-input.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import type { NearestDesign } from '../../../src/core/matching/matching-design.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';

const terms = [{ variable: 'a' }];
const distance = { type: 'propensity-score', link: 'logit', scale: 'linear', terms } as const;
const nearest = (changes: Partial<NearestDesign>): StudyDesign =>
  ({
    ...{ method: 'nearest', estimand: 'ATT', distance, within: null, order: 'largest', ratio: 1, maximumReuse: 1 },
    ...{ variableRatio: null, calipers: [], exact: [], antiExact: [], discard: 'none', reestimate: false },
    ...changes,
  }) as StudyDesign;

function study(design: StudyDesign, n = 150): StudyEstimateInput {
  const random = createRandom(5, 'lose-units');
  const values = Float64Array.from({ length: n }, () => random.normal());
  const cells = Float64Array.from({ length: n }, () => random.integer(4));
  const treated = Uint8Array.from(values, (v) => (random.bernoulli(1 / (1 + Math.exp(1 - v))) ? 1 : 0));
  const status = new Uint8Array(n);
  const columns = {
    a: { type: 'number', values, status },
    cell: { type: 'number', values: cells, status },
  } as const;
  return {
    ...{ frame: { rows: n, columns }, treated, design, covariates: terms, cluster: null, isClusterAskedFor: false },
    ...{ standardError: 'by-design', permutations: null, confidence: 0.95, seed: 1, further: noFurtherQuestions },
    outcome: values.map((v, i) => 3 * v + treated[i]! + random.normal()),
    isOutcomeKnown: Uint8Array.from(values, () => (random.bernoulli(0.7) ? 1 : 0)),
  };
}

const number = (values: Float64Array) => ({ type: 'number', values, status: new Uint8Array(values.length) }) as const;

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Differences within the sets that are left, straight from the pairs that were designed. */
function ofPairs({ outcome, isOutcomeKnown: known }: StudyEstimateInput, { pairs }: StudySample): number {
  const differences: number[] = [];
  pairs!.focal.forEach((focal, k) => {
    const partners = [...pairs!.partners.subarray(pairs!.offsets[k]!, pairs!.offsets[k + 1]!)].filter((p) => known![p]);
    if (known![focal] && partners.length > 0)
      differences.push(outcome[focal]! - mean(partners.map((p) => outcome[p]!)));
  });
  return mean(differences);
}

/** Differences within cells, each counted by its treated units that are left. */
function ofCells({ frame, treated, outcome, isOutcomeKnown: known }: StudyEstimateInput): number {
  const { values } = frame.columns.cell as { values: Float64Array };
  let sum = 0;
  let count = 0;
  for (let cell = 0; cell < 4; cell++) {
    const of = (group: 0 | 1) => [...outcome].filter((_, i) => known![i] && treated[i] === group && values[i] === cell);
    sum += of(1).length * (mean(of(1)) - mean(of(0)));
    count += of(1).length;
  }
  return sum / count;
}

function ofWeights({ treated, outcome, isOutcomeKnown: known }: StudyEstimateInput, { weights }: StudySample): number {
  const side = (group: 0 | 1) => {
    const rows = [...outcome.keys()].filter((i) => known![i] && treated[i] === group);
    const total = rows.reduce((w, i) => w + weights[i]!, 0);
    return rows.reduce((sum, i) => sum + weights[i]! * outcome[i]!, 0) / total;
  };
  return side(1) - side(0);
}

const weighting = { method: 'inverse-probability', link: 'logit', stabilized: false, trim: 0, terms } as const;
const cases = {
  'one to one pairs': [nearest({}), ofPairs],
  'two partners each': [nearest({ ratio: 2, maximumReuse: Number.POSITIVE_INFINITY }), ofPairs],
  cells: [{ method: 'exact', estimand: 'ATT', exact: ['cell'] }, ofCells],
  weights: [{ ...weighting, estimand: 'ATE' } as StudyDesign, ofWeights],
} as const satisfies Record<string, readonly [StudyDesign, (input: StudyEstimateInput, sample: StudySample) => number]>;

describe.each(Object.entries(cases))('a designed sample of %s that loses units', (_, [design, expected]) => {
  const input = study(design);
  const designed = designStudy(input, kernels);
  const estimate = estimateStudy(input, designed, kernels);

  it('compares those that are left as they were designed to be compared', () => {
    expect(estimate.effects.matched.estimate).toBeCloseTo(expected(input, designed.sample), 10);
  });

  it('counts who is gone and who is left alone', () => {
    for (const group of ['treated', 'control'] as const) {
      const { matched, unknown, alone } = estimate.lost[group];
      expect(matched).toBe(designed.output.groups[group].matched);
      const rows = [...input.treated.keys()].filter(
        (i) => input.treated[i] === (group === 'treated' ? 1 : 0) && designed.sample.weights[i]! > 0,
      );
      expect(unknown).toBe(rows.filter((i) => input.isOutcomeKnown![i] === 0).length);
      expect(estimate.groups[group].matched).toBe(matched - unknown - alone);
    }
  });

  it('is the same whatever stands where the outcome is not known', () => {
    const outcome = input.outcome.map((y, i) => (input.isOutcomeKnown![i] === 1 ? y : 1e9));
    expect(estimateStudy({ ...input, outcome }, designed, kernels)).toEqual(estimate);
  });

  it('is the study in one go where nobody is lost', () => {
    const { lost, ...whole } = estimateStudy(
      { ...input, isOutcomeKnown: input.treated.map(() => 1) },
      designed,
      kernels,
    );
    expect(lost.treated).toMatchObject({ unknown: 0, alone: 0 });
    const { isOutcomeKnown: _known, ...plain } = input;
    const once = runMatchingStudy(plain, kernels);
    expect({ ...once, warnings: once.warnings.slice(designed.output.warnings.length) }).toMatchObject(whole);
  });
});

it('refuses where hardly anybody is left', () => {
  const input = study(nearest({}));
  const isOutcomeKnown = input.treated.map((t, i) => (t === 0 || i % 50 === 0 ? 1 : 0));
  const designed = designStudy(input, kernels);
  expect(() => estimateStudy({ ...input, isOutcomeKnown }, designed, kernels)).toThrow(
    expect.objectContaining({ code: 'empty-group' }),
  );
});

describe('sampling weights of the units that are left', () => {
  /** Each unit of a design counts as often as its weight says: the same as repeating it. */
  it('are shared anew: cells by their sums, partners in proportion', () => {
    const base = study({ method: 'exact', estimand: 'ATT', exact: ['cell'], samplingWeights: 'w' });
    const w = base.outcome.map((_, i) => 1 + (i % 3));
    const frame = { ...base.frame, columns: { ...base.frame.columns, w: number(w) } };
    const input = { ...base, frame };
    const known = base.isOutcomeKnown!;
    const cell = (base.frame.columns.cell as { values: Float64Array }).values;
    let sum = 0;
    let total = 0;
    for (let c = 0; c < 4; c++) {
      const rows = (group: number) =>
        [...w.keys()].filter((i) => known[i] && base.treated[i] === group && cell[i] === c);
      const weight = (group: number) => rows(group).reduce((s, i) => s + w[i]!, 0);
      const average = (group: number) => rows(group).reduce((s, i) => s + w[i]! * base.outcome[i]!, 0) / weight(group);
      sum += weight(1) * (average(1) - average(0));
      total += weight(1);
    }
    const { matched } = estimateStudy(input, designStudy(input, kernels), kernels).effects;
    expect(matched.estimate).toBeCloseTo(sum / total, 10);

    const pairs = { ...input, design: nearest({ ratio: 2, samplingWeights: 'w' }) };
    const designed = designStudy(pairs, kernels);
    const { focal, offsets, partners } = designed.sample.pairs!;
    let ofSets = 0;
    let weightOfSets = 0;
    focal.forEach((row, k) => {
      const left = [...partners.subarray(offsets[k]!, offsets[k + 1]!)].filter((p) => known[p]);
      if (!known[row] || left.length === 0) return;
      const weight = left.reduce((s, p) => s + w[p]!, 0);
      const other = left.reduce((s, p) => s + w[p]! * base.outcome[p]!, 0) / weight;
      ofSets += w[row]! * (base.outcome[row]! - other);
      weightOfSets += w[row]!;
    });
    const { estimate } = estimateStudy(pairs, designed, kernels).effects.matched;
    expect(estimate).toBeCloseTo(ofSets / weightOfSets, 10);
  });
});
