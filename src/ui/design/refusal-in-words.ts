import type { Language } from '../../messages/language.ts';
import { translateRefusal } from '../../messages/translate-refusal.ts';
import { html, type SafeHtml } from '../html.ts';

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** What the service said, in the language of the page; a sentence that we have in English only is marked as such. */
export function refusalInWords(language: Language, { code, message }: Refusal): SafeHtml {
  const own = translateRefusal(language, code, message);
  return html`<p lang="${own === null ? 'en' : language}">${own ?? message}</p>`;
}
