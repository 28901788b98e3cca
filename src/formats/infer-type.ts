import type { VariableType } from '../app/panels.ts';
import { numberSymbols } from './status-symbols.ts';

const numeric = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const isoDate = /^\d{4}-\d{2}-\d{2}$/;

const grouped = {
  '.': /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/,
  ',': /^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$/,
} as const;

/** Whether a text is a number with thousands separators in threes: `1.234,5` where the decimal sign is a comma. */
export const isGrouped = (text: string, decimal: '.' | ','): boolean => grouped[decimal].test(text);

/** Whether a text is a number without thousands separators, outer spaces apart. */
export function isPlainNumber(text: string, decimal: '.' | ','): boolean {
  if (decimal === '.') return numeric.test(text.trim());
  return !text.includes('.') && numeric.test(text.trim().replace(',', '.'));
}

/** Whether a text is a number as this service reads numbers: thousands in threes or none, no NaN, no infinity. */
export function isNumber(text: string, decimal: '.' | ','): boolean {
  return isGrouped(text, decimal) || isPlainNumber(text, decimal);
}

/** Whether a text that is no number here may have been meant as one: another decimal sign, a currency, a percentage. */
export const looksLikeNumber = (text: string): boolean =>
  /[.,%€$]/.test(text) && /^[+-]?[€$]?\s?\d[\d.,\s]*[%€]?$/.test(text);

const notFinite = /^[+-]?(nan|inf(inity)?)$/i;

/**
 * The type of a column from texts. More than half of the values that are there decide: the others then count as errors,
 * instead of turning a column of numbers with a typing error into text. Digits with a leading zero (postal codes, CBS
 * codes) are codes. NaN and infinity were meant as numbers. A column without any value is a number until a value says otherwise.
 */
export function inferType(values: readonly string[], decimal: '.' | ','): VariableType {
  let observed = 0;
  let numbers = 0;
  let finite = 0;
  let whole = 0;
  let leadingZeros = 0;
  let dates = 0;
  let booleans = 0;
  for (const value of values) {
    const text = value.trim();
    if (text === '' || numberSymbols.has(text)) continue;
    observed++;
    if (isNumber(text, decimal)) {
      numbers++;
      finite++;
      if (/^[+-]?\d+$/.test(text)) whole++;
      if (/^0\d/.test(text)) leadingZeros++;
    } else if (notFinite.test(text)) numbers++;
    else if (isoDate.test(text)) dates++;
    else if (/^(true|false)$/i.test(text)) booleans++;
  }
  if (observed === 0) return 'number';
  if (numbers * 2 > observed) return leadingZeros > 0 ? 'code' : whole > 0 && whole === finite ? 'integer' : 'number';
  if (dates * 2 > observed) return 'date';
  if (booleans * 2 > observed) return 'boolean';
  return 'code';
}
