/**
 * One term of a model. A factor (`levels`, or any coded variable) gives one 0/1 column for each level but the first,
 * the reference; a product gives all products of the columns of its two terms.
 */
export type ModelTerm =
  | {
      readonly variable: string;
      readonly levels?: readonly string[];
      readonly power?: number;
      readonly transform?: 'log' | 'log1p';
    }
  | { readonly sum: readonly string[] }
  | { readonly product: readonly [ModelTerm, ModelTerm] };

/** Every variable that a term reads, each once, in order of appearance. */
export function variablesOf(terms: readonly ModelTerm[]): readonly string[] {
  const names = new Set<string>();
  const visit = (term: ModelTerm): void => {
    if ('product' in term) term.product.forEach(visit);
    else if ('sum' in term) for (const name of term.sum) names.add(name);
    else names.add(term.variable);
  };
  terms.forEach(visit);
  return [...names];
}
