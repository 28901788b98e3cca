import { intervalChart } from '../charts/interval-chart.ts';
import { html, type SafeHtml } from '../html.ts';
import { capital } from '../vocabulary.ts';
import { reportFigure } from './report-figure.ts';
import { type ReportColumn, reportTable } from './report-table.ts';
import type { StudyReading } from './study-reading.ts';

interface Interval {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}
type Effect = NonNullable<StudyReading['effect']>;

/** The effect, three times, with what is beside it; where it is withheld, that and no number of it. */
export function effectPart(reading: StudyReading): SafeHtml {
  const { study, texts } = reading;
  const { t } = texts;
  if (study.effects.matched === null)
    return html`<p>${t(study.withheld === 'verdict' ? 'report.study.withheld.verdict' : 'report.study.withheld.small-group')}</p>`;
  return html`${estimates(reading)}
<p>${t(`inference.method.${study.inference.method}`)} ${t(`inference.reason.${study.inference.reason}`)}</p>
${permutation(reading)}${ties(reading)}${ratios(reading)}${levels(reading)}${others(reading)}`;
}

/** Where an interval lies, in words that follow from its two ends. */
export const sideOf = ({ lower, upper }: Interval): 'below' | 'above' | 'around' =>
  upper < 0 ? 'below' : lower > 0 ? 'above' : 'around';

export function effectColumns({ texts: { t }, unit, percent }: StudyReading, first: string): readonly ReportColumn[] {
  return [
    { title: first },
    {
      title: unit === '' ? t('match.effect.estimate') : t('report.study.effect.in', { unit }),
      isNumber: true,
    },
    { title: t('match.effect.standardError'), isNumber: true },
    { title: t('match.effect.interval', { percent }), isNumber: true },
    { title: t('match.further.p'), isNumber: true },
    { title: t('report.study.effect.side') },
  ];
}

/** Three decimals, and a bound for what is smaller. */
export const pText = (p: number, { number }: StudyReading['texts']): string =>
  p < 0.001 ? `< ${number(0.001, 3)}` : number(p, 3);

/** An effect as the cells of its row; dashes where it could not be estimated. */
function effectCells(effect: Effect | null, pValue: number | null, { texts, amount }: StudyReading): string[] {
  const { t } = texts;
  if (effect === null) return ['–', '–', '–', '–', '–'];
  return [
    amount(effect.estimate),
    amount(effect.standardError),
    t('match.interval', { lower: amount(effect.lower), upper: amount(effect.upper) }),
    pText(pValue ?? effect.pValue, texts),
    t(`report.study.effect.${sideOf(effect)}`),
  ];
}

function estimates(reading: StudyReading): SafeHtml {
  const { study, texts, unit, outcome, amount, percent, effect } = reading;
  const { t, number } = texts;
  const { effects, further } = study;
  const rows = [
    ...(['unmatched', 'matched', 'adjusted'] as const).map((kind) => ({
      label: t(`match.effect.${kind}`),
      effect: effects[kind],
      emphasis: kind === 'unmatched' ? ('second' as const) : ('main' as const),
    })),
    { label: t('report.study.effect.augmented'), effect: further.augmented, emphasis: 'main' as const },
  ].filter((row) => row.effect !== null);
  const range = ({ lower, upper }: Interval) => t('match.interval', { lower: amount(lower), upper: amount(upper) });
  const caption = t('report.study.effect.caption', {
    estimate: `${amount(effect!.estimate)} ${unit}`.trim(),
    lower: amount(effect!.lower),
    upper: amount(effect!.upper),
    percent,
    side: t(`report.study.effect.${sideOf(effect!)}`),
  });
  return reportFigure({
    caption,
    picture: intervalChart({
      id: 'effect',
      title: t('report.study.effect.title'),
      description: caption,
      rows: rows.map((row) => ({
        label: row.label,
        value: row.effect,
        text: `${amount(row.effect!.estimate)} (${range(row.effect!)})`,
        emphasis: row.emphasis,
      })),
      axisLabel: unit === '' ? capital(outcome) : `${capital(outcome)}, ${unit}`,
      reference: { value: 0, label: t('page.study.no-difference') },
      formatTick: (value) => number(value),
    }),
    table: reportTable(
      t('report.study.effect.title'),
      effectColumns(reading, t('match.effect.title')),
      rows.map((row) => [row.label, ...effectCells(row.effect, null, reading)]),
    ),
  });
}

function permutation({ study: { permutation: test }, texts: { t, number } }: StudyReading): SafeHtml | null {
  if (test === null) return null;
  const shown = {
    blocks: t(`match.permutation.${test.blocks}`),
    draws: test.draws,
    pValue: number(test.pValue),
  };
  return html`<p>${t(test.isExact ? 'match.permutation.exact' : 'match.permutation.random', shown)}</p>`;
}

function ties({ study, texts: { t }, amount }: StudyReading): SafeHtml | null {
  if (study.ties === null) return null;
  const { draws, minimum, maximum } = study.ties;
  return html`<p>${t('report.study.effect.ties', { draws, minimum: amount(minimum), maximum: amount(maximum) })}</p>`;
}

function ratios({ study, texts, percent }: StudyReading): SafeHtml | null {
  const { ratios: found } = study.further;
  if (found === null) return null;
  const { t, number } = texts;
  const kinds = ['riskDifference', 'riskRatio', 'oddsRatio'] as const;
  return html`<p>${t('report.study.effect.risks', { treated: found.riskTreated, control: found.riskControl })}</p>${reportTable(
    t('report.study.effect.ratios'),
    [
      { title: t('report.study.effect.measure') },
      { title: t('match.effect.estimate'), isNumber: true },
      { title: t('match.effect.interval', { percent }), isNumber: true },
    ],
    kinds.map((kind) => {
      const { estimate, lower, upper } = found[kind];
      return [
        t(`report.study.effect.${kind}`),
        number(estimate, 3),
        t('match.interval', { lower: number(lower, 3), upper: number(upper, 3) }),
      ];
    }),
  )}`;
}

function levels(reading: StudyReading): SafeHtml | null {
  const { study, texts, term } = reading;
  const { byLevel } = study.further;
  if (byLevel === null) return null;
  const { t, number } = texts;
  const rows = byLevel.levels.map(({ name, effect, adjustedPValue, withheld }) =>
    withheld || name === null
      ? [t('cli.withheld'), '', '', '', '', '']
      : [term(`${byLevel.variable}=${name}`), ...effectCells(effect, adjustedPValue, reading)],
  );
  return html`${reportTable(
    t('report.study.effect.levels', { variable: term(byLevel.variable) }),
    effectColumns(reading, t('report.study.effect.level')),
    rows,
  )}${byLevel.interaction !== null && html`<p>${t('match.further.interaction', { pValue: number(byLevel.interaction.pValue, 3) })}</p>`}`;
}

function others(reading: StudyReading): SafeHtml | null {
  const rows = furtherRows(reading, ['outcome', 'follow-up']);
  if (rows.length === 0) return null;
  const { t } = reading.texts;
  return reportTable(t('report.study.effect.others'), effectColumns(reading, t('match.further.title')), rows);
}

type FurtherKind = StudyReading['study']['further']['effects'][number]['kind'];

/** The further comparisons of some kinds as rows of a table of effects. */
export function furtherRows(reading: StudyReading, kinds: readonly FurtherKind[]): string[][] {
  const { study, texts, term } = reading;
  return study.further.effects
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ kind, variable, period, matched, adjusted, adjustedPValue, withheld }) => {
      const name = texts.t(`match.further.kind.${kind}`, { variable: term(variable), period: period ?? '' });
      return withheld
        ? [name, texts.t('cli.withheld'), '', '', '', '']
        : [name, ...effectCells(adjusted ?? matched, adjustedPValue, reading)];
    });
}
