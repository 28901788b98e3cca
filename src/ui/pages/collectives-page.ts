import type { DemoCatalogue } from '../../app/pages.ts';
import type { PanelList } from '../../app/panels.ts';
import { commandLine, program, request } from '../as-code.ts';
import { layout } from '../design/layout.ts';
import { pageHead, whoSeesThis } from '../design/page-parts.ts';
import { sameAnswer } from '../design/same-answer.ts';
import { html, type SafeHtml } from '../html.ts';
import type { PageContext } from '../page-context.ts';
import { panelLinks } from './panel-links.ts';

/** Every panel of the service, the demo's collectives first. */
export function collectivesPage(
  context: PageContext,
  { panels }: PanelList,
  demo: DemoCatalogue | null,
  demoIsLoading: boolean,
): SafeHtml {
  const { texts, origin } = context;
  const { t } = texts;
  return layout(context, {
    title: t('page.collectives.title'),
    section: 'collectives',
    main: html`${pageHead(t('page.collectives.kind'), t('page.collectives.title'), t('page.collectives.lead'))}
<div class="wrap block">${panels.length === 0 ? html`<p>${t(demoIsLoading ? 'page.demo-loading' : 'page.collectives.none')}</p>` : panelLinks(context, panels, demo)}</div>
${whoSeesThis(texts, t('page.who.collective'))}
${sameAnswer(texts, {
  commandLine: commandLine('describe', [], []),
  request: request(origin, 'GET', '/v1/panels'),
  typescript: program("await service.listPanels({ role: 'visitor' }, {})", '{ panels }'),
})}`,
  });
}
