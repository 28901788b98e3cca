import type { Language } from '../../messages/language.ts';
import { translate } from '../../messages/translate.ts';
import { translateRefusal } from '../../messages/translate-refusal.ts';
import { html, type SafeHtml } from '../html.ts';

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** What the service said, in the language of the page; a sentence that we have in English only is marked as such. */
export function refusalInWords(language: Language, { code, message }: Refusal): SafeHtml {
  const own = translateRefusal(language, code, message);
  if (own !== null) return html`<p lang="${language}">${own}</p>`;
  return html`<p>${translate(language, 'page.in-english')}</p><p lang="en">${message}</p>`;
}
