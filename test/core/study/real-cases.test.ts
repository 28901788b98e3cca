/** The verdict on studies whose truth is known, or that are known to be useless. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tableFromCsv } from '../../../src/conformance/case-table.ts';
import { noFurtherQuestions } from '../../../src/core/effects/answer-further.ts';
import { designStudy } from '../../../src/core/effects/design-study.ts';
import type { StudyDesign } from '../../../src/core/effects/draw-sample.ts';
import { estimateStudy } from '../../../src/core/effects/estimate-study.ts';
import type { StudyEstimateInput } from '../../../src/core/effects/study-input.ts';
import { typescriptKernels as kernels } from '../../../src/core/linalg/typescript-kernels.ts';
import { createRandom, type RandomStream } from '../../../src/core/random/random-stream.ts';
import { judgeStudy } from '../../../src/core/study/judge-study.ts';
import { factsOf, type StudyCircumstances } from '../../../src/core/study/verdict-facts.ts';
import { referenceFolder } from '../../support/reference.ts';

type Columns = Readonly<Record<string, Float64Array>>;

interface Question {
  readonly columns: Columns;
  readonly treatment: string;
  readonly outcome: string;
  readonly covariates: readonly string[];
  /** the outcome at the baseline, and the mirror of the outcome one period earlier */
  readonly before: string | null;
  readonly placebo: { readonly kind: 'pre-period' | 'placebo-date'; readonly values: Float64Array } | null;
  readonly method: 'weights' | 'pairs';
  readonly circumstances?: Partial<StudyCircumstances>;
}

function study(question: Question) {
  const { columns, covariates, placebo, before } = question;
  const n = columns[question.treatment]!.length;
  const known = new Uint8Array(n).fill(1);
  const terms = covariates.map((variable) => ({ variable }));
  const pairs: StudyDesign = {
    method: 'nearest',
    estimand: 'ATT',
    distance: { type: 'propensity-score', link: 'logit', scale: 'linear', terms },
    ...{ within: null, order: 'largest', ratio: 1, variableRatio: null, maximumReuse: 1 },
    calipers: [{ on: 'distance', width: 0.2, unit: 'sd' }],
    ...{ exact: [], antiExact: [], discard: 'none', reestimate: false },
  };
  const weights: StudyDesign = {
    ...{ method: 'inverse-probability', estimand: 'ATT', link: 'logit', stabilized: false, trim: 0, terms },
  };
  const input: StudyEstimateInput = {
    frame: {
      rows: n,
      columns: Object.fromEntries(
        covariates.map((name) => [name, { type: 'number', values: columns[name]!, status: new Uint8Array(n) }]),
      ),
    },
    treated: Uint8Array.from(columns[question.treatment]!),
    outcome: columns[question.outcome]!,
    covariates: terms,
    design: question.method === 'pairs' ? pairs : weights,
    ...{ cluster: null, isClusterAskedFor: false, standardError: 'by-design', permutations: 0 },
    ...{ confidence: 0.95, seed: 1 },
    further: {
      ...noFurtherQuestions,
      outcomes: placebo === null ? [] : [{ ...placebo, variable: question.outcome, period: 'earlier' }],
    },
  };
  const designed = designStudy(input, kernels);
  const estimate = estimateStudy(input, designed, kernels);
  const facts = factsOf(
    input,
    designed,
    estimate,
    {
      isConcurrent: new Uint8Array(input.treated.length).fill(1),
      otherMonths: 0,
      baselineOutcome: before === null ? null : { values: columns[before]!, isKnown: known },
      outcomeIs: placebo?.kind === 'placebo-date' ? 'change' : 'level',
      readBefore: { otherOutcomes: [], readBeforeSeal: 0 },
      ...question.circumstances,
    },
    kernels,
  );
  return { facts, ...judgeStudy(facts) };
}

const failing = ({ reasons }: ReturnType<typeof study>) =>
  reasons.filter(({ level }) => level === 'fail').map(({ measure }) => measure);

const numbersOf = (path: URL, names: readonly string[]): Columns => {
  const table = tableFromCsv(readFileSync(path, 'utf8'));
  return Object.fromEntries(names.map((name) => [name, table.numbers(name)]));
};

const people = ['age', 'educ', 'black', 'hisp', 'married', 'nodegr'];
const experiment = numbersOf(new URL('../../fixtures/lalonde-experiment/experiment.csv', import.meta.url), [
  ...people,
  ...['re74', 're75', 're78', 'treat'],
]);

describe('LaLonde’s experiment, with 1974 as the period before the baseline', () => {
  it.each(['weights', 'pairs'] as const)('is not refused (%s)', (method) => {
    const verdict = study({
      columns: experiment,
      treatment: 'treat',
      outcome: 're78',
      covariates: [...people, 're75'],
      before: 're75',
      placebo: { kind: 'pre-period', values: experiment.re74! },
      method,
    });
    expect(failing(verdict)).toEqual([]);
    expect(verdict.verdict).not.toBe('do-not-use');
    // Dehejia and Wahba 1999: 1794 dollars (671)
    expect(verdict.facts.effect.lower).toBeLessThan(1794);
    expect(verdict.facts.effect.upper).toBeGreaterThan(1794);
  });
});

/**
 * What was published of LaLonde's trained men beside men of two surveys, whose rows could not be had: effect, placebo and (PSID)
 * effective sample are as published, every other fact is a stand-in, taken from the experiment.
 */
describe('the survey comparisons: published effect, placebo and effective sample; all other facts from the experiment', () => {
  // Imbens and Xu 2024, arXiv:2406.00827: effect on 1978 and placebo on 1975, estimate and standard error, ten estimators each.
  const trimmedCps = [
    ...[
      [1484, 824, -1457, 485],
      [1751, 824, -1257, 330],
      [1507, 672, -1232, 402],
      [1460, 665, -1358, 361],
    ],
    ...[
      [2138, 946, -1411, 357],
      [1484, 860, -1457, 493],
      [1398, 820, -1689, 500],
      [1471, 813, -1231, 468],
    ],
    ...[
      [1472, 813, -1231, 469],
      [1803, 803, -1264, 341],
      [1440, 820, -1415, 377],
    ],
  ] as const;
  const psid = [
    ...[
      [4, 854, -2757, 589],
      [688, 635, -2641, 367],
      [837, 635, -4347, 343],
      [2255, 1404, -1914, 805],
    ],
    ...[
      [-1563, 1053, -5287, 643],
      [665, 899, -3285, 736],
      [2438, 878, -2285, 834],
      [2420, 877, -2251, 842],
    ],
    ...[
      [45, 797, -2484, 499],
      [1512, 780, -2345, 617],
    ],
  ] as const;
  const base = study({
    columns: experiment,
    treatment: 'treat',
    outcome: 're78',
    covariates: [...people, 're75'],
    before: 're75',
    placebo: { kind: 'pre-period', values: experiment.re74! },
    method: 'pairs',
  }).facts;
  const published = ([estimate, standardError, placebo, placeboError]: readonly [number, number, number, number]) => ({
    ...base,
    effect: { ...base.effect, estimate, standardError, pValue: 0.1, adjustedPValue: 0.1 },
    placebos: [
      {
        ...{ kind: 'pre-period' as const, period: '1975', estimate: placebo, standardError: placeboError },
        pValue: 0.01,
      },
    ],
  });

  it.each(trimmedCps)('CPS, trimmed: %d (%d), placebo %d (%d) asks for caution', (...numbers) => {
    expect(judgeStudy(published(numbers)).verdict).toBe('caution');
  });

  it.each(psid)('PSID with 9.7 men who count: %d (%d), placebo %d (%d) is refused', (...numbers) => {
    const facts = { ...published(numbers), sample: { effectiveUnits: 9.7, effectiveShare: 9.7 / 2490 } };
    expect(judgeStudy(facts).verdict).toBe('do-not-use');
  });
});

/** Means and standard deviations as Dehejia and Wahba 1999 give them (table 1), with shares of men without earnings. */
interface Survey {
  readonly men: number;
  readonly age: readonly [number, number];
  readonly educ: readonly [number, number];
  readonly black: number;
  readonly hisp: number;
  readonly married: number;
  readonly earnings: readonly [number, number];
  readonly none: number;
}
const surveys = {
  cps: {
    ...{ men: 15_992, age: [33.2, 11.0], educ: [12.0, 2.9], black: 0.07, hisp: 0.07, married: 0.71 },
    ...{ earnings: [13_850, 9400], none: 0.11 },
  },
  psid: {
    ...{ men: 2490, age: [34.9, 10.4], educ: [12.1, 3.1], black: 0.25, hisp: 0.03, married: 0.87 },
    ...{ earnings: [19_250, 13_500], none: 0.09 },
  },
} as const satisfies Record<string, Survey>;

/** The trained men of the experiment beside men made to look like those of a survey; earnings keep nine tenths of their place. */
function lookAlike(survey: Survey): Columns {
  const random = createRandom(1978, 'look-alike', survey.men);
  const rows = Array.from({ length: survey.men }, () => man(survey, random));
  const trained = [...experiment.treat!.keys()].filter((i) => experiment.treat![i] === 1);
  const names = [...people, 're74', 're75', 're78'] as const;
  return {
    ...Object.fromEntries(
      names.map((name) => [
        name,
        Float64Array.from([...trained.map((i) => experiment[name]![i]!), ...rows.map((row) => row[name]!)]),
      ]),
    ),
    treat: Float64Array.from({ length: trained.length + survey.men }, (_, i) => (i < trained.length ? 1 : 0)),
  };
}

function man(
  { age, educ, black, hisp, married, earnings, none }: Survey,
  random: RandomStream,
): Record<string, number> {
  const draw = ([mean, sd]: readonly [number, number], least: number, most: number): number =>
    Math.min(most, Math.max(least, Math.round(mean + sd * random.normal())));
  const years = draw(educ, 0, 18);
  const [mean, sd] = earnings;
  // Lognormal with the mean and standard deviation of those who earn.
  const ofEarners = mean / (1 - none);
  const spread = Math.log1p((sd * sd) / (ofEarners * ofEarners));
  const place = random.normal();
  const idle = random.bernoulli(none * 0.7);
  const earn = (): number => {
    const own = 0.95 * place + Math.sqrt(1 - 0.95 ** 2) * random.normal();
    const isIdle = idle || random.bernoulli(none * 0.3);
    return isIdle ? 0 : ofEarners * Math.exp(Math.sqrt(spread) * own - spread / 2);
  };
  const isBlack = random.bernoulli(black);
  return {
    ...{ age: draw(age, 17, 55), educ: years, black: isBlack ? 1 : 0, nodegr: years < 12 ? 1 : 0 },
    hisp: !isBlack && random.bernoulli(hisp / (1 - black)) ? 1 : 0,
    married: random.bernoulli(married) ? 1 : 0,
    ...{ re74: earn(), re75: earn(), re78: earn() },
  };
}

describe('stand-ins for the surveys, whose rows could not be had: men made to look like theirs', () => {
  const question = (columns: Columns, method: Question['method']): Question => ({
    columns,
    treatment: 'treat',
    outcome: 're78',
    covariates: [...people, 're75'],
    before: 're75',
    placebo: { kind: 'pre-period', values: columns.re74! },
    method,
  });

  it('PSID: weights let so few men count that the study is refused', () => {
    const verdict = study(question(lookAlike(surveys.psid), 'weights'));
    expect(verdict.facts.sample.effectiveUnits).toBeLessThan(20);
    expect(verdict.verdict).toBe('do-not-use');
  });

  it('CPS: trimmed to pairs within a caliper it is not refused', () => {
    const verdict = study(question(lookAlike(surveys.cps), 'pairs'));
    expect(failing(verdict)).toEqual([]);
    expect(verdict.verdict).not.toBe('do-not-use');
  });
});

/**
 * Neighbourhoods with the gas and income of their homes; `per` says what each had per home. A function, for the body of a
 * skipped `describe` runs too, and without reference data there is nothing to read.
 */
function zwolle() {
  const folder = join(referenceFolder!, 'data-nl');
  const open = (name: string) => tableFromCsv(readFileSync(join(folder, name), 'utf8'));
  const panel = open('zwolle-panel.csv');
  const years = panel.text('year');
  const places = panel.text('neighbourhood');
  const at = (variable: string, year: string): ReadonlyMap<string, number> => {
    const values = panel.numbers(variable);
    return new Map(places.flatMap((place, row) => (years[row] === year ? [[place, values[row]!] as const] : [])));
  };
  const grants = new Map<string, number>();
  const isde = open('zwolle-isde.csv');
  isde.text('neighbourhood').forEach((place, row) => {
    if (!['2021', '2022', '2023'].includes(isde.text('year')[row]!)) return;
    grants.set(place, (grants.get(place) ?? 0) + isde.numbers('grants')[row]!);
  });
  const coaching = open('zwolle-coaching.csv');
  const talks = new Map(
    coaching.ids.map((_, row) => [coaching.text('neighbourhood')[row]!, coaching.numbers('talks_2023_2024')[row]!]),
  );
  const [gas2019, gas2021, gas2023] = ['2019', '2021', '2023'].map((year) => at('gas_tj_corrected', year)) as [
    ReadonlyMap<string, number>,
    ReadonlyMap<string, number>,
    ReadonlyMap<string, number>,
  ];
  const homes = at('homes_gas_heated', '2021');
  const income = at('income_per_inhabitant_eur', '2021');
  // Neighbourhoods of 150 homes on gas and more: with fewer, whole terajoules are too coarse (trap 2).
  const kept = [...homes.keys()]
    .filter((p) => homes.get(p)! >= 150 && [gas2021, gas2023, income].every((of) => Number.isFinite(of.get(p))))
    .sort();
  const perHome = (gas: ReadonlyMap<string, number>, p: string): number => (1000 * gas.get(p)!) / homes.get(p)!;
  const grantsPerHome = (p: string): number => (grants.get(p) ?? 0) / homes.get(p)!;
  const talksPerHome = (p: string): number => (talks.get(p) || 0) / homes.get(p)!;
  return { gas2019, gas2021, gas2023, income, kept, perHome, per: { grants: grantsPerHome, coaching: talksPerHome } };
}

describe.skipIf(referenceFolder === null)('gas use in Zwolle from 2021 to 2023, when prices rose', () => {
  /** Before and after of the same neighbourhoods, as a study without a comparison group would have it. */
  function beforeAfter({ gas2021, gas2023, income, perHome }: ReturnType<typeof zwolle>, of: readonly string[]) {
    const twice = (first: (p: string) => number, second: (p: string) => number) =>
      Float64Array.from([...of.map(first), ...of.map(second)]);
    return study({
      columns: {
        after: twice(
          () => 0,
          () => 1,
        ),
        gas: twice(
          (p) => perHome(gas2021, p),
          (p) => perHome(gas2023, p),
        ),
        income: twice(
          (p) => income.get(p)!,
          (p) => income.get(p)!,
        ),
      },
      ...{ treatment: 'after', outcome: 'gas', covariates: ['income'], before: null, placebo: null, method: 'weights' },
      circumstances: { isConcurrent: new Uint8Array(2 * of.length) },
    });
  }

  it('fell as much where hardly a grant was given, and is credited to none without a comparison group', () => {
    const city = zwolle();
    const { gas2021, kept, perHome, per } = city;
    const byGrants = [...kept].sort((a, b) => per.grants(a) - per.grants(b));
    const third = Math.floor(kept.length / 3);
    const many = beforeAfter(city, byGrants.slice(-third));
    const few = beforeAfter(city, byGrants.slice(0, third));
    // The naive study finds a fall of about a quarter in both, with intervals far from 0 …
    for (const { facts } of [many, few]) expect(facts.effect.upper).toBeLessThan(0);
    const share = (of: readonly string[], { facts }: typeof many) =>
      facts.effect.estimate / (of.reduce((sum, p) => sum + perHome(gas2021, p), 0) / of.length);
    expect(share(byGrants.slice(0, third), few)).toBeLessThan(-0.2);
    expect(Math.abs(share(byGrants.slice(-third), many) - share(byGrants.slice(0, third), few))).toBeLessThan(0.05);
    // … and both are refused for the same reason.
    for (const verdict of [many, few]) {
      expect(verdict.verdict).toBe('do-not-use');
      expect(failing(verdict)).toContain('concurrent-controls');
    }
  });

  it.each([
    'grants',
    'coaching',
  ] as const)('is not trusted as an effect of %s with the other neighbourhoods beside it either', (what) => {
    const { gas2019, gas2021, gas2023, income, kept, perHome, per } = zwolle();
    const perHomeOf = per[what];
    const known = kept.filter((p) => Number.isFinite(gas2019.get(p)));
    const middle = [...known].sort((a, b) => perHomeOf(a) - perHomeOf(b))[Math.floor(known.length / 2)]!;
    const column = (of: (p: string) => number) => Float64Array.from(known, of);
    const change = (from: ReadonlyMap<string, number>, to: ReadonlyMap<string, number>) =>
      column((p) => Math.log(perHome(to, p)) - Math.log(perHome(from, p)));
    const { verdict, facts } = study({
      columns: {
        treated: column((p) => (perHomeOf(p) > perHomeOf(middle) ? 1 : 0)),
        change: change(gas2021, gas2023),
        gas: column((p) => perHome(gas2021, p)),
        income: column((p) => income.get(p)!),
      },
      ...{ treatment: 'treated', outcome: 'change', covariates: ['gas', 'income'], before: 'gas' },
      placebo: { kind: 'placebo-date', values: change(gas2019, gas2021) },
      method: 'weights',
    });
    expect(facts.effect.pValue).toBeGreaterThan(0.05);
    expect(verdict).not.toBe('trust');
  });
});
