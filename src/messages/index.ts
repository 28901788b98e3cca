/** The public face of the texts: every text that a person reads, by code, in English and Dutch. */
export { formatDate, formatEuros, formatList, formatNumber, formatPercent, formatWave } from './format.ts';
export { defaultLanguage, isLanguage, type Language, languages, negotiateLanguage } from './language.ts';
export { qcaInWords } from './qca-in-words.ts';
export {
  hasMessage,
  type MessageCode,
  type MessageParameter,
  type MessageParameters,
  messages,
  translate,
} from './translate.ts';
export { translateRefusal } from './translate-refusal.ts';
export { type VerdictInWords, verdictInWords } from './verdict-in-words.ts';
