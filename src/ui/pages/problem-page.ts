import type { PageProblem } from '../../app/pages.ts';
import { layout } from '../design/layout.ts';
import { notice, pageHead } from '../design/page-parts.ts';
import { refusalInWords } from '../design/refusal-in-words.ts';
import { html, type SafeHtml } from '../html.ts';
import { type PageContext, pageUrl } from '../page-context.ts';

/** A refusal as a page: what happened, what the service said, where to go on. */
export function problemPage(context: PageContext, { status, code, message }: PageProblem): SafeHtml {
  const { t, find, language } = context.texts;
  const kind = status === 404 ? 'not-found' : status >= 500 ? 'broken' : 'refused';
  const heading = t(`page.problem.heading.${kind}`);
  return layout(context, {
    title: heading,
    section: 'none',
    main: html`${pageHead(t('page.problem.kind'), heading, t(`page.problem.lead.${kind}`))}
<div class="wrap block">${kind !== 'broken' && notice(refusalInWords(language, { code, message }))}
<p><a href="/problems/${code}" hreflang="en">${t('page.problem.more', { code: find(`problem.${code}.title`) ?? code })}</a></p>
<p><a href="${pageUrl(language, '/')}">${t('page.problem.back')}</a></p></div>`,
  });
}
