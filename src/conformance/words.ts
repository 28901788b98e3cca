import { CoreError } from '../core/errors.ts';
import type { Frame } from '../core/propensity/design-matrix.ts';
import { type ModelTerm, variablesOf } from '../core/propensity/model-terms.ts';
import { type CaseTable, toFrame } from './case-table.ts';

/** A model term in the protocol's words. */
export type TermWords =
  | {
      readonly column: string;
      readonly levels?: readonly string[];
      readonly power?: number;
      readonly transform?: 'log' | 'log1p';
    }
  | { readonly sum: readonly string[] }
  | { readonly product: readonly [TermWords, TermWords] };

/** The protocol says `column`, the core says `variable`. */
function toTerm(words: TermWords): ModelTerm {
  if ('product' in words) return { product: [toTerm(words.product[0]), toTerm(words.product[1])] };
  if ('sum' in words) return { sum: words.sum };
  const { column, ...rest } = words;
  return { variable: column, ...rest };
}

export const toTerms = (words: readonly TermWords[]): readonly ModelTerm[] => words.map(toTerm);

/** A frame with the columns of the terms and the other columns named. */
export function frameFor(table: CaseTable, terms: readonly TermWords[], others: readonly string[] = []): Frame {
  const factors = new Set<string>();
  const visit = (term: TermWords): void => {
    if ('product' in term) term.product.forEach(visit);
    else if ('column' in term && term.levels !== undefined) factors.add(term.column);
  };
  terms.forEach(visit);
  return toFrame(table, [...new Set([...variablesOf(toTerms(terms)), ...others])], factors);
}

/** A 0/1 column. @throws invalid-argument for another value */
export function binaryColumn(table: CaseTable, column: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(table.numbers(column), (value, row) => {
    if (value === 0 || value === 1) return value;
    throw new CoreError(
      'invalid-argument',
      `"${column}" must hold 0 and 1; row ${row} holds ${table.text(column)[row]}.`,
      { row },
    );
  });
}

/** A map from names to values in the order of the names. */
export function byName(names: readonly string[], values: ArrayLike<number>): Record<string, number> {
  return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
}
