import { studentTQuantile } from '../stats/student-t.ts';
import type { SampleFacts } from './sample-facts.ts';
import type { VerdictFacts } from './verdict-facts.ts';
import { type VerdictMeasure, type VerdictRule, verdictRules } from './verdict-rules.ts';

export type Verdict = 'trust' | 'caution' | 'do-not-use';

/** `not-assessed`: the study does not hold the numbers. */
export type VerdictLevel = 'pass' | 'caution' | 'fail' | 'not-assessed';

/** What one measure says, with its number. */
export interface VerdictReason extends Pick<VerdictRule, 'rule' | 'measure' | 'worse' | 'caution' | 'fail' | 'role'> {
  readonly level: VerdictLevel;
  readonly value: number | null;
  /** the variable or the period that the value belongs to */
  readonly subject: string | null;
  /** whether it keeps the study from being trusted */
  readonly counted: boolean;
}

export interface StudyVerdict {
  readonly verdict: Verdict;
  /** whether the sensitivity measures stand in for a placebo that was not assessed */
  readonly isWithoutPlacebo: boolean;
  /** one per rule of the table, in its order */
  readonly reasons: readonly VerdictReason[];
}

/**
 * Whether a study's effect can be trusted, by the published table of rules.
 *
 * One rule that fails: do not use. A rule that asks for caution, or a required one that was not assessed: caution. Without a
 * placebo (no period before the baseline) the sensitivity to hidden causes takes its place and has to pass; where there is a
 * placebo it is shown and does not count. Otherwise: trust. "Trust" means that nothing which the study measures speaks
 * against it; what leaves no trace in the data cannot be seen.
 *
 * @param facts what `factsOf` makes of a study
 * Source of the limits: the table; how often the verdict is right: docs/methods/study-verdict.md.
 */
export function judgeStudy(facts: VerdictFacts): StudyVerdict {
  const isWithoutPlacebo = facts.placebos.length === 0;
  const reasons = verdictRules.map((rule) => judge(rule, measures[rule.measure](facts), isWithoutPlacebo));
  const against = reasons.filter(({ counted }) => counted);
  const verdict =
    against.length === 0 ? 'trust' : against.some(({ level }) => level === 'fail') ? 'do-not-use' : 'caution';
  return { verdict, isWithoutPlacebo, reasons };
}

/**
 * The same rules for the sample of a study alone, of which they read no value of the outcome: overlap, balance, effective
 * sample, clusters and attrition.
 *
 * @returns one reason per rule, as in the verdict on a study with this sample
 */
export function judgeSample(facts: SampleFacts): readonly VerdictReason[] {
  return verdictRules.flatMap((rule) =>
    isOfSample(rule.measure) ? [judge(rule, sampleMeasures[rule.measure](facts), false)] : [],
  );
}

function judge(rule: VerdictRule, { value, counts, subject }: Measured, isWithoutPlacebo: boolean): VerdictReason {
  const { source: _, ...shown } = rule;
  const level = value === null ? 'not-assessed' : levelOf(rule, value, counts);
  return { ...shown, level, value, subject, counted: isCounted(rule, level, isWithoutPlacebo) };
}

function isCounted({ rule, role }: VerdictRule, level: VerdictLevel, isWithoutPlacebo: boolean): boolean {
  if (role === 'stand-in') return isWithoutPlacebo && level !== 'pass';
  if (rule === 'placebo' && isWithoutPlacebo) return false;
  return level === 'caution' || level === 'fail' || (level === 'not-assessed' && role === 'required');
}

function levelOf({ worse, caution, fail }: VerdictRule, value: number, counts: boolean): VerdictLevel {
  const isPast = (limit: number | null): boolean =>
    limit !== null && counts && (worse === 'above' ? value > limit : value < limit);
  return isPast(fail) ? 'fail' : isPast(caution) ? 'caution' : 'pass';
}

interface Measured {
  readonly value: number | null;
  /** false where the value may be chance, or says nothing in this study */
  readonly counts: boolean;
  readonly subject: string | null;
}

const plain = (value: number | null | undefined): Measured => ({ value: value ?? null, counts: true, subject: null });

/** Of several values the worst that counts, else the largest. */
function worstOf(candidates: readonly Measured[]): Measured {
  const counting = candidates.filter(({ counts }) => counts);
  const among = counting.length > 0 ? counting : candidates;
  return among.reduce((worst, c) => ((c.value ?? -1) > (worst.value ?? -1) ? c : worst), plain(null));
}

const limitOf = (measure: VerdictMeasure): number => verdictRules.find((rule) => rule.measure === measure)!.caution!;

/** In standard errors of the effect; null where that has none. */
const inErrors = (size: number, { standardError }: VerdictFacts['effect']): number | null =>
  standardError > 0 ? size / standardError : null;

/** Two standard errors: a difference below that may be chance. */
const beyondChance = 1.96;
/** Standard errors from an estimate to the end of a one-sided 90 % interval. */
const oneSided90 = 1.2816;
/** A negative control speaks against the study below this p-value, shared among the controls. */
const controlLevel = 0.1;

/** Measures of the sample alone. */
const sampleMeasures = {
  'left-out': ({ overlap }) => plain(overlap.leftOut),
  'outside-range': ({ overlap }) => plain(overlap.outside),
  'overlap-coefficient': ({ overlap }) => plain(overlap.coefficient),
  equipoise: ({ overlap }) => plain(overlap.equipoise),
  'largest-difference': ({ balance }) => {
    const worst = worstOf(
      balance.map(({ variable, difference, error }) => ({
        value: difference === null ? null : Math.abs(difference),
        counts: difference !== null && Math.abs(difference) > beyondChance * error,
        subject: variable,
      })),
    );
    // A difference without a scale is not known to be small; only one that is known to be large outweighs it.
    const unknown = balance.find(({ difference }) => difference === null);
    const isLarge = worst.counts && (worst.value ?? 0) > limitOf('largest-difference');
    return unknown === undefined || isLarge ? worst : { value: null, counts: true, subject: unknown.variable };
  },
  'any-difference': ({ balance }) =>
    worstOf(
      balance.map(({ variable, difference }) => ({
        value: difference === null ? null : Math.abs(difference),
        counts: true,
        subject: variable,
      })),
    ),
  'variance-ratio': ({ balance }) =>
    worstOf(
      balance.map(({ variable, varianceRatio: ratio, logRatioError }) => ({
        value: ratio === null || ratio <= 0 ? null : Math.max(ratio, 1 / ratio),
        counts: ratio !== null && ratio > 0 && Math.abs(Math.log(ratio)) > beyondChance * logRatioError,
        subject: variable,
      })),
    ),
  'effective-units': ({ sample }) => plain(sample.effectiveUnits),
  'effective-share': ({ sample }) => plain(sample.effectiveShare),
  'clusters-per-arm': ({ clusters }) => plain(clusters?.fewest),
  attrition: ({ attrition }) => {
    const { treated, control } = attrition;
    return plain(1 - (treated.observed + control.observed) / (treated.begun + control.begun));
  },
  'attrition-difference': ({ attrition }) => {
    const { treated, control } = attrition;
    const difference =
      Math.abs(treated.observed * control.begun - control.observed * treated.begun) / (treated.begun * control.begun);
    const all = (treated.observed + control.observed) / (treated.begun + control.begun);
    const error = Math.sqrt(all * (1 - all) * (1 / treated.begun + 1 / control.begun));
    return { value: difference, counts: difference > beyondChance * error, subject: null };
  },
} satisfies Partial<Record<VerdictMeasure, (facts: SampleFacts) => Measured>>;

type SampleMeasure = keyof typeof sampleMeasures;
const isOfSample = (measure: VerdictMeasure): measure is SampleMeasure => measure in sampleMeasures;

const measures: Readonly<Record<VerdictMeasure, (facts: VerdictFacts) => Measured>> = {
  ...sampleMeasures,
  'concurrent-controls': ({ comparison }) => plain(comparison.concurrentControls),
  'other-season': ({ comparison }) => plain(comparison.otherMonths),
  'baseline-outcome': ({ baselineOutcome: b }) =>
    b === null
      ? plain(null)
      : {
          value: Math.abs(b.difference),
          counts: Math.abs(b.difference) > Math.min(beyondChance * b.error, limitOf('any-difference')),
          subject: null,
        },
  placebo: ({ placebos, effect }) =>
    worstOf(
      placebos.map(({ estimate, pValue, period }) => ({
        value: inErrors(Math.abs(estimate), effect),
        counts: pValue < controlLevel / placebos.length,
        subject: period,
      })),
    ),
  'placebo-reach': ({ placebos, effect }) =>
    worstOf(
      placebos.map(({ estimate, standardError, period }) => ({
        value: inErrors(Math.abs(estimate) + oneSided90 * standardError, effect),
        counts: true,
        subject: period,
      })),
    ),
  'standard-error-inflation': ({ assignment }) => plain(assignment?.inflation),
  // Whether exposure did something is asked by `spillover`, where that can be seen.
  'exposed-controls': ({ exposure }) => ({ ...plain(exposure?.share), counts: exposure?.effect === null }),
  spillover: ({ exposure, effect }) => {
    const found = exposure?.effect ?? null;
    if (found === null) return plain(null);
    return {
      value: inErrors(Math.abs(found.estimate), effect),
      counts: found.pValue < controlLevel,
      subject: null,
    };
  },
  'spillover-reach': ({ exposure, effect }) => {
    const found = exposure?.effect ?? null;
    if (found === null) return plain(null);
    return plain(inErrors(Math.abs(found.estimate) + oneSided90 * found.standardError, effect));
  },
  'other-outcomes': ({ protocol }) => ({
    ...plain(protocol?.otherOutcomes.length),
    subject: protocol === null || protocol.otherOutcomes.length === 0 ? null : protocol.otherOutcomes.join(', '),
  }),
  'read-before-seal': ({ protocol }) => plain(protocol?.readBeforeSeal),
  'adjusted-p-value': ({ effect, confidence }) => ({
    value: effect.adjustedPValue,
    counts: effect.pValue <= 1 - confidence,
    subject: null,
  }),
  'detectable-effect': ({ effect }) => {
    if (!(effect.spread > 0)) return plain(null);
    const { degreesOfFreedom: df, standardError } = effect;
    const reach = studentTQuantile(0.975, df) + studentTQuantile(0.8, df);
    return plain((reach * standardError) / effect.spread);
  },
  'hidden-cause': ({ sensitivity }) => ({ ...plain(sensitivity.remaining), subject: sensitivity.benchmark }),
  'e-value': ({ sensitivity }) => plain(sensitivity.eValue),
};
