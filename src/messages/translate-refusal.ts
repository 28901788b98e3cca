import type { Language } from './language.ts';
import { type Part, parsePattern } from './message-pattern.ts';
import { type MessageTree, messages, translate } from './translate.ts';

interface Sentence {
  /** code of the text */
  readonly text: string;
  readonly parts: readonly Part[];
  /** characters that are no placeholder: of two that fit, the one with more says it better */
  readonly literal: number;
}

/**
 * A refusal in the language of its reader. The program words refusals in English where they arise, in rooms that know no
 * languages; `refusal.<error code>` holds these sentences, as patterns to know them by and in Dutch. `refusal.any` holds those of
 * several codes, `refusal.violation` what may be wrong with one field.
 *
 * @returns null where there is no text for that sentence: the English then stands
 * Cost: one pass over the message for each text of the code.
 */
export function translateRefusal(language: Language, code: string, message: string): string | null {
  if (language === 'en') return message;
  const found = recogniseRefusal(code, message);
  if (found === null) return null;
  const { what, ...values } = found.values;
  return translate(language, found.text, {
    ...values,
    ...(what === undefined ? {} : { what: translateViolations(language, what) }),
  });
}

/** The code of the text that a refusal is an English wording of, and what it fills in; null where there is none. */
export function recogniseRefusal(
  code: string,
  message: string,
): { readonly text: string; readonly values: Readonly<Record<string, string>> } | null {
  let best: { readonly sentence: Sentence; readonly values: Readonly<Record<string, string>> } | null = null;
  for (const sentence of [...sentencesOf(code), ...sentencesOf('any')]) {
    const values = valuesIn(sentence.parts, message);
    if (values !== null && sentence.literal > (best?.sentence.literal ?? 0)) best = { sentence, values };
  }
  return best && { text: best.sentence.text, values: best.values };
}

/** What is wrong with the fields of an input: each with its place before it, `; ` between them. */
const translateViolations = (language: Language, what: string): string =>
  what
    .split('; ')
    .map((one) => {
      const [, place, said] = /^(\S+: )?(.*)$/s.exec(one)!;
      return `${place ?? ''}${translateRefusal(language, 'violation', said!) ?? said}`;
    })
    .join('; ');

const known = new Map<string, readonly Sentence[]>();

function sentencesOf(code: string): readonly Sentence[] {
  const present = known.get(code);
  if (present) return present;
  const texts = ((messages.en.refusal as MessageTree)[code] ?? {}) as Readonly<Record<string, string>>;
  const sentences = Object.entries(texts).map(([name, text]) => {
    const parts = parsePattern(text);
    const literal = parts.reduce((sum, part) => sum + (part.type === 'text' ? part.text.length : 0), 0);
    return { text: `refusal.${code}.${name}`, parts, literal };
  });
  known.set(code, sentences);
  return sentences;
}

/** What stands in the places of a pattern of plain placeholders, or null where the message is another sentence. */
function valuesIn(parts: readonly Part[], message: string): Readonly<Record<string, string>> | null {
  const values: Record<string, string> = {};
  let at = 0;
  let open: string | null = null;
  for (const [i, part] of parts.entries()) {
    if (part.type === 'value') open = part.name;
    if (part.type !== 'text') continue;
    const isLast = i === parts.length - 1;
    const found =
      open === null
        ? message.startsWith(part.text, at)
          ? at
          : -1
        : isLast
          ? message.lastIndexOf(part.text)
          : message.indexOf(part.text, at);
    if (found < at || (isLast && found + part.text.length !== message.length)) return null;
    if (open !== null) values[open] = message.slice(at, found);
    open = null;
    at = found + part.text.length;
  }
  if (open !== null) values[open] = message.slice(at);
  return values;
}
