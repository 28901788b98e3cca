/** Text that is HTML already. Only the `html` tag and `trustedHtml` make it, so a plain string cannot pass for it. */
export class SafeHtml {
  readonly #text: string;

  constructor(text: string, key: typeof maker) {
    if (key !== maker) throw new Error('SafeHtml is made by the html tag only.');
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}
const maker = Symbol('html');

/** What may stand between the literals of a template. `null` and `false` write nothing, so `condition && html…` works. */
export type HtmlValue = SafeHtml | string | number | null | false | readonly HtmlValue[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign]!);

function write(value: HtmlValue): string {
  if (value === null || value === false) return '';
  if (value instanceof SafeHtml) return value.toString();
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return value.map(write).join('');
}

/**
 * Tagged template that escapes every value, in text and in quoted attributes alike.
 * Values never go into tag names, unquoted attributes, scripts or styles.
 */
export function html(literals: TemplateStringsArray, ...values: readonly HtmlValue[]): SafeHtml {
  let text = literals[0]!;
  for (let i = 0; i < values.length; i++) text += write(values[i]!) + literals[i + 1]!;
  return new SafeHtml(text, maker);
}

/** Passes mark-up that a serialiser of ours wrote (charts). Never call it with anything a person typed. */
export const trustedHtml = (text: string): SafeHtml => new SafeHtml(text, maker);
