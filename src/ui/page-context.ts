import type { Language } from '../messages/language.ts';
import type { Texts } from './texts.ts';

/** What every page needs to know about its request. */
export interface PageContext {
  readonly texts: Texts;
  /** without language prefix, beginning with a slash */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly origin: string;
  /** address of an asset; changes with its content, so that browsers may keep it for ever */
  asset(name: string): string;
}

/** The address of a page in a language; every link of a page stays in the page's language. */
export function pageUrl(
  language: Language,
  path: string,
  query: Readonly<Record<string, string>> | URLSearchParams = {},
): string {
  const search = new URLSearchParams(query as Record<string, string>).toString();
  return `/${language}${path === '/' ? '' : path}${search === '' ? '' : `?${search}`}`;
}
