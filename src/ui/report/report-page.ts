import type { Language } from '../../messages/language.ts';
import { html, type SafeHtml, trustedHtml } from '../html.ts';
import { reportStyle } from './report-style.ts';

export interface ReportPage {
  readonly language: Language;
  /** what sort of analysis it is, above the title */
  readonly kind: string;
  readonly title: string;
  /** result, engine, seed and data in one line */
  readonly made: string;
  readonly main: SafeHtml;
}

/** One HTML file that asks for nothing. */
export function reportPage({ language, kind, title, made, main }: ReportPage): string {
  return String(html`<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>
<style>${trustedHtml(reportStyle)}</style></head>
<body>
<header><p class="quiet">${kind}</p><h1>${title}</h1>
<p class="quiet">${made}</p></header>
<main>
${main}
</main>
</body>
</html>
`);
}
