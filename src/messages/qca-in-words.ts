import type { Language } from './language.ts';
import { translate } from './translate.ts';

/** One literal of an expression as a person says it: `DEV`, `no DEV`, `DEV at level 2`. */
function literalInWords(language: Language, literal: string): string {
  const level = /^(.*)\[(\d+)\]$/.exec(literal);
  if (level) return translate(language, 'qca.words.level', { set: level[1]!, level: level[2]! });
  return literal.startsWith('~')
    ? translate(language, 'qca.words.absent', { set: literal.slice(1) })
    : translate(language, 'qca.words.present', { set: literal });
}

/**
 * A model of a qualitative comparative analysis in a sentence: which combinations go together with the outcome.
 *
 * @param outcome name of the outcome, `~` before it for its absence
 * @param terms   the literals of each term
 */
export function qcaInWords(language: Language, outcome: string, terms: readonly (readonly string[])[]): string {
  const subject = outcome.startsWith('~')
    ? translate(language, 'qca.words.outcome-absent', { set: outcome.slice(1) })
    : translate(language, 'qca.words.outcome', { set: outcome });
  // The name of a set stays as it is; a sentence that begins with our own words begins with a capital.
  const start = outcome.startsWith('~') ? subject.charAt(0).toUpperCase() + subject.slice(1) : subject;
  const said = terms.map((literals) =>
    literals.length === 0
      ? translate(language, 'qca.words.always')
      : new Intl.ListFormat(language, { type: 'conjunction' }).format(
          literals.map((literal) => literalInWords(language, literal)),
        ),
  );
  if (said.length === 1) return translate(language, 'qca.words.one', { outcome: start, term: said[0]! });
  const numbered = said.map((term, at) => `(${at + 1}) ${term}`).join('; ');
  return translate(language, 'qca.words.many', { outcome: start, count: said.length, terms: numbered });
}
