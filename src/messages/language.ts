export const languages = ['en', 'nl'] as const;
export type Language = (typeof languages)[number];

/** What a person gets who states no preference that we have: most users live in the Netherlands. */
export const defaultLanguage: Language = 'nl';

export const isLanguage = (text: string): text is Language => (languages as readonly string[]).includes(text);

/**
 * The best of our languages for an `Accept-Language` header (RFC 9110, section 12.5.4): highest quality first, the
 * earlier one on ties, `nl-BE` counts as `nl`, quality 0 never.
 *
 * @param otherwise for a header that names none of ours
 */
export function negotiateLanguage(acceptLanguage: string | undefined, otherwise: Language = defaultLanguage): Language {
  let best: Language | null = null;
  let bestQuality = 0;
  for (const part of (acceptLanguage ?? '').split(',')) {
    const [range = '', ...parameters] = part.trim().toLowerCase().split(';');
    const primary = range.trim().split('-')[0] ?? '';
    const stated = parameters.map((p) => /^\s*q\s*=\s*([0-9.]+)\s*$/.exec(p)?.[1]).find((q) => q !== undefined);
    const quality = stated === undefined ? 1 : Number(stated);
    if (isLanguage(primary) && quality > bestQuality) {
      best = primary;
      bestQuality = quality;
    }
  }
  return best ?? otherwise;
}
