import en from './en.json' with { type: 'json' };
import {
  formatDate,
  formatEuros,
  formatList,
  formatNumber,
  formatPercent,
  formatWave,
  pluralCategory,
} from './format.ts';
import type { Language } from './language.ts';
import { type Part, parsePattern } from './message-pattern.ts';
import nl from './nl.json' with { type: 'json' };

export type MessageParameter = string | number | readonly string[];
export type MessageParameters = Readonly<Record<string, MessageParameter>>;

/** Dotted paths to the texts: `page.start.title`. */
type Paths<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Paths<T[K]>}` }[keyof T & string];
/** A code that is known to exist at compile time. Codes that come from data (warnings, steps) are plain strings. */
export type MessageCode = Paths<typeof en>;

export interface MessageTree {
  readonly [key: string]: string | MessageTree;
}
export const messages: Readonly<Record<Language, MessageTree>> = { en, nl };

const parsed = new Map<string, readonly Part[]>();

function find(language: Language, code: string): string | null {
  let node: string | MessageTree | undefined = messages[language];
  for (const key of code.split('.')) {
    if (typeof node !== 'object' || !Object.hasOwn(node, key)) return null;
    node = node[key];
  }
  return typeof node === 'string' ? node : null;
}

export const hasMessage = (code: string): boolean => find('en', code) !== null;

/**
 * The text of a code in one language, numbers and dates written the way that language writes them.
 * Only plain text comes out: who puts it in HTML escapes it.
 *
 * @throws Error where the code has no text or a parameter is absent: both are mistakes of the program, not of a user
 */
export function translate(language: Language, code: string, parameters: MessageParameters = {}): string {
  const key = `${language}:${code}`;
  let parts = parsed.get(key);
  if (!parts) {
    const pattern = find(language, code);
    if (pattern === null) throw new Error(`There is no text for the code "${code}" in messages/${language}.json.`);
    parts = parsePattern(pattern);
    parsed.set(key, parts);
  }

  const parameter = (name: string): MessageParameter => {
    const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (value === undefined)
      throw new Error(
        `The text "${code}" needs the parameter "${name}"; received ${Object.keys(parameters).join(', ') || 'none'}.`,
      );
    return value;
  };
  const numeric = (name: string): number => {
    const value = parameter(name);
    if (typeof value !== 'number')
      throw new Error(`The text "${code}" needs a number as "${name}"; received ${JSON.stringify(value)}.`);
    return value;
  };

  const write = (list: readonly Part[], count: number | null): string =>
    list.map((part) => writePart(part, count)).join('');
  function writePart(part: Part, count: number | null): string {
    switch (part.type) {
      case 'text':
        return part.text;
      case 'count':
        return formatNumber(language, count ?? 0);
      case 'value': {
        const { name, style, decimals } = part;
        if (style === 'number') return formatNumber(language, numeric(name), decimals ?? undefined);
        if (style === 'percent') return formatPercent(language, numeric(name), decimals ?? 0);
        if (style === 'euros') return formatEuros(language, numeric(name));
        const value = parameter(name);
        if (style === 'wave') return formatWave(language, String(value));
        if (style === 'date') return formatDate(language, String(value));
        if (typeof value === 'number') return formatNumber(language, value);
        return typeof value === 'string' ? value : formatList(language, value);
      }
      case 'choice': {
        if (part.kind === 'select')
          return write(part.cases.get(String(parameter(part.name))) ?? part.cases.get('other')!, count);
        const amount = numeric(part.name);
        return write(part.cases.get(pluralCategory(language, amount)) ?? part.cases.get('other')!, amount);
      }
    }
  }
  return write(parts, null);
}
