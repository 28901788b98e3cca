import { describe, expect, it } from 'vitest';
import { judgeStudy } from '../../../src/core/study/judge-study.ts';
import type { VerdictFacts } from '../../../src/core/study/verdict-facts.ts';
import { type VerdictMeasure, verdictRules } from '../../../src/core/study/verdict-rules.ts';
import { type Language, languages } from '../../../src/messages/language.ts';
import { type MessageTree, messages } from '../../../src/messages/translate.ts';
import { verdictInWords } from '../../../src/messages/verdict-in-words.ts';
import { causalVerbs } from '../../support/causal-verbs.ts';

/** A study against which nothing speaks. */
const sound: VerdictFacts = {
  confidence: 0.95,
  comparison: { concurrentControls: 150, otherMonths: 0 },
  overlap: { leftOut: 0.05, outside: 0.01, coefficient: 0.7, equipoise: 0.6 },
  balance: [{ variable: 'age', difference: 0.04, error: 0.1, varianceRatio: 1.1, logRatioError: 0.16 }],
  sample: { effectiveUnits: 150, effectiveShare: 1 },
  clusters: null,
  attrition: { treated: { begun: 150, observed: 145 }, control: { begun: 150, observed: 144 } },
  baselineOutcome: { difference: 0.02, error: 0.1 },
  placebos: [{ kind: 'pre-period', period: '2021', estimate: 0.02, standardError: 0.1, pValue: 0.84 }],
  effect: {
    ...{ estimate: 0.4, standardError: 0.1, degreesOfFreedom: 149, lower: 0.2, upper: 0.6 },
    ...{ pValue: 0.0001, adjustedPValue: 0.0001, spread: 1 },
  },
  sensitivity: { remaining: 0.5, benchmark: 'age', eValue: 2.2 },
  assignment: null,
  exposure: null,
  protocol: { otherOutcomes: [], readBeforeSeal: 0 },
};

type Part = 'comparison' | 'overlap' | 'sample' | 'effect';
const change = <K extends Part>(key: K, value: Partial<VerdictFacts[K]>): VerdictFacts => ({
  ...sound,
  [key]: { ...sound[key], ...value },
});
const placebo = (estimate: number, standardError: number, pValue: number): VerdictFacts => ({
  ...sound,
  placebos: [{ kind: 'pre-period', period: '2021', estimate, standardError, pValue }],
});
const clustered = (fewest: number): VerdictFacts => ({ ...sound, clusters: { fewest } });
const observed = (treated: number, control: number): VerdictFacts => ({
  ...sound,
  attrition: { treated: { begun: 1000, observed: treated }, control: { begun: 1000, observed: control } },
});
const different = (difference: number, error: number): VerdictFacts => ({
  ...sound,
  balance: [...sound.balance, { variable: 'gas', difference, error, varianceRatio: null, logRatioError: 0.1 }],
});
const exposed = (share: number, estimate: number | null, pValue = 0.5, standardError = 0.1): VerdictFacts => ({
  ...sound,
  exposure: { share, effect: estimate === null ? null : { estimate, standardError, pValue } },
});

const levelOf = (facts: VerdictFacts, measure: VerdictMeasure) =>
  judgeStudy(facts).reasons.find((reason) => reason.measure === measure)!.level;

describe('a verdict', () => {
  it('is trust where no rule speaks against the study', () => {
    const { verdict, reasons } = judgeStudy(sound);
    expect(verdict).toBe('trust');
    expect(reasons.map(({ measure }) => measure)).toEqual(verdictRules.map(({ measure }) => measure));
    expect(reasons.filter(({ counted }) => counted)).toEqual([]);
  });

  it('is caution by one rule, do not use by one that fails, however many pass', () => {
    expect(judgeStudy(change('overlap', { equipoise: 0.1 })).verdict).toBe('caution');
    expect(judgeStudy(change('sample', { effectiveUnits: 9.7 })).verdict).toBe('do-not-use');
  });

  it.each<[VerdictMeasure, VerdictFacts]>([
    ['largest-difference', { ...sound, balance: [] }],
    ['other-outcomes', { ...sound, protocol: null }],
    ['detectable-effect', change('effect', { spread: 0 })],
  ])('is caution where %s was not assessed, for it is required', (measure, facts) => {
    expect(levelOf(facts, measure)).toBe('not-assessed');
    expect(judgeStudy(facts).verdict).toBe('caution');
  });

  it('without a placebo rests on how strong a hidden cause would have to be', () => {
    const without: VerdictFacts = { ...sound, placebos: [] };
    expect(judgeStudy(without)).toMatchObject({ verdict: 'trust', isWithoutPlacebo: true });
    const weak = { remaining: -0.1, benchmark: 'age', eValue: 2.2 };
    expect(judgeStudy({ ...without, sensitivity: weak }).verdict).toBe('caution');
    expect(judgeStudy({ ...without, sensitivity: { ...weak, remaining: null } }).verdict).toBe('caution');
    expect(judgeStudy({ ...without, sensitivity: { ...sound.sensitivity, eValue: 1.9 } }).verdict).toBe('caution');
    expect(judgeStudy({ ...sound, sensitivity: weak }).verdict).toBe('trust');
  });
});

/** Each limit of the table from both sides: what just passes, what asks for caution, what fails. */
const limits: readonly [VerdictMeasure, VerdictFacts, VerdictFacts | null, VerdictFacts | null][] = [
  ['concurrent-controls', sound, null, change('comparison', { concurrentControls: 0 })],
  ['other-season', sound, change('comparison', { otherMonths: 0.1 }), null],
  [
    'left-out',
    change('overlap', { leftOut: 0.2 }),
    change('overlap', { leftOut: 0.21 }),
    change('overlap', { leftOut: 0.61 }),
  ],
  [
    'outside-range',
    change('overlap', { outside: 0.1 }),
    change('overlap', { outside: 0.11 }),
    change('overlap', { outside: 0.51 }),
  ],
  ['overlap-coefficient', change('overlap', { coefficient: 0.5 }), change('overlap', { coefficient: 0.49 }), null],
  ['equipoise', change('overlap', { equipoise: 0.2 }), change('overlap', { equipoise: 0.19 }), null],
  ['largest-difference', different(0.1, 0.01), different(-0.11, 0.01), different(0.26, 0.01)],
  ['any-difference', different(-0.25, 0.2), different(-0.26, 0.2), null],
  [
    'variance-ratio',
    { ...sound, balance: [{ ...sound.balance[0]!, varianceRatio: 0.5, logRatioError: 0.1 }] },
    { ...sound, balance: [{ ...sound.balance[0]!, varianceRatio: 0.49, logRatioError: 0.1 }] },
    null,
  ],
  [
    'effective-units',
    change('sample', { effectiveUnits: 40 }),
    change('sample', { effectiveUnits: 39 }),
    change('sample', { effectiveUnits: 19 }),
  ],
  ['effective-share', change('sample', { effectiveShare: 0.2 }), change('sample', { effectiveShare: 0.19 }), null],
  ['clusters-per-arm', clustered(10), clustered(9), clustered(3)],
  ['attrition', observed(800, 800), observed(790, 790), observed(490, 490)],
  ['attrition-difference', observed(950, 1000), observed(940, 1000), observed(790, 1000)],
  [
    'baseline-outcome',
    { ...sound, baselineOutcome: { difference: 0.1, error: 0.01 } },
    { ...sound, baselineOutcome: { difference: -0.11, error: 0.01 } },
    null,
  ],
  ['placebo', placebo(0.05, 0.01, 0.001), placebo(-0.051, 0.01, 0.001), placebo(0.31, 0.01, 0.001)],
  ['placebo-reach', placebo(0.15, 0.1, 0.13), placebo(0.16, 0.1, 0.11), null],
  [
    'standard-error-inflation',
    { ...sound, assignment: { inflation: 1.1 } },
    { ...sound, assignment: { inflation: 1.11 } },
    { ...sound, assignment: { inflation: 1.51 } },
  ],
  ['exposed-controls', exposed(0.2, null), exposed(0.21, null), null],
  ['spillover', exposed(0.5, 0.05, 0.01), exposed(0.5, -0.06, 0.01), exposed(0.5, 0.31, 0.01)],
  ['spillover-reach', exposed(0.5, 0.15), exposed(0.5, 0.16), null],
  ['other-outcomes', sound, { ...sound, protocol: { otherOutcomes: ['gas'], readBeforeSeal: 0 } }, null],
  ['read-before-seal', sound, { ...sound, protocol: { otherOutcomes: [], readBeforeSeal: 1 } }, null],
  [
    'adjusted-p-value',
    change('effect', { pValue: 0.01, adjustedPValue: 0.05 }),
    change('effect', { pValue: 0.01, adjustedPValue: 0.06 }),
    null,
  ],
  // (t(0.975, 149) + t(0.8, 149)) x 0.1 = 2.8203 x 0.1
  [
    'detectable-effect',
    change('effect', { spread: 0.5641 }),
    change('effect', { spread: 0.564 }),
    change('effect', { spread: 0.282 }),
  ],
  [
    'hidden-cause',
    { ...sound, sensitivity: { ...sound.sensitivity, remaining: 0 } },
    { ...sound, sensitivity: { ...sound.sensitivity, remaining: -0.01 } },
    null,
  ],
  [
    'e-value',
    { ...sound, sensitivity: { ...sound.sensitivity, eValue: 2 } },
    { ...sound, sensitivity: { ...sound.sensitivity, eValue: 1.99 } },
    null,
  ],
];

describe('the table of rules', () => {
  it('is tested in every measure', () => {
    expect(limits.map(([measure]) => measure)).toEqual(verdictRules.map(({ measure }) => measure));
  });

  it.each(limits)('%s passes up to its limit and not past it', (measure, pass, caution, fail) => {
    const rule = verdictRules.find((candidate) => candidate.measure === measure)!;
    expect(levelOf(pass, measure)).toBe('pass');
    expect(caution === null, 'a limit of caution').toBe(rule.caution === null);
    expect(fail === null, 'a limit of failing').toBe(rule.fail === null);
    if (caution !== null) expect(levelOf(caution, measure)).toBe('caution');
    if (fail !== null) expect(levelOf(fail, measure)).toBe('fail');
  });

  it('does not count what chance gives', () => {
    expect(levelOf(different(0.3, 0.2), 'largest-difference')).toBe('pass');
    expect(levelOf(placebo(0.15, 0.1, 0.13), 'placebo')).toBe('pass');
    expect(levelOf(observed(960, 1000), 'attrition-difference')).toBe('pass');
    const few = { treated: { begun: 20, observed: 17 }, control: { begun: 20, observed: 20 } };
    expect(levelOf({ ...sound, attrition: few }, 'attrition-difference')).toBe('pass');
    expect(levelOf(change('effect', { pValue: 0.2, adjustedPValue: 0.6 }), 'adjusted-p-value')).toBe('pass');
  });

  it('names the variable that is furthest apart beyond chance', () => {
    const facts: VerdictFacts = {
      ...sound,
      balance: [
        { variable: 'rare', difference: 0.3, error: 0.2, varianceRatio: null, logRatioError: 0.1 },
        { variable: 'gas', difference: -0.2, error: 0.05, varianceRatio: null, logRatioError: 0.1 },
      ],
    };
    const reason = judgeStudy(facts).reasons.find(({ measure }) => measure === 'largest-difference');
    expect(reason).toMatchObject({ level: 'caution', value: 0.2, subject: 'gas' });
  });

  it('takes a difference without a scale for unknown, unless another is known to be large', () => {
    const unscaled = { variable: 'island', difference: null, error: 0.1, varianceRatio: null, logRatioError: 0.1 };
    const small: VerdictFacts = { ...sound, balance: [...sound.balance, unscaled] };
    expect(levelOf(small, 'largest-difference')).toBe('not-assessed');
    expect(judgeStudy(small).verdict).toBe('caution');
    const large = { variable: 'gas', difference: 0.4, error: 0.1, varianceRatio: null, logRatioError: 0.1 };
    expect(judgeStudy({ ...small, balance: [...small.balance, large] }).verdict).toBe('do-not-use');
  });

  it('does not trust a large difference of a small sample, though chance explains it', () => {
    // Two groups of 15: a difference of 0.5 is less than 1.96 errors of sqrt(2 / 15).
    const error = Math.sqrt(2 / 15);
    const apart = different(0.5, error);
    expect(levelOf(apart, 'largest-difference')).toBe('pass');
    expect(judgeStudy(apart)).toMatchObject({ verdict: 'caution' });
    expect(levelOf(apart, 'any-difference')).toBe('caution');
    const before: VerdictFacts = { ...sound, baselineOutcome: { difference: -0.5, error } };
    expect(levelOf(before, 'baseline-outcome')).toBe('caution');
    expect(judgeStudy(before).verdict).toBe('caution');
    const small: VerdictFacts = { ...sound, baselineOutcome: { difference: -0.2, error } };
    expect(judgeStudy(small).verdict).toBe('trust');
  });

  it('assesses nothing in units of an effect that has no error', () => {
    const exact = { ...change('effect', { standardError: 0 }), exposure: exposed(0.5, 0.05).exposure };
    for (const measure of ['placebo', 'placebo-reach', 'spillover', 'spillover-reach'] as const) {
      expect(levelOf(exact, measure)).toBe('not-assessed');
    }
    expect(judgeStudy(exact).verdict).toBe('caution');
  });

  it('shares the level of the placebo among several', () => {
    const one = placebo(0.2, 0.1, 0.06);
    expect(levelOf(one, 'placebo')).toBe('caution');
    expect(levelOf({ ...one, placebos: [...one.placebos, ...sound.placebos] }, 'placebo')).toBe('pass');
  });
});

describe('a verdict in words', () => {
  it.each(languages)('has a sentence with its number for every state of every measure (%s)', (language: Language) => {
    const studies = [sound, ...limits.flatMap(([, ...facts]) => facts.filter((f) => f !== null))];
    const unknown: VerdictFacts = {
      ...sound,
      comparison: { concurrentControls: 10, otherMonths: null },
      overlap: { leftOut: 0, outside: null, coefficient: null, equipoise: null },
      balance: [],
      baselineOutcome: null,
      placebos: [],
      sensitivity: { remaining: null, benchmark: null, eValue: null },
      protocol: null,
    };
    for (const facts of [...studies, unknown]) {
      const verdict = judgeStudy(facts);
      const words = verdictInWords(language, verdict);
      words.reasons.forEach(({ sentence }, r) => {
        const { level, measure } = verdict.reasons[r]!;
        expect(sentence.length, measure).toBeGreaterThan(10);
        if (level !== 'not-assessed') expect(sentence, measure).toMatch(/\d/);
      });
    }
    expect(verdictInWords(language, judgeStudy(unknown)).word).toBe(language === 'nl' ? 'voorzichtig' : 'caution');
  });

  const sentenceOf = (facts: VerdictFacts, measure: VerdictMeasure, language: Language = 'en'): string => {
    const verdict = judgeStudy(facts);
    return verdictInWords(language, verdict).reasons[verdict.reasons.findIndex((r) => r.measure === measure)]!.sentence;
  };

  it('quotes the limit that was passed', () => {
    expect(sentenceOf(different(0.18, 0.01), 'largest-difference')).toContain('More than 0.10 ');
    expect(sentenceOf(different(0.3, 0.01), 'largest-difference')).toContain('More than 0.25 ');
    expect(sentenceOf(change('sample', { effectiveUnits: 9.7 }), 'effective-units')).toContain(
      '9.7 units; fewer than 20 ',
    );
  });

  it('shows a value with the digits that tell it from its limit', () => {
    expect(sentenceOf(different(0.10004, 0.01), 'largest-difference')).toContain('by 0.10004 times');
    expect(sentenceOf(change('sample', { effectiveUnits: 39.99 }), 'effective-units')).toContain('only 39.99 units');
    expect(sentenceOf(change('overlap', { leftOut: 0.2004 }), 'left-out', 'nl')).toMatch(/^20,04\s?%/);
    expect(sentenceOf(change('overlap', { leftOut: 0.2 }), 'left-out')).toMatch(/^20%/);
    expect(sentenceOf(change('sample', { effectiveUnits: 40 }), 'effective-units')).toContain('as 40 units');
  });

  it('says of a p-value that it is small, not that it is nothing', () => {
    expect(sentenceOf(sound, 'adjusted-p-value')).toContain(
      '< 0.1% of studies would find this if there were no effect',
    );
    expect(sentenceOf(sound, 'adjusted-p-value', 'nl')).toMatch(/zou < 0,1\s?% van de studies/);
  });

  it('says where a difference passes only because chance explains it', () => {
    expect(sentenceOf(different(0.15, 0.1), 'largest-difference')).toContain(
      '0.15 times the usual spread (gas). That is more than 0.10, but chance explains it',
    );
    expect(sentenceOf(different(0.15, 0.1), 'largest-difference')).not.toContain('alike');
    expect(sentenceOf(sound, 'largest-difference')).not.toContain('chance');
    expect(sentenceOf(placebo(0.15, 0.1, 0.13), 'placebo')).toContain('chance explains it');
  });

  it('lists what fails before what asks for caution, and counts what passed apart from what was not checked', () => {
    const weak = { ...change('sample', { effectiveUnits: 9.7, effectiveShare: 0.1 }), protocol: null };
    const { against, rest } = verdictInWords('en', judgeStudy(weak));
    expect(against.map(({ lead }) => lead)).toEqual([null, '2 more points ask for caution or could not be checked:']);
    expect(against.map(({ sentences }) => sentences.length)).toEqual([1, 2]);
    expect(against[0]!.sentences[0]).toContain('9.7 units');
    // Of the table three count; no clusters, assignment, exposure (three measures) and seal, so six were not checked.
    expect(rest).toBe(`${verdictRules.length - 3 - 6} more rules are in order; 6 were not checked.`);
  });

  it.each(languages)('no sentence of it, on the command line either, has a verb of cause (%s)', (language) => {
    const textsOf = (tree: string | MessageTree): readonly string[] =>
      typeof tree === 'string' ? [tree] : Object.values(tree).flatMap(textsOf);
    const { verdict, match, cli } = messages[language] as Record<string, MessageTree>;
    const { template: _, ...study } = cli!.study as MessageTree;
    const texts = [verdict!, match!, study].flatMap(textsOf);
    expect(texts.length).toBeGreaterThan(100);
    expect(texts.filter((text) => causalVerbs[language].test(text))).toEqual([]);
  });

  it('counts what fails, or what asks for caution', () => {
    const weak = { ...change('sample', { effectiveUnits: 9.7 }), protocol: null };
    expect(verdictInWords('en', judgeStudy(weak)).summary).toBe('Do not use this effect: 1 rule fails.');
    expect(verdictInWords('nl', judgeStudy({ ...change('overlap', { equipoise: 0.1 }), protocol: null })).summary).toBe(
      'Lees het effect voorzichtig: 2 punten spreken ertegen of konden niet worden nagegaan.',
    );
  });
});
