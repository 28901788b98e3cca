import type { MatchingStudyBody } from '../../app/analyses/matching-study-body.ts';
import type { ResultOf } from '../../app/analyses.ts';
import { type VerdictInWords, verdictInWords } from '../../messages/verdict-in-words.ts';
import { decimalsFor } from '../pages/decimals.ts';
import type { Texts } from '../texts.ts';
import { vocabularyIn } from '../vocabulary.ts';

type Effect = NonNullable<MatchingStudyBody['effects']['matched']>;

/** A study with the words of one language for what it is about. */
export interface StudyReading {
  readonly result: ResultOf<'study'>;
  readonly study: MatchingStudyBody;
  readonly texts: Texts;
  /** inside a sentence */
  readonly treatment: string;
  readonly outcome: string;
  /** of the outcome; empty where it has none */
  readonly unit: string;
  /** the effect that is judged: adjusted for the covariates where there is such an estimate; null where withheld */
  readonly effect: Effect | null;
  /** the verdict in sentences, with variables by their names for people */
  readonly verdict: VerdictInWords;
  /** of the intervals, as the texts want it: 95 */
  readonly percent: number;
  /** an amount of the outcome, with as many decimals as every other */
  amount(value: number): string;
  /** a variable, a term or a column of the design: `gas_m3`, `age^2`, `race=black` */
  term(name: string): string;
}

export function readStudy(result: ResultOf<'study'>, texts: Texts): StudyReading {
  const { study } = result.body;
  const words = vocabularyIn(texts, null);
  const { matched, adjusted, unmatched } = study.effects;
  const { effects, byLevel } = study.further;
  const amounts = [
    ...[matched, adjusted, unmatched],
    ...effects.map((further) => further.adjusted ?? further.matched),
    ...(byLevel?.levels ?? []).map(({ effect }) => effect),
  ].flatMap((effect) => (effect === null ? [] : [effect.estimate, effect.standardError]));
  const { detectable } = study.further;
  const decimals = decimalsFor(amounts.length > 0 ? amounts : detectable === null ? [] : [detectable.effect]);
  const own = (name: string): string => {
    const { outcome, treatment } = study;
    const title = name === outcome.name ? outcome.title : name === treatment.name ? treatment.title : null;
    return words.variable({ name, title });
  };
  const term = (name: string): string => {
    const [, variable, level] = /^([^=:^()]+)=(.*)$/.exec(name) ?? [];
    if (variable !== undefined) return `${own(variable)}: ${words.code({ name: variable, title: null }, level!)}`;
    const [, squared] = /^([\w-]+)\^2$/.exec(name) ?? [];
    if (squared !== undefined) return texts.t('page.study.covariate-squared', { covariate: own(squared) });
    return /^[\w-]+$/.test(name) ? own(name) : name;
  };
  const { verdict } = result.body;
  const named = verdict.reasons.map((reason) => ({
    ...reason,
    subject: reason.subject === null ? null : term(reason.subject),
  }));
  return {
    result,
    study,
    texts,
    treatment: own(study.treatment.name),
    outcome: own(study.outcome.name),
    unit: words.unit(study.outcome),
    effect: adjusted ?? matched,
    verdict: verdictInWords(texts.language, { ...verdict, reasons: named }),
    percent: Math.round(result.settings.protocol.inference.confidence * 1000) / 10,
    amount: (value) => texts.number(value, decimals),
    term,
  };
}
