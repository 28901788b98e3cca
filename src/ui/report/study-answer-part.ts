import { html, type SafeHtml } from '../html.ts';
import { capital } from '../vocabulary.ts';
import { reportTable } from './report-table.ts';
import type { StudyReading } from './study-reading.ts';

/** What was asked, what the verdict is and why, and the answer that it allows. */
export function answerPart(reading: StudyReading): SafeHtml {
  const { result, texts, verdict: words } = reading;
  const { t } = texts;
  const { question } = result.settings.protocol;
  const { verdict, gate } = result.body;
  const { override } = result.settings;
  const rules = reportTable(
    t('report.study.rules'),
    [{ title: t('report.study.rule') }, { title: t('report.study.level') }, { title: t('report.study.finding') }],
    words.reasons.map(({ rule, level, sentence }) => [rule, level, html`<span data-prose>${sentence}</span>`]),
  );
  return html`<p>${t('report.study.question')} <q>${question === '' ? t('report.study.not-reported') : question}</q></p>
<p class="verdict verdict--${verdict.verdict}"><strong>${t('report.study.verdict', { word: words.word })}</strong> ${words.summary}</p>
${words.against.map(({ lead, sentences }) => html`${lead !== null && html`<p>${lead}</p>`}<ul>${sentences.map((said) => html`<li>${said}</li>`)}</ul>`)}
<p>${words.rest}</p>
<p class="answer">${answer(reading)}</p>
<p>${t(`report.study.about.${reading.study.estimand}`)}</p>
${gate === 'overridden' && override !== null && html`<p class="caution">${t('report.study.overridden')} <q>${override.reason}</q></p>`}
${rules}`;
}

/** The effect in a sentence, with a verb of cause only where the verdict is "trust". */
function answer({ result, study, effect, texts, treatment, outcome, unit, percent, amount }: StudyReading): string {
  const { t } = texts;
  if (effect === null)
    return t(study.withheld === 'verdict' ? 'report.study.withheld.verdict' : 'report.study.withheld.small-group');
  const { lower, upper, estimate } = effect;
  const parameters = {
    treatment,
    outcome: outcomeOf(result.settings.protocol.outcome.is, capital(outcome), texts),
    estimate: `${amount(estimate)} ${unit}`.trim(),
    lower: amount(lower),
    upper: amount(upper),
    percent,
  };
  const isSure = result.body.verdict.verdict === 'trust';
  if (lower <= 0 && upper >= 0) return t('report.study.answer.unclear', parameters);
  if (estimate < 0) return t(isSure ? 'report.study.answer.lowered' : 'report.study.answer.lower', parameters);
  return t(isSure ? 'report.study.answer.raised' : 'report.study.answer.higher', parameters);
}

const outcomeOf = (is: 'level' | 'change', outcome: string, { t }: StudyReading['texts']): string =>
  is === 'change' ? t('report.study.change-of', { outcome }) : outcome;
