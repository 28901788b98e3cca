import * as Plot from '@observablehq/plot';
import type { SafeHtml } from '../html.ts';
import { type ChartForm, chartForms, hatchOf, ink, type SvgChart, svgChart } from './svg.ts';

/** One bin: the share of each group that falls into it; null where it is withheld. */
export interface SharedBin {
  readonly from: number;
  readonly to: number;
  readonly up: number | null;
  readonly down: number | null;
}

export interface TwoSidedHistogram {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly bins: readonly SharedBin[];
  readonly axisLabel: string;
  readonly upLabel: string;
  readonly downLabel: string;
  readonly formatTick: (value: number) => string;
}

/** Two distributions on one axis, one group above the line and one below: where both have bars, they overlap. */
export const twoSidedHistogram = (chart: TwoSidedHistogram): readonly SafeHtml[] =>
  chartForms.map((form) => draw(chart, form));

function draw(chart: TwoSidedHistogram, form: ChartForm): SafeHtml {
  const wide = form === 'wide';
  const { bins } = chart;
  const frame: SvgChart = { id: chart.id, form, title: chart.title, description: chart.description };
  const highest = Math.max(0.02, ...bins.flatMap(({ up, down }) => [up ?? 0, down ?? 0])) * 1.15;
  const side = (key: 'up' | 'down') => {
    const sign = key === 'up' ? 1 : -1;
    const ends = { x1: 'from', x2: 'to', y1: 0, insetLeft: 0.5, insetRight: 0.5 } as const;
    return [
      Plot.rect(
        bins.filter((bin) => (bin[key] ?? 0) > 0),
        { ...ends, y2: (bin: SharedBin) => sign * bin[key]!, fill: key === 'up' ? ink.main : ink.second },
      ),
      // A withheld bin holds a few: its height says nothing.
      Plot.rect(
        bins.filter((bin) => bin[key] === null),
        { ...ends, y2: sign * highest * 0.08, fill: hatchOf(frame) },
      ),
      Plot.text([key === 'up' ? chart.upLabel : chart.downLabel], {
        frameAnchor: key === 'up' ? 'top-left' : 'bottom-left',
        text: (label: string) => label,
        dx: 4,
        dy: key === 'up' ? 4 : -4,
        textAnchor: 'start',
        fill: ink.text,
        fontWeight: 600,
      }),
    ];
  };
  return svgChart(frame, {
    height: wide ? 300 : 260,
    marginLeft: wide ? 24 : 12,
    marginRight: wide ? 24 : 12,
    marginTop: 16,
    marginBottom: 56,
    x: { domain: [bins[0]!.from, bins.at(-1)!.to] },
    y: { domain: [-highest, highest], axis: null },
    color: { type: 'identity' },
    marks: [
      Plot.axisX({
        ticks: wide ? 8 : 4,
        tickSize: 0,
        tickFormat: (value: number) => chart.formatTick(value),
        label: chart.axisLabel,
        labelArrow: 'none',
        labelAnchor: 'left',
        labelOffset: 42,
        fill: ink.quiet,
      }),
      ...side('up'),
      ...side('down'),
      Plot.ruleY([0], { stroke: ink.quiet, strokeWidth: 1.5 }),
    ],
  });
}
