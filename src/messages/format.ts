import type { Language } from './language.ts';

const locales: Readonly<Record<Language, string>> = { en: 'en-GB', nl: 'nl-NL' };

/** Intl objects are costly to make and safe to share. */
const numberFormats = new Map<string, Intl.NumberFormat>();

function numberFormat(language: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = language + JSON.stringify(options);
  const known = numberFormats.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(locales[language], options);
  numberFormats.set(key, made);
  return made;
}

/** A number with the language's decimal sign, U+2212 as minus. Without `decimals`: three significant digits below 100, whole above. */
export function formatNumber(language: Language, value: number, decimals?: number): string {
  const size = Math.abs(value);
  const options: Intl.NumberFormatOptions =
    decimals !== undefined
      ? { minimumFractionDigits: decimals, maximumFractionDigits: decimals }
      : Number.isInteger(value) || size >= 100
        ? { maximumFractionDigits: 0 }
        : { maximumSignificantDigits: 3 };
  // Adding 0 turns -0 into 0; a value that rounds to zero loses its sign as well.
  return numberFormat(language, { ...options, signDisplay: 'negative' })
    .format(value + 0)
    .replace('-', '\u2212');
}

/** A share between 0 and 1 as a percentage. */
export function formatPercent(language: Language, share: number, decimals = 0): string {
  return numberFormat(language, {
    style: 'percent',
    signDisplay: 'negative',
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  })
    .format(share)
    .replace('-', '\u2212');
}

/** Whole euros. */
export function formatEuros(language: Language, value: number): string {
  return numberFormat(language, { style: 'currency', currency: 'EUR', maximumFractionDigits: 0 })
    .format(value)
    .replace('-', '\u2212');
}

/** A day as people write it: 3 March 2026, 3 maart 2026. @param iso ISO 8601 */
export function formatDate(language: Language, iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return date.toLocaleDateString(locales[language], {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
}

/** A wave label in words where it is a month, quarter or day; every other label stays as it is. */
export function formatWave(language: Language, wave: string): string {
  const month = /^(\d{4})-(\d{2})$/.exec(wave);
  if (month) {
    const date = new Date(`${wave}-01T00:00:00Z`);
    if (Number.isNaN(date.getTime())) return wave;
    return date.toLocaleDateString(locales[language], { month: 'long', year: 'numeric', timeZone: 'UTC' });
  }
  const quarter = /^(\d{4})-?Q([1-4])$/.exec(wave);
  if (quarter)
    return language === 'nl' ? `kwartaal ${quarter[2]} van ${quarter[1]}` : `quarter ${quarter[2]} of ${quarter[1]}`;
  return /^\d{4}-\d{2}-\d{2}$/.test(wave) ? formatDate(language, wave) : wave;
}

/** "a, b and c". */
export function formatList(language: Language, items: readonly string[]): string {
  return new Intl.ListFormat(locales[language], { style: 'long', type: 'conjunction' }).format(items);
}

/** The plural category of a count in this language: `one` or `other` for Dutch and English. */
export function pluralCategory(language: Language, count: number): string {
  return new Intl.PluralRules(locales[language]).select(count);
}
