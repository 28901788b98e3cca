import { formatEuros, formatList, formatNumber, formatPercent, formatWave } from '../messages/format.ts';
import type { Language } from '../messages/language.ts';
import { hasMessage, type MessageCode, type MessageParameters, translate } from '../messages/translate.ts';

/** The words and numbers of one page in one language. */
export interface Texts {
  readonly language: Language;
  /** a text that exists, or the compiler objects */
  t(code: MessageCode, parameters?: MessageParameters): string;
  /** a text whose code comes from data, such as a warning; null where there is none */
  find(code: string, parameters?: MessageParameters): string | null;
  number(value: number, decimals?: number): string;
  percent(share: number, decimals?: number): string;
  euros(value: number): string;
  wave(label: string): string;
  list(items: readonly string[]): string;
}

export function textsIn(language: Language): Texts {
  return {
    language,
    t: (code, parameters) => translate(language, code, parameters),
    find: (code, parameters) => (hasMessage(code) ? translate(language, code, parameters) : null),
    number: (value, decimals) => formatNumber(language, value, decimals),
    percent: (share, decimals) => formatPercent(language, share, decimals),
    euros: (value) => formatEuros(language, value),
    wave: (label) => formatWave(language, label),
    list: (items) => formatList(language, items),
  };
}
