/** Below this a p-value says nothing more. */
const least = 0.0001;

/** A p-value for a cell of a table: four significant digits, `< 0.0001` below. */
export function showPValue(pValue: number | null, language: string): string {
  if (pValue === null) return '–';
  const format = new Intl.NumberFormat(language, { maximumSignificantDigits: 4 });
  return pValue < least ? `< ${format.format(least)}` : format.format(pValue);
}

/** The same with its sign, for a sentence: `= 0.02` or `< 0.0001`. */
export function comparePValue(pValue: number, language: string): string {
  const shown = showPValue(pValue, language);
  return shown.startsWith('<') ? shown : `= ${shown}`;
}
