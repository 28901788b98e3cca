import { languages } from '../../messages/language.ts';
import { translate } from '../../messages/translate.ts';
import { type HtmlValue, html, type SafeHtml } from '../html.ts';
import { type PageContext, pageUrl } from '../page-context.ts';
import { brandMark } from './brand-mark.ts';

export type Section = 'start' | 'collectives' | 'warm-start' | 'studies' | 'none';

export interface Layout {
  readonly title: string;
  readonly section: Section;
  readonly main: HtmlValue;
}

/** The frame of every page: skip link, header with navigation and language switch, main part, footer. */
export function layout(context: PageContext, { title, section, main }: Layout): SafeHtml {
  const { texts, path, query } = context;
  const { t, language } = texts;
  const links = [
    ['start', '/', t('page.nav.start')],
    ['collectives', '/collectives', t('page.nav.collectives')],
    ['warm-start', '/warm-start', t('page.nav.warm-start')],
    ['studies', '/studies', t('page.nav.studies')],
  ] as const;
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · samenwijs</title>
<link rel="preload" href="${context.asset('atkinson-hyperlegible-next.woff2')}" as="font" type="font/woff2" crossorigin>
<link rel="stylesheet" href="${context.asset('style.css')}">
<link rel="icon" href="${context.asset('icon.svg')}" type="image/svg+xml">
${languages.map((other) => html`<link rel="alternate" hreflang="${other}" href="${pageUrl(other, path, query)}">`)}
</head>
<body>
<a class="skip-link" href="#main">${t('page.nav.skip')}</a>
<header class="site-header"><div class="wrap site-header-row">
<a class="brand" href="${pageUrl(language, '/')}">${brandMark()}<span>samenwijs</span></a>
<nav class="site-nav" aria-label="${t('page.nav.label')}"><ul>
${links.map(([id, target, label]) => html`<li><a href="${pageUrl(language, target)}"${id === section && html` aria-current="page"`}>${label}</a></li>`)}
<li><a href="/docs/api" hreflang="en">${t('page.nav.api')}</a></li>
</ul></nav>
<ul class="language-switch" aria-label="${t('page.nav.language')}">
${languages.map((other) => html`<li><a href="${pageUrl(other, path, query)}" hreflang="${other}" lang="${other}"${other === language && html` aria-current="true"`}><span class="full">${translate(other, 'page.language.name')}</span><span class="short">${other.toUpperCase()}</span></a></li>`)}
</ul>
</div></header>
<main id="main" tabindex="-1">
${main}
</main>
<footer class="site-footer"><div class="wrap">
<p><strong>samenwijs</strong> ${t('page.footer.what')}</p>
<p>${t('page.footer.no-tracking')}</p>
</div></footer>
</body>
</html>
`;
}
