import type { ResultOf } from '../../app/analyses.ts';
import { html, type SafeHtml } from '../html.ts';
import type { Texts } from '../texts.ts';
import { capital } from '../vocabulary.ts';
import { reportPage } from './report-page.ts';
import { answerPart } from './study-answer-part.ts';
import { balancePart } from './study-balance-part.ts';
import { checklistsOf, type StudySection } from './study-checklist.ts';
import { checklistPart } from './study-checklist-part.ts';
import { effectPart } from './study-effect-part.ts';
import { flowPart } from './study-flow-part.ts';
import { limitsPart, lostPart } from './study-limits-part.ts';
import { overlapPart } from './study-overlap-part.ts';
import { protocolPart } from './study-protocol-part.ts';
import { readStudy } from './study-reading.ts';
import { reproducePart } from './study-reproduce-part.ts';
import { sensitivityPart } from './study-sensitivity-part.ts';

/** A sealed study as a report: verdict and answer first, then all that they rest on, in one HTML file. */
export function studyReport(result: ResultOf<'study'>, texts: Texts): string {
  const { t, language } = texts;
  const reading = readStudy(result, texts);
  const checklists = checklistsOf(result);
  const sections: readonly (readonly [StudySection, SafeHtml | null])[] = [
    ['answer', answerPart(reading)],
    ['protocol', protocolPart(reading)],
    ['flow', flowPart(reading)],
    ['balance', balancePart(reading)],
    ['overlap', overlapPart(reading)],
    ['effect', effectPart(reading)],
    ['sensitivity', sensitivityPart(reading)],
    ['lost', lostPart(reading)],
    ['limits', limitsPart(reading)],
    ['checklist', checklistPart(checklists, reading)],
    ['reproduce', reproducePart(reading, checklists)],
  ];
  const present = sections.filter(([, content]) => content !== null);
  const { id, engine, seed, settings } = result;
  return reportPage({
    language,
    kind: t('report.study.kind'),
    title: t('report.study.title', { treatment: capital(reading.treatment), outcome: reading.outcome }),
    made: `${t('report.made', { result: id, version: engine.version, seed: String(seed) })} ${t('report.source', {
      panel: settings.panel,
      revision: String(settings.seal.data.revision),
      digest: settings.seal.data.digest.slice(0, 12),
    })}`,
    main: html`<nav aria-label="${t('report.study.contents')}"><ul>${present.map(([name]) => html`<li><a href="#${name}">${t(`report.study.section.${name}`)}</a></li>`)}</ul></nav>
${present.map(([name, content]) => html`<section id="${name}"><h2>${t(`report.study.section.${name}`)}</h2>${content}</section>\n`)}`,
  });
}
