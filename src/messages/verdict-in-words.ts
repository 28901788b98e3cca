import { formatNumber, formatPercent } from './format.ts';
import type { Language } from './language.ts';
import { hasMessage, translate } from './translate.ts';

interface Reason {
  readonly rule: string;
  readonly measure: string;
  readonly level: string;
  readonly worse: 'above' | 'below';
  readonly value: number | null;
  readonly caution: number | null;
  readonly fail: number | null;
  readonly subject: string | null;
  readonly counted: boolean;
}

/** A verdict on a study in sentences. */
export interface VerdictInWords {
  readonly word: string;
  readonly summary: string;
  /** one for each reason, in its order */
  readonly reasons: readonly { readonly rule: string; readonly level: string; readonly sentence: string }[];
  /** what keeps it from being trusted: what fails first, then under a lead of its own what asks for caution */
  readonly against: readonly { readonly lead: string | null; readonly sentences: readonly string[] }[];
  /** how many of the other rules are in order, were not checked, or do not count */
  readonly rest: string;
  /** what its sentences count, see `VerdictCounts` */
  readonly counts: VerdictCounts;
}

/** Numbers of reasons that a verdict's sentences say. */
export interface VerdictCounts {
  /** of the summary, and of the lead after it */
  readonly first: number;
  readonly also: number;
  /** of the rest: in order, not checked, and past a limit without counting */
  readonly passed: number;
  readonly unchecked: number;
  readonly aside: number;
}

/** A verdict as a person reads it: the word, what it means, and a sentence with its number for each rule. */
export function verdictInWords(
  language: Language,
  { verdict, reasons }: { readonly verdict: string; readonly reasons: readonly Reason[] },
): VerdictInWords {
  const counted = reasons.filter((reason) => reason.counted);
  const failing = counted.filter(({ level }) => level === 'fail');
  const first = verdict === 'do-not-use' ? failing : counted;
  const then = counted.filter((reason) => !first.includes(reason));
  const say = (reason: Reason): string => reasonInWords(language, reason);
  const counts = { first: first.length, also: then.length, ...countRest(reasons) };
  const groups = [
    { lead: null, sentences: first.map(say) },
    { lead: translate(language, 'verdict.also', { count: counts.also }), sentences: then.map(say) },
  ];
  return {
    word: translate(language, `verdict.word.${verdict}`),
    summary: translate(language, `verdict.summary.${verdict}`, { count: counts.first }),
    reasons: reasons.map((reason) => ({
      rule: translate(language, `verdict.rule.${reason.rule}`),
      level: translate(language, `verdict.level.${reason.level}`),
      sentence: say(reason),
    })),
    against: groups.filter(({ sentences }) => sentences.length > 0),
    rest: restOf(language, counts),
    counts,
  };
}

function countRest(reasons: readonly Reason[]): Pick<VerdictCounts, 'passed' | 'unchecked' | 'aside'> {
  const rest = reasons.filter(({ counted }) => !counted);
  const passed = rest.filter(({ level }) => level === 'pass').length;
  const unchecked = rest.filter(({ level }) => level === 'not-assessed').length;
  return { passed, unchecked, aside: rest.length - passed - unchecked };
}

function restOf(language: Language, { passed, unchecked, aside }: VerdictCounts): string {
  const sentences = [
    translate(language, 'verdict.rest', { passed, unchecked }),
    ...(aside === 0 ? [] : [translate(language, 'verdict.aside', { count: aside })]),
  ];
  return sentences.join(' ');
}

/**
 * What one rule says, with its number. A number that the reader may not see leaves the level, which is a published limit's word.
 */
export function reasonInWords(language: Language, reason: Reason): string {
  const { rule, measure, level, value, caution, fail, subject } = reason;
  if (value === null && level !== 'not-assessed') {
    return translate(language, 'verdict.withheld', {
      rule: translate(language, `verdict.rule.${rule}`),
      level: translate(language, `verdict.level.${level}`),
    });
  }
  const limit = (level === 'fail' ? fail : (caution ?? fail)) ?? 0;
  return translate(language, `verdict.measure.${measure}.${stateOf(reason, limit)}`, {
    ...(value === null ? {} : { value: numberBeside(language, measure, value, limit) }),
    limit: written(language, measure, limit, 0),
    subject: subject ?? '–',
  });
}

/** `chance`: past the limit, and in order because chance explains it. */
function stateOf({ measure, level, worse, value }: Reason, limit: number): string {
  if (level === 'caution' || level === 'fail') return 'concern';
  const isPast = level === 'pass' && value !== null && (worse === 'above' ? value > limit : value < limit);
  return isPast && hasMessage(`verdict.measure.${measure}.chance`) ? 'chance' : level;
}

/** Measures that are no plain count: shares, and decimals of the others. */
const shares = new Map([
  ...['other-season', 'left-out', 'outside-range', 'overlap-coefficient', 'equipoise', 'effective-share'].map(whole),
  ...['attrition', 'attrition-difference', 'exposed-controls', 'hidden-cause'].map(whole),
  ['adjusted-p-value', 1] as const,
]);
function whole(measure: string): readonly [string, number] {
  return [measure, 0];
}
const decimals: Readonly<Record<string, number>> = {
  ...{
    'largest-difference': 2,
    'any-difference': 2,
    'variance-ratio': 1,
    'baseline-outcome': 2,
    placebo: 1,
    'placebo-reach': 1,
  },
  ...{ 'standard-error-inflation': 2, spillover: 1, 'spillover-reach': 1, 'detectable-effect': 2, 'e-value': 1 },
};
/** A p-value below this is said to be below it. */
const leastPValue = 0.001;

function written(language: Language, measure: string, value: number, more: number): string {
  const share = shares.get(measure);
  if (share !== undefined) return formatPercent(language, value, share + more);
  const own = decimals[measure];
  return formatNumber(language, value, own === undefined && more === 0 ? undefined : (own ?? 0) + more);
}

/** A value with as many digits as tell it from the limit that stands beside it. */
function numberBeside(language: Language, measure: string, value: number, limit: number): string {
  if (measure === 'adjusted-p-value' && value < leastPValue) return `< ${written(language, measure, leastPValue, 0)}`;
  const most = 12;
  for (let more = 0; more < most; more++) {
    const text = written(language, measure, value, more);
    if (value === limit || text !== written(language, measure, limit, more)) return text;
  }
  return written(language, measure, value, most);
}
