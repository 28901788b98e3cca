import { type HtmlValue, html, type SafeHtml } from '../html.ts';
import type { Texts } from '../texts.ts';
import { closedCurtains } from './brand-mark.ts';

/** The head of an inner page: what kind of page, its one heading, and what it says in a sentence or two. */
export const pageHead = (kind: string, heading: string, lead: HtmlValue): SafeHtml =>
  html`<header class="page-head wrap"><p class="page-kind">${kind}</p><h1>${heading}</h1><p class="lead">${lead}</p></header>`;

export const section = (id: string, heading: string, content: HtmlValue, className = ''): SafeHtml =>
  html`<section class="wrap block ${className}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${heading}</h2>${content}</section>`;

/** Who sees this page and how small groups are protected: on every page. */
export const whoSeesThis = (texts: Texts, readers: string): SafeHtml =>
  html`<aside class="wrap block who" aria-labelledby="who-heading">${closedCurtains()}<div><h2 id="who-heading">${texts.t('page.who.heading')}</h2>
<p>${readers}</p><p>${texts.t('page.who.small-groups')}</p></div></aside>`;

/** A calm box for something to know: not an error. `role` note keeps it out of the heading order. */
export const notice = (content: HtmlValue): SafeHtml => html`<div class="notice" role="note">${content}</div>`;

/** Facts as term and value, side by side where there is room. */
export const facts = (items: readonly { readonly term: string; readonly value: HtmlValue }[]): SafeHtml =>
  html`<dl class="facts">${items.map(({ term, value }) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
