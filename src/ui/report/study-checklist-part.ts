import { html, type SafeHtml } from '../html.ts';
import { reportTable } from './report-table.ts';
import type { Checklist } from './study-checklist.ts';
import type { StudyReading } from './study-reading.ts';

/** Item by item, where the report answers it or that it does not, and how many it answers. */
export function checklistPart(checklists: readonly Checklist[], { texts: { t, find } }: StudyReading): SafeHtml {
  return html`<p>${t('report.study.checklist.lead')}</p>${checklists.map(
    ({ guideline, source, answered, items, rows }) =>
      html`<h3>${t(`report.study.checklist.name.${guideline}`)}</h3>
<p>${t('report.study.checklist.count', { answered, items })} <cite>${t(`report.study.checklist.source.${guideline}`)}, ${source}</cite></p>${reportTable(
        t('report.study.checklist.title', { guideline: t(`report.study.checklist.name.${guideline}`) }),
        [
          { title: t('report.study.checklist.number') },
          { title: t('report.study.checklist.item') },
          { title: t('report.study.checklist.where') },
        ],
        rows.map(({ item, where }) => [
          item,
          find(`report.study.${guideline}.${item}`)!,
          where === null
            ? t('report.study.not-reported')
            : html`<a href="#${where}">${t(`report.study.section.${where}`)}</a>`,
        ]),
      )}`,
  )}`;
}
