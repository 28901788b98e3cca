import * as Plot from '@observablehq/plot';
import type { SafeHtml } from '../html.ts';
import { wrap } from './interval-chart.ts';
import { type ChartForm, chartForms, ink, type SvgChart, svgChart } from './svg.ts';

/** One covariate: absolute difference of the groups in standard deviations, before and after. */
export interface LoveRow {
  readonly label: string;
  readonly before: number | null;
  readonly after: number | null;
}

export interface LovePlot {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly rows: readonly LoveRow[];
  readonly axisLabel: string;
  /** below this a covariate counts as balanced */
  readonly threshold: number;
  readonly thresholdLabel: string;
  readonly formatTick: (value: number) => string;
}

/** The love plot: how far apart the groups were on each covariate (hollow diamond) and are now (filled circle). */
export const lovePlot = (chart: LovePlot): readonly SafeHtml[] => chartForms.map((form) => draw(chart, form));

function draw(chart: LovePlot, form: ChartForm): SafeHtml {
  const wide = form === 'wide';
  const { rows, threshold } = chart;
  const frame: SvgChart = { id: chart.id, form, title: chart.title, description: chart.description };
  const high = Math.max(threshold * 2, ...rows.flatMap((row) => [row.before ?? 0, row.after ?? 0])) * 1.06;
  const both = rows.filter((row) => row.before !== null && row.after !== null);
  const dy = wide ? 0 : 9;
  const rowHeight = wide ? 34 : 46;
  const left = wide ? 200 : 10;
  return svgChart(frame, {
    height: rows.length * rowHeight + 76,
    marginLeft: left,
    marginRight: wide ? 24 : 14,
    marginTop: 28,
    marginBottom: 48,
    x: { domain: [0, high] },
    y: { type: 'band', domain: rows.map((row) => row.label), padding: 0, axis: null },
    symbol: { type: 'identity' },
    color: { type: 'identity' },
    marks: [
      Plot.rect([0], { x1: 0, x2: threshold, fill: ink.band }),
      Plot.gridX({ stroke: ink.line, strokeOpacity: 1, ticks: wide ? 7 : 4 }),
      Plot.axisX({
        ticks: wide ? 7 : 4,
        tickSize: 0,
        tickFormat: (value: number) => chart.formatTick(value),
        label: chart.axisLabel,
        labelArrow: 'none',
        labelAnchor: 'left',
        labelOffset: 38,
        fill: ink.quiet,
      }),
      Plot.ruleX([threshold], { stroke: ink.quiet, strokeWidth: 1.5, strokeDasharray: '5 4' }),
      Plot.text([chart.thresholdLabel], {
        x: threshold,
        frameAnchor: 'top',
        text: (label: string) => label,
        dy: -14,
        dx: 4,
        textAnchor: 'start',
        fill: ink.quiet,
      }),
      Plot.link(both, { x1: 'before', x2: 'after', y1: 'label', y2: 'label', stroke: ink.quiet, strokeWidth: 1, dy }),
      Plot.dot(
        rows.filter((row) => row.before !== null),
        {
          x: 'before',
          y: 'label',
          r: 5,
          symbol: 'diamond',
          fill: ink.surface,
          stroke: ink.second,
          strokeWidth: 2.5,
          dy,
        },
      ),
      Plot.dot(
        rows.filter((row) => row.after !== null),
        { x: 'after', y: 'label', r: 5.5, symbol: 'circle', fill: ink.main, dy },
      ),
      Plot.text(rows, {
        y: 'label',
        frameAnchor: 'left',
        text: (row: LoveRow) => (wide ? wrap(row.label, 24) : row.label),
        dx: wide ? -196 : 0,
        dy: wide ? 0 : -12,
        textAnchor: 'start',
        fill: ink.text,
        fontWeight: 600,
        ...(wide ? {} : { stroke: ink.surface, strokeWidth: 4 }),
      }),
    ],
  });
}
