import type { StudyProtocol } from '../../app/analyses/study-protocol.ts';
import { type HtmlValue, html, type SafeHtml } from '../html.ts';
import type { Texts } from '../texts.ts';
import { reportTable } from './report-table.ts';
import type { StudyReading } from './study-reading.ts';

/** Everything that was decided before the outcome was seen, and what it was sealed as. */
export function protocolPart({ result, texts }: StudyReading): SafeHtml {
  const { t } = texts;
  const { protocol, seal } = result.settings;
  const decided = reportTable(
    t('report.study.protocol.title'),
    [{ title: t('report.study.protocol.decision') }, { title: t('report.study.protocol.value') }],
    decisionsOf(protocol, texts),
  );
  const sealed = reportTable(
    t('report.study.seal.title'),
    [{ title: t('report.study.seal.what') }, { title: t('report.study.seal.value') }],
    [
      [t('report.study.seal.at'), seal.sealedAt],
      [t('report.study.seal.seal'), code(seal.seal)],
      [t('report.study.seal.protocol'), code(seal.protocol)],
      [t('report.study.seal.design'), code(seal.design)],
      [
        t('report.study.seal.data'),
        html`${code(seal.data.digest)} (${t('report.study.seal.revision', { revision: String(seal.data.revision) })})`,
      ],
      [t('report.study.seal.engine'), code(seal.engine)],
      [t('report.study.seal.seed'), code(String(result.seed))],
    ],
  );
  return html`<p>${t('report.study.protocol.lead')}</p>${decided}${sealed}`;
}

const code = (text: string): SafeHtml => html`<code>${text}</code>`;

function decisionsOf(protocol: StudyProtocol, { t, list }: Texts): (readonly HtmlValue[])[] {
  const { treatment, outcome, design, inference, sensitivity } = protocol;
  const none = t('report.study.protocol.none');
  const names = (all: readonly string[]): HtmlValue => (all.length === 0 ? none : code(all.join(', ')));
  const given = (value: string | number | null): HtmlValue => (value === null ? none : code(String(value)));
  const { method, ...fields } = design;
  const conditions = protocol.eligibility.map(({ variable, at, is, from, to }) => {
    const wanted = is === null ? `${from ?? '−∞'} … ${to ?? '∞'}` : is.join(', ');
    return html`<li>${code(`${variable} @ ${at}`)}: ${code(wanted)}</li>`;
  });
  const treated = 'adopts' in treatment ? `${treatment.adopts} @ ${treatment.in}` : treatment.variable;
  return [
    [t('report.study.protocol.question'), protocol.question === '' ? none : html`<q>${protocol.question}</q>`],
    [
      t('report.study.protocol.panel'),
      code(`${protocol.panel}${protocol.revision === null ? '' : ` (${protocol.revision})`}`),
    ],
    [
      t('report.study.protocol.estimand'),
      html`${code(protocol.estimand)}: ${t(`match.estimand.${protocol.estimand}`)}`,
    ],
    [
      t('report.study.protocol.eligibility'),
      conditions.length === 0 ? t('report.study.protocol.everybody') : html`<ul>${conditions}</ul>`,
    ],
    [
      t('report.study.protocol.treatment'),
      code(treatment.level === null ? treated : `${treated} = ${treatment.level}`),
    ],
    [t('report.study.protocol.covariates'), names(protocol.covariates)],
    [t('report.study.protocol.baseline'), given(protocol.baseline)],
    [
      t('report.study.protocol.outcome'),
      html`${code(outcome.variable)}, ${t(`report.study.protocol.is.${outcome.is}`)}`,
    ],
    [t('report.study.protocol.follow-up'), given(outcome.followUp)],
    [t('report.study.protocol.minimum-share'), given(outcome.minimumShare)],
    [t('report.study.protocol.other-outcomes'), names(outcome.otherOutcomes)],
    [t('report.study.protocol.later-follow-ups'), names(outcome.laterFollowUps)],
    [t('report.study.protocol.design'), html`${code(method)} ${code(JSON.stringify(fields))}`],
    [t('report.study.protocol.cluster'), given(inference.cluster)],
    [t('report.study.protocol.standard-error'), code(inference.standardError)],
    [t('report.study.protocol.permutations'), given(inference.permutations)],
    [t('report.study.protocol.confidence'), given(inference.confidence)],
    [t('report.study.protocol.preperiod'), given(sensitivity.preperiod)],
    [t('report.study.protocol.effects-by'), given(sensitivity.effectsBy)],
    [
      t('report.study.protocol.augmented'),
      sensitivity.augmented === null ? none : code(list([`folds = ${sensitivity.augmented.folds}`])),
    ],
    [t('report.study.protocol.seed'), given(protocol.seed)],
  ];
}
