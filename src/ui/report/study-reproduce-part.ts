import { html, type SafeHtml } from '../html.ts';
import { studyAsCommands, studyInTypeScript } from './study-as-code.ts';
import type { Checklist } from './study-checklist.ts';
import { studyInR } from './study-in-r.ts';
import type { StudyReading } from './study-reading.ts';

/** How to get the same numbers, three ways, and the result that every number of the report comes from. */
export function reproducePart(
  { result, verdict, texts: { t } }: StudyReading,
  checklists: readonly Checklist[],
): SafeHtml {
  const block = (title: string, note: string, code: string) =>
    html`<h3>${title}</h3><p>${note}</p><pre tabindex="0">${code}</pre>`;
  return html`<p>${t('report.study.reproduce.lead')}</p>
${block(t('report.study.reproduce.commands'), t('report.study.reproduce.commands-note'), studyAsCommands(result))}
${block('TypeScript', t('report.study.reproduce.typescript-note'), studyInTypeScript(result))}
${block('R', t('report.study.reproduce.r-note'), studyInR(result))}
<h3>JSON</h3><p>${t('report.study.reproduce.json-note')}</p><details><summary>${t('report.study.reproduce.json')}</summary><pre tabindex="0" id="json">${JSON.stringify({ result, checklists, counts: verdict.counts })}</pre></details>`;
}
