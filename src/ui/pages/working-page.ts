import { layout } from '../design/layout.ts';
import { pageHead } from '../design/page-parts.ts';
import { html, type SafeHtml } from '../html.ts';
import { type PageContext, pageUrl } from '../page-context.ts';

/** The analysis is not done yet. No automatic reload: the reader decides when to look again. */
export function workingPage(context: PageContext): SafeHtml {
  const { t, language } = context.texts;
  return layout(context, {
    title: t('page.working.heading'),
    section: 'none',
    main: html`${pageHead('samenwijs', t('page.working.heading'), t('page.working.lead'))}
<div class="wrap block"><a class="button" href="${pageUrl(language, context.path, context.query)}">${t('page.working.again')}</a></div>`,
  });
}
