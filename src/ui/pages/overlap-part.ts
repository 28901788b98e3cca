import { twoSidedHistogram } from '../charts/two-sided-histogram.ts';
import { dataTable } from '../design/data-table.ts';
import { figure } from '../design/figure.ts';
import { html, type SafeHtml } from '../html.ts';
import type { PageContext } from '../page-context.ts';
import type { GroupBin, StudyView } from './study-view.ts';

/** Whether the groups have scores in common, and how much each unit counts; nothing where the design has neither. */
export function overlapPart(context: PageContext, view: StudyView): SafeHtml {
  const { t, number } = context.texts;
  const { overlap, weights } = view;
  const scores =
    overlap === null
      ? html`<p>${t(view.hasScore ? 'page.study.overlap.withheld' : 'page.study.overlap.none')}</p>`
      : histogram(context, overlap.bins, {
          id: 'overlap',
          summary: [
            t('page.study.overlap.shared', { percent: number(Math.round(100 * overlap.coefficient)) }),
            ...(overlap.equipoise === null
              ? []
              : [t('page.study.overlap.equipoise', { percent: number(Math.round(100 * overlap.equipoise)) })]),
          ].join(' '),
          title: t('page.study.overlap.title'),
          axis: t('page.study.overlap.axis'),
        });
  const counts =
    weights === null
      ? null
      : histogram(context, weights, {
          id: 'weights',
          summary: t('page.study.weights.summary'),
          title: t('page.study.weights.title'),
          axis: t('page.study.weights.axis'),
        });
  return html`<p>${t('page.study.overlap.lead')}</p>${scores}${counts}`;
}

interface Words {
  readonly id: string;
  readonly summary: string;
  readonly title: string;
  readonly axis: string;
}

/** One sentence, a picture and the whole table. */
function histogram(context: PageContext, bins: readonly GroupBin[], { id, summary, title, axis }: Words): SafeHtml {
  const { t, number } = context.texts;
  const total = (group: 'treated' | 'control') => bins.reduce((sum, bin) => sum + (bin[group] ?? 0), 0);
  const share = (n: number | null, of: number) => (n === null ? null : n / Math.max(1, of));
  const sizes = { treated: total('treated'), control: total('control') };
  const decimals = Math.max(0, -Math.floor(Math.log10(bins[0]!.to - bins[0]!.from)));
  const cell = (n: number | null) => (n === null ? t('page.withheld') : number(n));
  const hasWithheld = bins.some((bin) => bin.treated === null || bin.control === null);
  return figure({
    id,
    summary,
    picture: twoSidedHistogram({
      id,
      title,
      description: summary,
      bins: bins.map(({ from, to, treated, control }) => ({
        from,
        to,
        up: share(treated, sizes.treated),
        down: share(control, sizes.control),
      })),
      axisLabel: axis,
      upLabel: t('match.group.treated'),
      downLabel: t('match.group.control'),
      formatTick: (value) => number(value, decimals),
    }),
    legend: hasWithheld ? [{ symbol: 'withheld', label: t('page.withheld') }] : [],
    tableLabel: t('page.table-label'),
    table: dataTable(
      title,
      [
        { label: axis, align: 'text' },
        { label: t('match.group.treated'), align: 'number' },
        { label: t('match.group.control'), align: 'number' },
      ],
      bins.map(({ from, to, treated, control }) => ({
        heading: t('page.range', { lower: number(from, decimals), upper: number(to, decimals) }),
        cells: [cell(treated), cell(control)],
      })),
    ),
    isLong: bins.length > 8,
  });
}
