import * as Plot from '@observablehq/plot';
import type { SafeHtml } from '../html.ts';
import { ink, svgChart } from './svg.ts';

export interface XyPoint {
  readonly name: string;
  /** membership in the set */
  readonly x: number;
  /** membership in the outcome */
  readonly y: number;
}

export interface XyPlot {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly points: readonly XyPoint[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly formatTick: (value: number) => string;
}

/** Up to so many cases all are named; beyond, only those that deviate. */
const namedCases = 25;

/**
 * Membership in a set against membership in the outcome. Above the diagonal a case agrees with the set being sufficient;
 * below it and right of the middle it deviates. Cases at one place share a mark and are named together.
 */
export function xyPlot({ id, title, description, points, xLabel, yLabel, formatTick }: XyPlot): SafeHtml {
  const places = new Map<string, { x: number; y: number; names: string[] }>();
  for (const { name, x, y } of points) {
    const key = `${x} ${y}`;
    const place = places.get(key) ?? { x, y, names: [] };
    place.names.push(name);
    places.set(key, place);
  }
  const marks = [...places.values()].map((place) => ({
    ...place,
    deviates: place.x > 0.5 && place.y < 0.5,
    text: wrapped(place.names),
  }));
  const named = points.length <= namedCases ? marks : marks.filter(({ deviates }) => deviates);
  const domain = { domain: [0, 1], ticks: [0, 0.25, 0.5, 0.75, 1], tickFormat: formatTick };
  return svgChart(
    { id, form: 'wide', title, description },
    {
      width: 620,
      height: 520,
      marginLeft: 60,
      marginBottom: 55,
      marginRight: 70,
      x: { ...domain, label: xLabel, labelArrow: 'none', labelAnchor: 'center' },
      y: { ...domain, label: yLabel, labelArrow: 'none', labelAnchor: 'top' },
      marks: [
        Plot.frame({ stroke: ink.line }),
        Plot.ruleX([0.5], { stroke: ink.quiet, strokeDasharray: '4 4' }),
        Plot.ruleY([0.5], { stroke: ink.quiet, strokeDasharray: '4 4' }),
        Plot.line(
          [
            [0, 0],
            [1, 1],
          ],
          { stroke: ink.quiet },
        ),
        Plot.dot(marks, {
          x: 'x',
          y: 'y',
          r: 5,
          symbol: (mark: (typeof marks)[number]) => (mark.deviates ? 'diamond' : 'circle'),
          fill: (mark: (typeof marks)[number]) => (mark.deviates ? ink.second : ink.main),
        }),
        Plot.text(named, { x: 'x', y: 'y', text: 'text', dx: 8, textAnchor: 'start', fill: ink.text, fontSize: 11 }),
      ],
    },
  );
}

/** Names of cases at one place, three a line; many are counted. */
function wrapped(names: readonly string[]): string {
  const shown = names.length > 6 ? [...names.slice(0, 5), `+${names.length - 5}`] : names;
  const lines: string[] = [];
  for (let at = 0; at < shown.length; at += 3) lines.push(shown.slice(at, at + 3).join(', '));
  return lines.join('\n');
}
