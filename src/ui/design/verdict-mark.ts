import { html, type SafeHtml } from '../html.ts';

/** A sign per verdict, different in form and not only in colour. The words beside it say the same. */
export function verdictMark(verdict: 'advice' | 'cautious' | 'borrow' | 'abstain'): SafeHtml {
  const inside = {
    advice: html`<path d="M9 20l7 7 15-15"/>`,
    cautious: html`<path d="M8 15h24M8 25h24"/>`,
    borrow: html`<path d="M10 20h20M22 11l9 9-9 9"/>`,
    abstain: html`<path d="M14 15c0-8 13-7 12 1-1 5-6 5-6 10"/><path d="M20 31v1"/>`,
  }[verdict];
  return html`<svg class="verdict-mark" viewBox="0 0 40 40" width="52" height="52" aria-hidden="true" focusable="false"><circle cx="20" cy="20" r="18"/>${inside}</svg>`;
}
