import type { DemoCatalogue } from '../../app/pages.ts';
import type { PanelSummary } from '../../app/panels.ts';
import { html, type SafeHtml } from '../html.ts';
import { type PageContext, pageUrl } from '../page-context.ts';

/** Links to the featured collectives of the demo, then to every panel of people. */
export function panelLinks(
  { texts }: PageContext,
  panels: readonly PanelSummary[],
  demo: DemoCatalogue | null,
): SafeHtml | null {
  const { t, language } = texts;
  if (panels.length === 0) return null;
  const loaded = demo !== null && panels.some(({ panel }) => panel === demo.panel);
  const featured = loaded ? demo.collectives.filter((collective) => collective.featured) : [];
  const size = ({ units, waves }: PanelSummary) =>
    units === null ? t('page.collectives.panel-facts-hidden') : t('page.collectives.panel-facts', { units, waves });
  return html`<ul class="link-list">
${featured.map(
  ({ id, name, region }) =>
    html`<li><a href="${pageUrl(language, `/collectives/${demo!.panel}`, { collective: id })}"><strong>${name}</strong> <span>${t('page.start.region', { region })}</span></a></li>`,
)}
${panels.map(
  (panel) =>
    html`<li><a href="${pageUrl(language, `/collectives/${panel.panel}`)}"><strong>${panel.title}</strong> <span>${size(panel)}</span></a></li>`,
)}
</ul>`;
}
