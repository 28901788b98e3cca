import type { DemoCatalogue } from '../../app/pages.ts';
import { textField } from '../design/form-fields.ts';
import { layout } from '../design/layout.ts';
import { pageHead, section, whoSeesThis } from '../design/page-parts.ts';
import { html, type SafeHtml } from '../html.ts';
import { type PageContext, pageUrl } from '../page-context.ts';
import { vocabularyIn } from '../vocabulary.ts';
import { demoMatching, demoStudyId } from './demo-study.ts';

/** The way to a study: the ready one of the demo, or one's own by result or job. */
export function studiesPage(context: PageContext, demo: DemoCatalogue | null): SafeHtml {
  const { texts, path } = context;
  const { t, language } = texts;
  const words = vocabularyIn(texts, demo);
  const ready = () => {
    const { treatment, outcome } = demoMatching(demo!.panel);
    const heading = t('page.study.heading', {
      treatment: words.label({ name: treatment, title: null }),
      outcome: words.variable({ name: outcome, title: null }),
    });
    return html`<ul class="link-list"><li><a href="${pageUrl(language, `/studies/${demoStudyId}`)}"><strong>${heading}</strong> <span>${t('page.start.demo-note')}</span></a></li></ul>`;
  };
  return layout(context, {
    title: t('page.studies.title'),
    section: 'studies',
    main: html`${pageHead(t('page.studies.kind'), t('page.studies.title'), t('page.studies.lead'))}
${section('ready', t('page.studies.ready'), demo === null ? html`<p>${t('page.studies.none')}</p>` : ready())}
${section(
  'own',
  t('page.studies.own'),
  html`<form method="get" action="${pageUrl(language, path)}"><div class="form-row">${textField({
    name: 'id',
    label: t('page.studies.id'),
    value: context.query.get('id') ?? '',
    unit: null,
    hint: t('page.studies.id-hint'),
    error: null,
    inputMode: 'text',
  })}<button class="button" type="submit">${t('page.studies.open')}</button></div></form>`,
)}
${whoSeesThis(texts, t('page.who.study'))}`,
  });
}
