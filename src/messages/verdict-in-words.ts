import type { Language } from './language.ts';
import { translate } from './translate.ts';

interface Reason {
  readonly rule: string;
  readonly measure: string;
  readonly level: string;
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
}

/** A verdict as a person reads it: the word, what it means, and a sentence with its number for each rule. */
export function verdictInWords(
  language: Language,
  { verdict, reasons }: { readonly verdict: string; readonly reasons: readonly Reason[] },
): VerdictInWords {
  const against = reasons.filter(({ counted, level }) => counted && (verdict !== 'do-not-use' || level === 'fail'));
  return {
    word: translate(language, `verdict.word.${verdict}`),
    summary: translate(language, `verdict.summary.${verdict}`, { count: against.length }),
    reasons: reasons.map((reason) => ({
      rule: translate(language, `verdict.rule.${reason.rule}`),
      level: translate(language, `verdict.level.${reason.level}`),
      sentence: sentence(language, reason),
    })),
  };
}

/** A number that the reader may not see leaves the level, which is a published limit's word. */
function sentence(language: Language, { rule, measure, level, value, caution, fail, subject }: Reason): string {
  if (value === null && level !== 'not-assessed') {
    return translate(language, 'verdict.withheld', {
      rule: translate(language, `verdict.rule.${rule}`),
      level: translate(language, `verdict.level.${level}`),
    });
  }
  const state = level === 'caution' || level === 'fail' ? 'concern' : level;
  return translate(language, `verdict.measure.${measure}.${state}`, {
    ...(value === null ? {} : { value }),
    limit: caution ?? fail ?? 0,
    subject: subject ?? '–',
  });
}
