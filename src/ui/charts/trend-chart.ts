import * as Plot from '@observablehq/plot';
import type { SafeHtml } from '../html.ts';
import { padded } from './interval-chart.ts';
import { type ChartForm, chartForms, hatchOf, ink, type SvgChart, svgChart } from './svg.ts';

/** One period: the mean with its interval, or null where it is withheld. */
export interface TrendPoint {
  readonly label: string;
  readonly value: { readonly estimate: number; readonly lower: number | null; readonly upper: number | null } | null;
}

export interface TrendChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly points: readonly TrendPoint[];
  readonly axisLabel: string;
  readonly goal: { readonly value: number; readonly label: string } | null;
  readonly formatTick: (value: number) => string;
}

/** A mean through time with its interval as a band, and the goal as a dashed line. */
export const trendChart = (chart: TrendChart): readonly SafeHtml[] => chartForms.map((form) => draw(chart, form));

function draw(chart: TrendChart, form: ChartForm): SafeHtml {
  const wide = form === 'wide';
  const { points, goal } = chart;
  const frame: SvgChart = { id: chart.id, form, title: chart.title, description: chart.description };
  const values = points.flatMap(({ value }) =>
    value ? [value.estimate, value.lower ?? value.estimate, value.upper ?? value.estimate] : [],
  );
  const [low, high] = padded(goal ? [...values, goal.value] : values);
  const few = points.length <= 12;
  const data = points.map((point, at) => ({ at, ...point }));
  const shown = data.filter((point) => point.value !== null);
  const withheld = data.filter((point) => point.value === null);
  // Plot breaks a line at NaN; the withheld periods must be gaps, never bridged.
  const of = (end: 'estimate' | 'lower' | 'upper') => (point: TrendPoint) =>
    point.value === null ? Number.NaN : (point.value[end] ?? point.value.estimate);
  const step = Math.max(1, Math.ceil(points.length / (wide ? 8 : 4)));
  const ticks = data.filter((point) => point.at % step === 0).map((point) => point.at);

  const marks: Plot.Markish[] = [
    Plot.gridY({ stroke: ink.line, strokeOpacity: 1, ticks: 5 }),
    Plot.axisY({
      ticks: 5,
      tickSize: 0,
      tickFormat: (value: number) => chart.formatTick(value),
      label: null,
      fill: ink.quiet,
    }),
    Plot.text([chart.axisLabel], {
      frameAnchor: 'top-left',
      text: (label: string) => label,
      dy: -20,
      dx: wide ? -64 : -52,
      textAnchor: 'start',
      fill: ink.quiet,
    }),
    Plot.axisX({
      ticks,
      tickSize: 0,
      tickFormat: (at: number) => points[at]?.label ?? '',
      label: null,
      fill: ink.quiet,
      ...(few ? {} : { textAnchor: 'start' as const }),
    }),
    Plot.rect(withheld, {
      x1: (point: { at: number }) => point.at - 0.3,
      x2: (point: { at: number }) => point.at + 0.3,
      y1: low,
      y2: high,
      fill: hatchOf(frame),
    }),
  ];
  if (few) {
    marks.push(
      Plot.ruleX(shown, { x: 'at', y1: of('lower'), y2: of('upper'), stroke: ink.main, strokeWidth: 3 }),
      ...(['lower', 'upper'] as const).map((end) =>
        Plot.dot(shown, { x: 'at', y: of(end), r: 5, symbol: dash, stroke: ink.main, strokeWidth: 2 }),
      ),
    );
  } else {
    marks.push(Plot.areaY(data, { x: 'at', y1: of('lower'), y2: of('upper'), fill: ink.band }));
    for (const end of ['lower', 'upper'] as const)
      marks.push(Plot.lineY(data, { x: 'at', y: of(end), stroke: ink.main, strokeWidth: 1 }));
  }
  marks.push(Plot.lineY(data, { x: 'at', y: of('estimate'), stroke: ink.main, strokeWidth: few ? 1.5 : 2.5 }));
  if (few) marks.push(Plot.dot(shown, { x: 'at', y: of('estimate'), r: 6, fill: ink.main }));
  if (goal) {
    marks.push(
      Plot.ruleY([goal.value], { stroke: ink.second, strokeWidth: 2, strokeDasharray: '7 5' }),
      Plot.text([goal], {
        frameAnchor: 'right',
        y: 'value',
        text: 'label',
        textAnchor: 'end',
        lineAnchor: 'bottom',
        dy: -6,
        fill: ink.text,
        fontWeight: 600,
        stroke: ink.surface,
        strokeWidth: 4,
      }),
    );
  }
  const edge = few ? 0.5 : 0;
  return svgChart(frame, {
    height: wide ? 320 : 260,
    marginLeft: wide ? 64 : 52,
    marginRight: few ? 12 : 24,
    marginTop: 36,
    marginBottom: 36,
    x: { type: 'linear', domain: [-edge, Math.max(points.length - 1 + edge, 0.5)] },
    y: { domain: [low, high] },
    symbol: { type: 'identity' },
    color: { type: 'identity' },
    marks,
  });
}

/** A short horizontal stroke, the end of an interval. */
const dash = {
  draw(context: { moveTo(x: number, y: number): void; lineTo(x: number, y: number): void }, size: number): void {
    const half = Math.sqrt(size / Math.PI) * 1.2;
    context.moveTo(-half, 0);
    context.lineTo(half, 0);
  },
};
