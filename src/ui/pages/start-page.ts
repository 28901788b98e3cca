import type { DemoCatalogue } from '../../app/pages.ts';
import type { PanelList } from '../../app/panels.ts';
import { commandLine, request } from '../as-code.ts';
import { street } from '../design/brand-mark.ts';
import { layout } from '../design/layout.ts';
import { section, whoSeesThis } from '../design/page-parts.ts';
import { codeBlock } from '../design/same-answer.ts';
import { html, type SafeHtml } from '../html.ts';
import { type PageContext, pageUrl } from '../page-context.ts';
import { panelLinks } from './panel-links.ts';
import { exampleWarmStart } from './warm-start-example.ts';

/** What this is, in plain words; where to look; three requests to try. */
export function startPage(
  context: PageContext,
  { panels }: PanelList,
  demo: DemoCatalogue | null,
  demoIsLoading: boolean,
): SafeHtml {
  const { texts, origin } = context;
  const { t, language } = texts;
  const demoLoaded = demo !== null && panels.some(({ panel }) => panel === demo.panel);
  const aboutDemo = demoLoaded
    ? t('page.start.demo-lead')
    : demoIsLoading
      ? t('page.demo-loading')
      : t(panels.length === 0 ? 'page.start.no-panels' : 'page.start.demo-off');
  const featured = demo?.collectives.find((collective) => collective.featured);
  const collectiveLink =
    demoLoaded && featured
      ? pageUrl(language, `/collectives/${demo.panel}`, { collective: featured.id })
      : pageUrl(language, '/collectives');
  const cards = [
    [t('page.start.q1.heading'), t('page.start.q1.text'), t('page.start.q1.link'), collectiveLink],
    [t('page.start.q2.heading'), t('page.start.q2.text'), t('page.start.q2.link'), pageUrl(language, '/warm-start')],
    [t('page.start.q3.heading'), t('page.start.q3.text'), t('page.start.q3.link'), pageUrl(language, '/studies')],
    [t('page.start.q4.heading'), t('page.start.q4.text'), t('page.start.q4.link'), '/docs/api'],
  ] as const;
  return layout(context, {
    title: t('page.start.title'),
    section: 'start',
    main: html`<div class="hero"><div class="wrap"><div class="hero-text">
<h1>${t('page.start.title')}</h1>
<p class="lead">${t('page.start.lead')}</p>
<p class="hero-actions"><a class="button button--sun" href="${collectiveLink}">${t('page.start.look')}</a><a href="${pageUrl(language, '/warm-start')}">${t('page.start.ask')}</a></p>
</div>${street()}</div></div>
${section(
  'questions',
  t('page.start.questions'),
  html`<ul class="questions">${cards.map(
    ([heading, text, link, target]) =>
      html`<li class="panel"><h3>${heading}</h3><p>${text}</p><a href="${target}">${link}</a></li>`,
  )}</ul>`,
)}
${section('demo', t('page.start.demo-heading'), html`<p>${aboutDemo}</p>${panelLinks(context, panels, demo)}`)}
${section(
  'try',
  t('page.start.try-heading'),
  html`<p>${t('page.start.try-lead')}</p><ol class="steps">${requestsToTry(origin, demoLoaded ? demo.panel : null).map(
    (lines, at) =>
      html`<li><h3>${at + 1}. ${t(`page.start.try.${lines.id}`)}</h3>${codeBlock(t('page.same-answer.command-line'), lines.command)}${codeBlock(t('page.same-answer.request'), lines.request)}</li>`,
  )}</ol>`,
)}
${whoSeesThis(texts, t('page.who.start'))}`,
  });
}

interface TryLines {
  readonly id: 'panels' | 'insights' | 'recommend' | 'ingest';
  readonly command: string;
  readonly request: string;
}

/** Lines that work as they stand: on the demo where it is loaded, else with a file of the reader's own. */
function requestsToTry(origin: string, demoPanel: string | null): readonly TryLines[] {
  const panels: TryLines = {
    id: 'panels',
    command: commandLine('describe', [], []),
    request: request(origin, 'GET', '/v1/panels'),
  };
  const warmStart = exampleWarmStart(origin);
  const recommend: TryLines = { id: 'recommend', command: warmStart.commandLine ?? '', request: warmStart.request };
  if (demoPanel === null) {
    const ingest: TryLines = {
      id: 'ingest',
      command: 'npx samenwijs ingest readings.csv --dry-run',
      request: `curl -s ${origin}/v1/panels/readings/revisions?dryRun=true -H 'content-type: text/csv' --data-binary @readings.csv`,
    };
    return [ingest, panels, recommend];
  }
  const insights: TryLines = {
    id: 'insights',
    command: commandLine(
      'insights',
      [demoPanel],
      [
        ['kpi', 'gas_m3'],
        ['by', 'insulation'],
        ['period', 'year'],
      ],
    ),
    request: request(origin, 'POST', `/v1/panels/${demoPanel}/insights`, {
      kpi: 'gas_m3',
      by: 'insulation',
      period: 'year',
    }),
  };
  return [panels, insights, recommend];
}
