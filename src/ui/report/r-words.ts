/** Writers of R code that names variables of a panel: any name, however R would read it. */

export const rText = (value: string): string => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

export const rVector = (values: readonly (string | number)[]): string =>
  `c(${values.map((value) => (typeof value === 'string' ? rText(value) : String(value))).join(', ')})`;

/** A name inside a formula or a call, in backticks where R needs them. */
export const rName = (name: string): string =>
  /^[A-Za-z.][\w.]*$/.test(name) ? name : `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;

/** A term as R writes it: `age^2` as `I(age^2)`, `log1p(gas)` and `income:tenure` as they are. */
const rTerm = (term: string): string =>
  term
    .split(':')
    .map((part) => {
      const [, call, inside] = /^(\w+)\((.*)\)$/.exec(part) ?? [];
      if (call !== undefined) return `${call}(${rName(inside!)})`;
      const [, base, power] = /^(.+)\^(\d+)$/.exec(part) ?? [];
      return base === undefined ? rName(part) : `I(${rName(base)}^${power})`;
    })
    .join(':');

export const formulaSide = (terms: readonly string[]): string => terms.map(rTerm).join(' + ');

/** Variables that a term is made of. */
export const variablesOfTerm = (term: string): readonly string[] =>
  term.split(':').map((part) => part.replace(/^\w+\((.*)\)$/, '$1').replace(/\^\d+$/, ''));
