import { noFurtherQuestions } from '../../../src/core/effects/answer-further.ts';
import { designStudy } from '../../../src/core/effects/design-study.ts';
import type { StudyDesign } from '../../../src/core/effects/draw-sample.ts';
import { estimateStudy } from '../../../src/core/effects/estimate-study.ts';
import type { FurtherOutcome } from '../../../src/core/effects/further-effects.ts';
import type { StudyEstimateInput } from '../../../src/core/effects/study-input.ts';
import { CoreError } from '../../../src/core/errors.ts';
import type { MatrixKernels } from '../../../src/core/linalg/matrix-kernels.ts';
import type { ModelTerm } from '../../../src/core/propensity/model-terms.ts';
import type { RandomStream } from '../../../src/core/random/random-stream.ts';
import { judgeStudy, type StudyVerdict } from '../../../src/core/study/judge-study.ts';
import { factsOf, type StudyCircumstances } from '../../../src/core/study/verdict-facts.ts';
import { drawPeople, type People, type Waves } from './draw-people.ts';
import type { Method, Scenario } from './scenario.ts';

/** One study of a scenario: how far off it is, and what was said about it. */
export interface Redraw {
  readonly error: number;
  readonly standardError: number;
  readonly covers: boolean;
  /** smallest effect that the study would find, in standard deviations of the outcome */
  readonly detectable: number;
  readonly verdict: StudyVerdict['verdict'];
  /** measures that kept it from being trusted */
  readonly against: readonly string[];
}

/** A study as the engine carries it out. @returns null where it refuses: an effect that is not given misleads nobody */
export function redraw(scenario: Scenario, random: RandomStream, kernels: MatrixKernels): Redraw | null {
  const people = drawPeople(scenario, random);
  try {
    return scenario.season.isBeforeAfter ? beforeAfter(scenario, people, kernels) : compared(scenario, people, kernels);
  } catch (error) {
    if (error instanceof CoreError) return null;
    throw error;
  }
}

const number = (values: Float64Array) => ({ type: 'number' as const, values, status: new Uint8Array(values.length) });

function compared(scenario: Scenario, people: People, kernels: MatrixKernels): Redraw {
  const { treated, isOutcomeKnown } = people;
  const shown = scenario.fishing === null ? people.outcomes[0]! : bestLooking(scenario, people, kernels);
  const input = inputOf(scenario, people, shown);
  return judge(
    scenario,
    { ...input, isOutcomeKnown },
    kernels,
    {
      isConcurrent: new Uint8Array(treated.length).fill(1),
      otherMonths: scenario.season.otherMonths,
      baselineOutcome: { values: shown.before, isKnown: new Uint8Array(treated.length).fill(1) },
      outcomeIs: scenario.outcomeIs,
      readBefore: readBefore(scenario.fishing),
    },
    people.effect,
  );
}

/** The log knows the other outcomes that were looked at, unless that was done elsewhere, before the seal. */
function readBefore(fishing: Scenario['fishing']): StudyCircumstances['readBefore'] {
  if (fishing?.shown === 'unsealed') return null;
  const others = fishing?.shown === 'unplanned' ? fishing.outcomes - 1 : 0;
  return { otherOutcomes: Array.from({ length: others }, (_, o) => `y${o + 2}`), readBeforeSeal: 0 };
}

function inputOf(scenario: Scenario, people: People, shown: Waves): StudyEstimateInput {
  const { treated, collective } = people;
  const columns = [...people.covariates, ...(scenario.hasBaseline ? [{ name: 'before', values: shown.before }] : [])];
  const covariates = columns.map(({ name }) => ({ variable: name }));
  const isChange = scenario.outcomeIs === 'change';
  const earlier = { variable: 'y', period: 'earlier' };
  const mirror: FurtherOutcome = isChange
    ? { kind: 'placebo-date', ...earlier, values: minus(shown.before, shown.earlier) }
    : { kind: 'pre-period', ...earlier, values: shown.earlier };
  return {
    frame: { rows: treated.length, columns: Object.fromEntries(columns.map((c) => [c.name, number(c.values)])) },
    treated,
    outcome: isChange ? minus(shown.after, shown.before) : shown.after,
    covariates,
    design: designOf(scenario.method, covariates),
    cluster: collective,
    isClusterAskedFor: false,
    standardError: 'by-design',
    permutations: 0,
    confidence: 0.95,
    seed: 1,
    further: { ...noFurtherQuestions, outcomes: scenario.hasPreperiod ? [mirror] : [] },
  };
}

const minus = (a: Float64Array, b: Float64Array): Float64Array => a.map((v, i) => v - b[i]!);

/** The treated before and after: the past stands for the comparison. */
function beforeAfter(scenario: Scenario, people: People, kernels: MatrixKernels): Redraw {
  const rows = Uint32Array.from(people.treated.keys()).filter((i) => people.treated[i] === 1);
  const twice = (of: (i: number) => number, again: (i: number) => number) =>
    Float64Array.from([...Array.from(rows, of), ...Array.from(rows, again)]);
  const same = (values: Float64Array) =>
    twice(
      (i) => values[i]!,
      (i) => values[i]!,
    );
  const covariates = people.covariates.map(({ name, values }) => ({ name, values: same(values) }));
  const { before, after } = people.outcomes[0]!;
  const stacked: People = {
    ...people,
    covariates,
    treated: Uint8Array.from(
      twice(
        () => 0,
        () => 1,
      ),
    ),
    collective: null,
    outcomes: [
      {
        earlier: before,
        before,
        after: twice(
          (i) => before[i]!,
          (i) => after[i]!,
        ),
      },
    ],
  };
  const input = inputOf({ ...scenario, hasPreperiod: false }, stacked, stacked.outcomes[0]!);
  return judge(
    scenario,
    input,
    kernels,
    {
      isConcurrent: new Uint8Array(input.treated.length),
      otherMonths: scenario.season.otherMonths,
      baselineOutcome: null,
      outcomeIs: 'level',
      readBefore: { otherOutcomes: [], readBeforeSeal: 0 },
    },
    same(people.effect),
  );
}

/** The outcome whose difference in the matched sample is largest, in its own standard deviations. */
function bestLooking(scenario: Scenario, people: People, kernels: MatrixKernels): Waves {
  const { weights } = designStudy(inputOf(scenario, people, people.outcomes[0]!), kernels).sample;
  const looks = ({ after, before }: Waves): number => {
    const sum = [0, 0];
    const total = [0, 0];
    after.forEach((y, i) => {
      if (people.isOutcomeKnown[i] === 0) return;
      const t = people.treated[i]!;
      const value = scenario.outcomeIs === 'change' ? y - before[i]! : y;
      sum[t] = sum[t]! + weights[i]! * value;
      total[t] = total[t]! + weights[i]!;
    });
    return sum[1]! / total[1]! - sum[0]! / total[0]!;
  };
  return people.outcomes.reduce((best, outcome) => (looks(outcome) > looks(best) ? outcome : best));
}

function judge(
  scenario: Scenario,
  input: StudyEstimateInput,
  kernels: MatrixKernels,
  circumstances: StudyCircumstances,
  effects: Float64Array,
): Redraw {
  const designed = designStudy(input, kernels);
  const estimate = estimateStudy(input, designed, kernels);
  const facts = factsOf(input, designed, estimate, circumstances, kernels);
  const { verdict, reasons } = judgeStudy(facts);
  const truth = meanEffect(scenario, input, designed.sample.weights, effects);
  const { effect } = facts;
  return {
    error: effect.estimate - truth,
    standardError: effect.standardError,
    covers: effect.lower <= truth && truth <= effect.upper,
    detectable: reasons.find(({ measure }) => measure === 'detectable-effect')!.value!,
    verdict,
    against: reasons.filter(({ counted }) => counted).map(({ measure }) => measure),
  };
}

/** The effect on the treated of the sample, who are what the study is about. */
function meanEffect(
  { heterogeneity, effect }: Scenario,
  { treated }: StudyEstimateInput,
  weights: Float64Array,
  effects: Float64Array,
): number {
  if (heterogeneity === 0) return effect;
  let sum = 0;
  let total = 0;
  treated.forEach((t, i) => {
    if (t === 0) return;
    sum += weights[i]! * effects[i]!;
    total += weights[i]!;
  });
  return sum / total;
}

function designOf(method: Method, terms: readonly ModelTerm[]): StudyDesign {
  switch (method) {
    case 'weights':
      return { method: 'inverse-probability', estimand: 'ATT', link: 'logit', stabilized: false, trim: 0, terms };
    case 'entropy-balancing':
      return { method: 'entropy-balancing', estimand: 'ATT', moments: 1, terms };
    default:
      return {
        method: 'nearest',
        estimand: 'ATT',
        distance: { type: 'propensity-score', link: 'logit', scale: 'linear', terms },
        within: null,
        order: 'largest',
        ratio: method === 'nearest-two' ? 2 : 1,
        variableRatio: null,
        maximumReuse: method === 'nearest-again' ? Number.POSITIVE_INFINITY : 1,
        calipers: method === 'nearest-far' ? [] : [{ on: 'distance', width: 0.2, unit: 'sd' }],
        exact: [],
        antiExact: [],
        discard: 'none',
        reestimate: false,
      };
  }
}
