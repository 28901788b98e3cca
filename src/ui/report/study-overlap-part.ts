import { twoSidedHistogram } from '../charts/two-sided-histogram.ts';
import { html, type SafeHtml } from '../html.ts';
import { reportFigure } from './report-figure.ts';
import { reportTable } from './report-table.ts';
import type { StudyReading } from './study-reading.ts';

type Bins = NonNullable<StudyReading['study']['weightBins']>;

/** Whether the groups have scores in common, and how much each unit counts; null where the study has neither. */
export function overlapPart({ study, texts }: StudyReading): SafeHtml | null {
  const { overlap, weightBins, equipoise } = study;
  const { t } = texts;
  if (overlap === null && weightBins === null) return null;
  const said =
    overlap === null
      ? ''
      : [
          t('report.study.overlap.shared', { share: overlap.coefficient }),
          ...(equipoise === null ? [] : [t('report.study.overlap.equipoise', { share: equipoise })]),
        ].join(' ');
  return html`${
    overlap !== null &&
    histogram(
      overlap.bins,
      { id: 'scores', caption: said, title: t('report.study.overlap.title'), axis: t('page.study.overlap.axis') },
      texts,
    )
  }${
    weightBins !== null &&
    histogram(
      weightBins,
      {
        id: 'weights',
        caption: t('report.study.overlap.weights'),
        title: t('report.study.overlap.weights-title'),
        axis: t('page.study.weights.axis'),
      },
      texts,
    )
  }`;
}

interface Words {
  readonly id: string;
  readonly caption: string;
  readonly title: string;
  readonly axis: string;
}

function histogram(bins: Bins, { id, caption, title, axis }: Words, { t, number }: StudyReading['texts']): SafeHtml {
  const total = (group: 'treated' | 'control') => bins.reduce((sum, bin) => sum + (bin[group] ?? 0), 0);
  const sizes = { treated: total('treated'), control: total('control') };
  const share = (n: number | null, of: number) => (n === null ? null : n / Math.max(1, of));
  const decimals = Math.max(0, -Math.floor(Math.log10(bins[0]!.to - bins[0]!.from)));
  const cell = (n: number | null) => (n === null ? t('cli.withheld') : number(n));
  return reportFigure({
    caption,
    picture: twoSidedHistogram({
      id,
      title,
      description: caption,
      bins: bins.map(({ from, to, treated, control }) => ({
        ...{ from, to },
        up: share(treated, sizes.treated),
        down: share(control, sizes.control),
      })),
      axisLabel: axis,
      upLabel: t('match.group.treated'),
      downLabel: t('match.group.control'),
      formatTick: (value) => number(value, decimals),
    }),
    table: reportTable(
      title,
      [
        { title: axis },
        { title: t('match.group.treated'), isNumber: true },
        { title: t('match.group.control'), isNumber: true },
      ],
      bins.map(({ from, to, treated, control }) => [
        t('match.interval', { lower: number(from, decimals), upper: number(to, decimals) }),
        cell(treated),
        cell(control),
      ]),
    ),
  });
}
