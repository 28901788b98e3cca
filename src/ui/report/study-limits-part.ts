import type { SealedStudyBody } from '../../app/analyses/sealed-study.ts';
import { html, type SafeHtml } from '../html.ts';
import { reportTable } from './report-table.ts';
import type { StudyReading } from './study-reading.ts';

/** Who was matched and is not in the estimate, by group. */
export function lostPart({ result, texts }: StudyReading): SafeHtml {
  const { t, number } = texts;
  const { lost } = result.body;
  if (lost === null) return html`<p>${t('report.study.lost.withheld')}</p>`;
  const columns = ['matched', 'unknown', 'alone'] as const;
  return html`<p>${t('report.study.lost.lead')}</p>${reportTable(
    t('report.study.lost.title'),
    [
      { title: t('match.groups') },
      ...columns.map((name) => ({ title: t(`report.study.lost.${name}`), isNumber: true })),
    ],
    (['treated', 'control'] as const).map((group) => [
      t(`match.group.${group}`),
      ...columns.map((name) => number(lost[group][name])),
    ]),
  )}`;
}

/** The cautions of the result, and what no study of this kind can show. */
export function limitsPart({ result, texts }: StudyReading): SafeHtml {
  const { t, find } = texts;
  const { warnings, body } = result;
  return html`${
    warnings.length > 0 &&
    html`<ul class="caution">${warnings.map(({ code, parameters }) => html`<li>${find(`warning.${code}`, parameters) ?? code}</li>`)}</ul>`
  }<ul>${(['hidden', 'others', 'neighbours'] as const).map((name) => html`<li>${t(`report.study.limits.${name}`)}</li>`)}${
    isPartWithheld(body) && html`<li>${t('report.study.limits.protected')}</li>`
  }</ul>`;
}

/** Whether the reader is another than the operator and some number was withheld for it; a verdict that withholds is none. */
function isPartWithheld({ lost, remaining, study, verdict }: SealedStudyBody): boolean {
  return (
    study.withheld === 'small-group' ||
    (lost === null && study.withheld !== 'verdict') ||
    study.groups.treated.all === null ||
    (remaining.treated.all === null && study.withheld !== 'verdict') ||
    study.balance.some(({ withheld }) => withheld) ||
    study.further.effects.some(({ withheld }) => withheld) ||
    (study.withheld !== 'verdict' && verdict.reasons.some(({ withheld }) => withheld))
  );
}
