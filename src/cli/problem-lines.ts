import type { IngestReport } from '../app/panels.ts';
import type { Language } from '../messages/language.ts';
import { translate } from '../messages/translate.ts';

/** Errors or cautions of a file, a line each: file, line, column, value, rule and remedy; and how many are not listed. */
export function problemLines({ count, first }: IngestReport['errors'], language: Language): string {
  const lines = first.map(({ file, line, column, value, rule, remedy }) => {
    const place = [file, line === null ? null : `line ${line}`, column].filter((part) => part !== null).join(' ');
    return [place, value === null ? '' : `"${value}"`, `${rule}: ${remedy}`].filter((part) => part !== '').join(', ');
  });
  if (count > first.length) lines.push(translate(language, 'cli.ingest.more', { count: count - first.length }));
  return lines.map((line) => `  ${line}\n`).join('');
}
