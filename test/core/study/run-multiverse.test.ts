import { describe, expect, it } from 'vitest';
import { noFurtherQuestions } from '../../../src/core/effects/answer-further.ts';
import { designStudy } from '../../../src/core/effects/design-study.ts';
import { estimateStudy } from '../../../src/core/effects/estimate-study.ts';
import { runMatchingStudy } from '../../../src/core/effects/run-matching-study.ts';
import type { StudyEstimateInput } from '../../../src/core/effects/study-input.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import type { NearestDesign } from '../../../src/core/matching/matching-design.ts';
import type { ModelTerm } from '../../../src/core/propensity/model-terms.ts';
import { createRandom } from '../../../src/core/random/random-stream.ts';
import { judgeStudy } from '../../../src/core/study/judge-study.ts';
import {
  type MultiverseInput,
  runMultiverse,
  type Specification,
  type SpecificationAnswer,
} from '../../../src/core/study/run-multiverse.ts';
import { factsOf } from '../../../src/core/study/verdict-facts.ts';

const n = 240;
const random = createRandom(8, 'multiverse');
const status = new Uint8Array(n);
const a = Float64Array.from({ length: n }, () => random.normal());
const b = Float64Array.from({ length: n }, () => random.integer(3));
const treated = Uint8Array.from(a, (v) => (random.bernoulli(1 / (1 + Math.exp(0.8 - 0.7 * v))) ? 1 : 0));
const question: Omit<MultiverseInput, 'specifications'> = {
  frame: {
    rows: n,
    columns: { a: { type: 'number', values: a, status }, b: { type: 'number', values: b, status } },
  },
  treated,
  outcome: a.map((v, i) => 2 * v + b[i]! + treated[i]! + random.normal()),
  ...{ cluster: null, isClusterAskedFor: false, standardError: 'by-design', confidence: 0.95, seed: 3 },
};

const one: readonly ModelTerm[] = [{ variable: 'a' }];
const both: readonly ModelTerm[] = [{ variable: 'a' }, { variable: 'b' }];
const scoreOn = (terms: readonly ModelTerm[]) =>
  ({ type: 'propensity-score', link: 'logit', scale: 'linear', terms }) as const;
const nearest = (terms: readonly ModelTerm[], changes: Partial<NearestDesign>): Specification => ({
  covariates: terms,
  design: {
    ...{ method: 'nearest', estimand: 'ATT', distance: scoreOn(terms), within: null, order: 'largest', ratio: 1 },
    ...{ variableRatio: null, maximumReuse: 1, calipers: [], exact: [], antiExact: [], discard: 'none' },
    reestimate: false,
    ...changes,
  },
});
const caliper = [{ on: 'distance', width: 0.1, unit: 'sd' }] as const;
const strata = (estimand: 'ATT' | 'ATE'): Specification => ({
  covariates: both,
  design: {
    ...{ method: 'subclassification', estimand, distance: scoreOn(both), subclasses: 4 },
    ...{ discard: 'none', reestimate: false },
  },
});

const specifications: readonly Specification[] = [
  nearest(both, {}),
  nearest(both, { calipers: caliper }),
  nearest(one, { calipers: caliper }),
  nearest(both, { calipers: caliper, ratio: 2, order: 'closest' }),
  nearest(both, { maximumReuse: Number.POSITIVE_INFINITY }),
  nearest(both, { discard: 'treated', reestimate: true }),
  nearest(both, { discard: 'treated' }),
  nearest(both, { within: one, exact: ['b'] }),
  strata('ATT'),
  strata('ATE'),
  {
    covariates: both,
    design: {
      ...{ method: 'inverse-probability', estimand: 'ATE', link: 'logit', stabilized: false, trim: 0, terms: both },
    },
  },
];

/** The rules of a verdict that read no value of the outcome. */
const ofSample = ['overlap', 'balance', 'effective-sample', 'clusters', 'attrition'];
const circumstances = {
  ...{
    isConcurrent: new Uint8Array(n).fill(1),
    otherMonths: null,
    baselineOutcome: null,
    readBefore: { otherOutcomes: [], readBeforeSeal: 0 },
  },
  outcomeIs: 'level' as const,
};

/** What the verdict on a study of its own says of its sample. */
function reasonsOf(study: StudyEstimateInput) {
  const designed = designStudy(study, kernels);
  const facts = factsOf(study, designed, estimateStudy(study, designed, kernels), circumstances, kernels);
  return judgeStudy(facts).reasons.filter(({ rule }) => ofSample.includes(rule));
}

describe('runMultiverse', () => {
  const answers = runMultiverse({ ...question, specifications }, kernels);

  it.each(
    specifications.map((specification, place) => [place, specification] as const),
  )('answers way %i as a study of its own does', (place, { design, covariates }) => {
    const single = runMatchingStudy(
      { ...question, design, covariates, permutations: 0, further: noFurtherQuestions },
      kernels,
    );
    const differences = single.balance.map(({ after }) => Math.abs(after.standardizedMeanDifference!));
    expect(answers[place]).toStrictEqual({
      refusal: null,
      answer: {
        groups: single.groups,
        largestDifference: Math.max(...differences),
        inference: { method: single.inference.method, reason: single.inference.reason },
        outcomeSupport: single.outcomeSupport.after,
        matched: single.effects.matched,
        adjusted: single.effects.adjusted,
        reasons: reasonsOf({ ...question, design, covariates, permutations: 0, further: noFurtherQuestions }),
      },
    });
  });

  it('loses the units whose outcome is not known as a study does', () => {
    const isOutcomeKnown = Uint8Array.from(treated, (_, i) => (i % 5 === 0 ? 0 : 1));
    const lossy = { ...question, isOutcomeKnown };
    const loss = runMultiverse({ ...lossy, specifications }, kernels);
    specifications.forEach(({ design, covariates }, place) => {
      const study = { ...lossy, design, covariates, permutations: 0, further: noFurtherQuestions };
      const { effects, groups } = estimateStudy(study, designStudy(study, kernels), kernels);
      const { matched, adjusted } = effects;
      expect(loss[place]!.answer).toMatchObject({ groups, matched, adjusted, reasons: reasonsOf(study) });
    });
  });

  it('fails the sample of a way that leaves most of the treated out, and no other', () => {
    const narrow = nearest(both, { calipers: [{ on: 'distance', width: 0.001, unit: 'sd' }] });
    const [one, other] = runMultiverse({ ...question, specifications: [narrow, nearest(both, {})] }, kernels);
    const failing = ({ answer }: SpecificationAnswer) =>
      answer!.reasons.filter(({ level }) => level === 'fail').map(({ measure }) => measure);
    expect(failing(one!)).toContain('left-out');
    expect(failing(other!)).toEqual([]);
  });

  it('answers differently where the ways differ', () => {
    expect(new Set(answers.map(({ answer }) => answer!.matched.estimate)).size).toBe(specifications.length);
  });

  it('does not depend on the order of the ways', () => {
    const backwards = runMultiverse({ ...question, specifications: specifications.toReversed() }, kernels);
    expect(backwards.toReversed()).toStrictEqual(answers);
  });

  it('says which ways are not possible, and why, and answers the others', () => {
    const impossible = nearest(both, { calipers: [{ on: 'distance', width: 0, unit: 'raw' }] });
    const [refused, answered] = runMultiverse(
      { ...question, specifications: [impossible, nearest(both, {})] },
      kernels,
    );
    expect(refused).toMatchObject({ answer: null, refusal: { code: 'no-overlap' } });
    expect(answered).toStrictEqual(answers[0]);
  });
});
