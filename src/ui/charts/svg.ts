import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { type SafeHtml, trustedHtml } from '../html.ts';

/** The two forms of each chart: one for wide pages, one drawn for a phone, so that no text shrinks. CSS shows one of them. */
export const chartForms = ['wide', 'narrow'] as const;
export type ChartForm = (typeof chartForms)[number];
const chartWidth: Readonly<Record<ChartForm, number>> = { wide: 720, narrow: 340 };

/** Colours are CSS variables, so that dark mode, print and forced colours redraw nothing. */
export const ink = {
  text: 'var(--ink)',
  quiet: 'var(--ink-quiet)',
  line: 'var(--chart-grid)',
  surface: 'var(--surface)',
  main: 'var(--chart-main)',
  second: 'var(--chart-second)',
  band: 'var(--chart-band)',
} as const;

/** What we use of a DOM element; the project is compiled without DOM types. */
interface SvgElement {
  textContent: string;
  readonly outerHTML: string;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  querySelectorAll(selector: string): Iterable<SvgElement>;
  append(...children: readonly SvgElement[]): void;
  prepend(...children: readonly SvgElement[]): void;
  remove(): void;
}

export interface SvgChart {
  /** unique on the page; letters, digits and hyphens */
  readonly id: string;
  readonly form: ChartForm;
  readonly title: string;
  readonly description: string;
}

export const hatchOf = (chart: SvgChart): string => `url(#${chart.id}-${chart.form}-hatch)`;

/**
 * Draws a plot without a browser and makes it one accessible image: role, title and description; no inline styles (the
 * content security policy forbids them), no labels inside that a screen reader would read twice.
 */
export function svgChart(chart: SvgChart, options: Plot.PlotOptions): SafeHtml {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({ width: chartWidth[chart.form], ...options, document }) as unknown as SvgElement;
  for (const style of [...svg.querySelectorAll('style')]) style.remove();
  for (const part of [...svg.querySelectorAll('[aria-label],[aria-description]')]) {
    part.removeAttribute('aria-label');
    part.removeAttribute('aria-description');
  }
  const id = `${chart.id}-${chart.form}`;
  const add = (name: string, attributes: Record<string, string>, text = ''): SvgElement => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name) as unknown as SvgElement;
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    return element;
  };
  const defs = add('defs', {});
  const hatch = add('pattern', {
    id: `${id}-hatch`,
    width: '8',
    height: '8',
    patternUnits: 'userSpaceOnUse',
    patternTransform: 'rotate(45)',
  });
  hatch.append(
    add('line', {
      x1: '0',
      y1: '0',
      x2: '0',
      y2: '8',
      stroke: ink.quiet,
      'stroke-width': '2',
      'stroke-opacity': '0.45',
    }),
  );
  defs.append(hatch);
  svg.prepend(
    add('title', { id: `${id}-title` }, chart.title),
    add('desc', { id: `${id}-desc` }, chart.description),
    defs,
  );
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-labelledby', `${id}-title ${id}-desc`);
  svg.setAttribute('class', `chart chart--${chart.form}`);
  svg.removeAttribute('font-family');
  svg.removeAttribute('font-size');
  for (const part of [...svg.querySelectorAll('*')]) {
    for (const { name, value } of [...part.attributes])
      if (coordinates.has(name)) part.setAttribute(name, shorten(value));
  }
  return trustedHtml(svg.outerHTML);
}

const coordinates: ReadonlySet<string> = new Set([
  'd',
  'x',
  'y',
  'x1',
  'x2',
  'y1',
  'y2',
  'dx',
  'dy',
  'width',
  'height',
  'transform',
]);

/** Coordinates to a tenth of a pixel: smaller pages, and snapshots that do not hang on the last bit. */
const shorten = (text: string): string =>
  text.replace(/-?\d+\.\d{2,}/g, (number) => String(Math.round(Number(number) * 10) / 10));
