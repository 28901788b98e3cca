import * as Plot from '@observablehq/plot';
import type { SafeHtml } from '../html.ts';
import { type ChartForm, chartForms, hatchOf, ink, type SvgChart, svgChart } from './svg.ts';

/** One row of the chart: a value with its interval, or a reason why it is not shown. Texts are ready for the page. */
export interface IntervalRow {
  readonly label: string;
  readonly value: { readonly estimate: number; readonly lower: number | null; readonly upper: number | null } | null;
  /** the value in words beside the row: "1,240 (1,180 to 1,300)", or why it is withheld */
  readonly text: string;
  /** `main` is drawn filled, `second` hollow */
  readonly emphasis: 'main' | 'second';
}

export interface IntervalChart {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly rows: readonly IntervalRow[];
  readonly axisLabel: string;
  /** a dashed line to compare with: the mean of everybody, or no effect */
  readonly reference: { readonly value: number; readonly label: string } | null;
  readonly formatTick: (value: number) => string;
}

/** Horizontal intervals, one row per group: what overlaps is seen at once, and labels stay readable at any length. */
export const intervalChart = (chart: IntervalChart): readonly SafeHtml[] => chartForms.map((form) => draw(chart, form));

function draw(chart: IntervalChart, form: ChartForm): SafeHtml {
  const { rows, reference } = chart;
  const wide = form === 'wide';
  const frame: SvgChart = { id: chart.id, form, title: chart.title, description: chart.description };
  const shown = rows.flatMap((row) => (row.value ? [row.value] : []));
  const all = shown.flatMap((value) => [value.estimate, value.lower ?? value.estimate, value.upper ?? value.estimate]);
  if (reference) all.push(reference.value);
  const [low, high] = padded(all);
  const labels = rows.map((row) => row.label);
  /** labels of whole mixes get more of the width */
  const isLong = rows.some((row) => row.label.length > 48);
  const left = isLong ? 270 : 200;
  const lines = rows.map((row) => ({ ...row, lines: wrap(row.label, wide ? (isLong ? 34 : 24) : 42) }));

  const mostLines = Math.max(...lines.map((row) => row.lines.split('\n').length));
  // On a phone the value stands at the end of the label's line, or on a line of its own where both do not fit.
  const isTight = rows.some((row) => row.value !== null && row.label.length + row.text.length > 42);
  const extra = wide ? 0 : (mostLines - 1) * 16;
  const rowHeight = wide ? Math.max(44, mostLines * 16 + 14) : (isTight ? 80 : 58) + extra;
  const dy = wide ? 0 : (isTight ? 0 : 10) + extra / 2;

  const marks: Plot.Markish[] = [
    Plot.gridX({ stroke: ink.line, strokeOpacity: 1, ticks: wide && !isLong ? 6 : 4 }),
    Plot.axisX({
      ticks: wide && !isLong ? 6 : 4,
      tickSize: 0,
      tickFormat: (value: number) => chart.formatTick(value),
      label: chart.axisLabel,
      labelArrow: 'none',
      labelAnchor: 'left',
      labelOffset: 38,
      fill: ink.quiet,
    }),
    Plot.barX(
      rows.filter((row) => row.value === null),
      {
        x1: low,
        x2: high,
        y: 'label',
        fill: hatchOf(frame),
        insetTop: wide ? 8 : 24 + extra,
        insetBottom: wide ? 8 : 6,
      },
    ),
  ];
  if (reference) {
    marks.push(
      Plot.ruleX([reference.value], { stroke: ink.quiet, strokeWidth: 1.5, strokeDasharray: '5 4' }),
      Plot.text([reference], {
        x: 'value',
        text: 'label',
        frameAnchor: 'top',
        lineAnchor: 'bottom',
        dy: -6,
        textAnchor: anchorIn(reference.value, low, high),
        fill: ink.quiet,
      }),
    );
  }
  const drawn = rows.filter((row) => row.value !== null);
  marks.push(
    Plot.link(
      drawn.filter((row) => row.value!.lower !== null),
      {
        x1: (row: IntervalRow) => row.value!.lower,
        x2: (row: IntervalRow) => row.value!.upper,
        y1: 'label',
        y2: 'label',
        stroke: (row: IntervalRow) => (row.emphasis === 'main' ? ink.main : ink.second),
        strokeWidth: 3,
        strokeLinecap: 'butt',
        dy,
      },
    ),
    ...(['lower', 'upper'] as const).map((end) =>
      Plot.tickX(
        drawn.filter((row) => row.value![end] !== null),
        {
          x: (row: IntervalRow) => row.value![end],
          y: 'label',
          stroke: (row: IntervalRow) => (row.emphasis === 'main' ? ink.main : ink.second),
          strokeWidth: 2,
          insetTop: rowHeight / 2 + dy - 6,
          insetBottom: rowHeight / 2 - dy - 6,
        },
      ),
    ),
    Plot.dot(drawn, {
      x: (row: IntervalRow) => row.value!.estimate,
      y: 'label',
      r: 6,
      symbol: (row: IntervalRow) => (row.emphasis === 'main' ? 'circle' : 'diamond'),
      fill: (row: IntervalRow) => (row.emphasis === 'main' ? ink.main : ink.surface),
      stroke: (row: IntervalRow) => (row.emphasis === 'main' ? ink.main : ink.second),
      strokeWidth: 2.5,
      dy,
    }),
  );
  if (wide) {
    marks.push(
      Plot.text(lines, {
        y: 'label',
        frameAnchor: 'left',
        text: (row) => row.lines,
        dx: 4 - left,
        textAnchor: 'start',
        fill: ink.text,
        fontWeight: 600,
      }),
      Plot.text(rows, {
        y: 'label',
        frameAnchor: 'right',
        text: 'text',
        dx: 196,
        textAnchor: 'end',
        fill: ink.quiet,
        lineWidth: 15,
      }),
    );
  } else {
    const halo = { stroke: ink.surface, strokeWidth: 5 };
    marks.push(
      Plot.text(lines, {
        y: 'label',
        frameAnchor: 'left',
        text: 'lines',
        lineAnchor: 'top',
        dy: 6 - rowHeight / 2,
        textAnchor: 'start',
        fill: ink.text,
        fontWeight: 600,
        ...halo,
      }),
      Plot.text(drawn, {
        y: 'label',
        text: 'text',
        fill: ink.quiet,
        ...halo,
        ...(isTight
          ? { frameAnchor: 'left' as const, dy: rowHeight / 2 - 14, textAnchor: 'start' as const }
          : { frameAnchor: 'right' as const, dy: 12 - rowHeight / 2, textAnchor: 'end' as const }),
      }),
      Plot.text(
        rows.filter((row) => row.value === null),
        { y: 'label', text: 'text', dy, fill: ink.text, ...halo, strokeWidth: 6 },
      ),
    );
  }
  return svgChart(frame, {
    height: rows.length * rowHeight + 76,
    marginLeft: wide ? left : 8,
    marginRight: wide ? 200 : 8,
    marginTop: 28,
    marginBottom: 48,
    x: { domain: [low, high], nice: false },
    y: { type: 'band', domain: labels, padding: 0, axis: null },
    symbol: { type: 'identity' },
    color: { type: 'identity' },
    marks,
  });
}

/** The range of the data with a twelfth of room on both sides; a single value gets room as well. */
export function padded(values: readonly number[]): readonly [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (!Number.isFinite(low)) return [0, 1];
  const room = high > low ? (high - low) / 12 : Math.abs(low) / 10 || 1;
  return [low - room, high + room];
}

const anchorIn = (value: number, low: number, high: number): 'start' | 'middle' | 'end' => {
  const share = (value - low) / (high - low);
  return share < 0.25 ? 'start' : share > 0.75 ? 'end' : 'middle';
};

/** Breaks a label at spaces into lines of at most `width` characters; a longer word stands alone. */
export function wrap(label: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of label.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}
